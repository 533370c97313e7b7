package intake

import (
	"bytes"

	"openiis/internal/hl7"
	"openiis/internal/iis"
	"openiis/internal/iz"
)

// Failed acknowledges a message that could not be taken through a fault of
// ours: MSA-1 AE, ERR-3 207. Doors without a language of their own for failures
// (MLLP, batches) send it, and the sender sends the message again.
func (d *Desk) Failed(raw []byte) []byte {
	return d.reply.ACK(headOf(raw), iis.Findings{notTaken}, "")
}

// notTaken is what Failed tells.
var notTaken = ruleNotTaken.at(iis.Where{})

// Decline acknowledges a text of which nothing was taken or kept, for the
// reason that f gives: MSA-1 AR.
func (d *Desk) Decline(raw []byte, f iis.Finding) []byte {
	ack := d.reply.ACK(headOf(raw), iis.Findings{f}, "")
	// The guide has AR for the first pass only, and so has ACK. MSH holds no
	// line break, so the first MSA after one is the segment.
	return bytes.Replace(ack, []byte("\rMSA|"+iz.AckError+"|"), []byte("\rMSA|"+iz.AckReject+"|"), 1)
}

// headOf is a message's header, empty for a text that is no message.
func headOf(raw []byte) iz.Header {
	m, err := hl7.Parse(raw)
	if err != nil {
		return iz.Header{}
	}
	return iz.ReadHeader(m)
}

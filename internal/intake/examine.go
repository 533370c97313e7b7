package intake

import (
	"time"

	"openiis/internal/check"
	"openiis/internal/codeset"
	"openiis/internal/hl7"
	"openiis/internal/iis"
	"openiis/internal/iz"
)

// Examined is what a message says of itself: all that can be told of it without
// a registry.
type Examined struct {
	HL7   *hl7.Message // nil when the text is no HL7 message
	Head  iz.Header
	Kind  string    // VXU, QBP or ?
	VXU   *iz.VXU   // nil unless it was read as one
	Query *iz.Query // likewise
	// Findings are in the order in which a reply tells them: worst first, one a
	// place.
	Findings iis.Findings
	Ack      string // AA, AE or AR: what MSA-1 says, unless storing finds more
	// Refused says that nothing of it may be stored or answered.
	Refused bool
}

// Examine finds out what a message says and what is wrong with it:
//
//  1. find its segments;
//  2. first pass: type, version and processing id (else AR);
//  3. read it;
//  4. check it.
//
// It is what Desk.Message does before it looks at any record. The severities are
// those of a sender, nil for one that was given none.
func Examine(raw []byte, codes *codeset.Tables, severities *check.Severities, received time.Time) Examined {
	e := open(raw)
	e.read(check.Input{Codes: codes, Received: received, Severities: severities})
	return e
}

// open is the first half of Examine: segments and first pass.
func open(raw []byte) Examined {
	m, err := hl7.Parse(raw)
	if err != nil {
		e := Examined{Kind: "?"}
		e.refuse(iis.Findings{notHL7})
		return e
	}
	e := Examined{HL7: m, Head: iz.ReadHeader(m)}
	e.Kind = kindOf(e.Head.Code)
	e.refuse(iz.FirstPass(m))
	return e
}

// notHL7 is found of a text that does not begin with MSH.
var notHL7 = ruleNoMessage.at(iis.Where{Segment: "MSH", Sequence: 1})

// kindOf is the kind of a message as the receipt keeps it.
func kindOf(code string) string {
	if code == "VXU" || code == "QBP" {
		return code
	}
	return "?"
}

// refuse refuses the message before it is read, when anything was found.
func (e *Examined) refuse(found iis.Findings) {
	if len(found) == 0 {
		return
	}
	e.Refused = true
	e.Findings = append(e.Findings, found...).OnePerPlace()
	e.Ack = iz.MSA1(e.Findings)
}

// read is the second half of Examine, for what was not refused: in is by what it is
// checked, without the message.
func (e *Examined) read(in check.Input) {
	if e.Refused {
		return
	}
	in.Message = e.HL7
	if e.Kind == "QBP" {
		e.Query = iz.ReadQuery(e.HL7, in.Codes)
		e.Query.Findings = in.Severities.OfReading(e.Query.Findings)
		in.Query = e.Query
		e.Findings = e.Query.Findings
	} else {
		e.VXU = iz.ReadVXU(e.HL7, in.Codes)
		e.VXU.Findings = in.Severities.OfReading(e.VXU.Findings)
		in.VXU = e.VXU
		e.Findings = e.VXU.Findings
	}
	e.Findings = append(e.Findings, check.Message(in)...).OnePerPlace()
	if e.Query != nil {
		e.Query.Findings = e.Findings // of which the answer tells the worst
		e.judgeQuery()
		return
	}
	e.Refused = e.VXU.Refused
	e.Ack = iz.MSA1(e.Findings)
}

// refuseQuery refuses a query that was read, when anything was found: it is
// answered in its own terms.
func (e *Examined) refuseQuery(found iis.Findings) {
	if e.Query == nil || len(found) == 0 {
		return
	}
	e.Query.Refused = true
	e.Findings = append(found, e.Findings...).OnePerPlace()
	e.judgeQuery()
}

// judgeQuery decides whether a query can be answered. One that can is AA
// whatever is doubtful in it: its answer tells that.
func (e *Examined) judgeQuery() {
	e.Refused, e.Ack = e.Query.Refused, iz.AckAccept
	if e.Refused {
		e.Ack = iz.AckError
	}
}

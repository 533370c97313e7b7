package iz

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"openiis/internal/codeset"
	"openiis/internal/hl7"
	"openiis/internal/iis"
)

// Acknowledgement codes of MSA-1 (table 0008).
const (
	AckAccept = "AA" // everything was stored as sent
	AckError  = "AE" // something was lost, is doubtful, or was not stored
	AckReject = "AR" // refused before its content was read
)

// MSA1 is the acknowledgement code that findings call for: AR when the message
// failed the first pass, AE for any error or warning, AA else. (AIRA's
// acknowledgement guidance and NIST's tests agree on AE for warnings; the
// example in the guide's appendix A stands alone.)
func MSA1(fs iis.Findings) string {
	for _, f := range fs {
		if f.IsFirstPass() {
			return AckReject
		}
	}
	switch fs.Worst() {
	case iis.Error, iis.Warning:
		return AckError
	}
	return AckAccept
}

// maxErrors is how many ERR segments an acknowledgement has at most.
const maxErrors = 100

// ACK is the acknowledgement (profile Z23) of the message that h heads: what
// was found, worst first, once per place, and in words what became of the message, "" when
// nothing did. It answers VXU messages, whatever has no known type, and queries that
// fail the first pass.
func (r Responder) ACK(h Header, fs iis.Findings, told string) []byte {
	w := &writer{r: r}
	event := "V04"
	if h.Code == "QBP" {
		event = "Q11"
	}
	w.msh(h, ProfileACK, "ACK", event, "ACK")
	w.msa(MSA1(fs), h)
	list := fs.OnePerPlace()
	if len(list) > maxErrors {
		rest := list[maxErrors-1:]
		list = append(list[:maxErrors-1:maxErrors-1], iis.Finding{
			Severity: rest[0].Severity,
			Say:      strconv.Itoa(len(rest)) + " more findings are not listed; correct those above and send again.",
		})
	}
	for _, f := range list {
		w.err(f)
	}
	if told != "" {
		w.err(iis.Finding{Severity: iis.Information, HL7: iis.CodeAccepted, Say: told})
	}
	return w.b.Bytes()
}

// writer writes one message.
type writer struct {
	b   hl7.Builder
	r   Responder
	t   *codeset.Tables // nil in an acknowledgement
	obx int             // the last OBX-1
	// reports says that doses are reported with what is to be done with them
	// (RXA-21); in an answer each is simply there.
	reports bool
	reason  string // why what is reported is corrected (ORC-16)
}

// msh answers h: what received it sends, and the other way round (IG 1.5, MSH-3
// to MSH-6, MSH-22, MSH-23).
func (w *writer) msh(h Header, profile string, message ...string) {
	processing := h.Processing
	switch processing {
	case "P", "T", "D":
	default:
		processing = "P"
	}
	w.b.Header()
	w.hd(3, first(h.ReceivingApp, w.r.App))
	w.hd(4, first(h.ReceivingFacility, w.r.Facility))
	w.hd(5, h.SendingApp)
	w.hd(6, h.SendingFacility)
	w.b.Field(7, w.r.Now().Format("20060102150405-0700")).
		Field(9, message...).
		Field(10, w.r.NewID()).
		Field(11, processing).
		Field(12, "2.5.1").
		Field(15, "NE").
		Field(16, "NE").
		Field(21, profile, "CDCPHINVS").
		Field(22, h.ReceivingOrg).
		Field(23, h.SendingOrg)
}

// msa acknowledges h; a message without control id is called UNKNOWN, for MSA-2
// may not be empty.
func (w *writer) msa(code string, h Header) {
	w.b.Segment("MSA").Field(1, code).Field(2, first(h.ControlID, "UNKNOWN"))
}

// err writes a finding as an ERR segment. What the codes are called is in the
// tables of this build.
func (w *writer) err(f iis.Finding) {
	tables := codeset.Default()
	is, known := tables.HL7(codeset.TableError, f.HL7)
	if !known && f.Severity == iis.Information {
		is, known = tables.HL7(codeset.TableError, iis.CodeAccepted)
	}
	if !known {
		is, _ = tables.HL7(codeset.TableError, iis.CodeApplication)
	}
	w.b.Segment("ERR").
		Field(2, erl(f.Where)...).
		Field(3, is.Code, is.Meaning, "HL70357").
		Field(4, string(f.Severity))
	if app, known := tables.HL7(codeset.TableApplicationError, f.App); known {
		w.b.Field(5, app.Code, app.Meaning, "HL70533")
	}
	w.b.Field(8, shorten(f.Say, 250))
}

// erl is a place as the components of ERR-2. A line whose name is none is no
// place that ERL could tell. A number above 99 is longer than ERL allows: it is
// sent all the same, for another one would be wrong.
func erl(at iis.Where) []string {
	if !isSegmentName(at.Segment) {
		return nil
	}
	return strings.Split(at.ERL(), "^")
}

// isSegmentName reports a capital letter and two capital letters or digits.
func isSegmentName(s string) bool {
	for i := range len(s) {
		if !('A' <= s[i] && s[i] <= 'Z') && (i == 0 || !isDigit(s[i])) {
			return false
		}
	}
	return len(s) == 3
}

// first is the first of the texts that is not empty.
func first(texts ...string) string {
	for _, s := range texts {
		if s != "" {
			return s
		}
	}
	return ""
}

// shorten cuts a sentence at a word so that at most limit characters are sent,
// escapes included.
func shorten(s string, limit int) string {
	fits := func(s string) bool { return utf8.RuneCountInString(hl7.Escaped(s)) <= limit }
	if fits(s) {
		return s
	}
	const more = "..."
	cut := ""
	for _, word := range strings.Fields(s) {
		next := word
		if cut != "" {
			next = cut + " " + word
		}
		if !fits(next + more) {
			break
		}
		cut = next
	}
	if cut == "" { // one word that is too long
		for _, r := range s {
			if !fits(cut + string(r) + more) {
				break
			}
			cut += string(r)
		}
	}
	return cut + more
}

// isOID reports a universal identifier as the guide wants it (IZ-3, IZ-5):
// numbers with a point between them, the first at most 2.
func isOID(s string) bool {
	if len(s) < 3 || s[0] > '2' || s[1] != '.' {
		return false
	}
	for number := range strings.SplitSeq(s, ".") {
		if !allDigits(number) || (len(number) > 1 && number[0] == '0') {
			return false
		}
	}
	return true
}

// hd writes an authority or facility as field n of type HD.
func (w *writer) hd(n int, authority string) {
	if isOID(authority) {
		w.b.Field(n, "", authority, "ISO")
		return
	}
	w.b.Field(n, authority)
}

// hdComponent writes an authority or facility as component n of the field begun.
func (w *writer) hdComponent(n int, authority string) {
	if isOID(authority) {
		w.b.Comp(n, "", authority, "ISO")
		return
	}
	w.b.Comp(n, authority)
}

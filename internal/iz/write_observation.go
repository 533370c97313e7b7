package iz

import (
	"slices"
	"strconv"
	"strings"

	"openiis/internal/cal"
	"openiis/internal/codeset"
	"openiis/internal/iis"
)

// observations writes the OBX segments of one order group: what was observed,
// then the notes on the whole event, each as a comment. RXA-9 has room for notes
// in the guide's text (IZ-31, IZ-47), but not in NIST's profile of it, and no
// NTE may follow an RXA.
//
// OBX-1 runs through the message; OBX-4 counts the facts of the group, after
// those that are written already, and observations that shared a sub-id still
// share one.
func (w *writer) observations(d *iis.Dose, written int) {
	facts := make([]string, 0, 16) // the sub-id that each fact of the group came with
	for i := range d.Observations {
		o := &d.Observations[i]
		if o.Code.IsZero() || o.Value.IsZero() && o.Text == "" {
			continue // OBX-3 and OBX-5 are required
		}
		fact := 1 + slices.Index(facts, o.Group)
		if fact == 0 || o.Group == "" {
			facts = append(facts, o.Group)
			fact = len(facts)
		}
		w.observation(o, written+fact)
	}
	for i, note := range d.Notes {
		w.observation(&iis.Observation{Code: iis.Coded{Code: comment}, Type: "TX", Text: note}, written+len(facts)+1+i)
	}
}

// observation writes an OBX with its notes. Codes of the guide's tables have our
// spelling; any other goes out as it came, for what was observed must not get
// lost with it.
func (w *writer) observation(o *iis.Observation, fact int) {
	id := w.codedOrSent(&o.Code, codeset.TableObserved, "LN")
	typ, value := w.observed(id[0], o)
	w.obx++
	w.b.Segment("OBX").Field(1, strconv.Itoa(w.obx)).Field(2, typ)
	w.ce(3, id)
	w.b.Field(4, strconv.Itoa(fact))
	w.ce(5, value)
	w.ce(6, w.observedUnit(typ, &o.Unit))
	w.b.Field(11, "F").Field(14, stampNZ(o.On, o.Time))
	w.ce(17, w.codedOrSent(&o.Method, "eligibility-method", "CDCPHINVS"))
	if len(o.Notes) > 0 {
		w.b.Segment("NTE").Field(3, strings.Join(o.Notes, "\n"))
	}
}

// observed is OBX-2 and OBX-5. What its type cannot hold is sent as the text
// that it is (ST): words without a code, a date that is none, a value whose parts
// were not kept, and what no code system has but CDC's numbers of observations.
func (w *writer) observed(loinc string, o *iis.Observation) (typ string, value ce) {
	switch v := &o.Value; {
	case v.System == codeset.ObservationSystem && v.Text != "":
		return "ST", ce{v.Text}
	case v.Code != "" || v.AltCode != "":
		if o.Type == "CWE" {
			return "CWE", w.observedCode(loinc, v)
		}
		return "CE", w.observedCode(loinc, v)
	case !v.IsZero():
		return "ST", ce{first(v.Text, v.AltText)}
	case holds(o.Type, o.Text):
		return o.Type, ce{o.Text}
	}
	return "ST", ce{o.Text}
}

// observedCode is a coded OBX-5: of the guide's table in our spelling, any other
// as it came. (A state's own eligibilities are the guide's as well: AKA01^…^AKA.)
func (w *writer) observedCode(loinc string, v *iis.Coded) ce {
	if loinc == eligibility {
		if known := w.coded(v, "0064", "HL70064"); known != (ce{}) {
			return known
		}
	}
	out := asSent(v, impliedSystem(loinc, v.Code))
	if out[2] == "CVX" {
		if code, ok := codeset.CanonicalCVX(out[0]); ok {
			out[0] = code // 3 is 03
		}
	}
	return out
}

// holds reports a text that a data type can hold.
func holds(typ, text string) bool {
	switch typ {
	case "ST", "TX", "FT", "ID", "IS":
		return true
	case "DT":
		return cal.ParseCompact(text) != cal.None
	case "TS", "DTM":
		return isTimeStamp(text)
	case "NM", "SI":
		return isDecimal(strings.TrimLeft(text, "+-"))
	}
	return false
}

const (
	eligibility = "64994-7"
	comment     = "48767-8"
)

// impliedSystem is the code system of an observation's values, for a code that
// came without one; "" when the value set draws on several.
func impliedSystem(loinc, code string) string {
	if strings.HasPrefix(code, "VXC") || strings.HasPrefix(code, "PHC") {
		return "CDCPHINVS" // CDC's own codes, in whichever value set
	}
	switch loinc {
	case "30956-7", "38890-0":
		return "CVX"
	case "69764-9":
		return "cdcgs1vis"
	case "59784-9", "75505-8":
		return "SCT"
	}
	return ""
}

// observedUnit is OBX-6. A number without a unit has the code for that (NA,
// table 0353), for OBX-6 is required beside a number.
func (w *writer) observedUnit(typ string, c *iis.Coded) ce {
	switch {
	case typ == "NM" && (c.IsZero() || c.Code == "NA"):
		return ce{"NA", "not applicable", "HL70353"}
	case c.IsZero():
		return ce{}
	}
	if unit := w.unit(c); unit != (ce{}) {
		return unit
	}
	return asSent(c, "")
}

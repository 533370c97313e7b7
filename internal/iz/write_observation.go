package iz

import (
	"slices"
	"strconv"
	"strings"

	"openiis/internal/cal"
	"openiis/internal/codeset"
	"openiis/internal/iis"
)

// observations writes the OBX segments of one order group. OBX-1 runs through
// the message; OBX-4 counts the facts of the group, and observations that
// shared a sub-id still share one. Those that the guide has no code for, and
// values that their type cannot hold, are left out.
func (w *writer) observations(list []iis.Observation) {
	facts := make([]string, 0, 16) // the sub-id that each fact of the group came with
	for i := range list {
		o := &list[i]
		id := w.coded(o.Code, codeset.TableObserved, "LN")
		typ, value := w.observed(id[0], o)
		if id == (ce{}) || value == (ce{}) {
			continue
		}
		fact := 1 + slices.Index(facts, o.Group)
		if fact == 0 || o.Group == "" {
			facts = append(facts, o.Group)
			fact = len(facts)
		}
		w.obx++
		w.b.Segment("OBX").Field(1, strconv.Itoa(w.obx)).Field(2, typ)
		w.ce(3, id)
		w.b.Field(4, strconv.Itoa(fact))
		w.ce(5, value)
		w.ce(6, w.observedUnit(typ, o.Unit))
		w.b.Field(11, "F").Field(14, o.On.Compact())
		w.ce(17, w.coded(o.Method, "eligibility-method", "CDCPHINVS"))
		if len(o.Notes) > 0 {
			w.b.Segment("NTE").Field(3, strings.Join(o.Notes, "\n"))
		}
	}
}

// observed is OBX-2 with OBX-5, which is zero when the value cannot be sent.
func (w *writer) observed(loinc string, o *iis.Observation) (typ string, value ce) {
	if !o.Value.IsZero() {
		typ = "CE"
		if o.Type == "CWE" {
			typ = "CWE"
		}
		if loinc == eligibility { // its value set is closed (IZ-35)
			return typ, w.coded(o.Value, "0064", "HL70064")
		}
		value = sent(o.Value, impliedSystem(loinc, o.Value.Code))
		if value[2] == "CVX" {
			if code, ok := codeset.CanonicalCVX(value[0]); ok {
				value[0] = code // 3 is 03
			}
		}
		return typ, value
	}
	text := o.Text
	ok := text != ""
	switch o.Type {
	case "DT":
		ok = cal.ParseCompact(text) != cal.None
	case "TS", "DTM":
		ok = isTimeStamp(text)
	case "NM", "SI":
		ok = isDecimal(strings.TrimLeft(text, "+-"))
	case "ST", "TX", "FT", "ID", "IS":
	case "":
		return "ST", textValue(text, ok)
	default: // a type whose parts we did not keep
		ok = false
	}
	return o.Type, textValue(text, ok)
}

func textValue(text string, ok bool) ce {
	if !ok {
		return ce{}
	}
	return ce{text}
}

const eligibility = "64994-7"

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
func (w *writer) observedUnit(typ string, c iis.Coded) ce {
	if unit := w.unit(c); unit != (ce{}) || typ != "NM" {
		return unit
	}
	if c.IsZero() || c.Code == "NA" {
		return ce{"NA", "not applicable", "HL70353"}
	}
	return sent(c, "")
}

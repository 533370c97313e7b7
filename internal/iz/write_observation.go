package iz

import (
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
	groups := map[string]string{}
	facts := 0
	for i := range list {
		o := &list[i]
		id := w.coded(o.Code, codeset.TableObserved, "LN")
		if id == nil {
			continue
		}
		typ, value := w.observed(id[0], o)
		if value == nil {
			continue
		}
		group, known := groups[o.Group]
		if !known || o.Group == "" {
			facts++
			group = strconv.Itoa(facts)
			groups[o.Group] = group
		}
		w.obx++
		w.b.Segment("OBX").
			Field(1, strconv.Itoa(w.obx)).
			Field(2, typ).
			Field(3, id...).
			Field(4, group).
			Field(5, value...).
			Field(6, w.observedUnit(typ, o.Unit)...).
			Field(11, "F").
			Field(14, o.On.Compact()).
			Field(17, w.coded(o.Method, "eligibility-method", "CDCPHINVS")...)
		if len(o.Notes) > 0 {
			w.b.Segment("NTE").Field(3, strings.Join(o.Notes, "\n"))
		}
	}
}

// observed is OBX-2 with the components of OBX-5; no components when the value
// cannot be sent.
func (w *writer) observed(loinc string, o *iis.Observation) (typ string, value []string) {
	if !o.Value.IsZero() {
		typ = "CE"
		if o.Type == "CWE" {
			typ = "CWE"
		}
		if loinc == eligibility { // its value set is closed (IZ-35)
			return typ, w.coded(o.Value, "0064", "HL70064")
		}
		value = ce(o.Value, impliedSystem(loinc, o.Value.Code))
		if len(value) > 0 && value[2] == "CVX" {
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
		ok = timeStamp.MatchString(text)
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

func textValue(text string, ok bool) []string {
	if !ok {
		return nil
	}
	return []string{text}
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
func (w *writer) observedUnit(typ string, c iis.Coded) []string {
	if unit := w.unit(c); unit != nil || typ != "NM" {
		return unit
	}
	if c.IsZero() || c.Code == "NA" {
		return []string{"NA", "not applicable", "HL70353"}
	}
	return ce(c, "")
}

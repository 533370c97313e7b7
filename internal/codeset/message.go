package codeset

import (
	"fmt"
	"strconv"
	"strings"
)

// Tables that a field's codes are of and that are no HL7 tables of ours.
const (
	TableCVX = "CVX"
	TableMVX = "MVX"
)

// messageLayouts are the layouts of the files that name the parts of a message.
// A table that they name is an HL7 table, CVX or MVX.
var messageLayouts = map[string]layout{
	"message/segment.tsv":   {columns: []string{"segment", "name"}, key: 1},
	"message/field.tsv":     {columns: []string{"segment", "field", "name", "type", "table"}, key: 2, refs: []ref{{0, "message/segment.tsv"}}},
	"message/component.tsv": {columns: []string{"type", "component", "name", "of_type", "table"}, key: 2},
}

// Named is a field or component by name (HL7 v2.5.1, chapters 2 to 7).
type Named struct {
	Name  string
	Type  string // its data type, CX; "" when another field says it (OBX-5)
	Table string // of its codes, "" for none that we have
}

// parts are the names of a message's parts.
type parts struct {
	segments   map[string]string
	fields     map[string]Named // PID-3
	components map[string]Named // CX.4
}

// Segment is the name of a segment in words, "" for one that the guide does not
// use.
func (t *Tables) Segment(id string) string { return t.parts.segments[id] }

// Field is the n-th field of a segment.
func (t *Tables) Field(segment string, n int) (Named, bool) {
	f, ok := t.parts.fields[segment+"-"+strconv.Itoa(n)]
	return f, ok
}

// Component is the n-th component of a data type; none for one that has no
// components.
func (t *Tables) Component(typ string, n int) (Named, bool) {
	c, ok := t.parts.components[typ+"."+strconv.Itoa(n)]
	return c, ok
}

// Meaning is what a code of a table means: of an HL7 table, CVX or MVX.
func (t *Tables) Meaning(table, code string) (string, bool) {
	switch table {
	case "":
		return "", false
	case TableCVX:
		v, ok := t.CVX(code)
		return v.Short, ok
	case TableMVX:
		m, ok := t.MVX(code)
		return m.Name, ok
	}
	e, ok := t.HL7(table, code)
	return e.Meaning, ok
}

// takeParts reads the names of a message's parts.
func (t *Tables) takeParts(sheets map[string]sheet) {
	t.parts = parts{map[string]string{}, map[string]Named{}, map[string]Named{}}
	for _, r := range sheets["message/segment.tsv"].rows {
		t.parts.segments[r[0]] = r[1]
	}
	for _, r := range sheets["message/field.tsv"].rows {
		t.parts.fields[r[0]+"-"+r[1]] = Named{r[2], r[3], r[4]}
	}
	for _, r := range sheets["message/component.tsv"].rows {
		t.parts.components[r[0]+"."+r[1]] = Named{r[2], r[3], r[4]}
	}
}

// lintParts says which rows have no name, no number or an unknown table.
func lintParts(s sheet, sheets map[string]sheet) []string {
	var out []string
	for i, r := range s.rows {
		if len(r) == 2 {
			if r[1] == "" {
				out = append(out, s.at(i)+": a segment needs a name")
			}
			continue
		}
		if r[2] == "" || !allDigits(r[1]) {
			out = append(out, s.at(i)+": want a number and a name")
		}
		if _, ok := sheets["hl7/"+r[4]+".tsv"]; !ok && r[4] != "" && r[4] != TableCVX && r[4] != TableMVX {
			out = append(out, fmt.Sprintf("%s: there is no table %s", s.at(i), r[4]))
		}
	}
	return out
}

func isMessagePart(name string) bool { return strings.HasPrefix(name, "message/") }

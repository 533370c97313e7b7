package codeset

import (
	"strings"
	"testing"
	"testing/fstest"

	"openiis/internal/is"
)

func TestThePartsOfAMessageHaveNames(t *testing.T) {
	c := Default()
	is.Equal(t, "PID", c.Segment("PID"), "Patient")
	is.Equal(t, "a segment of nobody's", c.Segment("ZZZ"), "")
	f, ok := c.Field("PID", 3)
	is.Equal(t, "PID-3", f, Named{"Patient identifier list", "CX", ""})
	is.Equal(t, "PID-3 is there", ok, true)
	p, _ := c.Component(f.Type, 5)
	is.Equal(t, "CX.5", p, Named{"Identifier type code", "ID", "0203"})
	_, ok = c.Field("PID", 77)
	is.Equal(t, "PID-77", ok, false)
	_, ok = c.Component("ST", 1)
	is.Equal(t, "a component of a plain text", ok, false)
	f, _ = c.Field("OBX", 5)
	is.Equal(t, "the type of OBX-5 is for OBX-2 to say", f.Type, "")
}

func TestACodeHasItsMeaningInTheTableOfItsField(t *testing.T) {
	c := Default()
	for _, want := range []struct {
		segment       string
		field         int
		code, meaning string
	}{
		{"PID", 8, "F", "female"}, {"RXA", 5, "03", "MMR"}, {"RXA", 17, "MSD", "Merck and Co., Inc."}, {"RXA", 20, "CP", "given completely"},
		{"RXA", 5, "nonsense", ""}, {"PID", 7, "F", ""},
	} {
		f, _ := c.Field(want.segment, want.field)
		got, _ := c.Meaning(f.Table, want.code)
		is.Equal(t, want.segment+" "+want.code, got, want.meaning)
	}
}

func TestTheLintReadsTheNamesOfTheParts(t *testing.T) {
	const head = "# source: test; release date: 2025-01-01\n"
	problems := func(fields string) string {
		return strings.Join(Lint(fstest.MapFS{
			"message/segment.tsv": {Data: []byte(head + "segment\tname\nPID\tPatient\n")},
			"message/field.tsv":   {Data: []byte(head + "segment\tfield\tname\ttype\ttable\n" + fields)},
		}), "\n")
	}
	is.Equal(t, "in order", problems("PID\t2\tOld number\tCX\t\nPID\t10\tRace\tCE\tCVX\n"), "")
	for row, want := range map[string]string{
		"PID\t10\tRace\tCE\t9999\n":              "message/field.tsv:3: there is no table 9999",
		"PID\t10\t\tCE\t\n":                      "message/field.tsv:3: want a number and a name",
		"ZZZ\t1\tName\tCE\t\n":                   "ZZZ is not in message/segment.tsv",
		"PID\t10\tRace\tCE\t\nPID\t2\tX\tCX\t\n": "PID 2 is out of order",
	} {
		if got := problems(row); !strings.Contains(got, want) {
			t.Errorf("row %q: got %q, want %q", row, got, want)
		}
	}
}

package sheet

import (
	"strings"
	"testing"

	"openiis/internal/is"
)

func TestNoCellIsRunByASpreadsheet(t *testing.T) {
	for cell, want := range map[string]string{
		`=HYPERLINK("http://evil.example")`: `'=HYPERLINK("http://evil.example")`, "@SUM(A1)": "'@SUM(A1)", "+1+cmd|' /C calc'!A0": "'+1+cmd|' /C calc'!A0",
		"-2+3": "'-2+3", "\t=1": "'\t=1", "\r=1": "'\r=1", "\n=1": "'\n=1", "-": "'-",
		"-3": "-3", "-3.5": "-3.5", "+16175550100": "+16175550100", "Marsh": "Marsh", "": "", "O'Hara": "O'Hara", "a=b": "a=b", "-3.": "'-3.",
	} {
		is.Equal(t, cell, Harmless(cell), want)
	}
	var b strings.Builder
	w := New(&b)
	is.NoError(t, "write", w.Write([]string{"=1+1", "Oak, Street"}))
	w.Flush()
	is.NoError(t, "flush", w.Error())
	is.Equal(t, "row", b.String(), "'=1+1,\"Oak, Street\"\n")
}

// Package sheet writes CSV that people open in a spreadsheet.
//
// A cell that begins like a formula would be run there, and what it says may have come from
// outside: such a cell begins with an apostrophe (CWE-1236). Files that programs read, and that
// must come back as they were, are not written by it: the house's test lists them. Start at
// New.
package sheet

import (
	"encoding/csv"
	"io"
	"strings"
)

// Writer writes rows. Flush and Error are those of encoding/csv.
type Writer struct{ *csv.Writer }

// New is a writer of CSV for people.
func New(to io.Writer) *Writer { return &Writer{csv.NewWriter(to)} }

// Write writes a row, its cells made harmless.
func (w *Writer) Write(row []string) error {
	safe := make([]string, len(row))
	for i, cell := range row {
		safe[i] = Harmless(cell)
	}
	return w.Writer.Write(safe)
}

// Harmless is a cell that no spreadsheet runs: an apostrophe is put before what begins like a
// formula. A plain number is none.
func Harmless(cell string) string {
	if cell == "" || !strings.ContainsRune("=+-@\t\r\n", rune(cell[0])) || isNumber(cell[1:]) && (cell[0] == '-' || cell[0] == '+') {
		return cell
	}
	return "'" + cell
}

// isNumber reports digits, with one point among them at most.
func isNumber(s string) bool {
	whole, part, point := strings.Cut(s, ".")
	digits := func(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }
	return digits(whole) && (!point || digits(part))
}

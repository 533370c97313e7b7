// Package flat reads the files of those who have no HL7: spreadsheets and flat
// files in which a row is a dose, with the person's columns beside it. It finds
// the columns, reads their values as people write them, and makes of the rows of
// one person one vaccination message.
//
// It keeps nothing, looks nobody up and judges no dose: the message goes the way
// of every message, and what is wrong with a row is told as a Problem with its
// line and column. Start at Read, Guess and Plan.
package flat

import (
	"openiis/internal/fault"
	"openiis/internal/iis"
)

// Limits are how much is read at most.
type Limits struct {
	Bytes int // of the file
	Rows  int
}

// maxColumns is how many columns a file may have.
const maxColumns = 300

// Table is a file as rows of cells.
type Table struct {
	Header []string // the names of the columns, as they came
	Line   int      // where the header stands, from 1
	Rows   []Row    // those after it that are not blank
	// Notes say how it was read: separator, letters, sheet, lines passed over.
	Notes []string
	// Sheet says that it came from a workbook, in which a day may be a number, with
	// the day that is number 0 there.
	Sheet   bool
	Era1904 bool
}

// Row is one line of a file, or one row of a sheet.
type Row struct {
	Line  int // from 1, as an editor or spreadsheet counts
	Cells []string
	// Broken says why its cells cannot be told apart; "" when they can.
	Broken string
}

// Cell is the n-th cell of a row, from 0; "" beyond its end.
func (r *Row) Cell(n int) string {
	if n < 0 || n >= len(r.Cells) {
		return ""
	}
	return r.Cells[n]
}

// Problem is what is wrong with a row: where, and what to do.
type Problem struct {
	Line     int
	Column   int // from 0; -1 when it is no column's
	Severity iis.Severity
	Rule     string // a short name, for counting
	Say      string // a sentence without any value of the row
}

// Read reads a file of rows. A file that is none is fault.Invalid, one beyond the
// limits fault.TooLarge, each with a sentence that says what to do. Columns that a
// sender's mapping has are known as well as those of the list of fields.
func Read(content []byte, most Limits, known Mapping) (*Table, error) {
	if len(content) > most.Bytes {
		return nil, fault.New(fault.TooLarge, "The file has %d MB. At most %d MB are taken at once: split it into smaller files, each with the row of column names.", (len(content)+999_999)/1_000_000, most.Bytes/1_000_000)
	}
	var raw *rawTable
	var err error
	switch kind := kindOf(content); kind {
	case kindText:
		raw, err = readText(content, most, known)
	case kindWorkbook:
		raw, err = readWorkbook(content, most, known)
	default:
		return nil, fault.New(fault.Invalid, "%s", refusals[kind])
	}
	if err != nil {
		return nil, err
	}
	return raw.table(known)
}

// rawTable is what a file holds before its header is found.
type rawTable struct {
	rows    []Row
	notes   []string
	sheet   bool
	era1904 bool
}

// tooManyRows is the refusal of a long file.
func tooManyRows(most int) error {
	return fault.New(fault.TooLarge, "The file has more than %d rows, which are not taken at once: split it into smaller files, each with the row of column names.", most)
}

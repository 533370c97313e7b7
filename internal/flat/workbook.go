package flat

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/xuri/excelize/v2"

	"openiis/internal/fault"
)

// unpackedMost is how large a workbook may be unpacked, for each byte allowed of
// the file.
const unpackedMost = 12

// maxSheetRows is how many rows a sheet can have in spreadsheet programs.
const maxSheetRows = 1 << 20

// readWorkbook reads the sheet of a workbook that has the most columns that are
// known. Values are read as they are kept, not as they are shown, for what is shown
// of a day may lack its century; of a formula, its last result.
func readWorkbook(content []byte, most Limits, known Mapping) (out *rawTable, err error) {
	unreadable := fault.New(fault.Invalid, "The workbook cannot be read: it is damaged or has a password. Open it in a spreadsheet program and save it again as .xlsx, or as CSV.")
	defer func() {
		if p := recover(); p != nil { // of the library, on a damaged file
			out, err = nil, fault.Wrap(fault.Invalid, fmt.Errorf("reading a workbook panicked: %T", p), fault.Public(unreadable))
		}
	}()
	limit := int64(most.Bytes) * unpackedMost
	book, err := excelize.OpenReader(bytes.NewReader(content), excelize.Options{RawCellValue: true, UnzipSizeLimit: limit, UnzipXMLSizeLimit: limit})
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, fmt.Errorf("open a workbook: %T", err), fault.Public(unreadable))
	}
	defer func() { _ = book.Close() }() // it is in memory
	if tooHeavy(book, limit) {
		return nil, fault.New(fault.TooLarge, "The cells of the workbook hold more text than is taken at once: split it into smaller files, each with the row of column names.")
	}
	sheets := book.GetSheetList()
	name, best := "", -1
	for _, s := range sheets {
		rows, err := readSheet(book, s, sampleRows, Limits{Rows: sampleRows})
		if err != nil {
			return nil, unreadable
		}
		for _, r := range rows {
			if n := 1000*known.recognized(r.Cells) + min(len(r.Cells), 999); n > best {
				name, best = s, n
			}
		}
	}
	if best < 0 {
		return nil, fault.New(fault.Invalid, "The workbook has no rows.")
	}
	out = &rawTable{sheet: true}
	if len(sheets) > 1 {
		out.notes = append(out.notes, fmt.Sprintf("The workbook has %d sheets; “%s” was read, and no other.", len(sheets), name))
	}
	if p, err := book.GetWorkbookProps(); err == nil && p.Date1904 != nil {
		out.era1904 = *p.Date1904
	}
	if out.rows, err = readSheet(book, name, 0, most); err != nil && fault.KindOf(err) == fault.Internal {
		err = unreadable
	}
	return out, err
}

// readSheet reads the rows of a sheet that are not blank, all or the first.
func readSheet(book *excelize.File, name string, first int, most Limits) ([]Row, error) {
	rows, err := book.Rows(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }() // it is in memory
	var out []Row
	for line := 1; rows.Next(); line++ {
		cells, err := rows.Columns()
		if err != nil {
			return nil, err
		}
		row := Row{Line: line, Cells: cells}
		if line > maxSheetRows { // the library counts up to whatever number a row claims
			return nil, fault.New(fault.Invalid, "The workbook has a row with a number that no row can have. Save it again as .xlsx, or as CSV.")
		}
		if len(cells) > maxColumns {
			row.Cells = slices.Clone(cells[:maxColumns]) // the rest may be 16,000 more
		}
		for i, c := range row.Cells {
			row.Cells[i] = strings.TrimSpace(c)
		}
		if row.blank() {
			continue
		}
		out = append(out, row)
		switch {
		case first > 0 && len(out) == first:
			return out, nil
		case first == 0 && len(out) > most.Rows+sampleRows:
			return nil, tooManyRows(most.Rows)
		}
	}
	return out, rows.Error()
}

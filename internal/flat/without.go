package flat

import (
	"bytes"
	"encoding/csv"
	"slices"
	"strings"
)

// Without is a file without some of its rows, named by their lines: those of others keep
// their lines, with nothing between. Of a workbook the cells are kept as text, each row on
// its line, for a sheet cannot be cut otherwise. A file that is no table loses just those
// lines.
func Without(content []byte, lines []int) []byte {
	table, err := Read(content, Limits{Bytes: len(content), Rows: len(content) + 1}, Mapping{})
	if err == nil && table.Sheet {
		return table.without(lines)
	}
	all := strings.SplitAfter(string(content), "\n")
	blank := func(from, to int) { // from one line to before another, from 1
		for n := from; n < to && n <= len(all); n++ {
			all[n-1] = "\n"
		}
	}
	if err != nil {
		for _, l := range lines {
			blank(l, l+1)
		}
		return []byte(strings.Join(all, ""))
	}
	for i := range table.Rows {
		if !slices.Contains(lines, table.Rows[i].Line) {
			continue
		}
		end := len(all) + 1 // a cell may go over several lines: up to the next row
		if i+1 < len(table.Rows) {
			end = table.Rows[i+1].Line
		}
		blank(table.Rows[i].Line, end)
	}
	return []byte(strings.Join(all, ""))
}

// without is a sheet as text, without some rows.
func (t *Table) without(lines []int) []byte {
	var b bytes.Buffer
	at := 1
	put := func(line int, cells []string) {
		for ; at < line; at++ {
			b.WriteString("\n")
		}
		w := csv.NewWriter(&b)
		_ = w.Write(cells) // into memory
		w.Flush()
		at++
	}
	put(t.Line, t.Header)
	for i := range t.Rows {
		if r := &t.Rows[i]; !slices.Contains(lines, r.Line) {
			put(r.Line, r.Cells)
		}
	}
	return b.Bytes()
}

package codeset

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"sort"
	"strings"

	"openiis/internal/cal"
)

// A layout is what one content file looks like. It is the single statement of
// columns: the reader, the importer and the lint all go by it.
type layout struct {
	columns []string
	key     int   // the first so many columns are unique together, and sorted
	dates   []int // columns that hold a day or nothing
	refs    []ref // columns whose codes must exist in another file
}

// A ref says that every code of a column is the key of another file.
type ref struct {
	column int
	file   string
}

// hl7Layout is the layout of every file in hl7/.
var hl7Layout = layout{columns: []string{"code", "meaning", "guide", "maps_to"}, key: 1}

// layouts are the layouts of the files made by import.
var layouts = map[string]layout{
	"cvx.tsv":           {columns: []string{"cvx", "short_name", "full_name", "status", "unspecified", "updated"}, key: 1, dates: []int{5}},
	"vaccine-group.tsv": {columns: []string{"cvx", "group", "group_cvx"}, key: 2, refs: []ref{{0, "cvx.tsv"}, {2, "cvx.tsv"}}},
	"mvx.tsv":           {columns: []string{"mvx", "name", "status", "updated"}, key: 1, dates: []int{3}},
	"trade-name.tsv":    {columns: []string{"name", "cvx", "mvx", "status", "updated"}, key: 3, dates: []int{4}, refs: []ref{{1, "cvx.tsv"}, {2, "mvx.tsv"}}},
	"cpt.tsv":           {columns: []string{"cpt", "cvx", "updated"}, key: 1, dates: []int{2}, refs: []ref{{1, "cvx.tsv"}}},
	"ndc.tsv": {columns: []string{"ndc", "unit", "cvx", "mvx", "name", "labeler", "packaging", "gtin", "from", "to", "updated"}, key: 2,
		dates: []int{8, 9, 10}, refs: []ref{{2, "cvx.tsv"}, {3, "mvx.tsv"}}},
	"ndc-link.tsv":     {columns: []string{"sale_ndc", "use_ndc"}, key: 2, refs: []ref{{0, "ndc.tsv"}, {1, "ndc.tsv"}}},
	"vis.tsv":          {columns: []string{"gdti", "document", "title", "edition", "status"}, key: 1, dates: []int{3}},
	"vis-document.tsv": {columns: []string{"document", "title", "pdf", "page"}, key: 1},
	"cvx-vis.tsv":      {columns: []string{"cvx", "gdti"}, key: 2, refs: []ref{{0, "cvx.tsv"}, {1, "vis.tsv"}}},
}

func layoutOf(name string) (layout, bool) {
	if isHL7(name) {
		return hl7Layout, true
	}
	if isMessagePart(name) {
		l, ok := messageLayouts[name]
		return l, ok
	}
	if name == observationFile {
		return observationLayout, true
	}
	l, ok := layouts[name]
	return l, ok
}

func isHL7(name string) bool { return strings.HasPrefix(name, "hl7/") }

// A sheet is one content file read. Its first lines are comments: the first
// says source, release date and, for a table of old codes, the table that
// maps_to names.
type sheet struct {
	name    string
	source  string
	release cal.Date
	mapsTo  string
	first   int // line number of rows[0]
	rows    [][]string
}

// at names the place of a row for an error.
func (s sheet) at(row int) string { return fmt.Sprintf("%s:%d", s.name, s.first+row) }

// readSheets reads every *.tsv of fsys and of its folders hl7 and message.
func readSheets(fsys fs.FS) (map[string]sheet, error) {
	out := make(map[string]sheet)
	var problems []error
	for _, pattern := range []string{"*.tsv", "hl7/*.tsv", "message/*.tsv"} {
		names, err := fs.Glob(fsys, pattern)
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			b, err := fs.ReadFile(fsys, name)
			if err != nil {
				return nil, fmt.Errorf("read code set: %w", err)
			}
			s, err := readSheet(name, b)
			if err != nil {
				problems = append(problems, err)
				continue
			}
			out[name] = s
		}
	}
	return out, errors.Join(problems...)
}

func readSheet(name string, b []byte) (sheet, error) {
	s := sheet{name: name}
	l, ok := layoutOf(name)
	if !ok {
		return s, fmt.Errorf("%s: no such code set is known: remove the file or describe it in package codeset", name)
	}
	text, ended := strings.CutSuffix(string(b), "\n")
	if !ended || strings.Contains(text, "\r") {
		return s, fmt.Errorf("%s: every line ends with one line feed, no carriage return", name)
	}
	lines := strings.Split(text, "\n")
	n := 0
	for ; n < len(lines) && strings.HasPrefix(lines[n], "#"); n++ {
		if n == 0 {
			s.readNote(lines[0])
		}
	}
	if s.source == "" || s.release == cal.None {
		return s, fmt.Errorf("%s:1: want a line like \"# source: CDC; release date: 2025-11-19\"", name)
	}
	if n == len(lines) || lines[n] != strings.Join(l.columns, "\t") {
		return s, fmt.Errorf("%s:%d: the columns must be %s, separated by tabs", name, n+1, strings.Join(l.columns, ", "))
	}
	s.first = n + 2
	for i, line := range lines[n+1:] {
		cells := strings.Split(line, "\t")
		if len(cells) != len(l.columns) {
			return s, fmt.Errorf("%s:%d: %d cells where %d are wanted, separated by tabs", name, s.first+i, len(cells), len(l.columns))
		}
		s.rows = append(s.rows, cells)
	}
	return s, nil
}

// readNote reads the first comment, "# source: …; release date: …; maps to: …".
func (s *sheet) readNote(line string) {
	for _, part := range strings.Split(strings.TrimPrefix(line, "#"), ";") {
		word, value, _ := strings.Cut(part, ":")
		value = strings.TrimSpace(value)
		switch strings.TrimSpace(word) {
		case "source":
			s.source = value
		case "release date":
			s.release, _ = cal.Parse(value)
		case "maps to":
			s.mapsTo = value
		}
	}
}

// bytes is the file that readSheet reads.
func (s sheet) bytes() []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "# source: %s; release date: %s\n", s.source, s.release)
	fmt.Fprintln(&b, strings.Join(layouts[s.name].columns, "\t"))
	for _, row := range s.rows {
		b.WriteString(strings.Join(row, "\t"))
		b.WriteByte('\n')
	}
	return b.Bytes()
}

// sort puts the rows in the order of their key.
func (s *sheet) sort(key int) {
	s.first = 3 // below note and header, as bytes writes them
	sort.SliceStable(s.rows, func(i, j int) bool { return compareKeys(s.rows[i][:key], s.rows[j][:key]) < 0 })
}

// compareKeys orders keys cell by cell.
func compareKeys(a, b []string) int {
	for i := range a {
		if c := compareCodes(a[i], b[i]); c != 0 {
			return c
		}
	}
	return 0
}

// compareCodes orders codes as people count: numbers by their value (99 before
// 100) and before words.
func compareCodes(a, b string) int {
	na, nb := allDigits(a), allDigits(b)
	switch {
	case na && nb && len(a) != len(b):
		return len(a) - len(b)
	case na != nb && na:
		return -1
	case na != nb:
		return 1
	}
	return strings.Compare(a, b)
}

func allDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

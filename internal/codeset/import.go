package codeset

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"sort"
	"strings"

	"openiis/internal/cal"
)

// Imported is one content file made from CDC's.
type Imported struct {
	Name    string // its name in folder codes
	Bytes   []byte
	Rows    int
	Release cal.Date
	Left    []string // rows that were left out, each with its reason
}

// Import makes our content files from the files that CDC publishes, all of
// which must be in the folder. The same input gives the same bytes.
//
// The release date of each file is the latest "last updated" of its rows or,
// where CDC dates none, of the file it belongs to; release replaces it unless
// None. The error names file, line and what to do; nothing is made then.
func Import(folder fs.FS, release cal.Date) ([]Imported, error) {
	in, err := readPublished(folder)
	if err != nil {
		return nil, err
	}
	m := &making{in: in, latest: make(map[string]cal.Date)}
	sheets := []*draft{
		m.vaccines(), m.groups(), m.makers(), m.tradeNames(), m.cpt(),
	}
	sheets = append(sheets, m.packages()...)
	sheets = append(sheets, m.statements()...)
	files := make(map[string]sheet, len(sheets))
	for _, d := range sheets {
		if release != cal.None {
			d.sheet.release = release
		}
		m.problem(d.finish())
		files[d.sheet.name] = d.sheet
	}
	for _, d := range sheets {
		m.problem(d.checkRefs(files))
	}
	if err := errors.Join(m.problems...); err != nil {
		return nil, err
	}
	for _, p := range lintSheets(files) {
		m.problem(fmt.Errorf("made of CDC's files, %s: correct the row that it comes from", p))
	}
	if err := errors.Join(m.problems...); err != nil {
		return nil, err
	}
	var out []Imported
	for _, d := range sheets {
		out = append(out, Imported{Name: d.sheet.name, Bytes: d.sheet.bytes(), Rows: len(d.sheet.rows), Release: d.sheet.release, Left: d.left})
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Name < out[j].Name })
	return out, nil
}

// making is one run of Import.
type making struct {
	in       map[string]published
	latest   map[string]cal.Date // by CDC's file
	problems []error
}

func (m *making) problem(err error) {
	if err != nil {
		m.problems = append(m.problems, err)
	}
}

// day reads a column and remembers the latest "updated" of the file.
func (m *making) day(r publishedRow, column string) string {
	d, err := r.day(column)
	m.problem(err)
	if column == "updated" {
		m.latest[r.file] = max(m.latest[r.file], d)
	}
	return d.String()
}

// cvx reads a code into its canonical form.
func (m *making) cvx(r publishedRow, column string) string {
	code, ok := CanonicalCVX(r.cells[column])
	if !ok {
		m.problem(r.wrong("%q is not a CVX code: want one to three digits", r.cells[column]))
	}
	return code
}

func (m *making) ndc(r publishedRow) string {
	code, ok := CanonicalNDC(r.cells["ndc"])
	if !ok {
		m.problem(r.wrong("%q is not a package number: want eleven digits, 5-4-2", r.cells["ndc"]))
	}
	return code
}

// status is CDC's word in our spelling; the lint knows which there are.
func status(r publishedRow) string {
	return strings.ReplaceAll(strings.ToLower(r.cells["status"]), " ", "-")
}

// A draft is a content file being made.
type draft struct {
	sheet sheet
	from  map[string]publishedRow // the row that made each key
	left  []string
	// lists are the columns that gather several codes under one key.
	lists    []int
	problems []error
}

func newDraft(name, cdcFile string, release cal.Date, lists ...int) *draft {
	return &draft{
		sheet: sheet{name: name, source: "CDC, " + cdcFile, release: release},
		from:  make(map[string]publishedRow), lists: lists,
	}
}

// add takes one row. A second row with the same key must say the same, except
// in the columns that are lists: those are joined.
func (d *draft) add(r publishedRow, cells ...string) {
	l := layouts[d.sheet.name]
	key := strings.Join(cells[:l.key], "\t")
	first, seen := d.from[key]
	if !seen {
		d.from[key] = r
		d.sheet.rows = append(d.sheet.rows, cells)
		return
	}
	at := slices.IndexFunc(d.sheet.rows, func(x []string) bool { return strings.Join(x[:l.key], "\t") == key })
	row := d.sheet.rows[at]
	for i := range cells {
		switch {
		case cells[i] == row[i]:
		case slices.Contains(d.lists, i):
			row[i] = joinCodes(row[i], cells[i])
		case l.columns[i] == "updated":
			row[i] = max(row[i], cells[i])
		default:
			d.problems = append(d.problems, r.wrong("%s is also on line %d of %s with another %s: remove the wrong line",
				strings.ReplaceAll(key, "\t", " "), first.line, first.file, l.columns[i]))
		}
	}
}

// leave notes a row that cannot be used, with its reason.
func (d *draft) leave(r publishedRow, reason string) {
	d.left = append(d.left, fmt.Sprintf("%s, line %d: %s", r.file, r.line, reason))
}

func (d *draft) finish() error {
	d.sheet.sort(layouts[d.sheet.name].key)
	return errors.Join(d.problems...)
}

// checkRefs refuses codes that the file they point into does not have, and
// names the line of CDC's that they came from.
func (d *draft) checkRefs(files map[string]sheet) error {
	l := layouts[d.sheet.name]
	var problems []error
	for _, ref := range l.refs {
		known := keysOf(files[ref.file])
		for _, row := range d.sheet.rows {
			for _, code := range strings.Fields(row[ref.column]) {
				if !known[code] {
					r := d.from[strings.Join(row[:l.key], "\t")]
					problems = append(problems, r.wrong("code %s is not in the file that becomes %s: download all files on one day", code, ref.file))
				}
			}
		}
	}
	return errors.Join(problems...)
}

// joinCodes is the union of two lists of codes, in order.
func joinCodes(a, b string) string {
	all := append(strings.Fields(a), strings.Fields(b)...)
	slices.SortFunc(all, compareCodes)
	return strings.Join(slices.Compact(all), " ")
}

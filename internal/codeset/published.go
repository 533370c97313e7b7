package codeset

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"openiis/internal/cal"
)

// A published is one of CDC's files read: the columns that we use, by our own
// names for them.
type published struct {
	file string
	rows []publishedRow
}

type publishedRow struct {
	file  string
	line  int
	cells map[string]string
}

// A publishedForm is what we know of one of CDC's files. Every column it may
// have stands in one of the two lists, so that a new one is noticed.
type publishedForm struct {
	file   string
	want   map[string]string // CDC's column name, ours
	ignore []string          // CDC's columns that we do not need
}

// publishedForms are CDC's files as published in December 2025.
var publishedForms = []publishedForm{
	{"cvx.csv", map[string]string{"ShortDescription": "short", "FullVaccinename": "full", "CVXCode": "cvx", "Status": "status",
		"LastUpdated": "updated"}, []string{"Notes"}},
	{"vac2vg.csv", map[string]string{"CVXCode": "cvx", "Vaccine Group Name": "group", "CVX for Vaccine Group": "group_cvx"},
		[]string{"ShortDescription", "Status"}},
	{"mvx.csv", map[string]string{"MVX_CODE": "mvx", "Manufacturer Name": "name", "Status": "status", "Last Updated": "updated"},
		[]string{"Notes"}},
	{"tradename.csv", map[string]string{"CDC Product Name": "name", "CVXCode": "cvx", "MVX Code": "mvx",
		"Product name Status": "status", "Last Updated": "updated"}, []string{"Short Description", "Manufacturer", "MVX Status"}},
	{"cpt-to-cvx.csv", map[string]string{"cpt": "cpt", "cvx": "cvx", "last_updated": "updated"}, []string{"status"}},
	{"NDC_Unit_use.csv", map[string]string{"use_ndc_id": "id", "proprietary_name": "name", "labeler_name": "labeler", "start_date": "from",
		"end_date": "to", "packaging": "packaging", "cvx": "cvx", "no_use_ndc": "none", "ndc11": "ndc", "last_updated": "updated", "gtin": "gtin"},
		[]string{"labeler", "product", "package", "nonproprietary_name", "cvx_short_description", "gtin2"}},
	{"NDC_Unit_sale.csv", map[string]string{"sale_ndc_id": "id", "proprietary_name": "name", "labeler_name": "labeler", "start_date": "from",
		"end_date": "to", "packaging": "packaging", "cvx": "cvx", "ndc11": "ndc", "last_updated": "updated", "gtin?": "gtin"},
		[]string{"labeler", "product", "package", "nonproprietary_name", "cvx_short_description", "route"}},
	{"NDC_Linker.csv", map[string]string{"sale_id": "sale", "use_id": "use", "mvx": "mvx"}, []string{"id"}},
	{"vis.csv", map[string]string{"VIS_Document_Type_Description": "title", "Edition_Date": "edition", "VIS_encoded_string": "gdti",
		"VIS_GDTI_document_code": "document", "status": "status", "Lastupdated": "updated"}, nil},
	{"visurl.csv", map[string]string{"VIS_Document_Type_Description_ConceptName": "title", "VIS_GDTI_document_Conceptcode": "document",
		"VIS_PDF_URL": "pdf", "VIS_HTML_URL": "page"}, nil},
	{"cvxvis.csv", map[string]string{"CVXCode": "cvx", "Fully-encodedString": "gdti"},
		[]string{"CVXVaccineDescription", "VISDocumentName", "VISEditionDate", "Status"}},
}

// readPublished reads all of CDC's files from a folder, by their names. The
// error names every file that cannot be used.
func readPublished(folder fs.FS) (map[string]published, error) {
	out := make(map[string]published)
	var problems []error
	for _, form := range publishedForms {
		b, err := fs.ReadFile(folder, form.file)
		if err != nil {
			problems = append(problems, fmt.Errorf("%s cannot be read (%w): put all of CDC's files into one folder under the names that codes/README.md lists",
				form.file, errors.Unwrap(err)))
			continue
		}
		p, err := form.read(b)
		problems = append(problems, err)
		out[form.file] = p
	}
	return out, errors.Join(problems...)
}

// read takes CSV as spreadsheets write it: with or without byte order mark and
// carriage returns, with empty columns trailing.
func (f publishedForm) read(b []byte) (published, error) {
	p := published{file: f.file}
	b = bytes.TrimPrefix(b, []byte("\xef\xbb\xbf"))
	if i := firstInvalid(b); i >= 0 {
		return p, fmt.Errorf("%s, line %d: not UTF-8 text: save the file as CSV UTF-8", f.file, 1+bytes.Count(b[:i], []byte("\n")))
	}
	r := csv.NewReader(bytes.NewReader(b))
	r.FieldsPerRecord = -1
	header, err := r.Read()
	if err != nil {
		return p, fmt.Errorf("%s, line 1: no header line: download the file again", f.file)
	}
	header = trimEmpty(header)
	names, err := f.columns(header)
	if err != nil {
		return p, err
	}
	for {
		record, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return p, fmt.Errorf("%s: %w: download the file again or correct the quotes", f.file, err)
		}
		line, _ := r.FieldPos(0)
		if len(trimEmpty(record)) == 0 {
			continue
		}
		if len(record) < len(header) || len(trimEmpty(record)) > len(header) {
			return p, fmt.Errorf("%s, line %d: %d cells where the header has %d: correct the commas and quotes of this line",
				f.file, line, len(record), len(header))
		}
		row := publishedRow{file: f.file, line: line, cells: make(map[string]string, len(names))}
		for i, name := range names {
			if name != "" {
				row.cells[name] = strings.Join(strings.Fields(record[i]), " ")
			}
		}
		p.rows = append(p.rows, row)
	}
	if len(p.rows) == 0 {
		return p, fmt.Errorf("%s: no row below the header: download the file again", f.file)
	}
	return p, nil
}

// columns gives each column of the header our name, "" for those not needed.
func (f publishedForm) columns(header []string) ([]string, error) {
	names := make([]string, len(header))
	missing := make(map[string]bool, len(f.want))
	for name := range f.want {
		missing[name] = true
	}
	var problems []error
	for i, got := range header {
		got = strings.TrimSpace(got)
		ours, wanted := f.want[got]
		switch {
		case wanted && missing[got]:
			names[i] = ours
			delete(missing, got)
		case wanted:
			problems = append(problems, fmt.Errorf("%s, line 1: column %q is there twice: remove one", f.file, got))
		case !slices.Contains(f.ignore, got):
			problems = append(problems, fmt.Errorf("%s, line 1: column %q is not known: if CDC has added it, "+
				"add it to publishedForms in package codeset; otherwise correct the header", f.file, got))
		}
	}
	for name := range missing {
		problems = append(problems, fmt.Errorf("%s, line 1: column %q is missing: download the file again; "+
			"if CDC has renamed it, change publishedForms in package codeset", f.file, name))
	}
	return names, errors.Join(problems...)
}

// day reads the ways in which CDC writes a day: 6/13/2024, 20240613,
// 2024-06-13, the first and the last also with a time. Empty is None.
func (r publishedRow) day(column string) (cal.Date, error) {
	text := r.cells[column]
	if text == "" {
		return cal.None, nil
	}
	word, _, _ := strings.Cut(text, " ")
	for _, form := range []string{"1/2/2006", "20060102", "2006-01-02"} {
		if at, err := time.Parse(form, word); err == nil {
			return cal.On(at), nil
		}
	}
	return cal.None, r.wrong("%s %q is not a date: want 6/13/2024, 20240613 or 2024-06-13", column, text)
}

// wrong is an error about a row.
func (r publishedRow) wrong(format string, args ...any) error {
	return fmt.Errorf("%s, line %d: %s", r.file, r.line, fmt.Sprintf(format, args...))
}

func trimEmpty(cells []string) []string {
	for len(cells) > 0 && strings.TrimSpace(cells[len(cells)-1]) == "" {
		cells = cells[:len(cells)-1]
	}
	return cells
}

func firstInvalid(b []byte) int {
	for i := 0; i < len(b); {
		r, n := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && n == 1 {
			return i
		}
		i += n
	}
	return -1
}

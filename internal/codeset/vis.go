package codeset

import (
	"errors"
	"fmt"
	"sort"
	"strings"

	"openiis/internal/cal"
)

// VIS is one edition of a vaccine information statement (or of the fact sheet
// that stood in for one).
type VIS struct {
	GDTI     string // the 24 digits of its bar code: 253, document, 11, edition
	Document string // the 13 digits that name the document in all its editions
	Title    string
	Edition  cal.Date
	Current  bool
}

// VISDocument is a statement that is handed out today, whatever its edition.
type VISDocument struct {
	Document string
	Title    string
	PDF      string // address of the printable statement
	Page     string // address of the web page
}

// VIS is the edition that a bar code (OBX-5 under LOINC 69764-9, code system
// cdcgs1vis) names. The application identifier may stand in brackets.
func (t *Tables) VIS(gdti string) (VIS, bool) {
	v, ok := t.statements[plainGDTI(gdti)]
	return v, ok
}

// VISDocument is the document of 13 digits that statements of all editions share.
func (t *Tables) VISDocument(document string) (VISDocument, bool) {
	d, ok := t.documents[document]
	return d, ok
}

// VISFor are the statements of a vaccine: current ones first, then the newest
// first; none when it has no statement.
func (t *Tables) VISFor(cvx string) []VIS {
	n, ok := cvxNumber(cvx)
	if !ok {
		return nil
	}
	return append([]VIS(nil), t.visByCVX[n]...)
}

// ReadGDTI takes a bar code's string apart without looking it up, for editions
// newer than our list. The edition is the six digits at its end, which name the
// day for every true VIS, but not for the emergency-use fact sheets of
// 2020–2025: look up first. It is false for text of another form.
func ReadGDTI(s string) (document string, edition cal.Date, ok bool) {
	s = plainGDTI(s)
	if len(s) != 24 || !allDigits(s) || s[:3] != "253" || s[16:18] != "11" {
		return "", cal.None, false
	}
	edition = cal.ParseCompact("20" + s[18:])
	return s[3:16], edition, edition != cal.None
}

// plainGDTI takes the brackets of "(253)…" away, as some scanners send them.
func plainGDTI(s string) string {
	if rest, ok := strings.CutPrefix(s, "(253)"); ok {
		return "253" + rest
	}
	return s
}

func (t *Tables) takeDocuments(s sheet) error {
	t.documents = make(map[string]VISDocument, len(s.rows))
	for _, r := range s.rows {
		t.documents[r[0]] = VISDocument{Document: r[0], Title: r[1], PDF: r[2], Page: r[3]}
	}
	return nil
}

func (t *Tables) takeStatements(s sheet) error {
	t.statements = make(map[string]VIS, len(s.rows))
	var problems []error
	for i, r := range s.rows {
		t.statements[r[0]] = VIS{
			GDTI: r[0], Document: r[1], Title: r[2],
			Edition: s.date(i, 3, &problems), Current: r[4] == "current",
		}
	}
	return errors.Join(problems...)
}

func (t *Tables) takeVISByCVX(s sheet) error {
	for i, r := range s.rows {
		n, isCVX := cvxNumber(r[0])
		v, known := t.statements[r[1]]
		if !isCVX || !known {
			return fmt.Errorf("%s: want a CVX code and a string of vis.tsv", s.at(i))
		}
		t.visByCVX[n] = append(t.visByCVX[n], v)
	}
	for _, list := range t.visByCVX {
		sort.SliceStable(list, func(i, j int) bool {
			if list[i].Current != list[j].Current {
				return list[i].Current
			}
			return list[i].Edition > list[j].Edition
		})
	}
	return nil
}

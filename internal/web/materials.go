package web

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"openiis/internal/fault"
	"openiis/internal/form"
	"openiis/internal/paper"
)

// materialGroup are the materials of one layout.
type materialGroup struct {
	Heading string
	List    []paperLine
}

// materialsPage is the library of what people are handed or see.
type materialsPage struct {
	Registry, Contact string
	Groups            []materialGroup
}

// layoutWords are layouts as headings.
var layoutWords = map[form.Layout]string{
	form.FactSheet: "Fact sheets", form.Letter: "Letters", form.Mail: "E-mail texts, to copy", form.Wording: "Wording for registration forms, to copy",
	form.Poster: "Posters", form.Display: "Displays for waiting and exam rooms", form.TearOff: "Tear-off sheets",
}

// materials is the library of informing materials.
func (s *site) materials(w http.ResponseWriter, r *http.Request) error {
	if _, err := s.known(r); err != nil {
		return err
	}
	set, err := s.papers(r)
	if err != nil {
		return err
	}
	p := materialsPage{Registry: set.Names.Registry, Contact: set.Names.Contact}
	for _, layout := range form.Layouts {
		g := materialGroup{Heading: layoutWords[layout]}
		for _, m := range set.Materials {
			if m.Layout == layout {
				g.List = append(g.List, paperLine{Code: m.Code, Title: m.Title(english), Purpose: m.Purpose(english), Languages: m.Languages(), Copied: layout.Copied()})
			}
		}
		if len(g.List) > 0 {
			p.Groups = append(p.Groups, g)
		}
	}
	return s.show(w, r, http.StatusOK, view{Page: "materials", Title: "Informing materials", Body: p})
}

// materialIn is the material that an address names, in the language that it asks for.
func (s *site) materialIn(r *http.Request) (*form.Material, *form.Sheet, error) {
	set, err := s.papers(r)
	if err != nil {
		return nil, nil, err
	}
	m := set.Material(r.PathValue("material"))
	if m == nil {
		return nil, nil, fault.New(fault.NotFound, "This registry has no such material. The list of informing materials shows those that it has.")
	}
	return m, m.Show(r.URL.Query().Get("language"), nil), nil
}

// materialPage is the text of one material, to be read or copied.
type materialPage struct {
	*form.Sheet
	Purpose, Source string
	Copied          bool
	Others          []form.Language
}

// Groups are its words, as the page shows them.
func (p materialPage) Groups() []formGroup { return grouped(p.Body) }

// Tag is its language, for the page.
func (p materialPage) Tag() string { return p.Language.Tag() }

// material shows the text of one.
func (s *site) material(w http.ResponseWriter, r *http.Request) error {
	if _, err := s.known(r); err != nil {
		return err
	}
	m, sheet, err := s.materialIn(r)
	if err != nil {
		return err
	}
	p := materialPage{Sheet: sheet, Purpose: m.Purpose(sheet.Language.Code), Source: m.Source, Copied: m.Layout.Copied()}
	for _, l := range m.Languages() {
		if l.Code != sheet.Language.Code {
			p.Others = append(p.Others, l)
		}
	}
	return s.show(w, r, http.StatusOK, view{Page: "material", Title: sheet.Title, Body: p})
}

// printedMaterial is the PDF of one.
func (s *site) printedMaterial(w http.ResponseWriter, r *http.Request) error {
	_, sheet, err := s.materialIn(r)
	if err != nil {
		return err
	}
	name := fmt.Sprintf("%s-%s.pdf", sheet.Code, sheet.Language.Tag())
	said, err := json.Marshal(sheet)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(said)
	return s.sendPaper(w, r, strings.ReplaceAll(name, "-en.pdf", ".pdf"), hex.EncodeToString(sum[:]), func() ([]byte, error) { return paper.WriteSheet(sheet, sheet.Version.Time()) })
}

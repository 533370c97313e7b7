package web

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"sync"
	"time"

	"openiis/internal/fault"
	"openiis/internal/form"
	"openiis/internal/paper"
)

// papersPage is the library of a state's forms, or of its informing materials.
type papersPage struct {
	Registry string
	Contact  string
	Forms    []paperLine
}

// paperLine is a form or a material in a list.
type paperLine struct {
	Code, Title, Purpose string
	Signer               string // of a form
	Renewed              string // of a form that is signed again, after how long
	Languages            []form.Language
	Copied               bool // of a material: its text is copied
}

// formPage is one form that may be filled in and printed. Nothing of it is kept.
type formPage struct {
	*shownForm
	Source string
	Others []form.Language
}

// papers are the forms and materials of the registry's state.
func (s *site) papers(r *http.Request) (*form.Set, error) {
	law, err := s.Enrol.Policy(r.Context())
	if err != nil {
		return nil, err
	}
	return law.Papers(), nil
}

// forms is the library of forms.
func (s *site) forms(w http.ResponseWriter, r *http.Request) error {
	if _, err := s.known(r); err != nil {
		return err
	}
	set, err := s.papers(r)
	if err != nil {
		return err
	}
	p := papersPage{Registry: set.Names.Registry, Contact: set.Names.Contact}
	for _, f := range set.Forms {
		l := paperLine{Code: f.Code, Title: f.Title(english), Purpose: f.Purpose(english), Signer: f.Signer.Words(english), Languages: f.Languages()}
		if f.Renew != nil {
			l.Renewed = f.Renew.Words()
		}
		p.Forms = append(p.Forms, l)
	}
	return s.show(w, r, http.StatusOK, view{Page: "forms", Title: "Forms", Body: p})
}

// english is the language of the pages themselves.
const english = "eng"

// formIn is the form that an address names.
func (s *site) formIn(r *http.Request) (*form.Form, error) {
	set, err := s.papers(r)
	if err != nil {
		return nil, err
	}
	f := set.Form(r.PathValue("form"))
	if f == nil {
		return nil, fault.New(fault.NotFound, "This registry has no such form. The list of forms shows those that it has.")
	}
	return f, nil
}

// formToFill shows a form that may be filled in and printed.
func (s *site) formToFill(w http.ResponseWriter, r *http.Request) error {
	if _, err := s.known(r); err != nil {
		return err
	}
	f, err := s.formIn(r)
	if err != nil {
		return err
	}
	return s.showForm(w, r, f, showForm(f, r.URL.Query().Get("language"), nil, nil, nil))
}

func (s *site) showForm(w http.ResponseWriter, r *http.Request, f *form.Form, shown *shownForm) error {
	p := formPage{shownForm: shown, Source: f.Source}
	for _, l := range f.Languages() {
		if l.Code != shown.Language.Code {
			p.Others = append(p.Others, l)
		}
	}
	status, title := http.StatusOK, f.Title(shown.Language.Code)
	if len(shown.Wrong) > 0 {
		status, title = http.StatusUnprocessableEntity, "Error: "+title
	}
	return s.show(w, r, status, view{Page: "form", Title: title, Body: p})
}

// printForm makes the PDF of a form as it was filled in, to be signed by hand. Nothing
// of it is kept.
func (s *site) printForm(w http.ResponseWriter, r *http.Request) error {
	if _, err := s.known(r); err != nil {
		return err
	}
	f, err := s.formIn(r)
	if err != nil {
		return err
	}
	if err := readForm(r); err != nil {
		return err
	}
	answers, lang := answersIn(r.PostForm)
	if wrong := f.Check(lang, answers); len(wrong) > 0 {
		return s.showForm(w, r, f, showForm(f, lang, nil, answers, wrong))
	}
	d := f.Show(lang, nil, answers)
	pdf, err := paper.WriteForm(d, visitOf(r).started)
	if err != nil {
		return err
	}
	sendPDF(w, formFile(d), pdf)
	return nil
}

// blankForm is the PDF of a form to be filled in by hand.
func (s *site) blankForm(w http.ResponseWriter, r *http.Request) error {
	f, err := s.formIn(r)
	if err != nil {
		return err
	}
	d := f.Show(r.URL.Query().Get("language"), nil, nil)
	return s.sendPaper(w, r, formFile(d), d.Digest(), func() ([]byte, error) { return paper.WriteForm(d, f.Version.Time()) })
}

// papersFor is how long a browser may keep a paper that has nobody's data in it.
const papersFor = "public, max-age=3600"

// madePapers are PDFs that were made already, by the digest of what is on them: papers
// without anybody's data, which everybody is given alike.
type madePapers struct {
	sync.Mutex
	list map[string][]byte
}

// mostMade is how many of them are held.
const mostMade = 200

// sendPaper sends a PDF that has nobody's data in it, made once.
func (s *site) sendPaper(w http.ResponseWriter, r *http.Request, name, digest string, write func() ([]byte, error)) error {
	s.made.Lock()
	pdf := s.made.list[digest]
	s.made.Unlock()
	if pdf == nil {
		var err error
		if pdf, err = write(); err != nil {
			return err
		}
		s.made.Lock()
		if len(s.made.list) >= mostMade || s.made.list == nil {
			s.made.list = map[string][]byte{}
		}
		s.made.list[digest] = pdf
		s.made.Unlock()
	}
	sum := sha256.Sum256(pdf)
	w.Header().Set("Cache-Control", papersFor)
	w.Header().Set("ETag", `"`+hex.EncodeToString(sum[:12])+`"`)
	w.Header().Set("Content-Type", "application/pdf")
	w.Header().Set("Content-Disposition", `inline; filename="`+name+`"`)
	http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(pdf))
	return nil
}

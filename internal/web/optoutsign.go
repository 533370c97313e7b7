package web

import (
	"encoding/json"
	"fmt"
	"mime"
	"net/http"

	"openiis/internal/cal"
	"openiis/internal/fault"
	"openiis/internal/form"
	"openiis/internal/iis"
	"openiis/internal/policy"
	"openiis/internal/scan"
)

// readOptOutForm reads the form by which a request is taken, with the signed paper where one was
// given. What had come before an error is in r.PostForm.
func (s *site) readOptOutForm(r *http.Request) (paper []byte, err error) {
	if kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); kind != "multipart/form-data" { // what cannot be read is no form with files
		r.Body = http.MaxBytesReader(nil, r.Body, maxForm)
		return nil, readForm(r)
	}
	written, files, err := readParts(r, 1)
	if r.PostForm = written; err != nil {
		return nil, err
	}
	if len(files) == 0 || len(files[0].Content) == 0 { // a browser sends an empty one where none was chosen
		return nil, nil
	}
	if r.PostForm.Get("how") != "form" {
		return nil, fault.New(fault.Invalid, "A signed paper was chosen, and that they ask in another way. Choose “By a signed form”, or no paper. Nothing was changed.")
	}
	if _, err := scan.Kind("The file of the signed paper", files[0].Content); err != nil {
		return nil, err
	}
	return files[0].Content, nil
}

// optOutValues are what a state's form about opting out is filled in with of a record.
func (s *site) optOutValues(r *http.Request, law *policy.Policy, person iis.PersonID) (form.Values, error) {
	record, err := s.Chart.Open(r.Context(), visitOf(r).user.Actor(), person)
	if err != nil {
		return nil, err
	}
	v := form.Values{"patient": record.Name, "registry": law.Registry, "contact": law.OptOut.Contact}
	if record.Birth != cal.None {
		v["birth date"] = record.Birth.Time().Format("01/02/2006")
	}
	return v, nil
}

// signedOptOut is the state's form as it was signed on the page, to be digested; nil when
// something is wrong with it, which is then in the page's form.
func (s *site) signedOptOut(r *http.Request, p *optOutPage) ([]byte, error) {
	law, err := s.Steward.OptOutPolicy(r.Context())
	if err != nil {
		return nil, err
	}
	f, err := law.Papers().MustForm(optOutForm)
	if err != nil {
		return nil, err
	}
	values, err := s.optOutValues(r, law, p.Person)
	if err != nil {
		return nil, err
	}
	today := cal.On(visitOf(r).started)
	answers, lang := answersIn(r.PostForm)
	signing := signingIn(r.PostForm, today)
	doc, wrong := f.Sign(lang, values, answers, signing)
	p.How, p.Said, p.Asked = "form", signing.Name, today.String()
	if len(wrong) > 0 {
		p.Screen = showForm(f, lang, values, answers, wrong).ToSign(signing)
		return nil, nil
	}
	text, err := json.Marshal(doc)
	if err != nil {
		return nil, fmt.Errorf("digest a signed form: %w", err)
	}
	return text, nil
}

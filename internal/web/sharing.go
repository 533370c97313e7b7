package web

import (
	"errors"
	"net/http"
	"strings"

	"openiis/internal/cal"
	"openiis/internal/chart"
	"openiis/internal/fault"
	"openiis/internal/form"
	"openiis/internal/iis"
	"openiis/internal/paper"
	"openiis/internal/policy"
)

func sharingAddress(id iis.PersonID) string { return personAddress(id) + "/sharing" }

// barredPage is a record of which the reader sees nothing (yet): why, and what they can do.
type barredPage struct {
	*chart.Barred
	Reads bool // they see the record, if at all, for somebody is on their roster
	Done  string
	*sharingQuestion
}

// sharingQuestion is what whoever opens a record is asked of which nobody told the person.
type sharingQuestion struct {
	Of      iis.PersonID
	Speaks  bool // they have a site, or the programme, to speak for
	Who     *chart.Recorders
	Problem string
	Yes, No bool // what they chose, when it has to be asked again
	Told    bool
}

// asks is the question about a record, with what is wrong with an answer.
func (s *site) asks(r *http.Request, id iis.PersonID, wrong error) (q *sharingQuestion, err error) {
	by := tellerOf(visitOf(r).user)
	q = &sharingQuestion{Of: id, Speaks: by.Speaks() == nil}
	if q.Who, err = s.Chart.Recorders(r.Context(), by); err != nil || wrong == nil {
		return q, err
	}
	q.Problem = fault.Public(wrong)
	q.Yes, q.No, q.Told = r.PostForm.Get("answer") == "yes", r.PostForm.Get("answer") == "no", r.PostForm.Get("told") != ""
	return q, nil
}

// showBarred shows why nothing of a record is shown, in the place of its page; false when
// an error says something else.
func (s *site) showBarred(w http.ResponseWriter, r *http.Request, err error, wrong error) (bool, error) {
	var b *chart.Barred
	if !errors.As(err, &b) {
		return false, nil
	}
	v := visitOf(r)
	p := barredPage{Barred: b, Reads: v.user.Roster(), Done: justShared(r)}
	if p.sharingQuestion, err = s.asks(r, b.ID, wrong); err != nil {
		return false, err
	}
	status, title := http.StatusForbidden, "This record is not shared with you"
	if p.Reads {
		b.Asks = false // they are not who tells people of the registry
	}
	if b.Asks {
		status, title = http.StatusOK, "May this record be shared?"
	}
	if wrong != nil {
		v.err, title = wrong, "Error: may this record be shared?"
		status, _ = s.explain(w, wrong)
	}
	return true, s.show(w, r, status, view{Page: "barred", Title: title, Body: p})
}

// justShared is what an address says that its visitor has just done with the sharing.
func justShared(r *http.Request) string {
	for _, done := range []string{"objection", "withdrawal", "answer", "glass"} {
		if r.URL.Query().Has("recorded-" + done) {
			return done
		}
	}
	return ""
}

// sharingPage is a record's status with its history.
type sharingPage struct {
	*chart.SharingPage
	Done string
	*sharingQuestion
}

// Papers are the forms of the state; nil when it has none.
func (p sharingPage) Papers() *policy.Papers { return p.Law.Sharing.Papers }

// sharing shows a record's status with its history.
func (s *site) sharing(w http.ResponseWriter, r *http.Request) error {
	id, err := personIn(r)
	if err != nil {
		return err
	}
	u := visitOf(r).user
	page, err := s.Chart.Sharing(r.Context(), u.Actor(), id)
	if shown, failed := s.showBarred(w, r, err, nil); shown || failed != nil {
		return failed
	}
	if err != nil {
		return err
	}
	q, err := s.asks(r, page.ID, nil)
	if err != nil {
		return err
	}
	return s.show(w, r, http.StatusOK, view{
		Page: "sharing", Title: "Data sharing of record " + id.Public(), Body: sharingPage{page, justShared(r), q},
	})
}

// answerSharing records what somebody answered who was told of the registry.
func (s *site) answerSharing(w http.ResponseWriter, r *http.Request) error {
	id, err := personIn(r)
	if err != nil {
		return err
	}
	if err := readForm(r); err != nil {
		return err
	}
	answer := r.PostForm.Get("answer")
	by := tellerOf(visitOf(r).user)
	err = fault.New(fault.Invalid, "Choose Yes or No.")
	if answer == "yes" || answer == "no" {
		err = s.Chart.Answer(r.Context(), by, id, answer == "yes", r.PostForm.Get("told") != "")
	}
	if fault.KindOf(err) == fault.Invalid && err != nil {
		return s.showPerson(w, r, id, err)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, personAddress(id)+"?recorded-answer", http.StatusSeeOther)
	return nil
}

// sharingSignPage is a form about sharing to be signed, on the page or on paper.
type sharingSignPage struct {
	*shownForm
	Record   *chart.ToSign
	Name     string // of the form, as addresses have it
	Others   []form.Language
	Paper    paperForm
	Problem  string
	OnScreen bool // what is wrong is wrong with the form on the page
}

// paperForm is what was written about a paper that is uploaded.
type paperForm struct{ Signer, Relation, Signed string }

// Withdraws reports the form by which an objection is taken back.
func (p sharingSignPage) Withdraws() bool { return p.Name == "withdrawal" }

// Address is that of the form.
func (p sharingSignPage) Address() string { return sharingAddress(p.Record.ID) + "/" + p.Name }

// toSign is the form that an address names, with what is known of the person.
func (s *site) toSign(r *http.Request) (*chart.ToSign, error) {
	id, err := personIn(r)
	if err != nil {
		return nil, err
	}
	return s.Chart.ToSign(r.Context(), tellerOf(visitOf(r).user), id, r.PathValue("form"))
}

// sharingForm shows a form about sharing.
func (s *site) sharingForm(w http.ResponseWriter, r *http.Request) error {
	t, err := s.toSign(r)
	if err != nil {
		return err
	}
	f := t.Form
	p := sharingSignPage{shownForm: showForm(f, r.URL.Query().Get("language"), t.Values, f.Prefill(t.Values), nil)}
	return s.showSharingSign(w, r, p, t, form.Signing{}, nil)
}

func (s *site) showSharingSign(w http.ResponseWriter, r *http.Request, p sharingSignPage, t *chart.ToSign, by form.Signing, wrong error) error {
	by.Day = t.Today
	p.ToSign(by)
	p.Record, p.Name = t, r.PathValue("form")
	for _, l := range t.Form.Languages() {
		if l.Code != p.Language.Code {
			p.Others = append(p.Others, l)
		}
	}
	status, title := http.StatusOK, t.Form.Title(english)
	switch {
	case wrong != nil:
		visitOf(r).err = wrong
		p.Problem, title = fault.Public(wrong), "Error: "+title
		status, _ = s.explain(w, wrong)
	case len(p.Wrong) > 0:
		status, title = http.StatusUnprocessableEntity, "Error: "+title
	}
	return s.show(w, r, status, view{Page: "sharingsign", Title: title, Body: p})
}

// signSharing records a form that was signed on the page.
func (s *site) signSharing(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(r); err != nil {
		return err
	}
	t, err := s.toSign(r)
	if err != nil {
		return err
	}
	answers, lang := answersIn(r.PostForm)
	signing := signingIn(r.PostForm, t.Today)
	doc, wrong := t.Form.Sign(lang, t.Values, answers, signing)
	p := sharingSignPage{shownForm: showForm(t.Form, lang, t.Values, answers, wrong), OnScreen: true}
	if len(wrong) > 0 {
		return s.showSharingSign(w, r, p, t, signing, nil)
	}
	err = s.Chart.Sign(r.Context(), tellerOf(visitOf(r).user), t.ID, r.PathValue("form"), doc, nil)
	if formWrong(err) {
		return s.showSharingSign(w, r, p, t, signing, err)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, sharingAddress(t.ID)+"?recorded-"+r.PathValue("form"), http.StatusSeeOther)
	return nil
}

// uploadSharing records a form that was signed on paper.
func (s *site) uploadSharing(w http.ResponseWriter, r *http.Request) error {
	t, err := s.toSign(r)
	if err != nil {
		return err
	}
	written, files, err := readParts(r, 1)
	if err == nil {
		var file []byte
		if len(files) > 0 {
			file = files[0].Content
		}
		signed, unread := cal.ReadWritten(strings.TrimSpace(written.Get("signed")), cal.MonthFirst)
		if unread != cal.Readable {
			signed = cal.None
		}
		err = s.Chart.Sign(r.Context(), tellerOf(visitOf(r).user), t.ID, r.PathValue("form"), nil, &chart.Paper{
			File: file, Signer: written.Get("signer"), Relation: written.Get("relation"), Signed: signed,
		})
	}
	if formWrong(err) || err != nil && fault.KindOf(err) == fault.TooLarge {
		p := sharingSignPage{
			shownForm: showForm(t.Form, "", t.Values, t.Form.Prefill(t.Values), nil),
			Paper:     paperForm{written.Get("signer"), written.Get("relation"), written.Get("signed")},
		}
		return s.showSharingSign(w, r, p, t, form.Signing{}, err)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, sharingAddress(t.ID)+"?recorded-"+r.PathValue("form"), http.StatusSeeOther)
	return nil
}

// blankSharing is the PDF of a form about sharing, with what is known, to be signed by hand.
func (s *site) blankSharing(w http.ResponseWriter, r *http.Request) error {
	t, err := s.toSign(r)
	if err != nil {
		return err
	}
	d := t.Form.Show(r.URL.Query().Get("language"), t.Values, t.Form.Prefill(t.Values))
	pdf, err := paper.WriteForm(d, visitOf(r).started)
	if err != nil {
		return err
	}
	sendPDF(w, formFile(d), pdf)
	return nil
}

// signedSharing is a signed form as it is kept: the PDF of one that was signed on the page,
// or the paper that was uploaded, which a browser keeps and never shows by itself.
func (s *site) signedSharing(w http.ResponseWriter, r *http.Request) error {
	id, err := personIn(r)
	if err != nil {
		return err
	}
	sub, ok := iis.ParseSubmissionID(r.PathValue("submission"))
	if !ok {
		return fault.New(fault.NotFound, "There is no such signed form.")
	}
	signed, err := s.Chart.Signed(r.Context(), visitOf(r).user.Actor(), id, sub)
	if err != nil {
		return err
	}
	if signed.Document != nil {
		pdf, err := paper.WriteForm(signed.Document, signed.At)
		if err != nil {
			return err
		}
		sendPDF(w, formFile(signed.Document), pdf)
		return nil
	}
	ending := map[string]string{"application/pdf": ".pdf", "image/png": ".png", "image/jpeg": ".jpg"}[signed.Media]
	sendDocument(w, iis.Document{Name: "signed-form-" + sub.Public() + ending, Type: signed.Media, Content: signed.File})
	return nil
}

// glassPage is the form in which somebody says why they must see a record.
type glassPage struct {
	*chart.Barred
	Chosen, Say string
	Problem     string
}

// glassForm asks for the reason. Whoever sees the record needs none.
func (s *site) glassForm(w http.ResponseWriter, r *http.Request) error {
	return s.showGlass(w, r, glassPage{}, nil)
}

func (s *site) showGlass(w http.ResponseWriter, r *http.Request, p glassPage, wrong error) error {
	id, err := personIn(r)
	if err != nil {
		return err
	}
	if p.Barred, err = s.Chart.Glass(r.Context(), visitOf(r).user.Actor(), id); err != nil {
		return err
	}
	if wrong != nil {
		p.Problem = fault.Public(wrong)
	}
	return s.ask(w, r, wrong, view{Page: "glass", Title: "Open a record that is not shared with you", Body: p})
}

// breakGlass opens a record for a while.
func (s *site) breakGlass(w http.ResponseWriter, r *http.Request) error {
	id, err := personIn(r)
	if err != nil {
		return err
	}
	if err := readForm(r); err != nil {
		return err
	}
	p := glassPage{Chosen: r.PostForm.Get("reason"), Say: r.PostForm.Get("say")}
	err = s.Chart.Break(r.Context(), visitOf(r).user.Actor(), id, p.Chosen, p.Say)
	if fault.KindOf(err) == fault.Invalid && err != nil {
		return s.showGlass(w, r, p, err)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, personAddress(id)+"?recorded-glass", http.StatusSeeOther)
	return nil
}

// confide marks a dose as confidential, or no longer so.
func (s *site) confide(w http.ResponseWriter, r *http.Request) error {
	id, err := personIn(r)
	if err != nil {
		return err
	}
	dose, ok := iis.ParseDoseID(r.PathValue("dose"))
	if !ok {
		return fault.New(fault.NotFound, "There is no such dose.")
	}
	if err := readForm(r); err != nil {
		return err
	}
	if err := s.Chart.Confide(r.Context(), tellerOf(visitOf(r).user), id, dose, r.PostForm.Get("confidential") == "yes"); err != nil {
		return err
	}
	http.Redirect(w, r, personAddress(id)+"#doses", http.StatusSeeOther)
	return nil
}

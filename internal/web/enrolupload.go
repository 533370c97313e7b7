package web

import (
	"fmt"
	"mime"
	"net/http"
	"strconv"
	"strings"

	"openiis/internal/cal"
	"openiis/internal/enrol"
	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/scan"
)

// filingUpload is the document that was uploaded with a form of an application.
func (s *site) filingUpload(w http.ResponseWriter, r *http.Request) error {
	if _, err := s.filed(w, r); err != nil {
		return err
	}
	n, err := numberIn(r)
	if err != nil {
		return err
	}
	d, err := s.Enrol.Document(r.Context(), r.PathValue("code"), n)
	if err != nil {
		return err
	}
	sendDocument(w, d)
	return nil
}

// sendDocument sends what somebody uploaded: it is kept as a file, and never shown by the
// browser on our pages.
func sendDocument(w http.ResponseWriter, d iis.Document) {
	w.Header().Set("Content-Type", d.Type)
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": d.Name}))
	w.Header().Set("Content-Security-Policy", "default-src 'none'; sandbox")
	w.Header().Set("Content-Length", strconv.Itoa(len(d.Content)))
	_, _ = w.Write(d.Content) // the reader has gone: there is nobody to tell
}

// uploadPage is where a form that was signed on paper is uploaded.
type uploadPage struct {
	enrol.Paper
	Back, Action, PDF string
	Signer, Title     string
	Day               string
	Meant             string // the key of the form for which the page was opened
	Today             cal.Date
	Most              int
	Problem           string
}

// showUpload shows the page for an upload.
func (s *site) showUpload(w http.ResponseWriter, r *http.Request, p uploadPage, wrong error) error {
	p.Most, p.Today = scan.Most>>20, cal.On(visitOf(r).started)
	status, title := http.StatusOK, "Upload a signed form"
	if wrong != nil {
		visitOf(r).err = wrong
		p.Problem, title = fault.Public(wrong), "Error: "+title
		status, _ = s.explain(w, wrong)
	}
	return s.show(w, r, status, view{Page: "upload", Title: title, Body: &p})
}

// filingUploadForm shows where a form of an application is uploaded.
func (s *site) filingUploadForm(w http.ResponseWriter, r *http.Request) error {
	p, err := s.filingUploadPage(w, r)
	if err != nil {
		return err
	}
	return s.showUpload(w, r, p, nil)
}

func (s *site) filingUploadPage(w http.ResponseWriter, r *http.Request) (p uploadPage, err error) {
	f, err := s.filed(w, r)
	if err != nil {
		return p, err
	}
	n, err := numberIn(r)
	if err == nil && (n < 1 || n > len(f.Papers)) {
		err = fault.New(fault.NotFound, "There is no such form here.")
	}
	if err != nil {
		return p, err
	}
	at := filingAddress(r.PathValue("code"))
	p = uploadPage{Paper: f.Papers[n-1], Back: at, Action: fmt.Sprintf("%s/forms/%d", at, n), PDF: fmt.Sprintf("%s/forms/%d/form.pdf", at, n)}
	if p.ByOfficial() {
		p.Signer, p.Title = f.Says.Official.Name, f.Says.Official.Title
	} else if p.Person != nil {
		p.Signer = p.Person.Name
	}
	return p, nil
}

// takeFilingUpload stores a form of an application that was signed on paper.
func (s *site) takeFilingUpload(w http.ResponseWriter, r *http.Request) error {
	p, err := s.filingUploadPage(w, r)
	if err != nil {
		return err
	}
	select { // before it is read: a document stands in memory whole
	case s.strangers <- struct{}{}:
		defer func() { <-s.strangers }()
	default:
		return fault.New(fault.Busy, "Several documents are being uploaded at this moment.")
	}
	u, err := readSigned(r, &p)
	if err == nil {
		err = s.Enrol.UploadFor(r.Context(), r.PathValue("code"), u)
	}
	if formWrong(err) || err != nil && fault.KindOf(err) == fault.TooLarge {
		return s.showUpload(w, r, p, err)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, p.Back+"?done=uploaded", http.StatusSeeOther)
	return nil
}

// errOthers tells that a number has come to mean another form.
var errOthers = fault.New(fault.Conflict, "What is signed here has changed since you opened the page. Nothing was stored: go back and choose the form again.")

// readSigned reads the form for an upload part by part, and what was typed into the page.
func readSigned(r *http.Request, p *uploadPage) (u enrol.Upload, err error) {
	u.Paper, u.Address = p.N, string(callerOf(r))
	written, files, err := readParts(r, 1)
	p.Signer, p.Title, p.Meant, p.Day = written.Get("signer"), written.Get("title"), written.Get("paper"), strings.TrimSpace(written.Get("day"))
	if err != nil {
		return u, err
	}
	if len(files) > 0 {
		u.Name, u.Content = files[0].Name, files[0].Content
	}
	if p.Meant != p.Key() {
		return u, errOthers
	}
	u.Signer, u.SignerTitle = p.Signer, p.Title
	if u.Day, err = cal.Parse(p.Day); err != nil {
		u.Day = cal.None
	}
	return u, nil
}

// sitePaper is the form that an address numbers, of a site of those that a reviewer sees.
func (s *site) sitePaper(r *http.Request) (iis.OrganizationID, uploadPage, error) {
	id, _, err := s.siteIn(r)
	if err != nil {
		return 0, uploadPage{}, err
	}
	n, err := numberIn(r)
	if err != nil {
		return 0, uploadPage{}, err
	}
	st, err := s.Enrol.Standing(r.Context(), id)
	if err == nil && (n < 1 || n > len(st.Papers)) {
		err = fault.New(fault.NotFound, "There is no such form here.")
	}
	if err != nil {
		return 0, uploadPage{}, err
	}
	at := fmt.Sprintf("%s/papers/%d", enrolmentAddress(id), n)
	return id, uploadPage{Paper: st.Papers[n-1], Back: enrolmentAddress(id), Action: at + "/upload", PDF: at + "/form.pdf"}, nil
}

// paperPDF is a form of a site, as it was signed or is to be signed, for the programme.
func (s *site) paperPDF(w http.ResponseWriter, r *http.Request) error {
	_, p, err := s.sitePaper(r)
	if err != nil {
		return err
	}
	return sendPaper(w, r, &p.Paper)
}

// recordPaperForm shows where the programme records a form that a site signed on paper.
func (s *site) recordPaperForm(w http.ResponseWriter, r *http.Request) error {
	_, p, err := s.sitePaper(r)
	if err != nil {
		return err
	}
	return s.showUpload(w, r, p, nil)
}

// recordPaper stores it.
func (s *site) recordPaper(w http.ResponseWriter, r *http.Request) error {
	id, p, err := s.sitePaper(r)
	if err != nil {
		return err
	}
	u, err := readSigned(r, &p)
	if err == nil {
		err = s.Enrol.Record(r.Context(), reviewerOf(visitOf(r).user), id, u)
	}
	if said(err) || err != nil && fault.KindOf(err) == fault.TooLarge {
		return s.showUpload(w, r, p, err)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, p.Back+"?done=recorded", http.StatusSeeOther)
	return nil
}

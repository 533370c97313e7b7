package web

import (
	"net/http"

	"openiis/internal/access"
	"openiis/internal/fault"
	"openiis/internal/iis"
)

// certificatesPage is how a sender proves who it is.
type certificatesPage struct {
	Sender  iis.SenderID
	Name    string
	Proof   iis.SenderProof
	List    []access.Certificate
	Kind    string // that is chosen
	Text    string // that is written
	Done    string
	Problem string
}

var certificatesDone = map[string]string{
	"added":   "The certificate is known as the sender's from now on.",
	"removed": "The certificate was removed. It lets nobody in any more.",
	"proof":   "What the sender proves itself by was changed. It holds within a second, on every server.",
}

// certificates shows how a sender proves who it is.
func (s *site) certificates(w http.ResponseWriter, r *http.Request) error {
	return s.showCertificates(w, r, certificatesPage{Done: certificatesDone[r.URL.Query().Get("done")]}, nil)
}

func (s *site) showCertificates(w http.ResponseWriter, r *http.Request, p certificatesPage, wrong error) error {
	id, err := senderNumber(r)
	if err != nil {
		return err
	}
	q, err := s.Quality.Sender(r.Context(), reachOf(r), id)
	if err != nil {
		return err
	}
	p.Sender, p.Name = id, q.Name
	if p.Proof, err = s.Gate.Proof(r.Context(), id); err != nil {
		return err
	}
	if p.List, err = s.Gate.Certificates(r.Context(), id); err != nil {
		return err
	}
	if wrong != nil {
		p.Problem = fault.Public(wrong)
	}
	return s.ask(w, r, wrong, view{Page: "certificates", Title: "Certificates of a sender", Body: p})
}

// onCertificates does something to the certificates of the sender whom an address names.
func (s *site) onCertificates(w http.ResponseWriter, r *http.Request, done string, act func(id iis.SenderID) error) error {
	id, err := senderNumber(r)
	if err == nil {
		err = readForm(r)
	}
	if err == nil {
		err = act(id)
	}
	if said(err) {
		return s.showCertificates(w, r, certificatesPage{Kind: r.PostForm.Get("kind"), Text: r.PostForm.Get("certificate")}, err)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, senderAddress(id)+"/certificates?done="+done, http.StatusSeeOther)
	return nil
}

// addCertificate makes a certificate known as the sender's.
func (s *site) addCertificate(w http.ResponseWriter, r *http.Request) error {
	return s.onCertificates(w, r, "added", func(id iis.SenderID) error {
		return s.Gate.AddCertificate(r.Context(), visitOf(r).user.Actor(), id, iis.CertificateKind(r.PostForm.Get("kind")), r.PostForm.Get("certificate"))
	})
}

// removeCertificate has a certificate be the sender's no more.
func (s *site) removeCertificate(w http.ResponseWriter, r *http.Request) error {
	return s.onCertificates(w, r, "removed", func(id iis.SenderID) error {
		c, ok := iis.ParseCertificateID(r.PathValue("certificate"))
		if !ok {
			return fault.New(fault.NotFound, "There is no such certificate of this sender.")
		}
		return s.Gate.RemoveCertificate(r.Context(), visitOf(r).user.Actor(), id, c)
	})
}

// setProof says by what the sender proves who it is.
func (s *site) setProof(w http.ResponseWriter, r *http.Request) error {
	return s.onCertificates(w, r, "proof", func(id iis.SenderID) error {
		return s.Gate.SetProof(r.Context(), visitOf(r).user.Actor(), id, iis.SenderProof(r.PostForm.Get("proof")))
	})
}

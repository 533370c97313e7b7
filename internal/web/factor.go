package web

import (
	"fmt"
	"html/template"
	"net/http"
	"strings"

	"github.com/boombuler/barcode/qr"

	"openiis/internal/access"
	"openiis/internal/fault"
	"openiis/internal/iis"
)

// factorPage is where a second factor is set up, asked for or taken away.
type factorPage struct {
	Action  string
	Secret  string // in groups of four
	Picture template.HTML
	Must    bool   // the role must have one, and this is on the way in
	Return  string // where to go on
	Has     bool   // there is one
	Keeps   bool   // the role must have one
	Left    int64  // recovery codes
	Codes   []string
	Why     string
	Problem string

	HasCodes bool // an authenticator program is set up
	Passkeys bool // a passkey can be used or made instead
}

// picture is an address as a QR code, drawn as paths so that no page needs an image of
// another address.
func picture(address string) (template.HTML, error) {
	code, err := qr.Encode(address, qr.M, qr.Auto)
	if err != nil {
		return "", fmt.Errorf("draw a QR code: %w", err)
	}
	size := code.Bounds().Dx()
	var path strings.Builder
	for y := range size {
		for x := range size {
			if r, _, _, _ := code.At(x, y).RGBA(); r == 0 {
				fmt.Fprintf(&path, "M%d %dh1v1h-1z", x+4, y+4)
			}
		}
	}
	return template.HTML(fmt.Sprintf(`<svg viewBox="0 0 %d %d" width="232" height="232" role="img" aria-label="QR code for an authenticator program"><path fill="#fff" d="M0 0h%dv%dH0z"/><path d="%s"/></svg>`,
		size+8, size+8, size+8, size+8, path.String())), nil
}

// factorForm shows somebody's second factor, or the way to one.
func (s *site) factorForm(w http.ResponseWriter, r *http.Request) error {
	return s.showFactor(w, r, factorPage{}, nil)
}

// showFactor shows the page where a second factor is set up, with what is wrong. Secret
// is one that was shown before.
func (s *site) showFactor(w http.ResponseWriter, r *http.Request, p factorPage, wrong error) error {
	u := visitOf(r).user
	p.Action, p.Has, p.Must = "/account/second-factor", u.Codes, u.Stage == access.WantsFactor
	p.Keeps, p.Passkeys = s.Gate.NeedsFactor(u.Role) && u.Passkeys == 0, s.Gate.HasPasskeys()
	if p.Must {
		p.Action = "/signin/second-factor"
	}
	var err error
	if p.Has {
		if p.Left, err = s.Gate.RecoveryCodesLeft(r.Context(), u); err != nil {
			return err
		}
	} else {
		if p.Secret == "" {
			if p.Secret, err = access.NewFactor(); err != nil {
				return err
			}
		}
		p.Secret = strings.Join(strings.Fields(p.Secret), "")
		if p.Picture, err = picture(access.FactorAddress(u, p.Secret)); err != nil {
			return err
		}
		p.Secret = inFours(p.Secret)
	}
	return s.showStep(w, r, view{Page: "factor", Title: "Second factor"}, &p, wrong)
}

func inFours(s string) string {
	var b strings.Builder
	for i, c := range s {
		if i > 0 && i%4 == 0 {
			b.WriteByte(' ')
		}
		b.WriteRune(c)
	}
	return b.String()
}

// showStep shows a page about a second factor, with what is wrong.
func (s *site) showStep(w http.ResponseWriter, r *http.Request, v view, p *factorPage, wrong error) error {
	status := http.StatusOK
	if wrong != nil {
		visitOf(r).err = wrong
		p.Problem, v.Title = fault.Public(wrong), "Error: "+strings.ToLower(v.Title)
		status, _ = s.explain(w, wrong)
	}
	v.Body = *p
	return s.show(w, r, status, v)
}

// enrol gives somebody a second factor, and shows the recovery codes once.
func (s *site) enrol(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(r); err != nil {
		return err
	}
	v, p := visitOf(r), factorPage{Secret: r.PostForm.Get("secret"), Return: localPath(r.PostForm.Get("return"))}
	codes, token, err := s.Gate.Enrol(r.Context(), placeOf(r), v.user, v.token, p.Secret, r.PostForm.Get("code"), r.PostForm.Get("proof"))
	if said(err) || err != nil && fault.KindOf(err) == fault.Busy {
		if !access.IsFactor(p.Secret) {
			p.Secret = "" // another one
		}
		return s.showFactor(w, r, p, err)
	}
	if err != nil {
		return err
	}
	if token != "" {
		s.setCookie(w, token)
		v.user.Stage = access.Whole
	} else {
		p.Return = "/account/second-factor"
	}
	p.Codes = codes
	return s.showStep(w, r, view{Page: "codes", Title: "Recovery codes"}, &p, nil)
}

// codeForm asks for the code of a second factor.
func (s *site) codeForm(w http.ResponseWriter, r *http.Request) error {
	return s.showStep(w, r, view{Page: "code", Title: "Second factor"}, s.codePage(r, r.URL.Query().Get("return")), nil)
}

// codePage is the page that asks for a code, or a passkey.
func (s *site) codePage(r *http.Request, back string) *factorPage {
	u := visitOf(r).user
	return &factorPage{Return: localPath(back), HasCodes: u.Codes, Passkeys: u.Passkeys > 0 && s.Gate.HasPasskeys()}
}

// code takes it.
func (s *site) code(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(r); err != nil {
		return err
	}
	v, p := visitOf(r), s.codePage(r, r.PostForm.Get("return"))
	token, err := s.Gate.Code(r.Context(), placeOf(r), v.user, v.token, r.PostForm.Get("code"))
	if err != nil && (fault.KindOf(err) == fault.Invalid || fault.KindOf(err) == fault.Busy) {
		return s.showStep(w, r, view{Page: "code", Title: "Second factor"}, p, err)
	}
	if err != nil {
		return err
	}
	s.setCookie(w, token)
	http.Redirect(w, r, p.Return, http.StatusSeeOther)
	return nil
}

// dropOwnFactor removes somebody's own second factor.
func (s *site) dropOwnFactor(w http.ResponseWriter, r *http.Request) error {
	err := readForm(r)
	if err == nil {
		err = s.Gate.DropOwnFactor(r.Context(), placeOf(r), visitOf(r).user, r.PostForm.Get("code"))
	}
	if said(err) || err != nil && fault.KindOf(err) == fault.Busy {
		return s.showFactor(w, r, factorPage{}, err)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, "/account?done=factor", http.StatusSeeOther)
	return nil
}

// dropFactor removes the second factor of a user who has lost it.
func (s *site) dropFactor(w http.ResponseWriter, r *http.Request) error {
	return s.actOn(w, r, "factor", "factor", whyOf(r), func(id iis.UserID) error {
		return s.Gate.DropFactor(r.Context(), visitOf(r).user.Manager(), id, r.PostForm.Get("why"))
	})
}

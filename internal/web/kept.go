package web

import (
	"crypto/rand"
	"maps"
	"mime"
	"net/http"
	"slices"
	"strings"

	"openiis/internal/access"
	"openiis/internal/fault"
	"openiis/internal/iis"
)

// isKey reports a text that can be the key of a form.
func isKey(s string) (string, bool) {
	return s, len(s) == len(rand.Text()) && strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") == ""
}

// keepForm keeps the form that a request has sent after its session had run out, but for its
// files, and returns where it can be read; "" when it is none that is kept: a password or a
// code, or one of whom nobody knows any more.
func (s *site) keepForm(r *http.Request) string {
	if r.Method != http.MethodPost {
		return ""
	}
	for _, part := range []string{"/account", "/signin", "/signout", "/invited", "/credentials"} {
		if strings.HasPrefix(r.URL.Path, part) {
			return ""
		}
	}
	c, err := r.Cookie(s.cookieName())
	if err != nil {
		return ""
	}
	user, err := s.Gate.Lapsed(r.Context(), c.Value)
	if err != nil || user == 0 {
		return ""
	}
	form, err := formToKeep(r)
	if err != nil || len(form.Values) == 0 {
		return ""
	}
	key, err := s.Gate.KeepForm(r.Context(), user, form)
	if err != nil {
		s.Log.ErrorContext(r.Context(), "a form is not kept", "error", err.Error())
		return ""
	}
	return "/kept/" + key
}

// formToKeep is what a request has sent, but for its files.
func formToKeep(r *http.Request) (f access.KeptForm, err error) {
	f.Action = r.URL.RequestURI()
	switch kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); kind {
	case "application/x-www-form-urlencoded":
		err, f.Values = readForm(r), r.PostForm
	case "multipart/form-data":
		f.Multipart = true
		f.Values, f.Files, err = readFields(r)
	}
	return f, err
}

// lastKept is where the form can be read that was kept last of a user; "" when there is none.
func (s *site) lastKept(r *http.Request, user iis.UserID) (string, error) {
	f, err := s.Gate.FormOf(r.Context(), user, "")
	switch {
	case err == nil:
		return "/kept/" + f.Key, nil
	case fault.KindOf(err) == fault.NotFound:
		return "", nil
	}
	return "", err
}

// keptPage is a form that was kept.
type keptPage struct {
	access.KeptForm
	Leave  string
	Fields []keptField
}

type keptField struct {
	Label, Name string
	Values      []string
}

// keptForm shows a form that was kept to whoever sent it.
func (s *site) keptForm(w http.ResponseWriter, r *http.Request) error {
	key, ok := isKey(r.PathValue("key"))
	if !ok {
		return fault.New(fault.NotFound, "Nothing is kept under this address.")
	}
	f, err := s.Gate.FormOf(r.Context(), visitOf(r).user.ID, key)
	if err != nil {
		return err
	}
	sentTo, _, _ := strings.Cut(f.Action, "?")
	p := keptPage{KeptForm: *f, Leave: localPath(sentTo)}
	for _, name := range slices.Sorted(maps.Keys(f.Values)) {
		label := strings.ToUpper(name[:min(1, len(name))]) + name[min(1, len(name)):]
		p.Fields = append(p.Fields, keptField{label, name, f.Values[name]})
	}
	return s.show(w, r, http.StatusOK, view{Page: "kept", Title: "What you wrote", Body: p})
}

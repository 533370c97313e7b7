package web

import (
	"crypto/rand"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"openiis/internal/access"
	"openiis/internal/fault"
	"openiis/internal/iis"
)

// keptForms are forms that came after their session had run out, under keys that say
// nothing: whoever sent one gets it back when they sign in again, and nobody else. They
// stand in memory only.
type keptForms struct {
	mu    sync.Mutex
	byKey map[string]keptForm
	keys  []string // the oldest first
}

type keptForm struct {
	user   iis.UserID
	action string
	values url.Values
	at     time.Time
}

// The bounds of what is kept: of everybody, and of one, so that nobody can push out what
// is others'. A form has maxForm bytes at most.
const (
	maxKept    = 300
	maxKeptOne = 10
	keptFor    = access.SessionIdle
)

func newKeptForms() *keptForms { return &keptForms{byKey: map[string]keptForm{}} }

func (k *keptForms) keep(f keptForm) (key string) {
	key = rand.Text()
	k.mu.Lock()
	defer k.mu.Unlock()
	of := func(user iis.UserID) (n int) {
		for _, one := range k.byKey {
			if one.user == user {
				n++
			}
		}
		return n
	}(f.user)
	k.keys = slices.DeleteFunc(k.keys, func(old string) bool {
		one := k.byKey[old]
		gone := f.at.Sub(one.at) > keptFor
		if one.user == f.user && of >= maxKeptOne { // their oldest
			of, gone = of-1, true
		}
		if gone {
			delete(k.byKey, old)
		}
		return gone
	})
	if len(k.keys) >= maxKept {
		delete(k.byKey, k.keys[0])
		k.keys = k.keys[1:]
	}
	k.byKey[key] = f
	k.keys = append(k.keys, key)
	return key
}

// of is a form of somebody; ok is false when none of theirs is kept under a key.
func (k *keptForms) of(key string, user iis.UserID, now time.Time) (f keptForm, ok bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	f, ok = k.byKey[key]
	return f, ok && f.user == user && now.Sub(f.at) <= keptFor
}

// last is the key of the form of somebody that was kept last; "" when none is.
func (k *keptForms) last(user iis.UserID, now time.Time) string {
	k.mu.Lock()
	defer k.mu.Unlock()
	for i := len(k.keys) - 1; i >= 0; i-- {
		if f := k.byKey[k.keys[i]]; f.user == user && now.Sub(f.at) <= keptFor {
			return k.keys[i]
		}
	}
	return ""
}

// isKey reports a text that can be the key of a form.
func isKey(s string) (string, bool) {
	return s, len(s) == len(rand.Text()) && strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") == ""
}

// keepForm keeps the form that a request has sent after its session had run out, and
// returns where it can be read; "" when it is none that is kept: a password or a code,
// a file, or one of whom nobody knows any more.
func (s *site) keepForm(r *http.Request) string {
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if r.Method != http.MethodPost || kind != "application/x-www-form-urlencoded" {
		return ""
	}
	for _, part := range []string{"/account", "/signin", "/signout", "/invited"} {
		if strings.HasPrefix(r.URL.Path, part) {
			return ""
		}
	}
	c, err := r.Cookie(s.cookieName())
	if err != nil {
		return ""
	}
	user, err := s.Gate.Lapsed(r.Context(), c.Value)
	if err != nil || user == 0 || readForm(r) != nil || len(r.PostForm) == 0 {
		return ""
	}
	return "/kept/" + s.kept.keep(keptForm{user, r.URL.RequestURI(), r.PostForm, visitOf(r).started})
}

// keptPage is a form that was kept.
type keptPage struct {
	Action, Leave string
	Fields        []keptField
}

type keptField struct {
	Label, Name string
	Values      []string
}

// keptForm shows a form that was kept to whoever sent it.
func (s *site) keptForm(w http.ResponseWriter, r *http.Request) error {
	v := visitOf(r)
	f, ok := s.kept.of(r.PathValue("key"), v.user.ID, v.started)
	if !ok {
		return fault.New(fault.NotFound, "Nothing of yours is kept here any more. What you wrote was not stored: please write it again.")
	}
	p := keptPage{Action: f.action, Leave: "/"}
	if parts := strings.SplitN(f.action, "/", 4); len(parts) > 2 {
		p.Leave = localPath("/" + parts[1] + "/" + parts[2])
	}
	for _, name := range slices.Sorted(maps.Keys(f.values)) {
		label := strings.ToUpper(name[:min(1, len(name))]) + name[min(1, len(name)):]
		p.Fields = append(p.Fields, keptField{label, name, f.values[name]})
	}
	return s.show(w, r, http.StatusOK, view{Page: "kept", Title: "What you wrote", Body: p})
}

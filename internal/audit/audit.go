// Package audit is the act of looking at what was done with records: searching the
// audit, and judging access that is unusual.
//
// It writes no line of others' acts and changes none: whoever acts audits, and package
// store chains and verifies. It does not decide who may look: its callers do. It never
// tells of a former identity that is sealed, or of an alert or a watched record, to somebody
// without that right. What it shows
// is audited before it returns. Start at Desk.Search, Desk.Judge and Desk.Decide.
package audit

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/record"
	"openiis/internal/store"
)

// What the audit says of each act. Those about alerts begin as store.ActAlert says.
const (
	actSearch     = "search audit"         // for a person
	actSearchMany = "search audit of many" // its subject is a user or sender, or 0

	actRaise       = "alert: raise"
	actList        = "alert: list"
	actOpen        = "alert: open"
	actWatch       = "alert: watch"
	actGlass       = "break the glass" // as package chart says it
	actRoster      = "list a roster"   // as package roster says it
	actEndWatch    = "alert: end watch"
	actListWatched = "alert: list watched"
)

// Desk is where the audit is read. It is safe for concurrent use.
type Desk struct {
	store  *store.Store
	keeper *record.Keeper
	now    func() time.Time
}

// New makes the desk of a registry.
func New(s *store.Store, k *record.Keeper) *Desk { return &Desk{store: s, keeper: k, now: s.Now} }

// By is who looks.
type By struct {
	iis.Actor
	// Seals says that they may know of former identities that are sealed.
	Seals bool
	// Reviews says that they review unusual access, and may know of alerts and of which
	// records are watched.
	Reviews bool
}

// Who is somebody who acted, in words.
type Who struct {
	Kind     string // user, sender, command or job
	Name     string
	Username string // of a user
	Facility string // of a sender: its code
	Role     string // of a user, as it is now
	Site     string // the site that the user belongs to now; "": none
}

// whose puts those who acted into words.
type whose struct {
	users   map[iis.UserID]store.Account
	senders map[iis.SenderID]iis.Sender
}

// readWhose reads who some are.
func readWhose(tx *store.Tx, users []iis.UserID) (w whose, err error) {
	if w.users, err = tx.AccountsOf(users); err != nil {
		return w, err
	}
	w.senders, err = tx.Senders()
	return w, err
}

// of is an actor in words.
func (w whose) of(a iis.Actor) Who {
	out := Who{Kind: a.Kind}
	switch a.Kind {
	case "user":
		u, known := w.users[a.User]
		if !known {
			out.Name = "A user no longer known"
			return out
		}
		out.Name, out.Username, out.Role, out.Site = u.Name, u.Username, u.Role, w.senders[u.Sender].Name
	case "sender":
		s, known := w.senders[a.Sender]
		if out.Name, out.Facility = s.Name, s.Facility; !known {
			out.Name = "A sender no longer known"
		}
	case "applicant":
		out.Name = "Whoever applies for a site, by the code of the application"
	case "signer":
		out.Name = "Whoever signs, by a link"
	case "command":
		out.Name = "An operator of the registry, by a command"
	default:
		out.Name = "The registry itself"
	}
	return out
}

// user is a user in words.
func (w whose) user(id iis.UserID) Who { return w.of(iis.Actor{Kind: "user", User: id}) }

// wrap says what failed.
func wrap(what string, err error) error {
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

// maxSay is the longest note, in letters.
const maxSay = 1000

// written is a text that somebody wrote: fault.Invalid when there is none, or too much.
func written(text, whenEmpty string) (string, error) {
	text = strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.In(r, unicode.Cc, unicode.Cf) && r != '\n' || r == utf8.RuneError {
			return -1
		}
		return r
	}, text))
	switch n := utf8.RuneCountInString(text); {
	case n == 0:
		return "", fault.New(fault.Invalid, "%s", whenEmpty)
	case n > maxSay:
		return "", fault.New(fault.Invalid, "That is too long: it has %d letters, and %d is the most.", n, maxSay)
	}
	return text, nil
}

// read reads, and says what it read when that fails.
func (d *Desk) read(ctx context.Context, what string, fn func(*store.Tx) error) error {
	return wrap(what, d.store.Read(ctx, fn))
}

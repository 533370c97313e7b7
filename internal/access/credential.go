package access

import (
	"context"
	"crypto/rand"
	"fmt"
	"slices"
	"strings"

	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/store"
)

// OwnSender is a sender of somebody's own site, with the user names by which its record
// system sends.
type OwnSender struct {
	iis.Sender
	List []SiteCredential
	// Approved says that the state has let the site take part: before, its record system gets
	// no credential.
	Approved bool
	// Last is the message that came last, and Refused the last one of which nothing was stored;
	// nil when there is none.
	Last, Refused *store.SubmissionLine
}

// SiteCredential is a user name by which a record system sends, with who has set its password:
// they have read it.
type SiteCredential struct {
	store.SenderCredential
	SenderName string
	SetBy      string // their name; "" when it was not written down
	Left       bool   // their access has ended since
}

// credentialsOf are those of a sender.
func credentialsOf(tx *store.Tx, s iis.Sender) (out []SiteCredential, err error) {
	list, err := tx.CredentialsOf(s.ID)
	if err != nil {
		return nil, err
	}
	for _, c := range list {
		one := SiteCredential{SenderCredential: c, SenderName: s.Name}
		if c.By != store.NotKnown {
			if one.SetBy, err = nameOf(tx, c.By); err != nil {
				return nil, err
			}
		}
		if c.By > 0 {
			a, err := tx.AccountOf(c.By)
			if err != nil {
				return nil, err
			}
			one.Left = !a.Ended.IsZero()
		}
		out = append(out, one)
	}
	return out, nil
}

// credentialsBeside are those of the site that somebody belongs to, or belonged to.
func credentialsBeside(tx *store.Tx, sender iis.SenderID) (out []SiteCredential, err error) {
	list, err := tx.SendersBeside(sender)
	if err != nil {
		return nil, err
	}
	for _, s := range list {
		of, err := credentialsOf(tx, s)
		if err != nil {
			return nil, err
		}
		out = append(out, of...)
	}
	return out, nil
}

// mostCredentials is how many user names a sender may have: one, and one more while a
// record system is changed over.
const mostCredentials = 2

var errNotOwnSender = fault.New(fault.NotFound, "There is no such sender among those of your site.")

// ofHome are the senders of a site of which somebody's own is one, in the order of their names.
func ofHome(tx *store.Tx, own iis.SenderID, home *iis.Home) ([]iis.Sender, error) {
	list, err := tx.SendersBeside(own)
	return slices.DeleteFunc(list, func(s iis.Sender) bool { return s.ID != own && !home.Has(s.ID) }), err
}

// OwnSenders are the senders of the site of somebody's own sender.
func (g *Gate) OwnSenders(ctx context.Context, u User) (out []OwnSender, err error) {
	if u.Sender == 0 {
		return nil, nil
	}
	err = g.store.Read(ctx, func(tx *store.Tx) error {
		out = nil
		list, err := ofHome(tx, u.Sender, u.Home)
		if err != nil {
			return err
		}
		for _, s := range list {
			o := OwnSender{Sender: s}
			if o.List, err = credentialsOf(tx, s); err != nil {
				return err
			}
			if o.Approved, err = mayHaveCredential(tx, s); err != nil {
				return err
			}
			out = append(out, o)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list the senders of a site: %w", err)
	}
	for i := range out {
		if out[i].Last, err = g.lastOf(ctx, out[i].ID, nil); err != nil {
			return nil, err
		}
		if out[i].Refused, err = g.lastOf(ctx, out[i].ID, []iis.Answer{iis.Unstored, iis.Rejected}); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// lastOf is the last message of a sender that was answered so, by its record system and not on
// pages.
func (g *Gate) lastOf(ctx context.Context, id iis.SenderID, answers []iis.Answer) (*store.SubmissionLine, error) {
	list, err := g.store.Submissions(ctx, store.SubmissionFilter{Senders: []iis.SenderID{id}, Kinds: []iis.Kind{iis.KindUpdate, iis.KindQuery, iis.KindOther}, Answers: answers}, 1)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return &list[0], nil
}

// mayHaveCredential reports a sender whose site the state has let take part: it trains, tests
// or is live.
func mayHaveCredential(tx *store.Tx, s iis.Sender) (bool, error) {
	o, err := tx.OrganizationOf(s.ID)
	if err != nil || o == nil {
		return false, err
	}
	return s.Kind == iis.SendsVaccinations && (o.Status == iis.StatusTraining || o.Status == iis.StatusTesting || o.Status == iis.StatusLive), nil
}

// own is a sender of the site of somebody's own sender.
func own(tx *store.Tx, u User, id iis.SenderID) (iis.Sender, error) {
	if u.Sender == 0 {
		return iis.Sender{}, errNotOwnSender
	}
	list, err := ofHome(tx, u.Sender, u.Home)
	if err != nil {
		return iis.Sender{}, err
	}
	for _, s := range list {
		if s.ID == id {
			return s, nil
		}
	}
	return iis.Sender{}, errNotOwnSender
}

// GiveCredential gives a sender of somebody's own site a user name with a password that is
// made and told once, or a user name that it has another password: the one before ends at
// once. It outlasts the session of whoever asks, and so they show with a proof that it is still them
// (prove).
func (g *Gate) GiveCredential(ctx context.Context, at Place, u User, id iis.SenderID, username, proof string) (password string, err error) {
	username = strings.TrimSpace(username)
	if !isUsername(username) {
		return "", fault.New(fault.Invalid, "Write a user name of 2 to 60 letters, digits, points, hyphens, underscores or @, without blanks. Nothing was changed.")
	}
	if err := g.prove(ctx, at, u, proof); err != nil {
		return "", err
	}
	password = rand.Text() + rand.Text()[:6]
	hash, err := g.hash(ctx, password)
	if err != nil {
		return "", err
	}
	err = g.store.Write(ctx, func(tx *store.Tx) error {
		if err := tx.LockAccounts(); err != nil {
			return err
		}
		s, err := own(tx, u, id)
		if err != nil {
			return err
		}
		may, err := mayHaveCredential(tx, s)
		if err != nil {
			return err
		}
		if !may {
			return fault.New(fault.Denied, "The programme has not approved this sender yet, or has taken its site out: it gets no password before. Nothing was changed.")
		}
		have, err := tx.CredentialsOf(id)
		if err != nil {
			return err
		}
		if len(have) >= mostCredentials && !hasCredential(have, username) {
			return fault.New(fault.Conflict, "The sender has %d user names already. End one, or give one of them another password. Nothing was changed.", len(have))
		}
		now := g.store.Now()
		if err := tx.PutCredential(id, username, hash, u.ID, now); err != nil {
			return err
		}
		return tx.AddAudit(store.Audit{At: now, Actor: u.Actor(), Act: "give a sender a credential", Subject: int64(id), Written: []byte(username)})
	})
	if err != nil {
		return "", err
	}
	g.known.changed("")
	return password, nil
}

func hasCredential(list []store.SenderCredential, username string) bool {
	for _, c := range list {
		if c.Username == username {
			return true
		}
	}
	return false
}

// TakeCredential ends a user name of a sender of somebody's own site: nothing is taken by it
// from now on.
func (g *Gate) TakeCredential(ctx context.Context, u User, id iis.SenderID, username string) error {
	err := g.store.Write(ctx, func(tx *store.Tx) error {
		if _, err := own(tx, u, id); err != nil {
			return err
		}
		ended, err := tx.EndCredential(id, username)
		if err != nil {
			return err
		}
		if !ended {
			return fault.New(fault.NotFound, "The sender has no such user name (any more). Nothing was changed.")
		}
		return tx.AddAudit(store.Audit{At: g.store.Now(), Actor: u.Actor(), Act: "end a credential of a sender", Subject: int64(id), Written: []byte(username)})
	})
	if err == nil {
		g.known.changed("")
	}
	return err
}

package access

import (
	"context"
	"time"

	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/role"
	"openiis/internal/store"
)

// Device is a sign-in that holds.
type Device struct {
	ID      iis.SessionID
	Begun   time.Time
	Seen    time.Time // to the minute
	Address string
	Agent   string // what the browser says that it is; "": it does not say
	This    bool   // it is the one that asks
}

// Devices are the sign-ins of somebody that hold, the last used first.
func (g *Gate) Devices(ctx context.Context, u User) (out []Device, err error) {
	now := time.Now()
	err = g.store.Read(ctx, func(tx *store.Tx) error {
		list, err := tx.Sessions(u.ID, now, now.Add(-SessionIdle))
		for _, s := range list {
			if s.Stage == string(Whole) {
				out = append(out, Device{s.ID, s.Created, s.Seen, s.Address, s.Agent, s.ID == u.Session})
			}
		}
		return err
	})
	return out, err
}

// EndDevice ends one of somebody's own sign-ins; 0: all but the one that asks.
func (g *Gate) EndDevice(ctx context.Context, u User, id iis.SessionID) error {
	if id == u.Session {
		return fault.New(fault.Invalid, "This is the sign-in that you are using. To end it, sign out.")
	}
	return g.store.Write(ctx, func(tx *store.Tx) error {
		err := error(nil)
		if id == 0 {
			err = tx.EndSessions(u.ID, u.Session)
		} else {
			err = tx.EndOneSession(u.ID, id)
		}
		if err != nil {
			return err
		}
		return tx.AddAudit(store.Audit{At: time.Now(), Actor: u.Actor(), Act: "end own sign-in", Subject: int64(u.ID)})
	})
}

// Attempt is a line of the sign-in log.
type Attempt struct {
	At      time.Time
	Outcome string
	Address string
	Agent   string
}

// logLines is how many lines of the sign-in log a page has.
const logLines = 50

// SignInLog is a page of the sign-in log.
type SignInLog struct {
	Lines []Attempt
	Next  int64 // before which line it goes on; 0: this is the end
}

// Attempts are the attempts of somebody to sign in, before one of them (0: from the newest), the
// newest first: their own, or of one whom a manager sees.
func (g *Gate) Attempts(ctx context.Context, by Manager, id iis.UserID, before int64) (out SignInLog, err error) {
	err = g.store.Read(ctx, func(tx *store.Tx) error {
		if by.actor.User != id || id == 0 {
			if _, err := seen(tx, by, id); err != nil {
				return err
			}
		}
		out, err = attempts(tx, id, before)
		return err
	})
	return out, err
}

// Strangers are the newest attempts with user names that nobody has, for those who see
// everyone.
func (g *Gate) Strangers(ctx context.Context, by Manager) (out []Attempt, err error) {
	if !by.Everyone() || !by.role.May(role.SeeUsers) {
		return nil, nil
	}
	err = g.store.Read(ctx, func(tx *store.Tx) error {
		page, err := attempts(tx, 0, 0)
		out = page.Lines
		return err
	})
	return out, err
}

func attempts(tx *store.Tx, id iis.UserID, before int64) (out SignInLog, err error) {
	list, err := tx.SignIns(id, before, logLines+1)
	if len(list) > logLines {
		list = list[:logLines]
		out.Next = list[logLines-1].ID
	}
	for _, s := range list {
		out.Lines = append(out.Lines, Attempt{s.At, s.Outcome, s.Address, s.Agent})
	}
	return out, err
}

package chart

import (
	"context"
	"fmt"
	"math"

	"openiis/internal/cal"
	"openiis/internal/deed"
	"openiis/internal/iis"
	"openiis/internal/store"
)

// AccessLog is a person's access log before one of its lines. Whoever reads it
// stands in it.
func (d *Desk) AccessLog(ctx context.Context, by iis.Actor, id iis.PersonID, line int64) (*AccessLog, error) {
	r, err := d.read(ctx, by, id, actLog)
	if err != nil {
		return nil, err
	}
	id = r.folder.ID
	if r.log, err = d.store.AccessLogBefore(ctx, id, line, maxLog+1); err != nil {
		return nil, fmt.Errorf("read the access log of %d: %w", id, err)
	}
	older := r.cutLog()
	if err := r.readUsers(ctx); err != nil {
		return nil, err
	}
	return &AccessLog{id, r.access(), older}, nil
}

// AccessReport is who saw or changed a person's record, for the person.
type AccessReport struct {
	ID    iis.PersonID
	Name  string
	Birth cal.Date
	Lines []Access // the newest first; that this was made is among them
	// More says that there are older lines than a report holds.
	More bool
}

// maxReport is how many lines a report holds; maxReportPage how many are read at once.
const (
	maxReport     = 20_000
	maxReportPage = 1_000
)

// AccessReport is all of a person's access log. That it was made is audited, and is its
// first line.
func (d *Desk) AccessReport(ctx context.Context, by iis.Actor, id iis.PersonID) (*AccessReport, error) {
	r, err := d.read(ctx, by, id, actReport)
	if err != nil {
		return nil, err
	}
	id = r.folder.ID
	out := &AccessReport{ID: id, Name: fullName(r.folder.Golden.LegalName()), Birth: r.folder.Golden.Birth}
	for before := int64(math.MaxInt64); ; {
		page, err := d.store.AccessLogBefore(ctx, id, before, maxReportPage)
		if err != nil {
			return nil, fmt.Errorf("read the access log of %d: %w", id, err)
		}
		if r.log = append(r.log, page...); len(page) < maxReportPage {
			break
		}
		if before = page[len(page)-1].ID; len(r.log) >= maxReport {
			out.More = true
			break
		}
	}
	if err := r.readUsers(ctx); err != nil {
		return nil, err
	}
	out.Lines = r.access()
	return out, nil
}

// readUsers reads who is named in the log.
func (r *reading) readUsers(ctx context.Context) error {
	err := r.d.store.Read(ctx, func(tx *store.Tx) (err error) {
		r.users, err = tx.AccountsOf(r.userIDs())
		return err
	})
	if err != nil {
		return fmt.Errorf("read who is in the access log of %d: %w", r.folder.ID, err)
	}
	return nil
}

// cutLog leaves maxLog lines of the log, and returns the last of them when there
// were more.
func (r *reading) cutLog() int64 {
	if len(r.log) <= maxLog {
		return 0
	}
	r.log = r.log[:maxLog]
	return r.log[maxLog-1].ID
}

// access is the access log in words.
func (r *reading) access() []Access {
	out := make([]Access, 0, len(r.log))
	for _, a := range r.log {
		if r.narrow() && !r.own(a.Actor) {
			continue
		}
		did := deed.Of(a.Act)
		line := Access{At: a.At, Who: r.who(a.Actor), What: did.Words, Kind: did.Kind.Words()}
		if u, ok := r.users[a.Actor.User]; ok && a.Actor.Kind == "user" {
			line.Role, line.Site = u.Role, r.senders[u.Sender]
		}
		out = append(out, line)
	}
	return out
}

// own reports what the reader's own site did.
func (r *reading) own(a iis.Actor) bool {
	switch a.Kind {
	case "sender":
		return r.by.Owns(a.Sender)
	case "user":
		return a.User == r.by.User || r.by.Owns(r.users[a.User].Sender)
	}
	return false
}

func (r *reading) who(a iis.Actor) string {
	switch a.Kind {
	case "sender":
		return r.sender(a.Sender)
	case "user":
		return r.user(a.User)
	case "command":
		return "An operator of the registry, by a command"
	}
	return "The registry itself"
}

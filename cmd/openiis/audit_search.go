package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"
	"time"

	"openiis/internal/audit"
	"openiis/internal/deed"
	"openiis/internal/fault"
	"openiis/internal/iis"
)

// searchedLine is a line of the audit as `audit search` prints it.
type searchedLine struct {
	Time    time.Time `json:"time"`
	By      string    `json:"by"` // user, sender, command or job
	User    string    `json:"user,omitempty"`
	Sender  string    `json:"sender,omitempty"` // the facility code
	Name    string    `json:"name"`
	Role    string    `json:"role,omitempty"`
	Site    string    `json:"site,omitempty"`
	Act     string    `json:"act"`
	Kind    deed.Kind `json:"kind"`
	Say     string    `json:"say"`
	Person  string    `json:"person,omitempty"`
	Door    iis.Door  `json:"door,omitempty"`
	Message string    `json:"message,omitempty"`
}

// auditSearch prints the lines of the audit that are wanted, the newest first, a line of
// JSON each. The search is itself audited.
func auditSearch(args []string, stdout, stderr io.Writer) int {
	f := flag.NewFlagSet("audit search", flag.ContinueOnError)
	db := f.String("db", "", "database: a file, or postgres://…")
	var q audit.Query
	f.StringVar(&q.Person, "person", "", "registry number of a person, by whatever number the person had")
	f.StringVar(&q.User, "user", "", "user, by the name to sign in")
	f.StringVar(&q.Sender, "sender", "", "sender, by facility code")
	f.StringVar(&q.Site, "site", "", "what the users of a site did, those of its departments too, by the site's facility code")
	f.BoolVar(&q.Sends, "sends", false, "with --site: and what its senders sent")
	kind := f.String("kind", "", "what was done: "+kindNames())
	since := f.String("since", "", "from this day (2026-03-02) or moment (2026-03-02T10:00:00Z) on")
	until := f.String("until", "", "to the end of this day, or to before this moment")
	limit := f.Int("limit", 0, "how many lines at most; 0: all")
	if status, ok := parseAudit(f, args, stderr); !ok {
		return status
	}
	q.Kind = deed.Kind(*kind)
	var wrong error
	if q.From, wrong = dayOrMoment("since", *since, 0); wrong == nil {
		q.Until, wrong = dayOrMoment("until", *until, 1)
	}
	if wrong == nil && *limit < 0 {
		wrong = fmt.Errorf("--limit %d: want 0 or more", *limit)
	}
	if wrong != nil {
		return failUsage(stderr, "audit search", wrong)
	}
	return withRegistry(*db, mustBeThere, stderr, "audit search", func(ctx context.Context, r *registry) error {
		return searchAll(ctx, r, q, *limit, json.NewEncoder(stdout))
	})
}

// searchAll prints page after page.
func searchAll(ctx context.Context, r *registry, q audit.Query, limit int, to *json.Encoder) error {
	by := audit.By{Actor: byCommand, Reviews: true} // whoever has the database has all
	for before, n := int64(0), 0; ; {
		page, err := r.audit.Search(ctx, by, q, before)
		if fault.KindOf(err) == fault.Invalid {
			return errors.New(fault.Public(err))
		}
		if err != nil {
			return err
		}
		for _, l := range page.Lines {
			if err := to.Encode(printed(l)); err != nil {
				return err
			}
			if n++; n == limit {
				return nil
			}
		}
		if before = page.Next; before == 0 {
			return nil
		}
	}
}

func printed(l audit.Line) searchedLine {
	out := searchedLine{
		Time: l.At, By: l.Who.Kind, User: l.Who.Username, Sender: l.Who.Facility, Name: l.Who.Name, Role: l.Who.Role, Site: l.Who.Site,
		Act: l.Act, Kind: l.Kind, Say: l.What, Door: l.Door,
	}
	if l.Person != 0 {
		out.Person = l.Person.Public()
	}
	if l.Sent != 0 {
		out.Message = l.Sent.Public()
	}
	return out
}

// kindNames are the kinds of acts, as they are named to a command.
func kindNames() string {
	names := make([]string, len(deed.Kinds))
	for i, k := range deed.Kinds {
		names[i] = string(k)
	}
	return strings.Join(names, ", ")
}

// dayOrMoment is the moment at which a day, some days later, begins here; or the moment
// that a text is. Zero of none.
func dayOrMoment(name, text string, days int) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	if at, err := time.Parse(time.RFC3339, text); err == nil {
		return at, nil
	}
	day, err := time.ParseInLocation(time.DateOnly, text, time.Local)
	if err != nil {
		return time.Time{}, fmt.Errorf("--%s %q: want a day such as 2026-03-02, or a moment such as 2026-03-02T10:00:00Z", name, text)
	}
	return day.AddDate(0, 0, days), nil
}

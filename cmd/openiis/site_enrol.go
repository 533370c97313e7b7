package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"strings"
	"time"

	"openiis/internal/cal"
	"openiis/internal/enrol"
	"openiis/internal/iis"
	"openiis/internal/sheet"
)

// byOperator reviews for the programme by command.
var byOperator = enrol.Reviewer{Actor: byCommand, Everyone: true}

// theSite is the site of a number in arguments.
func theSite(f *flag.FlagSet) (iis.OrganizationID, error) {
	if f.NArg() != 1 {
		return 0, fmt.Errorf("want the number of a site after the flags")
	}
	id, ok := iis.ParseOrganizationID(f.Arg(0))
	if !ok {
		return 0, fmt.Errorf("%q is not the number of an organization: it has 13 letters and digits, and `openiis site list` tells it", f.Arg(0))
	}
	return id, nil
}

// siteChecklist is `openiis site checklist`: what a site has done of what comes before it
// goes live.
func siteChecklist(args []string, stdout, stderr io.Writer) int {
	f := flag.NewFlagSet("site checklist", flag.ContinueOnError)
	db := f.String("db", "", "database: a file, or postgres://…")
	if code, ok := parse(f, args, stderr); !ok {
		return code
	}
	if !need(stderr, f, "db") {
		return exitUsage
	}
	id, err := theSite(f)
	if err != nil {
		return failUsage(stderr, f.Name(), err)
	}
	return withRegistry(*db, mustBeThere, stderr, f.Name(), func(ctx context.Context, r *registry) error {
		c, err := r.enrol.Checklist(ctx, id)
		if err != nil {
			return err
		}
		fmt.Fprintf(stdout, "%s: %s\n", c.Name, c.Status)
		if !c.Gated {
			fmt.Fprintln(stdout, "nothing is asked for before it goes live")
		}
		for _, i := range c.Items {
			done := "to do"
			if i.Done {
				done = "done"
			}
			fmt.Fprintf(stdout, "%-5s  %s. %s\n", done, i.What, strings.TrimSpace(i.Say+" "+i.Do))
		}
		for _, p := range c.Due() {
			fmt.Fprintf(stdout, "due    %s: %s\n", p.Title(), p.StateWords())
		}
		return nil
	})
}

// siteGoLive is `openiis site go-live`.
func siteGoLive(args []string, stdout, stderr io.Writer) int {
	f := flag.NewFlagSet("site go-live", flag.ContinueOnError)
	db := f.String("db", "", "database: a file, or postgres://…")
	on := f.String("on", "", "the day from which it sends for real, as YYYY-MM-DD; today without it")
	override := f.Bool("override", false, "although not everything of its checklist is done; takes --why")
	why := f.String("why", "", "the reason: it stays in the history")
	if code, ok := parse(f, args, stderr); !ok {
		return code
	}
	if !need(stderr, f, "db") {
		return exitUsage
	}
	id, err := theSite(f)
	day := cal.None
	if err == nil && *on != "" {
		if day, err = cal.Parse(*on); err != nil || day == cal.None {
			err = fmt.Errorf("--on %s is no day: want YYYY-MM-DD", *on)
		}
	}
	if err != nil {
		return failUsage(stderr, f.Name(), err)
	}
	return withRegistry(*db, mustBeThere, stderr, f.Name(), func(ctx context.Context, r *registry) error {
		if err := r.enrol.GoLive(ctx, byOperator, id, day, *override, *why); err != nil {
			return err
		}
		c, err := r.enrol.Checklist(ctx, id)
		if err == nil {
			is := "is live"
			if c.GoLive > cal.On(time.Now()) {
				is = "goes live on " + c.GoLive.String()
			}
			fmt.Fprintf(stdout, "%s %s; what comes before %s is historical\n", c.Name, is, c.GoLive)
		}
		return err
	})
}

// siteRenewals is `openiis site renewals`: what is to be signed now or soon, as CSV.
func siteRenewals(args []string, stdout, stderr io.Writer) int {
	f := flag.NewFlagSet("site renewals", flag.ContinueOnError)
	db := f.String("db", "", "database: a file, or postgres://…")
	if code, ok := parse(f, args, stderr); !ok {
		return code
	}
	if !need(stderr, f, "db") {
		return exitUsage
	}
	return withRegistry(*db, mustBeThere, stderr, f.Name(), func(ctx context.Context, r *registry) error {
		fmt.Fprintln(stdout, "number,site,form,person,state,until")
		for page := 1; ; page++ {
			q, err := r.enrol.Renewals(ctx, byOperator, page)
			if err != nil {
				return err
			}
			if err := writeRenewals(stdout, q.Lines); err != nil || !q.More {
				return err
			}
		}
	})
}

func writeRenewals(to io.Writer, lines []enrol.DueLine) error {
	w := sheet.New(to)
	for i := range lines {
		l := &lines[i]
		person, until := "", ""
		if l.Person != nil {
			person = l.Person.Username
		}
		if last, ok := l.Until(); ok && last != cal.None {
			until = last.String()
		}
		if err := w.Write([]string{l.Site.ID.Public(), l.Site.Name, l.Form.Code, person, string(l.State()), until}); err != nil {
			return err
		}
	}
	w.Flush()
	return w.Error()
}

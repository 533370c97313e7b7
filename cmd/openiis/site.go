package main

import (
	"context"
	"errors"
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

const siteUse = `openiis site: want one of
  openiis site list --db … [--kind K] [--status S] [--region R] [--text WORDS]      organizations, sites and departments as CSV
  openiis site add --db … --kind K --name "…" [--under NUMBER] [--status S] [FACTS]  a new one, which enrols unless a status is said
  openiis site set --db … [--kind K] [--name "…"] [--under NUMBER] [FACTS] [--sender CODE] --why "…" NUMBER
  openiis site status --db … [--on DAY] --why "…" NUMBER STATUS                     enrolling, training, testing, live or inactive
  openiis site checklist --db … NUMBER                                              what it has done of what comes before it goes live
  openiis site go-live --db … [--on DAY] [--override --why "…"] NUMBER              it is live from that day on
  openiis site renewals --db …                                                      agreements that are to be signed, as CSV
  openiis site merge --db … (--why "…" | --dry-run) NUMBER INTO                     all that belongs to the first goes over
FACTS are --region --street --city --state --zip --county --phone --npi --pin`

// siteCommand is `openiis site`: who is who in the registry.
func siteCommand(args []string, _ io.Reader, stdout, stderr io.Writer) int {
	acts := map[string]func(args []string, stdout, stderr io.Writer) int{
		"list": siteList, "add": siteAdd, "set": siteSet, "status": siteStatus, "merge": siteMerge,
		"checklist": siteChecklist, "go-live": siteGoLive, "renewals": siteRenewals,
	}
	if len(args) == 0 || acts[args[0]] == nil {
		fmt.Fprintln(stderr, siteUse)
		return exitUsage
	}
	return acts[args[0]](args[1:], stdout, stderr)
}

// siteColumns are those of the list.
var siteColumns = strings.Split("number,name,kind,status,region,under,under_name,senders,street,city,state,zip,county,phone,npi,pin,closed,merged_into", ",")

// siteList is `openiis site list`.
func siteList(args []string, stdout, stderr io.Writer) int {
	f := flag.NewFlagSet("site list", flag.ContinueOnError)
	db := f.String("db", "", "database: a file, or postgres://…")
	kind := f.String("kind", "", "only of this kind, such as clinic; site for any kind of site")
	status := f.String("status", "", "only with this status; any for all (default: all but inactive ones)")
	region := f.String("region", "", "only in this region, by its code in the state's file; none for those in none")
	text := f.String("text", "", "words of the name, town or county, a facility code, an NPI, a PIN")
	if code, ok := parse(f, args, stderr); !ok {
		return code
	}
	if !need(stderr, f, "db") {
		return exitUsage
	}
	wanted := enrol.Filter{Kind: iis.OrganizationKind(*kind), Status: iis.OrganizationStatus(*status), Region: *region, Text: *text, All: true}
	switch {
	case f.NArg() > 0:
		return failUsage(stderr, f.Name(), fmt.Errorf("%q is not expected here", f.Arg(0)))
	case *kind != "" && wanted.Kind != enrol.AnySite && wanted.Kind.Words() == "":
		return failUsage(stderr, f.Name(), fmt.Errorf("there is no kind %q: want site, or one of %s", *kind, joined(iis.OrganizationKinds)))
	case *status != "" && wanted.Status != enrol.AnyStatus && wanted.Status.Words() == "":
		return failUsage(stderr, f.Name(), fmt.Errorf("there is no status %q: want any, or one of %s", *status, joined(iis.OrganizationStatuses)))
	}
	return withRegistry(*db, mustBeThere, stderr, f.Name(), func(ctx context.Context, r *registry) error {
		l, err := r.enrol.List(ctx, wanted)
		if err != nil {
			return err
		}
		if c := wanted.Region; c != "" && c != enrol.NoRegion && l.Found == 0 && l.Policy.Region(c) == nil {
			return fmt.Errorf("there is no region %q in the policy by which this registry goes (%s): `openiis state show` tells its regions", c, l.Policy.Name)
		}
		return writeSites(stdout, l)
	})
}

// joined names words: a, b, c.
func joined[T ~string](of []T) string {
	var words []string
	for _, w := range of {
		words = append(words, string(w))
	}
	return strings.Join(words, ", ")
}

// writeSites writes the list.
func writeSites(to io.Writer, l *enrol.List) error {
	w := sheet.New(to)
	if err := w.Write(siteColumns); err != nil {
		return err
	}
	number := func(id iis.OrganizationID) string {
		if id == 0 {
			return ""
		}
		return id.Public()
	}
	for i := range l.Lines {
		o := &l.Lines[i]
		under, closed := "", ""
		if o.Over != nil {
			under = o.Over.Name
		}
		if o.Closed != cal.None {
			closed = o.Closed.String()
		}
		var senders []string
		for _, s := range o.Senders {
			senders = append(senders, s.Facility)
		}
		err := w.Write([]string{
			o.ID.Public(), o.Name, string(o.Kind), string(o.Status), o.Place.Code, number(o.Parent), under, strings.Join(senders, " "),
			o.Street, o.City, o.State, o.Zip, o.County, o.Phone, o.NPI, o.PIN, closed, number(o.MergedInto),
		})
		if err != nil {
			return err
		}
	}
	w.Flush()
	return w.Error()
}

// siteFlags are the facts of an organization on a command line.
type siteFlags struct {
	*flag.FlagSet
	db, kind, under, why *string
	facts                map[string]*string
}

// siteFacts are the facts that are flags, with where they go.
var siteFacts = []struct {
	name, use string
	of        func(*iis.Organization) *string
}{
	{"name", "what it is called", func(o *iis.Organization) *string { return &o.Name }},
	{"region", "code of its region, set by hand; '' to have it found by the county", func(o *iis.Organization) *string { return &o.Region }},
	{"street", "street", func(o *iis.Organization) *string { return &o.Street }},
	{"city", "city", func(o *iis.Organization) *string { return &o.City }},
	{"state", "state, two letters", func(o *iis.Organization) *string { return &o.State }},
	{"zip", "ZIP code", func(o *iis.Organization) *string { return &o.Zip }},
	{"county", "county", func(o *iis.Organization) *string { return &o.County }},
	{"phone", "telephone", func(o *iis.Organization) *string { return &o.Phone }},
	{"npi", "National Provider Identifier", func(o *iis.Organization) *string { return &o.NPI }},
	{"pin", "the number by which the state's vaccine programme knows it", func(o *iis.Organization) *string { return &o.PIN }},
}

func newSiteFlags(name string) *siteFlags {
	f := &siteFlags{FlagSet: flag.NewFlagSet(name, flag.ContinueOnError), facts: map[string]*string{}}
	f.db = f.String("db", "", "database: a file, or postgres://…")
	f.kind = f.String("kind", "", "kind: "+joined(iis.OrganizationKinds))
	f.under = f.String("under", "", "number of the organization that it is under; '' for none")
	f.why = f.String("why", "", "the reason, which stays in the history")
	for _, fact := range siteFacts {
		f.facts[fact.name] = f.String(fact.name, "", fact.use)
	}
	return f
}

// fill puts the flags that were given into an organization.
func (f *siteFlags) fill(o *iis.Organization, under iis.OrganizationID) {
	f.Visit(func(given *flag.Flag) {
		for _, fact := range siteFacts {
			if fact.name == given.Name {
				*fact.of(o) = *f.facts[fact.name]
			}
		}
		switch given.Name {
		case "kind":
			o.Kind = iis.OrganizationKind(*f.kind)
		case "under":
			o.Parent = under
		}
	})
}

// siteNumber reads the number of an organization; "" is 0.
func siteNumber(text string) (iis.OrganizationID, error) {
	if text == "" {
		return 0, nil
	}
	id, ok := iis.ParseOrganizationID(text)
	if !ok {
		return 0, fmt.Errorf("%q is not the number of an organization: it has 13 letters and digits, and `openiis site list` tells it", text)
	}
	return id, nil
}

// siteAdd is `openiis site add`.
func siteAdd(args []string, stdout, stderr io.Writer) int {
	f := newSiteFlags("site add")
	status := f.String("status", "", "enrolling (as without it), training, testing or live")
	if code, ok := parse(f.FlagSet, args, stderr); !ok {
		return code
	}
	if !need(stderr, f.FlagSet, "db", "kind", "name") {
		return exitUsage
	}
	under, err := siteNumber(*f.under)
	if err == nil && f.NArg() > 0 {
		err = fmt.Errorf("%q is not expected here", f.Arg(0))
	}
	if err != nil {
		return failUsage(stderr, f.Name(), err)
	}
	o := iis.Organization{Status: iis.OrganizationStatus(*status)}
	f.fill(&o, under)
	return withRegistry(*f.db, mustBeThere, stderr, f.Name(), func(ctx context.Context, r *registry) error {
		o, err := r.enrol.Add(ctx, byCommand, o, *f.why)
		if err == nil {
			fmt.Fprintf(stdout, "%s (%s) was added with the number %s: %s\n", o.Name, o.Kind, o.ID.Public(), o.Status)
		}
		return err
	})
}

// siteSet is `openiis site set`: other facts, or one more sender.
func siteSet(args []string, stdout, stderr io.Writer) int {
	f := newSiteFlags("site set")
	sender := f.String("sender", "", "facility code of a sender that belongs to it from now on")
	if code, ok := parse(f.FlagSet, args, stderr); !ok {
		return code
	}
	if !need(stderr, f.FlagSet, "db", "why") {
		return exitUsage
	}
	under, err := siteNumber(*f.under)
	if err != nil {
		return failUsage(stderr, f.Name(), err)
	}
	numbers, err := siteNumbers(f.FlagSet, "NUMBER")
	if err != nil {
		return failUsage(stderr, f.Name(), err)
	}
	return withRegistry(*f.db, mustBeThere, stderr, f.Name(), func(ctx context.Context, r *registry) error {
		o, changed, err := r.enrol.Change(ctx, byCommand, numbers[0], time.Time{}, func(o *iis.Organization) { f.fill(o, under) }, *f.why)
		if err == nil && *sender != "" {
			if err = r.enrol.Give(ctx, byCommand, o.ID, *sender, *f.why); err != nil && changed {
				err = fmt.Errorf("the facts were changed, the sender was not given: %w", err)
			}
			changed = true
		}
		switch {
		case err != nil:
			return err
		case changed:
			fmt.Fprintf(stdout, "%s (%s) was changed\n", o.Name, o.ID.Public())
		default:
			fmt.Fprintf(stdout, "%s (%s) was so already\n", o.Name, o.ID.Public())
		}
		return nil
	})
}

// siteNumbers are the numbers on a command line, one for each name.
func siteNumbers(f *flag.FlagSet, names ...string) (out []iis.OrganizationID, err error) {
	if f.NArg() != len(names) {
		return nil, fmt.Errorf("want %s behind the flags", strings.Join(names, " "))
	}
	for _, text := range f.Args() {
		id, err := siteNumber(text)
		if err == nil && id == 0 {
			err = errors.New("a number is empty")
		}
		if err != nil {
			return nil, err
		}
		out = append(out, id)
	}
	return out, nil
}

// siteStatus is `openiis site status`.
func siteStatus(args []string, stdout, stderr io.Writer) int {
	f := flag.NewFlagSet("site status", flag.ContinueOnError)
	db := f.String("db", "", "database: a file, or postgres://…")
	on := f.String("on", "", "the day since which it is inactive: YYYY-MM-DD (default: today)")
	why := f.String("why", "", "the reason, which stays in the history")
	if code, ok := parse(f, args, stderr); !ok {
		return code
	}
	if !need(stderr, f, "db", "why") {
		return exitUsage
	}
	if f.NArg() != 2 {
		return failUsage(stderr, f.Name(), errors.New("want NUMBER STATUS behind the flags"))
	}
	id, err := siteNumber(f.Arg(0))
	if err != nil {
		return failUsage(stderr, f.Name(), err)
	}
	day, err := cal.Parse(*on)
	if err != nil {
		return failUsage(stderr, f.Name(), fmt.Errorf("--on %s is no day: want YYYY-MM-DD", *on))
	}
	to := iis.OrganizationStatus(f.Arg(1))
	if to.Words() == "" {
		return failUsage(stderr, f.Name(), fmt.Errorf("there is no status %q: want one of %s", to, joined(iis.OrganizationStatuses)))
	}
	return withRegistry(*db, mustBeThere, stderr, f.Name(), func(ctx context.Context, r *registry) error {
		o, err := r.enrol.Move(ctx, byCommand, id, time.Time{}, to, day, *why)
		if err == nil {
			fmt.Fprintf(stdout, "%s (%s) is %s now\n", o.Name, o.ID.Public(), o.Status)
		}
		return err
	})
}

// siteMerge is `openiis site merge`.
func siteMerge(args []string, stdout, stderr io.Writer) int {
	f := flag.NewFlagSet("site merge", flag.ContinueOnError)
	db := f.String("db", "", "database: a file, or postgres://…")
	why := f.String("why", "", "the reason, which stays in the history of both")
	dry := f.Bool("dry-run", false, "say what would happen, and do nothing")
	if code, ok := parse(f, args, stderr); !ok {
		return code
	}
	if !need(stderr, f, "db") || !*dry && !need(stderr, f, "why") {
		return exitUsage
	}
	numbers, err := siteNumbers(f, "NUMBER", "INTO")
	if err != nil {
		return failUsage(stderr, f.Name(), err)
	}
	return withRegistry(*db, mustBeThere, stderr, f.Name(), func(ctx context.Context, r *registry) error {
		p, err := r.enrol.PlanMerge(ctx, numbers[0], numbers[1])
		if err == nil && !*dry {
			_, err = r.enrol.Merge(ctx, byCommand, numbers[0], numbers[1], p.From.Changed, p.Into.Changed, *why)
		}
		if err != nil {
			return err
		}
		done := "was merged"
		if *dry {
			done = "would be merged"
		}
		fmt.Fprintf(stdout, "%s (%s) %s into %s (%s), with senders: %d, their users: %d, under it: %d\n",
			p.From.Name, numbers[0].Public(), done, p.Into.Name, numbers[1].Public(), len(p.Senders), p.Users, len(p.Children))
		if p.Sign != cal.None {
			fmt.Fprintf(stdout, "those users sign their own forms for %s until %s\n", p.Into.Name, p.Sign)
		}
		for _, s := range p.Dated {
			fmt.Fprintf(stdout, "%s was not live: what it sent until today stays so marked\n", s.Facility)
		}
		return nil
	})
}

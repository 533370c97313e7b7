package roster

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"openiis/internal/cal"
	"openiis/internal/fold"
	"openiis/internal/iis"
	"openiis/internal/record"
	"openiis/internal/store"
)

const (
	// MostEntries is how many entries a roster has at most.
	MostEntries = 100_000
	perPage     = 50
	atOnce      = 500 // how many people are read in one round trip
	// countedDue is up to how many people what is due is counted, chosen and put in order:
	// each record is read for that, so that no count tells of a confidential dose.
	countedDue = 5_000
)

// Due is whether something is due of a person today, as a list says it.
type Due string

// What may be said.
const (
	Overdue   Due = "Overdue"
	DueNow    Due = "Due now"
	NothingIs Due = "Nothing due now"
	NotKnown  Due = "Not known yet"
	// SeeRecord is of somebody of whom a list can say nothing without telling of a
	// confidential dose.
	SeeRecord Due = "See the record"
	NotShared Due = "Not shared with you"
)

// Dues are all, in the order of their urgency.
var Dues = []Due{Overdue, DueNow, NothingIs, NotKnown, SeeRecord, NotShared}

// Line is a person of a roster.
type Line struct {
	iis.RosterEntry
	Name  string // family name first
	Birth cal.Date
	Due   Due
	// Open says that the record is open to the reader.
	Open  bool
	order string // the name made comparable
	names []iis.Name
}

// Query is what of a roster is wanted.
type Query struct {
	Place string // a grade or room; "": all
	Due   Due    // "": all
	Text  string // beginnings of names, or a number of the site's own; "": all
	Sort  string // of Sorts
	Page  int    // from 1
}

// Sorts are the orders of a list.
var Sorts = []struct{ Code, Words string }{{"", "Name"}, {"place", "Grade or room"}, {"birth", "Birth date"}, {"due", "What is due"}, {"number", "Own number"}}

// Count is how many of a roster are in a place, or due.
type Count struct {
	What string
	N    int
}

// List is a page of a roster.
type List struct {
	*Site
	Query
	Lines      []Line
	Found, All int // how many the query leads to, and how many are on the roster
	Pages      int
	Places     []Count // all of them, in their order
	DueCounts  []Count
	Unsure     []Unsure
}

// List shows a page of a roster: those only of whom the reader may know, in the list and in
// every count. What is due is read from where each stands (docs/standing.md).
func (d *Desk) List(ctx context.Context, by iis.Actor, id iis.OrganizationID, q Query) (*List, error) {
	out := &List{Query: q}
	err := d.store.Read(ctx, func(tx *store.Tx) error {
		site, err := d.site(tx, by, id)
		if err != nil {
			return err
		}
		all, err := d.lines(tx, by, site)
		if err != nil {
			return err
		}
		out.Site, out.All = site, len(all)
		if out.Unsure, err = d.unsure(tx, by, site); err != nil {
			return err
		}
		told := by.SeesAll || len(all) <= countedDue
		if !told {
			q = q.withoutDue()
			out.Query = q
		} else if err := d.confide(tx, by, all); err != nil {
			return err
		}
		out.count(all, told)
		found := q.of(all)
		out.Found, out.Pages = len(found), max(1, (len(found)+perPage-1)/perPage)
		out.Page = min(max(q.Page, 1), out.Pages)
		from := (out.Page - 1) * perPage
		if out.Lines = found[from:min(from+perPage, len(found))]; told {
			return nil
		}
		return d.confide(tx, by, out.Lines)
	})
	if err != nil {
		return nil, fmt.Errorf("list the roster of %d: %w", id, err)
	}
	return out, d.auditList(by, id, out.Lines)
}

// Everyone hands all of a roster to each, in the order of names, a part at a time, each part
// when it is audited.
func (d *Desk) Everyone(ctx context.Context, by iis.Actor, id iis.OrganizationID, each func(*Site, []Line) error) error {
	var site *Site
	var all []Line
	err := d.store.Read(ctx, func(tx *store.Tx) (err error) {
		if site, err = d.site(tx, by, id); err != nil {
			return err
		}
		all, err = d.lines(tx, by, site)
		return err
	})
	if err != nil {
		return fmt.Errorf("list the roster of %d: %w", id, err)
	}
	all = Query{}.of(all)
	for part := range slices.Chunk(all, atOnce) {
		if err := d.store.Read(ctx, func(tx *store.Tx) error { return d.confide(tx, by, part) }); err != nil {
			return err
		}
		if err := d.auditList(by, id, part); err != nil {
			return err
		}
		if err := each(site, part); err != nil {
			return err
		}
	}
	if len(all) == 0 {
		return each(site, nil)
	}
	return nil
}

// auditList writes that people of a roster are shown, and returns when that is durable.
func (d *Desk) auditList(by iis.Actor, site iis.OrganizationID, lines []Line) error {
	at := d.now()
	audit := make([]store.Audit, 0, len(lines)+1)
	for i := range lines {
		audit = append(audit, store.Audit{At: at, Actor: by, Act: actList, Person: lines[i].Person, Subject: int64(site)})
	}
	if len(lines) == 0 {
		audit = append(audit, store.Audit{At: at, Actor: by, Act: actList, Subject: int64(site)})
	}
	if err := d.store.AuditRead(audit...); err != nil {
		return fmt.Errorf("audit a list of the roster of %d: %w", site, err)
	}
	return nil
}

// lines are all of a roster of whom the reader may know.
func (d *Desk) lines(tx *store.Tx, by iis.Actor, site *Site) ([]Line, error) {
	entries, err := tx.Roster(site.ID, MostEntries)
	if err != nil {
		return nil, err
	}
	today := cal.On(d.now())
	out := make([]Line, 0, len(entries))
	for part := range slices.Chunk(entries, atOnce) {
		some, err := d.part(tx, by, site, part, today)
		if err != nil {
			return nil, err
		}
		out = append(out, some...)
	}
	return out, nil
}

// part are some of them.
func (d *Desk) part(tx *store.Tx, by iis.Actor, site *Site, entries []iis.RosterEntry, today cal.Date) ([]Line, error) {
	ids := make([]iis.PersonID, len(entries))
	for i := range entries {
		ids[i] = entries[i].Person
	}
	ids = slices.Compact(ids) // they are in their order
	cards, err := tx.Cards(ids...)
	if err != nil {
		return nil, err
	}
	standings, err := tx.StandingsOf(ids...)
	if err != nil {
		return nil, err
	}
	at := make(map[iis.PersonID]Line, len(cards))
	for i := range cards {
		c := &cards[i]
		seen, sight, err := d.keeper.OnRoster(tx, &site.Organization, by, c)
		if err != nil {
			return nil, err
		}
		if seen == nil {
			continue
		}
		l := Line{Name: name(seen.Golden.LegalName()), Birth: seen.Golden.Birth, names: seen.Golden.Names, Open: sight == record.Whole || sight == record.OwnPart}
		l.order = fold.Text(l.Name)
		switch sight {
		case record.Whole, record.Forecast:
			l.Due = dueOf(standings[c.ID], today)
			if slices.ContainsFunc(c.Choices, func(c iis.Choice) bool { return c.Kind == iis.Confides }) {
				l.Due = SeeRecord
			}
		case record.OwnPart:
			l.Due = SeeRecord
		default:
			l.Due = NotShared
		}
		at[c.ID] = l
	}
	var out []Line
	for i := range entries {
		if l, ok := at[entries[i].Person]; ok {
			l.RosterEntry = entries[i]
			out = append(out, l)
		}
	}
	return out, nil
}

// dueOf is whether something is due by what is stored of where somebody stands. What a day
// changes is said by the days in it, so that it may be from before today.
func dueOf(row *store.Standing, today cal.Date) Due {
	if row == nil {
		return NotKnown
	}
	s, err := record.ReadStanding(row)
	switch {
	case err != nil || s.State == record.NotAssessed || s.State == record.NoBirthDate || s.State == record.BornLater:
		return NotKnown // of a newer program, or without a birth date: the record says why
	case slices.ContainsFunc(s.Due, func(n record.Due) bool { return n.IsOverdue(today) }):
		return Overdue
	case slices.ContainsFunc(s.Due, func(n record.Due) bool { return n.IsDue(today) }):
		return DueNow
	}
	return NothingIs
}

// confide takes back what is said to be due of those who have a confidential dose, whose
// vaccine group it would tell of: those that a message marked are in the record alone.
func (d *Desk) confide(tx *store.Tx, by iis.Actor, lines []Line) error {
	if by.SeesAll || len(lines) == 0 {
		return nil
	}
	law, err := d.keeper.PolicyIn(tx)
	if err != nil {
		return err
	}
	var ids []iis.PersonID
	for i := range lines {
		ids = append(ids, lines[i].Person)
	}
	slices.Sort(ids)
	marked := map[iis.PersonID]bool{}
	for part := range slices.Chunk(slices.Compact(ids), atOnce) {
		folders, err := tx.Folders(part...)
		if err != nil {
			return err
		}
		for _, f := range folders {
			doses, _ := record.History(f)
			marked[f.ID] = slices.ContainsFunc(doses, func(s record.Shown) bool { return record.Confidential(law, f, &s) })
		}
	}
	for i := range lines {
		if marked[lines[i].Person] && lines[i].Due != NotShared {
			lines[i].Due = SeeRecord
		}
	}
	return nil
}

// count counts places, and what is due where that may be told.
func (l *List) count(all []Line, told bool) {
	places, due := map[string]int{}, map[Due]int{}
	for i := range all {
		places[all[i].Place]++
		due[all[i].Due]++
	}
	for p, n := range places {
		l.Places = append(l.Places, Count{p, n})
	}
	slices.SortFunc(l.Places, func(a, b Count) int { return byPlace(a.What, b.What) })
	for _, w := range Dues {
		if told && due[w] > 0 {
			l.DueCounts = append(l.DueCounts, Count{string(w), due[w]})
		}
	}
}

// byPlace puts grades in their order, rooms by their names behind them, and nothing last.
func byPlace(a, b string) int {
	rank := func(s string) int {
		switch n := slices.Index(iis.Grades, s); {
		case s == "":
			return len(iis.Grades) + 1
		case n >= 0:
			return n
		}
		return len(iis.Grades)
	}
	return cmp.Or(cmp.Compare(rank(a), rank(b)), strings.Compare(fold.Text(a), fold.Text(b)))
}

// NoPlace is asked for by whoever wants those without a grade or room.
const NoPlace = "none"

// withoutDue is a query that asks nothing of what is due.
func (q Query) withoutDue() Query {
	if q.Due = ""; q.Sort == "due" {
		q.Sort = ""
	}
	return q
}

// of are those whom a query wants, in its order.
func (q Query) of(all []Line) []Line {
	words := fold.Words(q.Text)
	out := make([]Line, 0, len(all))
	for i := range all {
		l := &all[i]
		switch {
		case q.Place == NoPlace && l.Place != "", q.Place != "" && q.Place != NoPlace && l.Place != q.Place:
		case q.Due != "" && l.Due != q.Due:
		case len(words) > 0 && !l.fits(words) && !strings.EqualFold(oneLine(q.Text), l.Own):
		default:
			out = append(out, *l)
		}
	}
	slices.SortStableFunc(out, func(a, b Line) int {
		first := 0
		switch q.Sort {
		case "place":
			first = byPlace(a.Place, b.Place)
		case "birth":
			first = cmp.Compare(a.Birth, b.Birth)
		case "due":
			first = cmp.Compare(slices.Index(Dues, a.Due), slices.Index(Dues, b.Due))
		case "number":
			first = strings.Compare(a.Own, b.Own)
		}
		return cmp.Or(first, strings.Compare(a.order, b.order), cmp.Compare(a.ID, b.ID))
	})
	return out
}

// fits reports that each of some words begins a word of the name.
func (l *Line) fits(words []string) bool {
	have := fold.Words(l.Name)
	return !slices.ContainsFunc(words, func(w string) bool {
		return !slices.ContainsFunc(have, func(h string) bool { return strings.HasPrefix(h, w) })
	})
}

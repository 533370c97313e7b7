package steward

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"openiis/internal/cal"
	"openiis/internal/iis"
	"openiis/internal/match"
	"openiis/internal/store"
)

// Risk is how much harm a wrong record does while nobody has decided; the highest
// comes first.
type Risk int64

// The risks.
const (
	// High is a sender's number that two patients share, so that what is sent for one
	// may be read for the other; or a young child who is likely in two records, each
	// with a part of the doses.
	High Risk = 1 + iota
	// Middle is anyone else who is likely in two records, a young child who may be,
	// or what a user has flagged.
	Middle
	Low
)

// Words say a risk.
func (r Risk) Words() string {
	return [...]string{"", "High", "Middle", "Low"}[max(0, min(r, Low))]
}

// young is the age in years below which most doses of the schedule are given, and
// a record that is cut in two forecasts wrongly.
const young = 7

// likely is from how many bits two records are likely one person's.
const likely = 6

// risk is that of a pair: what was said of them, and whether one is young.
func risk(j Judgement, births []cal.Date, today cal.Date) Risk {
	child := false
	for _, b := range births {
		child = child || b != cal.None && cal.AgeOn(b, today).Years < young
	}
	switch {
	case j.ByNumber(), child && j.Bits >= likely:
		return High
	case child, j.Bits >= likely, j.Flag != "":
		return Middle
	}
	return Low
}

// rankBits is where the risk stands in a rank: above microseconds since 1970.
const rankBits = 56

// rank is a place in the queue: by risk, and within a risk who came first.
func rank(r Risk, created time.Time) int64 { return int64(r)<<rankBits | created.UnixMicro() }

func riskOf(rank int64) Risk { return Risk(rank >> rankBits) }

// arrangeAtOnce is how many pairs are given their place in one transaction.
const arrangeAtOnce = 200

// Arrange gives pairs that came into the queue, or changed, their place there; it
// returns how many, and doses in question theirs when no pair waits for one. Zero:
// nothing is left to arrange.
func (d *Desk) Arrange(ctx context.Context) (int, error) {
	if n, err := d.arrangePairs(ctx); n > 0 || err != nil {
		return n, err
	}
	return d.arrangeDoses(ctx)
}

func (d *Desk) arrangePairs(ctx context.Context) (int, error) {
	rules, err := d.keeper.Weights(ctx)
	if err != nil {
		return 0, err
	}
	var waiting []store.PossibleMatch
	err = d.store.Read(ctx, func(tx *store.Tx) (err error) {
		waiting, err = tx.Unranked(arrangeAtOnce)
		return err
	})
	if err != nil || len(waiting) == 0 {
		return 0, wrap("arrange the queue", err)
	}
	return len(waiting), wrap("arrange the queue", d.store.Write(ctx, func(tx *store.Tx) error {
		for i := range waiting {
			if err := d.arrange(tx, rules, &waiting[i]); err != nil {
				return err
			}
		}
		return nil
	}))
}

func (d *Desk) arrange(tx *store.Tx, rules *match.Rules, m *store.PossibleMatch) error {
	cards, err := tx.Cards(m.Person, m.Other)
	if err != nil {
		return err
	}
	both, births := map[iis.SenderID]bool{}, []cal.Date{}
	for _, c := range cards {
		births = append(births, c.Golden.Birth)
		for _, s := range c.Senders {
			_, other := both[s]
			both[s] = other
		}
	}
	r := risk(read(rules, m.Why), births, cal.On(d.now()))
	return tx.PutRank(m.Pair, rank(r, m.Created), both)
}

// Filter says which part of the queue is wanted.
type Filter struct {
	Sender iis.SenderID // what it has reported; 0: all that the one who asks decides about
	// Organization is what the senders of an organization, and of those under it, have
	// reported; 0: whatever Sender says.
	Organization iis.OrganizationID
	After        string // behind the place that a Page named; "": from the beginning
}

// PageSize is how many tasks a page of the queue has at most.
const PageSize = 25

// Task is a pair in the queue, each with who it is about.
type Task struct {
	store.Pair
	A, B    store.Card
	Risk    Risk
	Waiting time.Time // since when
	Stored  Judgement // when it came into the queue
}

// Page is a part of the queue.
type Page struct {
	Tasks     []Task
	Questions []Question
	Senders   []store.SenderProfile // whose part may be chosen; none for those who see their own
	Groups    []Group               // and of which organizations
	// Next is behind what place the next page begins; "" when this is the last.
	Next string
}

// Question is a person with doses that may be one shot.
type Question struct {
	store.Question
	Card   store.Card
	Risk   Risk        // of the dose that stands first
	Doubts []DoseDoubt // of which the one who asks decides, in order of date
}

// filter is what of the queue someone sees: those who decide for a sender, what it
// has reported of both. Of a site with several, one may have reported one and another the
// other: what it has reported one of is read then, and those left out that are not its (reported).
func (d *Desk) filter(by By, f Filter, p *Page) store.PairFilter {
	return store.PairFilter{Senders: by.whose(f, p), Both: !by.Everyone && by.Actor.Home == nil, For: by.queue(), After: placeIn(f.After), Now: d.now()}
}

// placeText writes a place in the queue as an address has it: of numbers that
// say nothing of a patient.
func placeText(p store.PairPlace) string {
	return strconv.FormatInt(p.Rank, 36) + "-" + p.Person.Public() + "-" + p.Other.Public()
}

// placeIn reads a place; what is none is the beginning.
func placeIn(text string) store.PairPlace {
	parts := strings.Split(text, "-")
	if len(parts) != 3 {
		return store.PairPlace{}
	}
	at, err := strconv.ParseInt(parts[0], 36, 64)
	person, ok := iis.ParsePersonID(parts[1])
	other, also := iis.ParsePersonID(parts[2])
	if err != nil || !ok || !also {
		return store.PairPlace{}
	}
	return store.PairPlace{Rank: at, Pair: store.Pair{Person: person, Other: other}}
}

// Queue lists pairs of records that may be of one person, by risk and by how long
// they wait. Whom it shows is audited.
func (d *Desk) Queue(ctx context.Context, by By, f Filter) (Page, error) {
	if err := by.speaks(); err != nil {
		return Page{}, err
	}
	if _, err := d.arrangePairs(ctx); err != nil { // what just came shall be seen at once
		return Page{}, err
	}
	rules, err := d.keeper.Weights(ctx)
	if err != nil {
		return Page{}, err
	}
	var page Page
	err = d.read(ctx, "list the queue", func(tx *store.Tx) error {
		var err error
		if page, err = by.page(tx); err != nil {
			return err
		}
		filter := d.filter(by, f, &page)
		var cards cards
		last, err := fill(reading[store.PossibleMatch, store.PairPlace]{
			after: filter.After, most: by.mostRead(), whole: by.Everyone, place: (*store.PossibleMatch).Place,
			list: func(after store.PairPlace, limit int) ([]store.PossibleMatch, error) {
				filter.After = after
				found, err := tx.PossibleMatches(filter, limit)
				if err == nil {
					cards, err = cardsOf(tx, found, func(m *store.PossibleMatch) []iis.PersonID { return []iis.PersonID{m.Person, m.Other} })
				}
				return found, err
			},
			shows: func(m *store.PossibleMatch) (bool, error) { return d.shows(tx, by, cards, m.Person, m.Other) },
			show: func(m *store.PossibleMatch) error {
				page.Tasks = append(page.Tasks, Task{
					Pair: m.Pair, A: cards[m.Person], B: cards[m.Other], Risk: riskOf(m.Rank), Waiting: m.Created, Stored: read(rules, m.Why),
				})
				return nil
			},
		})
		if last != nil {
			page.Next = placeText(*last)
		}
		return err
	})
	if err != nil {
		return Page{}, err
	}
	return page, d.audit(by, page)
}

// How many entries of a queue are read for one page: at first as many as it has, then a stretch at a time. A page of a site says
// nothing of what it leaves out, which for one with several senders may be most, and so it is read on until something
// follows or the queue ends.
const (
	stretch     = 250
	mostOfSite  = 50_000
	mostOfStaff = 500
)

// mostRead is how many are read at most for a page of theirs.
func (b By) mostRead() int {
	if b.Everyone {
		return mostOfStaff
	}
	return mostOfSite
}

// reading is how a page of a queue, of which some may not be shown, is read.
type reading[T, P any] struct {
	after P // behind this place
	most  int
	whole bool // that something is left out is no secret
	list  func(after P, limit int) ([]T, error)
	place func(*T) P
	shows func(*T) (bool, error)
	show  func(*T) error // puts one on the page
}

// fill shows as many as a page has, and returns behind which place the next page begins: the last that is shown. nil: nothing
// follows that is shown. It reads on until it knows that, or as often as it may; then whoever may not know of
// what is left out is told the same as at the end, and others where to go on.
func fill[T, P any](r reading[T, P]) (*P, error) {
	shown, behind := 0, r.after
	for read, next := 0, PageSize; read < r.most; read, next = read+next, stretch {
		found, err := r.list(r.after, next+1)
		if err != nil {
			return nil, err
		}
		for i := range found[:min(len(found), next)] {
			t := &found[i]
			r.after = r.place(t)
			switch is, err := r.shows(t); {
			case err != nil:
				return nil, err
			case !is:
				continue
			case shown == PageSize:
				return &behind, nil
			}
			if err := r.show(t); err != nil {
				return nil, err
			}
			shown, behind = shown+1, r.after
		}
		if len(found) <= next {
			return nil, nil
		}
	}
	if !r.whole {
		return nil, nil
	}
	return &r.after, nil
}

// cards are those of who stands in a stretch of a queue.
type cards map[iis.PersonID]store.Card

// cardsOf reads the cards of a stretch of a queue in one round trip.
func cardsOf[T any](tx *store.Tx, found []T, ids func(*T) []iis.PersonID) (cards, error) {
	var all []iis.PersonID
	for i := range found {
		all = append(all, ids(&found[i])...)
	}
	slices.Sort(all)
	list, err := tx.Cards(slices.Compact(all)...)
	out := cards{}
	for _, c := range list {
		out[c.ID] = c
	}
	return out, err
}

// shows reports that somebody is shown persons of a queue: what has changed since it was
// arranged, or is not theirs to see, is not.
func (d *Desk) shows(tx *store.Tx, by By, among cards, ids ...iis.PersonID) (bool, error) {
	list := make([]store.Card, 0, len(ids))
	for _, id := range ids {
		if c, there := among[id]; there {
			list = append(list, c)
		}
	}
	if len(list) < len(ids) || !by.reported(list) {
		return false, nil
	}
	return d.seesCards(tx, by, list)
}

// page is a page with what may be chosen.
func (b By) page(tx *store.Tx) (p Page, err error) {
	if !b.Everyone {
		return p, nil
	}
	if p.Senders, err = tx.SenderProfiles(); err != nil {
		return p, err
	}
	p.Groups, err = groups(tx)
	return p, err
}

// reported reports that they decide about records of which a list shows the cards:
// about one that is closed, the programme alone does.
func (b By) reported(cards []store.Card) bool {
	if b.Everyone {
		return true
	}
	for _, c := range cards {
		if c.Golden.Closed() {
			return false
		}
		if !slices.ContainsFunc(c.Senders, b.owns) {
			return false
		}
	}
	return true
}

// audit writes whom a page of the queue shows, and returns when that is durable.
func (d *Desk) audit(by By, p Page) error {
	at := d.now()
	var lines []store.Audit
	shown := map[iis.PersonID]bool{}
	add := func(id iis.PersonID) {
		if !shown[id] {
			shown[id] = true
			lines = append(lines, store.Audit{At: at, Actor: by.Actor, Act: ActQueue, Person: id})
		}
	}
	for _, t := range p.Tasks {
		add(t.Person)
		add(t.Other)
	}
	for _, q := range p.Questions {
		add(q.Person)
	}
	if len(lines) == 0 {
		lines = []store.Audit{{At: at, Actor: by.Actor, Act: ActQueue}}
	}
	return wrap("audit the queue", d.store.AuditRead(lines...))
}

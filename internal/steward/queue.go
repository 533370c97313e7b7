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
// say nothing of a patient. One of no pair is before all of its rank.
func placeText(p store.PairPlace) string {
	if p.Person == 0 {
		return strconv.FormatInt(p.Rank, 36)
	}
	return strconv.FormatInt(p.Rank, 36) + "-" + p.Person.Public() + "-" + p.Other.Public()
}

// placeIn reads a place; what is none is the beginning.
func placeIn(text string) store.PairPlace {
	parts := strings.Split(text, "-")
	at, err := strconv.ParseInt(parts[0], 36, 64)
	switch {
	case err == nil && len(parts) == 1:
		return store.PairPlace{Rank: at}
	case len(parts) != 3:
		return store.PairPlace{}
	}
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
		from, behind := filter.After, store.PairPlace{}
		list := func(after store.PairPlace) ([]store.PossibleMatch, error) {
			filter.After = after
			return tx.PossibleMatches(filter, PageSize+1)
		}
		place := func(m store.PossibleMatch) store.PairPlace { return m.Place() }
		show := func(m store.PossibleMatch) (bool, error) {
			cards, shown, err := d.shows(tx, by, m.Person, m.Other)
			if shown {
				behind = m.Place()
				page.Tasks = append(page.Tasks, Task{
					Pair: m.Pair, A: cards[0], B: cards[1], Risk: riskOf(m.Rank), Waiting: m.Created, Stored: read(rules, m.Why),
				})
			}
			return shown, err
		}
		last, err := fill(from, list, place, show)
		for err == nil && last != nil && !by.Everyone && len(page.Tasks) == 0 && last.Rank == from.Rank {
			last, err = fill(*last, list, place, show)
		}
		if last != nil {
			page.Next = placeText(by.next(*last, behind))
		}
		return err
	})
	if err != nil {
		return Page{}, err
	}
	return page, d.audit(by, page)
}

// next is where the next page begins of one that was read to a place and shows pairs to another.
// The place of a pair that is not shown names somebody who may not be known to be there: whoever
// decides for a site begins behind what they saw, or, when that is nothing, at the rank.
func (b By) next(read, shown store.PairPlace) store.PairPlace {
	switch {
	case b.Everyone:
		return read
	case shown.Person != 0:
		return shown
	}
	return store.PairPlace{Rank: read.Rank}
}

// mostReads is how often a queue is read on for one page.
const mostReads = 20

// fill shows of a queue, behind a place, as many as a page has, of whom some may not be shown:
// until the page is full, the queue ends, or it was read on often enough. It returns behind
// which place the next page begins; nil: nothing is left.
func fill[T, P any](after P, list func(after P) ([]T, error), place func(T) P, show func(T) (bool, error)) (*P, error) {
	shown := 0
	for range mostReads {
		found, err := list(after)
		if err != nil {
			return nil, err
		}
		for _, t := range found[:min(len(found), PageSize)] {
			if shown == PageSize {
				return &after, nil
			}
			is, err := show(t)
			if err != nil {
				return nil, err
			}
			if after = place(t); is {
				shown++
			}
		}
		if len(found) <= PageSize {
			return nil, nil
		}
	}
	return &after, nil
}

// shows is the cards of persons of a queue, and whether somebody is shown them: what has
// changed since it was arranged, or is not theirs to see, is not.
func (d *Desk) shows(tx *store.Tx, by By, ids ...iis.PersonID) ([]store.Card, bool, error) {
	cards, err := tx.Cards(ids...)
	if err != nil || len(cards) < len(ids) {
		return nil, false, err
	}
	seen, err := d.seesCards(tx, by, cards)
	return cards, seen && by.reported(cards), err
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

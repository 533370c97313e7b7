package chart

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

// MaxLines is how many persons a list shows at most.
const MaxLines = 50

// Line is a person as a list shows one, with what tells people apart.
type Line struct {
	ID     iis.PersonID
	Name   string // family name first
	Birth  cal.Date
	Age    string // today, in words; empty when the birth date is not known
	Sex    string // in words
	Town   string // where the person lives; empty when that is not known
	Mother string // her given name; empty when that is not known
	// Former says that the search led here by a former name, birth date or
	// number only.
	Former bool
	// Sight is what the reader sees of the record: of one that is limited to them, the
	// line has name, birth date and sex alone.
	Sight record.Sight
}

// Limited reports that the record is not open to the reader, or not yet.
func (l Line) Limited() bool { return l.Sight == record.Name || l.Sight == record.Forecast }

// Asks reports that the reader is asked first whether the record may be shared.
func (l Line) Asks() bool { return l.Sight == record.Asked }

// Found is what a search led to, at most MaxLines in all.
type Found struct {
	// Fits are those whom the whole search fits: every word begins a word of the
	// name. Whole words come before beginnings, then names in their order.
	Fits []Line
	// Others have the birth date and only part of the name: a twin, or a name
	// written in another way.
	Others []Line
	More   bool // there are more than the list shows
	// Local says that what was searched for may be a telephone number without its area
	// code, by which nobody is found.
	Local bool
}

// Find lists the persons whom a search means. Names are compared but for case,
// accents and punctuation; former ones count. A text that cannot be understood
// is fault.Invalid and says what to write.
func (d *Desk) Find(ctx context.Context, by iis.Actor, q Search) (Found, error) {
	w, err := q.read(cal.On(d.now()))
	if err != nil {
		return Found{}, err
	}
	var out Found
	err = d.store.Snapshot(ctx, func(tx *store.Tx) error {
		out = Found{Local: localNumber.MatchString(w.number)}
		hits, all, err := w.find(tx)
		if err != nil {
			return err
		}
		found, more, err := d.sees(tx, by, w, hits)
		if err != nil {
			return err
		}
		out.More = !all || more
		fit := slices.IndexFunc(found, func(s seen) bool { return s.hit.Fits < len(w.name.Words) })
		if fit < 0 {
			fit = len(found)
		}
		out.Fits, out.Others = d.lines(w, found[:fit]), d.lines(w, found[fit:])
		return nil
	})
	if err != nil {
		return Found{}, fmt.Errorf("search: %w", err)
	}
	return out, d.audit(by, actSearch, slices.Concat(out.Fits, out.Others))
}

// Recent lists the newest persons, at most n.
func (d *Desk) Recent(ctx context.Context, by iis.Actor, n int) ([]Line, error) {
	var lines []Line
	err := d.store.Read(ctx, func(tx *store.Tx) error {
		for wanted, asked := min(n, MaxLines), min(n, MaxLines); ; asked *= 2 {
			ids, err := tx.RecentPersons(asked)
			if err != nil {
				return err
			}
			hits := make([]store.Found, len(ids))
			for i, id := range ids {
				hits[i].Person = id
			}
			found, _, err := d.sees(tx, by, anybody, hits)
			if err != nil {
				return err
			}
			if len(found) < wanted && len(ids) == asked && asked < mostRecent {
				continue
			}
			lines = make([]Line, 0, wanted)
			for _, s := range found[:min(len(found), wanted)] {
				lines = append(lines, d.seenLine(s))
			}
			return nil
		}
	})
	if err != nil {
		return nil, fmt.Errorf("list newest: %w", err)
	}
	return lines, d.audit(by, actNewest, lines)
}

// audit writes that the persons of some lines are shown, and returns when that
// is durable.
func (d *Desk) audit(by iis.Actor, act string, lines []Line) error {
	ids := make([]iis.PersonID, len(lines))
	for i, l := range lines {
		ids[i] = l.ID
	}
	if err := d.store.AuditRead(d.auditLines(by, act, ids)...); err != nil {
		return fmt.Errorf("audit %s: %w", act, err)
	}
	return nil
}

// find looks up who is wanted, those first whom most of the search fits.
func (w wanted) find(tx *store.Tx) (hits []store.Found, all bool, err error) {
	var ids []iis.PersonID
	switch {
	case w.id != 0:
		ids, err = tx.Follow(w.id)
	case w.number != "":
		ids, err = tx.FindByNumber(w.number)
	default:
		hits, all, err = tx.FindByName(w.name)
		slices.SortStableFunc(hits, func(a, b store.Found) int {
			return cmp.Or(cmp.Compare(b.Fits, a.Fits), cmp.Compare(b.Whole, a.Whole))
		})
		return hits, all, err
	}
	for _, id := range ids {
		hits = append(hits, store.Found{Person: id})
	}
	return hits, true, err
}

// mostRecent is among how many of the newest persons somebody is shown those whom they
// may see.
const mostRecent = 1000

// anybody is no search: whoever is named is wanted.
var anybody = wanted{}

// seen is a person whom a search led to, as the one who searched sees them.
type seen struct {
	card  *store.Card
	hit   store.Found
	sight record.Sight
}

// sees are those of some hits whom somebody may know of, MaxLines at most, and whether
// there are more: who is hidden is in no list and in no count. Whom they see by their own
// site's part alone, they find by that part alone.
func (d *Desk) sees(tx *store.Tx, by iis.Actor, w wanted, hits []store.Found) (out []seen, more bool, err error) {
	for len(hits) > 0 {
		some := hits[:min(len(hits), MaxLines)]
		hits = hits[len(some):]
		ids, hit := make([]iis.PersonID, len(some)), map[iis.PersonID]store.Found{}
		for i, h := range some {
			ids[i], hit[h.Person] = h.Person, h
		}
		cards, err := tx.Cards(ids...)
		if err != nil {
			return nil, false, err
		}
		for i := range cards {
			card, sight, err := d.keeper.SeesCard(tx, by, &cards[i])
			if err != nil {
				return nil, false, err
			}
			s := seen{card, hit[cards[i].ID], sight}
			if card == nil || sight == record.OwnPart && !w.finds(&s) {
				continue
			}
			if len(out) == MaxLines {
				return out, true, nil
			}
			out = append(out, s)
		}
	}
	slices.SortStableFunc(out, func(a, b seen) int {
		return cmp.Or(cmp.Compare(b.hit.Fits, a.hit.Fits), cmp.Compare(b.hit.Whole, a.hit.Whole))
	})
	return out, false, nil
}

// finds reports that a search leads to somebody by what is seen of them, and how far it
// fits that.
func (w wanted) finds(s *seen) bool {
	switch {
	case w.number != "":
		return s.card.HasNumber(w.number)
	case len(w.name.Words) > 0:
		s.hit.Fits = min(s.hit.Fits, s.card.FitsNow(w.name))
		return s.hit.Fits > 0
	}
	return true
}

// lines are persons as a list shows them. Those whose names fit in whole come first,
// then names are in their order.
func (d *Desk) lines(w wanted, found []seen) []Line {
	out := make([]Line, len(found))
	hit, order := map[iis.PersonID]store.Found{}, map[iis.PersonID]string{}
	for i, s := range found {
		out[i] = d.seenLine(s)
		out[i].Former = s.card.FitsNow(w.name) < s.hit.Fits || w.number != "" && !s.card.HasNumber(w.number)
		hit[s.card.ID], order[s.card.ID] = s.hit, fold.Text(out[i].Name)
	}
	slices.SortStableFunc(out, func(a, b Line) int {
		return cmp.Or(cmp.Compare(hit[b.ID].Whole, hit[a.ID].Whole), strings.Compare(order[a.ID], order[b.ID]))
	})
	return out
}

// seenLine is a person as somebody sees them.
func (d *Desk) seenLine(s seen) Line {
	l := d.line(s.card)
	if l.Sight = s.sight; l.Limited() || l.Asks() {
		l.Town, l.Mother = "", ""
	}
	return l
}

func (d *Desk) line(c *store.Card) Line {
	p := &c.Golden
	return Line{
		ID: c.ID, Name: familyFirst(p.LegalName()), Birth: p.Birth, Age: age(p.Birth, cal.On(d.now())), Sex: sex(p.Sex),
		Town: town(p), Mother: motherGiven(p),
	}
}

// town is where a person lives: "Plymouth, MA".
func town(p *iis.Person) string {
	for _, a := range p.Addresses {
		if a.Type != birthplace && a.City != "" {
			return join(", ", a.City, a.State)
		}
	}
	return ""
}

// motherGiven is the given name of a person's mother.
func motherGiven(p *iis.Person) string {
	for _, k := range p.Kin {
		if k.Relation.Code == "MTH" && len(k.Names) > 0 && k.Names[0].Given != "" {
			return k.Names[0].Given
		}
	}
	return p.MotherMaiden.Given
}

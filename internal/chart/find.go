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
}

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
	err = d.store.Read(ctx, func(tx *store.Tx) error {
		out = Found{Local: localNumber.MatchString(w.number)}
		hits, all, err := w.find(tx)
		if err != nil {
			return err
		}
		out.More = !all || len(hits) > MaxLines
		hits = hits[:min(len(hits), MaxLines)]
		fit := slices.IndexFunc(hits, func(f store.Found) bool { return f.Fits < len(w.name.Words) })
		if fit < 0 {
			fit = len(hits)
		}
		if out.Fits, err = d.lines(tx, by, w, hits[:fit]); err != nil {
			return err
		}
		out.Others, err = d.lines(tx, by, w, hits[fit:])
		return err
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
		ids, err := tx.RecentPersons(min(n, MaxLines))
		if err != nil {
			return err
		}
		cards, err := d.cards(tx, by, ids)
		lines = make([]Line, len(cards))
		for i := range cards {
			lines[i] = d.line(&cards[i])
		}
		return err
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

// cards reads those of some persons whom somebody may see: a closed record is in
// no list of others than the programme's staff.
func (d *Desk) cards(tx *store.Tx, by iis.Actor, ids []iis.PersonID) ([]store.Card, error) {
	cards, err := tx.Cards(ids...)
	if !by.SeesClosed {
		cards = slices.DeleteFunc(cards, func(c store.Card) bool { return c.Golden.Closed() })
	}
	return cards, err
}

// lines reads persons. Those whose names fit in whole come first, then names
// are in their order.
func (d *Desk) lines(tx *store.Tx, by iis.Actor, w wanted, hits []store.Found) ([]Line, error) {
	ids, hit := make([]iis.PersonID, len(hits)), map[iis.PersonID]store.Found{}
	for i, h := range hits {
		ids[i], hit[h.Person] = h.Person, h
	}
	cards, err := d.cards(tx, by, ids)
	if err != nil {
		return nil, err
	}
	out := make([]Line, len(cards))
	order := map[iis.PersonID]string{}
	for i := range cards {
		c := &cards[i]
		out[i] = d.line(c)
		out[i].Former = c.FitsNow(w.name) < hit[c.ID].Fits || w.number != "" && !c.HasNumber(w.number)
		order[c.ID] = fold.Text(out[i].Name)
	}
	slices.SortStableFunc(out, func(a, b Line) int {
		return cmp.Or(cmp.Compare(hit[b.ID].Whole, hit[a.ID].Whole), strings.Compare(order[a.ID], order[b.ID]))
	})
	return out, nil
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

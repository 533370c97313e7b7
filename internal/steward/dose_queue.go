package steward

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"openiis/internal/cal"
	"openiis/internal/iis"
	"openiis/internal/record"
	"openiis/internal/store"
)

// dosesAtOnce is how many doses are given their place in one transaction: for each, the
// schedule judges its record twice.
const dosesAtOnce = 50

// arrangeDoses gives doses that came into question, or changed, their place in the
// queue; it returns how many persons have them.
func (d *Desk) arrangeDoses(ctx context.Context) (int, error) {
	var waiting []iis.PersonID
	err := d.store.Read(ctx, func(tx *store.Tx) (err error) {
		waiting, err = tx.Unplaced(dosesAtOnce)
		return err
	})
	if err != nil || len(waiting) == 0 {
		return 0, wrap("arrange the queue of doses", err)
	}
	return len(waiting), wrap("arrange the queue of doses", d.store.Write(ctx, func(tx *store.Tx) error {
		for _, id := range slices.Compact(slices.Sorted(slices.Values(waiting))) { // in the order in which others hold records too
			f, err := tx.Hold(id)
			if err != nil {
				return err
			}
			if f == nil { // it was joined with another meanwhile, and its doses wait there
				continue
			}
			for dose, risk := range d.doseRisks(f) {
				if err := tx.PutDoseRisk(id, dose, int64(risk)); err != nil {
					return err
				}
			}
		}
		return nil
	}))
}

// doseRisks are the doses of a record that are in question, each with the highest risk
// of the pairs that it is of.
func (d *Desk) doseRisks(f *store.Folder) map[iis.DoseID]Risk {
	out := map[iis.DoseID]Risk{}
	doses, _ := record.History(f)
	for i := range doses {
		if doses[i].Review {
			out[doses[i].ID] = Low
		}
	}
	today := cal.On(d.now())
	for _, doubt := range d.doubts(f) {
		r := d.doseRisk(f, &doubt, today)
		for _, id := range []iis.DoseID{doubt.A.ID, doubt.B.ID} {
			out[id] = min(out[id], r)
		}
	}
	return out
}

// doseRisk is how much harm it does that two doses are counted as two while nobody has
// decided: it is high where the schedule would count otherwise, or recommend otherwise,
// if they were one; and middle for live vaccines, which keep others away, and where both
// name a lot and the lots differ, for who was given a lot that is recalled must be
// known. What the schedule cannot judge changes nothing there.
func (d *Desk) doseRisk(f *store.Folder, doubt *DoseDoubt, today cal.Date) Risk {
	if otherwise, err := d.keeper.CountsOtherwise(f, doubt.A.report, doubt.B.report, today); err == nil && otherwise {
		return High
	}
	for _, t := range []*ToldDose{&doubt.A, &doubt.B} {
		if live, err := d.keeper.IsLive(t.cvx, today); err == nil && live {
			return Middle
		}
	}
	if doubt.A.Lot != "" && doubt.B.Lot != "" && !strings.EqualFold(doubt.A.Lot, doubt.B.Lot) {
		return Middle
	}
	return Low
}

// questionPlaceText writes a place in the queue of doses as an address has it.
func questionPlaceText(p store.QuestionPlace) string {
	return strconv.FormatInt(p.Risk, 10) + "-" + p.Dose.Public()
}

// questionPlaceIn reads a place; what is none is the beginning.
func questionPlaceIn(text string) store.QuestionPlace {
	risk, dose, _ := strings.Cut(text, "-")
	r, err := strconv.ParseInt(risk, 10, 8)
	id, ok := iis.ParseDoseID(dose)
	if err != nil || r < 1 || !ok {
		return store.QuestionPlace{}
	}
	return store.QuestionPlace{Risk: r, Dose: id}
}

// Doses lists persons with doses that may be one shot, by risk and within a risk who
// waits longest first. Whom it shows is audited.
func (d *Desk) Doses(ctx context.Context, by By, f Filter) (Page, error) {
	if err := by.speaks(); err != nil {
		return Page{}, err
	}
	if _, err := d.arrangeDoses(ctx); err != nil { // what just came shall be seen at once
		return Page{}, err
	}
	var page Page
	err := d.read(ctx, "list doses in question", func(tx *store.Tx) error {
		var err error
		if page, err = by.page(tx); err != nil {
			return err
		}
		filter := store.QuestionFilter{Senders: by.whose(f, &page), For: by.queue(), Now: d.now()}
		var cards cards
		last, err := fill(reading[store.Question, store.QuestionPlace]{
			after: questionPlaceIn(f.After), most: by.mostRead(), whole: by.Everyone,
			place: func(q *store.Question) store.QuestionPlace { return q.QuestionPlace },
			list: func(after store.QuestionPlace, limit int) ([]store.Question, error) {
				filter.After = after
				found, err := tx.Questions(filter, limit)
				if err == nil {
					cards, err = cardsOf(tx, found, func(q *store.Question) []iis.PersonID { return []iis.PersonID{q.Person} })
				}
				return found, err
			},
			shows: func(q *store.Question) (bool, error) { return d.shows(tx, by, cards, q.Person) },
			show: func(q *store.Question) error {
				f, err := tx.Folder(q.Person)
				if err == nil {
					page.Questions = append(page.Questions, Question{*q, cards[q.Person], Risk(q.Risk), d.doubtsFor(by, f)})
				}
				return err
			},
		})
		if last != nil {
			page.Next = questionPlaceText(*last)
		}
		return err
	})
	if err != nil {
		return Page{}, err
	}
	return page, d.audit(by, page)
}

package audit

import (
	"slices"
	"time"

	"openiis/internal/iis"
	"openiis/internal/policy"
	"openiis/internal/store"
)

// many judges how many different records each user opened, by the rules about that.
func (j *judge) many(tx *store.Tx, lines []store.Audit) error {
	fresh := map[iis.UserID]time.Time{} // when each did the first of the stretch
	var users []iis.UserID
	for _, l := range lines {
		if _, met := fresh[l.Actor.User]; !met {
			fresh[l.Actor.User] = l.At
			users = append(users, l.Actor.User)
		}
	}
	for i := range j.rules {
		r := &j.rules[i]
		if r.Rule != policy.ManyRecords {
			continue
		}
		for _, u := range users {
			if err := j.manyOf(tx, r, u, fresh[u]); err != nil {
				return err
			}
		}
	}
	return nil
}

// manyOf judges one user by one rule. What an alert that was decided has counted is not
// counted again.
func (j *judge) manyOf(tx *store.Tx, r *policy.Alert, user iis.UserID, first time.Time) error {
	since := first.Add(-r.Window())
	last, err := tx.LastAlert(user, r.Name(), 0)
	if err != nil {
		return err
	}
	if last != nil && !last.Closed.IsZero() && last.Until.After(since) {
		since = last.Until.Add(time.Microsecond)
	}
	lines, err := tx.LinesOf(user, since, j.to)
	if err != nil {
		return err
	}
	lines = slices.DeleteFunc(opened(lines), func(l store.Audit) bool { return l.At.Before(since) })
	if different(lines) <= r.Records {
		return nil
	}
	if lines, err = j.ofOthers(tx, user, lines); err != nil {
		return err
	}
	count := map[iis.PersonID]int{} // in the window that ends at a line
	from := 0
	for i := range lines {
		for ; lines[i].At.Sub(lines[from].At) > r.Window(); from++ {
			if count[lines[from].Person]--; count[lines[from].Person] == 0 {
				delete(count, lines[from].Person)
			}
		}
		count[lines[i].Person]++
		if len(count) > r.Records && lines[i].ID > j.from {
			j.raiseMany(r, &lines[from], &lines[i], len(count))
		}
	}
	return nil
}

// raiseMany notes that a user opened so many records between two lines.
func (j *judge) raiseMany(r *policy.Alert, first, last *store.Audit, n int) {
	k := key{last.Actor.User, r.Name(), 0}
	a := j.found[k]
	if a == nil {
		a = &store.Alert{Rule: k.rule, Said: r.String(), User: k.user, Begun: first.At}
		j.found[k] = a
		j.order = append(j.order, k)
	}
	a.Until, a.Count = last.At, max(a.Count, int64(n))
}

// different is of how many records lines are.
func different(lines []store.Audit) int {
	seen := map[iis.PersonID]bool{}
	for _, l := range lines {
		seen[l.Person] = true
	}
	return len(seen)
}

// ofOthers leaves the lines of records that the user's own site has told nothing of: to
// open those of one's own patients is normal work.
func (j *judge) ofOthers(tx *store.Tx, user iis.UserID, lines []store.Audit) ([]store.Audit, error) {
	site := j.siteOf(user)
	if site.Site == 0 {
		return lines, nil
	}
	var ids []iis.PersonID
	seen := map[iis.PersonID]bool{}
	for _, l := range lines {
		if !seen[l.Person] {
			seen[l.Person] = true
			ids = append(ids, l.Person)
		}
	}
	cards, err := cardsOf(tx, ids)
	return slices.DeleteFunc(lines, func(l store.Audit) bool {
		c := cards[l.Person]
		return c != nil && slices.ContainsFunc(c.Senders, site.Owns)
	}), err
}

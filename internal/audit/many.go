package audit

import (
	"slices"
	"time"

	"openiis/internal/iis"
	"openiis/internal/policy"
	"openiis/internal/store"
)

// counted are the lines that a rule about many counts.
func counted(r *policy.Alert) func(*store.Audit) bool {
	if r.Rule == policy.ManyListed {
		return lists
	}
	return opens
}

// many judges of how many different people each user opened the record, and how many lists
// showed them, by the rules about that.
func (j *judge) many(tx *store.Tx, lines []store.Audit) error {
	var rules []*policy.Alert
	longest := time.Duration(0)
	for i := range j.rules {
		if r := &j.rules[i]; r.CountsPeople() {
			rules, longest = append(rules, r), max(longest, r.Window())
		}
	}
	byUser := map[iis.UserID][]store.Audit{}
	var users []iis.UserID // in the order of what they did
	for _, l := range lines {
		if _, met := byUser[l.Actor.User]; !met {
			users = append(users, l.Actor.User)
		}
		byUser[l.Actor.User] = append(byUser[l.Actor.User], l)
	}
	for _, u := range users {
		var all []store.Audit // what the user did with records for as long as a rule looks back
		for _, r := range rules {
			fresh := these(byUser[u], counted(r))
			if len(fresh) == 0 {
				continue
			}
			if all == nil {
				var err error
				if all, err = tx.LinesOf(u, byUser[u][0].At.Add(-longest), j.to); err != nil {
					return err
				}
			}
			if err := j.manyOf(tx, r, u, fresh[0].At, these(all, counted(r))); err != nil {
				return err
			}
		}
	}
	return nil
}

// manyOf judges what one user did by one rule, from the time on in which the first of the
// stretch belongs. What an alert that was decided has counted is not counted again.
func (j *judge) manyOf(tx *store.Tx, r *policy.Alert, user iis.UserID, first time.Time, lines []store.Audit) error {
	since := first.Add(-r.Window())
	last, err := tx.LastAlert(user, r.Name(), 0)
	if err != nil {
		return err
	}
	if last != nil && !last.Closed.IsZero() && last.Until.After(since) {
		since = last.Until.Add(time.Microsecond)
	}
	lines = slices.DeleteFunc(lines, func(l store.Audit) bool { return l.At.Before(since) })
	if different(lines) <= r.Most {
		return nil
	}
	if lines, err = j.ofOthers(tx, r, user, lines); err != nil {
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
		if len(count) > r.Most && lines[i].ID > j.from {
			j.raiseMany(r, &lines[from], &lines[i], len(count))
		}
	}
	return nil
}

// raiseMany notes that a user saw something of so many people between two lines.
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

// different is of how many people lines are.
func different(lines []store.Audit) int { return len(idsOf(lines)) }

// atOnce is of how many people is asked at once whose they are.
const atOnce = 500

// ofOthers leaves the lines of people of whom the user's own site has told nothing, and of a
// rule about lists those who are not on its roster either: to open the records of one's own
// patients is normal work, and so is to go through one's own roster.
func (j *judge) ofOthers(tx *store.Tx, r *policy.Alert, user iis.UserID, lines []store.Audit) ([]store.Audit, error) {
	site := j.siteOf(user)
	if site.Site == 0 {
		return lines, nil
	}
	var roster *iis.Organization
	if r.Rule == policy.ManyListed {
		var err error
		if roster, err = tx.RosterSite(site.Site); err != nil {
			return nil, err
		}
		lines = slices.DeleteFunc(lines, func(l store.Audit) bool { return roster != nil && l.Act == actRoster && l.Subject == int64(roster.ID) })
	}
	own := map[iis.PersonID]bool{} // by each number of the lines
	for part := range slices.Chunk(idsOf(lines), atOnce) {
		if err := ownAmong(tx, site, roster, part, own); err != nil {
			return nil, err
		}
	}
	return slices.DeleteFunc(lines, func(l store.Audit) bool { return own[l.Person] }), nil
}

// idsOf are the people of some lines, each once.
func idsOf(lines []store.Audit) (out []iis.PersonID) {
	seen := map[iis.PersonID]bool{}
	for i := range lines {
		if id := lines[i].Person; !seen[id] {
			seen[id] = true
			out = append(out, id)
		}
	}
	return out
}

// ownAmong notes those of some people whom a site has reported, or has on its roster.
func ownAmong(tx *store.Tx, site iis.Actor, roster *iis.Organization, ids []iis.PersonID, own map[iis.PersonID]bool) error {
	cards, err := cardsOf(tx, ids)
	if err != nil {
		return err
	}
	on := map[iis.PersonID]bool{}
	if roster != nil {
		now := make([]iis.PersonID, 0, len(cards))
		for _, c := range cards {
			now = append(now, c.ID)
		}
		if on, err = tx.OnRosterOf(roster.ID, now...); err != nil {
			return err
		}
	}
	for _, id := range ids {
		if c := cards[id]; c != nil {
			own[id] = slices.ContainsFunc(c.Senders, site.Owns) || on[c.ID]
		}
	}
	return nil
}

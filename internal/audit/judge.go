package audit

import (
	"context"
	"slices"
	"strings"
	"time"

	"openiis/internal/deed"
	"openiis/internal/fold"
	"openiis/internal/iis"
	"openiis/internal/policy"
	"openiis/internal/role"
	"openiis/internal/store"
)

// begins is how far back the judging of a registry begins in which nothing was judged.
const begins = 24 * time.Hour

// folds is for how long what a user does again belongs to the same open alert.
const folds = 24 * time.Hour

// Judge judges what users did with records since it was judged last, a stretch of time at
// once, and raises alerts by the rules of the state's policy; raised is how many are new
// or have grown. more says that later stretches wait. What is younger than a minute
// waits, lest a line comes after others are judged. Stopped anywhere, it goes on there;
// of several servers one judges a stretch.
func (d *Desk) Judge(ctx context.Context, now time.Time) (raised int, more bool, err error) {
	law, err := d.keeper.Policy(ctx)
	if err != nil {
		return 0, false, wrap("judge access", err)
	}
	j := &judge{rules: law.Alerts(), found: map[key]*store.Alert{}}
	err = d.read(ctx, "judge access", func(tx *store.Tx) error {
		judged, err := tx.JudgedTo()
		if err != nil {
			return err
		}
		j.judged = judged
		if j.from, j.to, more = store.JudgeBounds(judged, now.Add(-begins), now); j.from == j.to {
			return nil
		}
		return j.look(tx)
	})
	if err != nil || j.from == j.to {
		return 0, more, err
	}
	err = d.store.Write(ctx, func(tx *store.Tx) error {
		raised = 0
		mine, err := tx.MoveJudged(j.judged, j.to)
		if err != nil || !mine {
			return err
		}
		for _, k := range j.order {
			grown, err := d.raise(tx, *j.found[k])
			if err != nil {
				return err
			}
			if grown {
				raised++
			}
		}
		return nil
	})
	return raised, more, wrap("raise alerts", err)
}

// key is what alerts are told apart by while one stretch is judged.
type key struct {
	user   iis.UserID
	rule   string
	person iis.PersonID
}

// judge is one stretch of the audit on its way.
type judge struct {
	rules            []policy.Alert
	judged, from, to int64
	users            map[iis.UserID]store.Account
	homes            map[iis.SenderID]*iis.Home          // which senders are of one site
	rosters          map[iis.SenderID]store.RosterSender // and which are held to a roster
	cards            map[iis.PersonID]*store.Card        // by each number of the stretch
	watched          map[iis.PersonID]time.Time          // since when, by each number of the stretch
	found            map[key]*store.Alert
	order            []key
}

// has is a rule; nil when the policy does not have it.
func (j *judge) has(rule string) *policy.Alert {
	if i := slices.IndexFunc(j.rules, func(a policy.Alert) bool { return a.Rule == rule }); i >= 0 {
		return &j.rules[i]
	}
	return nil
}

// look reads the stretch and finds what is unusual in it.
func (j *judge) look(tx *store.Tx) error {
	lines, err := tx.UserLines(j.from, j.to)
	if err != nil || len(j.rules) == 0 {
		return err
	}
	users := make([]iis.UserID, len(lines))
	for i := range lines {
		users[i] = lines[i].Actor.User
	}
	if j.users, err = tx.AccountsOf(users); err != nil {
		return err
	}
	if j.homes, err = tx.Homes(); err != nil {
		return err
	}
	if j.rosters, err = tx.RosterSenders(); err != nil {
		return err
	}
	opened := these(lines, opens)
	if err := j.readWho(tx, opened); err != nil {
		return err
	}
	for i := range opened {
		j.one(&opened[i])
	}
	return j.many(tx, lines)
}

// siteOf is a user as of whom it asks what is their own site's, as their pages ask it: who is held
// to a roster has no other sender's word beside their own.
func (j *judge) siteOf(id iis.UserID) iis.Actor {
	u := j.users[id]
	by := iis.Actor{Kind: "user", User: id, Site: u.Sender}
	if _, held := j.rosters[u.Sender]; !held && role.Named(u.Role).HasHome() {
		by.Home = j.homes[u.Sender]
	}
	return by
}

// opens and lists say of a line that somebody chose a record and saw it, and that somebody
// saw a person among others.
func opens(l *store.Audit) bool { return deed.Of(l.Act).Opens }
func lists(l *store.Audit) bool { return deed.Of(l.Act).Lists }

// these are the lines of a kind.
func these(lines []store.Audit, are func(*store.Audit) bool) (out []store.Audit) {
	for i := range lines {
		if are(&lines[i]) {
			out = append(out, lines[i])
		}
	}
	return out
}

// readWho reads whose the records are, and which of them are watched.
func (j *judge) readWho(tx *store.Tx, lines []store.Audit) (err error) {
	ids := idsOf(lines)
	if j.cards, err = cardsOf(tx, ids); err != nil {
		return err
	}
	j.watched = map[iis.PersonID]time.Time{}
	if j.has(policy.Watched) == nil {
		return nil
	}
	for _, id := range ids {
		numbers := []iis.PersonID{id}
		if c := j.cards[id]; c != nil {
			if numbers, err = tx.Former(c.ID); err != nil {
				return err
			}
			numbers = append(numbers, c.ID, id)
		}
		marked, err := tx.WatchedAmong(numbers...)
		if err != nil {
			return err
		}
		for _, since := range marked {
			if first, is := j.watched[id]; !is || since.Before(first) {
				j.watched[id] = since
			}
		}
	}
	return nil
}

// cardsOf are the people of some numbers, whatever they were merged into since; nil of a
// number that leads to nobody.
func cardsOf(tx *store.Tx, ids []iis.PersonID) (map[iis.PersonID]*store.Card, error) {
	now, err := tx.Follow(ids...)
	if err != nil {
		return nil, err
	}
	cards, err := tx.Cards(now...)
	out := map[iis.PersonID]*store.Card{}
	for i, id := range ids {
		if at := slices.IndexFunc(cards, func(c store.Card) bool { return c.ID == now[i] }); at >= 0 {
			out[id] = &cards[at]
		}
	}
	return out, err
}

// one judges one access by the rules about one.
func (j *judge) one(l *store.Audit) {
	u, c := j.users[l.Actor.User], j.cards[l.Person]
	if r := j.has(policy.OwnName); r != nil && c != nil && sameFamily(u.Name, &c.Golden) {
		switch own := slices.ContainsFunc(c.Senders, j.siteOf(u.ID).Owns); {
		case !own || r.OwnPatients == policy.RaiseEach:
			j.raise(r, l, l.Person)
		case r.OwnPatients == policy.RaiseTogether:
			j.raise(r, l, 0)
		}
	}
	if r := j.has(policy.Watched); r != nil {
		if since, is := j.watched[l.Person]; is && !l.At.Before(since) {
			j.raise(r, l, l.Person)
		}
	}
	if r := j.has(policy.Deceased); r != nil && c != nil && c.Golden.Dead == "Y" {
		j.raise(r, l, l.Person)
	}
	if r := j.has(policy.BrokenGlass); r != nil && l.Act == actGlass {
		j.raise(r, l, l.Person)
	}
	if r := j.has(policy.UnusualHours); r != nil && r.At(l.At.Local()) {
		j.raise(r, l, 0)
	}
}

// raise notes an access, with others of the stretch that are of the same alert.
func (j *judge) raise(r *policy.Alert, l *store.Audit, person iis.PersonID) {
	k := key{l.Actor.User, r.Name(), person}
	if a := j.found[k]; a != nil {
		a.Until, a.Count = l.At, a.Count+1
		return
	}
	j.found[k] = &store.Alert{Rule: k.rule, Said: r.String(), User: k.user, Person: person, Begun: l.At, Until: l.At, Count: 1}
	j.order = append(j.order, k)
}

// sameFamily reports that a user's family name is one of a person's.
func sameFamily(user string, p *iis.Person) bool {
	own := folded(lastName(user))
	for _, n := range p.Names {
		for _, f := range familyNames(n.Family) {
			if slices.Contains(own, f) {
				return true
			}
		}
	}
	return false
}

// suffixes stand behind a family name. Those of professions are so when they are written
// in capitals: Do is a family name.
var (
	suffixes    = []string{"JR", "SR", "II", "III", "IV", "PHD"}
	professions = []string{"MD", "DO", "RN", "LPN", "NP", "PA", "MPH", "DNP", "APRN"}
)

func isSuffix(word string) bool {
	key := fold.Text(word)
	return slices.Contains(suffixes, key) || slices.Contains(professions, key) && word == strings.ToUpper(word)
}

// lastName is the last word of a user's name that is no suffix. Which of two family names
// without a hyphen is the first, and which a middle name, nobody can tell.
func lastName(name string) string {
	name, _, _ = strings.Cut(name, ",")
	words := strings.Fields(name)
	for len(words) > 1 && isSuffix(words[len(words)-1]) {
		words = words[:len(words)-1]
	}
	if len(words) == 0 {
		return ""
	}
	return words[len(words)-1]
}

// particles are words of a family name that alone are none.
var particles = []string{
	"A", "AL", "BEN", "BIN", "DA", "DAS", "DE", "DEI", "DEL", "DELLA", "DEN", "DER", "DI", "DO", "DOS", "DU", "E", "EL", "IBN", "LA", "LAS", "LE", "LOS",
	"MAC", "MC", "O", "SAINT", "SAN", "SANTA", "ST", "STE", "TE", "TEN", "TER", "VAN", "VON", "Y", "ZU",
}

// familyNames are a family name as a whole, and each of its words: García López is both
// that of a García and that of a López. The last word is never a particle.
func familyNames(name string) []string {
	out := folded(name)
	words := strings.Fields(name)
	for i, w := range words {
		if last := i == len(words)-1; last || !slices.Contains(particles, fold.Text(w)) {
			out = append(out, folded(w)...)
		}
	}
	return out
}

// folded are a name without accents, and what hyphens join in it.
func folded(name string) (out []string) {
	for _, p := range append([]string{name}, strings.Split(name, "-")...) {
		if f := fold.Text(p); f != "" {
			out = append(out, f)
		}
	}
	return out
}

// raise stores an alert, or puts it to one that is open since not long ago; false when
// nothing is new.
func (d *Desk) raise(tx *store.Tx, a store.Alert) (bool, error) {
	last, err := tx.LastAlert(a.User, a.Rule, a.Person)
	if err != nil {
		return false, err
	}
	if last != nil && last.Closed.IsZero() && a.Until.Sub(last.Begun) < folds {
		if strings.HasPrefix(a.Rule, policy.ManyRecords) || strings.HasPrefix(a.Rule, policy.ManyListed) {
			last.Count = max(last.Count, a.Count)
		} else {
			last.Count += a.Count
		}
		if last.Said = a.Said; a.Until.After(last.Until) { // a clock may have gone back
			last.Until = a.Until
		}
		if grown, err := tx.GrowAlert(*last); err != nil || grown {
			return grown, err
		}
	}
	a.ID = iis.AlertID(d.store.NewID())
	if err := tx.AddAlert(a); err != nil {
		return false, err
	}
	return true, tx.AddAudit(store.Audit{At: d.now(), Actor: iis.Actor{Kind: "job"}, Act: actRaise, Person: a.Person, Subject: int64(a.ID)})
}

package record

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/store"
	"openiis/internal/store/db"
)

// putAway is a former identity that is sealed.
type putAway struct {
	id          iis.SealID
	former, now iis.PersonID
	numbers     []iis.PersonID // all by which it was known
	over        iis.SourceID   // that which brought its history to the new one
}

// sealed are those who are sealed.
func (c *chance) sealed() (out []*putAway) {
	for _, m := range c.done {
		if m.seal != nil {
			out = append(out, m.seal)
		}
	}
	return out
}

// leads is now of whoever is not sealed, and those who are themselves.
func (c *chance) leads(id iis.PersonID) iis.PersonID {
	if slices.ContainsFunc(c.sealed(), func(s *putAway) bool { return slices.Contains(s.numbers, id) }) {
		return id
	}
	return c.now(id)
}

// seal gives somebody a new identity: one who is made, or one who is there.
func (c *chance) seal() {
	c.serial++
	former := c.now(c.anyone())
	in := Sealing{Person: former, Sender: c.staff(), Order: "PR", Why: "adoption", By: steward}
	if c.r.IntN(3) == 0 {
		in.Into = c.now(c.anyone())
	} else {
		name := fmt.Sprintf("%c%c", 'A'+c.serial%26, 'a'+c.serial/26%26)
		in.New = unnumbered(whose{0, "", "Newcome" + strings.Repeat(name, 3), "Z" + strings.Repeat(name, 2), fmt.Sprintf("19%02d-03-1%d", 10+c.serial%80, c.serial%10)}.person())
	}
	s := &putAway{former: former}
	for _, id := range c.ids {
		if c.now(id) == former {
			s.numbers = append(s.numbers, id)
		}
	}
	had := map[iis.SourceID]bool{}
	for id := range c.home {
		had[id] = true
	}
	var err error
	s.id, s.now, err = c.k.Seal(context.Background(), in)
	c.say("seal %d, into %d: %d, %v", former, in.Into, s.now, err)
	if err != nil {
		c.expected(err)
		return
	}
	for _, l := range c.linked(s.now) {
		if !had[l.Source] {
			s.over = l.Source
		}
	}
	c.home[s.over] = s.now
	// It tells who the new identity is, also where somebody moves it to another.
	for i, kid := range c.kids {
		if said := c.folder(s.now).Source(s.over); said.Person.LegalName().Given == kid.given {
			c.source[i] = append(c.source[i], s.over)
		}
	}
	c.ids = slices.DeleteFunc(c.ids, func(id iis.PersonID) bool { return slices.Contains(s.numbers, id) })
	if !slices.Contains(c.ids, s.now) {
		c.ids = append(c.ids, s.now)
	}
	c.done = append(c.done, made{seal: s})
}

func (c *chance) linked(id iis.PersonID) (out []store.Linked) {
	is.NoError(c.t, "linked", c.s.Read(context.Background(), func(tx *store.Tx) (err error) {
		out, err = tx.Linked(id)
		return err
	}))
	return out
}

// takeOver lets what came since go over.
func (c *chance) takeOver() {
	if all := c.sealed(); len(all) > 0 {
		s := all[c.r.IntN(len(all))]
		n, err := c.k.TakeOver(context.Background(), s.id, steward)
		if c.say("take over of %d: %d, %v", s.former, n, err); err != nil {
			c.expected(err)
		}
	}
}

// unseal takes back the sealing of a place in what was done.
func (c *chance) unseal(i int) bool {
	s := c.done[i].seal
	err := c.k.Unseal(context.Background(), s.id, steward, "reversed")
	c.say("unseal %d: %v", s.former, err)
	if err != nil {
		c.expected(err)
		return false
	}
	now := c.home[s.over]
	c.done = slices.Delete(c.done, i, i+1)
	delete(c.home, s.over)
	c.ids = append(c.ids, s.numbers...)
	for _, id := range c.of(now) { // whoever nobody tells of is no more
		if !slices.Contains(c.persons(), now) {
			c.home[id] = s.former
		}
	}
	if !slices.Contains(c.persons(), now) {
		c.absorbed[s.over] = true
	}
	return true
}

// visible is where each source ought to be that is not sealed.
func (c *chance) visible() map[iis.SourceID]iis.PersonID {
	out := map[iis.SourceID]iis.PersonID{}
	for source, person := range c.home {
		if !slices.ContainsFunc(c.sealed(), func(s *putAway) bool { return s.former == person }) {
			out[source] = person
		}
	}
	return out
}

// tellsOf count what is told under a number that nobody may read of.
var tellsOf = []string{
	`SELECT count(*) FROM person WHERE id = $1`, `SELECT count(*) FROM report WHERE person_id = $1`, `SELECT count(*) FROM link WHERE person_id = $1`,
	`SELECT count(*) FROM dose WHERE person_id = $1`, `SELECT count(*) FROM dose_pin WHERE person_id = $1`, `SELECT count(*) FROM standing WHERE person_id = $1`,
	`SELECT count(*) FROM search_key WHERE person_id = $1`, `SELECT count(*) FROM concern WHERE person_id = $1`, `SELECT count(*) FROM roster_entry WHERE person_id = $1`, `SELECT count(*) FROM concern_evidence WHERE person_id = $1`, `SELECT count(*) FROM notice WHERE person_id = $1`,
	`SELECT count(*) FROM identity_pin WHERE person_id = $1`, `SELECT count(*) FROM receipt WHERE person_id = $1`,
	`SELECT count(*) FROM identity_decision WHERE person_id = $1 OR first_id = $1 OR other_id = $1`,
	`SELECT count(*) FROM possible_match WHERE person_id = $1 OR other_id = $1`, `SELECT count(*) FROM person_alias WHERE person_id = $1 OR now_id = $1`,
}

// nothingOfTheSealed requires that no table that is read has a number of somebody who is
// sealed, and no record what was said of them.
func (c *chance) nothingOfTheSealed(persons []iis.PersonID) {
	var all strings.Builder
	is.NoError(c.t, "read", c.s.Read(context.Background(), func(tx *store.Tx) error {
		for _, s := range c.sealed() {
			for _, id := range s.numbers {
				for _, sql := range tellsOf {
					err := tx.Select(db.Query{SQL: sql, Args: []any{id}, Each: func(r db.Row) error {
						if r.Int(0) > 0 {
							c.t.Errorf("the sealed %d: %d by %s", id, r.Int(0), sql)
						}
						return nil
					}})
					if err != nil {
						return err
					}
				}
			}
		}
		for _, id := range persons {
			f, err := tx.Folder(id)
			if err != nil {
				return err
			}
			fmt.Fprintf(&all, "%+v\n", *f)
		}
		return nil
	}))
	visible := c.visible()
	for i, kid := range c.kids {
		seen := func(s iis.SourceID) bool { return visible[s] != 0 }
		if !slices.ContainsFunc(c.source[i], seen) && strings.Contains(all.String(), kid.given) {
			c.t.Errorf("kid %d is sealed, and a record tells of %s", i, kid.given)
		}
	}
}

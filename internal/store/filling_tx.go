package store

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"

	"openiis/internal/iis"
	"openiis/internal/store/db"
)

// judging is the transaction of a batch: it reads what is stored, and writes into
// the batch.
type judging struct{ b *Batch }

func (j *judging) Engine() db.Engine   { return j.b.f.s.Engine() }
func (j *judging) Lock(...int64) error { return nil }

func (j *judging) Select(queries ...db.Query) error {
	for i := range queries {
		queries[i].Hold = "" // nobody else changes records, or nothing of the batch is stored
	}
	return j.b.f.s.db.Read(j.b.ctx, func(tx db.Tx) error { return tx.Select(queries...) })
}

func (j *judging) Exec(sql string, args ...any) error {
	j.b.later = append(j.b.later, statement{sql, args})
	return nil
}

var errJudging = errors.New("a batch that is judged ahead cannot do this")

func (j *judging) Count(string, ...any) (int64, error) { return 0, errJudging }

func (j *judging) Copy(string, []string, func([]any) (bool, error)) error { return errJudging }

func (j *judging) Beside(work func() func(db.Tx) error) error { return work()(j) }

// find is FindSources by what is in memory.
func (b *Batch) find(sender iis.SenderID, own []string, keys []int64, former int) ([]Hit, Sharing, error) {
	if former > 0 {
		return nil, Sharing{}, errJudging
	}
	var hits []Hit
	for _, k := range own {
		if h, ok := b.hit(sender, k); ok {
			hits = append(hits, h)
		}
	}
	sharers := make([]sharer, 0, len(keys))
	for i, k := range keys {
		b.f.keys.find(k, func(source uint32) { sharers = append(sharers, sharer{i, b.f.sources[source-1].person}) })
	}
	return hits, sharing(sharers, len(keys)), nil
}

// hit is where a sender's own number leads.
func (b *Batch) hit(sender iis.SenderID, k string) (Hit, bool) {
	source := b.f.own.who(b.f.own.hash(sender, k))
	if source == 0 || source == nobody {
		return Hit{}, false
	}
	s := b.f.sources[source-1]
	return Hit{s.person, s.source}, true
}

// hold is Hold: a record that is not stored yet, or not as it is now, is in memory.
func (b *Batch) hold(id iis.PersonID) (*Folder, error) {
	b.f.mu.Lock()
	known, there := b.f.open[id]
	b.f.mu.Unlock()
	switch {
	case there && known.batch == b.n:
		return known.folder, nil
	case there: // it may be being written down as that batch left it
		return known.folder.clone(), nil
	}
	var found []*Folder
	err := b.Tx().Select(folderQuery(id, &found))
	if err == nil && len(found) == 0 { // what is in memory leads to it: somebody has joined it to another
		err = ErrNotAlone
	}
	if err != nil {
		return nil, err
	}
	return found[0], nil
}

// clone is a folder of its own: what it holds is replaced, and never changed.
func (f *Folder) clone() *Folder {
	c := *f
	c.Sources, c.Doses, c.Pins = slices.Clone(f.Sources), slices.Clone(f.Doses), slices.Clone(f.Pins)
	c.Choices = slices.Clone(f.Choices)
	return &c
}

// described is Described.
func (b *Batch) described(ids []iis.PersonID) ([]Described, error) {
	out := make([]Described, 0, len(ids))
	for _, id := range ids {
		d := Described{ID: id}
		body, err := b.f.card(id)
		if err != nil {
			return nil, fmt.Errorf("read person %d: %w", id, err)
		}
		if body == nil {
			f, err := b.hold(id)
			if err != nil {
				return nil, err
			}
			d.Sources, d.Choices = slices.Clone(f.Sources), slices.Clone(f.Choices)
			b.f.putCard(&d)
		} else if err := decode(body, &d, walkDescribed); err != nil {
			return nil, fmt.Errorf("read person %d: %w", id, err)
		}
		out = append(out, d)
	}
	return out, nil
}

// card is what is kept of what is said of a person; nil for nothing.
func (f *Filling) card(person iis.PersonID) ([]byte, error) {
	if n := f.cardOf(person); n != 0 {
		return f.cards.get(n)
	}
	return nil, nil
}

func (f *Filling) putCard(d *Described) {
	if n := f.cardOf(d.ID); n != 0 {
		f.cards.put(n, encode(d, walkDescribed))
	}
}

func walkDescribed(c *coder, d *Described) {
	list(c, 1, &d.Sources, walkSource)
	list(c, 2, &d.Choices, walkChoice)
	c.end()
}

// addLink is AddLink. A source is linked once: it is new.
func (b *Batch) addLink(tx *Tx, l Link) error {
	if l.Method == MethodNew {
		b.fresh[l.Person] = &freshPerson{}
	} else if b.fresh[l.Person] == nil {
		if err := tx.rankAnew(l.Person); err != nil {
			return err
		}
	}
	b.links = append(b.links, l)
	return nil
}

// putDoses is PutDoses of a person of the batch; ok is false for another.
func (b *Batch) putDoses(person iis.PersonID, doses []Derived) (ok bool) {
	p := b.fresh[person]
	if p == nil {
		return false
	}
	for _, d := range doses {
		at, there := slices.BinarySearchFunc(p.doses, d.ID, func(have doseRow, id iis.DoseID) int { return cmp.Compare(have.id, id) })
		if !there {
			p.doses = slices.Insert(p.doses, at, doseRow{id: d.ID})
		}
		p.doses[at].row = d.row(person)
	}
	return true
}

// removeDose is RemoveDose of a person of the batch; ok is false for another.
func (b *Batch) removeDose(person iis.PersonID, id iis.DoseID) (ok bool) {
	p := b.fresh[person]
	if p == nil {
		return false
	}
	p.doses = slices.DeleteFunc(p.doses, func(d doseRow) bool { return d.id == id })
	return true
}

// putFolder is PutFolder.
func (b *Batch) putFolder(tx *Tx, f *Folder, now time.Time) error {
	for _, k := range f.newSearchKeys() {
		b.held[heldSearch].search(f.ID, k)
	}
	if p := b.fresh[f.ID]; p != nil {
		p.folder, p.changed = f, now
	} else if err := tx.putPerson(f, now); err != nil {
		return err
	}
	if f.Created.IsZero() {
		f.Created = time.UnixMicro(now.UnixMicro()).UTC()
	}
	f.Changed, f.found = time.UnixMicro(now.UnixMicro()).UTC(), f.findable()
	b.f.putCard(&Described{ID: f.ID, Sources: f.Sources, Choices: f.Choices})
	b.touched = append(b.touched, f.ID)
	b.f.mu.Lock()
	defer b.f.mu.Unlock()
	b.f.open[f.ID] = opened{f, b.n}
	return nil
}

// addKeys is AddKeys: the keys are known at once, and held back.
func (b *Batch) addKeys(sender iis.SenderID, person iis.PersonID, source iis.SourceID, own, bare []string, keys []int64) {
	for i, list := range [][]string{own, bare} {
		for _, k := range list {
			n := heldNumber{heldSource{source, person}, sender, k, i == 1}
			b.f.addOwn(&n)
			b.held[heldOwn].own(&n)
		}
	}
	number := b.f.numberOf(source, person)
	w := &b.held[heldMatch]
	w.word(heldSource{source, person})
	w.count(len(keys))
	for _, k := range keys {
		b.f.keys.add(k, number)
		w.int(k)
	}
}

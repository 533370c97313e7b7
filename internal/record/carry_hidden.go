package record

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"openiis/internal/cal"
	"openiis/internal/iis"
	"openiis/internal/match"
	"openiis/internal/store"
)

// A backup knows nothing of what was hidden since it was made. With the registry at hand that a
// restored one replaces, every record of which something was hidden since is brought to what it is
// there: by the very reports that came since, with their messages, so that whatever is derived,
// withdrawn or merged later is as it would have been (docs/adr/0041).

// ActCarryHidden is what the audit calls the carrying of what was hidden to a registry that was
// restored.
const ActCarryHidden = "carry what is hidden over"

// methodCarried is why a source is a person's in which it is said that an objection since the
// backup is theirs too.
const methodCarried = "restored"

// CarriedHidden counts what carrying over what is hidden did.
type CarriedHidden struct {
	Records int // that were brought to what they are
	Made    int // of these, that the backup did not have
	Sealed  int // identities that were sealed again
	// Left are records that stay closed or sealed, for somebody to decide: what happened to them
	// since could not be carried.
	Left []iis.PersonID
}

// hiddenSince is what was hidden since a backup, in the registry that is replaced.
type hiddenSince struct {
	hides map[iis.PersonID]bool // false: a message only said that the record may be shared
	seals []*store.Sealed
	links map[iis.PersonID][]store.Link // of all of these
}

// CarryHidden brings a registry that was restored from a backup of a moment to what was hidden
// since in the one that it replaces: objections and withdrawals, PD1-12, confidential marks,
// records that were closed, and sealings. It may be done again.
func (k *Keeper) CarryHidden(ctx context.Context, by iis.Actor, from *store.Store, taken time.Time) (out CarriedHidden, err error) {
	since := hiddenSince{hides: map[iis.PersonID]bool{}, links: map[iis.PersonID][]store.Link{}}
	if err := from.Read(ctx, func(tx *store.Tx) error { return since.read(tx, taken) }); err != nil {
		return out, fmt.Errorf("read what was hidden since the backup: %w", err)
	}
	homes := map[iis.SourceID]iis.PersonID{}
	var sources []iis.SourceID
	for _, links := range since.links {
		for _, l := range links {
			sources = append(sources, l.Source)
		}
	}
	err = k.store.Read(ctx, func(tx *store.Tx) error {
		return tx.HomesOf(sources, func(p iis.PersonID, s iis.SourceID) { homes[s] = p })
	})
	if err != nil {
		return out, err
	}
	// First what is sealed: a number that the new identity has since is its own.
	for _, s := range since.seals {
		var r *store.CarriedRecord
		err := from.Read(ctx, func(tx *store.Tx) (err error) {
			r, err = tx.CarriedSealed(s.Person, taken)
			return err
		})
		if err == nil {
			err = k.carrySeal(ctx, by, s, r, homes, since.links[s.New], &out)
		}
		if err != nil {
			return out, fmt.Errorf("carry a sealing over: %w", err)
		}
	}
	for _, p := range slices.Sorted(maps.Keys(since.hides)) {
		var r *store.CarriedRecord
		err := from.Read(ctx, func(tx *store.Tx) (err error) {
			r, err = tx.CarriedRecord(p, taken)
			return err
		})
		if err == nil {
			err = k.carryRecord(ctx, by, r, since.hides[p], homes, &out)
		}
		if err != nil {
			return out, fmt.Errorf("carry record %s over: %w", p.Public(), err)
		}
	}
	return out, nil
}

// read finds whose records something was hidden of since.
func (h *hiddenSince) read(tx *store.Tx, taken time.Time) error {
	err := tx.ReportsSince(taken, func(r *store.Report) {
		switch hides, lifts := saysHidden(r); {
		case hides:
			h.hides[r.Person] = true
		case lifts && !h.hides[r.Person]:
			h.hides[r.Person] = false
		}
	})
	if err != nil {
		return err
	}
	for before := iis.SealID(0); ; {
		list, err := tx.Seals(before, 100)
		if err != nil {
			return err
		}
		for _, s := range list {
			if s.At.Before(taken.Add(-time.Hour)) {
				continue
			}
			h.seals = append(h.seals, s)
			now, err := tx.Follow(s.New)
			if err != nil {
				return err
			}
			s.New = now[0]
			if found, err := tx.Folders(s.New); err != nil {
				return err
			} else if len(found) > 0 { // otherwise it is sealed in turn
				h.hides[s.New] = true
			}
		}
		if len(list) < 100 {
			break
		}
		before = list[len(list)-1].ID
	}
	slices.Reverse(h.seals) // in the order in which they were made
	for p := range h.hides {
		if h.links[p], err = tx.LinksOf(p); err != nil {
			return err
		}
	}
	for _, s := range h.seals {
		if h.links[s.Person], err = tx.LinksOf(s.Person); err != nil {
			return err
		}
	}
	return nil
}

// saysHidden reports a report by which something of a record is hidden, and one by which a
// protection may end.
func saysHidden(r *store.Report) (hides, lifts bool) {
	if r.Choice != nil || r.Said != nil && (r.Said.Protection == "Y" || r.Said.OptOut != "") {
		return true, false
	}
	for i := range r.Doses {
		if slices.ContainsFunc(r.Doses[i].Dose.Observations, saysConfidential) {
			return true, false
		}
	}
	return false, r.Said != nil && r.Said.Protection == "N"
}

// carryRecord brings one record to what it is in the registry that is replaced.
func (k *Keeper) carryRecord(ctx context.Context, by iis.Actor, in *store.CarriedRecord, hides bool, homes map[iis.SourceID]iis.PersonID, out *CarriedHidden) error {
	var made map[iis.SourceID]iis.PersonID
	var done CarriedHidden
	err := k.try(ctx, ActCarryHidden, func(x *deciding) error {
		made, done = map[iis.SourceID]iis.PersonID{}, CarriedHidden{}
		if sealed, err := x.tx.SealOf(in.Folder.ID); err != nil || sealed != nil {
			if sealed != nil { // it was unsealed since: it stays sealed, which hides it
				done.Left = append(done.Left, in.Folder.ID)
			}
			return err
		}
		c := carrying{x: x, in: in, homes: homes, made: made, sides: map[iis.PersonID]*side{}}
		if there, err := c.begin(hides); err != nil || !there {
			return err
		}
		done.Records++
		if c.created {
			done.Made++
		}
		return c.carry(by)
	})
	if err != nil {
		return err
	}
	maps.Copy(homes, made)
	out.Records, out.Made, out.Left = out.Records+done.Records, out.Made+done.Made, append(out.Left, done.Left...)
	return nil
}

// carrying is a record on its way.
type carrying struct {
	x       *deciding
	in      *store.CarriedRecord
	homes   map[iis.SourceID]iis.PersonID // in whose records here the sources are
	made    map[iis.SourceID]iis.PersonID // those that get into one now
	main    iis.PersonID                  // in whose record here those are that are in none
	created bool                          // main is made now
	sides   map[iis.PersonID]*side
}

// begin finds the records here that one there is about, and holds them; false when nothing is to
// be carried.
func (c *carrying) begin(hides bool) (bool, error) {
	x := c.x
	ids, main, err := x.hereOf(c.in.Folder.ID, c.in.Links, c.homes)
	if err != nil {
		return false, err
	}
	c.main = main
	if !hides {
		any, err := x.anyLimited(ids)
		if err != nil || !any { // that it may be shared is said of whom nothing hides
			return false, err
		}
	}
	if len(ids) > 0 {
		sides, err := x.hold(ids...)
		if err != nil {
			return false, err
		}
		for _, s := range sides {
			c.sides[s.id] = s
		}
	}
	if c.main == 0 {
		c.main, c.created = c.in.Folder.ID, true
		c.sides[c.main] = &side{id: c.main, created: c.in.Folder.Created}
	}
	return true, nil
}

// hereOf are the records here of somebody who is known there by a number and some links, and the
// one of them into which what is in none goes; none and 0 when there is no record of them.
func (x *deciding) hereOf(person iis.PersonID, links []store.Link, homes map[iis.SourceID]iis.PersonID) (ids []iis.PersonID, main iis.PersonID, err error) {
	now, err := x.tx.Follow(person)
	if err != nil {
		return nil, 0, err
	}
	found, err := x.tx.Folders(now[0])
	if err != nil {
		return nil, 0, err
	}
	if len(found) > 0 {
		main = found[0].ID
		ids = append(ids, main)
	}
	for _, l := range links {
		if p := homes[l.Source]; p != 0 {
			ids, main = append(ids, p), cmp.Or(main, p)
		}
	}
	return sortedOnce(ids), main, nil
}

// anyLimited reports that something hides one of some records.
func (x *deciding) anyLimited(ids []iis.PersonID) (bool, error) {
	if len(ids) == 0 {
		return false, nil
	}
	found, err := x.tx.Folders(ids...)
	return err == nil && slices.ContainsFunc(found, func(f *store.Folder) bool { return limited(f.Sources, f.Choices) }), err
}

// carry adds the links and reports that are not here.
func (c *carrying) carry(by iis.Actor) error {
	x := c.x
	senders := map[iis.SourceID]iis.SenderID{}
	for i := range c.in.Reports {
		senders[c.in.Reports[i].Source] = c.in.Reports[i].Sender
	}
	for _, l := range c.in.Links {
		if c.homes[l.Source] != 0 {
			continue
		}
		c.made[l.Source] = c.main
		s := c.sides[c.main]
		l.Person = c.main
		if err := x.tx.AddLink(l); err != nil {
			return err
		}
		s.linked = append(s.linked, store.Linked{Source: l.Source, Sender: senders[l.Source], Since: l.Since, Method: l.Method, Why: string(l.Why)})
	}
	for i := range c.in.Reports {
		r := c.in.Reports[i]
		r.Person = cmp.Or(c.homes[r.Source], c.main)
		s := c.sides[r.Person]
		if slices.ContainsFunc(s.reports, func(h store.Report) bool { return h.ID == r.ID }) {
			continue
		}
		if err := x.addCarried(by, c.in, &r); err != nil {
			return err
		}
		s.reports = append(s.reports, r)
	}
	objects := SharingOf(c.in.Folder.Sources, c.in.Folder.Choices)
	for _, id := range slices.Sorted(maps.Keys(c.sides)) {
		s := c.sides[id]
		slices.SortFunc(s.linked, func(a, b store.Linked) int { return cmp.Compare(a.Source, b.Source) })
		slices.SortFunc(s.reports, func(a, b store.Report) int { return cmp.Compare(a.ID, b.ID) })
		if err := c.sayAlso(s, &objects); err != nil {
			return err
		}
		if err := x.settle(s); err != nil {
			return err
		}
		if err := x.tx.AddAudit(store.Audit{At: x.now, Actor: by, Act: ActCarryHidden, Person: id}); err != nil {
			return err
		}
	}
	return nil
}

// addCarried stores a report with its message, of which a line of the audit says why it is here,
// and its keys.
func (x *deciding) addCarried(by iis.Actor, in *store.CarriedRecord, r *store.Report) error {
	if err := x.carryMessage(by, in, r); err != nil {
		return err
	}
	if _, err := x.tx.AddReport(r); err != nil {
		return err
	}
	return x.addKeysOf(r)
}

func (x *deciding) carryMessage(by iis.Actor, in *store.CarriedRecord, r *store.Report) error {
	if r.Submission == 0 { // the programme's word
		return nil
	}
	if err := x.tx.PutMessage(in, r.Submission, r.Person); err != nil {
		return err
	}
	return x.tx.AddAudit(store.Audit{At: x.now, Actor: by, Act: ActCarryHidden, Person: r.Person, Subject: int64(r.Submission)})
}

// addKeysOf adds the keys of one report.
func (x *deciding) addKeysOf(r *store.Report) error {
	own, keys := (&side{reports: []store.Report{*r}}).keys(r.Source)
	bare := slices.DeleteFunc(slices.Clone(own), func(k string) bool { return !match.IsBare(k) })
	own = slices.DeleteFunc(own, match.IsBare)
	return x.tx.AddKeys(r.Sender, r.Person, r.Source, own, bare, keys)
}

// sayAlso has an objection hold for each of several records here that were made one since: the
// words of it are in one of them alone.
func (c *carrying) sayAlso(s *side, objects *Shared) error {
	if objects.Status != iis.SharingNo || len(c.sides) < 2 {
		return nil
	}
	f := store.FolderOf(s.id, s.created, s.reports)
	if SharingOf(f.Sources, f.Choices).Status == iis.SharingNo {
		return nil
	}
	x := c.x
	staff, err := x.tx.EnsureSender(iis.StaffFacility, iis.StaffName, x.now)
	if err != nil {
		return err
	}
	source := iis.SourceID(x.k.store.NewID())
	if err := x.tx.AddLink(store.Link{Person: s.id, Source: source, Method: methodCarried, Since: x.now, Actor: "command"}); err != nil {
		return err
	}
	s.linked = append(s.linked, store.Linked{Source: source, Sender: staff.ID, Since: x.now, Method: methodCarried})
	r := store.Report{
		ID: x.k.store.NewID(), Person: s.id, Source: source, Sender: staff.ID, Received: x.now.UnixMicro(),
		Choice: &iis.Choice{Kind: iis.Objects, From: objects.From},
	}
	if _, err := x.tx.AddReport(&r); err != nil {
		return err
	}
	s.reports = append(s.reports, r)
	return nil
}

// carrySeal seals an identity again that was sealed since the backup, with what came for it. Where
// that cannot be done, because its sources are in several records here, each of these is closed
// instead to all but the programme, which seals it anew.
func (k *Keeper) carrySeal(ctx context.Context, by iis.Actor, was *store.Sealed, in *store.CarriedRecord, homes map[iis.SourceID]iis.PersonID, of []store.Link, out *CarriedHidden) error {
	var done CarriedHidden
	err := k.try(ctx, ActCarryHidden, func(x *deciding) error {
		done = CarriedHidden{}
		if have, err := x.tx.SealOf(was.Person); err != nil || have != nil {
			return err
		}
		ids, main, err := x.hereOf(was.Person, in.Links, homes)
		if err != nil {
			return err
		}
		if len(ids) > 1 || main != 0 && main != was.Person {
			done.Left = ids
			return x.closeInstead(by, ids)
		}
		_, is, err := x.hereOf(was.New, of, homes)
		if err != nil {
			return err
		}
		sealed := *was
		sealed.New = cmp.Or(is, was.New)
		if main != 0 {
			if err := x.sealAgain(&sealed); err != nil {
				return err
			}
		}
		if err := x.addSealed(by, &sealed, in); err != nil {
			return err
		}
		done.Sealed++
		return x.closeSealing(&sealed, ActCarryHidden, by)
	})
	out.Sealed, out.Left = out.Sealed+done.Sealed, append(out.Left, done.Left...)
	return err
}

// sealAgain puts away what is known here of a former identity.
func (x *deciding) sealAgain(sealed *store.Sealed) error {
	sides, err := x.hold(sealed.Person)
	if err != nil {
		return err
	}
	former, was := sides[0], sealed.SealedBody
	sealed.SealedBody = store.SealedBody{Created: former.created, Sender: was.Sender, Number: was.Number, Sent: was.Sent, Over: was.Over}
	queued, err := x.tx.Queued(former.id)
	if err != nil {
		return err
	}
	for _, q := range queued {
		if err := x.tx.Unqueue(q); err != nil {
			return err
		}
	}
	return x.putAway(sealed, former)
}

// addSealed adds what a sealed identity has there and not here.
func (x *deciding) addSealed(by iis.Actor, sealed *store.Sealed, in *store.CarriedRecord) error {
	have, err := x.tx.SealedReports(sealed.Person)
	if err != nil {
		return err
	}
	for _, l := range in.Links {
		if err := x.tx.AddSealedLink(l); err != nil {
			return err
		}
	}
	for i := range in.Reports {
		r := &in.Reports[i]
		if slices.ContainsFunc(have, func(h store.Report) bool { return h.ID == r.ID }) {
			continue
		}
		if err := x.carryMessage(by, in, r); err != nil {
			return err
		}
		if err := x.tx.MessageIsOf(r.Submission, sealed.Person); err != nil {
			return err
		}
		if _, err := x.tx.AddSealedReport(r); err != nil {
			return err
		}
		if err := x.addKeysOf(r); err != nil {
			return err
		}
	}
	return nil
}

// closeInstead closes records to all but the programme, with a request that takes it back.
func (x *deciding) closeInstead(by iis.Actor, ids []iis.PersonID) error {
	sides, err := x.hold(ids...)
	if err != nil {
		return err
	}
	for _, s := range sides {
		if err := x.sayOptOut(s, "Y"); err != nil {
			return err
		}
		o := store.OptOut{OptOut: iis.OptOut{
			ID: iis.OptOutID(x.k.store.NewID()), Person: s.id, State: iis.OptOutClosed, How: "restore", Asked: cal.On(x.now), At: x.now, By: by,
		}}
		if err := x.tx.PutOptOut(&o); err != nil {
			return err
		}
		if err := x.tx.AddAudit(store.Audit{At: x.now, Actor: by, Act: ActCarryHidden, Person: s.id, Subject: int64(o.ID)}); err != nil {
			return err
		}
	}
	return nil
}

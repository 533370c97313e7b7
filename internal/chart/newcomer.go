package chart

import (
	"context"
	"fmt"
	"hash/fnv"
	"math"
	"slices"
	"strings"

	"openiis/internal/cal"
	"openiis/internal/fold"
	"openiis/internal/golden"
	"openiis/internal/iis"
	"openiis/internal/match"
	"openiis/internal/record"
	"openiis/internal/store"
)

// Newcomer is somebody who is described on a page, of whom vaccinations are entered with the
// description. No record is looked at: what is foreseen is that of these vaccinations alone,
// whoever is known (ADR 39).
func (d *Desk) Newcomer(ctx context.Context, by Teller, who *iis.Person) (*Vaccinee, error) {
	from, err := d.SpeaksFor(ctx, by)
	if err != nil {
		return nil, err
	}
	alone := &store.Folder{Sources: []store.SourcePerson{{Sender: from.ID, Received: d.now().UnixMicro(), Person: *who}}}
	r := &reading{d: d, by: by.Actor, today: cal.On(d.now()), folder: d.keeper.Supposing(alone), sight: record.Whole}
	err = d.store.Read(ctx, func(tx *store.Tx) (err error) {
		if r.law, err = d.keeper.PolicyIn(tx); err != nil {
			return err
		}
		if r.senders, err = tx.SenderNames(); err != nil {
			return err
		}
		r.places, err = tx.FacilityNames()
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("make the form for somebody new: %w", err)
	}
	return &Vaccinee{Whom: r.whom(), From: from, Said: *who, reading: r}, nil
}

// NumberFor is the number of somebody new, from that which a form gave: of the same name and birth
// date it is the same, so that the form sent twice is one person, and sent again with the name of a
// sister or brother it is of another.
func NumberFor(form string, who *iis.Person) string {
	n := who.LegalName()
	return hashed(form, strings.Join(fold.Words(n.Given), " "), strings.Join(fold.Words(n.Family), " "), who.Birth)
}

// NumberOf is the number of a vaccination that is entered with somebody new, of their
// number: of the same day and vaccine it is the same, so that the form sent twice is one report,
// and sent again with another day or vaccine it tells of another dose.
func NumberOf(person string, d *iis.Dose) string {
	return hashed(person, d.Date, d.Kind, d.CVX)
}

// hashed is a number that is made of others.
func hashed(of ...any) string {
	h := fnv.New64a()
	for _, part := range of {
		_, _ = fmt.Fprintf(h, "%q ", fmt.Sprint(part)) // a hash never fails
	}
	return iis.DoseID(h.Sum64() & math.MaxInt64).Public()
}

// Numbered is the record to which a number leads that a form gave to somebody new, for whoever
// speaks for the site that entered it; 0 when they see nothing of it, or there is none.
func (d *Desk) Numbered(ctx context.Context, by Teller, number string) (id iis.PersonID, err error) {
	from, err := d.SpeaksFor(ctx, by)
	if err != nil {
		return 0, err
	}
	own := match.LookUpKeys(&iis.Person{IDs: []iis.Identifier{{Value: number, Type: "PI", Authority: iis.EnteredOnPage}}})
	err = d.store.Snapshot(ctx, func(tx *store.Tx) error {
		id = 0
		f, _, err := tx.ReadOwn(from.ID, own)
		if err != nil || f == nil {
			return err
		}
		if _, sight, err := d.keeper.Sees(tx, by.Actor, f); err != nil || sight == record.Nothing {
			return err
		}
		id = f.ID
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("look for whom a form numbered: %w", err)
	}
	return id, nil
}

// Bearer is the name of a patient of a site that bears the number which somebody new is described
// with, of the same birth date and another given name: of a twin, whose record who is added would
// become part of. "" where there is none, or none whom the teller sees.
func (d *Desk) Bearer(ctx context.Context, by Teller, who *iis.Person) (string, error) {
	from, err := d.SpeaksFor(ctx, by)
	if err != nil {
		return "", err
	}
	ids := slices.DeleteFunc(slices.Clone(who.IDs), func(id iis.Identifier) bool { return id.Authority == iis.EnteredOnPage })
	own := match.LookUpKeys(&iis.Person{IDs: ids, Names: who.Names})
	if len(own) == 0 {
		return "", nil
	}
	var lines []Line
	name := ""
	err = d.store.Snapshot(ctx, func(tx *store.Tx) error {
		lines, name = nil, ""
		f, source, err := tx.ReadOwn(from.ID, own)
		if err != nil || f == nil {
			return err
		}
		_, sight, err := d.keeper.Sees(tx, by.Actor, f)
		if err != nil || sight == record.Nothing {
			return err
		}
		for i := range f.Sources {
			if s := &f.Sources[i]; s.Source == source && isTwin(&s.Person, who) {
				n := s.Person.LegalName()
				name = strings.Join(strings.Fields(n.Given+" "+n.Family), " ")
				lines = []Line{{ID: f.ID, Name: familyFirst(n), Birth: s.Person.Birth, Sight: sight}}
			}
		}
		return nil
	})
	if err != nil {
		return "", fmt.Errorf("look for who bears a number: %w", err)
	}
	return name, d.audit(by.Actor, actSearch, lines)
}

// isTwin reports another given name with the same birth date. Who had no name yet is none.
func isTwin(known, who *iis.Person) bool {
	had, has := known.LegalName(), who.LegalName()
	return known.Birth == who.Birth && had.Given != "" && !golden.IsPlaceholder(had) && !slices.Equal(fold.Words(had.Given), fold.Words(has.Given))
}

package enrol

import (
	"context"
	"fmt"
	"slices"

	"openiis/internal/cal"
	"openiis/internal/iis"
	"openiis/internal/policy"
	"openiis/internal/store"
)

// DueLine is a paper in the queue of renewals.
type DueLine struct {
	Site  iis.Organization
	Place Place
	Paper
}

// Renewals are what sites and their users have to sign now or soon, by how soon: what has
// lapsed first.
type Renewals struct {
	Lines   []DueLine
	Lapsed  int
	Within  [3]int // not lapsed: due today or within 0, 30 and 90 days
	Never   []iis.Organization
	Page    int
	More    bool
	Law     *policy.Policy
	Uploads []DueLine // signed on paper in the last 30 days, for the programme to look at
	Ways    Ways      // through whom those of the page were signed
}

// Renewals is a page of the queue, of those sites that a reviewer sees; empty where sites
// sign nothing.
func (d *Desk) Renewals(ctx context.Context, by Reviewer, page int) (*Renewals, error) {
	law, err := d.keeper.Policy(ctx)
	if err != nil {
		return nil, err
	}
	out := &Renewals{Page: max(page, 1), Law: law}
	if law.Enrolment == nil {
		return out, nil
	}
	var all []DueLine
	err = d.store.Read(ctx, func(tx *store.Tx) error {
		all, out.Never, out.Uploads = nil, nil, nil
		return d.dueIn(tx, law, by, func(o *iis.Organization, place Place, list []Paper) error {
			if list == nil {
				out.Never = append(out.Never, *o)
				return nil
			}
			for i := range list {
				if list[i].Due() {
					all = append(all, DueLine{*o, place, list[i]})
				}
				if list[i].Uploaded() && list[i].Signed.At.After(d.now().AddDate(0, 0, -30)) {
					out.Uploads = append(out.Uploads, DueLine{*o, place, list[i]})
				}
			}
			return nil
		})
	})
	if err != nil {
		return nil, fmt.Errorf("list renewals: %w", err)
	}
	for i := range all {
		out.count(&all[i].Paper)
	}
	slices.SortStableFunc(all, func(a, b DueLine) int { return a.rank() - b.rank() })
	first := min((out.Page-1)*PageSize, len(all))
	out.Lines = all[first:min(first+PageSize, len(all))]
	out.More = first+PageSize < len(all)
	out.Never = out.Never[:min(len(out.Never), PageSize)]
	out.Uploads = out.Uploads[:min(len(out.Uploads), PageSize)]
	err = d.store.Read(ctx, func(tx *store.Tx) error {
		out.Ways = Ways{}
		for _, l := range slices.Concat(out.Lines, out.Uploads) {
			if l.Signed == nil {
				continue
			}
			if err := out.Ways.add(tx, law.Papers(), *l.Signed); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("find who signed: %w", err)
	}
	return out, nil
}

// rank is the order in the queue: what was never signed is last.
func (l *DueLine) rank() int {
	if l.State() == Unsigned {
		return 1 << 30
	}
	return l.DaysLeft()
}

func (r *Renewals) count(p *Paper) {
	left := p.DaysLeft()
	switch {
	case p.State() == Lapsed:
		r.Lapsed++
	case p.State() == Unsigned, p.State() == Awaited:
	case left <= 0:
		r.Within[0]++
	case left <= 30:
		r.Within[1]++
	default:
		r.Within[2]++
	}
}

// dueIn tells of every open site what it has signed; nil of one that has signed nothing.
func (d *Desk) dueIn(tx *store.Tx, law *policy.Policy, by Reviewer, tell func(*iis.Organization, Place, []Paper) error) error {
	t, err := readTree(tx, law)
	if err != nil {
		return err
	}
	signed, err := tx.AllAgreements()
	if err != nil {
		return err
	}
	longer, err := tx.AllExtensions()
	if err != nil {
		return err
	}
	accounts, err := tx.HeldAccounts()
	if err != nil {
		return err
	}
	signedOf, longerOf := map[iis.OrganizationID][]iis.Agreement{}, map[iis.OrganizationID][]iis.Extension{}
	for _, a := range signed {
		signedOf[a.Organization] = append(signedOf[a.Organization], a)
	}
	for _, e := range longer {
		longerOf[e.Organization] = append(longerOf[e.Organization], e)
	}
	for i := range t.all {
		o := &t.all[i]
		place := t.place(o)
		if !o.Kind.IsSite() || o.Kind == iis.KindVitalRecords || !o.Open() || !by.sees(place.Code) {
			continue
		}
		var list []Paper
		if held(signedOf[o.ID], longerOf[o.ID]) {
			of := subject{site: t.values(o), people: people(accounts[o.ID])}
			if list, err = papers(law, of, signedOf[o.ID], longerOf[o.ID], cal.On(d.now())); err != nil {
				return err
			}
		}
		if err := tell(o, place, list); err != nil {
			return err
		}
	}
	return nil
}

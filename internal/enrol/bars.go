package enrol

import (
	"context"
	"fmt"
	"slices"

	"openiis/internal/cal"
	"openiis/internal/iis"
	"openiis/internal/store"
)

// Bars reports that somebody's access has to wait until something is signed: their own
// agreement, or one of their site. It is asked at each request. Who belongs to no site,
// or to one that has signed nothing and was asked for nothing, is never barred.
func (d *Desk) Bars(ctx context.Context, username, role string, sender iis.SenderID) (bool, error) {
	return d.bars(ctx, sender, []iis.Applicant{{Username: username, Role: role}})
}

// BarsSite is Bars of the forms of a sender's site alone: of its record system, which has
// none of its own.
func (d *Desk) BarsSite(ctx context.Context, sender iis.SenderID) (bool, error) {
	return d.bars(ctx, sender, nil)
}

func (d *Desk) bars(ctx context.Context, sender iis.SenderID, who []iis.Applicant) (bool, error) {
	list, err := d.agreed(ctx, sender, who)
	return slices.ContainsFunc(list, func(p Paper) bool { return p.Bars() }), err
}

// noticeOwn is how many days before its last day somebody is told of their own agreement on the
// first page that they see.
const noticeOwn = 30

// OwnDue are the forms that somebody is to sign themselves now or within a month.
func (d *Desk) OwnDue(ctx context.Context, username, role string, sender iis.SenderID) (due []Paper, err error) {
	list, err := d.agreed(ctx, sender, []iis.Applicant{{Username: username, Role: role}})
	for _, p := range list {
		if p.Person != nil && !p.ByOfficial() && p.Due() && (p.State() != DueSoon || p.DaysLeft() <= noticeOwn) {
			due = append(due, p)
		}
	}
	return due, err
}

// agreed are the papers of the site of a sender and of one of its users; none of a site that has
// signed nothing and was asked for nothing.
func (d *Desk) agreed(ctx context.Context, sender iis.SenderID, who []iis.Applicant) ([]Paper, error) {
	if sender == 0 {
		return nil, nil
	}
	law, err := d.keeper.Policy(ctx)
	if err != nil || law.Enrolment == nil {
		return nil, err
	}
	username := ""
	if len(who) > 0 {
		username = who[0].Username
	}
	var signed []iis.Agreement
	var longer []iis.Extension
	err = d.store.Read(ctx, func(tx *store.Tx) (err error) {
		signed, longer = nil, nil
		_, signed, longer, err = tx.AgreedFor(sender, username)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("find what a user has agreed to: %w", err)
	}
	if !held(signed, longer) {
		return nil, nil
	}
	return papers(law, subject{people: who}, signed, longer, cal.On(d.now()))
}

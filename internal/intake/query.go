package intake

import (
	"context"
	"slices"

	"openiis/internal/iis"
	"openiis/internal/iz"
	"openiis/internal/record"
	"openiis/internal/store"
)

// maxCandidates is how many persons a list of candidates has at most, whatever
// the asker takes.
const maxCandidates = 20

// query answers who a person is and what is known of them (IG 1.5, chapter 7):
// one match is a history (Z32); several who may be meant are a list (Z31); none,
// too many (also to compare any of them) or a protected one is Z33. Who asks for a forecast (Z44) gets Z42 or
// Z33, never a list. Everything that the answer reveals is
// audited before it leaves.
func (d *Desk) query(ctx context.Context, m *message) error {
	q := m.Query
	if q.Refused {
		m.reply.Bytes = d.reply.None(q, iz.StatusError, m.Findings)
		return d.settle(m, m.seen(0))
	}
	barred, err := d.barred(ctx, m.sub.Sender.ID)
	if err != nil {
		return err
	}
	if barred != nil {
		m.Findings = append(m.Findings, barred.at(m.HL7.MSH().AtField(4, 0, 0)))
		m.reply.Ack, m.reply.Findings = iz.AckError, m.Findings
		m.reply.Bytes = d.reply.None(q, iz.StatusError, m.Findings)
		return d.settle(m, m.seen(0))
	}
	found, err := d.keeper.Find(ctx, m.sub.Sender.ID, &q.Person)
	if err != nil {
		return err
	}
	m.reply.Crowded, m.sealed = found.Crowded, found.Sealed
	limit := maxCandidates
	if q.Limit > 0 {
		limit = min(limit, q.Limit)
	}
	switch {
	case q.Profile == iz.ProfileAskEval:
		return d.forecast(ctx, m, &found)
	case found.Folder != nil:
		h := history(found.Folder, m.sub.Sender.ID)
		m.reply.Bytes = d.reply.History(q, h, d.codes)
		return d.settle(m, m.seen(found.Folder.ID))
	case len(found.Candidates) > limit || len(found.Candidates) == 0 && found.Crowded:
		m.reply.Bytes = d.reply.None(q, iz.StatusTooMany, q.Findings)
		return d.settle(m, m.seen(0))
	case len(found.Candidates) > 0:
		return d.candidates(m, q, found.Candidates)
	}
	m.reply.Bytes = d.reply.None(q, iz.StatusNone, q.Findings) // what was not understood may be why
	return d.settleAbout(ctx, m, &q.Person, m.seen(0))
}

// barred is why no query of a sender is answered; nil when they are.
func (d *Desk) barred(ctx context.Context, sender iis.SenderID) (*rule, error) {
	if waits, err := d.keeper.Waits(ctx); err != nil || waits {
		return &ruleRestored, err
	}
	if d.bars != nil {
		if barred, err := d.bars(ctx, sender); err != nil || barred {
			return &ruleLapsed, err
		}
	}
	return nil, nil
}

// settleAbout is settle of what is answered with nobody. Of a query or a refused message
// about somebody who opted out nothing is kept but that it came; the answer is what it
// would have been.
func (d *Desk) settleAbout(ctx context.Context, m *message, who *iis.Person, reveals ...store.Audit) error {
	out, err := d.keeper.OptedOut(ctx, m.sub.Sender.ID, who)
	if err != nil {
		return err
	}
	if !out {
		return d.settle(m, reveals...)
	}
	if err := m.kept.Before(); err != nil {
		return err
	}
	m.testAs = "" // it is among no tests: whoever looks at those would learn of whom nothing is kept
	r := m.receipt(0, nil)
	r.Findings = nil
	if err := d.store.Write(context.WithoutCancel(ctx), func(tx *store.Tx) error { return tx.SettleErased(r, reveals...) }); err != nil {
		return err
	}
	return m.kept.Wait()
}

// seen is the audit line of what an answer reveals.
func (m *message) seen(person iis.PersonID) store.Audit {
	return store.Audit{
		At: m.now(), Actor: iis.Actor{Kind: "sender", Sender: m.sub.Sender.ID},
		Act: store.ActAnswerQuery, Person: person, Subject: int64(m.sub.ID),
	}
}

// candidates lists who may be meant, without their histories.
func (d *Desk) candidates(m *message, q *iz.Query, found []*store.Folder) error {
	persons := make([]iis.Person, 0, len(found))
	lines := make([]store.Audit, 0, len(found))
	for _, f := range found {
		p := f.Golden
		p.IDs = identifiers(f, m.sub.Sender.ID)
		persons = append(persons, p)
		lines = append(lines, m.seen(f.ID))
	}
	m.reply.Bytes = d.reply.Candidates(q, persons, d.codes)
	return d.settle(m, lines...)
}

// history is a folder in the asker's terms.
func history(f *store.Folder, asker iis.SenderID) iz.History {
	doses, others := record.History(f)
	h := iz.History{Person: f.Golden, Doses: make([]iz.HistoryDose, 0, len(doses)+len(others))}
	h.Person.IDs = identifiers(f, asker)
	for _, lines := range [][]record.Shown{doses, others} {
		for i := range lines {
			h.Doses = append(h.Doses, historyDose(f, &lines[i]))
		}
	}
	return h
}

// identifiers are the registry's own number for a person and those that the
// asker itself sent: another facility's numbers are not the asker's to know.
func identifiers(f *store.Folder, asker iis.SenderID) []iis.Identifier {
	out := []iis.Identifier{{Value: f.ID.Public(), Type: "SR", Authority: Name}}
	for _, s := range f.Sources {
		if s.Sender == asker {
			for _, id := range s.Person.IDs {
				if id.Type != "SR" && !slices.Contains(out, id) {
					out = append(out, id)
				}
			}
		}
	}
	return out
}

package chart

import (
	"context"
	"slices"

	"openiis/internal/fault"
	"openiis/internal/iis"
)

// ActCompareSource is what the audit says of a record of which someone compares one
// source with the others.
const ActCompareSource = "compare a source"

// SourceComparison is what one source says of a person beside what all others say.
type SourceComparison struct {
	Person iis.PersonID // by the number that it has now
	Name   string
	Source Source
	Others []Source // the others of the record, the newest word first
	Comparison
}

// CompareSource opens what one source says of a person (A) beside what all others
// of the record say (B), and marks what is the same and what is not. It is audited
// before it returns; fault.NotFound when the record is not there or has no such
// source, fault.Conflict when it has no other. Who may decide about it, its caller
// knows.
func (d *Desk) CompareSource(ctx context.Context, by iis.Actor, person iis.PersonID, source iis.SourceID) (*SourceComparison, error) {
	r, err := d.read(ctx, by, person, ActCompareSource)
	if err != nil {
		return nil, err
	}
	others := r.sources()
	at := slices.IndexFunc(others, func(s Source) bool { return s.ID == source })
	if at < 0 {
		return nil, fault.New(fault.NotFound, "This record has no such source (any more). Open the record again.")
	}
	if len(others) == 1 {
		return nil, fault.New(fault.Conflict, "This record has no other source. If it is another person’s, join the two records: say on its page that there is another record.")
	}
	out := &SourceComparison{Person: r.folder.ID, Source: others[at]}
	out.Others = slices.Delete(others, at, at+1)
	whole := &Record{}
	r.person(whole)
	out.Name = whole.Name
	one, rest := d.keeper.Without(r.folder, source)
	a, b := r.beside(one), r.beside(rest)
	out.A, out.B, out.Rows, out.Doses = a.Record, b.Record, compareRows(a, b), compareDoses(a.Doses, b.Doses)
	return out, nil
}

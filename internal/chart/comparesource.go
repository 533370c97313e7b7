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
	r, at, err := d.readSource(ctx, by, person, source)
	if err != nil {
		return nil, err
	}
	others := r.sources()
	if len(others) == 1 {
		return nil, fault.New(fault.Conflict, "This record has no other source. If it is another person’s, join the two records: say on its page that there is another record.")
	}
	out := &SourceComparison{Person: r.folder.ID, Source: others[at]}
	out.Others = slices.Delete(others, at, at+1)
	out.Name = r.name()
	one, rest := d.keeper.Without(r.folder, source)
	a, b := r.beside(one), r.beside(rest)
	out.A, out.B, out.Rows, out.Doses = a.Record, b.Record, compareRows(a, b), compareDoses(a.Doses, b.Doses)
	return out, nil
}

// CompareSourceWith opens what one source says of a person (A) beside the record of
// another (B), in which it may belong. Both records are audited before it returns;
// fault.NotFound when one is not there or the first has no such source, fault.Invalid
// when they are one record. Others is empty. Who may decide about it, its caller knows.
func (d *Desk) CompareSourceWith(ctx context.Context, by iis.Actor, person iis.PersonID, source iis.SourceID, other iis.PersonID) (*SourceComparison, error) {
	r, at, err := d.readSource(ctx, by, person, source)
	if err != nil {
		return nil, err
	}
	to, err := d.read(ctx, by, other, ActCompareSource)
	if err != nil {
		return nil, err
	}
	if to.folder.ID == r.folder.ID {
		return nil, fault.New(fault.Invalid, "This is the record in which it is already. Choose another.")
	}
	out := &SourceComparison{Person: r.folder.ID, Source: r.sources()[at], Name: r.name()}
	one, _ := d.keeper.Without(r.folder, source)
	a, b := r.beside(one), to.beside(to.folder)
	out.A, out.B, out.Rows, out.Doses = a.Record, b.Record, compareRows(a, b), compareDoses(a.Doses, b.Doses)
	return out, nil
}

// readSource reads a record of which one source is looked at, and its place among the
// sources.
func (d *Desk) readSource(ctx context.Context, by iis.Actor, person iis.PersonID, source iis.SourceID) (*reading, int, error) {
	r, err := d.read(ctx, by, person, ActCompareSource)
	if err != nil {
		return nil, 0, err
	}
	at := slices.IndexFunc(r.sources(), func(s Source) bool { return s.ID == source })
	if at < 0 {
		return nil, 0, fault.New(fault.NotFound, "This record has no such source (any more). Open the record again.")
	}
	return r, at, nil
}

// name is that of the person.
func (r *reading) name() string {
	whole := &Record{}
	r.person(whole)
	return whole.Name
}

package chart

import (
	"context"
	"slices"
	"strings"
	"time"

	"openiis/internal/cal"
	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/record"
)

// ActCompareDoses is what the audit says of a record of which someone compares two
// doses.
const ActCompareDoses = "compare doses"

// DoseComparison is two doses of one record beside each other, that may be one
// shot, with all that their reports say.
type DoseComparison struct {
	Person    iis.PersonID // by the number that it has now
	Name, Sex string
	Birth     cal.Date
	Protected bool
	Rows      []Compared
	A, B      []time.Time // when each report was received, the one that is shown first
}

// CompareDoses opens two doses of a record beside each other, and marks what is
// the same and what is not. It is audited before it returns; fault.NotFound when
// the record or one of the doses is not there. Who may decide about the two, its
// caller knows.
func (d *Desk) CompareDoses(ctx context.Context, by iis.Actor, person iis.PersonID, a, b iis.DoseID) (*DoseComparison, error) {
	r, err := d.read(ctx, by, person, ActCompareDoses)
	if err != nil {
		return nil, err
	}
	if r.partial() {
		return nil, errPartial
	}
	doses, _ := record.History(r.folder)
	var two [2][]*iis.SourceDose
	for i, id := range []iis.DoseID{a, b} {
		at := slices.IndexFunc(doses, func(s record.Shown) bool { return s.ID == id })
		if at < 0 {
			return nil, fault.New(fault.NotFound, "This dose is not in the record by itself (any more). Open the record again.")
		}
		two[i] = doses[at].Reports
	}
	who := &Record{}
	r.person(who)
	return &DoseComparison{
		Person: r.folder.ID, Name: who.Name, Birth: who.Birth, Sex: who.Sex, Protected: who.Protected,
		Rows: r.doseRows(two[0], two[1]), A: received(two[0]), B: received(two[1]),
	}, nil
}

// doseRows are what the reports of two doses say, what tells most first. What
// neither says has no row.
func (r *reading) doseRows(a, b []*iis.SourceDose) []Compared {
	var out []Compared
	for _, f := range []struct {
		label string
		of    func(*iis.SourceDose) string
	}{
		{"Vaccine", func(s *iis.SourceDose) string { name, _ := r.vaccine(&s.Dose); return name }},
		{"Brand", func(s *iis.SourceDose) string { _, brand := r.vaccine(&s.Dose); return brand }},
		{"Date", func(s *iis.SourceDose) string { return strings.Join(day(s.Dose.Date), "") }},
		{"Lot", func(s *iis.SourceDose) string { return short(s.Dose.Lot, maxShown) }},
		{"Manufacturer", func(s *iis.SourceDose) string { return r.maker(&s.Dose) }},
		{"Expires", func(s *iis.SourceDose) string { return strings.Join(day(s.Dose.Expiration), "") }},
		{"Amount, route and body site", func(s *iis.SourceDose) string { return r.how(&s.Dose) }},
		{"How much was given", completeness},
		{"Given or known of", r.knowledge},
		{"Where it was given", func(s *iis.SourceDose) string { return r.place(s.Dose.Location) }},
		{"Sent by", func(s *iis.SourceDose) string { return r.sender(s.Sender) }},
	} {
		out = appendRow(out, f.label, eachOnce(a, f.of), eachOnce(b, f.of))
	}
	return out
}

// eachOnce is what some reports say of one thing, in their order.
func eachOnce(reports []*iis.SourceDose, of func(*iis.SourceDose) string) []string {
	var out []string
	for _, s := range reports {
		if v := of(s); v != "" && !slices.Contains(out, v) {
			out = append(out, v)
		}
	}
	return out
}

func completeness(s *iis.SourceDose) string {
	if s.Dose.Completion == "PA" {
		return "In part only"
	}
	return ""
}

// knowledge is whether the one who reports a dose gave it.
func (r *reading) knowledge(s *iis.SourceDose) string {
	if s.Dose.Administered() {
		return "Administered"
	}
	return "Historical, " + r.history(s.Dose.InfoSource)
}

func received(reports []*iis.SourceDose) []time.Time {
	var out []time.Time
	for _, s := range reports {
		out = append(out, time.UnixMicro(s.Received).UTC())
	}
	return out
}

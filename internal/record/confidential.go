package record

import (
	"slices"
	"strings"

	"openiis/internal/iis"
	"openiis/internal/policy"
	"openiis/internal/store"
)

// Confidential reports that a dose is not for what families print, and for schools: its
// provider marked it on a page, or by its message, or the state's policy has it so. Who
// sees the record sees it, marked.
func Confidential(law *policy.Policy, f *store.Folder, s *Shown) bool {
	return MarkedConfidential(f, s) || law.Sharing.Confidential.Has(s.Dose.CVX, s.Dose.Date, f.Golden.Birth)
}

// MarkedConfidential is Confidential by a mark alone: of whoever marked a report of the
// dose last, or of a message.
func MarkedConfidential(f *store.Folder, s *Shown) bool {
	for _, report := range s.Reports {
		marked := slices.ContainsFunc(report.Dose.Observations, saysConfidential)
		for i := range f.Choices { // in the order in which they were made
			if c := &f.Choices[i]; !c.Kind.OfSharing() && c.Dose == report.Origin {
				marked = c.Kind == iis.Confides
			}
		}
		if marked {
			return true
		}
	}
	return false
}

// WithoutConfidential is a record as if nobody had reported what is confidential of it, and those
// doses: of who is told nothing of them, for how another dose was joined or judged may tell of them.
// What is due of their vaccine groups tells of them too, and is left out where it is told. What it
// was given is not changed.
func (k *Keeper) WithoutConfidential(law *policy.Policy, f *store.Folder) (*store.Folder, []Shown) {
	return k.lately().withoutConfidential(law, f)
}

func (t *trusted) withoutConfidential(law *policy.Policy, f *store.Folder) (*store.Folder, []Shown) {
	doses, others := History(f) // a refusal tells of its vaccine as a dose does
	hidden := slices.DeleteFunc(slices.Concat(doses, others), func(s Shown) bool { return !Confidential(law, f, &s) })
	if len(hidden) == 0 {
		return f, nil
	}
	out := *f
	out.Doses = slices.DeleteFunc(slices.Clone(f.Doses), func(d iis.SourceDose) bool {
		return slices.ContainsFunc(hidden, func(s Shown) bool {
			return slices.ContainsFunc(s.Reports, func(r *iis.SourceDose) bool { return r.Origin == d.Origin })
		})
	})
	t.derive(&out)
	return &out, hidden
}

// saysConfidential reports the mark of a dose that is confidential: its value is Y.
func saysConfidential(o iis.Observation) bool {
	return strings.EqualFold(o.Code.Code, iis.Confidential.Code.Code) && strings.EqualFold(o.Code.System, iis.Confidential.Code.System) &&
		(strings.EqualFold(o.Value.Code, "Y") || strings.EqualFold(o.Text, "Y"))
}

// SayConfidential is a dose that says that it is confidential, as a message does.
func SayConfidential(d *iis.Dose) *iis.Dose {
	if slices.ContainsFunc(d.Observations, saysConfidential) {
		return d
	}
	out := *d
	out.Observations = append(slices.Clone(d.Observations), iis.Confidential)
	return &out
}

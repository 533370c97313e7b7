package dedupe

import (
	"maps"

	"openiis/internal/iis"
)

// Senders are what kind of organization each sender is of.
type Senders map[iis.SenderID]iis.OrganizationKind

// From are the rules with what is known of the senders: whose word is taken first goes
// by that too (doses/trust.tsv). Without it every sender is any.
func (r *Rules) From(senders Senders) *Rules {
	out := *r
	out.senders = maps.Clone(senders)
	maps.DeleteFunc(out.senders, func(_ iis.SenderID, kind iis.OrganizationKind) bool { return !r.told[kind] })
	return &out
}

// heard is where a report has its knowledge from, and what kind of sender tells it;
// "" is any.
type heard struct {
	source string // RXA-9 (NIP001)
	sender iis.OrganizationKind
}

// trust is how far what is heard so is to be trusted.
type trust struct {
	rank uint64 // the higher comes first; 0: nothing is said of where it is known from
	why  string
}

// trusted is how far a report is to be trusted.
func (r *Rules) trusted(d *iis.SourceDose) trust {
	if kind, own := r.senders[d.Sender]; own {
		if t, ok := r.trust[heard{d.Dose.InfoSource, kind}]; ok {
			return t
		}
	}
	return r.trust[heard{d.Dose.InfoSource, ""}]
}

// WhyShown is why of two reports of one shot the first is shown and not the other, as a
// sentence for people: what rank and byRank go by.
func (r *Rules) WhyShown(shown, other *iis.SourceDose) string {
	a, b := r.fact(shown), r.fact(other)
	x, y := r.trusted(shown), r.trusted(other)
	switch {
	case a.wide() != b.wide():
		return "the report shown holds all that was given, and this one a part of it."
	case a.given != b.given:
		return "the report shown is from who gave it, and this one knows of it."
	case a.wholly() != b.wholly():
		return "this one says that not all of it was given."
	case x.rank != y.rank && y.why == "":
		return "this one does not say from where it is known."
	case x.rank != y.rank:
		return "the report shown is trusted more (" + x.why + "), and this one less (" + y.why + ")."
	case a.named() != b.named():
		return "this one does not say which vaccine it was, but what it was against."
	case a.detail() != b.detail():
		return "the report shown says more of the shot."
	case a.date != b.date:
		return "they are equally good, and the earlier day is shown."
	case a.equals(b):
		return "they say the same, and the latest is shown."
	}
	return "they are equally good, and one is chosen by a fixed order."
}

package dedupe

import (
	"slices"
	"strconv"

	"openiis/internal/codeset"
	"openiis/internal/iis"
)

// Shown is the dose that a record shows of the reports of one shot, of which the
// first leads. What that one leaves open is filled from reports of the very same
// vaccine and maker, in their order; lot, expiry, who gave it, and who paid for
// it only from those who gave it themselves. What a report says of the person's
// health (a reaction, an immunity) is never lost.
//
// It is the first report's own dose when there is nothing to fill: it must not
// be changed.
func Shown(reports []*iis.SourceDose) *iis.Dose {
	lead := &reports[0].Dose
	out := filling{Dose: lead}
	for _, r := range reports[1:] {
		if d := &r.Dose; samePackage(out.Dose, d) {
			out.fill(d)
		}
		out.health(&r.Dose)
	}
	return out.Dose
}

// samePackage reports two doses of one vaccine, and of one maker as far as both
// name it.
func samePackage(a, b *iis.Dose) bool {
	return a.CVX != "" && a.CVX == b.CVX && (a.MVX == "" || b.MVX == "" || a.MVX == b.MVX)
}

// filling is a dose that is copied before it is changed.
type filling struct {
	*iis.Dose
	own bool
}

func (f *filling) change() *iis.Dose {
	if !f.own {
		copied := *f.Dose
		copied.Observations = slices.Clone(copied.Observations)
		f.Dose, f.own = &copied, true
	}
	return f.Dose
}

// fill takes from another report what is not known yet. What belongs together is
// taken together: a number without its unit says nothing.
func (f *filling) fill(d *iis.Dose) {
	if f.MVX == "" && d.MVX != "" {
		to := f.change()
		to.MVX, to.Manufacturer = d.MVX, d.Manufacturer
	}
	if f.NDC == "" && d.NDC != "" {
		f.change().NDC = d.NDC
	}
	if f.Amount == "" && d.Amount != "" {
		to := f.change()
		to.Amount, to.Unit = d.Amount, d.Unit
	}
	if f.Route.IsZero() && !d.Route.IsZero() {
		f.change().Route = d.Route
	}
	if f.Site.IsZero() && !d.Site.IsZero() {
		f.change().Site = d.Site
	}
	if f.Location == "" && d.Location != "" {
		f.change().Location = d.Location
	}
	if d.Administered() {
		f.fillGiven(d)
	}
}

// fillGiven takes what only the one who gave a dose can tell.
func (f *filling) fillGiven(d *iis.Dose) {
	if f.Lot == "" && d.Lot != "" {
		to := f.change()
		to.Lot, to.Expiration, to.ExpirationMonth = d.Lot, d.Expiration, d.ExpirationMonth
	}
	if f.Expiration.IsZero() && !d.Expiration.IsZero() && foldLot(f.Lot) == foldLot(d.Lot) {
		to := f.change()
		to.Expiration, to.ExpirationMonth = d.Expiration, d.ExpirationMonth
	}
	if f.Administrator.IsZero() && !d.Administrator.IsZero() {
		f.change().Administrator = d.Administrator
	}
	if f.Orderer.IsZero() && !d.Orderer.IsZero() {
		f.change().Orderer = d.Orderer
	}
	for _, loinc := range []string{codeset.LOINCEligibility, codeset.LOINCFunding} {
		says := func(o iis.Observation) bool { return o.Code.Code == loinc }
		if i := slices.IndexFunc(d.Observations, says); i >= 0 && !slices.ContainsFunc(f.Observations, says) {
			f.add(d.Observations[i])
		}
	}
}

// health adds what a report says of the person's health and none before it did,
// with what stands beside it in its group (OBX-4).
func (f *filling) health(d *iis.Dose) {
	for i := range d.Observations {
		o := &d.Observations[i]
		if !codeset.IsHealth(o.Code.Code) || f.says(o) {
			continue
		}
		if o.Group == "" {
			f.add(*o)
			continue
		}
		var beside []iis.Observation
		for _, b := range d.Observations {
			if b.Group == o.Group && (b.Code.Code == o.Code.Code || !codeset.IsHealth(b.Code.Code)) {
				beside = append(beside, b)
			}
		}
		f.add(beside...)
	}
}

// says reports that an observation is there already.
func (f *filling) says(o *iis.Observation) bool {
	return slices.ContainsFunc(f.Observations, func(have iis.Observation) bool {
		return have.Code.Code == o.Code.Code && have.Value == o.Value && have.Text == o.Text
	})
}

// add adds observations of one group of another report, as a group of their own.
func (f *filling) add(list ...iis.Observation) {
	to := f.change()
	group := 1
	for _, o := range to.Observations {
		if n, err := strconv.Atoi(o.Group); err == nil {
			group = max(group, n+1)
		}
	}
	for _, o := range list {
		o.Group = strconv.Itoa(group)
		to.Observations = append(to.Observations, o)
	}
}

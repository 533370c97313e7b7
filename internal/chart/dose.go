package chart

import (
	"slices"
	"sort"
	"time"

	"openiis/internal/cal"
	"openiis/internal/codeset"
	"openiis/internal/dedupe"
	"openiis/internal/iis"
	"openiis/internal/record"
)

// groups puts doses, which are in order of date, under each vaccine group that
// they count for. Groups are in the order of their names; what belongs to none
// comes last.
func groups(doses []Dose) []Group {
	var out []Group
	for _, d := range doses {
		for _, name := range d.Groups {
			i := slices.IndexFunc(out, func(g Group) bool { return g.Name == name })
			if i < 0 {
				i = len(out)
				out = append(out, Group{Name: name})
			}
			out[i].Doses = append(out[i].Doses, d)
		}
	}
	sort.Slice(out, func(i, j int) bool {
		if last := out[j].Name == noGroup; last != (out[i].Name == noGroup) {
			return last
		}
		return out[i].Name < out[j].Name
	})
	return out
}

// dose puts one shot into words.
func (r *reading) dose(s record.Shown) Dose {
	d := s.Dose
	out := Dose{
		ID: s.ID, Date: d.Date, Age: age(r.folder.Golden.Birth, d.Date), Lot: short(d.Lot, maxShown), Expiration: d.Expiration,
		Maker: r.maker(d), How: r.how(d), GivenHere: d.Administered(), By: r.sender(s.Reports[0].Sender),
		AlsoBy: r.alsoBy(s), Partial: d.Completion == "PA", Notes: r.notes(d), Groups: r.groupNames(d.CVX),
	}
	out.Vaccine, out.Product = r.vaccine(d)
	if !out.GivenHere {
		out.History = r.history(d.InfoSource)
	}
	if where := r.place(d.Location); where != out.By {
		out.Where = where
	}
	if len(s.Reports) > 1 {
		for i, report := range s.Reports {
			told := r.report(report)
			if report.Dose.Date != d.Date {
				told.OtherDay = report.Dose.Date
			}
			if 0 < i && i <= len(s.Rules) {
				told.Why = dedupe.Say(s.Rules[i-1])
			}
			if i > 0 {
				told.NotShown = r.d.keeper.WhyShown(s.Reports[0], report)
			}
			out.Reports = append(out.Reports, told)
		}
		if len(s.Rules) == 0 { // joined by older rules
			out.Why = sentence(s.Rule) + "."
		}
	}
	out.BeforeLive = !slices.ContainsFunc(s.Reports, func(d *iis.SourceDose) bool { return !r.beforeLive(d) })
	for _, report := range s.Reports {
		if number := report.Dose.EnteredAs(); number != "" {
			out.Entered = append(out.Entered, Entered{number, report.Sender, r.sender(report.Sender)})
		}
	}
	for _, doubt := range s.Doubts {
		out.Review = append(out.Review, Doubt{doubt.Other, r.dayOf(doubt.Other), dedupe.Say(doubt.Rule)})
	}
	if s.Review && len(s.Doubts) == 0 { // by older rules
		out.Review = []Doubt{{Why: "Another report of the same day agrees with it in part."}}
	}
	return out
}

// reportedHere reports a dose that the reader's site reported.
func (r *reading) reportedHere(s *record.Shown) bool {
	return slices.ContainsFunc(s.Reports, func(d *iis.SourceDose) bool { return r.by.Owns(d.Sender) })
}

// dayOf is the day of another dose of the record; None when it is not there.
func (r *reading) dayOf(id iis.DoseID) cal.Date {
	for i := range r.folder.Consolidated {
		if c := &r.folder.Consolidated[i]; c.ID == id {
			for k := range r.folder.Doses {
				if d := &r.folder.Doses[k]; d.Origin == c.Primary {
					return d.Dose.Date
				}
			}
		}
	}
	return cal.None
}

// place is where a dose was given: a sender's name when it was sent as the
// registry's code for one, else as it was sent.
func (r *reading) place(sent string) string { return orElse(r.places[sent], short(sent, maxShown)) }

// beforeLive reports that a report came before its sender went live.
func (r *reading) beforeLive(s *iis.SourceDose) bool {
	return r.histories.BeforeLive(s.Sender, time.UnixMicro(s.Received))
}

// report puts one report of a shot into words.
func (r *reading) report(s *iis.SourceDose) DoseReport {
	out := DoseReport{By: r.sender(s.Sender), GivenHere: s.Dose.Administered(), Lot: short(s.Dose.Lot, maxShown), Received: time.UnixMicro(s.Received).UTC(), BeforeLive: r.beforeLive(s)}
	out.Vaccine, _ = r.vaccine(&s.Dose)
	if !out.GivenHere {
		out.History = r.history(s.Dose.InfoSource)
	}
	return out
}

// vaccine is what was given: CDC's short name in plain words, and the brand, or what was sent when the code is not
// known.
func (r *reading) vaccine(d *iis.Dose) (name, product string) {
	v, ok := r.d.codes.CVX(d.CVX)
	if !ok {
		return orElse(sent(d.Vaccine), "Vaccine not known"), ""
	}
	if d.MVX != "" {
		if names := r.d.codes.TradeNames(d.CVX, d.MVX); len(names) == 1 {
			product = names[0].Name
		}
	}
	return v.Plain(), product
}

func (r *reading) maker(d *iis.Dose) string {
	if m, ok := r.d.codes.MVX(d.MVX); ok {
		return m.Name
	}
	return sent(d.Manufacturer)
}

// how is amount, route and body site: "0.5 mL, intramuscular, left deltoid".
func (r *reading) how(d *iis.Dose) string {
	amount := ""
	if d.Amount != "" {
		unit := sent(d.Unit)
		if e, ok := r.d.codes.Unit(d.Unit); ok {
			unit = e.Code // mL is what people write
		}
		amount = join(" ", d.Amount, unit)
	}
	route, ok := r.d.codes.Route(d.Route)
	site, known := r.d.codes.Site(d.Site)
	return join(", ", amount, found(route, ok, d.Route), found(site, known, d.Site))
}

// history is where the knowledge of a dose comes from that its reporter did not
// give.
func (r *reading) history(source string) string {
	switch source {
	case "02":
		return "from another provider"
	case "03":
		return "from a parent’s written record"
	case "04":
		return "from a parent’s memory"
	case "05":
		return "from another registry"
	case "06":
		return "from a birth certificate"
	case "07":
		return "from a school record"
	case "08":
		return "from a public agency"
	}
	return "source not said"
}

// alsoBy are the others who report the same shot, each once.
func (r *reading) alsoBy(s record.Shown) []string {
	var out []string
	for _, d := range s.Reports[1:] {
		name := r.sender(d.Sender)
		if d.Sender != s.Reports[0].Sender && !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	return out
}

// groupNames are the vaccine groups of a code in plain words, at least one.
func (r *reading) groupNames(cvx string) []string {
	var out []string
	for _, g := range r.d.codes.Groups(cvx) {
		out = append(out, groupName(g))
	}
	if len(out) == 0 {
		return []string{noGroup}
	}
	return out
}

// vaccineOf names the vaccine of a refusal.
func (r *reading) vaccineOf(d *iis.Dose) string {
	if d.CVX == codeset.NoVaccine {
		return "Vaccine not said"
	}
	return r.groupOr(d)
}

// groupOr names a vaccine by its group when its code stands for the whole group.
func (r *reading) groupOr(d *iis.Dose) string {
	if v, ok := r.d.codes.CVX(d.CVX); ok {
		for _, g := range v.Groups {
			if g.CVX == v.CVX {
				return groupName(g.Name)
			}
		}
	}
	name, _ := r.vaccine(d)
	return name
}

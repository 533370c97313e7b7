package iz

import (
	"regexp"

	"openiis/internal/codeset"
	"openiis/internal/iis"
)

// order writes one order group: ORC, RXA, RXR and the observations.
func (w *writer) order(h *HistoryDose) {
	d := &h.Dose
	w.orc(h)
	w.rxa(d)
	w.rxr(d)
	w.observations(d.Observations)
}

func (w *writer) orc(h *HistoryDose) {
	d := &h.Dose
	w.b.Segment("ORC").Field(1, "RE")
	if d.Placer.ID != "" && d.Placer.Authority != "" {
		w.b.Field(2, ei(d.Placer)...)
	}
	w.b.Field(3, ei(w.filler(h))...)
	w.encoded(10, w.xcn(d.Enterer))
	w.encoded(12, w.xcn(d.Orderer))
	w.b.Field(17, ce(d.EnteringOrg, "")...)
}

// filler is the key of the event: the source's own, or else ours. A refusal or
// a fact has no event to number, and the guide wants its constant (IZ-45).
func (w *writer) filler(h *HistoryDose) iis.Ref {
	own := h.Dose.Filler
	switch {
	case h.Dose.Kind == iis.Refusal || h.Dose.Kind == iis.Fact:
		return iis.Ref{ID: iis.NotAKey, Authority: first(own.Authority, w.r.Facility)}
	case own.ID != "" && own.ID != iis.NotAKey && own.Authority != "":
		return own
	}
	return iis.Ref{ID: h.ID, Authority: w.r.Facility}
}

// ei is an identifier as the components of EI.
func ei(r iis.Ref) []string { return append([]string{r.ID}, hd(r.Authority)...) }

// xcn is a provider, encoded; "" when there is neither a name nor a number that
// says who gave it. A number goes only with its authority and type (XCN_IZ.9, .13).
func (w *writer) xcn(p iis.Provider) string {
	authority, kind := hdComponent(p.Authority), w.guide("0203", p.IDType)
	if p.ID == "" || authority == "" || kind == "" {
		p.ID, authority, kind = "", "", ""
	}
	if p.ID == "" && p.Family == "" && p.Given == "" {
		return ""
	}
	return join(escaped(p.ID), escaped(p.Family), escaped(p.Given), escaped(p.Middle), escaped(p.Suffix), "", "", "",
		authority, w.guide("0200", p.NameType), "", "", kind, "", "", "", "", "", "", "", escaped(p.Degree))
}

// rxa writes the event. What only a given dose has (RXA-9) and only a refusal
// has (RXA-18) stays with them; the completion status says which it is.
func (w *writer) rxa(d *iis.Dose) {
	amount, unit := w.amount(d)
	w.b.Segment("RXA").
		Field(1, "0").
		Field(2, "1").
		Field(3, d.Date.Compact()).
		Field(5, w.vaccine(d)...).
		Field(6, amount).
		Field(7, unit...)
	if d.Kind == iis.Given {
		w.b.Field(9, w.coded(iis.Coded{Code: d.InfoSource}, "NIP001", "NIP001")...)
	}
	w.encoded(10, w.xcn(d.Administrator))
	if d.Location != "" {
		w.encoded(11, join("", "", "", hdComponent(d.Location)))
	}
	w.b.Field(15, d.Lot).Field(16, d.Expiration.Compact()).Field(17, w.maker(d)...)
	if d.Kind == iis.Refusal {
		var reasons [][]string
		for _, c := range d.Refused {
			reasons = append(reasons, w.coded(c, "NIP002", "NIP002"))
		}
		w.reps(18, reasons...)
	}
	w.b.Field(19, ce(d.Indication, "")...).Field(20, completion(d))
	if d.CVX != codeset.NoVaccine {
		w.b.Field(21, string(iis.Add))
	}
	if timeStamp.MatchString(d.Entered) {
		w.b.Field(22, d.Entered)
	}
}

var timeStamp = regexp.MustCompile(`^[0-9]{4}([0-9]{2}){0,5}(\.[0-9]{1,4})?([+-][0-9]{4})?$`)

// completion is RXA-20 as the kind of the report demands. Doses are complete
// when nobody said otherwise.
func completion(d *iis.Dose) string {
	switch {
	case d.Kind == iis.Refusal:
		return "RE"
	case d.Kind == iis.Fact:
		return "NA"
	case d.Completion == "PA":
		return "PA"
	}
	return "CP"
}

// vaccine is RXA-5: the CVX code with the package number as the alternate, or
// what else names the vaccine.
func (w *writer) vaccine(d *iis.Dose) []string {
	v := d.Vaccine
	switch {
	case d.CVX != "":
		known, _ := w.t.CVX(d.CVX)
		out := []string{d.CVX, textOf(v, d.CVX, known.Short), "CVX"}
		if d.NDC != "" {
			return append(out, d.NDC, ndcText(v, d.NDC), "NDC")
		}
		for _, t := range triplets(v) {
			if name := system(t[2]); name != "" && t[0] != "" && t[0] != d.CVX && name != "CVX" {
				return append(out, t[0], t[1], name)
			}
		}
		return out
	case d.NDC != "":
		return []string{d.NDC, ndcText(v, d.NDC), "NDC"}
	case d.CPT != "":
		return []string{d.CPT, textOf(v, d.CPT, ""), "C4"}
	}
	return ce(v, "")
}

// ndcText is the text sent with a package number, which may have come in
// another spelling than the one it is kept in.
func ndcText(v iis.Coded, ndc string) string {
	for _, t := range triplets(v) {
		if t[2] == "NDC" {
			return t[1]
		}
	}
	return textOf(v, ndc, "")
}

// amount is RXA-6 and RXA-7. An amount without a unit that we may send says
// nothing: it is 999, unknown, and so is that of whatever was not given.
func (w *writer) amount(d *iis.Dose) (amount string, unit []string) {
	const unknown = "999"
	if d.Kind != iis.Given || d.CVX == codeset.NoVaccine || d.Amount == unknown || !isDecimal(d.Amount) {
		return unknown, nil
	}
	unit = w.unit(d.Unit)
	if unit == nil {
		return unknown, nil
	}
	return d.Amount, unit
}

// unit is a UCUM unit of the guide.
func (w *writer) unit(c iis.Coded) []string {
	e, ok := w.t.Unit(c)
	if !ok || !e.Guide {
		return nil
	}
	return []string{e.Code, textOf(c, e.Code, e.Meaning), "UCUM"}
}

// maker is RXA-17, for makers that the list of MVX codes has.
func (w *writer) maker(d *iis.Dose) []string {
	m, ok := w.t.MVX(first(d.MVX, d.Manufacturer.Code))
	if !ok {
		return nil
	}
	return []string{m.MVX, textOf(d.Manufacturer, m.MVX, m.Name), "MVX"}
}

// rxr writes route and site. A site without a route has no segment to stand in,
// for RXR-1 is required.
func (w *writer) rxr(d *iis.Dose) {
	route, ok := w.t.Route(d.Route)
	if !ok || !route.Guide {
		return
	}
	w.b.Segment("RXR").Field(1, route.Code, textOf(d.Route, route.Code, route.Meaning), "NCIT")
	if site, ok := w.t.Site(d.Site); ok && site.Guide {
		w.b.Field(2, site.Code, textOf(d.Site, site.Code, site.Meaning), "HL70163")
	}
}

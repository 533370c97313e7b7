package iz

import (
	"openiis/internal/codeset"
	"openiis/internal/iis"
)

// order writes one order group: ORC, RXA, RXR and the observations.
func (w *writer) order(h *HistoryDose) {
	d := h.Dose
	w.orc(h)
	w.rxa(d)
	w.rxr(d)
	w.observations(d, 0)
}

func (w *writer) orc(h *HistoryDose) {
	d := h.Dose
	w.b.Segment("ORC").Field(1, "RE")
	if d.Placer.ID != "" && d.Placer.Authority != "" {
		w.ei(2, d.Placer)
	}
	w.ei(3, w.filler(h))
	w.xcn(10, d.Enterer)
	w.xcn(12, d.Orderer)
	w.ce(16, ce{"", w.reason})
	w.ce(17, sent(&d.EnteringOrg, ""))
}

// filler is the key of the event: the source's own, or else ours. A refusal or
// a fact has no event to number, and the guide wants its constant (IZ-45); one that
// was entered on a page is withdrawn by its number.
func (w *writer) filler(h *HistoryDose) iis.Ref {
	own := h.Dose.Filler
	switch {
	case w.reports && own.Authority == iis.RegistryAuthority && own.ID != "":
		return own
	case h.Dose.Kind == iis.Refusal || h.Dose.Kind == iis.Fact:
		return iis.Ref{ID: iis.NotAKey, Authority: first(own.Authority, w.r.Facility)}
	case own.ID != "" && own.ID != iis.NotAKey && own.Authority != "":
		return own
	}
	return iis.Ref{ID: h.ID, Authority: w.r.Facility}
}

// ei writes an identifier as field n of type EI.
func (w *writer) ei(n int, r iis.Ref) {
	w.b.Field(n, r.ID)
	if isOID(r.Authority) {
		w.b.Comp(3, r.Authority).Comp(4, "ISO")
		return
	}
	w.b.Comp(2, r.Authority)
}

// xcn writes a provider as field n, unless there is neither a name nor a number
// that says who gave it. A number goes only with its authority and type
// (XCN_IZ.9, .13).
func (w *writer) xcn(n int, p iis.Provider) {
	kind := w.guide("0203", p.IDType)
	numbered := p.ID != "" && p.Authority != "" && kind != ""
	if !numbered {
		p.ID, p.Authority, kind = "", "", ""
	}
	if !numbered && p.Family == "" && p.Given == "" {
		return
	}
	w.b.Field(n, p.ID, p.Family, p.Given, p.Middle, p.Suffix)
	w.hdComponent(9, p.Authority)
	w.b.Comp(10, w.guide("0200", p.NameType)).Comp(13, kind).Comp(21, p.Degree)
}

// rxa writes the event. What only a given dose has (RXA-9) and only a refusal
// has (RXA-18) stays with them; the completion status says which it is.
func (w *writer) rxa(d *iis.Dose) {
	amount, unit := w.amount(d)
	w.b.Segment("RXA").Field(1, "0").Field(2, "1").Field(3, stampNZ(d.Date, d.Time))
	w.ce(5, w.vaccine(d))
	w.b.Field(6, amount)
	w.ce(7, unit)
	if d.Kind == iis.Given {
		w.ce(9, w.coded(&iis.Coded{Code: d.InfoSource}, "NIP001", "NIP001"))
	}
	w.xcn(10, d.Administrator)
	if d.Location != "" {
		w.b.Field(11)
		w.hdComponent(4, d.Location)
	}
	w.b.Field(15, d.Lot).Field(16, expiration(d))
	w.ce(17, w.maker(d))
	if d.Kind == iis.Refusal {
		for i := range d.Refused {
			reason := w.coded(&d.Refused[i], "NIP002", "NIP002")
			w.b.Add(18, reason[:]...)
		}
	}
	w.ce(19, sent(&d.Indication, ""))
	w.b.Field(20, completion(d))
	if d.CVX != codeset.NoVaccine {
		w.b.Field(21, string(w.action(d)))
	}
	if isTimeStamp(d.Entered) {
		w.b.Field(22, d.Entered)
	}
}

// action is RXA-21.
func (w *writer) action(d *iis.Dose) iis.Action {
	if w.reports && d.Action != "" {
		return d.Action
	}
	return iis.Add
}

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

// expiration is RXA-16, a month when the source named no day of it.
func expiration(d *iis.Dose) string {
	day := d.Expiration.Compact()
	if d.ExpirationMonth && day != "" {
		return day[:len("YYYYMM")]
	}
	return day
}

// vaccine is RXA-5: the CVX code with the package number as the alternate, or
// what else names the vaccine.
func (w *writer) vaccine(d *iis.Dose) ce {
	v := &d.Vaccine
	switch {
	case d.CVX != "":
		known, _ := w.t.CVX(d.CVX)
		out := ce{d.CVX, textOf(v, d.CVX, known.Short), "CVX"}
		out[3], out[4], out[5] = otherCode(d)
		return out
	case d.NDC != "":
		return ce{d.NDC, ndcText(v, d.NDC), "NDC"}
	case d.CPT != "":
		return ce{d.CPT, textOf(v, d.CPT, ""), "C4"}
	}
	return ownCode(w.t, v)
}

// ownCode is a vaccine that only a code of its sender's own names: unknown in CVX,
// with the code as it came beside it. Alone it might be taken for one of CVX.
func ownCode(t *codeset.Tables, v *iis.Coded) ce {
	if v.IsZero() {
		return ce{}
	}
	unknown, _ := t.CVX(codeset.UnknownVaccine)
	out := ce{unknown.CVX, unknown.Short, "CVX"}
	out[3], out[4], out[5] = codeBeside(v)
	return out
}

// codeBeside is the first code as it came that says more than that the vaccine is
// unknown.
func codeBeside(v *iis.Coded) (code, text, name string) {
	for _, t := range triplets(v) {
		if t[0] != "" && t[0] != codeset.UnknownVaccine {
			return t[0], t[1], t[2]
		}
	}
	return "", "", ""
}

// otherCode is what else names a vaccine whose CVX code is known: its package
// number, or the other code that was sent.
func otherCode(d *iis.Dose) (code, text, name string) {
	if d.NDC != "" {
		return d.NDC, ndcText(&d.Vaccine, d.NDC), "NDC"
	}
	if d.CVX == codeset.UnknownVaccine {
		return codeBeside(&d.Vaccine)
	}
	for _, t := range triplets(&d.Vaccine) {
		if name := system(t[2]); name != "" && t[0] != "" && t[0] != d.CVX && name != "CVX" {
			return t[0], t[1], name
		}
	}
	return "", "", ""
}

// ndcText is the text sent with a package number, which may have come in
// another spelling than the one it is kept in.
func ndcText(v *iis.Coded, ndc string) string {
	for _, t := range triplets(v) {
		if t[2] == "NDC" {
			return t[1]
		}
	}
	return textOf(v, ndc, "")
}

// amount is RXA-6 and RXA-7. The unit is required beside an amount, and none is
// invented: an amount without one is sent as 999, unknown (IG 1.5, RXA-6 and
// RXA-7), and so is that of whatever was not given.
func (w *writer) amount(d *iis.Dose) (amount string, unit ce) {
	const unknown = "999"
	if d.Kind != iis.Given || d.CVX == codeset.NoVaccine || d.Amount == unknown || !isDecimal(d.Amount) {
		return unknown, ce{}
	}
	if unit = w.unit(&d.Unit); unit == (ce{}) {
		return unknown, ce{}
	}
	return d.Amount, unit
}

// unit is a UCUM unit; zero for anything else. The guide names all of UCUM;
// NIST's list of it has measures of volume and mass only, and no international
// units, in which immune globulins are measured.
func (w *writer) unit(c *iis.Coded) ce {
	e, ok := w.t.Unit(*c)
	if !ok {
		return ce{}
	}
	return entry(&e, c, "UCUM")
}

// maker is RXA-17, for makers that the list of MVX codes has.
func (w *writer) maker(d *iis.Dose) ce {
	m, ok := w.t.MVX(first(d.MVX, d.Manufacturer.Code))
	if !ok {
		return ce{}
	}
	return ce{m.MVX, textOf(&d.Manufacturer, m.MVX, m.Name), "MVX"}
}

// rxr writes route and site. A site without a route has no segment to stand in,
// for RXR-1 is required.
func (w *writer) rxr(d *iis.Dose) {
	route, ok := w.t.Route(d.Route)
	if !ok || !route.Guide {
		return
	}
	w.b.Segment("RXR")
	w.ce(1, entry(&route, &d.Route, "NCIT"))
	if site, ok := w.t.Site(d.Site); ok && site.Guide {
		w.ce(2, entry(&site, &d.Site, "HL70163"))
	}
}

package iz

import (
	"strings"
	"time"

	"openiis/internal/cal"
	"openiis/internal/codeset"
	"openiis/internal/hl7"
	"openiis/internal/iis"
)

// noVaccine is the CVX code of an order group that reports a fact, not a
// vaccine (IG 1.5, RXA-5).
const noVaccine = codeset.NoVaccine

// what reads the rest of RXA that describes what was given, and how far.
func (r *reader) what(rxa hl7.Segment, d *iis.Dose) {
	r.amount(rxa, d)
	r.informationSource(rxa, d)
	d.Lot = r.lot(rxa)
	r.expiration(rxa, d)
	r.manufacturer(rxa, d)
	d.Refused = r.codedList(rxa, 18, nil)
	coded(rxa.Field(19), &d.Indication)
	d.Completion = r.completion(rxa)
	d.Action = r.action(rxa)
	d.Entered = text(rxa.Field(22))
}

// kindOf decides what the group reports (IG 1.5, RXA-20). A refusal that does not
// say so is known by its reason, beside an unknown amount that the sender did
// not give.
func kindOf(d *iis.Dose) iis.DoseKind {
	unsaidRefusal := d.Completion == "" && len(d.Refused) > 0 && d.Amount == "" && !d.Administered()
	switch {
	case d.Completion == "RE" || unsaidRefusal:
		return iis.Refusal
	case d.Completion == "NA" || d.CVX == noVaccine:
		return iis.Fact
	}
	return iis.Given
}

// amount reads RXA-6 and RXA-7; 999 is unknown (IG 1.5, RXA-6).
func (r *reader) amount(rxa hl7.Segment, d *iis.Dose) {
	coded(rxa.Field(7), &d.Unit)
	v := text(rxa.Field(6))
	switch {
	case v == "":
	case !isDecimal(v):
		r.find(ruleAmountUnreadable, rxa.AtField(6, 0, 0))
	default:
		whole, fraction, _ := strings.Cut(v, ".")
		if strings.TrimLeft(whole, "0") != "999" || strings.Trim(fraction, "0") != "" {
			d.Amount = v
		}
	}
}

// isDecimal reports a number as RXA-6 may hold it: digits with at most one
// point.
func isDecimal(s string) bool {
	whole, fraction, pointed := strings.Cut(s, ".")
	if len(s) > 16 || (whole == "" && fraction == "") {
		return false
	}
	return (whole == "" || allDigits(whole)) && (!pointed || fraction == "" || allDigits(fraction))
}

// informationSource finds the NIP001 code among the repetitions of RXA-9,
// wherever it stands; the others are notes (IG 1.5, RXA-9).
func (r *reader) informationSource(rxa hl7.Segment, d *iis.Dose) {
	for n, rep := range rxa.Field(9).All() {
		if r.capped(rxa, 9, n) {
			break
		}
		var c iis.Coded
		coded(rep, &c)
		source, isCode := nip001(c)
		switch {
		case source != "" && d.InfoSource == "":
			d.InfoSource = source
		case source != "":
		case isCode:
			r.find(ruleSourceUnknown, rxa.AtField(9, n, 1))
		case c.Text != "":
			d.Notes = append(d.Notes, c.Text)
		case c.Code != "":
			d.Notes = append(d.Notes, c.Code)
		}
	}
}

// nip001 is the information source that a repetition of RXA-9 names: 00 to 08.
// isCode tells a code that is none of these from a note.
func nip001(c iis.Coded) (source string, isCode bool) {
	if c.Code == "" {
		return "", false
	}
	system := strings.ToUpper(c.System)
	named := strings.HasPrefix(system, "NIP") || strings.HasPrefix(system, "HL7")
	if !named && system != "" {
		return "", false
	}
	digits := c.Code
	if len(digits) == 1 {
		digits = "0" + digits
	}
	if len(digits) != 2 || digits[0] != '0' || digits[1] < '0' || digits[1] > '8' {
		return "", named || len(c.Code) <= 2
	}
	return digits, true
}

// lot is the first lot number of RXA-15.
func (r *reader) lot(rxa hl7.Segment) string {
	first := ""
	for n, rep := range rxa.Field(15).All() {
		s := content(rep)
		switch {
		case s == "":
		case first == "":
			first = s
		case s != first:
			r.find(ruleLotRepeated, rxa.AtField(15, n, 0))
			return first
		}
	}
	return first
}

// expiration reads RXA-16: the last day of use, or the month whose last day that
// is.
func (r *reader) expiration(rxa hl7.Segment, d *iis.Dose) {
	v := text(rxa.Field(16))
	if v == "" {
		return
	}
	if first, ok := readMonth(v); ok {
		d.Expiration, d.ExpirationMonth = first.AddMonths(1).AddDays(-1), true
		return
	}
	d.Expiration, _ = r.readMoment(v, rxa, 16, ruleExpiryUnreadable)
}

// readMonth is the first day of a month that was sent without a day.
func readMonth(s string) (first cal.Date, ok bool) {
	if len(s) == len("YYYY-MM") && s[4] == '-' {
		s = s[:4] + s[5:]
	}
	if len(s) != len("YYYYMM") {
		return cal.None, false
	}
	first = cal.ParseCompact(s + "01")
	return first, !first.IsZero()
}

// manufacturer reads RXA-17. An unknown code is kept: companies merge, and
// lists are late.
func (r *reader) manufacturer(rxa hl7.Segment, d *iis.Dose) {
	c := &d.Manufacturer
	coded(rxa.Field(17), c)
	at := 1
	code := c.Code
	if !isMVX(c.System) || code == "" {
		at, code = 4, c.AltCode
		if !isMVX(c.AltSystem) || code == "" {
			return
		}
	}
	if m, ok := r.codes.MVX(code); ok {
		d.MVX = m.MVX
		return
	}
	d.MVX = strings.ToUpper(code)
	r.find(ruleMakerUnknown, rxa.AtField(17, 1, at))
}

// isMVX reports a code system that names the list of manufacturers, or nothing.
func isMVX(system string) bool {
	switch strings.ToUpper(system) {
	case "", "MVX", "HL70227", "0227":
		return true
	}
	return false
}

// completion reads RXA-20 (table 0322); empty is CP.
func (r *reader) completion(rxa hl7.Segment) string {
	switch v := strings.ToUpper(text(rxa.Field(20))); v {
	case "", "CP", "PA", "NA", "RE":
		return v
	}
	r.find(ruleCompletionUnknown, rxa.AtField(20, 0, 0))
	return ""
}

// action reads RXA-21 (table 0323); empty is A.
func (r *reader) action(rxa hl7.Segment) iis.Action {
	switch v := iis.Action(strings.ToUpper(text(rxa.Field(21)))); v {
	case "", iis.Add, iis.Update, iis.Delete:
		return v
	}
	r.find(ruleActionUnknown, rxa.AtField(21, 0, 0))
	return ""
}

// outside reads an OBX before any order group, as HL7 v2.8 allows. Facts about
// the person (IG 1.5, OBX-3) become orders of their own, dated by the
// observation or else by the message; an OBX that shares such a fact's OBX-4
// belongs to it. The rest is passed over.
func (g *grouping) outside(obx hl7.Segment) {
	o, isFact := iis.Observation{}, codeset.IsHealth(text(obx.Field(3)))
	if (isFact || g.fact > 0) && !g.observation(obx, &o) {
		return
	}
	if g.fact > 0 && o.Group != "" {
		if d := &g.orders[g.fact-1].Dose; d.Observations[0].Group == o.Group && len(d.Observations) < maxObservations {
			d.Observations = append(d.Observations, o)
			return
		}
	}
	on := o.On
	if on.IsZero() && g.written != (time.Time{}) {
		on = cal.On(g.written)
	}
	if !isFact || on.IsZero() || g.sent >= maxGroups {
		g.find(ruleOBXOutside, obx.At())
		return
	}
	g.sent++
	g.orders = append(g.orders, Order{
		Number: len(g.orders) + 1, Where: obx.At(), Usable: true,
		Dose: iis.Dose{Kind: iis.Fact, Date: on, CVX: noVaccine, Observations: []iis.Observation{o}},
	})
	g.fact = len(g.orders)
}

// observation reads an OBX into o, which is empty, and reports whether it says
// anything.
func (r *reader) observation(obx hl7.Segment, o *iis.Observation) bool {
	coded(obx.Field(3), &o.Code)
	o.Type = strings.ToUpper(text(obx.Field(2)))
	if o.Code.IsZero() {
		r.find(ruleOBXCodeMissing, obx.AtField(3, 0, 0))
		return false
	}
	if obx.Field(5).IsEmpty() || obx.Field(5).IsNull() {
		r.find(ruleOBXValueMissing, obx.AtField(5, 0, 0))
		return false
	}
	if r.observed(obx, o); o.Value.IsZero() && o.Text == "" { // a code system alone
		r.find(ruleOBXValueMissing, obx.AtField(5, 0, 0))
		return false
	}
	o.Group = text(obx.Field(4))
	coded(obx.Field(6), &o.Unit)
	o.On, o.Time = r.moment(obx, 14)
	coded(obx.Field(17), &o.Method)
	return true
}

// observed reads OBX-5 by its type, OBX-2. With a type that is missing or
// unknown, a value of several components is taken for a coded one.
func (r *reader) observed(obx hl7.Segment, o *iis.Observation) {
	v := obx.Field(5)
	switch o.Type {
	case "CE", "CWE", "CNE", "CF":
		coded(v, &o.Value)
	case "DT", "TS", "DTM":
		o.Text = words(v)
		sent := text(v)
		d, form := readDay(sent)
		if form == badDay {
			r.find(ruleOBXDateUnreadable, obx.AtField(5, 0, 0))
			return
		}
		if o.Text = d.Compact(); o.Type != "DT" {
			o.Text += timeOfDay(afterDay(sent, form))
		}
	case "ST", "TX", "FT", "NM", "SN", "ID", "IS", "SI", "TM", "CX", "EI", "ED", "RP", "XCN", "XPN", "XAD", "XTN":
		o.Text = words(v)
	default:
		r.find(ruleOBXTypeUnknown, obx.AtField(2, 0, 0))
		if v.Comps() > 1 {
			o.Type = "CE"
			coded(v, &o.Value)
			return
		}
		o.Type, o.Text = "ST", words(v)
	}
}

package check

import (
	"openiis/internal/cal"
	"openiis/internal/codeset"
	"openiis/internal/iis"
)

// dose is an order group with what was read from it, and what several rules ask
// of it. What is unknown, or no dose was given, is zero.
type dose struct {
	*order
	*iis.Dose
	entered cal.Date        // RXA-22
	use     *use            // of the vaccine, when the day is known
	vaccine codeset.Vaccine // RXA-5 in CVX
	lot     word            // RXA-15
	routed  way             // RXR-1
	proper  way             // how the vaccine is given
}

// doses has every dose that is not withdrawn looked at. The order groups that reading
// found and ours are the same, but for those without an RXA or beyond a limit.
func (r *run) doses() {
	if r.view.VXU == nil {
		return
	}
	next, orders := 0, r.view.orders
	for i := range r.view.VXU.Orders {
		o := &r.view.VXU.Orders[i]
		if o.Where.Segment != "RXA" || o.Dose.Action == iis.Delete {
			continue
		}
		for next < len(orders) && orders[next].rxa.Seq() < o.Where.Sequence {
			next++
		}
		if next == len(orders) {
			return
		}
		r.dose = dose{order: &orders[next], Dose: &o.Dose, entered: dayOf(o.Dose.Entered)}
		if r.dose.facts&given != 0 {
			r.dose.read(r.view.Codes)
		}
		ofDose.look(r, &r.dose)
	}
}

// read is what the rules ask of a dose that was given.
func (d *dose) read(codes *codeset.Tables) {
	if !d.Date.IsZero() {
		d.use = &uses[cvxNumber(d.CVX)]
	}
	if d.facts&hasLot != 0 {
		d.lot = wordOf(leaf(d.rxa.Field(15).Rep(1)))
	}
	if codes == nil {
		return
	}
	d.vaccine, _ = codes.CVX(d.CVX)
	if d.rxr.IsZero() {
		return
	}
	d.routed, d.proper = wayOfRoute(d.rxr.Field(1)), wayOf(d.CVX)
	if d.proper == anyWay && knowsNeedle(codes, d.CVX) {
		d.proper = byNeedle
	}
}

// dayOf is the day of a time as sent, None when it has none.
func dayOf(s string) cal.Date {
	if len(s) < len("YYYYMMDD") {
		return cal.None
	}
	return cal.ParseCompact(s[:len("YYYYMMDD")])
}

// isNoVaccine reports antitoxins, immune globulins, antibodies and skin tests.
func isNoVaccine(cvx string) bool {
	switch cvx {
	case "12", "27", // antitoxins
		"13", "14", "29", "30", "34", "36", "71", "79", "86", "87", "117", "156", "157", "159", "180", "181", // globulins
		"93", "306", "307", "315", "332", // antibodies
		"95", "96", "97", "98": // skin tests
		return true
	}
	return false
}

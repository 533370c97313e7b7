package record

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"openiis/internal/codeset"
	"openiis/internal/fault"
	"openiis/internal/hl7"
	"openiis/internal/iis"
	"openiis/internal/iz"
	"openiis/internal/store"
)

// What of a sealed identity goes over to the new one (docs/adr/0015): what was given
// and when, and what is known of the person's health. Who reported or gave it, where,
// when that was told, under which numbers, and everything written freely stays.

// heard is what a history is said to be that goes over: known of, from a source that
// is not told (NIP001 01). Whoever says 00 says that it gave the shot itself.
const heard = "01"

// goesOver is what of a record goes over, each dose as the record shows it.
func (k *Keeper) goesOver(f *store.Folder) []store.WentOver {
	doses, others := History(f)
	var out []store.WentOver
	for _, s := range append(doses, others...) {
		d, ok := k.bare(s.Dose)
		if !ok {
			continue
		}
		w := store.WentOver{Dose: d, Filler: iis.Ref{ID: iis.DoseID(k.store.NewID()).Public(), Authority: Registry}}
		for _, r := range s.Reports {
			w.Origins = append(w.Origins, r.Origin)
		}
		out = append(out, w)
	}
	return out
}

// Registry is the assigning authority of the numbers that this registry gives.
const Registry = "OPENIIS"

// bare is a dose or fact without what tells where it comes from; false for what does
// not go over.
func (k *Keeper) bare(d *iis.Dose) (iis.Dose, bool) {
	out := iis.Dose{
		Kind: d.Kind, Action: iis.Add, Date: d.Date, CVX: d.CVX, NDC: d.NDC, CPT: d.CPT, MVX: d.MVX, Completion: d.Completion,
		Vaccine: codeAlone(&d.Vaccine),
	}
	if v, ok := k.codes.CVX(d.CVX); ok {
		out.Vaccine = iis.Coded{Code: v.CVX, Text: v.Short, System: "CVX"}
		if d.NDC != "" {
			out.Vaccine.AltCode, out.Vaccine.AltSystem = d.NDC, "NDC"
		}
	}
	for i := range d.Observations {
		if o := &d.Observations[i]; slices.Contains(ofHealth, o.Code.Code) && (o.Value.Code != "" || o.Type == "DT" || o.Type == "NM") {
			bare := iis.Observation{Code: codeAlone(&o.Code), Group: o.Group, Type: o.Type, Value: k.observed(&o.Value), Unit: codeAlone(&o.Unit), On: o.On}
			if o.Value.Code == "" {
				bare.Text = o.Text
			}
			out.Observations = append(out.Observations, bare)
		}
	}
	switch d.Kind {
	case iis.Given:
		out.InfoSource, out.Lot, out.Expiration, out.ExpirationMonth = heard, d.Lot, d.Expiration, d.ExpirationMonth
		out.Amount, out.Unit, out.Route, out.Site = d.Amount, codeAlone(&d.Unit), codeAlone(&d.Route), codeAlone(&d.Site)
		out.Manufacturer = iis.Coded{Code: d.MVX, System: "MVX"}
		if d.MVX == "" {
			out.Manufacturer = iis.Coded{}
		}
		return out, true
	case iis.Fact:
		return out, len(out.Observations) > 0
	}
	return out, false // that somebody refused says more of them than of the child
}

// ofHealth are the observations that go over (LOINC).
var ofHealth = []string{
	codeset.LOINCContraindication, codeset.LOINCReaction, codeset.LOINCDisease, codeset.LOINCIndication, codeset.LOINCSerology,
	codeset.LOINCVaccine, codeset.LOINCFirstDay, codeset.LOINCLastDay,
}

// codeAlone is a code without what its sender wrote beside it.
func codeAlone(c *iis.Coded) iis.Coded { return iis.Coded{Code: c.Code, System: c.System} }

// observed is what was observed, with CDC's number for it where it has one, in our own
// words.
func (k *Keeper) observed(v *iis.Coded) iis.Coded {
	out := codeAlone(v)
	if strings.EqualFold(v.AltSystem, codeset.ObservationSystem) {
		out.AltCode, out.AltSystem = v.AltCode, v.AltSystem
	}
	if o, ok := k.codes.Observation(ObservationOf(v)); ok {
		out.Text = o.Name
		if out.AltCode != "" {
			out.AltText = o.Name
		}
	}
	return out
}

// whoIs is name, birth date and sex of a person: enough for a message that has the
// person's numbers.
func whoIs(p *iis.Person) iis.Person {
	return iis.Person{Names: p.Names[:min(1, len(p.Names))], Birth: p.Birth, Sex: p.Sex}
}

// messageOver writes what goes over as a message, and reads it again: what is stored
// is what was sent, as with everything else.
func messageOver(sub *iis.Submission, person *iis.Person, over []store.WentOver, codes *codeset.Tables) ([]byte, *iz.VXU, error) {
	doses := make([]iis.Dose, len(over))
	for i := range over {
		doses[i] = over[i].Dose
		doses[i].Filler = over[i].Filler
	}
	raw := iz.WriteVXU(iz.Update{
		From: sub.Sender, App: Registry, Control: sub.ID.Public(), At: sub.Received.Local(), Person: *person, Doses: doses,
	}, codes)
	m, err := hl7.Parse(raw)
	if err != nil {
		return nil, nil, fmt.Errorf("read what goes over: %w", err)
	}
	v := iz.ReadVXU(m, codes)
	if n := len(ordersOf(v)); n != len(doses) {
		return nil, nil, fmt.Errorf("%d of %d doses and facts can go over", n, len(doses))
	}
	return raw, v, nil
}

// ordersOf are the usable order groups of a message.
func ordersOf(v *iz.VXU) []Report {
	var out []Report
	for i := range v.Orders {
		if o := &v.Orders[i]; o.Usable {
			out = append(out, Report{Order: o.Number, Dose: o.Dose})
		}
	}
	return out
}

// Change is what came for a sealed identity after it was sealed, and has not gone
// over.
type Change struct {
	Dose   iis.Dose // as it would go over; Action says what would be done there
	at     int      // in Sealed.Over; -1: it is not there
	origin []iis.SourceDoseID
}

// changes are what of a sealed identity, as it is known now, has not gone over. A fact that was withdrawn
// stays there: it has no number by which it could be taken back.
func (k *Keeper) changes(sealed *store.Sealed, f *store.Folder) []Change {
	now := k.goesOver(f)
	var out []Change
	met := map[int]bool{}
	for i := range now {
		at := slices.IndexFunc(sealed.Over, func(w store.WentOver) bool {
			return slices.ContainsFunc(w.Origins, func(o iis.SourceDoseID) bool { return slices.Contains(now[i].Origins, o) })
		})
		c := Change{now[i].Dose, at, now[i].Origins}
		switch {
		case at < 0:
			out = append(out, c)
		case met[at] || sealed.Over[at].Dose.Action == iis.Delete && now[i].Dose.Kind != iis.Given:
		case !reflect.DeepEqual(sealed.Over[at].Dose, now[i].Dose) && now[i].Dose.Kind == iis.Given:
			c.Dose.Action = iis.Update
			out = append(out, c)
		}
		met[at] = true
	}
	for at, w := range sealed.Over {
		if !met[at] && w.Dose.Kind == iis.Given && w.Dose.Action != iis.Delete {
			c := Change{w.Dose, at, w.Origins}
			c.Dose.Action = iis.Delete
			out = append(out, c)
		}
	}
	return out
}

// TakeOver has what came for a sealed identity since go over to the new one as well:
// what is new, what was corrected, and what was withdrawn. fault.Conflict when nothing
// came, or what went over before is no longer in the record of the new identity.
func (k *Keeper) TakeOver(ctx context.Context, id iis.SealID, by iis.Actor) (n int, err error) {
	err = k.try(ctx, ActTakeOver, func(x *deciding) error {
		sealed, is, err := x.sealing(id)
		if err != nil {
			return err
		}
		reports, err := x.tx.SealedReports(sealed.Person)
		if err != nil {
			return err
		}
		former, err := k.formerFolder(x.tx, sealed, reports)
		if err != nil {
			return err
		}
		changes := k.changes(sealed, former)
		if n = len(changes); n == 0 {
			return fault.New(fault.Conflict, "Nothing has come for the former identity that has not gone over.")
		}
		from, err := x.tx.SenderProfile(sealed.Sender)
		if err != nil {
			return err
		}
		sides, err := x.hold(is)
		if err != nil {
			return err
		}
		if _, _, err := wentOver(sealed, sides[0]); err != nil {
			return err
		}
		f, err := x.tx.Folder(is)
		if err != nil {
			return err
		}
		over := make([]store.WentOver, n)
		for i, c := range changes {
			over[i] = k.change(sealed, c)
		}
		if _, err := x.sendOver(sealed, from.Sender, &goal{into: is, person: whoIs(&f.Golden)}, over); err != nil {
			return err
		}
		return x.closeSealing(sealed, ActTakeOver, by)
	})
	return n, err
}

// formerFolder is all that is known of a former identity.
func (k *Keeper) formerFolder(tx *store.Tx, sealed *store.Sealed, reports []store.Report) (*store.Folder, error) {
	f, err := sealed.Folder(reports, func(*store.Report) bool { return true })
	if err != nil {
		return nil, err
	}
	return f, k.derive(tx, f)
}

// change notes in a sealing that something went over, and returns what is sent.
func (k *Keeper) change(sealed *store.Sealed, c Change) store.WentOver {
	if c.at < 0 {
		w := store.WentOver{Origins: c.origin, Dose: c.Dose, Filler: iis.Ref{ID: iis.DoseID(k.store.NewID()).Public(), Authority: Registry}}
		sealed.Over = append(sealed.Over, w)
		return w
	}
	w := &sealed.Over[c.at]
	w.Origins, w.Dose = c.origin, c.Dose
	out := *w
	if c.Dose.Action == iis.Update {
		w.Dose.Action = iis.Add // so that it is compared with what comes next
	}
	return out
}

// Sealed is a sealing with what has come for the former identity since.
type Sealed struct {
	iis.Seal
	Sender  iis.SenderID // in whose name the history went over
	Over    []iis.Dose   // what went over
	Former  iis.Person   // who the former identity was
	Changes []Change
}

// Sealing is a sealing that holds; fault.NotFound when there is none. That somebody
// reads it is for the caller to audit, under the former identity.
func (k *Keeper) Sealing(ctx context.Context, id iis.SealID) (out Sealed, err error) {
	err = k.store.Read(ctx, func(tx *store.Tx) error {
		found, err := tx.Seal(id)
		if err != nil || found == nil {
			return orNoSeal(err)
		}
		reports, err := tx.SealedReports(found.Person)
		if err != nil {
			return err
		}
		f, err := k.formerFolder(tx, found, reports)
		if err != nil {
			return err
		}
		out = Sealed{Seal: found.Seal, Sender: found.Sender, Former: f.Golden, Changes: k.changes(found, f)}
		for _, w := range found.Over {
			if w.Dose.Action != iis.Delete {
				out.Over = append(out.Over, w.Dose)
			}
		}
		now, err := tx.Follow(found.New)
		if err == nil {
			out.New = now[0]
		}
		return err
	})
	return out, err
}

package steward

import (
	"cmp"
	"context"
	"slices"

	"openiis/internal/cal"
	"openiis/internal/dedupe"
	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/record"
	"openiis/internal/store"
)

// ActPutOffDoses is what the audit says of a person about whose doses a decision
// was put off.
const ActPutOffDoses = "put off a decision about doses"

// DoseDoubt is two doses of one person that may be one shot: somebody has to say
// whether they are.
type DoseDoubt struct {
	Person iis.PersonID // by the number that it has now
	A, B   ToldDose     // the lower number first
	Why    string       // why they may be one, as a sentence
	Seen   string       // names what both say now: a decision is taken of this and nothing newer
	PutOff []store.PutOff
}

// ToldDose is a dose, or one report of it, in short.
type ToldDose struct {
	ID      iis.DoseID
	Date    cal.Date
	Vaccine string // in plain words; "" when there is no such report in the record (any more)
	Lot     string
	cvx     string
	report  iis.SourceDoseID // that the record shows
	version iis.SourceDoseID // of that report
	sender  iis.SenderID     // whose it is
}

// DoseDoubt is what there is to decide about two doses of a person, for those who
// may: fault.Denied for others, fault.NotFound when the two are not in question
// (any more). Of the person it says no more than these doses and is not to be
// shown before the record is audited as opened (chart.Desk.CompareDoses).
func (d *Desk) DoseDoubt(ctx context.Context, by By, person iis.PersonID, a, b iis.DoseID) (*DoseDoubt, error) {
	if err := by.speaks(); err != nil {
		return nil, err
	}
	var out *DoseDoubt
	err := d.read(ctx, "compare doses", func(tx *store.Tx) (err error) {
		if out, err = d.mayDecideDoses(tx, by, person, a, b); err != nil {
			return err
		}
		out.PutOff, err = tx.PutsOff(store.Pair{Person: out.Person}, d.now())
		return err
	})
	return out, err
}

// errOthersDoses is for those who decide about doses of their own sender.
var errOthersDoses = fault.New(fault.Denied, "You decide only about doses both of which your own site has reported. Nothing was changed. The registry’s staff decide about this one.")

// errNoRecord is for a record that is not there, or hidden.
var errNoRecord = fault.New(fault.NotFound, "There is no such record.")

// mayDecideDoses reads two doses in question for somebody who decides about both.
func (d *Desk) mayDecideDoses(tx *store.Tx, by By, person iis.PersonID, a, b iis.DoseID) (*DoseDoubt, error) {
	f, err := tx.Folder(person)
	if err != nil {
		return nil, err
	}
	if err := d.sees(tx, by, errNoRecord, f); err != nil {
		return nil, err
	}
	for _, doubt := range d.doubts(f) {
		if doubt.A.ID == min(a, b) && doubt.B.ID == max(a, b) {
			if !by.mayDose(&doubt) {
				return nil, errOthersDoses
			}
			return &doubt, nil
		}
	}
	return nil, fault.New(fault.NotFound, "These two doses are not in question (any more): somebody may have decided, or a report may have changed. Open the record again.")
}

// mayDose reports that they decide about two doses: the programme about all, others
// where their own site reports both.
func (b By) mayDose(doubt *DoseDoubt) bool {
	return b.Everyone || b.owns(doubt.A.sender) && b.owns(doubt.B.sender)
}

// doubts are the doses of a person that may be one shot, each two once, in order of
// date.
func (d *Desk) doubts(f *store.Folder) []DoseDoubt {
	doses, _ := record.History(f)
	var out []DoseDoubt
	for i := range doses {
		for _, doubt := range doses[i].Doubts {
			other := slices.IndexFunc(doses, func(s record.Shown) bool { return s.ID == doubt.Other })
			if other < 0 || doubt.Other <= doses[i].ID { // the lower of the two tells it
				continue
			}
			a, b := d.toldDose(&doses[i]), d.toldDose(&doses[other])
			out = append(out, DoseDoubt{
				Person: f.ID, A: a, B: b, Why: dedupe.Say(doubt.Rule), Seen: iis.DoseID(a.version).Public() + "-" + iis.DoseID(b.version).Public(),
			})
		}
	}
	slices.SortStableFunc(out, func(x, y DoseDoubt) int { return cmp.Compare(min(x.A.Date, x.B.Date), min(y.A.Date, y.B.Date)) })
	return out
}

// doubtsFor are those of which somebody decides.
func (d *Desk) doubtsFor(by By, f *store.Folder) []DoseDoubt {
	return slices.DeleteFunc(d.doubts(f), func(doubt DoseDoubt) bool { return !by.mayDose(&doubt) })
}

func (d *Desk) toldDose(s *record.Shown) ToldDose {
	lead := s.Reports[0]
	out := d.toldReport(lead)
	out.ID, out.Date, out.Lot = s.ID, s.Dose.Date, s.Dose.Lot
	return out
}

// toldReport is a report by its own number.
func (d *Desk) toldReport(r *iis.SourceDose) ToldDose {
	out := ToldDose{
		ID: iis.DoseID(r.Origin), Date: r.Dose.Date, Vaccine: "Vaccine not known", Lot: r.Dose.Lot,
		cvx: r.Dose.CVX, report: r.Origin, version: r.ID, sender: r.Sender,
	}
	if v, ok := d.codes.CVX(r.Dose.CVX); ok {
		out.Vaccine = v.Plain()
	}
	return out
}

// DecideDoses does what somebody says of two doses in question: that they are one
// shot or two, whatever is sent later, or that the doses of the person are to be
// looked at later. It returns the number that the person has now. seen is Seen of
// what they looked at: fault.Conflict when a report has changed since. Who may not
// decide is fault.Denied; without a reason it is fault.Invalid, but for Later.
func (d *Desk) DecideDoses(ctx context.Context, by By, person iis.PersonID, a, b iis.DoseID, seen string, v Verdict, why string) (iis.PersonID, error) {
	doubt, err := d.DoseDoubt(ctx, by, person, a, b)
	if err != nil {
		return 0, err
	}
	pin, ok := map[Verdict]iis.PinVerdict{Same: iis.PinSame, Different: iis.PinDifferent}[v]
	switch {
	case v == Later:
		return doubt.Person, d.putOffDoses(ctx, by, doubt)
	case !ok:
		return 0, fault.New(fault.Invalid, "Say whether it is one shot, or two, or to be decided later.")
	case seen != doubt.Seen:
		return 0, fault.New(fault.Conflict, "One of the two reports has changed since this page was opened. Nothing was decided. Look at them again.")
	}
	if why, err = reason(why, "Say why: whoever looks at this record later has to understand it."); err != nil {
		return 0, err
	}
	return doubt.Person, wrap("decide about doses", d.keeper.PinDoses(ctx, doubt.Person, doubt.A.report, doubt.B.report, pin, by.Actor, why))
}

// putOffDoses puts off all doses of a person in the queue of whoever says so.
func (d *Desk) putOffDoses(ctx context.Context, by By, doubt *DoseDoubt) error {
	return wrap("put off a decision about doses", d.store.Write(ctx, func(tx *store.Tx) error {
		if _, err := d.mayDecideDoses(tx, by, doubt.Person, doubt.A.ID, doubt.B.ID); err != nil {
			return err
		}
		now := d.now()
		if err := tx.PutOff(store.PutOff{Pair: store.Pair{Person: doubt.Person}, For: by.queue(), Until: now.Add(PutOffFor), At: now, By: by.User}); err != nil {
			return err
		}
		return tx.AddAudit(store.Audit{At: now, Actor: by.Actor, Act: ActPutOffDoses, Person: doubt.Person})
	}))
}

// DoseDecision is what somebody said of two reports of a person's doses.
type DoseDecision struct {
	store.DosePin
	One, Another ToldDose
	Who          string // the user's name; empty for another kind of actor
	Holds        bool   // it was not taken back, nor was something else said since
	MayUndo      bool
}

// doseDecisions are what people said of a person's doses, the newest first.
func (d *Desk) doseDecisions(tx *store.Tx, by By, f *store.Folder) ([]DoseDecision, error) {
	words, err := tx.DosePins(f.ID)
	if err != nil {
		return nil, err
	}
	var users []iis.UserID
	for _, w := range words {
		users = append(users, w.By)
	}
	names, err := tx.UserNames(users)
	if err != nil {
		return nil, err
	}
	told := map[iis.SourceDoseID]ToldDose{}
	for i := range f.Doses {
		told[f.Doses[i].Origin] = d.toldReport(&f.Doses[i])
	}
	var out []DoseDecision
	newer := map[[2]iis.SourceDoseID]bool{}
	for _, w := range slices.Backward(words) {
		two := [2]iis.SourceDoseID{w.A, w.B}
		t := DoseDecision{DosePin: w, One: told[w.A], Another: told[w.B], Who: names[w.By], Holds: !newer[two] && w.Verdict != store.Lifted}
		t.One.ID, t.Another.ID = iis.DoseID(w.A), iis.DoseID(w.B)
		t.MayUndo = t.Holds && by.mayUndoDoses(&w)
		newer[two] = true
		out = append(out, t)
	}
	return out, nil
}

// mayUndoDoses is mayUndo for what was said of doses.
func (b By) mayUndoDoses(w *store.DosePin) bool {
	return b.Everyone || b.Sender != 0 && w.By == b.User
}

// UndoDoses takes back what was said of two reports of a person, named by the
// numbers of DoseDecision: the rules decide again. fault.NotFound when nothing was
// said, fault.Conflict when it was taken back, fault.Denied when somebody else has
// to.
func (d *Desk) UndoDoses(ctx context.Context, by By, person iis.PersonID, a, b iis.DoseID, why string) error {
	why, err := reason(why, "Say why it is undone.")
	if err != nil {
		return err
	}
	one, two := iis.SourceDoseID(min(a, b)), iis.SourceDoseID(max(a, b))
	var said *store.DosePin
	err = d.read(ctx, "read decisions about doses", func(tx *store.Tx) error {
		said = nil
		f, err := tx.Folder(person)
		if err != nil {
			return err
		}
		if err := d.sees(tx, by, errNoRecord, f); err != nil {
			return err
		}
		words, err := tx.DosePins(f.ID)
		for i := range words {
			if words[i].A == one && words[i].B == two {
				said = &words[i]
			}
		}
		return err
	})
	switch {
	case err != nil:
		return err
	case said == nil:
		return fault.New(fault.NotFound, "There is no such decision about this record.")
	case said.Verdict != store.Lifted && !by.mayUndoDoses(said):
		return fault.New(fault.Denied, "Somebody else decided this. Nothing was changed. The registry’s staff can undo it.")
	}
	return wrap("undo a decision about doses", d.keeper.UnpinDoses(ctx, person, one, two, by.Actor, why))
}

package inbox

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"openiis/internal/cal"
	"openiis/internal/codeset"
	"openiis/internal/dedupe"
	"openiis/internal/hl7"
	"openiis/internal/iis"
	"openiis/internal/iz"
	"openiis/internal/match"
	"openiis/internal/store"
)

// Fate is what became of a submission.
type Fate struct {
	Person iis.PersonID   // whom it was about; 0 when nothing was stored
	Match  string         // how the person was found, in words
	Doses  []Dose         // of each order group
	Named  []iis.PersonID // whom the answer to a query named
}

// Dose is the fate of one order group.
type Dose struct {
	Order   int // its number in the message
	What    string
	Date    cal.Date
	Outcome string // in words
	Why     string // why it is one dose with others, or kept apart, as a sentence; or empty
	Kept    bool   // it is on record
}

func (d *Desk) fate(ctx context.Context, by iis.Actor, k iis.Kind, raw []byte, r *store.StoredReceipt) (Fate, error) {
	if k == iis.KindQuery {
		return d.named(ctx, by, r)
	}
	t, err := told(r)
	if err != nil {
		return Fate{}, err
	}
	if by.Kind != "user" || by.SeesAll || t.Person == 0 {
		return d.Fate(raw, t), nil
	}
	open, err := d.mayTell(ctx, &t, func(tx *store.Tx, f *store.Folder) (bool, error) { return d.keeper.SeesWhole(tx, by, f) })
	if err != nil {
		return Fate{}, err
	}
	return d.Fate(raw, unopened(t, open)), nil
}

// unopened is a receipt as it is told to somebody who may not know of its record: as if
// nobody else had told of the person.
func unopened(r iis.Receipt, open bool) iis.Receipt {
	if open && r.Match != string(match.Possible) {
		return r
	}
	said := shut(r, open)
	said.Person = r.Person
	said.Doses = slices.Clone(r.Doses)
	for i := range said.Doses {
		if d := &said.Doses[i]; !open {
			d.Outcome, d.Rule = d.Outcome.Closed(), ""
		}
	}
	return said
}

// Tried is Fate of what would become of a message, for somebody: of a record of which its
// sender may not know, it tells no more than its acknowledgement.
func (d *Desk) Tried(by iis.Actor, raw []byte, r iis.Receipt) Fate {
	if !by.SeesAll && (!r.Open || r.Match == string(match.Possible) && !r.OpenOther) {
		if r.Match == string(match.Possible) {
			r.Match = string(match.New)
		}
		if r = unopened(r, r.Open); r.Match == string(match.New) {
			r.Person = 0 // the number that a new record would have is nobody's yet
		}
	}
	return d.Fate(raw, r)
}

// named are those whom the answer to a query named. That they are shown is
// audited under each of them.
func (d *Desk) named(ctx context.Context, by iis.Actor, r *store.StoredReceipt) (f Fate, err error) {
	err = d.store.Read(ctx, func(tx *store.Tx) (err error) {
		f.Named, err = tx.Revealed(r.Submission, r.Answered)
		return err
	})
	if err != nil || len(f.Named) == 0 {
		return f, err
	}
	lines := make([]store.Audit, len(f.Named))
	for i, id := range f.Named {
		lines[i] = store.Audit{At: d.now(), Actor: by, Act: actOpen, Person: id, Subject: int64(r.Submission)}
	}
	if err := d.store.AuditRead(lines...); err != nil {
		return Fate{}, fmt.Errorf("audit whom the answer to %d named: %w", r.Submission, err)
	}
	return f, nil
}

// Fate puts into words what a receipt says of a message.
func (d *Desk) Fate(raw []byte, r iis.Receipt) Fate {
	f := Fate{Person: r.Person, Match: matchWords(&r)}
	if form, ok := iis.ParseForm(raw); ok {
		entered, _ := cal.Parse(form.Value("First day"))
		for _, o := range r.Doses {
			f.Doses = append(f.Doses, Dose{Order: o.Order, What: form.Value("What"), Date: entered, Outcome: outcomeWords(o.Outcome), Why: why(o), Kept: kept(o)})
		}
		return f
	}
	m, err := hl7.Parse(raw)
	if err != nil {
		return f
	}
	v := iz.ReadVXU(m, d.codes)
	outcomes := map[int]iis.DoseReceipt{}
	for _, o := range r.Doses {
		outcomes[o.Order] = o
	}
	for i := range v.Orders {
		o := &v.Orders[i]
		got, stored := outcomes[o.Number]
		dose := Dose{Order: o.Number, What: d.what(&o.Dose), Date: o.Dose.Date, Outcome: notStored}
		if stored {
			dose.Outcome, dose.Why, dose.Kept = outcomeWords(got.Outcome), why(got), kept(got)
		}
		f.Doses = append(f.Doses, dose)
	}
	return f
}

// matchWords say whose record it is, and how it was found (iis.Receipt.Match),
// of what was done as of what would be.
func matchWords(r *iis.Receipt) string {
	switch r.Match {
	case "":
		return ""
	case "new":
		if r.Crowded {
			return "A new record: too many people share what was said of this one to compare anybody."
		}
		return "A new record: nobody matched."
	case "possible":
		return "A record of its own, kept apart: it may be a person who is known, and someone must decide." + comparedWords(r)
	case iis.AnsweredTest:
		return "Nothing: it was a test. As a real message it could be stored; whose record it would go to is not looked for."
	case iis.AnsweredTestRefused:
		return "Nothing: it was a test, and as a real message nothing of it could be stored either."
	case iis.AnsweredTestQuery:
		return "The answer named nobody: it was a test, and nobody is looked for."
	case iis.AnsweredOptedOut:
		return "Nothing is kept: it is about a person who opted out of the registry."
	case match.Opened:
		return "A known record: the user had it open."
	case match.OwnNumber:
		return "A known record: the sender's own number for the patient leads to it, and nothing speaks against it."
	case match.RegistryNumber:
		return "A known record: the registry's own number for the patient leads to it, and nothing speaks against it."
	case match.BirthNumber:
		return "A known record: the number of the birth certificate leads to it, and nothing speaks against it."
	case match.SaidBefore:
		return "A known record: the sender described this patient by the same words before, without a number of its own."
	}
	if said := comparedWords(r); said != "" {
		return "A known record." + said
	}
	return "A known record: matched by " + r.Match + "."
}

// comparedWords say what was compared and what it came to; "" when that was not
// kept.
func comparedWords(r *iis.Receipt) string {
	var v match.Verdict
	if json.Unmarshal(r.Why, &v) != nil {
		return ""
	}
	out := fmt.Sprintf(" What agrees: %s (%.1f bits, profile %s).", list(v.Agreed()), v.Bits, v.Profile)
	if len(v.Guards) > 0 {
		out += " What speaks against a match: " + list(v.Guards) + "."
	}
	if v.Rival != 0 {
		out += " Another person fits as well."
	}
	return out
}

func list(words []string) string {
	if len(words) == 0 {
		return "nothing"
	}
	return strings.Join(words, ", ")
}

// outcomeWords say what became of an order group.
func outcomeWords(o iis.Outcome) string {
	switch o {
	case iis.OutcomeAdded:
		return "Added"
	case iis.OutcomeKnown:
		return "Already known from another report: now reported by this sender too"
	case iis.OutcomeApart:
		return "Added, and kept apart: another dose may be the same shot, and someone must look"
	case iis.OutcomeUpdated:
		return "Updated: replaces what this sender reported before"
	case iis.OutcomeSame:
		return "Nothing new: this sender had reported exactly this"
	case iis.OutcomeDeleted:
		return "Withdrawn"
	case iis.OutcomeTested:
		return "Could be stored: it was a test"
	}
	return "Nothing to withdraw: this sender has no such dose"
}

// kept reports that what an order group said is on record.
func kept(o iis.DoseReceipt) bool {
	return o.Outcome != iis.OutcomeNothing && o.Outcome != iis.OutcomeTested
}

// why is the sentence of the rule that a receipt names; empty when it names none.
func why(o iis.DoseReceipt) string {
	if o.Rule == "" {
		return ""
	}
	return dedupe.Say(o.Rule)
}

// what is the vaccine or fact of an order group in words.
func (d *Desk) what(dose *iis.Dose) string {
	if v, ok := d.codes.CVX(dose.CVX); ok && v.CVX != codeset.NoVaccine {
		if dose.Kind == iis.Refusal {
			return v.Plain() + ", refused"
		}
		return v.Plain()
	}
	if dose.Kind == iis.Fact {
		return "A fact about the person, no vaccine"
	}
	for _, s := range []string{dose.Vaccine.Text, dose.Vaccine.AltText, dose.Vaccine.Code} {
		if s != "" {
			return short(legible([]byte(s)), 80)
		}
	}
	return "Vaccine not told"
}

package intake_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"openiis/internal/cal"
	"openiis/internal/codeset"
	"openiis/internal/fault"
	"openiis/internal/flat"
	"openiis/internal/iis"
	"openiis/internal/intake"
	"openiis/internal/is"
	"openiis/internal/policy"
	"openiis/internal/record"
	"openiis/internal/store"
)

var nora = iis.Actor{Kind: "user", User: 7}

// typed is a dose as a nurse types it.
func typed(number, date, vaccine, how string) map[string]string {
	return map[string]string{flat.FieldNumber: number, "date": date, "vaccine": vaccine, "source": how}
}

// adds adds somebody new.
func (w *world) adds(from iis.Sender, family, number string) intake.Entered {
	w.t.Helper()
	t := flat.Typed{Number: number, By: "Nora Nurse", Person: map[string]string{
		"last_name": family, "first_name": "Juniper", "birth_date": "4/5/2023", "sex": "F", "street": "12 Larch Street", "city": "Fargo", "state": "ND", "zip": "58102",
	}}
	return w.enters(intake.Entry{By: w.of(from), From: from, Act: record.ActAddPerson}, t.Message(from, number, time.Now()))
}

// of is a user of a clinic.
func (w *world) of(from iis.Sender) iis.Actor {
	by := nora
	by.Site = from.ID
	return by
}

func (w *world) enters(e intake.Entry, m *flat.Message) intake.Entered {
	w.t.Helper()
	fit, err := w.desk.LookAtTyped(context.Background(), e.From, m)
	is.NoError(w.t, "look", err)
	is.Equal(w.t, "fit to be stored", fit, true)
	e.Raw = m.Raw
	out, err := w.desk.Enter(context.Background(), e)
	is.NoError(w.t, "enter", err)
	return out
}

// whose is whose record an entry is part of, which nobody is told who enters it.
func (w *world) whose(out intake.Entered) iis.PersonID {
	w.t.Helper()
	var id iis.PersonID
	is.NoError(w.t, "receipt", w.store.Read(context.Background(), func(tx *store.Tx) error {
		r, err := tx.Receipt(out.Submission)
		id = r.Person
		return err
	}))
	return id
}

// vaccinates adds doses to the record of a person who is open.
func (w *world) vaccinates(from iis.Sender, id iis.PersonID, doses ...map[string]string) intake.Entered {
	w.t.Helper()
	t := flat.Typed{Known: w.saidOf(from, id), By: "Nora Nurse", Doses: doses}
	return w.enters(intake.Entry{By: w.of(from), From: from, Known: id, Act: record.ActEnter}, t.Message(from, doses[0][flat.FieldNumber], time.Now()))
}

// saidOf is as whom a site's messages name a person (chart.Vaccinee).
func (w *world) saidOf(from iis.Sender, id iis.PersonID) *iis.Person {
	f := w.folder(id)
	ids := []iis.Identifier{{Value: "00000000000Z1", Type: "PI", Authority: iis.EnteredOnPage}, {Value: id.Public(), Type: "SR", Authority: iis.RegistryAuthority}}
	for _, s := range f.Sources {
		if s.Sender == from.ID {
			ids[0] = s.Person.IDs[0]
		}
	}
	return &iis.Person{IDs: ids, Names: []iis.Name{f.Golden.LegalName()}, Birth: f.Golden.Birth, Sex: f.Golden.Sex}
}

func (w *world) folder(id iis.PersonID) (f *store.Folder) {
	w.t.Helper()
	is.NoError(w.t, "read", w.store.Read(context.Background(), func(tx *store.Tx) (err error) {
		f, err = tx.Folder(id)
		return err
	}))
	return f
}

// entered are the doses of a record that count: day, vaccine and source of the information.
func (w *world) counted(id iis.PersonID) []string {
	out := []string{}
	doses, _ := record.History(w.folder(id))
	for _, s := range doses {
		out = append(out, s.Dose.Date.Compact()+" "+s.Dose.CVX+" "+s.Dose.InfoSource)
	}
	return out
}

func TestWhatIsTypedIsKeptAndAnsweredAsAMessage(t *testing.T) {
	each(t, func(w *world) {
		id := w.whose(w.adds(w.oak, "Quillfeather", "00000000000A1"))
		out := w.vaccinates(w.oak, id, typed("00000000000A2", "4/8/2024", "MMR", "02"), typed("00000000000A3", "4/9/2024", "IPV", "03"))
		is.Equal(t, "person", w.whose(out), id)
		is.Equal(t, "doses", w.counted(id), []string{"20240408 03 02", "20240409 10 03"})
		is.Equal(t, "sources", len(w.folder(id).Sources), 1)
		sub, err := w.store.Submission(context.Background(), out.Submission)
		is.NoError(t, "submission", err)
		is.Equal(t, "kept", []string{string(sub.Door), string(sub.Raw[:4])}, []string{"web", "MSH|"})
		is.Equal(t, "kind", out.Kind, "VXU")
		// The same form once more, by the button pressed twice.
		w.vaccinates(w.oak, id, typed("00000000000A2", "4/8/2024", "MMR", "02"), typed("00000000000A3", "4/9/2024", "IPV", "03"))
		is.Equal(t, "sent twice", len(w.folder(id).Doses), 2)
		again := w.adds(w.oak, "Quillfeather", "00000000000A1")
		is.Equal(t, "the person too", w.whose(again), id)
	})
}

// TestWhatIsSaidOfAnOpenRecordStaysThere: two people alike as twins with one name; matching would not tell.
func TestWhatIsSaidOfAnOpenRecordStaysThere(t *testing.T) {
	each(t, func(w *world) {
		w.accepted(w.elm, w.vxu(child{"E1", "Quillfeather", "Juniper", "20230405", "F", ""}, order("e1", "20230606", "110^x^CVX", "00", "A", "L1")))
		first := w.whose(w.adds(w.elm, "Quillfeather", "00000000000B1"))
		other := w.newPerson("Quillfeather", "E2")
		out := w.vaccinates(w.oak, other, typed("00000000000A2", "4/8/2024", "MMR", "02"))
		is.Equal(t, "person", w.whose(out), other)
		is.Equal(t, "the other record", len(w.folder(first).Doses), 1)
		f := w.folder(other)
		is.Equal(t, "the site's own source", []string{f.Sources[len(f.Sources)-1].Person.LegalName().Family, f.Sources[len(f.Sources)-1].Person.IDs[0].Authority}, []string{"Quillfeather", iis.EnteredOnPage})
		second := w.vaccinates(w.oak, other, typed("00000000000A3", "4/9/2024", "IPV", "02"))
		is.Equal(t, "a second entry", w.whose(second), other)
		is.Equal(t, "is of the same source", len(w.folder(other).Sources), len(f.Sources))
	})
}

// newPerson is somebody of the same name and day as another, whom a sender keeps apart.
func (w *world) newPerson(family, mrn string) iis.PersonID {
	w.t.Helper()
	w.accepted(w.elm, w.vxu(child{mrn, family, "Juno", "20230405", "M", "|||77 Fir Lane^^Minot^ND^58701^USA^H"}))
	var ids []iis.PersonID
	is.NoError(w.t, "newest", w.store.Read(context.Background(), func(tx *store.Tx) (err error) {
		ids, err = tx.RecentPersons(1)
		return err
	}))
	return ids[0]
}

func TestACorrectionIsANewVersionAndADeleteTakesItOff(t *testing.T) {
	each(t, func(w *world) {
		ctx := context.Background()
		id := w.whose(w.adds(w.oak, "Quillfeather", "00000000000A1"))
		w.vaccinates(w.oak, id, typed("00000000000A2", "4/8/2024", "MMR", "02"))
		fixed := typed("00000000000A2", "5/8/2024", "Hep A, ped/adol, 2 dose", "02")
		fixed[flat.FieldAction] = "U"
		form := flat.Typed{Known: w.saidOf(w.oak, id), By: "Nora Nurse", Why: "the card says so", Doses: []map[string]string{fixed}}
		change := intake.Entry{By: w.of(w.oak), From: w.oak, Known: id, Act: record.ActCorrect, Corrects: "00000000000A2", Reason: "the card says so"}
		w.enters(change, form.Message(w.oak, "00000000000A2", time.Now()))
		is.Equal(t, "corrected in day and vaccine", w.counted(id), []string{"20240508 83 02"})
		is.Equal(t, "one report", len(w.folder(id).Doses), 1)

		had := w.folder(id).Doses[0].Dose
		del := intake.Entry{By: w.of(w.oak), From: w.oak, Known: id, Act: record.ActDelete, Corrects: "00000000000A2", Reason: "wrong child"}
		gone := flat.Typed{Known: w.saidOf(w.oak, id), By: "Nora Nurse", Why: "wrong child"}
		del.Raw = gone.Deletion(w.oak, had, "00000000000A2", time.Now())
		out, err := w.desk.Enter(ctx, del)
		is.NoError(t, "delete", err)
		is.Equal(t, "stored", out.Stored, true)
		is.Equal(t, "deleted", w.counted(id), []string{})
		_, err = w.desk.Enter(ctx, del)
		is.Equal(t, "twice", fault.KindOf(err), fault.Conflict)

		elm := del
		elm.From, elm.By = w.elm, w.of(w.elm)
		elm.Raw = gone.Deletion(w.elm, had, "00000000000A2", time.Now())
		_, err = w.desk.Enter(ctx, elm)
		is.Equal(t, "another site", fault.KindOf(err), fault.Conflict)
	})
}

func TestHistoryByHandBeforeAnyEncounterIsUnknownAndADoseGivenHereEndsIt(t *testing.T) {
	each(t, func(w *world) {
		w.goesBy("ma")
		id := w.whose(w.adds(w.oak, "Quillfeather", "00000000000A1"))
		is.Equal(t, "nobody was vaccinated", w.sharing(id), iis.SharingUnknown)
		w.vaccinates(w.oak, id, typed("00000000000A2", "4/8/2024", "MMR", "02"))
		is.Equal(t, "history", w.sharing(id), iis.SharingUnknown)
		w.vaccinates(w.oak, id, typed("00000000000A3", "4/9/2024", "IPV", "00"))
		is.Equal(t, "given here", w.sharing(id), iis.SharingYes)
		w.vaccinates(w.elm, id, typed("00000000000A4", "4/10/2024", "Hib", "02"))
		is.Equal(t, "another site's history", w.sharing(id), iis.SharingYes)

		w.accepted(w.elm, w.vxu(child{"E5", "Brindlecombe", "Otis", "20200101", "M", ""}, order("e1", "20230606", "110^x^CVX", "00", "A", "L1")))
		told := w.newPerson("Sedgewick", "E6")
		is.Equal(t, "of a live sender", w.sharing(told), iis.SharingYes)
		w.vaccinates(w.oak, told, typed("00000000000A5", "4/8/2024", "MMR", "02"))
		is.Equal(t, "with history of another", w.sharing(told), iis.SharingYes)
	})
}

// goesBy has the registry go by a state's policy.
func (w *world) goesBy(state string) {
	w.t.Helper()
	_, err := record.New(w.store, codeset.Default()).GoBy(context.Background(), policy.Named(state), iis.Actor{Kind: "command"}, true)
	is.NoError(w.t, "policy", err)
	time.Sleep(time.Second) // a change holds within one
}

func (w *world) sharing(id iis.PersonID) iis.Sharing {
	f := w.folder(id)
	return record.SharingOf(f.Sources, f.Choices).Status
}

func TestASiteThatEnrolsOrIsClosedEntersNothing(t *testing.T) {
	each(t, func(w *world) {
		for status, may := range map[iis.OrganizationStatus]bool{
			iis.StatusEnrolling: false, iis.StatusInactive: false, iis.StatusTraining: true, iis.StatusTesting: true, iis.StatusLive: true,
		} {
			is.NoError(t, "status", w.store.Write(context.Background(), func(tx *store.Tx) error {
				o, err := tx.OrganizationOf(w.oak.ID)
				if err != nil {
					return err
				}
				if o.Status, o.Closed = status, cal.None; status == iis.StatusInactive {
					o.Closed = cal.Of(2025, 1, 1)
				}
				return tx.PutOrganization(o)
			}))
			err := w.desk.MayEnter(context.Background(), iis.Actor{Kind: "user", User: 1, Site: w.oak.ID}, w.oak)
			is.Equal(t, string(status), err == nil, may)
			is.Equal(t, string(status)+": denied", may || fault.KindOf(err) == fault.Denied, true)
		}
	})
}

// TestASchoolEntersNothingWhereTheStateSaysSo: neither before anything is kept, nor where the state's
// decision changes until it is stored.
func TestASchoolEntersNothingWhereTheStateSaysSo(t *testing.T) {
	each(t, func(w *world) {
		id := w.whose(w.adds(w.oak, "Quillfeather", "00000000000A1"))
		w.isSchool(w.elm)
		form := flat.Typed{Known: w.saidOf(w.elm, id), By: "Nora Nurse", Doses: []map[string]string{typed("00000000000A2", "4/8/2024", "MMR", "07")}}
		e := intake.Entry{By: iis.Actor{Kind: "user", User: 1, Site: w.elm.ID, Roster: true}, From: w.elm, Known: id, Act: record.ActEnter}
		e.Raw = form.Message(w.elm, "00000000000A2", time.Now()).Raw
		w.goesBy("ms")
		_, err := w.desk.Enter(context.Background(), e)
		is.Equal(t, "Mississippi", fault.KindOf(err), fault.Denied)
		is.Equal(t, "nothing is stored", w.counted(id), []string{})
		w.goesBy("mn")
		out, err := w.desk.Enter(context.Background(), e)
		is.NoError(t, "Minnesota", err)
		is.Equal(t, "stored", out.Stored, true)
		is.Equal(t, "what others gave", w.counted(id), []string{"20240408 03 07"})
	})
}

// TestWhoOptedOutIsNotMadeAnewByAnotherNumber: neither by a form of the site that knew them, for whom
// they are nobody now, nor by a message of another.
func TestWhoOptedOutIsNotMadeAnewByAnotherNumber(t *testing.T) {
	each(t, func(w *world) {
		w.goesBy("mn")
		first := w.whose(w.adds(w.oak, "Quillfeather", "00000000000A1"))
		w.accepted(w.elm, w.vxu(juniper, order("1", "20240612", "94^MMRV^CVX", "00", "A", "L1")))
		is.Equal(t, "one record of both", len(w.folder(first).Sources), 2)
		_, err := record.New(w.store, codeset.Default()).OptOut(context.Background(), record.OptingOut{
			Person: first, How: "call", Relation: "mother", Checked: "known", Said: "Ivy Lowe", Asked: cal.On(w.store.Now()),
			By: iis.Actor{Kind: "user", User: 7, SeesClosed: true, SeesAll: true},
		})
		is.NoError(t, "opt out", err)
		is.Equal(t, "placed with it", w.whose(w.adds(w.oak, "Quillfeather", "00000000000A9")), first)
		again := juniper
		again.mrn = "E99"
		w.accepted(w.elm, w.vxu(again, order("7", "20250612", "08^HepB^CVX", "00", "A", "L7")))
		is.Equal(t, "sources of the closed record", len(w.folder(first).Sources), 5) // with the programme's own
	})
}

// TestAnotherChildOfWhomTheSiteKnowsIsNotPlacedWithWhoOptedOut: a twin whose name is nearly the same has a
// chart of their own, and what is placed with who opted out is erased.
func TestAnotherChildOfWhomTheSiteKnowsIsNotPlacedWithWhoOptedOut(t *testing.T) {
	each(t, func(w *world) {
		w.goesBy("mn")
		const mother = "NK1|1|Quillfeather^Ivy^^^^^L|MTH^Mother^HL70063|12 Larch Street^^Fargo^ND^58102^USA^H|^PRN^PH^^^701^5550147\r"
		juniper := juniper
		juniper.more = larch + "||^PRN^PH^^^701^5550147"
		w.accepted(w.elm, w.vxu(juniper, mother, order("1", "20240612", "94^MMRV^CVX", "00", "A", "L1")))
		first := w.personOf(w.elm, juniper)
		_, err := record.New(w.store, codeset.Default()).OptOut(context.Background(), record.OptingOut{
			Person: first, How: "call", Relation: "mother", Checked: "known", Said: "Ivy Lowe", Asked: cal.On(w.store.Now()),
			By: iis.Actor{Kind: "user", User: 7, SeesClosed: true, SeesAll: true},
		})
		is.NoError(t, "opt out", err)
		for n, given := range []string{"Junipera", "Junifer", "Junper", "June", "Juni", "Junipre"} {
			twin := juniper
			twin.mrn, twin.given = fmt.Sprint("E9", n), given
			w.accepted(w.elm, w.vxu(twin, mother, order(fmt.Sprint("7", n), "20250612", "08^HepB^CVX", "00", "A", "L7")))
			is.Equal(t, given+": sources of the closed record", len(w.folder(first).Sources), 2)
		}
	})
}

package audit_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"openiis/internal/access"
	"openiis/internal/audit"
	"openiis/internal/cal"
	"openiis/internal/chart"
	"openiis/internal/codeset"
	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/record"
	"openiis/internal/roster"
	"openiis/internal/store"
)

func TestWhoOpensARecordOfTheirOwnFamilyNameRaisesAnAlert(t *testing.T) {
	each(t, func(o *office) {
		for _, c := range []struct {
			user, family string
			same         bool
		}{
			{"Noor Fernwick", "FERNWICK", true}, {"Noor Fernwick", "Marsh", false}, {"Noor Fernwick, RN", "Fernwick", true}, {"Noor Fernwick Jr.", "Fernwick", true},
			{"Ana García-López", "Lopez", true}, {"Ana Cruz", "de la Cruz", true}, {"Ana de la Cruz", "de la Fuente", false}, {"Noor", "Marsh", false},
			{"Ana García", "Garcia Lopez", true}, {"Ana López", "García-López Pérez", true}, {"Ana Garcia Lopez", "Lopez", true}, {"Nam Do", "Do", true}, {"Nam Fern DO", "Fern", true},
			{"Nam Do", "do Nascimento", false}, {"Lia Van", "van Dyck", false}, {"Lia van Dyck", "Van Dyck", true},
		} {
			name := fmt.Sprintf("u%d", o.children)
			by := o.user(name, c.user, access.Reader, "")
			id := o.child(o.oak, c.family, "Juniper"+name)
			o.opens(by, id, id)
			raised := o.judges()
			is.Equal(o.t, c.user+" opens "+c.family, raised > 0, c.same)
			if !c.same {
				continue
			}
			list := o.alerts(o.ada)
			a := list[len(list)-1]
			is.Equal(o.t, "rule", []string{a.Rule, a.Said}, []string{"own family name", "The family name of the user is that of the person."})
			is.Equal(o.t, "of whom", []any{a.Person, a.Count, a.Who.Name, a.Own}, []any{id, int64(2), c.user, false})
		}
	})
}

// A nurse with the name of many of her site's patients raises one alert a day for them, and one for
// each of other sites; the state may have it otherwise.
func TestPatientsOfTheOwnSiteWithTheOwnNameRaiseOneAlert(t *testing.T) {
	each(t, func(o *office) {
		nurse := o.user("nurse", "Noor Fernwick", access.Clinic, "OAK")
		var own []iis.PersonID
		billing := o.ofOak("OAKBILL")
		for i := range 5 {
			own = append(own, o.child([]iis.Sender{o.oak, billing}[i%2], "Fernwick", fmt.Sprintf("Juniper%c", 'a'+i)))
		}
		other := o.child(o.elm, "Fernwick", "Robin")
		raised := func() (out []string) {
			o.opens(nurse, own...)
			o.opens(nurse, other)
			o.judges()
			for _, a := range o.alerts(o.ada) {
				of := "of all"
				if a.Person != 0 {
					of = "of one"
				}
				out = append(out, fmt.Sprint(of, " ", a.Count))
				is.NoError(o.t, "decide", o.desk.Decide(ctx, o.ada, a.ID, audit.Explained, "They are no kin of hers."))
			}
			return out
		}
		is.Equal(o.t, "as states ship it", raised(), []string{"of all 5", "of one 1"})
		o.rules("- rule: own family name\n  own patients: none\n  source: \"a test\"\n")
		is.Equal(o.t, "none", raised(), []string{"of one 1"})
		o.rules("- rule: own family name\n  own patients: each\n  source: \"a test\"\n")
		is.Equal(o.t, "each", len(raised()), 6)
	})
}

// Who is held to a roster gains nothing from the other senders of the site: to open records of whom
// those reported is no normal work there, and one of the own name raises its alert.
func TestAtASchoolWhatAnotherSenderReportedIsNotTheNursesOwn(t *testing.T) {
	each(t, func(o *office) {
		nurse := o.user("nurse", "Noor Fernwick", access.Clinic, "OAK")
		billing := o.ofOak("OAKBILL")
		ids := []iis.PersonID{o.child(billing, "Fernwick", "Robin"), o.child(billing, "Fernwick", "Wren")}
		own := o.child(o.oak, "Fernwick", "Juniper")
		raised := func() (out []string) {
			o.opens(nurse, ids...)
			o.opens(nurse, own)
			o.judges()
			for _, a := range o.alerts(o.ada) {
				out = append(out, fmt.Sprint(a.Person != 0, a.Count))
				is.NoError(o.t, "decide", o.desk.Decide(ctx, o.ada, a.ID, audit.Explained, "They are no kin of hers."))
			}
			return out
		}
		is.Equal(o.t, "at a clinic", raised(), []string{"false 3"})
		is.NoError(o.t, "school", o.Store.Write(ctx, func(tx *store.Tx) error {
			site, err := tx.OrganizationOf(o.oak.ID)
			if err != nil {
				return err
			}
			site.Kind = iis.KindSchool
			return tx.PutOrganization(site)
		}))
		is.Equal(o.t, "at a school", raised(), []string{"true 1", "true 1", "false 1"})
	})
}

func TestNormalWorkOfASiteRaisesNoAlert(t *testing.T) {
	each(t, func(o *office) {
		nurse := o.user("nurse", "Noor Fernwick", access.Clinic, "OAK")
		var own []iis.PersonID
		billing := o.ofOak("OAKBILL")
		for i := range 70 { // a day on which a school is vaccinated
			own = append(own, o.child([]iis.Sender{o.oak, billing}[i%2], fmt.Sprintf("Marsh%c%c", 'a'+i%26, 'a'+i/26), "Juniper"))
		}
		other := o.child(o.elm, "Heather", "Robin")
		found, err := o.Chart.Recent(ctx, nurse, 20) // a list opens no record
		is.NoError(o.t, "newest", err)
		is.Equal(o.t, "seen in a list", len(found), 20)
		o.opens(nurse, own...)
		o.opens(nurse, other)
		o.opens(o.ada.Actor, own[:50]...)
		is.Equal(o.t, "alerts", o.judges(), 0)
		is.Equal(o.t, "open", len(o.alerts(o.ada)), 0)
	})
}

func TestWhoOpensManyRecordsOfOthersRaisesOneAlertUntilItIsDecided(t *testing.T) {
	each(t, func(o *office) {
		o.rules("- rule: many records\n  records: 4\n  within: hour\n  source: x\n- rule: many records\n  records: 6\n  within: day\n  source: x\n")
		nurse := o.user("nurse", "Noor Fernwick", access.Clinic, "OAK")
		var theirs []iis.PersonID
		for i := range 12 {
			theirs = append(theirs, o.child(o.elm, fmt.Sprintf("Marsh%c", 'a'+i), "Juniper"))
		}
		o.opens(nurse, theirs[:4]...)
		o.opens(nurse, theirs[:4]...) // again and again the same are not many
		is.Equal(o.t, "four in an hour", o.judges(), 0)
		o.pass(62 * time.Minute)
		o.opens(nurse, theirs[4])
		is.Equal(o.t, "five, but not in one hour", o.judges(), 0)
		o.opens(nurse, theirs[5:9]...)
		is.Equal(o.t, "five in an hour, nine in a day", o.judges(), 2)
		list := o.alerts(o.ada)
		is.Equal(o.t, "one alert a rule", len(list), 2)
		is.Equal(o.t, "the hour", []any{list[0].Rule, list[0].Count, list[0].Person}, []any{"many records in an hour", int64(5), iis.PersonID(0)})
		is.Equal(o.t, "the day", []any{list[1].Rule, list[1].Count}, []any{"many records in a day", int64(9)})
		is.Equal(o.t, "nothing new", o.judges(), 0)

		o.opens(nurse, theirs[9])
		is.Equal(o.t, "both go on", o.judges(), 2)
		is.Equal(o.t, "still one a rule", len(o.alerts(o.ada)), 2)
		for _, a := range list {
			is.NoError(o.t, "decide", o.desk.Decide(ctx, o.ada, a.ID, audit.Explained, "She stood in at Elm Square."))
		}
		o.opens(nurse, theirs[10])
		is.Equal(o.t, "what was explained is not counted again", o.judges(), 0)
		o.opens(nurse, theirs[:7]...)
		is.Equal(o.t, "what came since is", o.judges(), 2)
	})
}

func TestWhoOpensAWatchedRecordRaisesAnAlertUnderWhateverNumber(t *testing.T) {
	each(t, func(o *office) {
		reader := o.user("vin", "Vin Larkwell", access.Reader, "")
		star, double, other := o.child(o.oak, "Marsh", "Juniper"), o.child(o.elm, "Marsh", "Junip"), o.child(o.oak, "Heather", "Robin")
		is.NoError(o.t, "watch", o.desk.Watch(ctx, o.ada, star.Public(), "A governor’s child."))
		is.Equal(o.t, "twice", fault.KindOf(o.desk.Watch(ctx, o.eve, star.Public(), "Again.")), fault.Conflict)
		for number, why := range map[string]string{"Juniper Marsh": "x", "0AAAAAAAAAAA1": "x", other.Public(): "  "} {
			if err := o.desk.Watch(ctx, o.ada, number, why); fault.KindOf(err) != fault.Invalid || strings.Contains(err.Error(), "Juniper") {
				o.t.Errorf("%s watched for %q: %v", number, why, err)
			}
		}
		o.opens(reader, star, other)
		is.Equal(o.t, "one alert", o.judges(), 1)
		a := o.alerts(o.ada)[0]
		is.Equal(o.t, "of it", []any{a.Rule, a.Person, a.Who.Name}, []any{"watched record", star, "Vin Larkwell"})
		stays, former := o.merges(star, double)
		is.Equal(o.t, "twice after a merge", fault.KindOf(o.desk.Watch(ctx, o.eve, stays.Public(), "Again.")), fault.Conflict)
		o.pass(25 * time.Hour)
		o.opens(reader, former)
		is.Equal(o.t, "after a merge", o.judges(), 1)
		is.Equal(o.t, "which stays", []any{len(o.alerts(o.ada)), o.alerts(o.ada)[1].Person}, []any{2, stays})

		page, err := o.desk.Watched(ctx, o.eve, 0)
		is.NoError(o.t, "list", err)
		is.Equal(o.t, "the mark", []any{len(page.Records), page.Records[0].Person, page.Records[0].Why, page.Records[0].By.Name}, []any{1, star, "A governor’s child.", "Ada Ashgrove"})
		is.NoError(o.t, "end", o.desk.EndWatch(ctx, o.eve, star))
		is.Equal(o.t, "again", fault.KindOf(o.desk.EndWatch(ctx, o.eve, star)), fault.NotFound)
		o.pass(25 * time.Hour)
		o.opens(reader, stays)
		is.Equal(o.t, "not any more", o.judges(), 0)
		log, err := o.Store.AccessLog(ctx, stays, 100)
		is.NoError(o.t, "log", err)
		for _, l := range log {
			if strings.HasPrefix(l.Act, store.ActAlert) {
				o.t.Errorf("the record's log tells of the mark or an alert: %s", l.Act)
			}
		}
	})
}

func TestRulesThatAreOffCanBePutOn(t *testing.T) {
	each(t, func(o *office) {
		reader := o.user("vin", "Vin Larkwell", access.Reader, "")
		dead, living := o.child(o.oak, "Marsh", "Juniper"), o.child(o.oak, "Heather", "Robin")
		o.Takes(o.oak, fmt.Sprintf("PID|1||A%d^^^OAK^MR||Marsh^Juniper||%d0405|F|||||||||||||||||||||20200101|Y", 1, 1951))
		o.opens(reader, dead, living)
		o.pass(13 * time.Hour) // the night
		o.opens(reader, living)
		is.Equal(o.t, "off", o.judges(), 0)
		o.rules("- rule: deceased person\n  source: x\n- rule: unusual hours\n  from: \"22:00\"\n  to: \"06:00\"\n  source: x\n")
		o.opens(reader, dead, living)
		is.Equal(o.t, "on", o.judges(), 2)
		list := o.alerts(o.ada)
		is.Equal(o.t, "the dead", []any{list[0].Rule, list[0].Person, list[0].Count}, []any{"deceased person", dead, int64(1)})
		is.Equal(o.t, "the night", []any{list[1].Rule, list[1].Person, list[1].Count}, []any{"unusual hours", iis.PersonID(0), int64(2)})
		o.rules("- rule: watched record\n  source: x\n")
		o.pass(25 * time.Hour)
		o.opens(reader, dead)
		is.Equal(o.t, "off again", o.judges(), 0)
	})
}

func TestSeveralServersRaiseNoAlertTwice(t *testing.T) {
	each(t, func(o *office) {
		by := o.user("noor", "Noor Fernwick", access.Reader, "")
		for i := range 10 {
			o.opens(by, o.child(o.oak, "Fernwick", fmt.Sprintf("Juniper%c", 'a'+i)))
			o.pass(30 * time.Minute)
		}
		o.pass(2 * time.Minute)
		now := o.clock
		var servers sync.WaitGroup
		for range 4 {
			desk := audit.New(o.Store, record.New(o.Store, codeset.Default()))
			servers.Go(func() {
				for range 40 {
					_, _, err := desk.Judge(ctx, now)
					is.NoError(o.t, "judge", err)
				}
			})
		}
		servers.Wait()
		list := o.alerts(o.ada)
		is.Equal(o.t, "an alert for each record", len(list), 10)
		for _, a := range list {
			is.Equal(o.t, "counted once", a.Count, 1)
		}
	})
}

func TestAReviewerDecidesAnAlertOnceAndNeverOneAboutThemselves(t *testing.T) {
	each(t, func(o *office) {
		id := o.child(o.oak, "Ashgrove", "Juniper")
		o.opens(o.ada.Actor, id)
		is.Equal(o.t, "raised", o.judges(), 1)
		a := o.alerts(o.ada)[0]
		is.Equal(o.t, "she sees that it is about her", []bool{a.Own, o.alerts(o.eve)[0].Own}, []bool{true, false})
		for _, v := range audit.Verdicts {
			is.Equal(o.t, "by herself: "+string(v), fault.KindOf(o.desk.Decide(ctx, o.ada, a.ID, v, "My niece, it is fine.")), fault.Denied)
		}
		is.Equal(o.t, "without a note", fault.KindOf(o.desk.Decide(ctx, o.eve, a.ID, audit.Explained, " ")), fault.Invalid)
		is.Equal(o.t, "without a verdict", fault.KindOf(o.desk.Decide(ctx, o.eve, a.ID, "fine", "x")), fault.Invalid)
		is.Equal(o.t, "of none", fault.KindOf(o.desk.Decide(ctx, o.eve, 12345, audit.Explained, "x")), fault.NotFound)
		is.NoError(o.t, "not yet", o.desk.Decide(ctx, o.eve, a.ID, audit.Undecided, "Asked her supervisor."))
		is.Equal(o.t, "still open", len(o.alerts(o.eve)), 1)
		is.NoError(o.t, "decide", o.desk.Decide(ctx, o.eve, a.ID, audit.Misuse, "It was no patient of hers."))
		is.Equal(o.t, "again", fault.KindOf(o.desk.Decide(ctx, o.eve, a.ID, audit.Explained, "Or not.")), fault.Conflict)
		is.Equal(o.t, "open", len(o.alerts(o.eve)), 0)
		decided, err := o.desk.Alerts(ctx, o.eve, true, 0)
		is.NoError(o.t, "decided", err)
		is.Equal(o.t, "decided", []any{len(decided.Alerts), decided.Alerts[0].Verdict}, []any{1, "misuse"})
		got, err := o.desk.Alert(ctx, o.eve, a.ID)
		is.NoError(o.t, "open", err)
		var said []string
		for _, e := range got.History {
			said = append(said, e.Who.Name+": "+string(e.Said)+": "+e.Note)
		}
		is.Equal(o.t, "history", said, []string{"Eve Elderwood: not decided: Asked her supervisor.", "Eve Elderwood: misuse: It was no patient of hers."})

		acts, err := o.desk.Search(ctx, o.eve, audit.Query{Person: id.Public(), Kind: "audits"}, 0)
		is.NoError(o.t, "audit", err)
		var names []string
		for _, l := range acts.Lines {
			names = append(names, l.Act)
		}
		is.Equal(o.t, "audited", names[len(names)-1], "alert: raise")
		for _, want := range []string{"alert: misuse", "alert: not decided", "alert: open", "alert: list"} {
			if !strings.Contains(strings.Join(names, ","), want) {
				o.t.Errorf("the audit does not have %s: %v", want, names)
			}
		}
	})
}

func TestAccessWhileNothingJudgedIsJudgedAllTheSame(t *testing.T) {
	each(t, func(o *office) {
		by := o.user("noor", "Noor Fernwick", access.Reader, "")
		a, b := o.child(o.oak, "Fernwick", "Juniper"), o.child(o.oak, "Fernwick", "Robin")
		o.opens(by, a)
		is.Equal(o.t, "first", o.judges(), 1)
		o.opens(by, b)
		o.pass(50 * time.Hour) // the jobs stood still
		is.Equal(o.t, "two days later", o.judges(), 1)
		list := o.alerts(o.ada)
		is.Equal(o.t, "both", []any{len(list), list[1].Person}, []any{2, b})
	})
}

// searches has somebody search, ten seconds each.
func (o *office) searches(by iis.Actor, texts ...string) {
	o.t.Helper()
	for _, text := range texts {
		_, err := o.Chart.Find(ctx, by, chart.Search{Text: text + " 2015"})
		is.NoError(o.t, "search", err)
		o.pass(10 * time.Second)
	}
}

var givens = []string{"Adaline", "Benedict", "Cyrus", "Dorothea", "Edwin", "Fay", "Gustav", "Hugo"}

func TestWhoPagesThroughListsOfOthersPatientsRaisesOneAlert(t *testing.T) {
	each(t, func(o *office) {
		o.rules("- rule: many people listed\n  people: 4\n  within: hour\n  source: x\n- rule: many people listed\n  people: 6\n  within: day\n  source: x\n")
		nurse := o.user("nurse", "Noor Fernwick", access.Clinic, "OAK")
		reader := o.user("vin", "Vin Larkwell", access.Reader, "")
		o.born = 2015
		for _, family := range []string{"Aster", "Briar", "Cedar"} { // three of each, and two of her own site
			for i := range 3 {
				o.child(o.elm, family, givens[i])
			}
			o.child(o.oak, family, "Robin")
			o.child(o.oak, family, "Wren")
		}
		o.searches(nurse, "Aster", "Aster", "Aster")
		is.Equal(o.t, "three, again and again, and her own patients", o.judges(), 0)
		o.pass(62 * time.Minute)
		o.searches(nurse, "Briar")
		is.Equal(o.t, "six, but not in one hour", o.judges(), 0)
		o.searches(nurse, "Cedar")
		is.Equal(o.t, "six in an hour, nine in a day", o.judges(), 2)
		list := o.alerts(o.ada)
		is.Equal(o.t, "the hour", []any{list[0].Rule, list[0].Count, list[0].Person, list[0].HowMuch()}, []any{"many people listed in an hour", int64(6), iis.PersonID(0), "6 different people"})
		is.Equal(o.t, "the day", []any{list[1].Rule, list[1].Count}, []any{"many people listed in a day", int64(9)})
		is.Equal(o.t, "in words", list[0].Said, "Lists showed the user more than 4 different people in an hour, besides the patients of their own site and those on its roster.")
		is.Equal(o.t, "nothing new", o.judges(), 0)
		o.searches(nurse, "Aster")
		is.Equal(o.t, "the same alert goes on", []int{o.judges(), len(o.alerts(o.ada))}, []int{2, 2})
		for _, a := range list {
			is.NoError(o.t, "decide", o.desk.Decide(ctx, o.ada, a.ID, audit.Explained, "She looked for a twin."))
		}
		o.searches(nurse, "Aster")
		is.Equal(o.t, "what was explained is not counted again", o.judges(), 0)

		_, err := o.Chart.Recent(ctx, reader, 5) // whoever belongs to no site has no patients of their own
		is.NoError(o.t, "newest", err)
		is.Equal(o.t, "the newest five", o.judges(), 1)
	})
}

// A school nurse goes through the school's whole roster, prints it as a file and searches in it: that is
// the work. Who lists another's roster, or others than those on it, is counted.
func TestTheOwnRosterOfASchoolRaisesNoAlert(t *testing.T) {
	each(t, func(o *office) {
		o.rules("- rule: many people listed\n  people: 4\n  within: hour\n  source: x\nrosters:\n- kind: school\n  opens: records\n  source: x\n")
		o.born = 2015
		nurse := o.user("nurse", "Noor Fernwick", access.Clinic, "OAK")
		nurse.Site = o.oak.ID
		var site iis.OrganizationID
		var ids []iis.PersonID
		for i := range 8 {
			ids = append(ids, o.child(o.elm, "Aster", givens[i]))
		}
		for i := range 5 {
			o.child(o.elm, "Briar", givens[i])
		}
		is.NoError(o.t, "a school", o.Store.Write(ctx, func(tx *store.Tx) error {
			s, err := tx.OrganizationOf(o.oak.ID)
			if err != nil {
				return err
			}
			s.Kind, site = iis.KindSchool, s.ID
			for _, id := range ids {
				e := iis.RosterEntry{Person: id, ID: iis.RosterID(o.Store.NewID()), Site: site, Since: cal.On(o.clock).AddDays(-30), Added: o.clock, Changed: o.clock}
				if err := tx.AddRosterEntries(e); err != nil {
					return err
				}
			}
			return tx.PutOrganization(s)
		}))
		desk := roster.New(o.Store, o.keeper)
		lists := func(by iis.Actor) {
			page, err := desk.List(ctx, by, site, roster.Query{})
			is.NoError(o.t, "list", err)
			is.Equal(o.t, "students", len(page.Lines), 8)
			is.NoError(o.t, "as a file", desk.Everyone(ctx, by, site, func(*roster.Site, []roster.Line) error { return nil }))
			o.pass(time.Minute)
		}
		lists(nurse)
		lists(nurse)
		o.searches(nurse, "Aster")
		is.Equal(o.t, "her own roster", o.judges(), 0)
		o.searches(nurse, "Briar")
		is.Equal(o.t, "others", []int{o.judges(), int(o.alerts(o.ada)[0].Count)}, []int{1, 5})
		staff := o.ada.Actor
		staff.SeesAll = true
		lists(staff)
		is.Equal(o.t, "whose roster it is not", []any{o.judges(), o.alerts(o.eve)[1].Who.Name, o.alerts(o.eve)[1].Count}, []any{1, "Ada Ashgrove", int64(8)})
	})
}

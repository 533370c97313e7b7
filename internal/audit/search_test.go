package audit_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"openiis/internal/access"
	"openiis/internal/audit"
	"openiis/internal/codeset"
	"openiis/internal/deed"
	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/steward"
	"openiis/internal/store"
)

// finds is what a search finds, each line as who did what.
func (o *office) finds(by audit.By, q audit.Query) (lines []string, page audit.Page) {
	o.t.Helper()
	page, err := o.desk.Search(ctx, by, q, 0)
	is.NoError(o.t, "search", err)
	for _, l := range page.Lines {
		lines = append(lines, l.Who.Name+": "+l.What)
	}
	return lines, page
}

func TestTheAuditIsSearchedByPersonUserSenderKindAndTime(t *testing.T) {
	each(t, func(o *office) {
		nurse := o.user("nurse", "Noor Fernwick", access.Clinic, "OAK")
		start := o.clock
		a, b := o.child(o.oak, "Marsh", "Juniper"), o.child(o.elm, "Heather", "Robin")
		o.pass(time.Hour)
		o.opens(nurse, a, b)
		o.opens(o.ada.Actor, a)

		lines, page := o.finds(o.ada, audit.Query{Person: strings.ToLower(a.Public())})
		is.Equal(o.t, "of a person", lines, []string{"Ada Ashgrove: Printed the immunization record", "Noor Fernwick: Printed the immunization record", "Oak Street Clinic: Sent a message for the record"})
		is.Equal(o.t, "how many", page.Total, 3)
		l := page.Lines[1]
		is.Equal(o.t, "by whom", []string{l.Who.Username, l.Who.Role, l.Who.Site, l.Who.Kind}, []string{"nurse", access.Clinic, "Oak Street Clinic", "user"})
		l = page.Lines[2]
		is.Equal(o.t, "by which door", []any{l.Door, l.Sent != 0, l.Who.Facility, l.Person}, []any{iis.DoorHTTP, true, "OAK", a})

		lines, _ = o.finds(o.ada, audit.Query{User: "nurse", Kind: deed.Printed})
		is.Equal(o.t, "of a user", len(lines), 2)
		lines, _ = o.finds(o.ada, audit.Query{Sender: "ELM"})
		is.Equal(o.t, "of a sender", lines, []string{"Elm Square Clinic: Sent a message for the record"})
		lines, _ = o.finds(o.ada, audit.Query{Kind: deed.Printed, Until: start.Add(30 * time.Minute)})
		is.Equal(o.t, "before", lines, nil)
		lines, _ = o.finds(o.ada, audit.Query{Kind: deed.Printed, From: start.Add(30 * time.Minute)})
		is.Equal(o.t, "since", len(lines), 3)
		lines, _ = o.finds(o.ada, audit.Query{User: "nurse", Person: b.Public()})
		is.Equal(o.t, "of a user and a person", len(lines), 1)

		lines, _ = o.finds(o.ada, audit.Query{Kind: deed.Audits})
		is.Equal(o.t, "searches are audited, the newest first", []any{len(lines), lines[0], lines[len(lines)-1]},
			[]any{6, "Ada Ashgrove: Searched the audit for what was done with the record", "Ada Ashgrove: Searched the audit for what was done with the record"})
		stays, former := o.merges(a, b)
		for _, id := range []iis.PersonID{stays, former} {
			_, page = o.finds(o.ada, audit.Query{Person: id.Public(), Kind: deed.Printed})
			is.Equal(o.t, "after a merge, by either number", len(page.Lines), 3)
		}
	})
}

func TestWhatTheUsersOfASiteDidIsFoundByItsFacilityCode(t *testing.T) {
	each(t, func(o *office) {
		nurse, gone := o.user("nurse", "Noor Fernwick", access.Clinic, "OAK"), o.user("gone", "Gale Gone", access.Clinic, "OAK")
		other := o.user("other", "Eli Elm", access.Clinic, "ELM")
		a, b := o.child(o.oak, "Marsh", "Juniper"), o.child(o.oak, "Heather", "Robin")
		o.opens(nurse, a)
		o.opens(gone, b)
		o.opens(other, a)
		is.NoError(o.t, "end", o.Gate.EndAccess(ctx, access.ByCommand(), gone.User, "Left."))
		who := func(q audit.Query) string {
			lines, page := o.finds(o.ada, q)
			is.Equal(o.t, "whole", page.Next, int64(0))
			var out []string
			for _, l := range lines {
				if !strings.HasPrefix(l, "Ada") {
					out = append(out, l)
				}
			}
			return strings.Join(out, "; ")
		}
		const printed = "Printed the immunization record"
		is.Equal(o.t, "its users", who(audit.Query{Site: "OAK", Kind: deed.Printed}), "Gale Gone: "+printed+"; Noor Fernwick: "+printed)
		is.Equal(o.t, "of one record", who(audit.Query{Site: "OAK", Person: a.Public()}), "Noor Fernwick: "+printed)
		if all := who(audit.Query{Site: "OAK", Sends: true}); !strings.Contains(all, "Oak Street Clinic: ") || !strings.Contains(all, "Noor") || strings.Contains(all, "Eli") {
			o.t.Errorf("with its senders: %s", all)
		}
		if all := who(audit.Query{Site: "OAK", Sends: true, Person: a.Public()}); !strings.Contains(all, "Oak Street Clinic: ") || strings.Contains(all, "Gale") {
			o.t.Errorf("of one record, with its senders: %s", all)
		}
		is.Equal(o.t, "of another site", who(audit.Query{Site: "ELM", Kind: deed.Printed}), "Eli Elm: "+printed)
		o.Facility("ASH", "Ash Clinic")
		is.Equal(o.t, "a site without users", who(audit.Query{Site: "ASH"}), "")
		is.NoError(o.t, "a department", o.Store.Write(ctx, func(tx *store.Tx) error {
			elm, err := tx.OrganizationOf(o.elm.ID)
			if err != nil {
				return err
			}
			oak, err := tx.OrganizationOf(o.oak.ID)
			if err != nil {
				return err
			}
			return tx.Exec(`UPDATE organization SET kind = 'department', parent_id = $1 WHERE id = $2`, oak.ID, elm.ID)
		}))
		is.Equal(o.t, "with its department", who(audit.Query{Site: "OAK", Kind: deed.Printed}), "Eli Elm: "+printed+"; Gale Gone: "+printed+"; Noor Fernwick: "+printed)
	})
}

func TestASearchThatIsNotUnderstoodSaysWhatToDo(t *testing.T) {
	each(t, func(o *office) {
		for _, c := range []struct {
			q    audit.Query
			want string
		}{
			{audit.Query{Person: "Juniper Marsh"}, "not a registry number"}, {audit.Query{User: "nobody"}, "no user with this name to sign in"},
			{audit.Query{Sender: "NONE"}, "no sender with this facility code"}, {audit.Query{User: "ada", Sender: "OAK"}, "and one alone"},
			{audit.Query{Site: "NONE"}, "no site with this facility code"}, {audit.Query{Site: "OAK", User: "ada"}, "and one alone"}, {audit.Query{Site: "OAK\x00"}, "no site with this"},
			{audit.Query{User: "ada\xff"}, "no user with this name"}, {audit.Query{Sender: "OAK\x00"}, "no sender with this"},
			{audit.Query{Kind: "dance"}, "no kind of act"}, {audit.Query{From: o.clock, Until: o.clock.Add(-time.Hour)}, "first day is after the last"},
		} {
			_, err := o.desk.Search(ctx, o.ada, c.q, 0)
			if fault.KindOf(err) != fault.Invalid || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "Juniper") {
				o.t.Errorf("%+v: %v, want %q", c.q, err, c.want)
			}
		}
		lines, page := o.finds(o.ada, audit.Query{Person: "0AAAAAAAAAAA1"})
		is.Equal(o.t, "nobody's number", []any{lines, page.Total}, []any{[]string(nil), int64(-1)})
	})
}

func TestASearchGoesOnPageByPage(t *testing.T) {
	each(t, func(o *office) {
		nurse := o.user("nurse", "Noor Fernwick", access.Clinic, "OAK")
		ids := []iis.PersonID{o.child(o.oak, "Marsh", "Juniper"), o.child(o.elm, "Heather", "Robin")}
		for range 62 {
			o.opens(nurse, ids...)
		}
		for name, q := range map[string]audit.Query{"a user": {User: "nurse"}, "a kind": {Kind: deed.Printed}, "a person": {Person: ids[0].Public(), User: "nurse"}} {
			want := map[string]int{"a user": 124, "a kind": 124, "a person": 62}[name]
			seen, before, pages := map[int64]bool{}, int64(0), 0
			for {
				page, err := o.desk.Search(ctx, o.ada, q, before)
				is.NoError(o.t, "search", err)
				if pages++; len(page.Lines) > audit.PageSize {
					o.t.Errorf("a page has %d lines", len(page.Lines))
				}
				for _, l := range page.Lines {
					if seen[l.ID] || before != 0 && l.ID >= before {
						o.t.Errorf("line %d comes twice", l.ID)
					}
					seen[l.ID] = true
				}
				if before = page.Next; before == 0 {
					break
				}
			}
			is.Equal(o.t, name, []int{len(seen), pages}, []int{want, (want + audit.PageSize - 1) / audit.PageSize})
		}
	})
}

func TestNobodyWithoutThatRightMeetsASealedIdentityInTheAudit(t *testing.T) {
	each(t, func(o *office) {
		o.rules("- rule: watched record\n  source: x\n")
		nurse := o.user("nurse", "Noor Fernwick", access.Clinic, "OAK")
		former, double := o.child(o.oak, "Quill", "Wren"), o.child(o.elm, "Quill", "Wrenna")
		former, old := o.merges(former, double)
		is.NoError(o.t, "watch", o.desk.Watch(ctx, o.ada, former.Public(), "A threat."))
		o.opens(nurse, former)
		is.Equal(o.t, "raised", o.judges(), 1)
		alert := o.alerts(o.ada)[0]
		seals := o.eve
		seals.Seals = true
		desk := steward.New(o.Store, o.keeper, codeset.Default())
		_, _, err := desk.Seal(ctx, seals.Actor, steward.Sealing{Person: former, Order: "PR-1", Why: "adoption", New: steward.Identity{Family: "Moorland", Given: "Sorrel", Birth: "1950-04-05", Sex: "F"}})
		is.NoError(o.t, "seal", err)

		all := func(by audit.By) (text string) {
			for _, q := range []audit.Query{{}, {User: "nurse"}, {User: "eve"}, {Sender: "OAK"}, {Person: former.Public()}, {Person: old.Public()}} {
				_, page := o.finds(by, q)
				for _, l := range page.Lines {
					text += fmt.Sprintf("%s by %s\n", l.Person.Public(), l.Act)
				}
			}
			alerts, err := o.desk.Alerts(ctx, by, false, 0)
			is.NoError(o.t, "alerts", err)
			for _, a := range alerts.Alerts {
				text += a.Person.Public() + " has an alert\n"
			}
			watched, err := o.desk.Watched(ctx, by, 0)
			is.NoError(o.t, "watched", err)
			for _, w := range watched.Records {
				text += w.Person.Public() + " is watched\n"
			}
			return text
		}
		for _, id := range []iis.PersonID{former, old} {
			if text := all(o.ada); strings.Contains(text, id.Public()) || strings.Contains(text, "seal") {
				o.t.Errorf("the audit tells of %s:\n%s", id.Public(), text)
			}
		}
		if text := all(seals); !strings.Contains(text, former.Public()+" by seal an identity") || !strings.Contains(text, former.Public()+" has an alert") || !strings.Contains(text, former.Public()+" is watched") {
			o.t.Errorf("who may seal does not see it:\n%s", text)
		}
		_, err = o.desk.Alert(ctx, o.ada, alert.ID)
		is.Equal(o.t, "the alert", fault.KindOf(err), fault.NotFound)
		is.Equal(o.t, "decided", fault.KindOf(o.desk.Decide(ctx, o.ada, alert.ID, audit.Explained, "x")), fault.NotFound)
		is.Equal(o.t, "the mark", fault.KindOf(o.desk.EndWatch(ctx, o.ada, former)), fault.NotFound)
		_, never := o.finds(o.ada, audit.Query{Person: "0AAAAAAAAAAA1"})
		_, sealed := o.finds(o.ada, audit.Query{Person: former.Public()})
		is.Equal(o.t, "as a number that never was", sealed, never)
	})
}

func TestAccessUnderFormerNumbersAndByQueriesStandsInTheReport(t *testing.T) {
	each(t, func(o *office) {
		nurse := o.user("nurse", "Noor Fernwick", access.Clinic, "OAK")
		a, b := o.child(o.oak, "Marsh", "Juniper"), o.child(o.elm, "Marsh", "Junip")
		o.opens(nurse, a, b)
		is.NoError(o.t, "a query", o.Store.AuditRead(store.Audit{At: o.clock, Actor: iis.Actor{Kind: "sender", Sender: o.elm.ID}, Act: store.ActAnswerQuery, Person: b}))
		stays, _ := o.merges(a, b)
		r, err := o.Chart.AccessReport(ctx, o.ada.Actor, stays)
		is.NoError(o.t, "report", err)
		var got []string
		for _, l := range r.Lines {
			got = append(got, l.Who+", "+l.Role+", "+l.Site+", "+l.Kind+": "+l.What)
		}
		want := []string{
			"Ada Ashgrove (you), administrator, , Printed: Printed who saw or changed this record",
			"Ada Ashgrove, administrator, , Decided who is who: Decided that two records are of one person",
			"Elm Square Clinic, , , Sent in answer to a query: Received this record in answer to a query",
			"Noor Fernwick, clinic-staff, Oak Street Clinic, Printed: Printed the immunization record",
			"Oak Street Clinic, , , Changed: Sent a message for this record",
			"Elm Square Clinic, , , Changed: Sent a message for this record",
		}
		for _, w := range want {
			if !strings.Contains(strings.Join(got, "\n"), strings.ReplaceAll(w, "Ada Ashgrove, ", "Ada Ashgrove (you), ")) {
				o.t.Errorf("the report does not say %q:\n%s", w, strings.Join(got, "\n"))
			}
		}
		is.Equal(o.t, "whole", r.More, false)
	})
}

func TestWhoReviewsNoAlertsMeetsNoneInTheAudit(t *testing.T) {
	each(t, func(o *office) {
		auditor := audit.By{Actor: o.user("ann", "Ann Lowe", "auditor", "")}
		nurse := o.user("nurse", "Noor Fernwick", access.Clinic, "OAK")
		star := o.child(o.oak, "Marsh", "Juniper")
		is.NoError(o.t, "watch", o.desk.Watch(ctx, o.ada, star.Public(), "A governor’s child."))
		o.opens(nurse, star)
		is.Equal(o.t, "raised", o.judges(), 1)
		is.Equal(o.t, "listed", len(o.alerts(o.ada)), 1)
		for _, q := range []audit.Query{{}, {Person: star.Public()}, {User: "ada"}, {Kind: deed.Audits}} {
			page, err := o.desk.Search(ctx, auditor, q, 0)
			is.NoError(o.t, "search", err)
			is.Equal(o.t, "nothing is counted", page.Total, -1)
			for _, l := range page.Lines {
				if strings.HasPrefix(l.Act, store.ActAlert) {
					o.t.Errorf("%+v tells an auditor of %q", q, l.Act)
				}
			}
		}
		_, page := o.finds(o.ada, audit.Query{Person: star.Public(), Kind: deed.Audits})
		is.Equal(o.t, "a reviewer finds them", len(page.Lines) >= 3, true)
	})
}

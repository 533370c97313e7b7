package helpdesk_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"openiis/internal/codeset"
	"openiis/internal/fault"
	"openiis/internal/helpdesk"
	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/record"
	"openiis/internal/store"
	"openiis/internal/store/storetest"
)

func TestWhatLooksLikeAPatientsDataIsToldAndWhatDoesNotIsLetThrough(t *testing.T) {
	for text, want := range map[string]string{
		"Juniper Marsh born 4/5/2023 has two records":   "a date of birth",
		"the DOB is April 5, 2023":                      "a date of birth",
		"Juniper Marsh 4/5/2023":                        "a name beside a date",
		"Marsh, Juniper (2023-04-05) is missing":        "a name beside a date",
		"5 Apr 2023: Juniper B. Marsh":                  "a name beside a date",
		"her number is 078-05-1120":                     "a social security number",
		"078 05 1120":                                   "a social security number",
		"call (508) 555-0147":                           "a telephone number",
		"508-555-0147":                                  "a telephone number",
		"508.555.0147":                                  "a telephone number",
		"+1 508 555 0147":                               "a telephone number",
		"MRN 00123456 is wrong":                         "the number of a chart, a patient or a member",
		"00123456 is wrong":                             "a number of six digits or more, such as that of a chart",
		"1234567890123":                                 "a number of six digits or more, such as that of a chart",
		"PID|1||A1^^^X^MR||Marsh^Juniper":               "a part of a message, which has a patient in it",
		"see MSH-10":                                    "",
		"The page was slow on Monday March 2, 2026":     "",
		"Since 3/2/2026 the Upload a File page is slow": "",
		"Massachusetts General Hospital cannot send since 3/2/2026":           "",
		"Record 0APGE3S1R0101 and submission 0ABCDEFGHJKM1 look odd":          "",
		"The answer was AE with ERR 101 at RXA^2^5, and CVX 110 was sent":     "",
		"I pressed Print twice at 10:45, reference ABCDEFG2":                  "",
		"Juniper Marsh is missing":                                            "", // a name alone is not recognized: the warning is for it
		"We have 12345 patients":                                              "",
		"Windows 11, Firefox 128.0.3; it happened on 3/2/2026 with Excel too": "",
	} {
		is.Equal(t, text, strings.Join(helpdesk.Suspicious(text), ", "), want)
	}
}

// Each of these was let through once.
func TestAPatientIsRecognizedHoweverTheyAreWritten(t *testing.T) {
	const name, born, number = "a name beside a date", "a date of birth", "the number of a chart, a patient or a member"
	for text, want := range map[string]string{
		"MARIA LOPEZ 03/04/2019":                      name,
		"LOPEZ, MARIA 03/04/2019":                     name,
		"LOPEZ,MARIA A 3/4/19":                        name,
		"maria lopez 03/04/2019":                      name,
		"lopez, maria 03/04/2019":                     name,
		"the shot of maria j. lopez of 03/04/2019":    name,
		"Patient Maria Lopez 03/04/2019":              name,
		"Please look at Maria Lopez of 03/04/2019":    name,
		"Maria Lopez 4-Mar-2019":                      name,
		"Maria Lopez 04 Mar 19":                       name,
		"Maria Lopez March 4th, 2019":                 name,
		"Maria Lopez, 4th of March 2019":              name,
		"Maria Lopez Mar 4 '19":                       name,
		"Maria Lopez 03 04 2019":                      name,
		"Maria Lopez 2019/3/4":                        name,
		"April Lopez 03/04/2019":                      name,
		"JUNIPER QUILLFEATHER 03/04/2019":             name,
		"Maria Lopez born on the 4th of March 2019":   born,
		"maria lopez born 4-mar-2019":                 born,
		"she was born in March 2019":                  born,
		"DOB 03 04 2019":                              born,
		"MRN 12345":                                   number,
		"mrn: A12345":                                 number,
		"chart number is 4471":                        number,
		"Member ID #88123":                            number,
		"Medical record no. 4471":                     number,
		"patient id 4471":                             number,
		"03/04/2019":                                  "",
		"March 4th, 2019 and 04 Mar 19":               "",
		"It stopped on 4-Mar-2025 at 10:45":           "",
		"Pfizer lot 12345 03/04/2025":                 "", // a lot with its day is of no person
		"PFIZER LOT EK9231 03/04/2025":                "",
		"Moderna Spikevax expires 03/04/2025":         "",
		"The ACK says AE ERR since 03/04/2025":        "",
		"the page will not open since 03/04/2025":     "",
		"SERVER DOWN SINCE 03/04/2025":                "",
		"Our clinic was closed. Hello again 3/4/2025": "",
		"chart of 2019":                               "",
		"Release 2.5.1 of 03/04/2025 on port 2575":    "",
		"We have 3 records with 12 doses of 2019":     "",
	} {
		is.Equal(t, text, strings.Join(helpdesk.Suspicious(text), ", "), want)
	}
}

func FuzzSuspicious(f *testing.F) {
	for _, text := range []string{"", "Juniper Marsh 4/5/2023", "\xff\xfe 4/5/2023 \xff", "ÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄ 4/5/2023 Ää Öö"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) { _ = helpdesk.Suspicious(text) })
}

// desk is a help desk with its people.
func desk(t *testing.T, s *store.Store) (d *helpdesk.Desk, user func(name string) helpdesk.User) {
	users := map[string]helpdesk.User{}
	is.NoError(t, "users", s.Write(context.Background(), func(tx *store.Tx) error {
		for _, code := range []string{"OAK", "ELM"} {
			if _, err := tx.PutSender(iis.Sender{Facility: code, Name: code + " Clinic"}, code, "-", time.Now()); err != nil {
				return err
			}
		}
		for _, u := range []struct{ name, role, facility string }{
			{"nora", "clinic-staff", "OAK"}, {"ada", "access-administrator", "OAK"}, {"eva", "access-administrator", "ELM"}, {"hal", "help-desk", ""},
		} {
			a := store.Account{Username: u.name, Name: strings.ToUpper(u.name), Role: u.role, Hash: "-"}
			if u.facility != "" {
				at, err := tx.SenderByFacility(u.facility)
				if err != nil {
					return err
				}
				a.Sender = at.ID
			}
			id, err := tx.PutAccount(a, time.Now())
			if err != nil {
				return err
			}
			desk := u.role == "help-desk"
			users[u.name] = helpdesk.User{Actor: iis.Actor{Kind: "user", User: id}, Role: u.role, Sender: a.Sender, Sees: desk || u.role == "access-administrator", Everyone: desk, Answers: desk}
		}
		return nil
	}))
	return helpdesk.New(s, record.New(s, codeset.Default())), func(name string) helpdesk.User { return users[name] }
}

func TestTicketsAreKeptAnsweredAndAuditedOnBothDatabases(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx, roles := context.Background(), []string{"help-desk"}
		d, user := desk(t, s)
		q := helpdesk.Question{Topic: "page", Subject: " The page\x00 is slow ", Say: "Since this\r\nmorning.", Route: "/files", Agent: "Firefox", Record: "0APGE3S1R0101"}
		id, err := d.Open(ctx, user("nora"), q)
		is.NoError(t, "open", err)
		private, err := d.Open(ctx, user("nora"), helpdesk.Question{Topic: "privacy", Subject: "A lost print", Say: "It is lost."})
		is.NoError(t, "open", err)
		_, err = d.Ask(ctx, "198.51.100.7", helpdesk.Question{Topic: "mine", Subject: "My record", Say: "How?", Name: "Eve", Contact: "eve@example.org", Record: "0APGE3S1R0101", Route: "/files"})
		is.NoError(t, "ask", err)
		queue, err := d.Queue(ctx, user("hal"), 0, 0)
		is.NoError(t, "queue", err)
		var order []string
		for _, x := range queue.Tickets {
			order = append(order, x.Subject+" of "+x.Name)
		}
		is.Equal(t, "the most pressing first", order, []string{"A lost print of NORA", "The page is slow of NORA", "My record of Eve"})
		is.Equal(t, "of somebody without an account nothing goes along", []any{queue.Tickets[2].Record, queue.Tickets[2].Route}, []any{iis.PersonID(0), ""})
		after, err := d.Queue(ctx, user("hal"), queue.Tickets[0].Priority, queue.Tickets[0].ID)
		is.NoError(t, "the next page", err)
		is.Equal(t, "the next page", len(after.Tickets), 2)
		for name, want := range map[string]int{"ada": 2, "eva": 0, "hal": 3, "nora": 0} {
			all, err := d.All(ctx, user(name), 0)
			is.NoError(t, name, err)
			is.Equal(t, name+" sees", len(all.Tickets), want)
		}
		mine, err := d.Mine(ctx, user("nora"), private)
		is.NoError(t, "mine, older ones", err)
		is.Equal(t, "mine, older ones", len(mine.Tickets), 1)

		is.NoError(t, "note", d.Say(ctx, user("hal"), id, "A late report.", true))
		is.NoError(t, "answer", d.Say(ctx, user("hal"), id, "Look again.", false))
		is.Equal(t, "what looks like a patient", fault.KindOf(d.Say(ctx, user("hal"), id, "Juniper Marsh, born 4/5/2023", false)), fault.Invalid)
		is.Equal(t, "another site", fault.KindOf(d.Say(ctx, user("eva"), id, "Hello.", false)), fault.NotFound)
		is.Equal(t, "a site's administrator", fault.KindOf(d.Close(ctx, user("ada"), id, true)), fault.Denied)
		is.NoError(t, "arrange", d.Arrange(ctx, user("hal"), id, iis.Urgent, user("hal").Actor.User, roles))
		is.Equal(t, "to somebody else", fault.KindOf(d.Arrange(ctx, user("hal"), id, iis.Urgent, user("nora").Actor.User, roles)), fault.Invalid)
		is.NoError(t, "close", d.Close(ctx, user("nora"), id, true))
		is.Equal(t, "twice", fault.KindOf(d.Close(ctx, user("nora"), id, true)), fault.Conflict)
		for name, entries := range map[string]int{"nora": 3, "ada": 3, "hal": 5} {
			got, err := d.Ticket(ctx, user(name), id, roles)
			is.NoError(t, name, err)
			is.Equal(t, name+" reads", len(got.Entries), entries)
			is.Equal(t, "the ticket", []any{got.Subject, got.Entries[0].Say, got.Record.Public(), got.Status, got.AssignedName, got.Site},
				[]any{"The page is slow", "Since this\nmorning.", "0APGE3S1R0101", iis.TicketClosed, "HAL", "OAK Clinic"})
		}
		var acts []string
		is.NoError(t, "audit", s.Read(ctx, func(tx *store.Tx) error {
			lines, _, err := tx.SearchAudit(store.AuditFilter{Begins: []string{"ticket: "}}, 100)
			for _, l := range lines { // the newest first
				if l.Subject == int64(id) {
					acts = append([]string{l.Actor.Kind + " " + strings.TrimPrefix(l.Act, "ticket: ")}, acts...)
				}
			}
			return err
		}))
		is.Equal(t, "audit", acts, []string{"user asked", "user noted", "user answered", "user moved", "user closed", "user read", "user read"})
	})
}

func TestAtMostSoManyQuestionsComeFromOnePlaceWithinAnHour(t *testing.T) {
	s := storetest.Open(t, storetest.SQLite(t))
	d, _ := desk(t, s)
	q := helpdesk.Question{Topic: "other", Subject: "A question", Say: "What?", Name: "Eve", Contact: "eve@example.org"}
	for range 5 {
		_, err := d.Ask(context.Background(), "198.51.100.7", q)
		is.NoError(t, "ask", err)
	}
	_, err := d.Ask(context.Background(), "198.51.100.7", q)
	is.Equal(t, "the sixth", fault.KindOf(err), fault.Busy)
	_, err = d.Ask(context.Background(), "198.51.100.8", q)
	is.NoError(t, "from elsewhere", err)
}

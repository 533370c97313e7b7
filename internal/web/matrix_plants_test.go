package web

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"time"

	"openiis/internal/access"
	"openiis/internal/cal"
	"openiis/internal/chart"
	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/role"
	"openiis/internal/store"
)

// viewer is somebody who looks.
type viewer struct {
	name     string
	username string     // "": nobody is signed in
	role     *role.Role // nil: of nobody who may anything
	oak      bool       // of Oak Street Clinic
	looks    bool       // an administrator who looks as that role: nothing they send is taken
	rosters  bool       // of a site on whose roster everybody is
	region   bool       // of the region in which Elm is, where the state has regions
	elm      bool       // of Elm Square
	glass    bool       // who broke the glass of what is limited
	home     bool       // of the region in which somebody lives
	school   bool       // of a school, by a role that is held to no roster elsewhere
}

// user is the viewer as permissions are asked of them.
func (v viewer) user() access.User {
	if v.role == nil {
		return access.User{}
	}
	u := whole(v.role)
	u.AtRoster = v.school
	return u
}

func (v viewer) everyone() bool { return v.role != nil && v.role.Everyone }

// viewers are one of each role, of Oak where a role has a site; and whose account has something
// about it.
func viewers() (out []viewer) {
	for _, r := range role.All() {
		out = append(out, viewer{name: r.Name, username: "one-" + r.ID, role: r, oak: r.Site != role.NoSite})
	}
	staff := role.Named(access.Clinic)
	return append(
		out,
		viewer{name: "Clinic staff of no site", username: "nowhere", role: staff},
		viewer{name: "Clinic staff of a site that was merged into Oak", username: "merged", role: staff, oak: true}, // by another sender than Oak’s
		viewer{name: "Clinic staff of a site that is closed", username: "shut"},
		viewer{name: "Administrator who looks as clinic staff of Oak", username: "looker", role: staff, oak: true, looks: true},
		viewer{name: "School nurse who has everybody on the roster", username: "school-nurse-pine", role: role.Named("school-nurse"), rosters: true},
		viewer{name: "Child care that has everybody on its roster", username: "child-care-wren", role: role.Named("child-care"), rosters: true},
		viewer{name: "Health plan of which everybody is a member", username: "health-plan-lark", role: role.Named("health-plan"), rosters: true},
		viewer{name: "Regional coordinator of Elm’s region", username: "regional", role: role.Named("regional-coordinator"), region: true},
		viewer{name: "Clinic staff whose access has ended", username: "ended"},
		viewer{name: "Signed out"},
	)
}

// hasFurther adds the accounts of viewers beside those of each role, and of who works at Elm.
func (w *matrix) hasFurther() {
	w.t.Helper()
	staff := "clinic-staff"
	for _, a := range []store.Account{
		{Username: "nowhere", Role: staff},
		{Username: "merged", Role: staff, Sender: w.inactive("ASH", w.oak)},
		{Username: "shut", Role: staff, Sender: w.Facility("BAY", "Bay Clinic").ID},
		{Username: "looker", Role: access.Administrator},
		{Username: "ended", Role: staff, Sender: w.oak.ID},
		{Username: "eve", Role: "access-administrator", Sender: w.elm.ID},
	} {
		a.Name, a.Hash = "Nora "+a.Username, "-"
		if a.Username == "eve" {
			a.Name = "Eve Elm"
		}
		is.NoError(w.t, "user", w.Store.Write(context.Background(), func(tx *store.Tx) error {
			_, err := tx.PutAccount(a, w.Store.Now())
			return err
		}))
		w.learns(a.Username)
	}
	for _, r := range role.All() {
		w.learns("one-" + r.ID)
	}
	if w.state == "ma" { // where a site designates who records objections
		w.designates("one-access-administrator", "eve")
	}
	u := w.user("eve")
	w.eve = chart.Teller{Actor: iis.Actor{Kind: "user", User: u.ID, SeesAll: true, Site: w.elm.ID}, Name: "Eve Elm", Sender: w.elm.ID}
	is.Equal(w.t, "look as", w.looks("looker").post("/viewing", "role", staff, "facility", "OAK").location(), "/")
	w.looks("shut")
	w.inactive("BAY", iis.Sender{})
	w.looks("ended")
	is.NoError(w.t, "end", w.Store.Write(context.Background(), func(tx *store.Tx) error {
		a, err := tx.Account("ended")
		if err != nil {
			return err
		}
		a.Ended, a.EndedWhy = time.Now(), "left"
		if _, err := tx.PutAccount(a, time.Now()); err != nil {
			return err
		}
		return tx.EndSessions(a.ID, 0)
	}))
}

// inactive is a sender whose site is closed, or was merged into that of another.
func (w *matrix) inactive(code string, into iis.Sender) iis.SenderID {
	w.t.Helper()
	s := w.Facility(code, code+" Clinic")
	is.NoError(w.t, "close", w.Store.Write(context.Background(), func(tx *store.Tx) error {
		was, err := tx.OrganizationOf(s.ID)
		if err != nil {
			return err
		}
		was.Status, was.Closed = iis.StatusInactive, cal.On(w.Store.Now())
		if into.ID != 0 {
			to, err := tx.OrganizationOf(into.ID)
			if err != nil {
				return err
			}
			was.MergedInto = to.ID
			if err := tx.PutSenderPlace(s.ID, to.ID); err != nil {
				return err
			}
		}
		return tx.PutOrganization(was)
	}))
	return s.ID
}

// plants has there be everything of a person that there can be, by staff of Elm where Elm
// reported the person, and finds its numbers.
func (w *matrix) plants(c *cell) {
	w.t.Helper()
	ctx := context.Background()
	c.numbers = map[string]string{"people/{number}": c.id.Public(), "person/{number}": c.id.Public(), "watched/{number}": c.id.Public()}
	c.second = map[string]string{besideOther: w.apart.Public(), "same/{other}": c.id.Public(), "compare/{other}": c.id.Public(), "to/{other}": c.id.Public()}
	c.ours = map[string]string{}
	if c.oak && !c.is(sealed) && !c.is(closed) { // of who opted out a site's own messages stay its own until they are erased
		c.ours[ofOak] = c.subs["oak"]
	}
	if c.elm {
		wrong, err := w.Chart.Inform(ctx, w.eve, c.id, chart.Inform{Day: "1/2/2020", How: []string{"fact-sheet"}, Language: "eng"})
		is.NoError(w.t, "inform", err)
		is.Equal(w.t, "wrong", len(wrong), 0)
		is.NoError(w.t, "petition", w.Chart.Petition(ctx, w.eve.Actor, c.id, chart.Petition{
			Reason: "missing", Say: "Elmsaid" + c.given, AskedFor: "Elmasked" + c.given,
			Evidence: []chart.File{{Name: "Elmfile" + c.given + ".pdf", Content: []byte("%PDF-1.4\nElmproof" + c.given + "\n%%EOF\n")}},
		}))
		decision, err := w.keeper.Apart(ctx, c.id, w.apart, w.eve.Actor, "Elmreason"+c.given)
		is.NoError(w.t, "apart", err)
		c.numbers["{decision}"] = decision.Public()
		if !c.is(sealed) {
			is.NoError(w.t, "queue", w.Store.Write(ctx, func(tx *store.Tx) error {
				return tx.AddPossibleMatch(c.id, w.alike, 0, []byte(`{"profile":"balanced","bits":7,"why":[],"guards":["given name"]}`), w.Store.Now())
			}))
			file := "mrn,last_name,first_name,birth_date,sex,date,cvx\n" + c.elms()[0] + ",Quillhaven," + c.given + "," + c.born + ",F,05/06/2020,08\n"
			c.numbers["files/{number}"] = w.looks("eve").uploads(w.elm, "shots.csv", file).location()[len("/files/"):]
		}
		entry := "/people/" + c.id.Public() + "/facts/condition"
		number := numberOf(w.looks("eve").get(entry))
		said := w.looks("eve").do(http.MethodPost, entry, url.Values{"number": {number}, "what": {"observation-014"}, "since": {"4/9/2021"}, "says": {"record"}})
		if number == "" || said.status != http.StatusSeeOther {
			w.t.Fatalf("%s: Elm cannot say a fact: %d %s", c.name(), said.status, said.body)
		}
		c.numbers["entries/{entry}"] = number
		c.numbers["submissions/{number}"] = c.subs["elm"]
	}
	w.numbers(c)
	if c.elm {
		w.enters(c)
	}
}

// enters has Eve enter a vaccination by hand, which is confidential where the other is.
func (w *matrix) enters(c *cell) {
	w.t.Helper()
	at, form := "/people/"+c.id.Public(), typedForm("look", [][3]string{{"4/8/2017", "Hep A, ped/adol, 2 dose", "02"}})
	if c.confides() {
		form.Set("confidential-1", "yes")
	}
	b := w.looks("eve")
	is.Equal(w.t, "entered of "+c.name(), b.stores(at+"/vaccinations", form).status, http.StatusSeeOther)
	if m := entryLink.FindStringSubmatch(b.get(at).body); m != nil {
		c.numbers["vaccinations/{entry}"] = m[1]
	} else {
		w.t.Fatalf("%s: what was entered is not offered to be corrected", c.name())
	}
}

// numbers finds what the store alone knows.
func (w *matrix) numbers(c *cell) {
	w.t.Helper()
	is.NoError(w.t, "numbers", w.Store.Read(context.Background(), func(tx *store.Tx) error {
		f, err := tx.Folder(c.id)
		if err != nil {
			return err
		}
		from := w.oak.ID
		if c.elm {
			from = w.elm.ID
		}
		for _, s := range f.Sources {
			if s.Sender == from {
				c.numbers["{source}"] = s.Source.Public()
			}
		}
		var doses []string
		for _, d := range f.Consolidated {
			if slices.ContainsFunc(f.Doses, func(s iis.SourceDose) bool { return s.ID == d.Primary && s.Sender == from && s.Dose.Kind == iis.Given }) {
				doses = append(doses, d.ID.Public())
			}
		}
		c.numbers["{dose}"], c.numbers["/people/{number}/doses/{dose}/compare/{other}"] = doses[0], doses[len(doses)-1]
		informed, err := tx.InformedOf(c.id)
		for _, in := range informed {
			c.numbers["informed/{entry}"] = in.ID.Public()
		}
		if err != nil {
			return err
		}
		proofs, err := tx.Evidence(c.id)
		for _, e := range proofs {
			c.numbers["{evidence}"], c.numbers["{concern}"] = e.ID.Public(), e.Concern.Public()
		}
		return err
	}))
}

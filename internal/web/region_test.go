package web

import (
	"context"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/quality"
	"openiis/internal/store"
	"openiis/internal/store/storetest"
	"openiis/test/world"
)

// regionWorld is a registry of Minnesota with a site in the region metro (Oak) and one outside of
// it (Elm), each with a user, an open review and a person.
type regionWorld struct {
	*registry
	elm                    iis.Sender
	ours, theirs, resident string // records: of Oak, of Elm, of Elm and living in Hennepin
	ourReview, theirReview iis.ReviewID
}

var recordAddress = regexp.MustCompile(`/people/[0-9A-Z]{13}`)

func newRegionWorld(t *testing.T, s *store.Store) *regionWorld {
	w := &regionWorld{registry: over(t, world.Over(t, s))}
	w.inMinnesota()
	w.elm = w.Facility("ELM", "Elm Square Clinic")
	w.putInRegion(w.oak, "metro")
	w.putInRegion(w.elm, "northeast")
	w.hasUser("elmuser", "clinic-staff", "ELM")
	w.hasUser("oakuser", "clinic-staff", "OAK")
	w.Takes(w.oak, "PID|1||O1^^^X^MR||Marsh^Juniper||20230405|F|||1 Elm Street^^Duluth^MN^55802^USA^H^^St. Louis")
	w.Takes(w.elm, "PID|1||E1^^^X^MR||Sedge^Rowan||20200101|M|||2 Elm Street^^Duluth^MN^55802^USA^H^^St. Louis")
	w.Takes(w.elm, "PID|1||E2^^^X^MR||Reed^Fern||20210607|F|||3 Lake Street^^Minneapolis^MN^55408^USA^H^^Hennepin County")
	w.Takes(w.elm, "PID|1||E3^^^X^MR||Rush^Willow||20210608|F|||3 Lake Street^^Hudson^WI^54016^USA^H^^Washington")
	admin := w.as("administrator")
	w.ours = recordAddress.FindString(admin.search("Marsh Juniper 4/5/2023").body)
	w.theirs = recordAddress.FindString(admin.search("Sedge Rowan 1/1/2020").body)
	w.resident = recordAddress.FindString(admin.search("Reed Fern 6/7/2021").body)
	programme := quality.By{Actor: iis.Actor{Kind: "user", User: w.user("administrator").ID}, Side: quality.Programme}
	var err error
	w.ourReview, err = w.doors.Quality.OpenReview(context.Background(), programme, w.oak.ID, "late")
	is.NoError(t, "review of Oak", err)
	w.theirReview, err = w.doors.Quality.OpenReview(context.Background(), programme, w.elm.ID, "late")
	is.NoError(t, "review of Elm", err)
	return w
}

// site is the page of a sender's site.
func (w *regionWorld) site(of iis.Sender) string {
	o, err := w.doors.Enrol.OfSender(context.Background(), of.ID)
	is.NoError(w.t, "site", err)
	return organizationAddress(o.ID)
}

// pages are those of a site, of its sender, its review and its user.
func (w *regionWorld) pages(of iis.Sender, review iis.ReviewID, username string) []string {
	return []string{
		w.site(of), w.site(of) + "?own=", w.site(of) + "/enrolment", senderAddress(of.ID), reviewAddress(review), userAddress(w.user(username).ID),
	}
}

func TestACoordinatorSeesTheSitesOfTheRegionAndNoOther(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := newRegionWorld(t, s)
		regina := w.coordinates("regina", "metro")
		lists := []string{"/", "/organizations", "/organizations?status=any", "/organizations?region=northeast", "/senders", "/reviews", "/users", "/training/users", "/training/users.csv", "/timeliness", "/timeliness.csv", "/renewals", "/help/desk"}
		look := func(b *browser, in, out iis.Sender, inReview, outReview iis.ReviewID, inUser, outUser string) {
			t.Helper()
			for _, path := range w.pages(in, inReview, inUser) {
				is.Equal(t, path+" in the region", b.get(path).status, http.StatusOK)
			}
			for _, path := range w.pages(out, outReview, outUser) {
				is.Equal(t, path+" outside of it", b.get(path).status, http.StatusNotFound)
			}
			name := strings.Split(out.Name, " ")[0]
			for _, path := range lists {
				p := b.get(path)
				is.Equal(t, path, p.status, http.StatusOK)
				if strings.Contains(p.body, name+" ") || strings.Contains(p.body, outUser) {
					t.Errorf("%s tells of %s", path, out.Name)
				}
			}
			for _, path := range []string{"/senders", "/reviews", "/organizations", "/timeliness.csv"} {
				b.get(path).want(t, strings.Split(in.Name, " ")[0])
			}
			for _, act := range []string{"comment", "sign", "reopen"} {
				is.Equal(t, act+" outside", b.post(reviewAddress(outReview)+"/"+act, "said", "x").status, http.StatusNotFound)
			}
			is.Equal(t, "opens one outside", b.post(senderAddress(out.ID)+"/review", "said", "x").status, http.StatusNotFound)
		}
		look(regina, w.oak, w.elm, w.ourReview, w.theirReview, "oakuser", "elmuser")
		regina.get("/").want(t, "Your region: Metro", "1 open", "1 of them waiting for the programme")
		regina.get("/organizations?status=any").want(t, "Of 1 in your region")
		is.Equal(t, "signs for the programme", regina.post(reviewAddress(w.ourReview)+"/sign", "said", "").status, http.StatusSeeOther)
		is.Equal(t, "manages nobody", regina.post(userAddress(w.user("oakuser").ID)+"/end", "why", "x").status, http.StatusForbidden)

		w.putInRegion(w.oak, "northeast") // the sites change places: access follows at once
		w.putInRegion(w.elm, "metro")
		look(regina, w.elm, w.oak, w.theirReview, w.ourReview, "elmuser", "oakuser")
		w.putInRegion(w.oak, "metro")
		w.putInRegion(w.elm, "northeast")
		look(w.coordinates("regina", "northeast"), w.elm, w.oak, w.theirReview, w.ourReview, "elmuser", "oakuser")

		nobody := w.coordinates("nora", "")
		nobody.get("/").want(t, "Your account has no region yet")
		for _, path := range append(w.pages(w.oak, w.ourReview, "oakuser"), w.pages(w.elm, w.theirReview, "elmuser")...) {
			is.Equal(t, "without a region, "+path, nobody.get(path).status, http.StatusNotFound)
		}
		for _, path := range lists {
			p := nobody.get(path)
			is.Equal(t, "without a region, "+path, p.status, http.StatusOK)
			if strings.Contains(p.body, "Elm ") || strings.Contains(p.body, "Oak ") || strings.Contains(p.body, "elmuser") {
				t.Errorf("without a region, %s tells of a site", path)
			}
		}
	})
}

func TestACoordinatorOpensRecordsOfTheRegionWhereTheStateLetsThem(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := newRegionWorld(t, s)
		regina := w.coordinates("regina", "metro")
		none := "/people/" + iis.PersonID(77).Public()
		opens := func(b *browser, what, record string, want int) {
			t.Helper()
			for _, page := range []string{"", "/record.pdf", "/log", "/log.pdf", "/sharing", "/concern"} {
				is.Equal(t, what+page, b.get(record+page).status, want)
			}
		}
		opens(regina, "reported by a site of the region", w.ours, http.StatusOK)
		opens(regina, "who lives in the region", w.resident, http.StatusOK)
		opens(regina, "of another region", w.theirs, http.StatusNotFound)
		opens(regina, "a number of nobody", none, http.StatusNotFound)
		for q, found := range map[string]bool{"Marsh Juniper 4/5/2023": true, "Reed Fern 6/7/2021": true, "Sedge Rowan 1/1/2020": false, "Rush Willow 6/8/2021": false} {
			is.Equal(t, "finds "+q, recordAddress.MatchString(regina.search(q).body), found)
		}
		newest := regina.get("/people/newest").body
		is.Equal(t, "the newest", []bool{strings.Contains(newest, "Marsh"), strings.Contains(newest, "Reed"), strings.Contains(newest, "Sedge"), strings.Contains(newest, "Rush")}, []bool{true, true, false, false})
		w.as("administrator").get(w.theirs+"/log").want(t, "Nora regional-coordinator") // that she asked is written down

		w.putInRegion(w.elm, "metro")
		opens(regina, "whose site came to the region", w.theirs, http.StatusOK)
		w.putInRegion(w.elm, "northeast")
		w.putInRegion(w.oak, "northeast")
		opens(regina, "whose site left", w.ours, http.StatusNotFound)
		opens(regina, "who lives there still", w.resident, http.StatusOK)
		opens(w.coordinates("nora", ""), "without a region", w.ours, http.StatusNotFound)

		w.putInRegion(w.oak, "metro")
		w.protects("O1", "Marsh^Juniper||20230405|F") // nobody's own provider is the coordinator
		p := regina.get(w.ours)
		is.Equal(t, "not shared", p.status, http.StatusForbidden)
		is.Equal(t, "nor the PDF", regina.get(w.ours+"/record.pdf").status, http.StatusForbidden)
		is.Equal(t, "no glass", regina.get(w.ours+"/glass").status, http.StatusForbidden)
	})
}

// protects has Oak protect a person (PD1-12).
func (w *regionWorld) protects(number, who string) {
	w.t.Helper()
	w.Takes(w.oak, "PID|1||"+number+"^^^X^MR||"+who+"|||1 Elm Street^^Duluth^MN^55802^USA^H^^St. Louis", "PD1||||||||||||Y|20260101")
}

func TestLookingAsACoordinatorShowsTheRegionThatIsChosen(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := newRegionWorld(t, s)
		admin := w.as("administrator")
		admin.get("/viewing").want(t, `<option value="metro">Metro</option>`, "For a role that looks after a region.")
		const as = "regional-coordinator"
		is.Equal(t, "without a region", admin.post("/viewing", "role", as, "region", "").status, http.StatusBadRequest)
		is.Equal(t, "a region of no such role", admin.post("/viewing", "role", "auditor", "region", "metro").status, http.StatusBadRequest)
		is.Equal(t, "begins", admin.post("/viewing", "role", as, "region", "metro").location(), "/")
		admin.get("/").want(t, "Your region: Metro", "You see pages as the role Regional coordinator of the region Metro does.")
		for _, path := range append(w.pages(w.oak, w.ourReview, "oakuser"), w.ours) {
			is.Equal(t, "in the region: "+path, admin.get(path).status, http.StatusOK)
		}
		for _, path := range append(w.pages(w.elm, w.theirReview, "elmuser"), w.theirs) {
			is.Equal(t, "outside of it: "+path, admin.get(path).status, http.StatusNotFound)
		}
		is.Equal(t, "ends", admin.post("/viewing/end").location(), "/")
		is.Equal(t, "themselves", admin.get(w.theirs).status, http.StatusOK)
	})
}

func TestRegionalStaffTakeOptOutsOfWhomTheyMayOpenAndLearnOfNobodyElse(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := newRegionWorld(t, s)
		regina := w.coordinates("regina", "metro")
		regina.get(w.ours).want(t, w.ours+"/opt-out")
		request := func(b *browser, record string) page {
			return b.post(record+"/opt-out", "how", "call", "relation", "mother", "checked", "questions", "said", "Ivy Marsh", "asked", "1/4/2026", "understood", "yes")
		}
		for what, record := range map[string]string{"of another region": w.theirs, "of nobody": "/people/" + iis.PersonID(77).Public()} {
			is.Equal(t, what, regina.get(record+"/opt-out").status, http.StatusNotFound)
			is.Equal(t, what+", sent", request(regina, record).status, http.StatusNotFound)
		}
		for _, path := range []string{"/opt-outs", "/opt-outs/find"} {
			is.Equal(t, path, regina.get(path).status, http.StatusForbidden)
		}
		w.protects("O9", "Larch^Aspen||20200303|F")
		protected := recordAddress.FindString(w.as("administrator").search("Larch Aspen 3/3/2020").body)
		is.Equal(t, "of whom they see the name alone", request(regina, protected).status, http.StatusForbidden)

		form := regina.get(w.ours + "/opt-out")
		form.want(t, "Opt out of the registry", "By a call", "closed at once")
		if strings.Contains(form.body, "What is erased, as of now") {
			t.Error("what is erased is counted for whoever may not see all of it")
		}
		request(regina, w.ours).want(t, "The request is on record. The record is closed.")
		is.Equal(t, "closed to them, too", regina.get(w.ours).status, http.StatusNotFound)
		is.Equal(t, "again", request(regina, w.ours).status, http.StatusNotFound)
		w.as("administrator").get("/opt-outs").want(t, "by Nora regional-coordinator", "by a call")

		w.goesBy(stateBut(t, "mn", "  take opt-outs: yes\n", ""))
		is.Equal(t, "nor without a record", regina.get("/opt-outs/new").status, http.StatusForbidden)
		is.Equal(t, "nor without a record, sent", regina.post("/opt-outs", "family", "Marsh").status, http.StatusForbidden)
		if strings.Contains(regina.get(w.resident).body, "/opt-out\"") {
			t.Error("it is offered where the state has the programme take them alone")
		}
		is.Equal(t, "not where the state says nothing of it", request(regina, w.resident).status, http.StatusForbidden)
	})
}

// Parents call the coordinator before the birth record comes, or about a child whom the coordinator
// may not see: the answer is the same, and a record that there is waits for the programme.
func TestRegionalStaffLeaveOutSomebodyOfWhomTheySeeNoRecord(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := newRegionWorld(t, s)
		regina := w.coordinates("regina", "metro")
		regina.search("Sedge Rowan 1/1/2020").want(t, "Nobody found", `href="/opt-outs/new"`)
		form := regina.get("/opt-outs/new")
		form.want(t, "whose record you do not find", "Leave them out")
		for _, not := range []string{`href="/opt-outs"`, `name="anyway"`} {
			if strings.Contains(form.body, not) {
				t.Errorf("the form of who is of a region has %s", not)
			}
		}
		ask := func(family, given, birth string) string {
			p := regina.post("/opt-outs", "family", family, "given", given, "birth", birth, "telephone", "218-555-0166", "how", "call", "relation", "mother", "checked", "questions", "said", "Ivy "+family, "asked", "1/4/2026")
			is.Equal(t, family, p.status, http.StatusOK)
			p.want(t, "The request is on record.")
			main := p.body[strings.Index(p.body, "<main"):strings.Index(p.body, "</main>")]
			return main
		}
		nobodys := ask("Fescue", "Thistle", "3/4/2026")
		is.Equal(t, "of whom there is a record elsewhere", ask("Sedge", "Rowan", "1/1/2020"), nobodys)
		is.Equal(t, "of whom there is one here", ask("Marsh", "Juniper", "4/5/2023"), nobodys)
		is.Equal(t, "once more", ask("Fescue", "Thistle", "3/4/2026"), nobodys)
		is.Equal(t, "one of two names is wanted", regina.post("/opt-outs", "family", "Fescue", "how", "call", "relation", "mother", "checked", "questions", "said", "Ivy", "asked", "1/4/2026").status, http.StatusBadRequest)

		admin := w.as("administrator")
		admin.get("/opt-outs").want(t, "May be of somebody who opted out", w.theirs, w.ours, "what the staff of a region were told")
		is.Equal(t, "their record is open until the programme has looked", admin.get(w.theirs).status, http.StatusOK)
		w.Takes(w.elm, "PID|1||E9^^^X^MR||Fescue^Thistle||20260304|F|||||^PRN^PH^^^218^5550166")
		admin.search("Fescue Thistle 3/4/2026").want(t, "Nobody found")
		admin.post(w.theirs+"/opt-out", "how", "call", "relation", "mother", "checked", "questions", "said", "Ivy", "asked", "1/4/2026", "understood", "yes")
		is.Equal(t, "the programme closes it", w.as("elmuser").get(w.theirs).status, http.StatusNotFound)
	})
}

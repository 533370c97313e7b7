package web

import (
	"net/http"
	"strings"
	"testing"

	"openiis/internal/is"
)

func TestAnOrganizationIsAddedChangedAndClosed(t *testing.T) {
	w := open(t)
	w.inMinnesota()
	b := w.signedIn("administrator")
	b.get("/organizations").want(t, "2 organizations", "Oak &lt;i&gt;Street&lt;/i&gt; Clinic", "Add an organization", "In none that is known")
	b.get("/organizations/new").want(t, "What is it?", "Local health department")
	b.get("/organizations/new?kind=clinic").want(t, "New: Clinic", "Found by the county", `<option value="Lac qui Parle">`)
	wrong := b.post("/organizations", "kind", "clinic", "name", "Pine Clinic", "npi", "1234567890", "zip", "1", "status", "enrolling")
	is.Equal(t, "wrong", wrong.status, http.StatusBadRequest)
	wrong.want(t, "ZIP code: write five digits", "NPI: it has ten digits", `value="Pine Clinic"`)
	added := b.post("/organizations", "kind", "clinic", "name", "Pine Clinic", "county", "Cook", "status", "testing")
	is.Equal(t, "added", added.status, http.StatusSeeOther)
	page := strings.TrimSuffix(added.location(), "?done=added")
	b.get(added.location()).want(t, "The organization was added.", "Pine Clinic", "Testing", "Northeast", "by its county", "it is new")

	form := b.get(page + "/change")
	form.want(t, "Change Pine Clinic", `value="Cook"`)
	change := []string{"seen", hidden(t, form, "seen"), "kind", "pharmacy", "name", "Pine Pharmacy", "county", "Cook", "region", "metro"}
	is.Equal(t, "without a reason", b.post(page+"/change", change...).status, http.StatusBadRequest)
	is.Equal(t, "changed", b.post(page+"/change", append(change, "why", "it sells now")...).location(), page+"?done=changed")
	b.get(page).want(t, "Pine Pharmacy", "Kind: Clinic → Pharmacy", "it sells now", "set by hand")
	stale := b.post(page+"/change", append(change, "why", "once more")...)
	is.Equal(t, "somebody was faster", stale.status, http.StatusConflict)
	stale.want(t, "Somebody else changed Pine Pharmacy meanwhile")

	status := b.get(page + "/status?to=inactive")
	status.want(t, "Now: Testing", "Day of closing", `value="inactive" checked`)
	seen := hidden(t, status, "seen")
	is.Equal(t, "no day", b.post(page+"/status", "seen", seen, "status", "inactive", "day", "soon", "why", "x").status, http.StatusBadRequest)
	is.Equal(t, "not by the table", b.post(page+"/status", "seen", seen, "status", "enrolling", "why", "x").status, http.StatusConflict)
	closed := b.post(page+"/status", "seen", seen, "status", "inactive", "day", "2026-01-31", "why", "nobody came")
	b.get(closed.location()).want(t, "Inactive", "Jan 31, 2026", "nobody came", "Open it again")
	b.get("/organizations?text=pine").want(t, "Nobody is found.")
	b.get("/organizations?text=pine&status=any&kind=pharmacy&region=metro").want(t, "1 organization", "Pine Pharmacy")
	b.get(page+"/status").want(t, "Open Pine Pharmacy again")
}

// hidden is the value of a hidden field of a page.
func hidden(t *testing.T, p page, name string) string {
	t.Helper()
	_, rest, ok := strings.Cut(p.body, `name="`+name+`" value="`)
	if !ok {
		t.Fatalf("there is no field %s", name)
	}
	value, _, _ := strings.Cut(rest, `"`)
	return value
}

func TestAMergeSaysWhatItWillDoAndTheNumberLeadsOn(t *testing.T) {
	w := open(t)
	elm := w.Facility("ELM", "Elm Square")
	b := w.signedIn("administrator")
	sender := b.get(senderAddress(elm.ID))
	sender.want(t, ">Site</dt>", `href="/organizations/`)
	at := func(code string) string {
		t.Helper()
		_, rest, ok := strings.Cut(b.get("/organizations?text="+code).body, `class="row-link" href="`)
		if !ok {
			t.Fatalf("%s is not found", code)
		}
		address, _, _ := strings.Cut(rest, `"`)
		return address
	}
	from, into := at("ELM"), at("OAK")
	number := strings.TrimPrefix(into, "/organizations/")
	b.get(from+"/merge").want(t, "Into which one?")
	b.get(from+"/merge?text=oak").want(t, from+"/merge/"+number)
	plan := b.get(from + "/merge/" + number)
	plan.want(t, "What will happen", "Elm Square", "becomes inactive today", "1 sender belongs", "No user belongs to it", "Nothing is under it.")
	self := b.get(from + "/merge/" + strings.TrimPrefix(from, "/organizations/"))
	is.Equal(t, "into itself", self.status, http.StatusBadRequest)
	self.want(t, "cannot be merged into itself", "Choose another")
	form := []string{"from", hidden(t, plan, "from"), "into", hidden(t, plan, "into")}
	is.Equal(t, "without a reason", b.post(from+"/merge/"+number, form...).status, http.StatusBadRequest)
	done := b.post(from+"/merge/"+number, append(form, "why", "one practice")...)
	b.get(done.location()).want(t, "The other was merged into this one.", "ELM", "Took over all of", "one practice", "Merged into it")
	is.Equal(t, "the number leads on", b.get(from).location(), into+"?former="+strings.TrimPrefix(from, "/organizations/"))
	b.get(from+"?own=").want(t, "Merged into <a", "Its number leads there", "made for the sender ELM")

	// One more sender of the same site.
	is.Equal(t, "a code that is taken", b.post(into+"/senders", "facility", "elm", "name", "Elm", "why", "x").status, http.StatusConflict)
	is.Equal(t, "a code that is none", b.post(into+"/senders", "facility", "a b", "name", "Elm", "why", "x").status, http.StatusBadRequest)
	is.Equal(t, "without a name", b.post(into+"/senders", "facility", "OAKBILL", "name", " ", "why", "x").status, http.StatusBadRequest)
	added := b.post(into+"/senders", "facility", "oakbill", "name", "Oak Street, billing", "why", "a billing system beside the EHR")
	b.get(added.location()).want(t, "The sender was added", "OAKBILL", "Oak Street, billing", "a billing system beside the EHR")

	is.Equal(t, "back", b.post(into+"/senders", "facility", "NIX", "why", "x").status, http.StatusBadRequest)
	b.get(from+"/status").want(t, "Opened again it is itself again")

	for _, role := range []string{"clinic", "reader"} {
		o := w.signedIn(role)
		p := o.get(into)
		p.want(t, "History")
		if strings.Contains(p.body, "Change the facts") || strings.Contains(p.body, "<form method=\"post\" action=\"/organizations") {
			t.Errorf("a %s is offered changes", role)
		}
		for _, path := range []string{"/organizations/new", into + "/change", into + "/status", into + "/merge"} {
			is.Equal(t, role+" "+path, o.get(path).status, http.StatusForbidden)
		}
		is.Equal(t, role+" closes", o.post(into+"/status", "status", "inactive", "why", "x").status, http.StatusForbidden)
	}
	is.Equal(t, "no number", b.get("/organizations/x").status, http.StatusNotFound)
	is.Equal(t, "nobody", b.get("/organizations/0000000000001").status, http.StatusNotFound)
}

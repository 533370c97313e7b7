package web

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"openiis/internal/access"
	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/policy"
)

// aDose is an order group: Pediarix of June 6, 2023.
const aDose = "ORC|RE||1^OAK\rRXA|0|1|20230606||110^x^CVX|0.5|mL^mL^UCUM||00^x^NIP001||||||L1|||||CP|A"

// typedForm is a form for vaccinations, a row each: date, vaccine, how it is known; then more fields.
func typedForm(do string, rows [][3]string, more ...string) url.Values {
	out := url.Values{"do": {do}, "rows": {fmt.Sprint(max(len(rows), 1))}}
	for i, row := range rows {
		for k, name := range []string{"date", "vaccine", "what"} {
			out.Set(fmt.Sprintf("%s-%d", name, i+1), row[k])
		}
	}
	for i := 0; i+1 < len(more); i += 2 {
		out.Set(more[i], more[i+1])
	}
	return out
}

// kept are the fields of a page that are sent along.
func kept(p page) url.Values {
	out := url.Values{}
	for _, m := range regexp.MustCompile(`<input type="hidden" name="([^"]+)" value="([^"]*)">`).FindAllStringSubmatch(p.body, -1) {
		out.Set(m[1], strings.NewReplacer("&#39;", "'", "&#34;", `"`, "&amp;", "&").Replace(m[2]))
	}
	return out
}

// stores sends a form, looks at it again and stores it.
func (b *browser) stores(address string, form url.Values) page {
	b.w.t.Helper()
	look := b.do(http.MethodPost, address, form)
	is.Equal(b.w.t, "looked at again", look.status, http.StatusOK)
	again := kept(look)
	again.Set("do", "store")
	return b.do(http.MethodPost, address, again)
}

var entryLink = regexp.MustCompile(`/people/\w+/vaccinations/(\w+)/correct`)

func TestVaccinationsAreTypedLookedAtAgainStoredCorrectedAndDeleted(t *testing.T) {
	w := open(t)
	id := w.send("Marsh", aDose)
	record := personAddress(id)
	nurse := w.signedIn(access.Clinic)
	nurse.get(record).want(t, "Add vaccinations")
	at := record + "/vaccinations"
	nurse.get(at).want(t, "Add vaccinations", "Oak &lt;i&gt;Street&lt;/i&gt; Clinic", `list="vaccines"`, `value="PEDIARIX"`)

	wrong := nurse.do(http.MethodPost, at, typedForm("look", [][3]string{{"4/8/2099", "MMR", "02"}, {"", "blue stuff", ""}}))
	is.Equal(t, "wrong", wrong.status, http.StatusBadRequest)
	wrong.want(t, "Vaccination 1: “Date given” is in the future.", "Vaccination 2: “Date given” is missing.", `value="blue stuff"`, `value="4/8/2099"`)
	nurse.do(http.MethodPost, at, typedForm("look", nil)).want(t, "Write at least one vaccination")
	nurse.do(http.MethodPost, at, typedForm("more", [][3]string{{"4/8/2024", "MMR", "02"}})).want(t, "Vaccination 2", `value="MMR"`)

	early := typedForm("look", [][3]string{{"6/6/2023", "MMR", "02"}, {"6/6/2023", "Pediarix", "02"}})
	nurse.do(http.MethodPost, at, early).want(t, "Nothing is stored yet.", "Does not count", "On record already", "Reported by Oak")

	done := nurse.stores(at, typedForm("look", [][3]string{{"4/8/2024", "MMR", "02"}, {"4/9/2024", "IPV", "00"}}, "lot-2", "ab12", "amount-2", "0.5 mL", "eligibility-2", "V02"))
	is.Equal(t, "to the record", done.location(), record+"?vaccinated")
	page := nurse.get(record)
	page.want(t, "from another provider", "AB12", "Correct", "Delete")
	nurse.get(done.location()).want(t, "Stored.", "Add another for this person", "find the next person", "Entered vaccinations on a page")
	entry := entryLink.FindString(page.body)

	form := kept(nurse.get(entry))
	for k, v := range typedForm("look", [][3]string{{"4/10/2024", "MMR", "03"}}, "why", "") {
		form[k] = v
	}
	nurse.do(http.MethodPost, entry, form).want(t, "Say why, in at most 1000 letters.")
	form.Set("why", "the card says the tenth")
	is.Equal(t, "corrected", nurse.stores(entry, form).location(), record+"?corrected")
	nurse.get(record+"?corrected").want(t, "is corrected", "Apr 10, 2024", "Why: the card says the tenth", "Corrected a vaccination that was entered on a page")

	remove := strings.TrimSuffix(entry, "correct") + "delete"
	nurse.get(remove).want(t, "Delete a vaccination", "MMR")
	nurse.do(http.MethodPost, remove, url.Values{"why": {" "}}).want(t, "Say why")
	is.Equal(t, "deleted", nurse.do(http.MethodPost, remove, url.Values{"why": {"the card of another child"}}).location(), record+"?deleted")
	gone := nurse.get(record)
	if strings.Contains(gone.body, "Apr 10, 2024") {
		t.Error("the vaccination is still in the record")
	}
	gone.want(t, "Why: the card of another child", "Deleted a vaccination that was entered on a page")
	is.Equal(t, "twice", nurse.do(http.MethodPost, remove, url.Values{"why": {"again"}}).status, http.StatusConflict)
	nurse.get("/submissions").want(t, "Vaccination update")
}

// A form that was stored, changed by the back button and sent again tells of another dose; sent
// as it was, of the same.
func TestAFormThatIsSentAgainWithSomethingElseIsAnotherDose(t *testing.T) {
	w := open(t)
	record := personAddress(w.send("Marsh", aDose))
	nurse, at := w.signedIn(access.Clinic), record+"/vaccinations"
	first := kept(nurse.do(http.MethodPost, at, typedForm("look", [][3]string{{"4/8/2024", "MMR", "02"}})))
	first.Set("do", "store")
	is.Equal(t, "stored", nurse.do(http.MethodPost, at, first).location(), record+"?vaccinated")
	is.Equal(t, "stored twice", nurse.do(http.MethodPost, at, first).location(), record+"?vaccinated")
	for k, v := range typedForm("look", [][3]string{{"4/9/2024", "IPV", "02"}}) {
		first[k] = v
	}
	is.Equal(t, "another", nurse.stores(at, first).location(), record+"?vaccinated")
	entries := map[string]bool{}
	for _, link := range entryLink.FindAllString(nurse.get(record).body, -1) {
		entries[link] = true
	}
	is.Equal(t, "each has its own number", len(entries), 2)
}

// Of two who correct one dose at once the second is told.
func TestWhoeverCorrectsWhatSomebodyCorrectedMeanwhileIsTold(t *testing.T) {
	w := open(t)
	record := personAddress(w.send("Marsh", aDose))
	nurse := w.signedIn(access.Clinic)
	nurse.stores(record+"/vaccinations", typedForm("look", [][3]string{{"4/8/2024", "MMR", "02"}}))
	entry := entryLink.FindString(nurse.get(record).body)
	old := kept(nurse.get(entry))
	correct := func(form url.Values, day string) page {
		for k, v := range typedForm("look", [][3]string{{day, "MMR", "02"}}, "why", "the card says so") {
			form[k] = v
		}
		return nurse.do(http.MethodPost, entry, form)
	}
	is.Equal(t, "the first", nurse.stores(entry, kept(correct(kept(nurse.get(entry)), "4/9/2024"))).status, http.StatusSeeOther)
	correct(old, "4/10/2024").want(t, "Somebody else corrected this vaccination while you wrote.")
}

// hasEntry are the pages of a vaccination that somebody entered on the record of a person.
func (w *registry) hasEntry(b *browser, person string) []string {
	w.t.Helper()
	b.stores(person+"/vaccinations", typedForm("look", [][3]string{{"4/8/2024", "MMR", "02"}}))
	correct := entryLink.FindString(b.get(person).body)
	return []string{person + "/vaccinations", correct, strings.TrimSuffix(correct, "correct") + "delete"}
}

func TestOthersVaccinationsAreNotCorrected(t *testing.T) {
	w := open(t)
	record := personAddress(w.send("Marsh", aDose))
	w.Facility("ELM", "Elm Square Clinic")
	w.hasUser("elmer", access.Clinic, "ELM")
	w.hasUser("siteless", access.Clinic, "")
	nurse, elmer := w.signedIn(access.Clinic), w.browser()
	elmer.signIn("elmer")
	nurse.stores(record+"/vaccinations", typedForm("look", [][3]string{{"4/8/2024", "MMR", "02"}}))
	entry := entryLink.FindString(nurse.get(record).body)
	if entry == "" {
		t.Fatal("the site does not correct its own")
	}
	if entryLink.MatchString(elmer.get(record).body) {
		t.Error("another site is offered to correct it")
	}
	is.Equal(t, "another site", elmer.get(entry).status, http.StatusForbidden)
	is.Equal(t, "and sends it", elmer.do(http.MethodPost, strings.TrimSuffix(entry, "correct")+"delete", url.Values{"why": {"x"}}).status, http.StatusForbidden)
	is.Equal(t, "no such entry", nurse.get(record+"/vaccinations/0000000000000/correct").status, http.StatusNotFound)
	reader := w.signedIn(access.Reader)
	is.Equal(t, "a reader", reader.get(record+"/vaccinations").status, http.StatusForbidden)
	none := w.browser()
	none.signIn("siteless")
	none.get(record+"/vaccinations").want(t, "Your account belongs to no site")
}

func TestSomebodyNewIsAddedAfterASearchBesideWhoIsLikeThem(t *testing.T) {
	w := open(t)
	w.send("Marsh", aDose)
	nurse := w.signedIn(access.Clinic)
	first := nurse.get("/")
	if strings.Contains(first.body, "/people/add") {
		t.Error("somebody is added without a search")
	}
	nurse.search("Juniper Marshe 4/5/2023").want(t, "Add a person who is not here", `name="q" value="Juniper Marshe 4/5/2023"`)
	form := nurse.do(http.MethodPost, "/people/add", url.Values{"do": {"begin"}, "q": {"Juniper Marshe 4/5/2023"}})
	form.want(t, `value="Juniper"`, `value="Marshe"`, `value="4/5/2023"`)
	person := url.Values{"do": {"look"}, "number": kept(form)["number"], "last_name": {"Marsh"}, "first_name": {"Juniper"}, "birth_date": {"4/5/2023"}, "sex": {"F"}}
	nurse.do(http.MethodPost, "/people/add", person).want(t, "Is it one of these?", "Marsh, Juniper", "Nothing is stored yet.")
	person.Set("last_name", "")
	nurse.do(http.MethodPost, "/people/add", person).want(t, "“Last name” is missing.", `value="Juniper"`)

	person.Set("last_name", "Fernwhistle")
	person.Set("birth_date", "4/6/2020")
	form = nurse.describes(person)
	form.want(t, "Add vaccinations", "Juniper Fernwhistle", "They are stored together with the person.")
	rows := typedForm("look", [][3]string{{"4/8/2021", "MMR", "00"}, {"4/9/2021", "IPV", "03"}})
	look := nurse.do(http.MethodPost, addVaccinationsAddress, with(kept(form), rows))
	look.want(t, "Nothing is stored yet.", "By these vaccinations alone.", "Store the person and the vaccinations")
	nurse.search("Fernwhistle 4/6/2020").want(t, "Nobody found")
	again := with(kept(look), url.Values{"do": {"store"}})
	added := nurse.do(http.MethodPost, addVaccinationsAddress, again)
	added.want(t, "The person and the vaccinations are stored.", "Juniper Fernwhistle", "MMR", "What is due then")
	is.Equal(t, "sent twice, the same answer", bare(nurse.do(http.MethodPost, addVaccinationsAddress, again)), bare(added))
	again.Set("date-1", "4/10/2021") // by the button back, for the next line of the card
	nurse.do(http.MethodPost, addVaccinationsAddress, again)
	nurse.search("Fernwhistle 4/6/2020").want(t, "1 person found")
	record := nurse.do(http.MethodPost, addVaccinationsAddress, with(kept(added), url.Values{"do": {"open"}})).location()
	nurse.get(record).want(t, "Juniper", "2021-04-08", "2021-04-09", "2021-04-10")

	person.Set("last_name", "Alderwhistle")
	alone := nurse.stores("/people/add", person)
	alone.want(t, "The person is stored.", "Add vaccinations", "Open the record")
	nurse.do(http.MethodPost, addVaccinationsAddress, with(kept(alone), url.Values{"do": {"begin"}})).want(t, "Juniper Alderwhistle")

	// a number of the site's is one patient's
	add := func(family, day string) page {
		t.Helper()
		return nurse.stores("/people/add", url.Values{"do": {"look"}, "last_name": {family}, "first_name": {"Odalys"}, "birth_date": {day}, "sex": {"F"}, "mrn": {"A-77"}})
	}
	if strings.Contains(add("Larkspur", "5/5/2020").body, "your number for this person") {
		t.Error("a new number is said to be taken")
	}
	add("Tanglewood", "6/6/2019").want(t, "your number for this person is that of another patient of your site", "Odalys Tanglewood")
}

// with is a form with other fields.
func with(form, more url.Values) url.Values {
	for name, values := range more {
		form[name] = values
	}
	return form
}

// describes fills the form for somebody new, and goes on to their vaccinations.
func (b *browser) describes(person url.Values) page {
	b.w.t.Helper()
	look := b.do(http.MethodPost, "/people/add", with(url.Values{"do": {"look"}}, person))
	is.Equal(b.w.t, "looked at again", look.status, http.StatusOK)
	return b.do(http.MethodPost, addVaccinationsAddress, with(kept(look), url.Values{"do": {"begin"}}))
}

// adds adds somebody new alone, and opens the record.
func (b *browser) adds(person url.Values) (record string) {
	b.w.t.Helper()
	stored := b.stores("/people/add", with(url.Values{"do": {"look"}}, person))
	return b.do(http.MethodPost, addVaccinationsAddress, with(kept(stored), url.Values{"do": {"open"}})).location()
}

var thirteen = regexp.MustCompile(`\b[0-9A-Z]{13}\b`)

// bare is a page without the numbers that are another each time.
func bare(p page) string { return thirteen.ReplaceAllString(p.body, "#") }

// TestWhoIsHiddenIsNotShownBesideTheForm: nobody learns of an objection by adding the same person.
func TestWhoIsHiddenIsNotShownBesideTheForm(t *testing.T) {
	w := open(t)
	w.goesBy(policy.Named("ma"))
	w.learns("clinic")
	elm := w.Facility("ELM", "Elm Square Clinic")
	w.Takes(elm, "PID|1||E1^^^X^MR||Marsh^Juniper||20230405|F|||12 Larch Street^^Fargo^ND^58102^USA^H", "PD1||||||||||||Y|20240101")
	nurse := w.signedIn(access.Clinic)
	person := url.Values{
		"do": {"look"}, "last_name": {"Marsh"}, "first_name": {"Juniper"}, "birth_date": {"4/5/2023"}, "sex": {"F"}, "street": {"12 Larch Street"}, "city": {"Fargo"}, "state": {"ND"}, "zip": {"58102"},
	}
	nurse.do(http.MethodPost, "/people/add", person).want(t, "Nobody in the registry whom you may see is like this person.")
	address := nurse.adds(person)
	nurse.get(address).want(t, "Sharing is limited", "You see what your own site reported")
	nurse.stores(address+"/vaccinations", typedForm("look", [][3]string{{"4/8/2024", "MMR", "00"}}))
	nurse.get(address).want(t, "MMR")
}

func TestHistoryThatIsTypedOfWhomTheSiteHasNotVaccinatedIsUnknown(t *testing.T) {
	w := open(t)
	w.goesBy(policy.Named("ma"))
	w.learns("clinic")
	w.Facility("ELM", "Elm Square Clinic")
	w.hasUser("elmer", access.Clinic, "ELM")
	w.learns("elmer")
	nurse, elmer := w.signedIn(access.Clinic), w.browser()
	elmer.signIn("elmer")
	person := url.Values{"do": {"look"}, "last_name": {"Quillhaven"}, "first_name": {"Rowan"}, "birth_date": {"5/5/2020"}, "sex": {"F"}}
	record := nurse.adds(person)
	nurse.stores(record+"/vaccinations", typedForm("look", [][3]string{{"5/6/2021", "MMR", "03"}}))
	nurse.get(record+"/sharing").want(t, "</span> Unknown</span>")
	elmer.get(record).want(t, "May this record be shared?")
	is.Equal(t, "who was not asked enters nothing", elmer.get(record+"/vaccinations").status == http.StatusOK, false)
	nurse.stores(record+"/vaccinations", typedForm("look", [][3]string{{"5/7/2021", "IPV", "00"}}))
	nurse.get(record+"/sharing").want(t, "</span> Yes</span>")
}

func TestASchoolNurseAddsHistoryAlone(t *testing.T) {
	w := open(t)
	w.goesBy(policy.Named("mn"))
	id := w.send("Marsh", aDose)
	w.rostered(w.rosterSite("FERN", "Fern School", iis.KindSchool), id)
	nurse := w.rosteredAs("school-nurse", "FERN")
	at := personAddress(id) + "/vaccinations"
	form := nurse.get(at)
	form.want(t, "Your role adds vaccinations that others gave")
	if strings.Contains(form.body, "Given here, by our site") {
		t.Error("a school nurse is offered to say that she gave a dose")
	}
	nurse.do(http.MethodPost, at, typedForm("look", [][3]string{{"4/8/2024", "MMR", "00"}})).want(t, "your role adds vaccinations that others gave")
	nurse.do(http.MethodPost, at, typedForm("look", [][3]string{{"1/3/2024", "141", "RE"}}, "refusal_reason-1", "00")).want(t, "your role adds vaccinations that others gave")
	nurse.do(http.MethodPost, at, typedForm("look", [][3]string{{"4/8/2024", "MMR", "07"}}, "confidential-1", "yes")).want(t, "you would not see it any more")
	is.Equal(t, "history", nurse.stores(at, typedForm("look", [][3]string{{"4/8/2024", "MMR", "07"}})).location(), personAddress(id)+"?vaccinated")
	entry := entryLink.FindString(nurse.get(personAddress(id)).body)
	is.Equal(t, "deletes her own", nurse.do(http.MethodPost, strings.TrimSuffix(entry, "correct")+"delete", url.Values{"why": {"wrong child"}}).location(), personAddress(id)+"?deleted")
	is.Equal(t, "adds nobody", nurse.do(http.MethodPost, "/people/add", nil).status, http.StatusForbidden)
	w.rostered(w.rosterSite("LARK", "Larkspur Child Care", iis.KindChildCare), id)
	care := w.rosteredAs("child-care", "LARK")
	is.Equal(t, "child care", care.get(at).status, http.StatusForbidden)
}

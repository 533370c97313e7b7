package web

import (
	"bytes"
	"context"
	"html"
	"mime/multipart"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"openiis/internal/access"
	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/policy"
	"openiis/internal/scan"
	"openiis/internal/store"
	"openiis/internal/store/storetest"
	"openiis/states"
	"openiis/test/world"
)

var hiddenField = regexp.MustCompile(`<input type="hidden" name="([^"]+)" value="([^"]*)"`)

// signs fills a form about sharing in, as a browser would send it.
func (b *browser) signs(address string, more url.Values) page {
	b.w.t.Helper()
	p := b.get(address)
	is.Equal(b.w.t, "the form", p.status, http.StatusOK)
	form := url.Values{"f-patient": {"Juniper Marsh"}, "f-birth-date": {"4/5/2023"}, "f-address": {"1 Elm Street, Salem, MA"}, "f-signer-name": {"Anna Marsh"}, "f-signer-title": {"Mother"}, "f-signer-agrees": {"yes"}}
	for _, f := range hiddenField.FindAllStringSubmatch(p.body, -1) {
		form.Set(f[1], f[2])
	}
	for k, v := range more {
		form[k] = v
	}
	return b.do(http.MethodPost, address, form)
}

// sendsPaper uploads a signed paper.
func (b *browser) sendsPaper(address, name string, content []byte, fields map[string]string) page {
	b.w.t.Helper()
	var body bytes.Buffer
	m := multipart.NewWriter(&body)
	for k, v := range fields {
		is.NoError(b.w.t, "field", m.WriteField(k, v))
	}
	file, err := m.CreateFormFile("paper", name)
	is.NoError(b.w.t, "file", err)
	_, err = file.Write(content)
	is.NoError(b.w.t, "file", err)
	is.NoError(b.w.t, "form", m.Close())
	req, err := http.NewRequest(http.MethodPost, b.w.server.URL+address, &body)
	is.NoError(b.w.t, "request", err)
	req.Header.Set("Content-Type", m.FormDataContentType())
	resp, err := b.Do(req)
	is.NoError(b.w.t, "do", err)
	defer resp.Body.Close()
	var out bytes.Buffer
	_, _ = out.ReadFrom(resp.Body)
	return page{resp.StatusCode, resp.Header, out.String()}
}

// stateBut is a state's policy in a folder of one's own, of which a line is another.
func stateBut(t testing.TB, state, line, other string) *policy.Policy {
	t.Helper()
	f, err := policy.FolderIn(states.Files, state+"/")
	is.NoError(t, "folder", err)
	text := strings.Replace(string(f.Policy), line, other, 1)
	is.Equal(t, "another line", text == string(f.Policy), false)
	f.Policy = []byte(text)
	p, err := policy.ReadFolder("own/", f)
	is.NoError(t, "policy", err)
	return p
}

// designates has users be designated by their sites to record objections.
func (w *registry) designates(usernames ...string) {
	w.t.Helper()
	is.NoError(w.t, "designate", w.Store.Write(context.Background(), func(tx *store.Tx) error {
		for _, name := range usernames {
			a, err := tx.Account(name)
			if err != nil {
				return err
			}
			if err := tx.AddDesignation(store.Designation{Account: a.ID, Sender: a.Sender, Began: time.Now(), BeganWhy: "front desk"}); err != nil {
				return err
			}
		}
		return nil
	}))
}

var signedLink = regexp.MustCompile(`/people/\w{13}/signed/\w{13}`)

func TestAnObjectionIsSignedOnScreenAndWithdrawnOnPaper(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := over(t, world.Over(t, s))
		w.goesBy(policy.Named("ma"))
		w.hasUser("desk", access.Administrator, "")
		elm := w.Facility("ELM", "Elm Square")
		w.Takes(elm, "PID|1||E1^^^X^MR||Marsh^Juniper||20230405|F|||1 Elm Street^^Salem^MA^01970")
		w.hasOneOfEach()
		w.learns("one-access-administrator", "clinic", "reader")
		admin, oak, nurse := w.signedIn("desk"), w.as("one-access-administrator"), w.signedIn(access.Clinic)
		record := personAddressIn.FindString(nurse.search("Marsh Juniper 4/5/2023").body)
		is.Equal(t, "a clinic reads it", nurse.get(record).status, http.StatusOK)
		nurse.get(record).want(t, "Data sharing", "Yes")
		form := record + "/sharing/objection"
		is.Equal(t, "nobody is designated yet", oak.get(form).status, http.StatusForbidden)
		oak.get(record+"/sharing").want(t, "Your site has designated nobody yet", `href="/forms/objection"`)
		page := userAddress(w.user("one-access-administrator").ID)
		admin.get(page).want(t, "Designate for objections", "not designated")
		is.Equal(t, "a reason is needed", admin.post(page+"/designation", "designated", "yes").status, http.StatusBadRequest)
		is.Equal(t, "designated", admin.post(page+"/designation", "designated", "yes", "why", "front desk").location(), page+"?done=designated")
		admin.get(page+"?done=designated").want(t, "They record objections to sharing for their site from now on.", "End the designation", ": front desk")
		for _, path := range []string{form, form + "/blank.pdf"} {
			is.Equal(t, "who is not: "+path, nurse.get(path).status, http.StatusForbidden)
		}
		is.Equal(t, "who is not sends none", nurse.post(form).status, http.StatusForbidden)
		nurse.get(record+"/sharing").want(t, "At your site this is recorded by those whom it has designated for it: <strong>Nora Access administrator</strong>", `href="/forms/objection"`)
		oak.get(form).want(t, "Objection to Data Sharing", "Juniper Marsh", `value="1 Elm Street`, "Español", "Upload and record")
		is.Equal(t, "printed", oak.get(form+"/blank.pdf").header.Get("Content-Type"), "application/pdf")
		p := oak.signs(form, url.Values{"f-signer-name": {""}})
		is.Equal(t, "unsigned", p.status, http.StatusUnprocessableEntity)
		p.want(t, "Error")
		is.Equal(t, "other words", oak.signs(form, url.Values{"form-seen": {"x"}}).status, http.StatusUnprocessableEntity)
		nurse.get(record).want(t, "Data sharing")
		is.Equal(t, "nothing changed", nurse.get(record).status, http.StatusOK)
		is.Equal(t, "signed", oak.signs(form, nil).location(), record+"/sharing?recorded-objection")

		is.Equal(t, "the nurse", nurse.get(record).status, http.StatusForbidden) // Oak recorded it: it knows that the person is there
		reader := w.signedIn(access.Reader)
		is.Equal(t, "of no site", reader.get(record).status, http.StatusNotFound)
		is.Equal(t, "of no site, searching", strings.Contains(reader.search("Marsh Juniper 4/5/2023").body, "Nobody found"), true)
		oak.get(record+"/sharing?recorded-objection").want(t, "The objection is on record")
		history := admin.get(record + "/sharing")
		history.want(t, "objected to sharing, recorded for Oak", "The signed form (PDF)", "No")
		pdf := admin.get(signedLink.FindString(history.body))
		is.Equal(t, "the PDF", pdf.header.Get("Content-Type"), "application/pdf")
		for _, word := range []string{"Anna Marsh", "Juniper Marsh"} {
			if !strings.Contains(inWords(pdf), word) {
				t.Errorf("the signed form has no %q", word)
			}
		}
		is.Equal(t, "the PDF, for another", reader.get(signedLink.FindString(history.body)).status, http.StatusNotFound)
		is.Equal(t, "the PDF, for the site", oak.get(signedLink.FindString(history.body)).status, http.StatusOK)
		is.Equal(t, "again", oak.signs(form, nil).status, http.StatusConflict)

		form = record + "/sharing/withdrawal"
		written := map[string]string{"signer": "Anna Marsh", "relation": "Mother", "signed": time.Now().Format("1/2/2006")}
		paper := []byte("%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n")
		for name, c := range map[string]struct {
			content []byte
			fields  map[string]string
			want    int
		}{
			"a page with script":     {[]byte("<html><script>alert(1)</script>"), written, http.StatusBadRequest},
			"a picture that is none": {[]byte("\x89PNG\r\n\x1a\nnothing"), written, http.StatusBadRequest},
			"too large":              {append([]byte("%PDF-1.4\n"), make([]byte, scan.Most)...), written, http.StatusRequestEntityTooLarge},
			"without a signer":       {paper, map[string]string{"relation": "Mother", "signed": "1/2/2026"}, http.StatusBadRequest},
			"without a day":          {paper, map[string]string{"signer": "Anna", "relation": "Mother"}, http.StatusBadRequest},
			"of tomorrow":            {paper, map[string]string{"signer": "Anna", "relation": "Mother", "signed": time.Now().AddDate(0, 0, 3).Format("1/2/2006")}, http.StatusBadRequest},
			"without a file":         {nil, written, http.StatusBadRequest},
		} {
			is.Equal(t, name, oak.sendsPaper(form+"/paper", "x.pdf", c.content, c.fields).status, c.want)
		}
		is.Equal(t, "uploaded", oak.sendsPaper(form+"/paper", "x.pdf", paper, written).location(), record+"/sharing?recorded-withdrawal")
		is.Equal(t, "the nurse again", nurse.get(record).status, http.StatusOK)
		is.Equal(t, "of no site again", reader.get(record).status, http.StatusOK)
		history = admin.get(record + "/sharing")
		history.want(t, "withdrew the objection", "The signed paper (file)")
		kept := admin.get(signedLink.FindString(history.body))
		is.Equal(t, "as it came", kept.body, string(paper))
		is.Equal(t, "kept by the browser, and not shown", kept.header.Get("Content-Disposition")[:11], "attachment;")
		is.Equal(t, "and held apart where it is", []string{kept.header.Get("Content-Security-Policy"), kept.header.Get("X-Content-Type-Options")}, []string{"default-src 'none'; sandbox", "nosniff"})
		is.Equal(t, "nor guessed at", kept.header.Get("X-Content-Type-Options"), "nosniff")
		is.Equal(t, "nothing to withdraw", oak.sendsPaper(form+"/paper", "x.pdf", paper, written).status, http.StatusConflict)
	})
}

func TestWhoeverOpensARecordOfNobodyWhoWasToldIsAskedFirst(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := over(t, world.Over(t, s))
		w.goesBy(policy.Named("ma"))
		elm := w.Facility("ELM", "Elm Square")
		is.NoError(t, "not live", s.Write(context.Background(), func(tx *store.Tx) error { return tx.SetGoLive(elm.ID, 900_000, time.Now()) }))
		time.Sleep(time.Second)
		w.Takes(elm, "PID|1||E1^^^X^MR||Marsh^Juniper||20230405|F|||1 Elm Street^^Salem^MA^01970", "ORC|RE||E1^X", "RXA|0|1|20230501||08^x^CVX|999|||01^x^NIP001||||||ELMLOT")
		w.learns("clinic", "reader")
		nurse, reader := w.signedIn(access.Clinic), w.signedIn(access.Reader)
		found := nurse.search("Marsh Juniper 4/5/2023")
		found.want(t, "Ask first: may it be shared?", "not shown")
		record := personAddressIn.FindString(found.body)
		p := nurse.get(record)
		p.want(t, "May this record be shared?", "was told of the registry", "Juniper Marsh")
		is.Equal(t, "nothing of it", strings.Contains(p.body, "ELMLOT") || strings.Contains(p.body, "Elm Street"), false)
		is.Equal(t, "nor in the PDF", nurse.get(record+"/record.pdf").status, http.StatusForbidden)
		for name, form := range map[string]url.Values{"not told": {"answer": {"yes"}}, "no answer": {"told": {"yes"}}} {
			p := nurse.do(http.MethodPost, record+"/sharing", form)
			is.Equal(t, name, p.status, http.StatusBadRequest)
			p.want(t, "May this record be shared?", "Error:")
		}
		is.Equal(t, "of no site, nobody to speak for", reader.do(http.MethodPost, record+"/sharing", url.Values{"answer": {"yes"}, "told": {"yes"}}).status, http.StatusForbidden)
		is.Equal(t, "answered", nurse.do(http.MethodPost, record+"/sharing", url.Values{"answer": {"yes"}, "told": {"yes"}}).location(), record+"?recorded-answer")
		nurse.get(record+"?recorded-answer").want(t, "ELMLOT", "The answer is on record.", "Told, and asked whether the record may be shared")
		reader.get(record).want(t, "ELMLOT")
		nurse.get(record+"/sharing").want(t, "was told of the registry and does not object", "All that is known is history")
		is.Equal(t, "answered twice", nurse.do(http.MethodPost, record+"/sharing", url.Values{"answer": {"no"}, "told": {"yes"}}).status, http.StatusConflict)
	})
}

// TestWhoHasAPartOfTheirOwnIsAskedOnTheRecordsPage: what they see of it does not take the question away.
func TestWhoHasAPartOfTheirOwnIsAskedOnTheRecordsPage(t *testing.T) {
	w := open(t)
	w.goesBy(policy.Named("ma"))
	elm := w.Facility("ELM", "Elm Square")
	is.NoError(t, "not live", w.Store.Write(context.Background(), func(tx *store.Tx) error { return tx.SetGoLive(elm.ID, 900_000, time.Now()) }))
	time.Sleep(time.Second)
	w.learns("clinic")
	w.Takes(elm, "PID|1||E1^^^X^MR||Marsh^Juniper||20230405|F|||1 Elm Street^^Salem^MA^01970", "ORC|RE||E1^X", "RXA|0|1|20230501||08^x^CVX|999|||01^x^NIP001||||||ELMLOT")
	nurse := w.signedIn(access.Clinic)
	person := url.Values{
		"last_name": {"Marsh"}, "first_name": {"Juniper"}, "birth_date": {"4/5/2023"}, "sex": {"F"}, "street": {"1 Elm Street"}, "city": {"Salem"}, "state": {"MA"}, "zip": {"01970"},
	}
	record := nurse.adds(person)
	p := nurse.get(record)
	p.want(t, "You see what your own site reported", "May the record be shared with other providers?", "Record the answer")
	is.Equal(t, "the rest", strings.Contains(p.body, "ELMLOT"), false)
	wrong := nurse.do(http.MethodPost, record+"/sharing", url.Values{"answer": {"yes"}})
	is.Equal(t, "not told", wrong.status, http.StatusBadRequest)
	wrong.want(t, "Error:", "Say that the person, or a parent or guardian, was told", `id="yes" value="yes" checked`, "You see what your own site reported")
	is.Equal(t, "answered", nurse.do(http.MethodPost, record+"/sharing", url.Values{"answer": {"yes"}, "told": {"yes"}}).location(), record+"?recorded-answer")
	p = nurse.get(record)
	p.want(t, "ELMLOT", "Told, and asked whether the record may be shared")
	is.Equal(t, "asked again", strings.Contains(p.body, "Record the answer"), false)
}

func TestWhoBreaksTheGlassSaysWhyAndAnotherLooksAtIt(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := over(t, world.Over(t, s))
		w.goesBy(policy.Named("mn"))
		elm := w.Facility("ELM", "Elm Square")
		w.Takes(elm, "PID|1||E1^^^X^MR||Marsh^Juniper||20230405|F", "PD1||||||||||||Y|20250102", "ORC|RE||E1^X", "RXA|0|1|20230501||08^x^CVX|999|||01^x^NIP001||||||ELMLOT")
		nurse, reader, admin := w.signedIn(access.Clinic), w.signedIn(access.Reader), w.signedIn("administrator")
		found := nurse.search("Marsh Juniper 4/5/2023")
		found.want(t, "Not shared with you")
		record := personAddressIn.FindString(found.body)
		p := nurse.get(record)
		is.Equal(t, "limited", p.status, http.StatusForbidden)
		p.want(t, "This record is not shared with you", "I must see it now")
		is.Equal(t, "a reader may not", strings.Contains(reader.get(record).body, "I must see it now"), false)
		is.Equal(t, "nor by its address", reader.get(record+"/glass").status, http.StatusForbidden)
		reason := policy.Named("mn").Sharing.Glass.Reasons[0]
		for name, form := range map[string]url.Values{
			"no reason": {"say": {"The child is here with a fever."}}, "a reason of their own": {"reason": {"curious"}, "say": {"The child is here with a fever."}},
			"no words": {"reason": {reason}}, "too few": {"reason": {reason}, "say": {"asap"}},
		} {
			is.Equal(t, name, nurse.do(http.MethodPost, record+"/glass", form).status, http.StatusBadRequest)
		}
		is.Equal(t, "still limited", nurse.get(record).status, http.StatusForbidden)
		is.Equal(t, "broken", nurse.do(http.MethodPost, record+"/glass", url.Values{"reason": {reason}, "say": {"The child is here with a fever."}}).location(), record+"?recorded-glass")
		nurse.get(record).want(t, "ELMLOT", "You broke the glass")
		is.Equal(t, "for nobody else", reader.get(record).status, http.StatusForbidden)
		is.Equal(t, "the audit", strings.Contains(w.acts(personNumber(record)), "break the glass"), true)

		w.judged()
		list := admin.get("/alerts")
		list.want(t, "The user broke the glass")
		alert := regexp.MustCompile(`/alerts/\w{13}`).FindString(list.body)
		admin.get(alert).want(t, "The child is here with a fever.", reason)

		s.SetClock(func() time.Time { return time.Now().Add(31 * time.Minute) })
		is.Equal(t, "afterwards", nurse.get(record).status, http.StatusForbidden)
	})
}

func TestHistoryByHandOfWhomTheSiteHasNotVaccinatedIsUnknown(t *testing.T) {
	w := open(t)
	w.goesBy(policy.Named("ma"))
	w.learns("clinic")
	nurse := w.signedIn(access.Clinic)
	rows := "mrn,last_name,first_name,birth_date,sex,date,cvx,source\n" +
		"F1,Quillhaven,Rowan,05/05/2020,F,05/06/2020,08,historical\n" +
		"F2,Sedgewick,Otto,05/05/2019,M,05/06/2019,08,administered\n"
	address := nurse.uploads(w.oak, "shots.csv", rows).location()
	mapping := regexp.MustCompile(`(?s)name="mapping" value="([^"]*)"|name="mapping"[^>]*>([^<]*)<`).FindStringSubmatch(nurse.get(address).body)
	if mapping == nil {
		t.Fatal("the file cannot be stored")
	}
	is.Equal(t, "stored", nurse.do(http.MethodPost, address+"/store", url.Values{"mapping": {html.UnescapeString(mapping[1] + mapping[2])}}).location(), address)
	for search, want := range map[string]string{"Quillhaven Rowan 5/5/2020": "Unknown", "Sedgewick Otto 5/5/2019": "Yes"} {
		page := personAddressIn.FindString(nurse.search(search).body)
		nurse.get(page+"/sharing").want(t, "</span> "+want+"</span>")
	}
}

// personNumber is the person whom an address names.
func personNumber(address string) iis.PersonID {
	id, _ := iis.ParsePersonID(strings.TrimPrefix(address, "/people/"))
	return id
}

func TestAConfidentialDoseIsNotOnWhatAFamilyPrints(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := over(t, world.Over(t, s))
		id := w.send("Marsh", "ORC|RE||O1^X", "RXA|0|1|20230501||08^x^CVX|999|||00^x^NIP001||||||LOTHEPB", "ORC|RE||O2^X", "RXA|0|1|20240501||03^x^CVX|999|||00^x^NIP001||||||LOTMMR")
		page := "/people/" + id.Public()
		nurse, reader := w.signedIn(access.Clinic), w.signedIn(access.Reader)
		p := nurse.get(page)
		mark := regexp.MustCompile(`action="(/people/\w{13}/doses/\w{13}/confidential)"`).FindStringSubmatch(p.body)
		if mark == nil {
			t.Fatal("a nurse cannot mark a dose of their own site")
		}
		is.Equal(t, "a reader cannot", strings.Contains(reader.get(page).body, "/confidential\""), false)
		printed := func() string { return inWords(reader.get(page + "/record.pdf")) }
		before := printed()
		hepb, mmr, dtap := dayOnPaper("20230501"), dayOnPaper("20240501"), dayOnPaper("20240601")
		for _, day := range []string{hepb, mmr} {
			is.Equal(t, "printed "+day, strings.Contains(before, day), true)
		}
		is.Equal(t, "marked", nurse.do(http.MethodPost, mark[1], url.Values{"confidential": {"yes"}}).status, http.StatusSeeOther)
		p = reader.get(page)
		p.want(t, "Confidential", "LOTHEPB", "LOTMMR")
		after := printed()
		is.Equal(t, "one of the two is left out", strings.Contains(after, hepb) != strings.Contains(after, mmr), true)
		answer := w.asksFor(w.oak)
		is.Equal(t, "a reply says it", strings.Contains(answer, "CONFIDENTIAL^Confidential dose^L"), true)
		is.Equal(t, "no longer", nurse.do(http.MethodPost, mark[1], url.Values{"confidential": {"no"}}).status, http.StatusSeeOther)
		is.Equal(t, "printed again", strings.Contains(printed(), hepb) && strings.Contains(printed(), mmr), true)
		w.Takes(w.oak, "PID|1||A1^^^X^MR||Marsh^Juniper||20230405|F", "ORC|RE||O3^X", "RXA|0|1|20240601||20^x^CVX|999|||00^x^NIP001||||||LOTDTAP", "OBX|1|CE|CONFIDENTIAL^Confidential dose^L|1|Y^Yes^HL70136||||||F")
		is.Equal(t, "by a message", strings.Contains(printed(), dtap), false)
		reader.get(page).want(t, "LOTDTAP")
	})
}

// onPaper is a page without what its style sheet keeps off paper.
func onPaper(page string) string {
	var out strings.Builder
	var hidden []string // the elements that are open since something hidden began
	for _, part := range regexp.MustCompile(`(?s)<[^>]*>|[^<]+`).FindAllString(page, -1) {
		tag := regexp.MustCompile(`^</?(\w+)`).FindStringSubmatch(part)
		switch {
		case tag == nil:
			if len(hidden) == 0 {
				out.WriteString(part)
			}
		case slices.Contains([]string{"input", "br", "meta", "link", "col", "img"}, tag[1]):
		case strings.HasPrefix(part, "</"):
			if n := len(hidden); n > 0 && hidden[n-1] == tag[1] {
				hidden = hidden[:n-1]
			}
		case len(hidden) > 0 || regexp.MustCompile(`class="[^"]*\bno-print\b`).MatchString(part):
			hidden = append(hidden, tag[1])
		}
	}
	return regexp.MustCompile(`\s+`).ReplaceAllString(html.UnescapeString(out.String()), " ")
}

// TestAPrintedPageTellsOfNoConfidentialDose: neither how many there are, nor how others count, nor of what one may
// be the same.
func TestAPrintedPageTellsOfNoConfidentialDose(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := over(t, world.Over(t, s))
		id := w.send("Marsh", "ORC|RE||O1^X", "RXA|0|1|20240501||03^x^CVX|999|||01^x^NIP001", "ORC|RE||O2^X", "RXA|0|1|20240601||08^x^CVX|999|||00^x^NIP001||||||LOTHEPB")
		page := "/people/" + id.Public()
		reader := w.signedIn(access.Reader)
		seen := onPaper(reader.get(page).body)
		for _, say := range []string{"2 doses", "Counts as dose 1"} {
			is.Equal(t, say, strings.Contains(seen, say), true)
		}
		w.Takes(w.oak, "PID|1||A1^^^X^MR||Marsh^Juniper||20230405|F", "ORC|RE||O3^X", "RXA|0|1|20240503||03^x^CVX|999|||00^x^NIP001||||||LOTMMR", "OBX|1|CE|CONFIDENTIAL^Confidential dose^L|1|Y^Yes^HL70136||||||F")
		reader.get(page).want(t, "May 3, 2024", "Confidential", "3 doses")
		printed := onPaper(reader.get(page).body)
		for _, say := range []string{"May 3, 2024", "Confidential", "3 doses", "may be this same shot", "Needs review", "LOTMMR"} {
			is.Equal(t, say, strings.Contains(printed, say), false)
		}
		group := printed[strings.Index(printed, "Measles"):]
		is.Equal(t, "how the other counts", strings.Contains(group[:strings.Index(group, "Reported by")+200], "ounts as dose"), false)
		is.Equal(t, "how others count", strings.Contains(printed, "Counts as dose 1"), true)
		w.Takes(w.oak, "PID|1||A1^^^X^MR||Marsh^Juniper||20230405|F", "ORC|RE||9999^X", "RXA|0|1|20240601||998^No vaccine^CVX|999|||||||||||||NA",
			"OBX|1|CE|59784-9^Disease^LN|1|38907003^Varicella^SCT||||||F", "OBX|2|CE|CONFIDENTIAL^Confidential dose^L|1|Y^Yes^HL70136||||||F")
		reader.get(page).want(t, "immunity after disease")
		is.Equal(t, "a confidential fact on the page", strings.Contains(onPaper(reader.get(page).body), "Health facts that matter"), false)
		is.Equal(t, "a confidential fact in the PDF", strings.Contains(inWords(reader.get(page+"/record.pdf")), "immunity after disease"), false)
	})
}

// dayOnPaper is a day as a PDF has it.
func dayOnPaper(day string) string {
	d, _ := time.Parse("20060102", day)
	return d.Format("Jan 2, 2006")
}

// asksFor asks by HL7 for Juniper Marsh.
func (w *registry) asksFor(from iis.Sender) string {
	w.t.Helper()
	text := "MSH|^~\\&|EHR|X|||20260612093012-0500||QBP^Q11^QBP_Q11|Q1|P|2.5.1|||ER|AL|||||Z34^CDCPHINVS\rQPD|Z34^x^CDCPHINVS|T|A1^^^X^MR|Marsh^Juniper^^^^^L||20230405|F\rRCP|I|5^RD&Records&HL70126\r"
	r, err := w.Desk.Message(context.Background(), from, iis.DoorHTTP, []byte(text))
	is.NoError(w.t, "ask", err)
	return string(r.Bytes)
}

func TestWhereTheRoleSaysItClinicStaffRecordObjections(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := over(t, world.Over(t, s))
		record := "/people/" + w.send("Marsh").Public()
		nurse := w.signedIn(access.Clinic)
		nurse.get(record+"/sharing").want(t, "Record an objection")
		is.Equal(t, "signed", nurse.signs(record+"/sharing/objection", nil).location(), record+"/sharing?recorded-objection")
		is.Equal(t, "nobody is designated", strings.Contains(w.signedIn("administrator").get(userAddress(w.user("clinic").ID)).body, "esignat"), false)
		is.Equal(t, "whose role may not", w.signedIn(access.Reader).get(record+"/sharing/objection").status, http.StatusForbidden)
	})
}

func TestAStateMayHaveDesignatedStaffAloneAnswerWhoIsAsked(t *testing.T) {
	w := open(t)
	w.goesBy(stateBut(t, "ma", "    prompts: yes\n", "    prompts: yes\n    answered by: designated staff\n"))
	elm := w.Facility("ELM", "Elm Square")
	is.NoError(t, "not live", w.Store.Write(context.Background(), func(tx *store.Tx) error { return tx.SetGoLive(elm.ID, 900_000, time.Now()) }))
	time.Sleep(time.Second)
	w.learnsAll("clinic")
	w.Takes(elm, "PID|1||E1^^^X^MR||Marsh^Juniper||20230405|F|||1 Elm Street^^Salem^MA^01970", "ORC|RE||E1^X", "RXA|0|1|20230501||08^x^CVX|999|||01^x^NIP001||||||ELMLOT")
	nurse := w.signedIn(access.Clinic)
	record := personAddressIn.FindString(nurse.search("Marsh Juniper 4/5/2023").body)
	nurse.get(record).want(t, "Your site has designated nobody yet")
	answer := []string{"told", "yes", "answer", "yes"}
	is.Equal(t, "not by others", nurse.post(record+"/sharing", answer...).status, http.StatusForbidden)
	w.designates("clinic")
	nurse.get(record).want(t, "Record the answer")
	is.Equal(t, "by who is designated", nurse.post(record+"/sharing", answer...).location(), record+"?recorded-answer")
}

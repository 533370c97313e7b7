package web

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"openiis/internal/codeset"
	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/policy"
	"openiis/internal/record"
	"openiis/internal/store"
)

// optsOut has somebody opt out who has no record, and is the page of that.
func (b *browser) optsOut(family string) string {
	p := b.do(http.MethodPost, "/opt-outs", url.Values{
		"family": {family}, "given": {"Thistle"}, "birth": {"3/4/2024"}, "telephone": {"218-555-0166"}, "mother-maiden": {"Reed"}, "how": {"call"}, "relation": {"mother"}, "checked": {"questions"},
		"said": {"Ivy Nolongerhere"}, "asked": {"1/4/2025"},
	})
	return regexp.MustCompile(`^/opt-outs/\w{13}`).FindString(p.location())
}

func TestSomebodyWithoutARecordOptsOutAndComesBackOnThePages(t *testing.T) {
	w := open(t)
	b := w.signedIn("administrator")
	bad := b.do(http.MethodPost, "/opt-outs", url.Values{"family": {"Fern"}, "given": {"Thistle"}, "birth": {"3/4/2024"}, "how": {"fax"}})
	is.Equal(t, "a way that there is not", bad.status, http.StatusBadRequest)
	is.Equal(t, "keeps what was written", strings.Contains(bad.body, `value="Thistle"`), true)
	request := b.optsOut("Fern")
	is.Equal(t, "an address", request != "", true)
	page := b.get(request + "?taken")
	is.Equal(t, "nothing but a stub is kept", strings.Contains(page.body, "A stub of") && !strings.Contains(page.body, "Fern") && !strings.Contains(page.body, "Ivy"), true)
	is.Equal(t, "it is listed", strings.Contains(b.get("/opt-outs?state=left+out").body, request), true)
	is.Equal(t, "nobody like that", b.do(http.MethodPost, "/opt-outs/find", url.Values{"family": {"Nobody"}, "given": {"Thistle"}, "birth": {"3/4/2023"}}).status, http.StatusBadRequest)
	found := b.do(http.MethodPost, "/opt-outs/find", url.Values{"family": {"Fern"}, "given": {"Thistle"}, "birth": {"3/4/2024"}, "telephone": {"218-555-0166"}})
	is.Equal(t, "found by who they are", found.location(), request)
	is.Equal(t, "back", b.do(http.MethodPost, request+"/back", nil).location(), request+"?back")
	is.Equal(t, "once", b.do(http.MethodPost, request+"/back", nil).status, http.StatusConflict)
}

func TestARecordIsClosedAndErasedOnThePages(t *testing.T) {
	w := open(t)
	_, err := record.New(w.Store, codeset.Default()).GoBy(context.Background(), policy.Named("mn"), iis.Actor{Kind: "command"}, true)
	is.NoError(t, "minnesota", err)
	id := w.send("Marsh", manyDoses()[:2]...)
	b, clinic := w.signedIn("administrator"), w.signedIn("clinic")
	person := "/people/" + id.Public()
	form := b.get(person + "/opt-out")
	for _, says := range []string{"<li>doses: 1</li>", "After 7 days"} {
		if !strings.Contains(form.body, says) {
			t.Errorf("the page does not say %q:\n%s", says, form.body)
		}
	}
	answers := url.Values{"how": {"form"}, "relation": {"mother"}, "checked": {"notary"}, "said": {"Ivy Marsh"}, "asked": {"1/4/2025"}}
	is.Equal(t, "not without having read it", b.do(http.MethodPost, person+"/opt-out", answers).status, http.StatusBadRequest)
	answers.Set("understood", "yes")
	request := strings.TrimSuffix(b.do(http.MethodPost, person+"/opt-out", answers).location(), "?taken")
	for _, suffix := range []string{"", "/record.pdf", "/log", "/log.pdf", "/sharing", "/concern", "/same", "/informed"} {
		is.Equal(t, "closed to the clinic, as a number that was never given: "+suffix, alike(clinic.get(person+suffix), id.Public()), alike(clinic.get("/people/"+never+suffix), never))
	}
	is.Equal(t, "open to the staff", b.get(person).status, http.StatusOK)
	is.Equal(t, "back", b.do(http.MethodPost, request+"/back", nil).location(), request+"?back")
	is.Equal(t, "open again", clinic.get(person).status, http.StatusOK)
	request = strings.TrimSuffix(b.do(http.MethodPost, person+"/opt-out", answers).location(), "?taken")
	is.Equal(t, "erased", b.do(http.MethodPost, request+"/erase", nil).location(), request+"?erased")
	is.Equal(t, "gone", b.get(person).status, http.StatusNotFound)
	page := b.get(request).body
	is.Equal(t, "nothing of the person is on its page", strings.Contains(page, "Ivy") || strings.Contains(page, "Marsh"), false)
}

func TestOnlyWhoMayTakesOptOuts(t *testing.T) {
	w := open(t)
	id := w.send("Marsh", manyDoses()[:2]...)
	clinic := w.signedIn("clinic")
	for _, path := range []string{"/opt-outs", "/opt-outs/new", "/opt-outs/find", "/people/" + id.Public() + "/opt-out"} {
		is.Equal(t, path, clinic.get(path).status, http.StatusForbidden)
	}
	is.Equal(t, "and sees no link", strings.Contains(clinic.get("/people/"+id.Public()).body, "/opt-out"), false)
}

// optsOutMinnesota is a registry of Minnesota with a record, as its administrator sees it.
func optsOutMinnesota(t *testing.T) (w *registry, b *browser, address string) {
	w = open(t)
	_, err := record.New(w.Store, codeset.Default()).GoBy(context.Background(), policy.Named("mn"), iis.Actor{Kind: "command"}, true)
	is.NoError(t, "minnesota", err)
	id := w.send("Marsh", manyDoses()[:2]...)
	return w, w.signedIn("administrator"), "/people/" + id.Public() + "/opt-out"
}

// digestOf is the digest of the signed form that the request has which an address names.
func (w *registry) digestOf(location string) []byte {
	w.t.Helper()
	id, _ := iis.ParseOptOutID(regexp.MustCompile(`\w{13}`).FindString(location))
	var digest []byte
	is.NoError(w.t, "request", w.Store.Read(context.Background(), func(tx *store.Tx) error {
		o, err := tx.OptOut(id)
		if err == nil && o != nil {
			digest = o.Form
		}
		return err
	}))
	return digest
}

func TestAnOptOutIsSignedOnThePage(t *testing.T) {
	w, b, address := optsOutMinnesota(t)
	form := url.Values{
		"screen": {"yes"}, "f-patient": {"Juniper Marsh"}, "f-birth-date": {"4/5/2023"}, "f-address": {"1 Elm Street"}, "f-phone": {"218 555 0166"}, "f-signer-title": {"Mother"},
		"relation": {"mother"}, "checked": {"notary"}, "understood": {"yes"}, "f-signer-agrees": {"yes"},
	}
	for _, f := range hiddenField.FindAllStringSubmatch(b.get(address).body, -1) {
		form.Set(f[1], f[2])
	}
	unsigned := b.do(http.MethodPost, address, form)
	is.Equal(t, "without a name", unsigned.status, http.StatusUnprocessableEntity)
	unsigned.want(t, `id="screen-understood" name="understood" value="yes" checked`, "1 Elm Street")
	form.Set("f-signer-name", "Ivy Marsh")
	to := b.do(http.MethodPost, address, form).location()
	is.Equal(t, "taken", strings.HasSuffix(to, "?taken"), true)
	is.Equal(t, "a digest of what was signed", len(w.digestOf(to)) > 0, true)
	b.get(to).want(t, "A signed form")
}

func TestASignedPaperIsTakenWithAnOptOutAndTheTickIsRemembered(t *testing.T) {
	w, b, address := optsOutMinnesota(t)
	fields := map[string]string{"how": "form", "relation": "mother", "checked": "notary", "said": "Ivy Marsh", "asked": "1/4/2025", "understood": "yes"}
	wrong := b.sendsPaper(address, "x.pdf", []byte("<html>"), fields)
	is.Equal(t, "no paper", wrong.status, http.StatusBadRequest)
	wrong.want(t, `id="understood" name="understood" value="yes" checked`, `value="Ivy Marsh"`)
	fields["how"] = "call"
	paper := []byte("%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n")
	is.Equal(t, "a call has no paper", b.sendsPaper(address, "x.pdf", paper, fields).status, http.StatusBadRequest)
	fields["how"] = "form"
	to := b.sendsPaper(address, "x.pdf", paper, fields).location()
	is.Equal(t, "taken", strings.HasSuffix(to, "?taken"), true)
	is.Equal(t, "a digest of the paper", len(w.digestOf(to)) > 0, true)
}

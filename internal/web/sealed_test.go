package web

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"openiis/internal/access"
	"openiis/internal/is"
)

var personAddressIn = regexp.MustCompile(`/people/[0-9A-Z]{13}`)

// maySeal gives a user the right to seal.
func (w *registry) maySeal(username string) {
	w.t.Helper()
	yes := true
	_, err := w.Gate.ChangeUser(context.Background(), username, access.UserChange{Seals: &yes})
	is.NoError(w.t, "may seal", err)
}

// newIdentity is the form by which a record is sealed.
func newIdentity(former string) url.Values {
	return url.Values{
		"former": {former}, "order": {"PR-2026-114"}, "why": {"An adoption."}, "family": {"Heath"}, "given": {"Hazel"}, "birth": {"4/5/2023"}, "sex": {"F"},
		"mother-given": {"Ivy"}, "street": {"7 Moor Street"}, "city": {"Boston"}, "state": {"MA"}, "zip": {"02110"}, "telephone": {"617 555 0101"},
	}
}

// hasSealed gives the administrator the right to seal, and a sealed identity: its
// page.
func (w *registry) hasSealed() string {
	w.t.Helper()
	w.maySeal(access.Administrator)
	w.Takes(w.oak, "PID|1||S1^^^X^MR||Sealand^Oriole||20200505|F|||3 Birch Lane^^Plymouth^MA^02360^USA^H")
	b := w.signedIn(access.Administrator)
	number := personAddressIn.FindString(b.search("Sealand Oriole 5/5/2020").body)
	p := b.do(http.MethodPost, "/sealed", newIdentity(number[len("/people/"):]))
	is.Equal(w.t, "sealed", p.status, http.StatusSeeOther)
	address, _, _ := strings.Cut(p.location(), "?")
	return address
}

func TestSealingIsForThoseWhoHaveTheRight(t *testing.T) {
	w := open(t)
	address := w.hasSealed()
	b := w.signedIn(access.Administrator)
	b.get("/sealed").want(t, "PR-2026-114", address)
	b.get(address).want(t, "Oriole Sealand", "An adoption.", "Immunization programme staff", "Nothing that the new identity does not have.")
	b.do(http.MethodPost, address+"/take-over", nil).want(t, "Nothing has come")
	b.do(http.MethodPost, address+"/unseal", nil).want(t, "Write why")
	w.hasUser("plain", access.Administrator, "")
	for _, username := range []string{"plain", access.Clinic, access.Reader} {
		b := w.signedIn(username)
		for _, path := range []string{"/sealed", "/sealed/new", address} {
			p := b.get(path)
			is.Equal(t, username+" "+path, p.status, http.StatusForbidden)
		}
		is.Equal(t, "unseal", b.do(http.MethodPost, address+"/unseal", url.Values{"why": {"x"}}).status, http.StatusForbidden)
	}
	done := b.do(http.MethodPost, address+"/unseal", url.Values{"why": {"The order was reversed."}})
	is.Equal(t, "unsealed", done.location(), "/sealed?unsealed")
	b.search("Sealand Oriole 5/5/2020").want(t, "Sealand, Oriole")
	is.Equal(t, "no more", b.get(address).status, http.StatusNotFound)
}

func TestWhatIsWrongWithASealingIsTold(t *testing.T) {
	w := open(t)
	w.maySeal(access.Administrator)
	b := w.signedIn(access.Administrator)
	former := w.send("Marsh")
	for field, wrong := range map[string][2]string{
		"former": {"Marsh", "registry number of the former record"}, "into": {"x", "registry number of the new record"}, "order": {"", "number of the order"},
		"why": {"", "Write why"}, "family": {"", "new family name"}, "birth": {"13/13/2023", "The birth date"}, "telephone": {"555", "ten digits"},
		"facility": {"NOWHERE", "no sender"}, "sex": {"Q", "F, M, X or U"},
	} {
		form := newIdentity(former.Public())
		form.Set(field, wrong[0])
		p := b.do(http.MethodPost, "/sealed", form)
		is.Equal(t, field, p.status, http.StatusBadRequest)
		p.want(t, wrong[1], `value="Ivy"`)
	}
	is.Equal(t, "still there", b.get(personAddress(former)).status, http.StatusOK)
}

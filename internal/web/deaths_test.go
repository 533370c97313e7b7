package web

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"openiis/internal/access"
	"openiis/internal/cal"
	"openiis/internal/codeset"
	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/record"
	"openiis/internal/store"
)

// hasDeath has a certificate come of the death of somebody of whom there is no record, and
// returns its address.
func (w *registry) hasDeath(t *testing.T, admin *browser) string {
	t.Helper()
	ctx := context.Background()
	var office iis.Sender
	is.NoError(t, "office", w.Store.Write(ctx, func(tx *store.Tx) (err error) {
		office, err = tx.EnsureOffice("VITAL-RECORDS", "Office of Vital Records", time.Now())
		return err
	}))
	p := iis.Person{
		Names: []iis.Name{{Family: "Quagga", Given: "Zeno", Type: "L"}}, Birth: cal.Of(1950, time.March, 4), Sex: "M",
		IDs:         []iis.Identifier{{Value: "D-417", Type: "PI", Authority: "VITAL-RECORDS-DEATHS"}},
		Certificate: iis.DeathCertificate, Dead: "Y", Death: cal.Of(2026, time.April, 5),
	}
	is.NoError(t, "death", record.New(w.Store, codeset.Default()).Bulk(ctx, func(b *record.Bulk) error {
		_, err := b.Take(record.Arrival{Submission: iis.SubmissionID(w.Store.NewID()), Sender: office, Received: time.Now(), Person: p, KnownOnly: true})
		return err
	}))
	list := admin.get("/deaths")
	list.want(t, "Zeno", "Apr 5, 2026", "D-417", "Office of Vital Records")
	_, after, _ := strings.Cut(list.body, `href="/deaths/`)
	number, _, _ := strings.Cut(after, `"`)
	return "/deaths/" + number
}

func TestADeathIsDecidedToBeSomebodysOrNobodysHere(t *testing.T) {
	w := open(t)
	a := w.send("Quill")
	admin := w.signedIn(access.Administrator)
	death := w.hasDeath(t, admin)
	admin.get(death).want(t, "Whose death is this?", "Zeno", "March 4, 1950", "It is nobody’s here")
	is.Equal(t, "no such number", admin.get("/deaths/"+iis.UnmatchedID(77).Public()).status, http.StatusNotFound)

	p := admin.do(http.MethodPost, death, url.Values{"verdict": {"nobody"}, "why": {" "}})
	is.Equal(t, "without a reason", p.status, http.StatusBadRequest)
	p.want(t, "Error:", "Say why")
	p = admin.do(http.MethodPost, death, url.Values{"verdict": {"nobody"}, "why": {"Lived elsewhere."}})
	is.Equal(t, "nobody's", p.location(), "/deaths?done=nobody")
	admin.get(p.location()).want(t, "The certificate is nobody’s here.", "There is none")
	admin.get("/deaths?settled").want(t, "Zeno", "Lived elsewhere.")
	p = admin.do(http.MethodPost, death, url.Values{"verdict": {"back"}, "why": {"Not sure."}})
	is.Equal(t, "back", p.location(), "/deaths?done=back")

	p = admin.do(http.MethodPost, death+"/find", url.Values{"q": {"quill 2023"}})
	beside := death + "/person/" + a.Public()
	admin.get(strings.TrimSuffix(p.location(), "#pick")).want(t, "Which one is it?", `href="`+beside+`"`)
	admin.get(beside).want(t, "Is this the person who died?", "≠</span> Different", "Quill")
	if got := w.acts(a); !strings.HasPrefix(got, "compare a death") {
		t.Errorf("the audit has %q", got)
	}
	p = admin.do(http.MethodPost, beside, url.Values{"how": {"papers"}})
	is.Equal(t, "whose", p.location(), "/deaths?done=person&record="+a.Public())
	admin.get(p.location()).want(t, "The death is this person’s", "/people/"+a.Public())
	admin.get("/people/"+a.Public()).want(t, "This person has died.", "Papers were seen, such as a birth certificate.")
	is.Equal(t, "gone from the list", admin.get(death).status, http.StatusNotFound)
}

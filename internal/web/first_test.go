package web

import (
	"context"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"openiis/internal/access"
	"openiis/internal/cal"
	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/policy"
	"openiis/internal/store"
	"openiis/internal/store/storetest"
	"openiis/test/world"
)

// TestASiteThatIsAddedOnAPageSignsFirstAndTheProgrammeRecordsWhatWasSignedOnPaper: its users see Agreements and
// nothing else until then.
func TestASiteThatIsAddedOnAPageSignsFirstAndTheProgrammeRecordsWhatWasSignedOnPaper(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := over(t, world.Over(t, s))
		w.goesBy(policy.Named("ms"))
		admin := w.signedIn(access.Administrator)
		at := admin.post("/organizations", "kind", "clinic", "name", "Pine Clinic", "status", "training").location()
		site := regexp.MustCompile(`/organizations/\w{13}`).FindString(at)
		id, _ := iis.ParseOrganizationID(strings.TrimPrefix(site, "/organizations/"))
		is.NoError(t, "sender", w.Store.Write(context.Background(), func(tx *store.Tx) error {
			_, err := tx.AddSenderAt("PINE", "Pine", id, w.Store.Now())
			return err
		}))
		world.AddUser(t, w.Store, access.NewUser{Username: "piper", Name: "Piper Pine", Role: "vaccinator", Facility: "PINE"}, password)
		w.learns("piper")
		piper := w.signedIn("piper")
		is.Equal(t, "waits", strings.HasPrefix(piper.get("/people/newest").location(), "/agreements"), true)
		piper.get("/agreements").want(t, "Your access waits", "To be signed first", "Nobody of the site has access before.")
		renewals := admin.get("/renewals")
		renewals.want(t, "Pine Clinic", "To be signed first")
		is.Equal(t, "not as one of before", regexp.MustCompile(`(?s)Sites that have signed nothing here.*Pine Clinic`).MatchString(renewals.body), false)

		shown := admin.get(site + "/enrolment")
		shown.want(t, "Record one that was signed on paper")
		record := regexp.MustCompile(site + `/enrolment/papers/\d+/upload`).FindString(shown.body)
		form := admin.get(record)
		form.want(t, "Whose signature is on it", "MIIX")
		is.Equal(t, "to be printed", admin.get(strings.TrimSuffix(record, "upload")+"form.pdf").status, http.StatusOK)
		key := regexp.MustCompile(`name="paper" value="([^"]+)"`).FindStringSubmatch(form.body)[1]
		send := func(b *browser, day string) page {
			const part = "--x\r\nContent-Disposition: form-data; name=%q\r\n\r\n%s\r\n"
			var body strings.Builder
			for _, f := range [][2]string{{"paper", key}, {"signer", "Olga Official"}, {"title", "Medical Director"}, {"day", day}} {
				fmt.Fprintf(&body, part, f[0], f[1])
			}
			body.WriteString("--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"signed.pdf\"\r\nContent-Type: application/pdf\r\n\r\n%PDF-1.4\n% a scan\n%%EOF\n\r\n--x--\r\n")
			return b.sendsRaw(record, "multipart/form-data; boundary=x", body.String())
		}
		is.Equal(t, "not by the site", send(piper, "2025-01-02").location() == site+"/enrolment?done=recorded", false)
		send(admin, "2999-01-02").want(t, "Write the day that is beside the signature")
		is.Equal(t, "recorded", send(admin, cal.On(w.Store.Now()).AddDays(-400).String()).location(), site+"/enrolment?done=recorded")
		admin.get(site+"/enrolment?done=recorded").want(t, "What was signed on paper is recorded.", "Olga Official", "Uploaded in the account of")
		piper.get("/agreements").want(t, "Your access waits")
		mine := regexp.MustCompile(`/agreements/\d+`).FindString(piper.get("/agreements").body)
		is.Equal(t, "signs", piper.signsPaper(mine, "Piper Pine").location(), "/agreements?done=signed")
		is.Equal(t, "works", piper.get("/people/newest").status, http.StatusOK)
	})
}

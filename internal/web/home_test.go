package web

import (
	"context"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"openiis/internal/access"
	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/policy"
	"openiis/internal/store"
	"openiis/internal/store/storetest"
	"openiis/test/world"
)

// A clinic with a billing system that sends under a code of its own: what that reported is the
// clinic's own, though the record is not shared, and another clinic's stays hidden.
func TestASiteOfSeveralSendersSeesAndManagesWhatIsItsOwn(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := over(t, world.Over(t, s))
		w.goesBy(policy.Named("ma"))
		elm := w.Facility("ELM", "Elm Square")
		w.Facility("ASH", "Ash Lane")
		w.hasUser("ann", "access-administrator", "OAK")
		w.hasUser("eli", access.Clinic, "ELM")
		w.hasUser("ashley", access.Clinic, "ASH")
		var site *iis.Organization
		is.NoError(t, "site", s.Read(context.Background(), func(tx *store.Tx) (err error) {
			site, err = tx.OrganizationOf(w.oak.ID)
			return err
		}))
		admin := w.as("administrator")
		page := organizationAddress(site.ID)
		admin.get(page).want(t, "Add a new sender to it")
		is.Equal(t, "who only reads", strings.Contains(w.as("ann").get(page).body, "Add a new sender"), false)
		is.Equal(t, "added", admin.post(page+"/senders", "facility", "OAKBILL", "name", "Oak billing", "why", "beside the EHR").location(), page+"?done=newsender")
		var billing iis.Sender
		is.NoError(t, "billing", s.Read(context.Background(), func(tx *store.Tx) (err error) {
			billing, err = tx.SenderByFacility("OAKBILL")
			return err
		}))
		w.hasUser("bill", access.Clinic, "OAKBILL")
		w.hasUser("vaughn", access.Clinic, "OAK")

		w.Takes(elm, "PID|1||E1^^^X^MR||Marsh^Juniper||20230405|F|||1 Elm Street^^Salem^MA^01970", "PD1||||||||||||Y|20240612", "ORC|RE||E1^X", "RXA|0|1|20230501||08^x^CVX|999|||01^x^NIP001||||||ELMLOT")
		w.Takes(billing, "PID|1||B1^^^X^MR||Marsh^Juniper||20230405|F|||1 Elm Street^^Salem^MA^01970", "ORC|RE||B1^X", "RXA|0|1|20230601||10^x^CVX|999|||01^x^NIP001||||||BILLLOT")
		record := personAddressIn.FindString(w.as("bill").search("Marsh Juniper 4/5/2023").body)
		for _, username := range []string{"bill", "clinic"} {
			b := w.as(username)
			is.Equal(t, "found by "+username, personAddressIn.FindString(b.search("Marsh Juniper 4/5/2023").body), record)
			p := b.get(record)
			p.want(t, "You see what your own site reported", "BILLLOT")
			is.Equal(t, "another clinic's dose", strings.Contains(p.body, "ELMLOT"), false)
		}
		ash := w.as("ashley")
		is.Equal(t, "another site", ash.get(record).status, http.StatusNotFound)
		is.Equal(t, "finds nobody", personAddressIn.FindString(ash.search("Marsh Juniper 4/5/2023").body), "")

		// Messages, figures and passwords are those of the site.
		list := w.as("clinic").get("/submissions")
		list.want(t, "All senders", "Oak billing")
		is.Equal(t, "others' messages", strings.Contains(list.body, "Elm Square"), false)
		message := regexp.MustCompile(`/submissions/\w{13}`).FindString(list.body)
		is.Equal(t, "opened by the site", w.as("clinic").get(message).status, http.StatusOK)
		is.Equal(t, "and by no other", ash.get(message).status, http.StatusNotFound)
		w.as("ann").get("/credentials").want(t, "Oak billing", "OAKBILL", "OAK<")
		w.as("clinic").get("/files").want(t, "Oak billing")

		// Users of all senders are the access administrator's.
		ann := w.as("ann")
		ann.get("/users").want(t, "bill", "clinic")
		is.Equal(t, "another site's", strings.Contains(ann.get("/users").body, ">eli<"), false)
		ann.get("/users/invite").want(t, "Where they work", `value="OAKBILL"`, `value="OAK" checked`, "Oak billing")
		ann.post("/users/invite", "name", "Vera Vale", "email", "vera@oak.example", "username", "vera", "role", access.Clinic, "facility", "OAKBILL").want(t, "/invited/")
		ann.get("/users").want(t, "vera", "Oak billing")
		is.Equal(t, "to another site", ann.post("/users/invite", "name", "Vera Vale", "email", "vera@oak.example", "username", "vic", "role", access.Clinic, "facility", "ELM").status, http.StatusNotFound)
		at := userAddress(w.user("vaughn").ID)
		ann.get(at).want(t, "Where they work", "and place of work", `value="OAKBILL"`, `value="OAK" checked`)
		is.Equal(t, "to another site", ann.post(at+"/change", "role", access.Clinic, "facility", "ELM").status, http.StatusNotFound)
		is.Equal(t, "moved", ann.post(at+"/change", "role", access.Clinic, "facility", "OAKBILL").location(), at+"?done=changed")
		ann.get(at).want(t, `value="OAKBILL" checked`, "Oak billing")
		is.Equal(t, "ended", ann.post(userAddress(w.user("bill").ID)+"/end", "why", "left").status, http.StatusSeeOther)

		// Given away, it is theirs at the next page.
		is.NoError(t, "away", s.Write(context.Background(), func(tx *store.Tx) error {
			o, err := tx.OrganizationOf(elm.ID)
			if err == nil {
				err = tx.PutSenderPlace(billing.ID, o.ID)
			}
			return err
		}))
		is.Equal(t, "no longer the clinic's", w.as("clinic").get(record).status, http.StatusNotFound)
		w.as("eli").get(record).want(t, "BILLLOT")
		is.Equal(t, "nor its messages", w.as("clinic").get(message).status, http.StatusNotFound)
	})
}

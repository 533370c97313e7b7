package web

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/store"
	"openiis/internal/store/storetest"
	"openiis/test/world"
)

func TestAnAccessAdministratorSeesHowTheRecordSystemOfTheirSiteStands(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := over(t, world.Over(t, s))
		w.hasUser("olga", "access-administrator", "OAK")
		olga := w.as("olga")
		olga.get("/credentials").want(t, "<dt>Last message</dt><dd>none yet</dd>", "<dt>Last one refused</dt><dd>none</dd>", "not counted yet")
		w.Takes(w.oak, "PID|1||A1^^^X^MR||Marsh^Juniper||20230405|F")
		p := olga.get("/credentials")
		p.want(t, "<dt>Last one refused</dt><dd>none</dd>", "What it sends, and what is wrong with it", "answer=refused", senderAddress(w.oak.ID), "password set", ", today</span>")
		if strings.Contains(p.body, "none yet") {
			t.Error("the last message is not told")
		}
		_, err := w.Desk.Message(context.Background(), w.oak, iis.DoorSOAP, []byte("this is no message"))
		is.Equal(t, "no message", fault.KindOf(err), fault.Invalid)
		olga.get("/credentials").want(t, ", refused</dd>")
		is.NoError(t, "an old password", s.Write(context.Background(), func(tx *store.Tx) error {
			return tx.Exec(`UPDATE credential SET changed = $1 WHERE sender_id = $2`, time.Now().AddDate(0, 0, -400).UnixMicro(), w.oak.ID)
		}))
		olga.get("/credentials").want(t, ", 400 days ago</span>")
	})
}

// A leaver has read what they have set: the page names it, and a running interface goes on.
func TestPasswordsOfTheRecordSystemThatALeaverMayKnowAreNamed(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := over(t, world.Over(t, s))
		w.hasUser("olga", "access-administrator", "OAK")
		w.hasUser("otto", "access-administrator", "OAK")
		olga, otto := w.as("olga"), w.as("otto")
		is.Equal(t, "made", otto.post("/credentials/"+w.oak.ID.Public(), "username", "oak-new", "proof", password).status, http.StatusOK)
		page := userPageOf(t, w, "otto")
		if strings.Contains(olga.get(page).body, "oak-new") {
			t.Error("passwords are told of somebody who is there")
		}
		is.Equal(t, "end", olga.post(page+"/end", "why", "Left.").location(), page+"?done=ended")
		olga.get(page).want(t, "Passwords that they may know", `<strong class="code">oak-new</strong> <span class="usa-tag bad"><span aria-hidden="true">▲</span> Set by them</span>`, ", by Nora access-administrator", `href="/credentials">Make other passwords`)
		olga.get("/credentials").want(t, "Make another</span> whoever set it has no access any more")
		w.signedIn("administrator").get(page).want(t, "oak-new", "Access administrators of the site make other ones")
		is.Equal(t, "replaced", olga.post("/credentials/"+w.oak.ID.Public(), "username", "oak-new", "proof", password).status, http.StatusOK)
		for _, at := range []string{page, "/credentials"} {
			if body := olga.get(at).body; strings.Contains(body, "Set by them") || strings.Contains(body, "has no access any more, and may") {
				t.Errorf("%s warns of a password that was replaced", at)
			}
		}
	})
}

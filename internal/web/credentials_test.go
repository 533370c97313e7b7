package web

import (
	"context"
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

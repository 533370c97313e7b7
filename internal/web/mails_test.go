package web

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"openiis/internal/access"
	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/relay"
	"openiis/internal/store"
)

// stubborn is a relay that refuses everything for good.
type stubborn struct{}

func (stubborn) Send(context.Context, relay.Letter) error {
	return &relay.Trouble{Final: true, Answer: "550 no such mailbox"}
}
func (stubborn) Host() string { return "relay.example" }

func TestAdministratorsSeeWhatWasSentAndSendItAgain(t *testing.T) {
	w := open(t)
	admin := w.signedIn("administrator")
	admin.get("/mails").want(t, "No mail is sent.")
	made := admin.post("/users/invite", "username", "vera", "name", "Vera Moss", "email", "vera@oak.example", "role", access.Reader)
	if strings.Contains(made.body, "being sent by mail") {
		t.Error("a mail is promised although there is no relay")
	}

	is.NoError(t, "by", w.doors.Mail.By(stubborn{}, "https://registry.example.gov", []byte("a secret")))
	w.doors.Gate.MailBy(w.doors.Mail)
	admin.post("/users/invite", "username", "vic", "name", "Vic Moss", "email", "vic@oak.example", "role", access.Reader).want(t, "being sent by mail to <strong>vic@oak.example</strong>", "/invited/")
	admin.get("/mails").want(t, "Invitation", "vic@oak.example", "Send now")
	is.NoError(t, "a reminder", w.Store.Write(context.Background(), func(tx *store.Tx) error {
		now := time.Now()
		return tx.AddMail(&iis.Mail{
			ID: tx.NewMailID(), Kind: iis.MailIdle, To: iis.Contact{Name: "Ann", Email: "ann@oak.example"}, Path: "/signin", At: now, Due: now, Until: now.Add(time.Hour),
			Says: map[string]string{"username": "ann", "until": "December 24, 2026"},
		})
	}))
	for more := true; more; {
		var err error
		more, err = w.doors.Mail.Deliver(context.Background())
		is.NoError(t, "deliver", err)
	}
	failed := admin.get("/mails?status=failed")
	failed.want(t, "550 no such mailbox", "Its link is kept no longer", "ann@oak.example", "Send again")
	at := failed.body[strings.Index(failed.body, `action="/mails/`)+8:]
	at = at[:strings.Index(at, `"`)]
	is.Equal(t, "again", admin.post(at).location(), "/mails?again")
	admin.get("/mails?again").want(t, "waits to be sent again", "ann@oak.example")
	is.Equal(t, "no such mail", admin.post("/mails/0000000000001/again").status, http.StatusNotFound)
	is.Equal(t, "others", w.signedIn("clinic").get("/mails").status, http.StatusForbidden)
}

package main

import (
	"bytes"
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"openiis/internal/access"
	"openiis/internal/is"
	"openiis/test/mailhost"
)

func TestARelayIsReadFromItsFileAndSends(t *testing.T) {
	h := mailhost.Open(t, mailhost.StartTLS)
	ctx := context.Background()
	c := defaults()
	c.PagesAt, c.SecretFile = "https://registry.example.gov", written(t, "secret", "a secret of sixteen letters or more\n")
	c.Mail = written(t, "mail.json", fmt.Sprintf(`{"relay": %q, "username": %q, "passwordFile": %q, "from": "registry@example.gov", "fromName": "Registry", "authorities": %q}`,
		h.Address, mailhost.Username, written(t, "password", mailhost.Password+"\n"), h.CAFile))
	r, err := openRegistry(ctx, filepath.Join(t.TempDir(), "r.db"))
	is.NoError(t, "open", err)
	t.Cleanup(func() { is.NoError(t, "close", r.Close()) })
	is.Equal(t, "before", r.mails.On(), false)
	is.NoError(t, "mail by", r.mailBy(c))
	is.NoError(t, "user", r.gate.AddUser(ctx, access.NewUser{Username: "ada", Name: "Ada", Role: access.Administrator}, "x"))
	ada, err := r.gate.Named(ctx, "ada")
	is.NoError(t, "ada", err)
	token, err := r.gate.Invite(ctx, ada.Manager(), access.NewUser{Username: "vin", Name: "Vin", Email: "vin@example.org", Role: access.Reader})
	is.NoError(t, "invite", err)
	_, err = r.mails.Deliver(ctx)
	is.NoError(t, "deliver", err)
	is.Equal(t, "mails", len(h.Mails()), 1)
	is.Equal(t, "link", strings.Contains(h.Mails()[0].Text, "https://registry.example.gov/invited/"+token), true)
}

func TestSettingsOfMailThatCannotBeAreTold(t *testing.T) {
	for what, args := range map[string][]string{
		"--mail needs --pages-at":    {"--db", "a", "--mail", "m.json", "--secret-file", "s"},
		"--mail needs --secret-file": {"--db", "a", "--mail", "m.json", "--pages-at", "https://registry.example.gov"},
	} {
		var errs bytes.Buffer
		_, status, _ := readConfig("serve", args, &errs)
		is.Equal(t, what, status, exitUsage)
		says(t, errs.String(), what)
	}
	for file, want := range map[string]string{
		`{"relay": "smtp://relay.example.gov", "from": "a@b.example", "password": "x"}`: "unknown field",
		`{"relay": "relay.example.gov", "from": "a@b.example"}`:                         "no address of one",
		`{"relay": "smtp://relay.example.gov", "from": "a@b.example"} {}`:               "something stands after",
		`{"relay": "smtp://relay.example.gov", "from": "a@b.example", "username": "x"}`: "together",
	} {
		_, err := readRelay(written(t, "mail.json", file))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", file, err)
		}
	}
}

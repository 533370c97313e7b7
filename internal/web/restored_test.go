package web

import (
	"context"
	"strings"
	"testing"

	"openiis/internal/is"
	"openiis/internal/store"
)

// An administrator of a registry that was restored reads from when it is, and what to ask for.
func TestAnAdministratorIsToldOfARestore(t *testing.T) {
	w := open(t)
	const told = "restored from a backup"
	w.hasUser("olga", "access-administrator", "OAK")
	admin, manager := w.signedIn("administrator"), w.as("olga")
	is.Equal(t, "nothing before", strings.Contains(admin.get("/users").body, told), false)
	is.NoError(t, "restored", w.Store.Write(context.Background(), func(tx *store.Tx) error {
		return tx.Exec(`INSERT INTO setting (name, value) VALUES ('restored', '{"Taken":"2026-11-29T03:00:00Z","At":"2026-11-30T03:00:00Z"}')`)
	}))
	admin.get("/users").want(t, told, "Ask every sender to send again", "It is not confirmed")
	is.Equal(t, "a site is not told", strings.Contains(manager.get("/users").body, told), false)
}

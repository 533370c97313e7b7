package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"openiis/internal/is"
	"openiis/internal/role"
	"openiis/internal/store/storetest"
)

func user(t *testing.T, args ...string) ran {
	t.Helper()
	var out, errs bytes.Buffer
	status := userCommand(args, nil, &out, &errs)
	return ran{status, out.String(), errs.String()}
}

func TestAUserIsAddedToTheSenderWhoseCodeTheCommandNames(t *testing.T) {
	storetest.EachAddress(t, func(t *testing.T, db string) {
		secret := written(t, "p", "secret\n")
		is.Equal(t, "sender", sender(t, "add", "--db", db, "--facility", "OAK", "--username", "oak", "--password-file", secret).status, exitOK)
		add := func(role, facility string) ran {
			return user(t, "add", "--db", db, "--username", "ines", "--role", role, "--facility", facility, "--password-file", secret)
		}
		is.Equal(t, "of Oak", add("clinic", "OAK"), ran{exitOK, "user ines may sign in as clinic-staff of OAK\n", ""})
		for _, refused := range []struct{ role, facility, says string }{
			{"clinic", "ELM", `There is no sender with the facility code "ELM"`},
			{"administrator", "OAK", "for both sides"},
		} {
			got := add(refused.role, refused.facility)
			if got.status == exitOK || !strings.Contains(got.errors, refused.says) {
				t.Errorf("%s of %s: status %d, said %q", refused.role, refused.facility, got.status, got.errors)
			}
		}
		is.Equal(t, "of none", add("clinic", ""), ran{exitOK, "user ines may sign in as clinic-staff\n", ""})
	})
}

func TestAUserIsGivenAnotherRoleOrFacilityWithoutAPassword(t *testing.T) {
	storetest.EachAddress(t, func(t *testing.T, db string) {
		secret := written(t, "p", "secret\n")
		is.Equal(t, "sender", sender(t, "add", "--db", db, "--facility", "OAK", "--username", "oak", "--password-file", secret).status, exitOK)
		is.Equal(t, "user", user(t, "add", "--db", db, "--username", "ines", "--name", "Ines", "--role", "reader", "--password-file", secret).status, exitOK)
		set := func(args ...string) ran {
			return user(t, append([]string{"set", "--db", db, "--username", "ines"}, args...)...)
		}
		is.Equal(t, "a clinic user", set("--role", "clinic", "--facility", "OAK"), ran{exitOK, "user ines (Ines) may sign in as clinic-staff of OAK\n", ""})
		is.Equal(t, "a name", set("--name", "Ines Imber"), ran{exitOK, "user ines (Ines Imber) may sign in as clinic-staff of OAK\n", ""})
		is.Equal(t, "no facility", set("--facility", ""), ran{exitOK, "user ines (Ines Imber) may sign in as clinic-staff\n", ""})
		is.Equal(t, "an administrator", set("--role", "administrator"), ran{exitOK, "user ines (Ines Imber) may sign in as administrator\n", ""})
		for _, args := range [][]string{{}, {"--name", ""}, {"--role", "king"}, {"--role", ""}} {
			if got := set(args...); got.status != exitUsage || got.errors == "" {
				t.Errorf("%q: status %d, said %q", args, got.status, got.errors)
			}
		}
		is.Equal(t, "roles", set("--role", "king").errors, "openiis user set: there is no role \"king\": want one of "+strings.Join(role.IDs(), ", ")+"\n")
		unknown := user(t, "set", "--db", db, "--username", "elm", "--role", "reader")
		is.Equal(t, "an unknown user", unknown, ran{exitFailed, "", "openiis user set: There is no user \"elm\". Add them: openiis user add.: there is no such user name\n"})
	})
}

// Only the first administrator and the first sender may be of a registry that is
// not there yet: whoever else is of one, its name was mistyped.
func TestWhoMayMakeANewRegistry(t *testing.T) {
	secret := written(t, "p", "secret\n")
	for _, c := range []struct {
		args string
		made bool
	}{
		{"user add --role administrator", true}, {"sender add --facility OAK", true},
		{"user add --role clinic", false}, {"user add --role reader", false}, {"user set --role reader", false},
	} {
		db := filepath.Join(t.TempDir(), "registry.db")
		words := append(strings.Fields(c.args), "--db", db, "--username", "ada")
		if words[1] == "add" {
			words = append(words, "--password-file", secret)
		}
		var got ran
		if words[0] == "user" {
			got = user(t, words[1:]...)
		} else {
			got = sender(t, words[1:]...)
		}
		_, err := os.Stat(db)
		is.Equal(t, c.args+": made", err == nil, c.made)
		says := "there is no database " + db + ": check its name"
		if c.made {
			says = db + " was not there; a new registry was made"
		}
		if (got.status == exitOK) != c.made || !strings.Contains(got.errors, says) {
			t.Errorf("%s: status %d, said %q", c.args, got.status, got.errors)
		}
	}
}

func TestUsersAreListedInvitedEndedAndLetInByCommand(t *testing.T) {
	storetest.EachAddress(t, func(t *testing.T, db string) {
		secret := written(t, "p", "secret\n")
		is.Equal(t, "ada", user(t, "add", "--db", db, "--username", "ada", "--name", "Ada", "--email", "ada@health.example", "--role", "administrator", "--password-file", secret).status, exitOK)
		bad := user(t, "set", "--db", db, "--username", "ada", "--email", "ada")
		if bad.status != exitFailed || !strings.Contains(bad.errors, "such as name@example.org") {
			t.Errorf("no address: %+v", bad)
		}
		is.Equal(t, "rita", user(t, "add", "--db", db, "--username", "rita", "--name", "Rita", "--role", "reader", "--password-file", secret).status, exitOK)
		end := user(t, "end", "--db", db, "--username", "rita", "--why", "Left.")
		is.Equal(t, "end", end, ran{exitOK, "user rita has no access any more, and is signed out everywhere\n", ""})
		last := user(t, "end", "--db", db, "--username", "ada", "--why", "Left.")
		if last.status != exitFailed || !strings.Contains(last.errors, "last administrator") {
			t.Errorf("the last administrator: %+v", last)
		}
		is.Equal(t, "an address", user(t, "set", "--db", db, "--username", "rita", "--email", "rita@health.example").status, exitOK)
		list := user(t, "list", "--db", db)
		for _, line := range []string{`ada +Ada +ada@health.example +Administrator +- +not yet +no +Active`, `rita +Rita +rita@health.example +Read-only +- +not yet +no +Ended`} {
			if !regexp.MustCompile(line).MatchString(list.out) {
				t.Errorf("no line %q in\n%s", line, list.out)
			}
		}
		is.Equal(t, "let in", user(t, "let-in", "--db", db, "--username", "rita", "--why", "Back.").status, exitOK)
		is.Equal(t, "no reason", user(t, "end", "--db", db, "--username", "rita").status, exitUsage)
		invited := user(t, "invite", "--db", db, "--username", "vera", "--name", "Vera", "--email", "v@oak.example", "--role", "reader")
		if invited.status != exitOK || !strings.HasPrefix(invited.out, "/invited/") {
			t.Errorf("invite: %+v", invited)
		}
	})
}

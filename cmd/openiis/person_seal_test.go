package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"openiis/internal/access"
	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/store"
	"openiis/internal/store/storetest"
)

func TestAnOperatorSealsAndUnsealsAsSomebodyWhoMay(t *testing.T) {
	storetest.EachAddress(t, func(t *testing.T, db string) {
		ctx := context.Background()
		var ids []iis.PersonID
		func() {
			r, err := openRegistry(ctx, db)
			is.NoError(t, "open", err)
			defer r.Close()
			for name, may := range map[string]bool{"ada": true, "bob": false} {
				is.NoError(t, "user", r.gate.AddUser(ctx, access.NewUser{Username: name, Name: name, Role: access.Administrator, Seals: may}, "secret password"))
			}
			var oak iis.Sender
			is.NoError(t, "sender", r.store.Write(ctx, func(tx *store.Tx) (err error) {
				oak, err = tx.PutSender(iis.Sender{Facility: "OAK", Name: "Oak Street"}, "oak", "-", r.store.Now())
				return err
			}))
			_, err = r.desk.Message(ctx, oak, iis.DoorHTTP, []byte(update("1", "B1")))
			is.NoError(t, "send", err)
			is.NoError(t, "read", r.store.Read(ctx, func(tx *store.Tx) (err error) {
				ids, err = tx.PersonsAfter(0, 10)
				return err
			}))
		}()
		former := ids[0].Public()
		file := filepath.Join(t.TempDir(), "new.txt")
		is.NoError(t, "file", os.WriteFile(file, []byte("family: Quill\ngiven: Wren\nbirth: 2020-05-05\n\nsex: F\n"), 0o600))
		base := []string{"seal", "--db", db, "--order", "PR-1", "--why", "adoption"}
		seal := func(as string, more ...string) ran { return person(append(append(base, "--as", as), more...)...) }
		is.Equal(t, "without a new identity", seal("ada", former).status, exitUsage)
		for _, as := range []string{"bob", "nobody"} {
			if r := seal(as, "--new", file, former); r.status != exitFailed || !strings.Contains(r.errors, "who may seal") {
				t.Errorf("as %s: %+v", as, r)
			}
		}
		is.Equal(t, "no such person", seal("ada", "--new", file, "0000000000001").status, exitFailed)
		done := seal("ada", "--new", file, former)
		is.Equal(t, "sealed", done.status, exitOK)
		number, now := afterWord(done.out, "sealing"), afterWord(done.out, "identity")
		for _, act := range []string{"sources", "decisions"} { // a sealed number is one that never was
			was, never := person(act, "--db", db, former), person(act, "--db", db, "0000000000001")
			is.Equal(t, act, was, never)
		}
		list := person("sealed", "--db", db, "--as", "ada")
		is.Equal(t, "list", strings.Contains(list.out, number+"  "), true)
		one := person("sealed", "--db", db, "--as", "ada", number)
		for _, want := range []string{"former identity " + former, "new identity " + now, "order PR-1: adoption", "1 doses and facts went over, 0 came"} {
			if !strings.Contains(one.out, want) {
				t.Errorf("no %q in %+v", want, one)
			}
		}
		is.Equal(t, "sweep", person("sweep", "--db", db, "--as", "ada", number).out, "0 messages were sealed\n")
		is.Equal(t, "nothing came", person("take-over", "--db", db, "--as", "ada", number).status, exitFailed)
		is.Equal(t, "unseal without a reason", person("unseal", "--db", db, "--as", "ada", number).status, exitFailed)
		is.Equal(t, "unseal", person("unseal", "--db", db, "--as", "ada", "--why", "reversed", number).status, exitOK)
		is.Equal(t, "there again", strings.Contains(person("sources", "--db", db, now).out, "person "+former), true)
	})
}

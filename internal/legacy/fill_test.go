package legacy

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"openiis/internal/cal"
	"openiis/internal/codeset"
	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/record"
	"openiis/internal/store"
	"openiis/internal/store/storetest"
)

// somebody makes a record of a person who is in no old registry.
func somebody(s *store.Store, keeper *record.Keeper) error {
	ctx := context.Background()
	var from iis.Sender
	err := s.Write(ctx, func(tx *store.Tx) (err error) {
		from, err = tx.EnsureSender("ELSEWHERE", "Elsewhere", s.Now())
		return err
	})
	if err != nil {
		return err
	}
	sub := iis.Submission{Sender: from, Door: iis.DoorHTTP, Received: s.Now(), Raw: []byte("a message")}
	if err := s.Keep(&sub).Wait(); err != nil {
		return err
	}
	_, err = keeper.Take(ctx, record.Arrival{
		Submission: sub.ID, Sender: from, Received: s.Now(), Actor: iis.Actor{Kind: "sender", Sender: from.ID},
		Person: iis.Person{
			IDs: []iis.Identifier{{Value: "E1", Type: "MR", Authority: "ELSEWHERE"}}, Sex: "F", Birth: cal.Of(1931, 2, 3),
			Names: []iis.Name{{Family: "ELDER", Given: "ZENOBIA", Type: "L"}},
		},
		Finish: func(r iis.Receipt) store.StoredReceipt {
			return store.StoredReceipt{Submission: r.Submission, Sender: from.ID, Answered: s.Now(), Kind: "VXU", Ack: "AA", Person: r.Person}
		},
	})
	return err
}

// found are the keys of a registry, in words that do not depend on numbers.
func found(t *testing.T, s *store.Store, im *Import) []string {
	t.Helper()
	names := map[string]string{}
	for line := range strings.Lines(readFile(t, im.Out, placedFile)) {
		cells := strings.Split(strings.TrimSpace(line), ",")
		names[cells[2]] = cells[0] // of those that are one person's the last
	}
	keys, err := storetest.Keys(s, func(id iis.PersonID) string {
		if id == 0 {
			return "nobody"
		}
		if names[id.Public()] == "" {
			return "somebody else"
		}
		return names[id.Public()]
	})
	is.NoError(t, "read the keys", err)
	return keys
}

// The first filling of a registry is another way to the same end: what comes of it
// is what comes of the same files beside somebody who was there.
func TestAnEmptyRegistryIsFilledWithWhatItWouldHaveBesideOthers(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		dir, _ := oldRegistry(t, 1200)
		im := importOf(s, dir)
		filled := run(t, im)
		verified(t, im)

		beside := storetest.Open(t, storetest.SQLite(t))
		is.NoError(t, "take", somebody(beside, record.New(beside, codeset.Default())))
		im2 := importOf(beside, dir)
		im2.Out = filepath.Join(dir, "beside")
		other := run(t, im2)
		is.Equal(t, "outcomes", filled.Outcomes, other.Outcomes)
		is.Equal(t, "rows of placed.csv", outcomes(readFile(t, im.Out, placedFile)), outcomes(readFile(t, im2.Out, placedFile)))
		without := func(list []string, what string) (out []string) {
			for _, l := range list {
				if !strings.Contains(l, what) {
					out = append(out, l)
				}
			}
			return out
		}
		is.Equal(t, "records", withoutSenders(contents(t, s)), without(withoutSenders(contents(t, beside)), "ZENOBIA"))
		have, want := found(t, s, im), found(t, beside, im2)
		is.Equal(t, "keys", have, without(want, " of somebody else"))
		if len(have) < 10*int(filled.New) {
			t.Errorf("only %d keys of %d people", len(have), filled.New)
		}
	})
}

func TestAFillingGivesWayWhenOthersChangeRecords(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		dir, tables := oldRegistry(t, 400)
		im := importOf(s, dir)
		server := record.New(s, codeset.Default()) // it ran before, on the empty registry
		_, err := server.Find(context.Background(), 0, &iis.Person{})
		is.NoError(t, "find", err)
		var late, took, read, decided, looked error
		im.Tell = func(Progress) {
			held := ""
			read = errors.Join(read, s.Read(context.Background(), func(tx *store.Tx) (err error) {
				held, err = tx.HeldBy()
				return err
			}))
			if late == nil && held != "" {
				late = somebody(s, record.New(s, codeset.Default()))
				by := iis.Actor{Kind: "job"}
				_, decided = server.Merge(context.Background(), 1, 2, by, "one person")
				looked = server.NewCleaner(by).All(context.Background(), true, func(record.Progress) {})
				took = somebody(s, server)
			}
		}
		r := run(t, im)
		is.NoError(t, "take", errors.Join(read, took))
		if !errors.Is(late, store.ErrHalfFilled) {
			t.Errorf("a server that is started meanwhile takes messages: %v", late)
		}
		if !errors.Is(decided, store.ErrHalfFilled) || !errors.Is(looked, store.ErrHalfFilled) {
			t.Errorf("who is who is decided among people of whom half cannot be found: %v, %v", decided, looked)
		}
		is.Equal(t, "patients", r.People(), int64(tables.PatientRows))
		is.Equal(t, "records", r.After, r.New+r.Possible+1)
		if !strings.Contains(r.String(), "others changed records") {
			t.Errorf("the report does not say that others changed records:\n%s", r)
		}
		verified(t, im)
		straight := storetest.Open(t, storetest.SQLite(t))
		im2 := importOf(straight, dir)
		im2.Out = filepath.Join(dir, "straight")
		is.Equal(t, "outcomes", r.Outcomes, run(t, im2).Outcomes)
	})
}

func TestAFillingThatIsStoppedBetweenItsKeysGoesOn(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		dir, _ := oldRegistry(t, 300)
		im := importOf(s, dir)
		stopped := errors.New("stopped")
		for n := 1; n <= 3; n++ {
			ctx, stop := context.WithCancelCause(context.Background())
			told := 0
			im.Tell = func(p Progress) {
				if p.Keys {
					if told++; told == 2 { // one kind of key is stored, and one is not
						stop(stopped)
					}
				}
			}
			if _, err := im.Run(ctx); err == nil && n == 1 {
				t.Fatal("an interrupted import says that it is done")
			}
			is.NoError(t, "read", s.Read(context.Background(), func(tx *store.Tx) error {
				held, err := tx.HeldBy()
				if held == "" && n == 1 {
					t.Error("nothing is held back")
				}
				return err
			}))
			if n > 1 {
				continue
			}
			other := importOf(s, filepath.Dir(write2(t)))
			if _, err := other.Run(context.Background()); !errors.Is(err, store.ErrHalfFilled) {
				t.Errorf("another import goes on beside people who cannot be found: %v", err)
			}
		}
		im.Tell = func(Progress) {}
		run(t, im)
		verified(t, im)
		straight := storetest.Open(t, storetest.SQLite(t))
		im2 := importOf(straight, dir)
		im2.Out = filepath.Join(dir, "straight")
		run(t, im2)
		is.Equal(t, "keys", found(t, s, im), found(t, straight, im2))
	})
}

// write2 writes files of another old registry.
func write2(t *testing.T) string {
	dir := t.TempDir()
	write(t, dir, "patients.csv", []string{"patient_id", "last_name", "first_name", "birth_date"}, "1,MARSH,ANN,2015-04-30\r\n")
	write(t, dir, "doses.csv", []string{"patient_id", "date", "cvx"}, "1,2015-07-01,20\r\n")
	return filepath.Join(dir, "patients.csv")
}

package store_test

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/store"
	"openiis/internal/store/storetest"
)

// fillEveryKind puts values of every kind of column into a registry, and more rows than
// one transaction of a restore takes.
func fillEveryKind(t *testing.T, s *store.Store) {
	t.Helper()
	ctx := context.Background()
	is.NoError(t, "fill", s.Write(ctx, func(tx *store.Tx) error {
		for i := range 30 {
			if _, err := tx.EnsureSender(fmt.Sprintf("Ä%d b", i), "Oak “Street” \x01\n", s.Now()); err != nil {
				return err
			}
		}
		for range 6000 {
			a := store.Audit{At: s.Now(), Actor: iis.Actor{Kind: "command"}, Act: "say", Subject: -1 << 63, Written: []byte{0, 255, 7}}
			if err := tx.AddAudit(a); err != nil {
				return err
			}
		}
		return nil
	}))
}

func dumpOf(t *testing.T, s *store.Store) []byte {
	t.Helper()
	var b bytes.Buffer
	_, err := s.DumpRows(context.Background(), &b)
	is.NoError(t, "dump", err)
	return b.Bytes()
}

// A registry goes from either database to either, and no byte of it is another.
func TestALoadedRegistryIsTheSame(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		fillEveryKind(t, s)
		dumped := dumpOf(t, s)
		storetest.EachAddress(t, func(t *testing.T, address string) {
			var tables []string
			told, err := store.Load(context.Background(), address, bytes.NewReader(dumped), func(table string, rows int64) { tables = append(tables, table) })
			is.NoError(t, "load", err)
			is.Equal(t, "tables that were told", len(tables), told.Tables)
			again, err := store.OpenToRead(context.Background(), address)
			is.NoError(t, "open", err)
			is.Equal(t, "the same bytes", bytes.Equal(dumpOf(t, again), dumped), true)
			is.NoError(t, "close", again.Close())
			if _, err := store.Load(context.Background(), address, bytes.NewReader(dumped), nil); err == nil || !strings.Contains(err.Error(), "not empty") {
				t.Errorf("loaded over a registry: %v", err)
			}
			checked, err := store.CheckDump(bytes.NewReader(dumped))
			is.NoError(t, "check", err)
			is.Equal(t, "what is told of it", checked, told)
		})
	})
}

// A dump is of one moment: what is written meanwhile is in it wholly or not at all.
func TestADumpIsOfOneMoment(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		fillEveryKind(t, s)
		ctx, stop := context.WithCancel(context.Background())
		ended := make(chan error)
		go func() {
			n := 0
			for ctx.Err() == nil {
				n++
				err := s.Write(context.Background(), func(tx *store.Tx) error {
					if _, err := tx.EnsureSender(fmt.Sprintf("NEW%d", n), "New", s.Now()); err != nil {
						return err
					}
					return tx.AddAudit(store.Audit{At: s.Now(), Actor: iis.Actor{Kind: "command"}, Act: "new one"})
				})
				if err != nil {
					ended <- err
					return
				}
			}
			ended <- nil
		}()
		for range 3 {
			dumped := dumpOf(t, s)
			if senders, lines := bytes.Count(dumped, []byte("\x01\x06New")), bytes.Count(dumped, []byte("new one")); senders != 2*lines {
				t.Errorf("%d new senders and sites of theirs, and %d lines about them", senders, lines)
			}
			time.Sleep(5 * time.Millisecond)
		}
		stop()
		is.NoError(t, "writes", <-ended)
	})
}

// A backup of a program before is brought up to date.
func TestADumpOfAnOlderSchemaIsLoaded(t *testing.T) {
	storetest.EachAddress(t, func(t *testing.T, address string) {
		var b bytes.Buffer
		is.NoError(t, "dump", store.DumpOfVersion(1, "audit salt", "00ff", &b))
		_, err := store.Load(context.Background(), address, &b, nil)
		is.NoError(t, "load", err)
		s := storetest.Open(t, address)
		if !bytes.Contains(dumpOf(t, s), []byte("audit salt\x01\x0800ff")) {
			t.Error("the setting is not there")
		}
	})
	var b bytes.Buffer
	is.NoError(t, "dump", store.DumpOfVersion(9999, "a", "b", &b))
	if _, err := store.CheckDump(&b); err == nil || !strings.Contains(err.Error(), "newer program") {
		t.Errorf("of a newer program: %v", err)
	}
}

// FuzzCheckDump reads what is no dump: an error, never a panic or more memory than it has.
func FuzzCheckDump(f *testing.F) {
	var b bytes.Buffer
	if err := store.DumpOfVersion(1, "a", "b", &b); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	f.Add(b.Bytes()[:b.Len()-1])
	f.Fuzz(func(t *testing.T, data []byte) {
		_, _ = store.CheckDump(bytes.NewReader(data))
	})
}

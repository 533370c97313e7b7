package chart_test

import (
	"context"
	"strings"
	"testing"

	"openiis/internal/chart"
	"openiis/internal/codeset"
	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/record"
	"openiis/internal/store"
	"openiis/internal/store/storetest"
)

// A record that is joined with another, or parted from it, between two statements of whoever reads it is there all the same: by
// the number that it had, that it has, or that leads on.
func TestARecordIsThereInTheMomentInWhichItIsJoinedOrParted(t *testing.T) {
	storetest.EachAddress(t, func(t *testing.T, address string) {
		ctx, w := context.Background(), newWorldAt(t, address)
		w.send(w.oak, "A1^^^X^MR", "Birdsong^Ada", "20140411")
		w.send(w.elm, "B2^^^X^MR", "Calloway^Bea", "20150512")
		one, other := w.find("birdsong 2014").Fits[0].ID, w.find("calloway 2015").Fits[0].ID
		beside := record.New(storetest.Open(t, address), codeset.Default()) // another server
		steward := iis.Actor{Kind: "user", User: w.nurse.User}

		var meanwhile func()
		store.Overhear(w.store, func(s store.Statement) {
			if does := meanwhile; does != nil && (strings.Contains(s.SQL, "FROM person_alias") || strings.Contains(s.SQL, "FROM person LEFT JOIN")) {
				meanwhile = nil
				does()
			}
		})
		var joined iis.DecisionID
		joins := func() {
			var err error
			joined, err = beside.Merge(ctx, one, other, steward, "one person")
			is.NoError(t, "merge", err)
		}
		parts := func() {
			_, err := beside.Undo(ctx, joined, steward, "they are two")
			is.NoError(t, "undo", err)
		}
		for _, c := range []struct {
			what string
			read func(iis.PersonID) error
		}{
			{"open", func(id iis.PersonID) error { _, err := w.desk.Open(ctx, w.nurse, id); return err }},
			{"may know of", func(id iis.PersonID) error { return w.desk.MayKnow(ctx, w.nurse, id) }},
			{"find by number", func(id iis.PersonID) error {
				found, err := w.desk.Find(ctx, w.nurse, chart.Search{Text: id.Public()})
				is.Equal(t, "found", len(found.Fits), 1)
				return err
			}},
			{"decisions", func(id iis.PersonID) error {
				_, err := record.New(w.store, codeset.Default()).Decisions(ctx, id)
				return err
			}},
		} {
			meanwhile = joins
			is.NoError(t, c.what+" while it is joined", c.read(other))
			is.Equal(t, "it was joined meanwhile", meanwhile == nil, true)
			meanwhile = parts
			is.NoError(t, c.what+" while it is parted", c.read(other))
			is.Equal(t, "it was parted meanwhile", meanwhile == nil, true)
		}
	})
}

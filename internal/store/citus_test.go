package store_test

import (
	"context"
	"testing"

	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/store"
	"openiis/internal/store/storetest"
)

// A registry with somebody in it is distributed, and then everything happens there
// that happens elsewhere: messages, queries, searches, merges and what undoes them,
// passes over everyone, the audit.
func TestARegistryLivesOnACluster(t *testing.T) {
	s := storetest.Open(t, storetest.Citus(t))
	l := newLife(t, s)
	l.update(l.oak, "A1", "Marsh^Juniper^Rose", "20230405", "20230605", "110")
	ctx, by, said := context.Background(), iis.Actor{Kind: "command"}, 0
	is.NoError(t, "distribute", s.Distribute(ctx, by, func(what string) { said++; t.Log(what) }))
	want := 0
	for _, p := range store.Distributions() {
		if !p.Coordinator {
			want++
		}
	}
	is.Equal(t, "tables distributed", said, want)
	is.NoError(t, "again", s.Distribute(ctx, by, func(what string) { t.Errorf("distributed again: %s", what) }))
	l.live(func(what string) { t.Log(what) })
}

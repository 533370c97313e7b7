package access

import (
	"context"
	"testing"

	"openiis/internal/fault"
	"openiis/internal/is"
	"openiis/internal/store"
	"openiis/internal/store/storetest"
)

func TestAFurtherSessionEndsTheOldest(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := context.Background()
		g, err := NewGate(s)
		is.NoError(t, "gate", err)
		is.NoError(t, "add", g.AddUser(ctx, NewUser{Username: "ada", Name: "Ada", Role: Administrator}, "secret"))
		var tokens []string
		for range 12 {
			token, err := g.SignIn(ctx, "a", "ada", "secret")
			is.NoError(t, "sign in", err)
			tokens = append(tokens, token)
		}
		for i, token := range tokens {
			_, err := g.SignedIn(ctx, token)
			is.Equal(t, "holds", err == nil, i >= 2)
			if err != nil {
				is.Equal(t, "ended", fault.KindOf(err), fault.Denied)
			}
		}
	})
}

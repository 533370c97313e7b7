package access_test

import (
	"context"
	"testing"

	"openiis/internal/access"
	"openiis/internal/fault"
	"openiis/internal/is"
	"openiis/internal/store"
	"openiis/internal/store/storetest"
)

func TestAViewIsOfTheSessionAndEndsWithTheRightToIt(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := context.Background()
		w := newStaff(t, s)
		_, other := w.in("ada")
		u, token := w.in("ada")
		_, err := w.ChangeUser(ctx, "ada", access.UserChange{Seals: ptr(true)})
		is.NoError(t, "may seal", err)
		is.NoError(t, "begin", w.BeginView(ctx, u, access.Clinic, "OAK", ""))
		as := w.holds(token)
		is.Equal(t, "as", []any{as.ID, as.Role, as.Site, as.Seals, as.View.Own, as.View.Words()}, []any{u.ID, access.Clinic, "OAK Clinic", false, access.Administrator, "Clinic staff of OAK Clinic"})
		is.Equal(t, "may what the role may", []bool{as.May("find people"), as.May("manage users"), as.Everyone(), as.Scope().Everyone}, []bool{true, false, false, false})
		is.Equal(t, "who acts", as.Actor().User, u.ID)
		is.Equal(t, "elsewhere they are themselves", w.holds(other).View == nil, true)
		is.Equal(t, "within it nothing else", fault.KindOf(w.BeginView(ctx, as, "auditor", "", "")), fault.Denied)
		is.NoError(t, "written down", w.Viewed(as, "GET /submissions", 0))
		is.NoError(t, "end", w.EndView(ctx, as))
		is.Equal(t, "ended", []any{w.holds(token).View == nil, w.holds(token).Role}, []any{true, access.Administrator})

		// Who may view no more sees as they are at once.
		is.NoError(t, "begin", w.BeginView(ctx, w.holds(token), access.Clinic, "OAK", ""))
		w.has("iva", access.Administrator, "")
		_, err = w.ChangeUser(ctx, "ada", access.UserChange{Role: ptr(access.Reader), Seals: ptr(false)})
		is.NoError(t, "another role", err)
		now := w.holds(token)
		is.Equal(t, "now", []any{now.View == nil, now.Role, now.Site}, []any{true, access.Reader, ""})
		is.Equal(t, "a reader views as nobody", []any{len(now.Views()), fault.KindOf(w.BeginView(ctx, now, access.Clinic, "OAK", ""))}, []any{0, fault.Denied})
	})
}

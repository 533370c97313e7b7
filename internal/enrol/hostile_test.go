package enrol_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"openiis/internal/cal"
	"openiis/internal/codeset"
	"openiis/internal/enrol"
	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/policy"
	"openiis/internal/record"
	"openiis/internal/store"
)

func TestPeopleWhoMoveAtOnceMakeNoCircleAndMergeNothingTwice(t *testing.T) {
	each(t, func(w *world) {
		for round := range 4 {
			var ids []iis.OrganizationID
			for i := range 4 {
				ids = append(ids, w.add(iis.Organization{Kind: iis.KindOrganization, Name: fmt.Sprintf("Body %d of round %d", i, round)}))
			}
			var all sync.WaitGroup
			for i, id := range ids {
				under := ids[(i+1)%len(ids)]
				all.Go(func() {
					_, _, err := w.Change(w.ctx, ada, id, time.Time{}, func(o *iis.Organization) { o.Parent = under }, "at once")
					if err != nil && fault.KindOf(err) != fault.Conflict {
						t.Errorf("move: %v", err)
					}
				})
			}
			all.Wait()
			is.Equal(w.t, "one of the circle was refused", len(w.card(ids[0]).Above)+len(w.card(ids[1]).Above)+len(w.card(ids[2]).Above)+len(w.card(ids[3]).Above), 6)
		}

		oak, elm, fir := w.sender("OAK"), w.sender("ELM"), w.sender("FIR")
		a, b, c := w.home(oak).ID, w.home(elm).ID, w.home(fir).ID
		var done [4]error
		var all sync.WaitGroup
		for i, m := range [][2]iis.OrganizationID{{a, b}, {b, a}, {a, c}, {b, c}} {
			all.Go(func() { _, done[i] = w.Merge(w.ctx, ada, m[0], m[1], time.Time{}, time.Time{}, "at once") })
		}
		all.Wait()
		for _, err := range done {
			if err != nil && fault.KindOf(err) != fault.Conflict {
				t.Errorf("merge: %v", err)
			}
		}
		senders := 0
		for _, id := range []iis.OrganizationID{a, b, c} {
			if senders += len(w.card(id).Senders); !w.card(id).Open() && len(w.card(id).Senders) > 0 {
				t.Error("a sender stayed with what was merged")
			}
			now, err := w.Now(w.ctx, nil, id)
			is.NoError(w.t, "now", err)
			is.Equal(w.t, "each number leads to one that is open", w.card(now).Open(), true)
		}
		is.Equal(w.t, "no sender is lost", senders, 3)
	})
}

// TestACredentialPutsBackNothingThatIsChangedMeanwhile has the site of a sender change
// while the sender is given its first credential.
func TestACredentialPutsBackNothingThatIsChangedMeanwhile(t *testing.T) {
	each(t, func(w *world) {
		for i := range 8 {
			code := fmt.Sprintf("ELM%d", i)
			elm := w.known(code)
			id := w.home(elm).ID
			var both sync.WaitGroup
			both.Go(func() {
				_, _, err := w.Change(w.ctx, ada, id, time.Time{}, func(o *iis.Organization) { o.County = "Cook" }, "they told us")
				is.NoError(t, "change", err)
			})
			both.Go(func() { w.sender(code) })
			both.Wait()
			is.Equal(w.t, "both hold", []any{w.card(id).County, w.card(id).Status}, []any{"Cook", iis.StatusLive})
		}
	})
}

func TestWhatNobodyCanReadIsNotStored(t *testing.T) {
	each(t, func(w *world) {
		id := w.add(iis.Organization{Kind: iis.KindClinic, Name: "Birch\x00 \u202eClinic\xff\n of Duluth", County: "Co\x00ok"})
		is.Equal(w.t, "name", []string{w.card(id).Name, w.card(id).County}, []string{"Birch Clinic of Duluth", "Cook"})
		for _, why := range []string{"\x00", "\u200b", " \xff "} {
			_, err := w.Move(w.ctx, ada, id, time.Time{}, iis.StatusTesting, cal.None, why)
			refused(w.t, "a reason that cannot be read", err, fault.Invalid, "Say why")
		}
		_, err := w.Move(w.ctx, ada, id, time.Time{}, iis.StatusTesting, cal.None, strings.Repeat("é", 1000))
		is.NoError(w.t, "a thousand letters", err)
		refused(w.t, "a code", w.Give(w.ctx, ada, id, "NI\x00X\xff", "x"), fault.Invalid, "no sender with this facility code")
		l, err := w.List(w.ctx, enrol.Filter{Text: "birch\xff\x00", Region: "\xff", Page: -3})
		is.NoError(w.t, "a search", err)
		is.Equal(w.t, "no region of this name", l.Found, 0)
		_, err = w.Add(w.ctx, ada, iis.Organization{Kind: iis.KindClinic, Name: "X", Region: "\xff\x00east"}, "x")
		refused(w.t, "a region", err, fault.Invalid, "there is no region east")
	})
}

func TestAMergedSiteKeepsItsFiguresAndItsUsersGoWithTheirSender(t *testing.T) {
	each(t, func(w *world) {
		oak, elm := w.sender("OAK"), w.sender("ELM")
		a, b := w.home(oak).ID, w.home(elm).ID
		w.user(oak)
		_, err := w.Merge(w.ctx, ada, a, b, time.Time{}, time.Time{}, "one practice")
		is.NoError(w.t, "merge", err)
		c := w.card(b)
		is.Equal(w.t, "users by sender", []int{c.Users[oak.ID], c.Users[elm.ID]}, []int{1, 0})
		is.NoError(w.t, "senders", w.s.Read(w.ctx, func(tx *store.Tx) error {
			s, err := tx.SenderByFacility("OAK")
			is.Equal(w.t, "its figures are those of the same sender", s.ID, oak.ID)
			return err
		}))
		// Its number leads on, and so does whom somebody looks after.
		r, err := w.Under(w.ctx, a)
		is.NoError(w.t, "under", err)
		is.Equal(w.t, "looked after", []bool{r.Senders[oak.ID], r.Senders[elm.ID], r.Organizations[b]}, []bool{true, true, true})
	})
}

func TestASiteOfARegionThatThePolicyHasNoMoreCanStillBeChanged(t *testing.T) {
	each(t, func(w *world) {
		id := w.add(iis.Organization{Kind: iis.KindClinic, Name: "Birch Clinic", Region: "metro"})
		keeper := record.New(w.s, codeset.Default())
		_, err := keeper.GoBy(w.ctx, policy.Named("neutral"), iis.Actor{Kind: "command"}, true)
		is.NoError(w.t, "another policy", err)
		desk := enrol.New(w.s, keeper)
		_, _, err = desk.Change(w.ctx, ada, id, time.Time{}, func(o *iis.Organization) { o.County = "Cook" }, "they told us")
		is.NoError(w.t, "another county", err)
		c, err := desk.Open(w.ctx, nil, id)
		is.NoError(w.t, "open", err)
		is.Equal(w.t, "its region", []string{c.Region, c.Place.How}, []string{"metro", "not in the state's file any more"})
		_, _, err = desk.Change(w.ctx, ada, id, time.Time{}, func(o *iis.Organization) { o.Region = "" }, "it has none here")
		is.NoError(w.t, "none", err)
		_, _, err = desk.Change(w.ctx, ada, id, time.Time{}, func(o *iis.Organization) { o.Region = "metro" }, "x")
		refused(w.t, "again", err, fault.Invalid, "has no regions")
	})
}

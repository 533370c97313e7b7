package training_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/mail"
	"openiis/internal/policy"
	"openiis/internal/relay"
	"openiis/internal/store"
	"openiis/internal/store/storetest"
)

// silent is a relay that takes everything.
type silent struct{ took []relay.Letter }

func (s *silent) Send(_ context.Context, l relay.Letter) error {
	s.took = append(s.took, l)
	return nil
}
func (s *silent) Host() string { return "relay.example" }

// mails gives a registry an outbox. What it returns hands everything over and tells to whom which
// subject went.
func (w *school) mails(t *testing.T) (*silent, func() []string) {
	t.Helper()
	box, to := mail.New(w.s, func(context.Context) (*policy.Policy, error) { return policy.Neutral(), nil }), &silent{}
	is.NoError(t, "by", box.By(to, "https://registry.example.gov", []byte("a secret")))
	w.MailBy(box)
	is.NoError(t, "addresses", w.s.Write(w.ctx, func(tx *store.Tx) error {
		for name := range w.users {
			a, err := tx.Account(name)
			if err != nil {
				return err
			}
			a.Email = name + "@oak.example"
			if err := tx.SetAccount(a, time.Now()); err != nil {
				return err
			}
		}
		return nil
	}))
	return to, func() (out []string) {
		t.Helper()
		to.took = nil
		for more := true; more; {
			var err error
			more, err = box.Deliver(context.Background())
			is.NoError(t, "deliver", err)
		}
		for _, l := range to.took {
			name, _, _ := strings.Cut(l.To, "@")
			subject, _, _ := strings.Cut(l.Subject, ":")
			out = append(out, name+": "+subject)
		}
		slices.Sort(out)
		return out
	}
}

func TestWhoHasASeatIsWrittenTo(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := open(t, s, "ma")
		to, sent := w.mails(t)
		admin := w.users["admin"]
		plan := iis.Event{Kind: iis.Webinar, Title: "Privacy", Begins: time.Now().Add(30 * time.Hour), Minutes: 60, Link: "https://meet.example/1", Seats: 1}
		id, err := w.Plan(w.ctx, admin, plan)
		is.NoError(t, "plan", err)
		for _, user := range []string{"nora", "zoe", "zoe", "eli"} {
			_, err := w.TakeSeat(w.ctx, w.users[user], id)
			is.NoError(t, user, err)
		}
		is.Equal(t, "who has a seat, and not who waits", sent(), []string{"nora: You have a seat"})
		text := to.took[0].Text
		for _, want := range []string{"Privacy, " + mail.Moment(plan.Begins), "https://registry.example.gov/training/sessions/" + id.Public() + "\n"} {
			if !strings.Contains(text, want) {
				t.Errorf("the mail has no %q: %s", want, text)
			}
		}
		if strings.Contains(text, "meet.example") {
			t.Error("the mail has the link of the session")
		}
		is.NoError(t, "give up", w.GiveUp(w.ctx, w.users["nora"], id))
		is.Equal(t, "who had waited", sent(), []string{"zoe: You have a seat"})

		is.NoError(t, "another title", w.Change(w.ctx, admin, id, func(e *iis.Event) { e.Title = "Privacy again" }))
		is.Equal(t, "nothing that anybody has to know again", len(sent()), 0)
		is.NoError(t, "another time", w.Change(w.ctx, admin, id, func(e *iis.Event) { e.Begins = e.Begins.Add(time.Hour) }))
		is.Equal(t, "who has a seat or waits", sent(), []string{"eli: Changed", "zoe: Changed"})

		remind := func() int {
			n, err := w.Remind(w.ctx)
			is.NoError(t, "remind", err)
			return n
		}
		is.Equal(t, "reminded", []int{remind(), remind()}, []int{1, 0})
		is.Equal(t, "who has a seat", sent(), []string{"zoe: Soon"})
		is.NoError(t, "later", w.Change(w.ctx, admin, id, func(e *iis.Event) { e.Begins = e.Begins.Add(72 * time.Hour) }))
		sent()
		is.Equal(t, "not yet", remind(), 0)
		is.NoError(t, "and back", w.Change(w.ctx, admin, id, func(e *iis.Event) { e.Begins = e.Begins.Add(-71 * time.Hour) }))
		sent()
		is.Equal(t, "of the new time once more", remind(), 1)
		sent()

		is.NoError(t, "ended", s.Write(w.ctx, func(tx *store.Tx) error {
			a, err := tx.Account("eli")
			if err != nil {
				return err
			}
			a.Ended = time.Now()
			return tx.SetAccount(a, time.Now())
		}))
		is.NoError(t, "call off", w.End(w.ctx, admin, id, "the trainer is ill"))
		is.Equal(t, "whose access has not ended", sent(), []string{"zoe: Called off"})
	})
}

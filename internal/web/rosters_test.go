package web

import (
	"context"
	"net/http"
	"net/url"
	"testing"

	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/store"
	"openiis/internal/store/storetest"
)

// No count, choice or order of a list tells what is due of who has a confidential dose.
func TestAListCountsWhoHasAConfidentialDoseAsNothingElse(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := newMatrix(t, s, "ma")
		school := w.rosterSite("FERN", "Fern School", iis.KindSchool)
		nurse := w.rosteredAs("school-nurse", "FERN")
		c := w.cell(confidential, shared)
		w.rostered(school, c.id)
		list := nurse.get(rosterAddress(school))
		list.want(t, "See the record: 1")
		list.lacks(t, "Overdue: 1", "Due now: 1", "Nothing due now: 1", "Not known yet: 1")
		for _, due := range []string{"Overdue", "Due now", "Nothing due now", "Not known yet"} {
			nurse.get(rosterAddress(school)+"?"+url.Values{"due": {due}}.Encode()).lacks(t, "Quillhaven, "+c.given)
		}
		nurse.get(rosterAddress(school)+"?due=See+the+record").want(t, "Quillhaven, "+c.given)
	})
}

// Who is seen by the own part alone has on a list the name that the own part has.
func TestAListShowsTheOwnPartOfWhomItSeesByThatAlone(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := newMatrix(t, s, "ma")
		school := w.rosterSite("FERN", "Fern School", iis.KindSchool)
		pine, nurse := w.Facility("FERN", "Fern School"), w.rosteredAs("school-nurse", "FERN")
		mine := w.person(w.tell(pine, "PID|1||P1^^^X^MR||Quimby^Xenia||20160203|F\r"))
		theirs := w.person(w.tell(w.oak, "PID|1||O1^^^X^MR||Quimbleton^Xenophona^Marigold||20160204|F\r"))
		ctx := context.Background()
		_, err := w.keeper.Merge(ctx, mine, theirs, iis.Actor{Kind: "command"}, "one child")
		is.NoError(t, "merge", err)
		id := w.follows(mine)
		w.rostered(school, id)
		nurse.get(rosterAddress(school)).want(t, "Quimbleton, Xenophona")
		w.chooses(w.oak, id, iis.Objects)
		list := nurse.get(rosterAddress(school))
		list.want(t, "Quimby, Xenia")
		list.lacks(t, "Quimbleton", "Xenophona")
		find := func(family, given, birth string) page {
			return nurse.do(http.MethodPost, rosterAddress(school)+"/add", url.Values{"step": {"find"}, "family": {family}, "given": {given}, "birth": {birth}})
		}
		find("Quimbleton", "Xenophona", "2/4/2016").want(t, "Nobody is found by exactly this.")
	})
}

// follows is who has a number now.
func (w *registry) follows(id iis.PersonID) (now iis.PersonID) {
	w.t.Helper()
	is.NoError(w.t, "follow", w.Store.Read(context.Background(), func(tx *store.Tx) error {
		all, err := tx.Follow(id)
		if err == nil {
			now = all[0]
		}
		return err
	}))
	return now
}

// Who is twice on a roster, since two records were joined, leaves it whole.
func TestEndingEndsEachEntryOfWhoIsTwiceOnARoster(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := newMatrix(t, s, "ma")
		school := w.rosterSite("FERN", "Fern School", iis.KindSchool)
		nurse := w.rosteredAs("school-nurse", "FERN")
		a, b := w.cell(open_, own), w.cell(open_, another)
		w.rostered(school, a.id)
		w.rostered(school, b.id)
		_, err := w.keeper.Merge(context.Background(), a.id, b.id, iis.Actor{Kind: "command"}, "one child")
		is.NoError(t, "merge", err)
		id := w.follows(a.id)
		p := nurse.do(http.MethodPost, rosterAddress(school)+"/people/"+id.Public()+"/end", url.Values{"until": {""}, "why": {"moved away"}})
		is.Equal(t, "ended", p.location(), rosterAddress(school)+"?done=ended")
		is.Equal(t, "on it still", w.isOn(school, id), false)
		isNoneTo(t, "ended", nurse, school, id)
	})
}

package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/policy"
	"openiis/internal/store"
	"openiis/internal/store/storetest"
)

// TestASchoolEntersNothingWhereTheStateHasItViewAlone: MIIX, Who can enter data: school nurses and day
// care operators may view the data. It holds at the next request, for whichever role is of the school,
// and for what the school entered while it might.
func TestASchoolEntersNothingWhereTheStateHasItViewAlone(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := newMatrix(t, s, "mn")
		school := w.rosterSite("FERN", "Fern School", iis.KindSchool)
		id := w.cell(open_, another).id
		w.rostered(school, id)
		nurse, giver := w.rosteredAs("school-nurse", "FERN"), w.rosteredAs("vaccinator", "FERN")
		at := personAddress(id)
		is.Equal(t, "Minnesota", nurse.stores(at+"/vaccinations", typedForm("look", [][3]string{{"4/8/2024", "MMR", "07"}})).location(), at+"?vaccinated")
		entry := entryLink.FindString(nurse.get(at).body)
		if entry == "" {
			t.Fatal("the school does not see what it entered")
		}
		goesBy := func(state string) {
			w.goesBy(policy.Named(state))
			w.learns("school-nurse-fern")
			w.learns("vaccinator-fern")
		}
		for _, state := range []string{"ms", "ma"} {
			goesBy(state)
			for _, who := range []*browser{nurse, giver} {
				page := who.get(at)
				is.Equal(t, state+": views", page.status, http.StatusOK)
				if strings.Contains(page.body, at+"/vaccinations") {
					t.Errorf("%s: a school is offered to enter vaccinations, or to correct one", state)
				}
				for _, path := range []string{at + "/vaccinations", entry, strings.TrimSuffix(entry, "correct") + "delete"} {
					is.Equal(t, state+": "+path, who.get(path).status, http.StatusForbidden)
					is.Equal(t, state+": to "+path, who.do(http.MethodPost, path, url.Values{"why": {"x"}, "do": {"store"}}).status, http.StatusForbidden)
				}
			}
		}
		goesBy("mn")
		is.Equal(t, "Minnesota again", nurse.get(at+"/vaccinations").status, http.StatusOK)
		care := w.rosterSite("WREN", "Wren Child Care", iis.KindChildCare)
		w.rostered(care, id)
		is.Equal(t, "its child care", w.rosteredAs("school-nurse", "WREN").get(at+"/vaccinations").status, http.StatusForbidden)
	})
}

package web

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"openiis/internal/access"
	"openiis/internal/is"
	"openiis/internal/policy"
	"openiis/internal/store"
	"openiis/internal/store/storetest"
	"openiis/test/world"
)

// described is a child as somebody types it who does not know that there is a record.
func described(given string) url.Values {
	return url.Values{
		"last_name": {"Sealand"}, "first_name": {given}, "birth_date": {"5/5/2020"}, "sex": {"F"}, "mother_first": {"Ivy"}, "mother_maiden": {"Reed"},
		"street": {"3 Birch Lane"}, "city": {"Plymouth"}, "state": {"MA"}, "zip": {"02360"}, "phone": {"(201) 555-0142"},
	}
}

// oriole is who is closed, or sealed, as Elm Square told of her.
const oriole = "PID|1||E1^^^X^MR||Sealand^Oriole^^^^^L|Reed^Ivy^^^^^M|20200505|F|||3 Birch Lane^^Plymouth^MA^02360^USA^H||^PRN^PH^^^201^5550142\r"

// answers are all pages that somebody is shown who adds a person with two vaccinations, and alone,
// each sent twice, without what is another each time.
func (b *browser) answers(given string) (out []string) {
	b.w.t.Helper()
	keep := func(p page) page {
		is.Equal(b.w.t, "shown", p.status, http.StatusOK)
		out = append(out, strings.ReplaceAll(p.header.Get("Location")+signedOut.ReplaceAllString(bare(p), ""), given, "GIVEN"))
		return p
	}
	person := described(given)
	keep(b.do(http.MethodPost, "/people/add", with(url.Values{"do": {"look"}}, person)))
	form := keep(b.describes(person))
	rows := typedForm("look", [][3]string{{"5/8/2021", "MMR", "00"}, {"7/6/2020", "DTaP", "03"}})
	look := keep(b.do(http.MethodPost, addVaccinationsAddress, with(kept(form), rows)))
	store := with(kept(look), url.Values{"do": {"store"}})
	keep(b.do(http.MethodPost, addVaccinationsAddress, store))
	keep(b.do(http.MethodPost, addVaccinationsAddress, store))
	alone := with(kept(look), url.Values{"do": {"store"}})
	keep(b.do(http.MethodPost, "/people/add", alone))
	keep(b.do(http.MethodPost, addVaccinationsAddress, with(kept(look), url.Values{"do": {"begin"}})))
	return out
}

// hides closes a record, by an opt-out that is not erased yet, or seals it.
func (b *browser) hides(how, id string) {
	b.w.t.Helper()
	if how == "sealed" {
		is.Equal(b.w.t, "sealed", b.do(http.MethodPost, "/sealed", newIdentity(id)).status, http.StatusSeeOther)
		return
	}
	is.Equal(b.w.t, "closed", b.do(http.MethodPost, "/people/"+id+"/opt-out", url.Values{
		"how": {"form"}, "relation": {"mother"}, "checked": {"notary"}, "said": {"Ivy Sealand"}, "asked": {"1/4/2025"}, "understood": {"yes"},
	}).status, http.StatusSeeOther)
}

// Whoever adds a person is shown the same whether nobody is like them, or a record is that parents had
// closed, or a former identity that is sealed: by a site that reported it, and by another.
func TestWhoAddsAPersonIsNotToldOfARecordThatIsClosedOrSealed(t *testing.T) {
	t.Parallel()
	for how, state := range map[string]string{"closed": "mn", "sealed": "ma"} {
		for _, username := range []string{"clinic", "elmer"} {
			t.Run(how+" to "+username, func(t *testing.T) {
				storetest.Each(t, func(t *testing.T, s *store.Store) {
					w := over(t, world.Over(t, s))
					w.goesBy(policy.Named(state))
					w.Takes(w.Facility("ELM", "Elm Square"), oriole, formerDose("1", "20200706", "20", "LOT7"))
					w.hasUser("elmer", access.Clinic, "ELM")
					w.hasUser("ada", access.Administrator, "")
					w.learns("clinic", "elmer", "ada")
					w.maySeal("ada")
					admin, b := w.signedIn("ada"), w.signedIn(username)
					admin.hides(how, strings.TrimPrefix(personAddressIn.FindString(admin.search("Sealand Oriole 5/5/2020").body), "/people/"))

					hidden := b.answers("Oriole")
					b.search("Sealand Oriole 5/5/2020").want(t, "Nobody found")
					there := personAddressIn.FindAllString(admin.search("Sealand Oriole 5/5/2020").body, -1)
					is.Equal(t, "records", len(slices.Compact(there)), map[string]int{"closed": 1}[how])
					fresh := b.answers("Wisteria")
					for i := range fresh {
						is.Equal(t, "what is shown", hidden[i], fresh[i])
					}
					b.search("Sealand Wisteria 5/5/2020").want(t, "1 person found")
				})
			})
		}
	}
}

// TestAFormThatIsSentAgainForATwinIsOfAnotherPerson: whoever goes back to what they sent, and writes the first name of
// the other twin, sends the number that the form gave to the first.
func TestAFormThatIsSentAgainForATwinIsOfAnotherPerson(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := over(t, world.Over(t, s))
		b := w.signedIn("clinic")
		twin := described("Oriole")
		form := b.describes(twin)
		look := b.do(http.MethodPost, addVaccinationsAddress, with(kept(form), typedForm("look", [][3]string{{"5/8/2021", "MMR", "00"}})))
		store := with(kept(look), url.Values{"do": {"store"}})
		for _, sent := range []url.Values{store, with(maps.Clone(store), url.Values{"first_name": {"Wisteria"}}), store} {
			b.do(http.MethodPost, addVaccinationsAddress, sent).want(t, "The person is stored")
		}
		for _, given := range []string{"Oriole", "Wisteria"} {
			page := personAddressIn.FindString(b.search("Sealand " + given + " 5/5/2020").body)
			if page == "" {
				t.Fatalf("%s has no record", given)
			}
			b.get(page).want(t, "<h1>"+given+" Sealand</h1>", "1 dose")
		}
		opened := b.do(http.MethodPost, addVaccinationsAddress, with(kept(look), url.Values{"do": {"open"}, "first_name": {"Wisteria"}}))
		b.get(opened.location()).want(t, "<h1>Wisteria Sealand</h1>")
	})
}

// TestANumberOfTheSitesOwnTwinIsRefused: the page has the other twin's number still, and who is added under it would
// become part of that one's record.
func TestANumberOfTheSitesOwnTwinIsRefused(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := over(t, world.Over(t, s))
		b := w.signedIn("clinic")
		one := with(described("Oriole"), url.Values{"mrn": {"A-77"}})
		b.stores("/people/add", with(maps.Clone(one), url.Values{"do": {"look"}})).want(t, "The person is stored")
		other := with(described("Wisteria"), url.Values{"mrn": {"A-77"}})
		for _, do := range []string{"look", "store"} {
			b.do(http.MethodPost, "/people/add", with(maps.Clone(other), url.Values{"do": {do}})).want(t, "is that of Oriole Sealand")
		}
		b.stores("/people/add", with(maps.Clone(one), url.Values{"do": {"look"}})).want(t, "The person is stored")
		b.get(personAddressIn.FindString(b.search("Sealand Oriole 5/5/2020").body)).want(t, "<h1>Oriole Sealand</h1>")
	})
}

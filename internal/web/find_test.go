package web

import (
	"net/http"
	"strings"
	"testing"

	"openiis/internal/is"
)

func TestSearchingShowsWhoIsMeantAndKeepsNamesOutOfAddresses(t *testing.T) {
	w := open(t)
	id := w.send("Marsh")
	b := w.signedIn("reader")
	p := b.get("/")
	p.want(t, "<h1>Find a person</h1>", `<label class="usa-label" for="q">`, `id="q"`, `method="post" action="/people/find"`, `aria-current="page"`)
	p = b.search("juniper marsh 4/5/2023")
	is.Equal(t, "status", p.status, http.StatusOK)
	p.want(t, "1 person found", `<a class="row-link" href="/people/`+id.Public()+`">Marsh, Juniper</a>`, "Apr 5, 2023", "Female", `value="juniper marsh 4/5/2023"`)
	b.search("mar 2023").want(t, "1 person found")
	b.search("Marsh Ada 4/5/2023").want(t, "People born that day of whom only part of the name fits", "Marsh, Juniper")
	b.search("Nobody 4/5/2023").want(t, "Nobody found")
	b.search("A1").want(t, "1 person found", "Marsh, Juniper")
	is.Equal(t, "by number", b.search(id.Public()).location(), "/people/"+id.Public())
	is.Equal(t, "the results' address", b.get("/people/find").location(), "/")
}

func TestASearchWithoutABirthDateSaysThatOneIsNeeded(t *testing.T) {
	w := open(t)
	p := w.signedIn("reader").search("Marsh <Juniper>")
	is.Equal(t, "status", p.status, http.StatusBadRequest)
	p.want(t, "A birth date is needed.", `role="alert"`, `value="Marsh &lt;Juniper&gt;"`)
}

func TestAFormThatIsTooLargeIsRefused(t *testing.T) {
	w := open(t)
	p := w.signedIn("reader").search(strings.Repeat("x", maxForm+1))
	is.Equal(t, "status", p.status, http.StatusRequestEntityTooLarge)
	p.want(t, "The form is larger than this page takes.")
}

func TestTheNewestRecordsAreListed(t *testing.T) {
	w := open(t)
	b := w.signedIn("administrator")
	b.get("/people/newest").want(t, "There are no records yet.")
	id := w.send("Marsh")
	b.get("/people/newest").want(t, `href="/people/`+id.Public()+`"`)
}

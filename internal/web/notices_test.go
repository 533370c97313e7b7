package web

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"openiis/internal/codeset"
	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/policy"
	"openiis/internal/record"
)

// inMinnesota has the registry go by Minnesota's policy, and vital records send to
// it.
func (w *registry) inMinnesota() iis.Sender {
	w.t.Helper()
	_, err := record.New(w.Store, codeset.Default()).GoBy(context.Background(), policy.Named("mn"), iis.Actor{Kind: "command"}, false)
	is.NoError(w.t, "go by mn", err)
	time.Sleep(time.Second) // what the desks have read of the state holds so long
	return w.Facility("VITAL-RECORDS", "Office of Vital Records")
}

// isBorn takes a birth record by HL7.
func (w *registry) isBorn(vital iis.Sender, number, name string) {
	w.t.Helper()
	born := time.Now().AddDate(0, 0, -6).Format("20060102")
	w.Takes(vital, fmt.Sprintf("PID|1||%s^^^VITAL^PI||%s||%s|F|||%s Larch Street^^Duluth^MN^55802^USA^H", number, name, born, number), "NK1|1|Vang^Anna|MTH^Mother^HL70063")
}

var chosen = regexp.MustCompile(`name="notice" value="(\w{13})"`)

func TestNoticesAreListedAndMarked(t *testing.T) {
	w := open(t)
	b := w.signedIn("administrator")
	b.get("/notices").want(t, "No notice becomes due.", "No notice is here.")
	vital := w.inMinnesota()
	w.isBorn(vital, "11", "Marsh^Juniper")
	w.isBorn(vital, "12", "Quist^Rowan")
	p := b.get("/notices")
	p.want(t, "Enrollment of your newborn in MIIC", "Immunization information packet", "2 due, 0 of them late.", "Marsh, Juniper", "Anna Vang", "11 Larch Street", "Duluth, MN 55802", "English")
	numbers := chosen.FindAllStringSubmatch(p.body, -1)
	is.Equal(t, "notices", len(numbers), 2)
	is.Equal(t, "chosen at first", strings.Contains(p.body, " checked"), false)
	is.Equal(t, "all are chosen", strings.Count(b.get("/notices?state=due&all=").body, " checked"), 2)

	mark := func(as string, of ...string) page {
		t.Helper()
		return b.do(http.MethodPost, "/notices", url.Values{"state": {"due"}, "as": {as}, "notice": of})
	}
	none := mark("sent")
	is.Equal(t, "without any", none.status, http.StatusBadRequest)
	none.want(t, "Choose the notices first. Nothing was marked.", "Marsh, Juniper")
	wrong := mark("returned", numbers[0][1])
	is.Equal(t, "out of order", wrong.status, http.StatusConflict)
	wrong.want(t, "is due and cannot be marked as returned")
	is.Equal(t, "a number that is none", mark("sent", "x").status, http.StatusBadRequest)
	done := mark("sent", numbers[0][1])
	is.Equal(t, "done", done.location(), "/notices?count=1&done=sent&state=due")
	b.get(done.location()).want(t, "1 notice is marked as sent.", "1 due, 0 of them late.")
	b.get("/notices?state=sent").want(t, "Marsh, Juniper", "Mark as returned by the mail")
	b.get("/notices?state=due&until=2020-01-01").want(t, "No notice is here.")
	b.get("/notices?state=nonsense").want(t, "Quist, Rowan")

	for _, role := range []string{"clinic", "reader"} {
		is.Equal(t, role, w.signedIn(role).get("/notices").status, http.StatusForbidden)
		is.Equal(t, role, w.signedIn(role).do(http.MethodPost, "/notices", url.Values{"as": {"sent"}, "notice": {numbers[1][1]}}).status, http.StatusForbidden)
	}
}

func TestAClosedRecordIsForTheProgrammesStaffAlone(t *testing.T) {
	w := open(t)
	id := w.send("Marsh", "NK1|1|Marsh^Anne|MTH^Mother^HL70063")
	keeper := record.New(w.Store, codeset.Default())
	is.NoError(t, "opt out", keeper.Bulk(context.Background(), func(b *record.Bulk) error {
		p := iis.Person{Names: []iis.Name{{Family: "Marsh", Given: "Juniper", Type: "L"}}, Birth: april2023, Sex: "F", OptOut: "Y",
			IDs: []iis.Identifier{{Value: "A1", Type: "MR", Authority: "X"}}}
		r, err := b.Take(record.Arrival{Submission: 7, Sender: w.oak, Received: time.Now(), Person: p})
		is.Equal(t, "whose", r.Person, id)
		return err
	}))
	record := "/people/" + id.Public()
	for _, role := range []string{"clinic", "reader"} {
		b := w.signedIn(role)
		refused := b.get(record)
		is.Equal(t, role+" opens it", refused.status, http.StatusNotFound)
		refused.want(t, "There is no record with this number")
		for _, path := range []string{record + "/record.pdf", record + "/log"} {
			is.Equal(t, role+" "+path, b.get(path).status, http.StatusNotFound)
		}
		for name, p := range map[string]page{
			"search": b.search("Juniper Marsh 4/5/2023"), "number": b.search(id.Public()), "newest": b.get("/people/newest"),
		} {
			if strings.Contains(p.body, "Marsh, Juniper") || strings.Contains(p.body, `href="`+record) {
				t.Errorf("%s: the %s page shows a closed record", role, name)
			}
		}
	}
	b := w.signedIn("administrator")
	b.get(record).want(t, "This record is closed.", "Asked for this record")
	b.search("Juniper Marsh 4/5/2023").want(t, "Marsh, Juniper")
}

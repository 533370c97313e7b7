package store_test

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"openiis/internal/access"
	"openiis/internal/cal"
	"openiis/internal/chart"
	"openiis/internal/codeset"
	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/record"
	"openiis/internal/steward"
	"openiis/internal/store"
	"openiis/internal/store/storetest"
	"openiis/internal/training"
	"openiis/internal/web"
)

// BenchmarkPages measures the search box and the page of a record, from request
// to answer, audit included, in a registry of OPENIIS_PEOPLE made-up people
// (10000 without it), whose rows are put straight into the database:
//
//	OPENIIS_PEOPLE=1000000 go test ./internal/store -run '^$' -bench Pages -benchtime 2000x
//
// It tells p50 and p99 in milliseconds. One visitor asks at a time.
func BenchmarkPages(b *testing.B) {
	people := 10_000
	if n, err := strconv.Atoi(os.Getenv("OPENIIS_PEOPLE")); err == nil {
		people = n
	}
	for name, address := range map[string]func(testing.TB) string{"SQLite": storetest.SQLite, "PostgreSQL": storetest.Postgres} {
		b.Run(name, func(b *testing.B) { benchmarkPages(b, storetest.Open(b, address(b)), people) })
	}
}

func benchmarkPages(b *testing.B, s *store.Store, people int) {
	is.NoError(b, "put people", s.Write(context.Background(), func(tx *store.Tx) error {
		return tx.CopyFolders(people, madeUp, time.Now())
	}))
	v := newVisitor(b, s)
	for _, c := range []struct {
		name string
		ask  func(f *store.Folder) (method, path, q string)
	}{
		{"half a name and a day", searchFor(func(p *iis.Person) string {
			return half(p.Names[0].Given) + " " + half(p.Names[0].Family) + " " + p.Birth.String()
		})},
		{"a name and a day", searchFor(func(p *iis.Person) string {
			return p.Names[0].Family + " " + p.Names[0].Given + " " + p.Birth.String()
		})},
		{"half a name and a year", searchFor(func(p *iis.Person) string {
			return half(p.Names[0].Given) + " " + half(p.Names[0].Family) + " " + p.Birth.String()[:4]
		})},
		{"half a family name and a year", searchFor(func(p *iis.Person) string {
			return half(p.Names[0].Family) + " " + p.Birth.String()[:4]
		})},
		{"a medical record number", searchFor(func(p *iis.Person) string { return p.IDs[0].Value })},
		{"a telephone number", searchFor(func(p *iis.Person) string { return p.Telecoms[0].Area + " " + p.Telecoms[0].Local })},
		{"a record", func(f *store.Folder) (string, string, string) {
			return http.MethodGet, "/people/" + f.ID.Public(), ""
		}},
		{"a printed record", func(f *store.Folder) (string, string, string) {
			return http.MethodGet, "/people/" + f.ID.Public() + "/record.pdf", ""
		}},
	} {
		b.Run(c.name, func(b *testing.B) {
			dice := rand.New(rand.NewPCG(1, 2))
			var took []time.Duration
			for b.Loop() {
				method, path, q := c.ask(madeUp(dice.IntN(people)))
				took = append(took, v.ask(b, method, path, q))
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
			b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
		})
	}
}

func searchFor(text func(*iis.Person) string) func(*store.Folder) (string, string, string) {
	return func(f *store.Folder) (string, string, string) {
		return http.MethodPost, "/people/find", text(&f.Golden)
	}
}

func half(name string) string { return name[:3] }

// visitor is someone who is signed in.
type visitor struct {
	handler http.Handler
	cookie  *http.Cookie
}

func newVisitor(b *testing.B, s *store.Store) *visitor {
	gate, err := access.NewGate(s)
	is.NoError(b, "gate", err)
	is.NoError(b, "user", gate.AddUser(context.Background(), access.NewUser{Username: "nora", Name: "Nora Nurse", Role: access.Clinic}, "secret"))
	v := &visitor{handler: web.Handler(web.Doors{Gate: gate, Chart: chart.New(s, codeset.Default()), Steward: steward.New(s, record.New(s, codeset.Default()), codeset.Default()), Training: training.New(s, record.New(s, codeset.Default())), Log: slog.New(slog.DiscardHandler)})}
	token, err := gate.SignIn(context.Background(), "here", "nora", "secret")
	is.NoError(b, "sign in", err)
	v.cookie = &http.Cookie{Name: "openiis", Value: token}
	return v
}

// ask sends one request and says how long the answer took; that of a search leads
// to another.
func (v *visitor) ask(b *testing.B, method, path, q string) time.Duration {
	r := httptest.NewRequest(method, path, strings.NewReader(url.Values{"q": {q}}.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Accept-Encoding", "gzip")
	r.AddCookie(v.cookie)
	w := httptest.NewRecorder()
	start := time.Now()
	v.handler.ServeHTTP(w, r)
	took := time.Since(start)
	if results := w.Header().Get("Location"); method == http.MethodPost && results != "" {
		return took + v.ask(b, http.MethodGet, results, "")
	}
	if w.Code != http.StatusOK {
		b.Fatalf("%s is answered with %d", path, w.Code)
	}
	return took
}

// madeUp is the i-th person: 55,000 in a million are born in one year.
func madeUp(i int) *store.Folder {
	dice := rand.New(rand.NewPCG(7, uint64(i)))
	born := cal.Of(2007, 7, 1).AddDays(dice.IntN(18 * 365))
	p := iis.Person{
		IDs:       []iis.Identifier{{Value: fmt.Sprintf("MR%09d", i), Type: "MR", Authority: "OAK"}},
		Names:     []iis.Name{{Family: family(dice), Given: given(dice), Middle: given(dice), Type: "L"}},
		Birth:     born,
		Sex:       []string{"F", "M"}[dice.IntN(2)],
		Addresses: []iis.Address{{Street: fmt.Sprint(1+dice.IntN(900), " Long Pond Road"), City: family(dice) + "ton", State: "MA", Zip: "02360", Type: "H"}},
		Telecoms:  []iis.Telecom{{Use: "PRN", Equipment: "PH", Area: "508", Local: fmt.Sprintf("%07d", i)}},
		Kin:       []iis.Kin{{Names: []iis.Name{{Family: family(dice), Given: given(dice)}}, Relation: iis.Coded{Code: "MTH", Text: "Mother"}}},
	}
	f := &store.Folder{ID: iis.PersonID(i + 1), Golden: p, Sources: []store.SourcePerson{{Source: iis.SourceID(i + 1), Sender: 1, Person: p}}}
	for n, cvx := range []string{"08", "110", "133", "110", "133", "110", "133", "94", "83", "140", "94", "140"} {
		id := iis.SourceDoseID(i*100 + n + 1)
		f.Doses = append(f.Doses, iis.SourceDose{ID: id, Origin: id, Source: iis.SourceID(i + 1), Sender: 1, Key: fmt.Sprint("id|", n), Dose: iis.Dose{
			Kind: iis.Given, Date: born.AddMonths(2 * n), CVX: cvx, MVX: "MSD", Lot: fmt.Sprint("X", dice.IntN(100000)), InfoSource: "00", Completion: "CP",
			Amount: "0.5", Unit: iis.Coded{Code: "mL"}, Administrator: iis.Provider{ID: "1234567893", Family: "Stackhouse", Given: "Lily"},
		}})
		f.Consolidated = append(f.Consolidated, iis.Consolidated{ID: iis.DoseID(id), Primary: id, Members: []iis.SourceDoseID{id}, Rule: "single report"})
	}
	return f
}

// name makes a name of three letters and an end. As in life, one name in twenty
// begins with the same three.
func name(dice *rand.Rand, ends ...string) string {
	const first, second, third = "MJDRLSTNKHWGCPFVTZBQ", "aeiou", "rnls"
	i := skewed(dice, len(first)*len(second)*len(third))
	return string([]byte{first[i/20], second[i/4%5], third[i%4]}) + ends[skewed(dice, len(ends))]
}

func family(dice *rand.Rand) string {
	return name(dice, "son", "inez", "ia", "man", "ley", "field", "wood", "er", "ston", "well", "den", "by", "ham", "ford", "worth", "land", "more", "ez", "iams", "ski")
}

func given(dice *rand.Rand) string {
	return name(dice, "ia", "a", "e", "y", "iper", "ah", "elle", "ine", "ette", "en", "is", "or", "ina", "lyn", "ard", "as", "us", "in", "o", "iel")
}

func skewed(dice *rand.Rand, n int) int {
	x := dice.Float64()
	return int(x * x * float64(n))
}

package synth

import (
	"strings"
	"testing"
	"time"

	"openiis/internal/cal"
	"openiis/internal/codeset"
	"openiis/internal/is"
	"openiis/test/conformance/nist"
)

var noon = time.Date(2025, 7, 1, 12, 0, 0, 0, time.FixedZone("", -5*3600))

func TestTheSameSeedAndIndexGiveTheSamePerson(t *testing.T) {
	for _, i := range []int{0, 1, 7, 8, 1_000_003, 3_999_999_999} {
		is.Equal(t, "again", People(7).Person(i), People(7).Person(i))
		if a, b := People(7).Person(i), People(8).Person(i); a.Name == b.Name && a.Birth == b.Birth {
			t.Errorf("person %d is the same under two seeds", i)
		}
	}
	p := People(1).Person(12345)
	got := string(p.VXU(People(1).Clinic(0), "c", noon))
	const want = `PID|1||999649106^^^CLINIC1^MR||Dewcote^Marissa^Jossa^^^^L|Yarson^^^^^^M|20030207|F||2028-9^Asian^CDCREC|1766 Clover Boulevard^Apt 136^Hartsgrove^MN^55603^USA^P^^Stonebrook||^PRN^PH^^^763^5559128|||||||||2186-5^Not Hispanic or Latino^CDCREC||N`
	if pid := strings.Split(got, "\r")[1]; pid != want {
		t.Errorf("a person of a seed changed; what was made of a seed before is no longer made\n got %s\nwant %s", pid, want)
	}
}

func TestPeopleLookLikeAState(t *testing.T) {
	const many = 40_000
	people := People(1)
	var children, given, historical, refused, doses, twins int
	families, givens, same := map[string]bool{}, map[string]bool{}, map[string]int{}
	houses := map[int]int{}
	for i := range many {
		p := people.Person(i)
		if cal.AgeOn(p.Birth, people.Today).Years < 18 {
			children++
		}
		if p.Twin > 0 {
			twins++
		}
		families[p.Name.Family], givens[p.Name.Given] = true, true
		same[p.Name.Family+"|"+p.Name.Given+"|"+p.Birth.Compact()]++
		houses[p.Household]++
		last := p.Birth
		for n, d := range p.Doses {
			if d.Date < last || d.Date > people.Today || d.Number != n+1 {
				t.Fatalf("person %d: dose %d is out of order or of a day that cannot be", i, n)
			}
			last = d.Date
			doses++
			switch {
			case d.Refused:
				refused++
			case d.Historical:
				historical++
			default:
				given++
			}
		}
		if len(p.Doses) > MostDoses {
			t.Fatalf("person %d has %d doses", i, len(p.Doses))
		}
	}
	between := func(what string, got, least, most int) {
		if got < least || got > most {
			t.Errorf("%s: %d of %d, want %d to %d", what, got, many, least, most)
		}
	}
	between("children", children, many*70/100, many*90/100)
	between("doses", doses, many*18, many*28)
	between("historical doses", historical*100/doses, 10, 30)
	between("refusals", refused*1000/doses, 5, 30)
	between("twins", twins, many/100, many*6/100)
	between("households", len(houses), many/3, many*2/3)
	between("family names", len(families), 4000, many)
	between("given names", len(givens), 400, 2000)
	if extra := many - len(same); extra > 20 {
		t.Errorf("%d persons share name and birth date with another; that should be rare", extra)
	}
}

func TestAHouseholdSharesItsAddressAndNotItsNames(t *testing.T) {
	people := People(3)
	before := people.Person(0)
	shared := 0
	for i := 1; i < 4000; i++ {
		p := people.Person(i)
		if p.Household == before.Household {
			shared++
			if p.Address != before.Address || p.Phone != before.Phone || p.Parent.Maiden != before.Parent.Maiden {
				t.Errorf("persons %d and %d of one household live apart", i-1, i)
			}
			if p.Name.Given == before.Name.Given {
				t.Errorf("persons %d and %d of one household have one name", i-1, i)
			}
			if twins := p.Twin == 2; twins != (p.Birth == before.Birth) {
				t.Errorf("persons %d and %d: twins are born on one day, others are not", i-1, i)
			}
		}
		before = p
	}
	if shared < 1000 {
		t.Errorf("only %d persons share a household with the one before", shared)
	}
}

func TestNumbersOfAClinicAreNobodyElses(t *testing.T) {
	people, seen := People(1), map[string]bool{}
	a, b := people.Clinic(0), people.Clinic(1)
	for i := range 100_000 {
		p := Person{Index: i * 977}
		n := p.MRN(a)
		if seen[n] || len(n) != 9 {
			t.Fatalf("number %s is given twice, or not of nine digits", n)
		}
		seen[n] = true
		if n == p.MRN(b) {
			t.Fatalf("two clinics gave person %d one number", i)
		}
	}
}

// after2018 are vaccines that the value sets of the public tests do not have yet.
var after2018 = map[string]bool{
	"146": true, "197": true, "203": true, "207": true, "208": true, "216": true, "300": true, "303": true, "309": true, "312": true,
}

func TestMessagesConformToTheGuide(t *testing.T) {
	people := People(11)
	clinic := people.Clinic(2)
	vxu, qbp := nist.Load(t, "Z22"), nist.Load(t, "Z34")
	kinds := map[string]int{}
	for i := range 200 {
		p := people.Person(i * 13 % 1500)
		var all []int
		for n, d := range p.Doses {
			if after2018[d.Vaccine.CVX] {
				continue
			}
			all = append(all, n)
			kinds[d.Vaccine.CVX]++
			if d.Refused {
				kinds["refused"]++
			}
		}
		m := p.VXU(clinic, "C-1", noon, all...)
		is.Equal(t, "departures of a VXU", vxu.Validate(m), nil)
		is.Equal(t, "departures of a QBP", qbp.Validate(p.QBP(clinic, "C-2", noon)), nil)
		if t.Failed() {
			t.Fatalf("%s", strings.ReplaceAll(string(m), "\r", "\n"))
		}
	}
	if len(kinds) < 24 || kinds["refused"] < 5 {
		t.Errorf("want two dozen vaccines and some refusals among the messages, got %v", kinds)
	}
}

// products are all vaccines of the schedules.
func products() map[*Vaccine]bool {
	out := map[*Vaccine]bool{}
	lines := []line{pneumoLine, shingles, tetanus, rsvLine, covidLines[0], covidLines[1]}
	for _, plan := range plans {
		for _, s := range plan {
			lines = append(lines, s.line)
		}
	}
	for _, l := range lines {
		for _, e := range l {
			out[e.vaccine] = true
		}
	}
	for _, s := range fluSeasons {
		out[s[0]], out[s[1]] = true, true
	}
	for _, v := range vague {
		out[v] = true
	}
	delete(out, nil)
	return out
}

func TestVaccinesAreThoseOfTheCodeSets(t *testing.T) {
	codes := codeset.Default()
	for v := range products() {
		known, ok := codes.CVX(v.CVX)
		if !ok || known.Short != v.Name {
			t.Errorf("CVX %s is %q, not %q", v.CVX, known.Short, v.Name)
		}
		if m, ok := codes.MVX(v.MVX); v.MVX != "" && (!ok || !strings.HasPrefix(m.Name, v.Maker)) {
			t.Errorf("MVX %s is %q, not %q", v.MVX, m.Name, v.Maker)
		}
		if n, ok := codes.NDC(v.NDC); v.NDC != "" && (!ok || n.CVX != v.CVX || n.MVX != v.MVX || !n.Use || n.From > v.Since) {
			t.Errorf("NDC %s is %+v: not CVX %s of %s, in use since %s", v.NDC, n, v.CVX, v.MVX, v.Since)
		}
		if _, ok := codes.HL7("0162", routes[v.Route.Code]); v.MVX != "" && !ok {
			t.Errorf("CVX %s has no route", v.CVX)
		}
		for _, e := range v.VIS {
			if _, ok := codes.VIS(e); !ok {
				t.Errorf("there is no statement %s (CVX %s)", e, v.CVX)
			}
		}
	}
	for cvx, v := range vague {
		of, _ := codes.CVX(cvx)
		if u, _ := codes.CVX(v.CVX); !u.Unspecified || len(of.Groups) == 0 || u.Groups[0] != of.Groups[0] {
			t.Errorf("CVX %s is not the kind of %s", v.CVX, cvx)
		}
	}
}

func TestATypicalMessageIsOfTheSizeOfRealOnes(t *testing.T) {
	people := People(1)
	for i := range 100 {
		p := people.Person(i)
		if n := len(p.Doses); n >= 2 && !p.Doses[n-1].Historical && !p.Doses[n-1].Refused {
			if size := len(p.VXU(people.Clinic(0), "CLINIC1-20250701-000001", noon, n-2, n-1)); size < 1200 || size > 3000 {
				t.Errorf("person %d: two doses make %d bytes", i, size)
			}
		}
	}
}

func BenchmarkVXU(b *testing.B) {
	people := People(1)
	clinic := people.Clinic(0)
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		p := people.Person(i)
		if n := len(p.Doses); n >= 2 {
			b.SetBytes(int64(len(p.VXU(clinic, "c", noon, n-2, n-1))))
		}
		i++
	}
}

package synth

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"openiis/internal/cal"
	"openiis/internal/fold"
	"openiis/internal/iis"
)

// Columns of an old registry's tables, as `openiis import legacy` reads them,
// and of two more tables beside them.
var (
	PatientColumns = strings.Split(`patient_id,facility,mrn,last_name,first_name,middle_name,suffix,birth_date,sex,race,ethnicity,language,street,street2,city,state,zip,county,phone,email,ssn,medicaid_id,mother_first,mother_maiden,guardian_first,guardian_last,guardian_relation,multiple_birth,birth_order,birth_state,death_date,status,sharing,updated`, ",")
	DoseColumns    = strings.Split(`patient_id,dose_id,date,cvx,ndc,mvx,lot,expiration,amount,unit,route,site,source,completion,facility,provider,eligibility,funding,updated`, ",")
	// TruthColumns: which records are of one person, and which of a record's doses
	// other rows report too: dose_id, a colon and which shot of the person's it is,
	// with semicolons between. Rows with one person and number are of one shot; a dose
	// that is not named is reported once.
	TruthColumns = []string{"patient_id", "person", "shots"}
	// FacilityColumns: who is behind a facility's code.
	FacilityColumns = []string{"facility", "name", "kind"}
)

// Tables are rows of an old registry's tables in CSV (RFC 4180), without their
// headers, and how many there are.
type Tables struct {
	Patients, Doses, Truth               []byte
	PatientRows, DoseRows, Persons, Twos int // Twos: persons with more than one record
	Shots                                int // what the rows of doses tell of, refusals aside
	Agains                               int // rows of doses beyond the first of their shot
}

// record is what an old registry has under one number.
type record struct {
	number uint64
	of     *Account
	life   *Life
	doses  []entry
}

// entry is a dose with the facility that reported it.
type entry struct {
	*Dose
	from  *Account
	bill  bool // no more than code and day, as bills have them
	again bool // other rows report the shot too
}

// recordsEach is how many records a person can have.
const recordsEach = 4

// Legacy writes the records that an old registry has of the persons from the
// first on, as many as are asked for, in the order of their numbers: who has two
// does not have them side by side. It appends to what is there.
func (p *Population) Legacy(t *Tables, first, many int) {
	often := p.rates()
	records := make([]record, 0, many+many/8)
	for i := first; i < first+many; i++ {
		l := p.Life(i)
		n := len(records)
		records = p.records(records, &l, often)
		p.repeat(records[n:], &l, often)
		shots, beyond := markAgain(records[n:])
		t.Shots, t.Agains = t.Shots+shots, t.Agains+beyond
		t.Persons++
		if len(records) > n+1 {
			t.Twos++
		}
	}
	slices.SortFunc(records, func(a, b record) int { return cmp.Compare(a.number, b.number) })
	for i := range records {
		r := &records[i]
		t.Patients = p.patient(t.Patients, r)
		t.PatientRows++
		for k := range r.doses {
			t.Doses = p.dose(t.Doses, r, k)
		}
		t.DoseRows += len(r.doses)
		t.Truth = r.truth(t.Truth)
	}
}

// doseNumber is the number of a record's dose.
func (r *record) doseNumber(k int) uint64 { return r.number*100 + uint64(k) }

// truth appends what is known of a record.
func (r *record) truth(b []byte) []byte {
	w := csvRow{b}
	w.number(r.number).int(r.life.Index)
	between := ""
	for k, e := range r.doses {
		if e.again {
			w.b = append(strconv.AppendUint(append(w.b, between...), r.doseNumber(k), 10), ':')
			w.b = strconv.AppendInt(w.b, int64(e.Number), 10)
			between = ";"
		}
	}
	w.b = append(w.b, ',')
	return w.end()
}

// records appends a life's records: one for the person's home with all that the
// registry put together, and one for each account that it did not recognise.
func (p *Population) records(out []record, l *Life, often *rates) []record {
	d := dice(mix(p.seed, streamRow, uint64(l.Index)))
	at := len(out)
	out = append(out, p.record(l, l.Home, 0))
	for i := range l.Accounts {
		a := &l.Accounts[i]
		if i == l.Home {
			continue
		}
		if n := len(out) - at; n < recordsEach && d.n(million) < often.overlooks*unrecognised(a, l) {
			r := p.record(l, i, n)
			r.add(a)
			out = append(out, r)
			continue
		}
		out[at].add(a)
	}
	out[at].add(&l.Accounts[l.Home])
	thin(out[at:], &d, often)
	slices.SortStableFunc(out[at].doses, func(x, y entry) int { return int(x.Date - y.Date) })
	return out
}

// markAgain marks the doses of a person's records of which several rows report the
// shot, and counts the shots and the rows beyond their first. What was refused is no
// shot.
func markAgain(records []record) (shots, beyond int) {
	var rows [MostDoses + 1]int // by the dose's number
	for i := range records {
		for _, e := range records[i].doses {
			switch rows[e.Number]++; {
			case e.Refused:
			case rows[e.Number] > 1:
				beyond++
			default:
				shots++
			}
		}
	}
	for i := range records {
		for k := range records[i].doses {
			e := &records[i].doses[k]
			e.again = rows[e.Number] > 1 && !e.Refused
		}
	}
	return shots, beyond
}

// unrecognised is how easily an old registry did not see that an account is of somebody
// it had: in a thousand, where it overlooks as usual.
func unrecognised(a *Account, l *Life) int {
	home := &l.Accounts[l.Home]
	switch {
	case a.Placeholder:
		return 120
	case a.Slips&(SlipBirth|SlipLetters|SlipHalf) != 0:
		return 180
	case a.Name.Family != home.Name.Family && a.Last < l.Renamed:
		return 110
	case a.Slips&(SlipNickname|SlipPlain) != 0:
		return 45
	case a.Last < l.Moved:
		return 30
	}
	return 6
}

func (p *Population) record(l *Life, account, n int) record {
	const all = 1_000_000_000
	number := (uint64(l.Index)*recordsEach + uint64(n)) * 387_420_489 % all // 3^18 shares no factor with 10^9
	return record{number: number + all, of: &l.Accounts[account], life: l}
}

// add puts an account's doses into a record. What it has already is left out where
// somebody tells it who only heard of it.
func (r *record) add(a *Account) {
	for i := range a.Doses {
		o := &a.Doses[i]
		same := func(e entry) bool { return e.Number == o.Number }
		if o.Historical && slices.ContainsFunc(r.doses, same) {
			continue
		}
		r.doses = append(r.doses, entry{Dose: o, from: a})
	}
}

// patient appends the row of a record.
func (p *Population) patient(b []byte, r *record) []byte {
	a, l := r.of, r.life
	d := dice(mix(p.seed, streamRow, r.number))
	w := csvRow{b}
	w.number(r.number).text(a.At.Code).text(a.MRN(a.At))
	w.text(a.Name.Family).text(a.Name.Given).text(a.Name.Middle).text(a.Name.Suffix)
	w.date(a.Birth).text(a.Sex).text(a.Race.Code).text(a.Ethnicity.Code).text(l.Language.Code)
	w.text(a.Address.Street).text(a.Address.Street2).text(a.Address.City).text(a.Address.State).text(a.Address.Zip).text(a.Address.County)
	w.text(a.Phone.Area + a.Phone.Local)
	w.text(email(&d, a))
	w.text("") // no made-up social security number can be told from a real one
	w.text(l.Medicaid)
	motherFirst := a.Parent.Name.Given
	if a.Parent.Relation.Code != mother.Code {
		motherFirst = ""
	}
	w.text(motherFirst).text(a.Parent.Maiden)
	if int(p.Today-l.Birth) < 18*year {
		w.text(a.Parent.Name.Given).text(a.Parent.Name.Family).text(a.Parent.Relation.Code)
	} else {
		w.text("").text("").text("")
	}
	switch {
	case a.Twin > 0 && d.chance(88):
		w.text("Y").int(a.Twin)
	case d.chance(40):
		w.text("N").text("")
	default:
		w.text("").text("")
	}
	state := ""
	if l.Newborn {
		state = a.Address.State
	}
	w.text(state).date(a.Death)
	status, sharing := "A", "Y"
	switch n := d.n(100); {
	case a.Death != cal.None:
		status = "P"
	case n < 3:
		status = "M"
	case n < 4:
		status = "I"
	}
	switch n := d.n(100); {
	case n < 1:
		sharing = "N"
	case n < 3:
		sharing = ""
	}
	w.text(status).text(sharing).date(min(p.Today, a.Last+cal.Date(d.n(9))))
	return w.end()
}

// email is an address of the reserved domain, of one in five.
func email(d *dice, a *Account) string {
	if a.Placeholder || !d.chance(20) {
		return ""
	}
	name := a.Name
	if a.Twin == 0 && d.chance(30) {
		name = a.Parent.Name
	}
	return strings.ToLower(fold.Text(name.Given) + "." + fold.Text(name.Family) + "@example.com")
}

// dose appends the row of a record's dose.
func (p *Population) dose(b []byte, r *record, k int) []byte {
	o, a := r.doses[k].Dose, r.doses[k].from
	given := !o.Historical && !o.Refused && !r.doses[k].bill
	w := csvRow{b}
	w.number(r.number).number(r.doseNumber(k)).date(o.Date).text(o.Vaccine.CVX)
	switch {
	case given && o.Date >= o.Vaccine.Since:
		w.text(o.Vaccine.NDC)
	default:
		w.text("")
	}
	if !given {
		w.text("").text("").text("").text("").text("").text("").text("")
	} else {
		w.text(o.Vaccine.MVX).text(o.Lot).date(o.Expiration).text(o.Vaccine.Amount).text("mL").text(routes[o.Vaccine.Route.Code])
		w.text(siteCode(o.Site))
	}
	switch {
	case o.Refused:
		w.text("").text("RE")
	case o.Historical:
		w.text("historical").text("CP")
	default:
		w.text("administered").text("CP")
	}
	w.text(a.At.Code)
	if !given {
		w.text("").text("").text("")
	} else {
		n := (hash(a.At.Code) + uint64(o.Number)) % 40
		w.text(providers[n])
		eligible := r.life.EligibleOn(o.Date).Code
		w.text(eligible).text(funding(eligible))
	}
	d := dice(mix(p.seed, streamRow, r.doseNumber(k)))
	w.date(min(p.Today, max(o.Date, a.First)+cal.Date(d.n(12))))
	return w.end()
}

func funding(eligible string) string {
	if eligible == "V01" {
		return "PHC70"
	}
	return "VXC51"
}

func siteCode(c *iis.Coded) string {
	if c == nil {
		return ""
	}
	return c.Code
}

// routes are those of table 0162, as old registries have them.
var routes = map[string]string{intramuscular.Code: "IM", subcutaneous.Code: "SC", oral.Code: "PO"}

// providers are forty nurses by name.
var providers = func() (out [40]string) {
	for i := range out {
		d := dice(i)
		n := provider(&d)
		out[i] = n.Family + ", " + n.Given
	}
	return out
}()

// FacilityTable is the rows of all facilities.
func (p *Population) FacilityTable() []byte {
	w := csvRow{}
	for _, k := range Kinds {
		for i := range p.Facilities(k) {
			f := p.Facility(k, i)
			w.text(f.Code).text(f.Name).text(k.String())
			w.b = w.end()
		}
	}
	return w.b
}

// csvRow appends the fields of a row (RFC 4180).
type csvRow struct{ b []byte }

func (w *csvRow) text(s string) *csvRow {
	if needsQuotes(s) {
		w.b = append(w.b, '"')
		w.b = append(w.b, strings.ReplaceAll(s, `"`, `""`)...)
		w.b = append(w.b, '"', ',')
		return w
	}
	w.b = append(append(w.b, s...), ',')
	return w
}

func needsQuotes(s string) bool {
	for i := range len(s) {
		if c := s[i]; c == '"' || c == ',' || c == '\r' || c == '\n' {
			return true
		}
	}
	return false
}

func (w *csvRow) number(n uint64) *csvRow {
	w.b = append(strconv.AppendUint(w.b, n, 10), ',')
	return w
}

func (w *csvRow) int(n int) *csvRow {
	w.b = append(strconv.AppendInt(w.b, int64(n), 10), ',')
	return w
}

func (w *csvRow) date(day cal.Date) *csvRow {
	if day == cal.None {
		w.b = append(w.b, ',')
		return w
	}
	y, m, d := day.YMD()
	w.b = append(w.b, byte('0'+y/1000), byte('0'+y/100%10), byte('0'+y/10%10), byte('0'+y%10), '-',
		byte('0'+int(m)/10), byte('0'+int(m)%10), '-', byte('0'+d/10), byte('0'+d%10), ',')
	return w
}

// end ends a row: its last comma becomes the end of the line.
func (w *csvRow) end() []byte { return append(w.b[:len(w.b)-1], "\r\n"...) }

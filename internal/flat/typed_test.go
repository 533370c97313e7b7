package flat

import (
	"strings"
	"testing"
	"time"

	"openiis/internal/cal"
	"openiis/internal/codeset"
	"openiis/internal/hl7"
	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/iz"
)

var (
	typedFrom = iis.Sender{ID: 7, Facility: "OAK", Name: "Oak Street Clinic"}
	typedAt   = time.Date(2025, 6, 12, 9, 30, 0, 0, time.UTC)
	known     = iis.Person{
		IDs:   []iis.Identifier{{Value: "0000000000123", Type: "PI", Authority: iis.EnteredOnPage}, {Value: "00000000004D2", Type: "SR", Authority: iis.RegistryAuthority}},
		Names: []iis.Name{{Family: "Quillfeather", Given: "Juniper", Type: "L"}}, Birth: cal.Of(2023, 4, 5), Sex: "F",
	}
)

// typedRow is a vaccination with what all need, and more.
func typedRow(more ...string) map[string]string {
	out := map[string]string{FieldNumber: "00000000000A1", "date": "4/8/2024", "vaccine": "MMR", "source": "02"}
	for i := 0; i+1 < len(more); i += 2 {
		out[more[i]] = more[i+1]
	}
	return out
}

// said are the problems of a message, each with its field.
func said(m *Message) []string {
	out := []string{}
	for i := range m.Rows {
		for _, p := range m.Rows[i].Problems {
			out = append(out, m.Field(p)+": "+p.Say)
		}
	}
	return out
}

// reads reads a message back.
func reads(t *testing.T, raw []byte) *iz.VXU {
	t.Helper()
	m, err := hl7.Parse(raw)
	is.NoError(t, "parse", err)
	v := iz.ReadVXU(m, codeset.Default())
	is.Equal(t, "refused", v.Refused, false)
	return v
}

func TestADoseThatWasTypedComesBackFromTheMessageWhole(t *testing.T) {
	typed := Typed{Known: &known, By: "Nora Nurse", Doses: []map[string]string{
		typedRow(),
		typedRow(FieldNumber, "00000000000A2", "date", "2024-05-01", "vaccine", "Pediarix", "source", "00", "lot", "4rt82", "expiration", "03/2026", "amount", "0.5 mL",
			"route", "C28161", "site", "LT", "provider", "Vera Vail, RN", "eligibility", "V02", FieldVIS, "5/1/2024", FieldConfidential, "yes"),
		typedRow(FieldNumber, "00000000000A3", "date", "5/2/2024", "vaccine", "COVID-19", "source", "", "completion", "RE", "refusal_reason", "01"),
	}}
	m := typed.Message(typedFrom, "C1", typedAt)
	is.Equal(t, "problems", said(m), []string{})
	v := reads(t, m.Raw)
	is.Equal(t, "person", []string{v.Person.LegalName().Family, v.Person.Birth.String(), v.Person.Identified("SR")[0].Value}, []string{"Quillfeather", "2023-04-05", "00000000004D2"})
	history, given, refused := &v.Orders[0].Dose, &v.Orders[1].Dose, &v.Orders[2].Dose
	is.Equal(t, "history", []string{history.CVX, history.InfoSource, history.EnteredAs(), history.Enterer.Family}, []string{"03", "02", "00000000000A1", "Nurse"})
	is.Equal(t, "given", []string{given.CVX, given.MVX, given.Lot, given.Expiration.String(), given.Amount, given.Site.Code, given.Administrator.Family, given.Location},
		[]string{"110", "SKB", "4RT82", "2026-03-31", "0.5", "LT", "Vail", "OAK"})
	is.Equal(t, "refused", []string{string(refused.Kind), refused.Filler.ID, refused.Filler.Authority, refused.Refused[0].Code}, []string{"refusal", "00000000000A3", "OPENIIS", "01"})
	observed := map[string]int{}
	for _, o := range given.Observations {
		observed[o.Code.Code]++
	}
	is.Equal(t, "eligibility and confidential", []int{observed["64994-7"], observed["CONFIDENTIAL"]}, []int{1, 1})
	if observed["69764-9"] == 0 || observed["69764-9"] != observed["29769-7"] {
		t.Errorf("statements that were handed out: %v", observed)
	}
	again := Typed{Known: &known, By: "Nora Nurse", Doses: []map[string]string{TypedOf(given)}}.message(t)
	back := reads(t, again).Orders[0].Dose
	back.Enterer = given.Enterer
	is.Equal(t, "typed once more as it was", back.Same(given), true)
}

func (typed Typed) message(t *testing.T) []byte {
	t.Helper()
	m := typed.Message(typedFrom, "C1", typedAt)
	is.Equal(t, "problems", said(m), []string{})
	return m.Raw
}

func TestWhatCannotBeReadIsToldAtItsFieldAndNothingIsMade(t *testing.T) {
	for name, c := range map[string]struct {
		row  map[string]string
		want string
	}{
		"no date":            {typedRow("date", ""), "date: “Date given” is missing."},
		"no vaccine":         {typedRow("vaccine", ""), "vaccine: “Vaccine” is missing."},
		"no source":          {typedRow("source", ""), "source: “How it is known” is missing: say how this is known."},
		"a day that is none": {typedRow("date", "2/30/2024"), "date: “Date given” is a day that there is not."},
		"tomorrow":           {typedRow("date", "6/13/2025"), "date: “Date given” is in the future."},
		"before birth":       {typedRow("date", "4/4/2023"), "date: “Date given” is before the person was born."},
		"an unknown vaccine": {typedRow("vaccine", "blue stuff"), "vaccine: “Vaccine” holds no vaccine that is known by its code or name. Give the CVX code."},
		"a lot's day":        {typedRow("expiration", "soon"), "expiration: “Expiration date” is no date that can be read. Write month/day/year, as 4/30/2025. Correct it, or leave it empty."},
		"an amount alone":    {typedRow("amount", "0.5"), "amount: “Amount” has no unit. Write it behind the number, as 0.5 mL. Correct it, or leave it empty."},
		"nothing":            {typedRow("lot", "N/A"), "lot: “Lot number” has a word for what is not known. Leave it empty instead."},
		"no way it is known": {typedRow("source", "NA"), "source: “How it is known” has a word for what is not known. Leave it empty instead."},
		"a site alone":       {typedRow("site", "LT"), "route: “Route” is missing: a body site is stored with its route alone."},
		"a site":             {typedRow("site", "behind the ear"), "site: “Body site” has a value that is not known. Correct it, or leave it empty."},
		"statements late":    {typedRow("source", "00", FieldVIS, "4/9/2024"), "vis_given: “Information statement (VIS) handed out” is after the day of the vaccination."},
		"no such edition":    {typedRow("source", "00", FieldVIS, "4/8/2024", FieldEdition, "1/1/1990"), "vis_edition: “Edition of the information statement” is that of no statement of this vaccine. Correct it, or leave it empty for the one that is current."},
	} {
		typed := Typed{Known: &known, Doses: []map[string]string{c.row}}
		m := typed.Message(typedFrom, "C1", typedAt)
		is.Equal(t, name, said(m), []string{c.want})
		is.Equal(t, name+": a message", m.Raw == nil, true)
	}
	twice := Typed{Known: &known, Doses: []map[string]string{typedRow(), typedRow(FieldNumber, "00000000000A2", "source", "07")}}
	is.Equal(t, "twice", said(twice.Message(typedFrom, "C1", typedAt)), []string{"vaccine: “Vaccine” is the same, of the same day, as another vaccination of this page (number 1)."})
	given := Typed{Known: &known, History: true, Doses: []map[string]string{typedRow("source", "00")}}
	is.Equal(t, "history alone", said(given.Message(typedFrom, "C1", typedAt)), []string{"source: “How it is known” cannot be that it was given here: your role adds vaccinations that others gave."})
}

func TestADayIsReadAsThePageSays(t *testing.T) {
	typed := Typed{Known: &known, Doses: []map[string]string{typedRow("date", "13/4/2024"), typedRow(FieldNumber, "00000000000A2", "date", "5/6/2024", "vaccine", "IPV")}}
	m := typed.Message(typedFrom, "C1", typedAt)
	is.Equal(t, "days", []string{m.Rows[0].Dose.Date.String(), m.Rows[1].Dose.Date.String()}, []string{"2024-04-13", "2024-05-06"})
}

func TestABarCodeFillsPackageLotAndDay(t *testing.T) {
	// Trumenba, whose number is in the list of packages.
	typed := Typed{Known: &known, Doses: []map[string]string{typedRow("vaccine", "0100300050100010"+"17270930"+"10AB123", "source", "00")}}
	m := typed.Message(typedFrom, "C1", typedAt)
	d := &m.Rows[0].Dose
	is.Equal(t, "scanned", []string{strings.Join(said(m), ";"), d.NDC, d.CVX, d.Lot, d.Expiration.String()}, []string{"", "00005-0100-01", "162", "AB123", "2027-09-30"})
}

func TestSomebodyNewIsReadFromTheForm(t *testing.T) {
	person := map[string]string{
		"last_name": "Fernwhistle", "first_name": "Odalys", "birth_date": "4/5/2023", "sex": "F", "mrn": "77", "mother_maiden": "Larkspur", "mother_first": "Ines",
		"street": "12 Larch Street", "city": "Fargo", "state": "nd", "zip": "58102", "phone": "(701) 555-0147", "email": "ines@example.org", "race": "2106-3", "ethnicity": "2186-5",
		"language": "Spanish", "multiple_birth": "Y", "birth_order": "2", "middle_name": "U",
	}
	typed := Typed{Person: person, Number: "00000000000B1"}
	m := typed.Message(typedFrom, "C1", typedAt)
	is.Equal(t, "problems", said(m), []string{})
	p := &reads(t, m.Raw).Person
	is.Equal(t, "numbers", []string{p.IDs[0].Value, p.IDs[0].Type, p.IDs[1].Value, p.IDs[1].Authority}, []string{"77", "MR", "00000000000B1", iis.EnteredOnPage})
	is.Equal(t, "who", []string{p.LegalName().Given, p.LegalName().Middle, p.MotherMaiden.Family, p.Addresses[0].Zip, p.Language.Code, p.MultipleBirth, p.Telecoms[1].Email},
		[]string{"Odalys", "U", "Larkspur", "58102", "spa", "Y", "ines@example.org"})

	wrong := Typed{Person: map[string]string{"last_name": "Fernwhistle", "birth_date": "4/5/2099", "email": "ines", "guardian_last": "Fern", "street": "none", "language": "Klingon"}, Number: "00000000000B1"}
	is.Equal(t, "wrong", said(wrong.Message(typedFrom, "C1", typedAt)), []string{
		"first_name: “First name” is missing.", "language: “Language” has a value that is not known. Correct it, or leave it empty.", "street: “Street” has a word for what is not known. Leave it empty instead.",
		"birth_date: “Birth date” is in the future.", "guardian_first: “Guardian’s first name” is missing.",
		"email: “E-mail” is no e-mail address. Correct it, or leave it empty.",
	})
}

func TestEachSuggestionMeansOneVaccine(t *testing.T) {
	all := Suggestions()
	for _, s := range all {
		typed := Typed{Known: &known, Doses: []map[string]string{typedRow("vaccine", s.Name)}}
		if m := typed.Message(typedFrom, "C1", typedAt); m.Raw == nil {
			t.Errorf("%s: %v", s.Name, said(m))
		}
	}
	if len(all) < 100 || len(Makers()) < 10 {
		t.Errorf("%d names and %d makers", len(all), len(Makers()))
	}
}

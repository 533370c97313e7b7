package legacy

import (
	"fmt"
	"strings"

	"openiis/internal/cal"
	"openiis/internal/iis"
	"openiis/internal/policy"
	"openiis/internal/vital"
)

// Feed is what files are of.
type Feed int

// The feeds.
const (
	OldRegistry Feed = iota // a whole registry: its patients and their doses
	Births                  // vital records: who was born
	Deaths                  // vital records: who died
)

// sheet is a file of a feed.
type sheet struct {
	rows   string   // what its rows are, as the report says it
	known  []string // columns that are read
	needed []string // without which nothing can be taken
	not    []string // by which a file is of another feed
	dated  []string // with days
}

// feedRules are what differs between feeds.
type feedRules struct {
	title  string
	id     string  // the column of a person's number: what belongs together
	sheets []sheet // the people's first
	office bool    // it is of an office of vital records
	facts  bool    // rows of people say of doses too
	strict bool    // and nobody is made new
	read   personReader
}

// personReader reads a row of a person, and the doses that it tells of; why is the
// reason when it is rejected.
type personReader func(r *rowReader, registry string) (p iis.Person, doses []iis.Dose, why string)

func columns(list string) []string { return strings.Split(list, ",") }

var feeds = [...]feedRules{
	OldRegistry: {
		title: "an old registry", id: "patient_id",
		sheets: []sheet{
			{
				rows:   "patients",
				known:  columns(`patient_id,facility,mrn,last_name,first_name,middle_name,suffix,birth_date,sex,race,ethnicity,language,street,street2,city,state,zip,county,phone,email,ssn,medicaid_id,mother_first,mother_maiden,guardian_first,guardian_last,guardian_relation,multiple_birth,birth_order,birth_state,death_date,status,sharing,updated`),
				needed: columns("patient_id,last_name,first_name,birth_date"),
				dated:  columns("birth_date,death_date,updated"),
			},
			{
				rows:   "doses",
				known:  columns(`patient_id,dose_id,date,cvx,ndc,mvx,lot,expiration,amount,unit,route,site,source,completion,facility,provider,eligibility,funding,updated`),
				needed: columns("patient_id,date"),
				dated:  columns("date,expiration,updated"),
			},
		},
		read: (*rowReader).patient,
	},
	Births: {
		title: "birth records", id: "certificate_no", office: true, facts: true,
		sheets: []sheet{{
			rows:   "births",
			known:  columns(`certificate_no,last_name,first_name,middle_name,suffix,birth_date,sex,plurality,birth_order,birth_facility,mother_first,mother_last,mother_maiden,mother_birth_date,father_first,father_last,street,city,state,zip,county,phone,hepb_date,hepb_lot,opt_out`),
			needed: columns("certificate_no,last_name,birth_date"),
			not:    columns("death_date,patient_id"),
			dated:  columns("birth_date,mother_birth_date,hepb_date"),
		}},
		read: (*rowReader).birth,
	},
	Deaths: {
		title: "death records", id: "certificate_no", office: true, strict: true,
		sheets: []sheet{{
			rows:   "deaths",
			known:  columns(`certificate_no,last_name,first_name,middle_name,birth_date,sex,ssn,birth_certificate_no,death_date,street,city,state,zip`),
			needed: columns("certificate_no,last_name,first_name,birth_date,death_date"),
			not:    columns("plurality,patient_id"),
			dated:  columns("birth_date,death_date"),
		}},
		read: (*rowReader).death,
	},
}

func (im *Import) rules() *feedRules { return &feeds[im.Feed] }

// paths are the files, the people's first.
func (im *Import) paths() []string { return []string{im.Patients, im.Doses}[:len(im.rules().sheets)] }

// Why rows of births and deaths are rejected, beside the reasons of patients.
const (
	optedOut    = "the parents opted out: no record is made"
	optedClosed = "the parents opted out: no record is made, and one that was there is closed"
	noOptOut    = "the parents opted out, and %s has no opt-out: nothing was changed"
	optUnclear  = "opt_out is neither yes nor no: no record is made"
	noFamily    = "last_name is missing"
	noDeath     = "death_date is missing"
	deathLater  = "death_date lies in the future"
	deathBefore = "death_date lies before the birth date"
)

// optOut is what opt_out of a birth does, by the state's policy. An import that is
// gone on with does as it did when it began: by it is cut who is taken.
type optOut string

const (
	leavesOut optOut = ""      // no record is made; one that is there stays
	closes    optOut = "close" // no record is made; one that is there is closed
	refused   optOut = "none"  // the state has no opt-out
)

// optOutOf is what it does by a policy.
func optOutOf(p *policy.Policy) optOut {
	switch {
	case !p.OptOut.Possible:
		return refused
	case p.OptOut.Closes:
		return closes
	}
	return leavesOut
}

// mayOptOut reports that parents opted out by what opt_out says, or may have.
func mayOptOut(said string) bool { return said != "" && yesNo[strings.ToUpper(said)] != "N" }

// birth reads a row of a birth. That of a child whose parents opted out is rejected;
// where that closes a record the person is read all the same, and closes it
// (importing.closeIn).
func (r *rowReader) birth(registry string) (p iis.Person, doses []iis.Dose, why string) {
	said := strings.ToUpper(r.text("opt_out"))
	switch p.OptOut = yesNo[said]; {
	case p.OptOut == "Y" && r.optOut == refused:
		return p, nil, fmt.Sprintf(noOptOut, r.law.Name)
	case p.OptOut == "Y" && r.optOut == leavesOut:
		return p, nil, optedOut
	case said != "" && p.OptOut == "": // whoever may have opted out is not enrolled
		return p, nil, optUnclear
	}
	if why := r.named(&p); why != "" {
		return p, nil, why
	}
	if p.Names[0].Family == "" { // a newborn without a name of its own has the mother's: BABY BOY
		return p, nil, noFamily
	}
	if p.OptOut == "N" && r.optOut != closes { // it takes back what nobody can have said
		p.OptOut = ""
	}
	if !r.law.Sharing.Default {
		p.Protection = "Y"
	}
	office := vital.Office{Code: registry, Codes: r.codes}
	r.plurality(&p)
	p.BirthFacility = r.text("birth_facility")
	r.contact(&p)
	r.parents(&p)
	office.Newborn(&p, r.text("certificate_no"))
	if p.Closed() {
		return p, nil, optedClosed
	}
	return p, r.hepatitisB(office, p.Birth), ""
}

// plurality reads whether a child was born alone, and else which it was.
func (r *rowReader) plurality(p *iis.Person) {
	p.BirthOrder = r.number("birth_order")
	switch born := r.number("plurality"); {
	case born > 1:
		p.MultipleBirth = "Y"
	case born == 1:
		p.MultipleBirth = "N"
	}
}

// parents reads mother and father.
func (r *rowReader) parents(p *iis.Person) {
	mother := iis.Name{Family: r.text("mother_last"), Given: r.text("mother_first"), Type: "L"}
	if maiden := r.text("mother_maiden"); maiden != "" {
		p.MotherMaiden = iis.Name{Family: maiden, Given: mother.Given, Type: "M"}
	}
	born := r.dayIfAny("mother_birth_date")
	if born != cal.None && born >= p.Birth {
		r.lost("mother_birth_date does not lie before the birth date")
		born = cal.None
	}
	father := iis.Name{Family: r.text("father_last"), Given: r.text("father_first"), Type: "L"}
	for _, kin := range []struct {
		name     iis.Name
		relation string
		born     cal.Date
	}{{mother, "MTH", born}, {father, "FTH", cal.None}} {
		if kin.name.Family != "" || kin.name.Given != "" {
			p.Kin = append(p.Kin, iis.Kin{Names: []iis.Name{kin.name}, Relation: iis.Coded{Code: kin.relation}, Birth: kin.born})
		}
	}
}

// hepatitisB reads the dose at birth: one that was given, or that none was, which
// withdraws what the certificate said before. Of a day that cannot be, and where the
// file has no such column, nothing is said.
func (r *rowReader) hepatitisB(office vital.Office, born cal.Date) []iis.Dose {
	if _, told := r.table.columns["hepb_date"]; !told {
		return nil
	}
	if r.text("hepb_date") == "" {
		return []iis.Dose{office.NoHepatitisB()}
	}
	day := r.dayIfAny("hepb_date")
	switch {
	case day == cal.None:
		return nil
	case vital.Impossible(day, born, r.today):
		r.lost("hepb_date lies before the birth date or in the future")
		return nil
	}
	return []iis.Dose{office.HepatitisB(day, r.text("hepb_lot"), r.text("birth_facility"))}
}

// death reads a row of a death. Its number is another than that of a birth, even
// where both are written alike.
func (r *rowReader) death(registry string) (p iis.Person, doses []iis.Dose, why string) {
	if why := r.named(&p); why != "" {
		return p, nil, why
	}
	day, unread := r.day("death_date")
	switch {
	case unread != cal.Readable:
		return p, nil, "death_date " + string(unread)
	case day == cal.None:
		return p, nil, noDeath
	case day > r.today:
		return p, nil, deathLater
	case day < p.Birth:
		return p, nil, deathBefore
	}
	p.Dead, p.Death, p.Status, p.StatusFrom = "Y", day, "P", day
	p.Certificate = iis.DeathCertificate
	p.IDs = []iis.Identifier{{Value: r.text("certificate_no"), Type: "PI", Authority: registry + "-DEATHS"}}
	if born := r.text("birth_certificate_no"); born != "" {
		p.IDs = append(p.IDs, iis.Identifier{Value: born, Type: "BR", Authority: registry})
	}
	if ssn := r.text("ssn"); ssn != "" {
		p.IDs = append(p.IDs, iis.Identifier{Value: ssn, Type: "SS"})
	}
	r.contact(&p)
	return p, nil, ""
}

package iis

import "openiis/internal/cal"

// Name is a person's name of one type (HL7 XPN).
type Name struct {
	Family string
	Given  string
	Middle string
	Suffix string
	Prefix string
	Type   string // table 0200: L legal, M maiden, A alias, …
}

// Identifier is a number that an authority gave a person (HL7 CX).
type Identifier struct {
	Value     string
	Type      string // table 0203: MR, PI, SS, MA, SR, …
	Authority string // assigning authority; empty: scoped to the sender
}

// Address is a place of a person (HL7 XAD).
type Address struct {
	Street  string
	Street2 string
	City    string
	State   string
	Zip     string
	Country string
	Type    string // table 0190; BDL is where the person was born
	County  string
}

// Telecom is a telephone number or e-mail address (HL7 XTN).
type Telecom struct {
	Use       string // table 0201: PRN primary residence, NET e-mail, …
	Equipment string // table 0202: PH, CP, Internet, …
	Country   string
	Area      string
	Local     string
	Extension string
	Email     string
	Text      string // as sent, when it could not be taken apart
}

// Kin is a next of kin or guardian (HL7 NK1).
type Kin struct {
	Names     []Name
	Relation  Coded // table 0063: MTH, FTH, GRD, …
	Addresses []Address
	Telecoms  []Telecom
	Birth     cal.Date // when the relative was born
}

// Certificate is a kind of certificate of an office of vital records.
type Certificate string

// The kinds of certificates.
const (
	BirthCertificate Certificate = "birth"
	DeathCertificate Certificate = "death"
)

// Person is what one source says about one person, or the consolidated view of
// all sources (the golden record): the same fields serve both.
type Person struct {
	IDs           []Identifier
	Names         []Name // the first is the legal name (PID-5)
	MotherMaiden  Name
	Birth         cal.Date
	BirthTime     string // time of day of PID-7 as sent, as in Dose.Time
	Sex           string // F, M, X or U
	Races         []Coded
	Ethnicity     Coded
	Language      Coded
	Addresses     []Address
	Telecoms      []Telecom
	MultipleBirth string // Y, N or unknown
	BirthOrder    int    // 1 is the first born; 0 unknown
	BirthFacility string
	Dead          string // Y, N or unknown
	Death         cal.Date
	DeathTime     string // time of day of PID-29, likewise
	Publicity     Coded  // table 0215: may reminders be sent
	PublicityFrom cal.Date
	// Protection is PD1-12: Y when the person's record may not be shared with
	// others, N when it may, empty when nobody said.
	Protection     string
	ProtectionFrom cal.Date
	// ProtectedAt is when we first received this source's protection (Unix
	// microseconds): whoever protected first owns the protection.
	ProtectedAt int64
	// Untold says that all that the source said is history from before anybody told the
	// person of the registry: the sender was not live, or it was entered by hand of
	// somebody whom the site has not vaccinated yet.
	Untold bool
	// OptOut is Y when somebody asked to be left out of the registry, or parents had vital
	// records say so of their child; N when vital records say the contrary, empty when
	// nobody said. A record with Y is closed to all but the programme's staff. OptedBack
	// is what the staff say of somebody who came back: it sets aside what was said before.
	OptOut     string
	Status     string // registry status at the source, table 0441
	StatusFrom cal.Date
	Kin        []Kin
	// Certificate says that a source's word is what a certificate says; empty of every
	// other word, and of the golden record.
	Certificate Certificate
}

// LegalName is the name that leads the record; the zero Name when there is none.
func (p *Person) LegalName() Name {
	if len(p.Names) == 0 {
		return Name{}
	}
	return p.Names[0]
}

// HasDied reports that a source said so: by the indicator, or by the day alone
// when nobody said the contrary (PID-29, PID-30).
func (p *Person) HasDied() bool {
	return p.Dead == "Y" || p.Death != cal.None && p.Dead != "N"
}

// OptedBack is that somebody who opted out is in the registry again (Person.OptOut).
const OptedBack = "B"

// Closed reports a record that only the programme's staff may see.
func (p *Person) Closed() bool { return p.OptOut == "Y" }

// Identified returns the identifiers of a type (table 0203), in the order sent.
func (p *Person) Identified(typ string) []Identifier {
	var out []Identifier
	for _, id := range p.IDs {
		if id.Type == typ {
			out = append(out, id)
		}
	}
	return out
}

package iis

import "openiis/internal/cal"

// Name is a person's name of one type (HL7 XPN).
type Name struct {
	Family string `json:",omitempty"`
	Given  string `json:",omitempty"`
	Middle string `json:",omitempty"`
	Suffix string `json:",omitempty"`
	Prefix string `json:",omitempty"`
	Type   string `json:",omitempty"` // table 0200: L legal, M maiden, A alias, …
}

// Identifier is a number that an authority gave a person (HL7 CX).
type Identifier struct {
	Value     string
	Type      string `json:",omitempty"` // table 0203: MR, PI, SS, MA, SR, …
	Authority string `json:",omitempty"` // assigning authority; empty: scoped to the sender
}

// Address is a place of a person (HL7 XAD).
type Address struct {
	Street  string `json:",omitempty"`
	Street2 string `json:",omitempty"`
	City    string `json:",omitempty"`
	State   string `json:",omitempty"`
	Zip     string `json:",omitempty"`
	Country string `json:",omitempty"`
	Type    string `json:",omitempty"` // table 0190; BDL is where the person was born
	County  string `json:",omitempty"`
}

// Telecom is a telephone number or e-mail address (HL7 XTN).
type Telecom struct {
	Use       string `json:",omitempty"` // table 0201: PRN primary residence, NET e-mail, …
	Equipment string `json:",omitempty"` // table 0202: PH, CP, Internet, …
	Country   string `json:",omitempty"`
	Area      string `json:",omitempty"`
	Local     string `json:",omitempty"`
	Extension string `json:",omitempty"`
	Email     string `json:",omitempty"`
	Text      string `json:",omitempty"` // as sent, when it could not be taken apart
}

// Kin is a next of kin or guardian (HL7 NK1).
type Kin struct {
	Names     []Name    `json:",omitempty"`
	Relation  Coded     `json:",omitzero"` // table 0063: MTH, FTH, GRD, …
	Addresses []Address `json:",omitempty"`
	Telecoms  []Telecom `json:",omitempty"`
}

// Person is what one source says about one person, or the consolidated view of
// all sources (the golden record): the same fields serve both.
type Person struct {
	IDs           []Identifier `json:",omitempty"`
	Names         []Name       `json:",omitempty"` // the first is the legal name (PID-5)
	MotherMaiden  Name         `json:",omitzero"`
	Birth         cal.Date     `json:",omitzero"`
	Sex           string       `json:",omitempty"` // F, M, X or U
	Races         []Coded      `json:",omitempty"`
	Ethnicity     Coded        `json:",omitzero"`
	Language      Coded        `json:",omitzero"`
	Addresses     []Address    `json:",omitempty"`
	Telecoms      []Telecom    `json:",omitempty"`
	MultipleBirth string       `json:",omitempty"` // Y, N or unknown
	BirthOrder    int          `json:",omitempty"` // 1 is the first born; 0 unknown
	BirthFacility string       `json:",omitempty"`
	Dead          string       `json:",omitempty"` // Y, N or unknown
	Death         cal.Date     `json:",omitzero"`
	Publicity     Coded        `json:",omitzero"` // table 0215: may reminders be sent
	PublicityFrom cal.Date     `json:",omitzero"`
	// Protection is PD1-12: Y when the person's record may not be shared with
	// others, N when it may, empty when nobody said.
	Protection     string   `json:",omitempty"`
	ProtectionFrom cal.Date `json:",omitzero"`
	Status         string   `json:",omitempty"` // registry status at the source, table 0441
	StatusFrom     cal.Date `json:",omitzero"`
	Kin            []Kin    `json:",omitempty"`
}

// LegalName is the name that leads the record; the zero Name when there is none.
func (p *Person) LegalName() Name {
	if len(p.Names) == 0 {
		return Name{}
	}
	return p.Names[0]
}

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

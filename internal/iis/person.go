package iis

import "openiis/internal/cal"

// Name is a person's name of one type (HL7 XPN).
type Name struct {
	Family string `cbor:"1,keyasint,omitempty"`
	Given  string `cbor:"2,keyasint,omitempty"`
	Middle string `cbor:"3,keyasint,omitempty"`
	Suffix string `cbor:"4,keyasint,omitempty"`
	Prefix string `cbor:"5,keyasint,omitempty"`
	Type   string `cbor:"6,keyasint,omitempty"` // table 0200: L legal, M maiden, A alias, …
}

// Identifier is a number that an authority gave a person (HL7 CX).
type Identifier struct {
	Value     string `cbor:"1,keyasint,omitempty"`
	Type      string `cbor:"2,keyasint,omitempty"` // table 0203: MR, PI, SS, MA, SR, …
	Authority string `cbor:"3,keyasint,omitempty"` // assigning authority; empty: scoped to the sender
}

// Address is a place of a person (HL7 XAD).
type Address struct {
	Street  string `cbor:"1,keyasint,omitempty"`
	Street2 string `cbor:"2,keyasint,omitempty"`
	City    string `cbor:"3,keyasint,omitempty"`
	State   string `cbor:"4,keyasint,omitempty"`
	Zip     string `cbor:"5,keyasint,omitempty"`
	Country string `cbor:"6,keyasint,omitempty"`
	Type    string `cbor:"7,keyasint,omitempty"` // table 0190; BDL is where the person was born
	County  string `cbor:"8,keyasint,omitempty"`
}

// Telecom is a telephone number or e-mail address (HL7 XTN).
type Telecom struct {
	Use       string `cbor:"1,keyasint,omitempty"` // table 0201: PRN primary residence, NET e-mail, …
	Equipment string `cbor:"2,keyasint,omitempty"` // table 0202: PH, CP, Internet, …
	Country   string `cbor:"3,keyasint,omitempty"`
	Area      string `cbor:"4,keyasint,omitempty"`
	Local     string `cbor:"5,keyasint,omitempty"`
	Extension string `cbor:"6,keyasint,omitempty"`
	Email     string `cbor:"7,keyasint,omitempty"`
	Text      string `cbor:"8,keyasint,omitempty"` // as sent, when it could not be taken apart
}

// Kin is a next of kin or guardian (HL7 NK1).
type Kin struct {
	Names     []Name    `cbor:"1,keyasint,omitempty"`
	Relation  Coded     `cbor:"2,keyasint,omitzero"` // table 0063: MTH, FTH, GRD, …
	Addresses []Address `cbor:"3,keyasint,omitempty"`
	Telecoms  []Telecom `cbor:"4,keyasint,omitempty"`
}

// Person is what one source says about one person, or the consolidated view of
// all sources (the golden record): the same fields serve both.
type Person struct {
	IDs           []Identifier `cbor:"1,keyasint,omitempty"`
	Names         []Name       `cbor:"2,keyasint,omitempty"` // the first is the legal name (PID-5)
	MotherMaiden  Name         `cbor:"3,keyasint,omitzero"`
	Birth         cal.Date     `cbor:"4,keyasint,omitzero"`
	Sex           string       `cbor:"5,keyasint,omitempty"` // F, M, X or U
	Races         []Coded      `cbor:"6,keyasint,omitempty"`
	Ethnicity     Coded        `cbor:"7,keyasint,omitzero"`
	Language      Coded        `cbor:"8,keyasint,omitzero"`
	Addresses     []Address    `cbor:"9,keyasint,omitempty"`
	Telecoms      []Telecom    `cbor:"10,keyasint,omitempty"`
	MultipleBirth string       `cbor:"11,keyasint,omitempty"` // Y, N or unknown
	BirthOrder    int          `cbor:"12,keyasint,omitempty"` // 1 is the first born; 0 unknown
	BirthFacility string       `cbor:"13,keyasint,omitempty"`
	Dead          string       `cbor:"14,keyasint,omitempty"` // Y, N or unknown
	Death         cal.Date     `cbor:"15,keyasint,omitzero"`
	Publicity     Coded        `cbor:"16,keyasint,omitzero"` // table 0215: may reminders be sent
	PublicityFrom cal.Date     `cbor:"17,keyasint,omitzero"`
	// Protection is PD1-12: Y when the person's record may not be shared with
	// others, N when it may, empty when nobody said.
	Protection     string   `cbor:"18,keyasint,omitempty"`
	ProtectionFrom cal.Date `cbor:"19,keyasint,omitzero"`
	// ProtectedAt is when we first received this source's protection (Unix
	// microseconds): whoever protected first owns the protection.
	ProtectedAt int64    `cbor:"99,keyasint,omitempty"`
	Status      string   `cbor:"20,keyasint,omitempty"` // registry status at the source, table 0441
	StatusFrom  cal.Date `cbor:"21,keyasint,omitzero"`
	Kin         []Kin    `cbor:"22,keyasint,omitempty"`
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

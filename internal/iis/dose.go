package iis

import "openiis/internal/cal"

// DoseKind says what a source's order group reports.
type DoseKind string

// The kinds of order group.
const (
	Given   DoseKind = "given"   // a vaccine was given, wholly or in part (RXA-20 CP, PA or empty)
	Refusal DoseKind = "refusal" // it was offered and refused (RXA-20 RE)
	Fact    DoseKind = "fact"    // no vaccine: immunity, contraindication, reaction (RXA-5 998, or RXA-20 NA)
)

// Action is what the source wants done with its report (table 0323).
type Action string

// The actions of RXA-21. An empty one is taken for Add.
const (
	Add    Action = "A"
	Update Action = "U"
	Delete Action = "D"
)

// Dose is one source's report of one vaccination event, refusal or fact: an
// HL7 order group read. It is the complete view of the event by its source, so
// a later report of the same event replaces it (IG 1.5, chapter 3).
type Dose struct {
	Kind   DoseKind `cbor:"1,keyasint,omitempty"`
	Action Action   `cbor:"2,keyasint,omitempty"`
	Filler Ref      `cbor:"3,keyasint,omitzero"` // ORC-3: the source's own key; 9999 is never a key
	Placer Ref      `cbor:"4,keyasint,omitzero"` // ORC-2

	Date cal.Date `cbor:"5,keyasint,omitzero"`
	// Vaccine is RXA-5 as sent; CVX, NDC and CPT are what was found in either
	// of its triplets. CVX is derived from the NDC or CPT when it was not sent.
	Vaccine Coded  `cbor:"6,keyasint,omitzero"`
	CVX     string `cbor:"7,keyasint,omitempty"`
	NDC     string `cbor:"8,keyasint,omitempty"`
	CPT     string `cbor:"9,keyasint,omitempty"`
	MVX     string `cbor:"10,keyasint,omitempty"`
	// Manufacturer is RXA-17 as sent.
	Manufacturer Coded  `cbor:"11,keyasint,omitzero"`
	Lot          string `cbor:"12,keyasint,omitempty"`
	// Expiration is the last day of use; a month alone means its last day.
	Expiration cal.Date `cbor:"13,keyasint,omitzero"`
	Amount     string   `cbor:"14,keyasint,omitempty"` // decimal number as sent; empty when unknown (999)
	Unit       Coded    `cbor:"15,keyasint,omitzero"`  // UCUM

	// InfoSource is the NIP001 code of RXA-9: 00 given here, 01–08 historical.
	InfoSource string  `cbor:"16,keyasint,omitempty"`
	Completion string  `cbor:"17,keyasint,omitempty"` // table 0322: CP, PA, NA, RE
	Refused    []Coded `cbor:"18,keyasint,omitempty"` // reasons of RXA-18, NIP002
	Route      Coded   `cbor:"19,keyasint,omitzero"`  // as sent
	Site       Coded   `cbor:"20,keyasint,omitzero"`  // as sent

	Administrator Provider `cbor:"21,keyasint,omitzero"`  // RXA-10
	Orderer       Provider `cbor:"22,keyasint,omitzero"`  // ORC-12
	Enterer       Provider `cbor:"23,keyasint,omitzero"`  // ORC-10
	EnteringOrg   Coded    `cbor:"24,keyasint,omitzero"`  // ORC-17
	Location      string   `cbor:"25,keyasint,omitempty"` // RXA-11.4, where it was given
	Entered       string   `cbor:"26,keyasint,omitempty"` // RXA-22 as sent
	Indication    Coded    `cbor:"27,keyasint,omitzero"`  // RXA-19
	Notes         []string `cbor:"28,keyasint,omitempty"` // RXA-9 texts and NTE-3

	Observations []Observation `cbor:"29,keyasint,omitempty"`
}

// Observation is one OBX of an order group: eligibility, funding, VIS,
// immunity, contraindication, reaction.
type Observation struct {
	Code  Coded  `cbor:"1,keyasint,omitzero"`  // OBX-3, LOINC
	Group string `cbor:"2,keyasint,omitempty"` // OBX-4: observations of one fact share it
	Type  string `cbor:"3,keyasint,omitempty"` // OBX-2: CE, DT, NM, ST, …
	// Value is the coded value of a CE or CWE, else Text holds it as sent.
	Value  Coded    `cbor:"4,keyasint,omitzero"`
	Text   string   `cbor:"5,keyasint,omitempty"`
	Unit   Coded    `cbor:"6,keyasint,omitzero"`
	On     cal.Date `cbor:"7,keyasint,omitzero"` // OBX-14
	Method Coded    `cbor:"8,keyasint,omitzero"` // OBX-17
	Notes  []string `cbor:"9,keyasint,omitempty"`
}

// NotAKey is the constant that ORC-3.1 carries when there was no event to
// number (IG 1.5, ORC-3): never a key.
const NotAKey = "9999"

// Administered reports a dose that the source itself gave (RXA-9 = 00), as
// against one it knows of.
func (d *Dose) Administered() bool { return d.InfoSource == "00" }

// Counts reports a dose that was given, wholly or in part, and not deleted.
func (d *Dose) Counts() bool { return d.Kind == Given && d.Action != Delete }

// Detail counts what a report tells beyond vaccine and day: of several reports
// of one shot, the fullest is shown.
func (d *Dose) Detail() int {
	n := 0
	for _, told := range []bool{
		d.Lot != "", d.MVX != "", d.NDC != "", !d.Site.IsZero(), !d.Route.IsZero(), d.Amount != "",
	} {
		if told {
			n++
		}
	}
	return n
}

// SourceDose is one stored version of a source's report.
type SourceDose struct {
	ID SourceDoseID // this version
	// Origin is the first version of the report: its lasting number.
	Origin     SourceDoseID
	Person     PersonID
	Source     SourceID
	Sender     SenderID
	Submission SubmissionID
	// Key names the event within its sender: from ORC-3, or from what was given
	// and when if there is none. A later version with the same key replaces
	// this one.
	Key      string
	Received int64 // Unix microseconds
	// Detail is how much the report tells (Dose.Detail), kept so that reports
	// can be compared without reading them whole.
	Detail int
	// Dose may hold only what comparing needs, until it is read whole.
	Dose Dose
}

// Consolidated is one dose of the consolidated record: one shot, whoever
// reported it. Reports are named by their Origin.
type Consolidated struct {
	ID      DoseID         // the Origin of its oldest report
	Primary SourceDoseID   // the report that the record shows
	Members []SourceDoseID // all reports of it, the primary first
	Rule    string         // why they are one dose
	Review  bool           // a person should look
}

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
	Kind   DoseKind
	Action Action
	Filler Ref // ORC-3: the source's own key; 9999 is never a key
	Placer Ref // ORC-2

	Date cal.Date
	// Time is the time of day of RXA-3 as sent, HHMM[SS[.S…]] and perhaps its
	// zone; empty when only the day was sent.
	Time string
	// Vaccine is RXA-5 as sent; CVX, NDC and CPT are what was found in either
	// of its triplets. CVX is derived from the NDC or CPT when it was not sent. All
	// three are empty when only a code of the sender's own says what was given.
	Vaccine Coded
	CVX     string
	NDC     string
	CPT     string
	MVX     string
	// Manufacturer is RXA-17 as sent.
	Manufacturer Coded
	Lot          string
	// Expiration is the last day of use; a month alone means its last day.
	Expiration cal.Date
	// ExpirationMonth says that RXA-16 was a month alone.
	ExpirationMonth bool
	Amount          string // decimal number as sent; empty when unknown (999)
	Unit            Coded  // UCUM

	// InfoSource is the NIP001 code of RXA-9: 00 given here, 01–08 historical.
	InfoSource string
	Completion string  // table 0322: CP, PA, NA, RE
	Refused    []Coded // reasons of RXA-18, NIP002
	Route      Coded   // as sent
	Site       Coded   // as sent

	Administrator Provider // RXA-10
	Orderer       Provider // ORC-12
	Enterer       Provider // ORC-10
	EnteringOrg   Coded    // ORC-17
	Location      string   // RXA-11.4, where it was given
	Entered       string   // RXA-22 as sent
	Indication    Coded    // RXA-19
	Notes         []string // RXA-9 texts and NTE-3

	Observations []Observation
}

// Observation is one OBX of an order group: eligibility, funding, VIS,
// immunity, contraindication, reaction.
type Observation struct {
	Code  Coded  // OBX-3, LOINC
	Group string // OBX-4: observations of one fact share it
	Type  string // OBX-2: CE, DT, NM, ST, …
	// Value is the coded value of a CE or CWE, else Text holds it as sent.
	Value  Coded
	Text   string
	Unit   Coded
	On     cal.Date // OBX-14
	Time   string   // its time of day as sent, as in Dose.Time
	Method Coded    // OBX-17
	Notes  []string
}

// NotAKey is the constant that ORC-3.1 carries when there was no event to
// number (IG 1.5, ORC-3): never a key.
const NotAKey = "9999"

// RegistryAuthority is the assigning authority of the registry's own numbers.
const RegistryAuthority = "OPENIIS"

// EnteredOnPage is the assigning authority of the numbers of doses that were entered on a
// page of the registry. It is not the registry's own, by which answers number doses that
// have no number of their sender's.
const EnteredOnPage = "OPENIIS-PAGE"

// EnteredAs is the number under which a dose was entered on a page; "" of any other.
func (d *Dose) EnteredAs() string {
	if d.Kind != Given || d.Filler.Authority != EnteredOnPage {
		return ""
	}
	return d.Filler.ID
}

// Confidential is the observation by which a sender says that a dose is confidential: the
// guide has none, and so this is a convention of ours (docs/sharing.md). It stands in the
// dose's order group.
var Confidential = Observation{
	Code: Coded{Code: "CONFIDENTIAL", Text: "Confidential dose", System: "L"}, Group: "confidential", Type: "CE", Value: Coded{Code: "Y", Text: "Yes", System: "HL70136"},
}

// Administered reports a dose that the source itself gave (RXA-9 = 00), as
// against one it knows of.
func (d *Dose) Administered() bool { return d.InfoSource == "00" }

// Counts reports a dose that was given, wholly or in part, and not deleted.
func (d *Dose) Counts() bool { return d.Kind == Given && d.Action != Delete }

// UnknownCVX is CDC's code of a vaccine that nobody knows.
const UnknownCVX = "999"

// OwnCode reports a vaccine that only a code of its sender's own names, alone or beside
// CDC's code of an unknown one, with which it goes out: what another sender means by the
// same code nobody knows.
func (d *Dose) OwnCode() bool {
	switch d.CVX {
	case "":
		return d.NDC == "" && d.CPT == ""
	case UnknownCVX:
		return d.NDC == "" && d.CPT == "" && d.OwnCodes()[1] != ""
	}
	return false
}

// OwnCodes are the codes of a sender's own that name a vaccine, each behind its system.
func (d *Dose) OwnCodes() [4]string {
	v := &d.Vaccine
	if v.Code == UnknownCVX {
		return [4]string{v.AltSystem, v.AltCode}
	}
	if v.AltCode == UnknownCVX {
		return [4]string{v.System, v.Code}
	}
	return [4]string{v.System, v.Code, v.AltSystem, v.AltCode}
}

// SameVaccine reports two reports of one sender that name the same vaccine: in CVX,
// or where neither is known there, by package or bill, or by the sender's own code.
func (d *Dose) SameVaccine(e *Dose) bool {
	switch own := d.OwnCode(); {
	case own || e.OwnCode():
		return own && e.OwnCode() && d.OwnCodes() == e.OwnCodes()
	case d.CVX != "" || e.CVX != "":
		return d.CVX == e.CVX
	}
	return (d.NDC != "" && d.NDC == e.NDC) || (d.CPT != "" && d.CPT == e.CPT)
}

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
// reported it. Reports are named by their Origin, rules by the names that package
// dedupe gives them.
type Consolidated struct {
	ID      DoseID         // the Origin of its oldest report
	Primary SourceDoseID   // the report that the record shows
	Members []SourceDoseID // all reports of it, the primary first
	Rule    string         // why they are one dose: the weakest of Rules
	Review  bool           // a person should look: there are Doubts
	Rules   []string       // why each of Members is of it, from the second on
	Doubts  []DoseDoubt    // other doses that may be this shot; all are counted until someone has looked
}

// WhyMember is the rule by which a report is of the dose; empty when it is the one
// that is shown, or not of it.
func (c *Consolidated) WhyMember(report SourceDoseID) string {
	for i, m := range c.Members {
		if m == report && 0 < i && i <= len(c.Rules) {
			return c.Rules[i-1]
		}
	}
	return ""
}

// DoseDoubt is another dose that may be the same shot, and the rule by which it
// may be.
type DoseDoubt struct {
	Other DoseID
	Rule  string
}

// PinVerdict is what a person said of two reports.
type PinVerdict string

// What a person may say.
const (
	PinSame      PinVerdict = "same"      // they are of one shot
	PinDifferent PinVerdict = "different" // they are of two
)

// DosePin is a person's word on two reports of one person, named by their Origin,
// the lower first. It holds against every rule until it is lifted.
type DosePin struct {
	A, B    SourceDoseID
	Verdict PinVerdict
}

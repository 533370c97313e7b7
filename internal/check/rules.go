package check

import (
	"slices"

	"openiis/internal/hl7"
	"openiis/internal/iis"
)

// Rule is one thing that can be wrong with a message. Name is stable: what
// severity a rule has for one sender is data that names it.
type Rule struct {
	Name     string       // PID-8 missing; dose repeated
	Source   string       // who demands it: a section or conformance statement, or a detection of AIRA
	Severity iis.Severity // W or I
	Fact     bool         // it tells what is so and nobody can correct: never more than I
	HL7, App string       // tables 0357 and 0533
	Say      string       // for the sender: what, and what to do; no patient's value
	number   int          // its place in the catalogue
}

// rule is a rule and its test on S, the part of a message that it looks at. Each
// stands in a file of its own that is named after it.
type rule[S any] struct {
	Rule
	check func(r *run, s *S) // tells every place with run.at
}

// rows are the rules that look at an S, in their order. Of those in one row only
// the first that finds something speaks.
type rows[S any] [][]*rule[S]

// list is rows made ready: side by side, for it is gone through for everything
// that is looked at.
type list[S any] []turn[S]

// turn is a rule of a list.
type turn[S any] struct {
	check func(r *run, s *S)
	rule  *Rule
	rest  int // how many rules stand behind it in its row
}

func inTurn[S any](all rows[S]) list[S] {
	var out list[S]
	for _, row := range all {
		for i, x := range row {
			out = append(out, turn[S]{x.check, &x.Rule, len(row) - 1 - i})
		}
	}
	return out
}

// look asks the rules of a list.
func (l list[S]) look(r *run, s *S) {
	for i := 0; i < len(l); i++ {
		t := &l[i]
		r.rule = t.rule
		t.check(r, s)
		if r.spoke {
			r.spoke = false
			i += t.rest
		}
	}
}

func (l list[S]) rules() []*Rule {
	out := make([]*Rule, len(l))
	for i := range l {
		out[i] = l[i].rule
	}
	return out
}

// ofVXU and ofQuery look at a whole message: what takes more than one field.
var (
	ofVXU = inTurn(rows[view]{
		{&outOfOrder}, {&zone}, {&notLegalName}, {&kinNumbers}, {&observationNumbers},
		{&unknownVaccine}, {&unknownSource}, {&sourceOfNothing}, {&amountOfNothing}, {&reasonWithoutRefusal}, {&unsaidRefusal},
		{&keyOfNothing}, {&endDiffers}, {&futureBirth}, {&futureDose}, {&beforeBirth}, {&afterDeath},
		{&unreadableDate}, {&unreadableNumber}, {&unknownEligibility}, {&unknownFunding}, {&unknownAntigen}, {&unreadableVIS}, {&unknownVIS},
		{&withoutEligibility},
	})
	ofQuery = inTurn(rows[view]{{&outOfOrder}, {&strayLine}, {&withoutRCP}, {&continued}, {&zone}})
)

// Those that look at a segment of a vaccination message or at a part of one
// (segments.go): whether what was sent can be true is data quality. The
// detections of AIRA's message quality evaluation (MQE) say what is worth asking,
// our own words and severities say what it means. W is where somebody who knows
// the patient or the interface should look, I for facts and for what is merely
// absent.
var (
	ofMSH = inTurn(rows[hl7.Segment]{{&headerInFuture}, {&facilityMissing}})
	ofPD1 = inTurn(rows[hl7.Segment]{{&protected}})
	ofNK1 = inTurn(rows[hl7.Segment]{{&childOfChild}})
	ofPV1 = inTurn(rows[hl7.Segment]{{&classUnknown}, {&visitEligibility}, {&visitDateBad, &visitDate}})

	ofNamePart   = inTurn(rows[part]{{&placeholderName, &signsInName, &longName, &shortName, &markedName, &initialInGiven}})
	ofNames      = inTurn(rows[names]{{&testName, &newbornName, &sameNames}})
	ofMaidenPart = inTurn(rows[part]{{&placeholderMaiden}})
	ofKinPart    = inTurn(rows[part]{{&placeholderKin}})
	ofIdentifier = inTurn(rows[identifier]{{&placeholderID, &invalidSSN, &invalidMedicaid}})

	ofPatient = inTurn(rows[patient]{
		{&birthLongAgo}, {&orderMissing, &orderOfSingle, &orderAlone},
		{&deathMissing}, {&deathBeforeBirth}, {&deathInFuture}, {&aliveAndDead},
	})
	ofGuardian = inTurn(rows[patient]{{&kinMissing}})

	ofPatientAddress = inTurn(rows[address]{
		{&patientStreetMissing}, {&patientCityMissing}, {&patientStateMissing}, {&patientZipMissing}, {&patientCountryMissing},
		{&patientCityPlaceholder}, {&patientCountryUnknown}, {&patientStateUnknown}, {&patientZipInvalid},
	})
	ofKinAddress = inTurn(rows[address]{
		{&kinStreetMissing}, {&kinCityMissing}, {&kinStateMissing}, {&kinZipMissing}, {&kinCountryMissing},
		{&kinCityPlaceholder}, {&kinCountryUnknown}, {&kinStateUnknown}, {&kinZipInvalid},
	})
	ofPatientPhone = inTurn(rows[phone]{{&patientPhoneIncomplete, &patientPhoneInvalid}, {&patientEquipmentMissing}})
	ofKinPhone     = inTurn(rows[phone]{{&kinPhoneIncomplete, &kinPhoneInvalid}, {&kinEquipmentMissing}})
)

// ofDose look at an order group with a dose that is not withdrawn (dose.go). It
// is stored whatever they find.
var ofDose = inTurn(rows[dose]{
	{&afterExpiry}, {&afterEntry}, {&entryInFuture},
	{&notInUse, &replaced}, {&outsideAges},
	{&vaccineUnknown, &noVaccine, &neverUsed, &foreign, &unspecified}, {&cptDisagrees},
	{&makerDiffers},
	{&notALot, &severalLots, &markedLot},
	{&noAmount, &muchAmount},
	{&routeDiffers, &siteOfNoNeedle},
	{&looksHistorical, &looksAdministered},
	{&notAdministered, &partly},
	{&sameDose},
	{&fundingDiffers, &eligibleAdult},
	{&orderedBy}, {&givenBy}, {&givenAt},
})

// maxRules is the room for rules in a run; a test holds the catalogue to it.
const maxRules = 512

// Catalogue are all rules: the guide's demands on fields first, in the order of
// its tables, then the others, in the order of the lists. Severities per sender
// and the documentation are written against it.
func Catalogue() []Rule {
	out := make([]Rule, len(catalogue))
	for i, r := range catalogue {
		out[i] = *r
	}
	return out
}

// catalogue numbers every rule, once, before the first message.
var catalogue = func() []*Rule {
	var all []*Rule
	for _, t := range tables {
		all = append(all, t.rules()...)
	}
	all = append(all, inLists()...)
	var out []*Rule
	for _, r := range all {
		if !slices.Contains(out, r) { // some look at both kinds of message
			r.number = len(out)
			out = append(out, r)
		}
	}
	return out
}()

// inLists are the rules of all lists, as often as they stand there.
func inLists() []*Rule {
	return slices.Concat(
		ofVXU.rules(), ofQuery.rules(), ofMSH.rules(), ofPD1.rules(), ofNK1.rules(), ofPV1.rules(),
		ofNamePart.rules(), ofNames.rules(), ofMaidenPart.rules(), ofKinPart.rules(), ofIdentifier.rules(),
		ofPatient.rules(), ofGuardian.rules(), ofPatientAddress.rules(), ofKinAddress.rules(), ofPatientPhone.rules(), ofKinPhone.rules(),
		ofDose.rules(),
	)
}

package codeset

import (
	"fmt"
	"slices"
	"strings"

	"openiis/internal/iis"
)

// ObservationSystem is the code system of CDC's numbers of observations (CDSi,
// Supporting Data, coded observations): a local name (HL7 table 0396, 99zzz), for
// they have none there. Many observations have no code in any other system, and
// some codes of SNOMED CT stand for several.
const ObservationSystem = "99CDSI"

// LOINC codes of what is known of a person's health (OBX-3, table NIP003).
const (
	LOINCContraindication = "30945-0" // contraindication or precaution
	LOINCReaction         = "31044-1" // reaction after a dose
	LOINCDisease          = "59784-9" // disease with presumed immunity
	LOINCIndication       = "59785-6" // indication to immunize
	LOINCSerology         = "75505-8" // serological evidence of immunity

	// Beside one of these, in its group (OBX-4):
	LOINCVaccine  = "30956-7" // the vaccine that it is about
	LOINCFirstDay = "30946-8" // its first day
	LOINCLastDay  = "30944-3" // its last day
)

// LOINC codes of who pays for a dose (OBX-3, table NIP003).
const (
	LOINCEligibility = "64994-7" // the person's eligibility for publicly paid vaccine
	LOINCFunding     = "30963-3" // the source of the vaccine's funds
)

// IsHealth reports an observation that says something of a person's health, as
// against payment, paper and schedules (OBX-3).
func IsHealth(loinc string) bool {
	switch loinc {
	case LOINCContraindication, LOINCReaction, LOINCDisease, LOINCIndication, LOINCSerology:
		return true
	}
	return false
}

// Observation is something that a clinician can say of a person's health and that
// the clinical schedule asks for.
type Observation struct {
	Code    string // CDC's number of it (CDSi)
	LOINC   string // OBX-3: as what it is reported
	Heading string // under which it is offered
	Name    string // in plain words
	Value   iis.Coded
	// Also are codes of the national guide that mean it and that CDC's own list of
	// its codes does not have.
	Also []iis.Coded
	// Ends says that it holds for a while only: its last day must be known, for
	// the schedule would heed it for ever.
	Ends bool
	Note string // for whoever chooses it; often empty
}

// observations are those on file, and by the codes of other systems.
type observations struct {
	list   []Observation
	byCode map[[2]string][]string
}

const observationFile = "observation.tsv"

// observationLayout is the layout of observation.tsv, which is written by hand.
var observationLayout = layout{
	columns: []string{"observation", "loinc", "heading", "name", "system", "code", "also", "ends", "note"}, key: 1,
}

// Observations are all that can be said, by their headings and then their names.
func (t *Tables) Observations() []Observation { return slices.Clone(t.observed.list) }

// Observation is the one of CDC's number.
func (t *Tables) Observation(code string) (Observation, bool) {
	for _, o := range t.observed.list {
		if o.Code == code {
			return o, true
		}
	}
	return Observation{}, false
}

// ObservationsOf are the numbers of the observations that a code of another
// system (SCT, CDCPHINVS) stands for by our own list; none for most.
func (t *Tables) ObservationsOf(system, code string) []string {
	return t.observed.byCode[[2]string{system, code}]
}

func (t *Tables) takeObservations(s sheet) {
	t.observed = observations{byCode: map[[2]string][]string{}}
	for _, r := range s.rows {
		o := Observation{Code: r[0], LOINC: r[1], Heading: r[2], Name: r[3], Ends: r[7] == yes, Note: r[8]}
		o.Value = iis.Coded{Code: r[0], Text: r[3], System: ObservationSystem}
		if r[5] != "" {
			o.Value = iis.Coded{Code: r[5], Text: r[3], System: r[4], AltCode: r[0], AltText: r[3], AltSystem: ObservationSystem}
			t.observed.stands(o.Code, r[4], r[5])
		}
		words := strings.Fields(r[6])
		for i := 0; i+1 < len(words); i += 2 {
			o.Also = append(o.Also, iis.Coded{Code: words[i+1], System: words[i]})
			t.observed.stands(o.Code, words[i], words[i+1])
		}
		t.observed.list = append(t.observed.list, o)
	}
	slices.SortStableFunc(t.observed.list, func(a, b Observation) int {
		if c := strings.Compare(a.Heading, b.Heading); c != 0 {
			return c
		}
		return strings.Compare(a.Name, b.Name)
	})
}

func (o *observations) stands(observation, system, code string) {
	k := [2]string{system, code}
	o.byCode[k] = append(o.byCode[k], observation)
}

// lintObservations says which rows of observation.tsv cannot be used.
func lintObservations(s sheet, sheets map[string]sheet) []string {
	var out []string
	loinc := map[string]bool{}
	for _, r := range sheets["hl7/"+TableObserved+".tsv"].rows {
		loinc[r[0]] = true
	}
	for i, r := range s.rows {
		switch {
		case len(r[0]) != 3 || !allDigits(r[0]):
			out = append(out, s.at(i)+": observation: want three digits")
		case !loinc[r[1]]:
			out = append(out, fmt.Sprintf("%s: there is no code %s in table %s", s.at(i), r[1], TableObserved))
		case r[2] == "" || r[3] == "":
			out = append(out, s.at(i)+": an observation needs a heading and a name")
		case (r[4] == "") != (r[5] == "") || len(strings.Fields(r[6]))%2 != 0:
			out = append(out, s.at(i)+": a code needs its system")
		case r[7] != "" && r[7] != yes:
			out = append(out, fmt.Sprintf("%s: ends: want nothing or %q", s.at(i), yes))
		}
	}
	return out
}

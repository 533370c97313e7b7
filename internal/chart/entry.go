package chart

import (
	"context"
	"slices"
	"strings"

	"openiis/internal/cal"
	"openiis/internal/codeset"
	"openiis/internal/iis"
	"openiis/internal/record"
)

// EntryKind is what kind of thing is said of a person's health.
type EntryKind string

// The kinds: each has a form.
const (
	Condition EntryKind = "condition" // a condition, treatment or risk that the schedule asks for
	Immunity  EntryKind = "immunity"  // a disease had, or laboratory evidence
	Allergy   EntryKind = "allergy"   // a severe allergic reaction to a vaccine, or an allergy to a component
	Reaction  EntryKind = "reaction"  // a reaction after a dose on record
	Refused   EntryKind = "refusal"   // a vaccine was refused
)

// EntryKinds are all kinds, in the order in which they are offered.
var EntryKinds = []EntryKind{Condition, Immunity, Allergy, Reaction, Refused}

// Entry is a form as it was filled in: what was typed and chosen, unjudged.
type Entry struct {
	Number string // of the report to be, made with the form: the form sent twice is one report
	Kind   EntryKind
	What   string // a Choice's value
	Dose   string // of a reaction: the public number of the dose
	Since  string // the day, or the first day
	Until  string // the last day; empty when none is known
	Says   string // who says so, of a value of Sources
	Who    string // of a refusal: of a value of Refusers
	Why    string // of a refusal: of a value of RefusalReasons
	Reason string // of a refusal for another reason: which
}

// Wrong is what is wrong with a field of an entry, in a sentence. The field is
// named as Entry has it, in small letters; "" is the whole form.
type Wrong struct{ Field, Say string }

// Choice is something that can be said, with what whoever chooses should know.
type Choice struct {
	Value, Name, Note string
	Ends              bool // a last day must be given
}

// Choices are those under one heading.
type Choices struct {
	Heading string
	List    []Choice
}

// Option is one of a few answers.
type Option struct{ Value, Words string }

// Who may say so. The word of a person or parent is no evidence of immunity (ACIP,
// General Best Practice Guidelines, Altered immunocompetence and Vaccination records).
var Sources = []Option{
	{"clinician", "A clinician of this site, who diagnosed or verified it"},
	{"record", "A written record of another provider"},
	{"laboratory", "A laboratory report"},
	{"person", "The person, or a parent or guardian"},
}

// Refusers are who may refuse a vaccine; RefusalReasons are why (NIP002).
var (
	Refusers = []Option{{"parent", "A parent or guardian"}, {"person", "The person"}}

	RefusalReasons = []Option{{"decision", "Own decision, or no reason given"}, {"religious", "Religious reasons"}, {"other", "Another reason"}}
)

func words(list []Option, value string) string {
	for _, o := range list {
		if o.Value == value {
			return o.Words
		}
	}
	return ""
}

// Whom is the person whom a form is about.
type Whom struct {
	ID    iis.PersonID
	Name  string
	Birth cal.Date
	Age   string
}

func (r *reading) whom() Whom {
	p := &r.folder.Golden
	return Whom{ID: r.folder.ID, Name: fullName(p.LegalName()), Birth: p.Birth, Age: age(p.Birth, r.today)}
}

// EntryForm is a form to be filled in.
type EntryForm struct {
	Whom
	Number  string
	Choices []Choices
	Doses   []Choice // of a reaction: the doses on record, the newest first
	Today   cal.Date
}

// EntryForm is the form of a kind for a person, with a number of its own. What it
// shows of the person is audited. A search leaves the choices that have its words.
func (d *Desk) EntryForm(ctx context.Context, by iis.Actor, id iis.PersonID, kind EntryKind, search string) (*EntryForm, error) {
	r, err := d.read(ctx, by, id, actForm)
	if err != nil {
		return nil, err
	}
	f := &EntryForm{Whom: r.whom(), Number: iis.DoseID(d.store.NewID()).Public(), Today: r.today}
	if f.Choices, err = r.choices(kind); err != nil {
		return nil, err
	}
	f.Choices = matching(f.Choices, search)
	if kind == Reaction {
		f.Doses = r.dosesToChoose()
	}
	return f, nil
}

// matching leaves the choices that have every word of a search in their heading, name
// or note.
func matching(all []Choices, search string) []Choices {
	wanted := strings.Fields(strings.ToLower(search))
	if len(wanted) == 0 {
		return all
	}
	var out []Choices
	for _, g := range all {
		list := slices.DeleteFunc(slices.Clone(g.List), func(c Choice) bool {
			text := strings.ToLower(g.Heading + " " + c.Name + " " + c.Note)
			return slices.ContainsFunc(wanted, func(w string) bool { return !strings.Contains(text, w) })
		})
		if len(list) > 0 {
			out = append(out, Choices{g.Heading, list})
		}
	}
	return out
}

// The headings of codes/observation.tsv that belong to the form for allergies.
var allergyHeadings = []string{"Allergy to a component", "Severe allergic reaction to a kind of influenza vaccine"}

// kindOfObservation is the form on which an observation is offered.
func kindOfObservation(o *codeset.Observation) EntryKind {
	switch {
	case o.LOINC == codeset.LOINCDisease || o.LOINC == codeset.LOINCSerology:
		return Immunity
	case slices.Contains(allergyHeadings, o.Heading):
		return Allergy
	}
	return Condition
}

// The values of choices: CDC's number of an observation, the code of a vaccine or that
// of a reaction.
const (
	observationValue = "observation-"
	vaccineValue     = "vaccine-"
	reactionValue    = "reaction-"
)

// choices are what can be said on the form of a kind.
func (r *reading) choices(kind EntryKind) ([]Choices, error) {
	switch kind {
	case Reaction:
		return []Choices{{"", r.reactions()}}, nil
	case Refused:
		return []Choices{{"", r.vaccines(nil)}}, nil
	}
	var out []Choices
	if kind == Allergy {
		engine, err := r.d.engine(r.today)
		if err != nil {
			return nil, err
		}
		heeded := func(cvx string) bool { return len(engine.Allergies(cvx)) > 0 }
		out = append(out, Choices{"Severe allergic reaction to a vaccine", r.vaccines(heeded)})
	}
	for _, o := range r.d.codes.Observations() {
		if kindOfObservation(&o) != kind {
			continue
		}
		if n := len(out); n == 0 || out[n-1].Heading != o.Heading {
			out = append(out, Choices{Heading: o.Heading})
		}
		g := &out[len(out)-1]
		g.List = append(g.List, Choice{Value: observationValue + o.Code, Name: o.Name, Note: o.Note, Ends: o.Ends})
	}
	return out, nil
}

// vaccines are the vaccine groups by their names, each with the code that stands for
// it; those that a condition takes, or all.
func (r *reading) vaccines(takes func(cvx string) bool) []Choice {
	var out []Choice
	for _, g := range r.d.codes.AllGroups() {
		if takes == nil || takes(g.CVX) {
			out = append(out, Choice{Value: vaccineValue + g.CVX, Name: groupName(g.Name)})
		}
	}
	slices.SortFunc(out, func(a, b Choice) int { return strings.Compare(a.Name, b.Name) })
	return out
}

// reactions are those of the national guide (OBX-5 of 31044-1).
func (r *reading) reactions() []Choice {
	var out []Choice
	for _, e := range r.d.codes.HL7Table(tableReaction) {
		c := Choice{Value: reactionValue + e.Code, Name: sentence(e.Meaning)}
		if e.Code == anaphylaxis {
			c.Note = "By CDC’s schedule, no further dose of a vaccine against the same diseases should be given."
		}
		out = append(out, c)
	}
	return out
}

// anaphylaxis is the SNOMED CT code of the reaction.
const anaphylaxis = "39579001"

func lotWords(lot string) string {
	if lot == "" {
		return ""
	}
	return "lot " + lot
}

// dosesToChoose are the doses after which there may have been a reaction.
func (r *reading) dosesToChoose() []Choice {
	var out []Choice
	doses, _ := record.History(r.folder)
	for _, s := range doses {
		name, product := r.vaccine(s.Dose)
		out = append(out, Choice{Value: s.ID.Public(), Name: s.Dose.Date.String() + ": " + join(", ", name, product, lotWords(s.Dose.Lot))})
	}
	slices.Reverse(out)
	return out
}

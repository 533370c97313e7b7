package chart

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"openiis/internal/cal"
	"openiis/internal/codeset"
	"openiis/internal/fold"
	"openiis/internal/iis"
	"openiis/internal/record"
)

// claim is an entry that makes sense.
type claim struct {
	Entry
	number       string
	since, until cal.Date
	name         string // what is said, in words
	loinc        string // zero of a refusal
	value        iis.Coded
	cvx          string // the vaccine that it is about; "" for none
	after        cal.Date
	reason       string // of a refusal
}

// check judges an entry against the record.
func (r *reading) check(e *Entry) (claim, []Wrong) {
	c := claim{Entry: *e}
	var wrong []Wrong
	say := func(field, words string) {
		if words != "" {
			wrong = append(wrong, Wrong{field, words})
		}
	}
	if id, ok := iis.ParseDoseID(e.Number); ok {
		c.number = id.Public() // a number can be spelled in several ways
	} else {
		say("", "The form could not be read. Open it again.")
	}
	ends := false
	what, words := r.chosen(e)
	say("what", words)
	if words == "" {
		ends = what.Ends
		r.mean(&c, what)
	}
	if e.Kind == Reaction {
		say("dose", r.checkDose(&c))
	}
	say("since", r.checkSince(&c))
	say("until", c.checkUntil(ends))
	if e.Kind == Refused {
		c.checkRefusal(say)
	} else {
		say("says", c.checkSays())
	}
	return c, wrong
}

// chosen is the choice of an entry, or what is wrong with it.
func (r *reading) chosen(e *Entry) (Choice, string) {
	all, err := r.choices(e.Kind)
	if err != nil || !slices.Contains(EntryKinds, e.Kind) {
		return Choice{}, "The choices could not be read. Open the form again."
	}
	for _, g := range all {
		for _, o := range g.List {
			if o.Value == e.What && e.What != "" {
				return o, ""
			}
		}
	}
	switch e.Kind {
	case Refused:
		return Choice{}, "Choose the vaccine that was refused."
	case Reaction:
		return Choice{}, "Choose the reaction."
	}
	return Choice{}, "Choose one from the list."
}

// mean finds out what a choice stands for.
func (r *reading) mean(c *claim, what Choice) {
	c.name = what.Name
	if code, ok := strings.CutPrefix(what.Value, observationValue); ok {
		o, _ := r.d.codes.Observation(code)
		c.loinc, c.value = o.LOINC, o.Value
	}
	if cvx, ok := strings.CutPrefix(what.Value, vaccineValue); ok {
		c.cvx = cvx
		if c.Kind == Allergy {
			c.loinc = codeset.LOINCContraindication
			c.value = iis.Coded{Code: "VXC20", Text: "Severe allergic reaction to a dose or component of this vaccine", System: "CDCPHINVS"}
		}
	}
	if code, ok := strings.CutPrefix(what.Value, reactionValue); ok {
		c.loinc = codeset.LOINCReaction
		c.value = iis.Coded{Code: code, Text: what.Name, System: "CDCPHINVS"}
		if !strings.HasPrefix(code, "VXC") {
			c.value.System = "SCT"
		}
	}
}

// checkDose finds the dose of a reaction.
func (r *reading) checkDose(c *claim) string {
	doses, _ := record.History(r.folder)
	for _, s := range doses {
		if s.ID.Public() == c.Dose {
			c.cvx, c.after = s.Dose.CVX, s.Dose.Date
			return ""
		}
	}
	return "Choose the dose after which it happened."
}

var americanDay = regexp.MustCompile(`^(\d{1,2})[/-](\d{1,2})[/-](\d{4})$`)

// readDay is a day as people type it: 2025-01-31, or 1/31/2025. None is one that is
// not on the calendar.
func readDay(text string) cal.Date {
	text = strings.TrimSpace(text)
	if d, err := cal.Parse(text); err == nil {
		return d
	}
	if m := americanDay.FindStringSubmatch(text); m != nil {
		if t, err := time.Parse("1/2/2006", strings.Join(m[1:], "/")); err == nil {
			return cal.On(t)
		}
	}
	return cal.None
}

const howToWriteADay = "Write a day of the calendar, as month/day/year: 4/30/2025."

func (r *reading) checkSince(c *claim) string {
	if strings.TrimSpace(c.Since) == "" {
		if c.Kind == Condition || c.Kind == Allergy {
			return "Give the first day, or the day since which it is known."
		}
		return "Give the day."
	}
	birth := r.folder.Golden.Birth
	switch c.since = readDay(c.Since); {
	case c.since == cal.None:
		return howToWriteADay
	case c.since > r.today:
		return "This day is in the future. Today is " + r.today.String() + "."
	case birth != cal.None && c.since < birth:
		return "This day is before the birth, " + birth.String() + "."
	case c.after != cal.None && c.since < c.after:
		return "This day is before the dose of " + c.after.String() + "."
	}
	return ""
}

func (c *claim) checkUntil(needed bool) string {
	if c.Kind != Condition && c.Kind != Allergy {
		c.Until = ""
	}
	if strings.TrimSpace(c.Until) == "" {
		if needed {
			return "This holds for a time only. Give its last day; it may be in the future."
		}
		return ""
	}
	switch c.until = readDay(c.Until); {
	case c.until == cal.None:
		return howToWriteADay
	case c.since != cal.None && c.until < c.since:
		return "The last day is before the first, " + c.since.String() + "."
	}
	return ""
}

// checkSays wants to know who says so. A person's own word is no evidence of
// immunity: a clinician must have diagnosed or verified the disease (ACIP).
func (c *claim) checkSays() string {
	switch {
	case words(Sources, c.Says) == "":
		return "Choose who says so."
	case c.Kind == Immunity && c.Says == "person":
		return "The word of the person or a parent is no evidence of immunity. A clinician must have diagnosed or verified it, or a laboratory shown it."
	}
	return ""
}

// maxReason is the longest reason for a refusal, in letters.
const maxReason = 100

func (c *claim) checkRefusal(say func(field, words string)) {
	if words(Refusers, c.Who) == "" {
		say("who", "Choose who refused.")
	}
	switch {
	case words(RefusalReasons, c.Why) == "":
		say("why", "Choose the reason.")
	case c.Why == "other":
		switch c.reason = strings.Join(strings.Fields(fold.Visible(c.Reason)), " "); {
		case c.reason == "":
			say("reason", "Say which reason.")
		case len([]rune(c.reason)) > maxReason:
			say("reason", "Say it in 100 letters or less.")
		}
	}
}

// factGroup is the group (OBX-4) of all observations of a report: they are of one fact.
const factGroup = "1"

// dose is the report that a claim makes, as HL7 would bring it (IG 1.5, RXA-5 998 and
// RXA-20): a fact in one group of observations, or a refusal.
func (c *claim) dose() iis.Dose {
	d := iis.Dose{
		Kind: iis.Fact, Action: iis.Add, Filler: iis.Ref{ID: c.number, Authority: iis.RegistryAuthority}, Date: c.since,
		CVX: codeset.NoVaccine, Completion: "NA",
		Vaccine: iis.Coded{Code: codeset.NoVaccine, Text: "No vaccine administered", System: "CVX"},
	}
	if c.Kind == Refused {
		d.Kind, d.Completion, d.CVX = iis.Refusal, "RE", c.cvx
		d.Vaccine = iis.Coded{Code: c.cvx, Text: c.name, System: "CVX"}
		d.Refused = c.refused()
		return d
	}
	main := observed(c.loinc, "CE")
	main.Value, main.On = c.value, c.since
	main.Notes = []string{saidBy + words(Sources, c.Says)}
	if c.after != cal.None {
		main.Notes = append(main.Notes, "After the dose of "+c.after.String())
	}
	d.Observations = []iis.Observation{main}
	if c.cvx != "" {
		about := observed(codeset.LOINCVaccine, "CE")
		about.Value, about.On = iis.Coded{Code: c.cvx, System: "CVX"}, c.since
		d.Observations = append(d.Observations, about)
	}
	if c.until != cal.None {
		d.Observations = append(d.Observations, dayOf(codeset.LOINCFirstDay, c.since), dayOf(codeset.LOINCLastDay, c.until))
	}
	return d
}

// saidBy begins the note that tells who says so.
const saidBy = "According to: "

func observed(loinc, typ string) iis.Observation {
	return iis.Observation{Code: iis.Coded{Code: loinc, System: "LN"}, Group: factGroup, Type: typ}
}

func dayOf(loinc string, day cal.Date) iis.Observation {
	o := observed(loinc, "DT")
	o.Text = day.Compact()
	return o
}

// refused are the codes of a refusal (NIP002): the reason, and whose decision it was.
func (c *claim) refused() []iis.Coded {
	whose := iis.Coded{Code: "00", Text: "Parental decision", System: "NIP002"}
	if c.Who == "person" {
		whose = iis.Coded{Code: "03", Text: "Patient decision", System: "NIP002"}
	}
	switch c.Why {
	case "religious":
		return []iis.Coded{{Code: "01", Text: "Religious exemption", System: "NIP002"}, whose}
	case "other":
		return []iis.Coded{{Code: "02", Text: c.reason, System: "NIP002"}, whose}
	}
	return []iis.Coded{whose}
}

// form is what was entered, as it is kept.
func (c *claim) form(from iis.Sender, by Teller) iis.Form {
	var f iis.Form
	f.Add("Number", c.number)
	f.Add("For", from.Name)
	f.Add("Entered by", by.Name)
	f.Add("Kind", string(c.Kind))
	f.Add("What", c.name)
	for _, v := range []iis.Coded{c.value, {Code: c.value.AltCode, System: c.value.AltSystem}} {
		if v.Code != "" {
			f.Add("Code", v.System+" "+v.Code)
		}
	}
	if c.cvx != "" {
		f.Add("Vaccine", "CVX "+c.cvx)
	}
	if c.after != cal.None {
		f.Add("After the dose of", c.after.String())
	}
	f.Add("First day", c.since.String())
	f.Add("Last day", c.until.String())
	f.Add("According to", words(Sources, c.Says))
	f.Add("Refused by", words(Refusers, c.Who))
	f.Add("Reason", join(": ", words(RefusalReasons, c.Why), c.reason))
	return f
}

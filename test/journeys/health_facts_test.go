package journeys

import (
	"testing"
	"time"

	"openiis/internal/access"
)

// hasSites gives each clinic a user of its own.
func (r *registry) hasSites() {
	r.t.Helper()
	for _, u := range []access.NewUser{
		{Username: "olga", Name: "Olga Oak", Role: access.Clinic, Facility: "OAK"}, {Username: "eli", Name: "Eli Elm", Role: access.Clinic, Facility: "ELM"},
	} {
		r.hasUser(u)
	}
}

// tells chooses from a form and writes a day.
func (b *browser) tells(since string, choices ...string) {
	b.t.Helper()
	b.write("since", since)
	for _, c := range choices {
		b.unfolds("label[for=" + c + "]")
	}
}

func TestAClinicRecordsWhatTheForecastMustKnow(t *testing.T) {
	r := newRegistry(t)
	r.hasJuniper()
	r.hasSites()
	b := openBrowser(t, r.address)
	today := time.Now()
	ago := func(days int) string { return today.AddDate(0, 0, -days).Format("1/2/2006") }

	b.signsIn("olga")
	b.searches("marsh rowan 2023")
	b.press("a.row-link")
	record := b.path()
	b.sees("Health facts that matter to vaccination", "No condition, immunity, allergy or reaction is on record.")
	b.press("a[href$='/facts/immunity']")
	b.sees("Record immunity", "Rowan Marsh", "Laboratory evidence of immunity")
	b.isSound("health-1-immunity")
	b.press("main form button")
	b.sees("Nothing was recorded yet.", "Choose one from the list.", "Give the day.", "Choose who says so.")
	b.isSound("health-2-wrong")
	b.tells(ago(40), "observation-024", "says-clinician")
	b.press("main form .actions button")
	b.sees("Recorded: Presumed immunity after disease: Varicella (chickenpox).", "Varicella (chickenpox): was “", "is now “Immune”")
	b.isSound("health-3-immune")
	entry := b.path()

	b.press("a[href$='/withdraw']")
	withdraw := b.path()
	b.sees("Withdraw an entry", "Varicella (chickenpox)")
	b.isSound("health-4-withdraw")
	b.press(".site-user button")
	b.signsIn("eli")
	b.visit(withdraw)
	b.sees("Not allowed", "This was entered by another site.")
	b.isSound("health-5-another-site")
	b.visit(entry)
	b.lacks("a[href$='/withdraw']")
	b.press(".site-user button")

	b.signsIn("olga")
	b.visit(withdraw)
	b.press("main form button")
	b.sees("Withdrawn: Presumed immunity after disease: Varicella (chickenpox).", "was “Immune”, is now “Overdue since")

	b.press("a[href$='/facts/condition']")
	b.isSound("health-6-condition")
	b.write("search", "spleen")
	b.press("button[name=search-list]")
	b.sees("Only what fits “spleen” is shown.", "Asplenia")
	b.isSound("health-7-searched")
	b.tells(ago(900), "observation-160", "says-record")
	b.press("main form .actions button")
	b.sees("Recorded: Health condition or risk: Asplenia", "Haemophilus influenzae type b (Hib): was “")
	b.press("a[href$='/facts/allergy']")
	b.unfolds("main details:nth-of-type(2) summary")
	b.isSound("health-8-allergy")
	b.press("a[href$='" + record + "']")
	b.press("a[href$='/facts/refusal']")
	b.isSound("health-9-refusal")
	b.chooses("vaccine", "vaccine-213")
	b.tells(ago(2), "who-parent", "why-religious")
	b.press("main form .actions button")
	b.sees("Recorded: Refused: COVID-19", "The forecast is the same with and without it.", "Decision of the parent", "Religious exemption")
	b.isSound("health-10-record")
	b.visit("/submissions?kind=form")
	b.sees("Form on these pages")
	b.isSound("health-11-forms")
	b.press("a.row-link")
	b.sees("What was entered", "Religious reasons", "Olga Oak")
	b.isSound("health-12-form")
	b.press(".site-user button")

	b.signsIn("olga")
	b.searches("marsh juniper 2023")
	b.press("a.row-link")
	b.press("a[href$='/facts/reaction']")
	b.isSound("health-13-reaction")
	b.press(".site-user button")

	b.signsIn("rita")
	b.visit(record)
	b.sees("Your role, Read-only, cannot record any.", "Asplenia")
	b.lacks("a[href*='/facts/']")
	b.visit(record + "/facts/condition")
	b.sees("Not allowed", "Your role, read-only, may not record health facts.")
}

package journeys

import "testing"

func TestEverythingWorksWithoutScriptAndNothingIsLeftBehind(t *testing.T) {
	r := newRegistry(t)
	r.hasJuniper()
	b := openBrowser(t, r.address)
	b.hasNoScript()

	b.signsIn("nora")
	b.searches("jun marsh 4/5/23")
	b.sees("1 person found")
	b.press("a.row-link")
	b.sees("Juniper Rose Marsh", "Measles, mumps, rubella (MMR)")
	b.unfolds("label[for=by-date]")
	b.hides(".by-vaccine")
	b.unfolds("#log ~ details summary")
	b.sees("Nora Nurse (you)")
	record := b.path()
	b.press("a[href$='/concern']")
	b.unfolds("label[for=reason-missing]")
	b.types("say", "The second MMR.")
	b.press("main button")
	b.sees("Your note was sent")
	b.press(".site-user button")

	b.signsIn("ada")
	b.visit(record)
	b.press("a[href$='/facts/condition']")
	b.types("search", "spleen")
	b.press("button[name=search-list]")
	b.unfolds("label[for=observation-160]")
	b.unfolds("label[for=says-record]")
	b.press("main form .actions button")
	b.sees("Nothing was recorded yet.", "Give the first day")
	b.types("since", "4/30/2025")
	b.press("main form .actions button")
	b.sees("Recorded: Health condition or risk: Asplenia", "What this changes in the forecast")

	b.press(".site-user button")
	b.sees("You are signed out.")
	b.goesBack()
	b.sees("Sign in")
	b.doesNotSee("Juniper", "Marsh")
	b.visit(record)
	b.sees("Sign in")
	b.doesNotSee("Juniper", "Marsh")
}

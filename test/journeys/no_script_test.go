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
	b.sees("You are signed out.")
	b.goesBack()
	b.sees("Sign in")
	b.doesNotSee("Juniper", "Marsh")
	b.visit(record)
	b.sees("Sign in")
	b.doesNotSee("Juniper", "Marsh")
}

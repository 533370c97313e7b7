package journeys

import "testing"

func TestAReadOnlyUserIsRefusedAnEditClearly(t *testing.T) {
	r := newRegistry(t)
	r.hasJuniper()
	b := openBrowser(t, r.address)

	b.signsIn("nora")
	b.searches("marsh juniper 2023")
	b.press("a.row-link")
	record := b.path()
	b.press("a[href$='/concern']")
	b.sees("Something looks wrong", "What looks wrong?")
	b.isSound("edit-1-form")
	b.unfolds("label[for=reason-missing]")
	b.write("say", "The MMR of April 2024 was given with a rotavirus dose.")
	b.press("main button")
	b.sees("Your note was sent", "The MMR of April 2024", "this record looks wrong")
	b.isSound("edit-2-noted")
	b.press(".site-user button")

	b.signsIn("rita")
	b.visit(record)
	b.sees("Juniper Rose Marsh", "Your role, Read-only, cannot add one.", "The MMR of April 2024")
	b.visit(record + "/concern")
	b.sees("Not allowed", "Your role, read-only, may not say that a record looks wrong.", "Nothing was changed.")
	b.isSound("edit-3-refused")
	b.press(".site-user button")

	b.signsIn("ada")
	b.visit("/concerns")
	b.sees("Notes from users", "A dose is missing", "Nora Nurse")
	b.isSound("edit-4-notes")
	b.write("main textarea", "Asked the clinic to send it.")
	b.press("main form button")
	b.sees("The note is closed.", "No note is open.")
	b.isSound("edit-5-closed")
}

package journeys

import "testing"

func TestAnAdministratorTakesWhatBelongsElsewhereOutOfARecord(t *testing.T) {
	r := newRegistry(t)
	r.hasDuplicates()
	b := openBrowser(t, r.address)
	b.signsIn("ada")
	b.visit("/duplicates")
	b.press("tr:has(a[href]):first-child a.row-link")
	b.press("button[value=same]") // one key: how it is known is chosen beforehand
	b.sees("The two records are one now.", "Next one")
	b.press("main p.actions a[href^='/people/'].usa-button--outline")
	b.press("a[href*='/sources/']")
	b.sees("Does this belong in this record?", "Second: the rest of the record", "belongs here, and is never to be moved away")
	b.isSound("source-1-beside")
	b.unfolds("label[for=to-other]")
	b.write("to", "0000000000000")
	b.press("main form button")
	b.sees("Error:", "Write the registry number of the other record.")
	b.isSound("source-2-wrong")
	b.unfolds("label[for=to-new]")
	b.press("main form button")
	b.sees("moved into this record", "Compared side by side.", "was moved to")
}

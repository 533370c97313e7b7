package journeys

import "testing"

func TestAParentFillsInAFormAndReadsTheFactSheet(t *testing.T) {
	r := newRegistry(t)
	r.inMassachusetts()
	b := openBrowser(t, r.address)
	b.visit("/signin")
	b.press("a[href='/forms']")
	b.sees("Objection to Data Sharing", "Signed by: Patient, parent or guardian")
	b.isSound("papers-1-forms")
	b.press("a[href^='/forms/objection']:not([href*='.pdf'])")
	b.sees("Nothing that you write here is kept.", "What happens when you object")
	b.isSound("papers-2-form")
	b.visit("/materials")
	b.sees("Fact sheets", "Letters", "Posters")
	b.isSound("papers-3-materials")
	b.downloads("a[href^='/materials/fact-sheet/print.pdf']", "papers-fact-sheet")
	b.press("main a[href^='/materials/fact-sheet']:not([href*='.pdf'])")
	b.isSound("papers-4-fact-sheet")
}

package journeys

import "testing"

func TestAnAdministratorTakesWhatBelongsElsewhereOutOfARecord(t *testing.T) {
	r := newRegistry(t)
	r.hasDuplicates()
	r.reports(r.elm, "PID|1||E1^^^ELM^MR||Linden^Maple||20220817|F|||3 Birch Lane^^Plymouth^MA^02360^USA^H")
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
	b.write("q", "linden maple 2022")
	b.press("#pick form button")
	b.sees("Which one is it?", "Linden")
	b.isSound("source-2-found")
	b.press("#pick a.row-link")
	b.sees("Move this into the other record?", "Different", "Move it into the record of")
	b.isSound("source-3-confirm")
	b.press("p.crumb a")
	b.unfolds("label[for=to-new]")
	b.press("#decide ~ form button")
	b.sees("moved into this record", "Compared side by side.", "was moved to")
}

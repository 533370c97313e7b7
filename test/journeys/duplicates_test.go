package journeys

import (
	"testing"

	"github.com/chromedp/chromedp"
)

// hasDuplicates gives the registry a child who moved and whose number is wrong in
// one place, and one who has two charts at Oak Street.
func (r *registry) hasDuplicates() {
	r.t.Helper()
	const mother = "NK1|1|Fernwood^Paula|MTH^Mother^HL70063||^PRN^CP^^^508^5550166"
	r.reports(r.elm, "PID|1||E1^^^ELM^MR~519334242^^^SSA^SS||Fernwood^Tobias^Lee||20240310|M|||5 Old Mill Road^^Plymouth^MA^02360^USA^H||^PRN^CP^^^508^5550166", mother,
		dose("t1", "20240512", "110", "00", "4RT82|20250331|SKB^x^MVX|||CP|A"), dose("t2", "20240714", "110", "00", "4RT82|20250331|SKB^x^MVX|||CP|A"))
	r.reports(r.oak, "PID|1||O1^^^OAK^MR~231886161^^^SSA^SS||Fernwood^Tobias||20240310|M|||77 Harbor Street^^Boston^MA^02110^USA^H||^PRN^CP^^^508^5550166", mother,
		dose("t3", "20240714", "110", "01", "|||||CP|A"), dose("t4", "20250912", "94", "00", "X012345|20260930|MSD^x^MVX|||CP|A"))
	const maple = "||Linden^Maple||20220817|F|||3 Birch Lane^^Plymouth^MA^02360^USA^H||^PRN^CP^^^508^5550133"
	r.reports(r.oak, "PID|1||O2^^^OAK^MR"+maple, dose("m1", "20221018", "110", "00", "4RT82|20250331|SKB^x^MVX|||CP|A"))
	r.reports(r.oak, "PID|1||O3^^^OAK^MR"+maple, dose("m2", "20221219", "110", "00", "4RT82|20250331|SKB^x^MVX|||CP|A"))
}

func TestAnAdministratorDecidesWhoIsWho(t *testing.T) {
	r := newRegistry(t)
	r.hasJuniper()
	r.hasDuplicates()
	r.hasSites()
	b := openBrowser(t, r.address)

	// A nurse takes twins for one child.
	b.signsIn("olga")
	b.searches("marsh juniper 2023")
	b.press("a.row-link")
	juniper := b.path()
	b.press(".actions a[href$='/same']")
	b.sees("Another record of this person", "Find the other record")
	b.isSound("duplicates-1-search")
	b.write("q", "marsh 2023")
	b.press("main form button")
	b.sees("Which one is it?", "Marsh, Rowan")
	b.isSound("duplicates-2-which")
	b.press("#results + ul a.row-link")
	b.sees("You say that the records")
	b.write("why", "Same birthday, same address.")
	b.isSound("duplicates-3-flag")
	b.press("main form button")
	b.sees("Those who decide will compare the two records.", "This may not be the whole record.", "Same birthday, same address.")
	b.isSound("duplicates-4-flagged")
	b.signsOut()

	// The programme looks at all that waits.
	b.signsIn("ada")
	b.press("a[href='/duplicates']")
	b.sees("Possible duplicates", "Marsh, Juniper", "Fernwood, Tobias", "Linden, Maple", "Flagged by a user", "High")
	b.isSound("duplicates-5-queue")
	b.press("tr:has([data-label=Likeness] .usa-tag) a.row-link")
	b.sees("Are these one person?", "Same birthday, same address.", "One is a twin or other multiple birth, and the given names are different.", "Different")
	b.unfolds("#likeness ~ details summary")
	b.sees("All together", "Each bit doubles the odds")
	b.isSound("duplicates-6-twins")
	b.write("why", "Twins: birth orders 1 and 2.")
	b.press("button[value=different]")
	b.sees("The two are kept apart from now on.")
	b.doesNotSee("Marsh, Juniper")
	b.visit(juniper)
	b.doesNotSee("This may not be the whole record.")
	b.sees("are of two people, and stay apart", "Twins: birth orders 1 and 2.")

	// A child who moved.
	b.visit("/duplicates")
	b.press("tr:has(a[href]):first-child a.row-link")
	moved := b.path()
	b.sees("Tobias", "In both", "Plymouth", "Boston", "Paula Fernwood, mother")
	b.isSound("duplicates-7-moved")
	b.unfolds("button[value=same]") // the browser asks for the reason
	b.sees("Are these one person?")
	b.write("why", "Mother and telephone are the same; Elm Square confirms that they moved.")
	b.press("button[value=same]")
	b.sees("The two records are one now.")
	b.doesNotSee("Fernwood")
	b.isSound("duplicates-8-joined")
	b.press("main p a.tap")
	b.sees("Tobias", "3 doses", "were joined", "Elm Square confirms that they moved.", "Holds")
	record := b.path()
	b.isSound("duplicates-9-history")
	b.unfolds("#identity ~ ul details summary")
	b.do("write why", chromedp.Evaluate[chromedp.Void](`document.querySelector("#identity ~ ul textarea").value = "Elm Square meant a cousin."`))
	b.isSound("duplicates-10-undo")
	b.press("#identity ~ ul form button")
	b.sees("The decision holds no more.", "Undone", "An earlier decision was undone", "2 doses", "This may not be the whole record.")
	b.visit(moved)
	b.sees("Are these one person?")
	b.press("button[value=later]")
	b.sees("It comes back into the queue in a week.")
	b.visit(moved)
	b.sees("Put off until", "by Ada Admin")
	b.visit("/duplicates/doses")
	b.sees("Doses that may be one", "Marsh, Juniper")
	b.isSound("duplicates-11-doses")
	b.signsOut()

	// Who may only read is refused.
	b.signsIn("rita")
	b.visit(record)
	b.sees("This may not be the whole record.", "were joined")
	b.lacks("a[href*='/compare/']")
	b.lacks("a[href$='/same']")
	b.lacks("#identity ~ ul form")
	b.lacks("a[href='/duplicates']")
	b.visit("/duplicates")
	b.sees("Not allowed", "Your role, read-only, may not decide who is who.")
	b.isSound("duplicates-12-refused")
	b.visit(moved)
	b.sees("Not allowed")
}

func TestAClinicDecidesAboutItsOwnTwoCharts(t *testing.T) {
	r := newRegistry(t)
	r.hasDuplicates()
	r.hasSites()
	b := openBrowser(t, r.address)

	b.signsIn("eli")
	b.visit("/duplicates")
	b.sees("pairs of which Elm Square Health Center has reported both records", "Nothing is to be decided.")
	b.isSound("duplicates-13-nothing")
	b.signsOut()

	b.signsIn("ada")
	b.visit("/duplicates")
	b.chooses("sender", r.elm.ID.Public())
	b.press("main form button")
	b.sees("Fernwood, Tobias")
	b.doesNotSee("Linden, Maple")
	b.press("a.row-link")
	another := b.path()
	b.signsOut()

	b.signsIn("olga")
	b.visit(another)
	b.sees("Not allowed", "both of which your own site has reported")
	b.visit("/duplicates")
	b.sees("Linden, Maple")
	b.doesNotSee("Fernwood, Tobias")
	b.press("a.row-link")
	b.sees("Are these one person?")
	b.write("why", "Two charts of one child; the older is closed.")
	b.press("button[value=same]")
	b.sees("The two records are one now.", "Nothing is to be decided.")
	b.signsOut()
}

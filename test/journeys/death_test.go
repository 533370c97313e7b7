package journeys

import "testing"

func TestAnAdministratorSetsAWrongDeathAside(t *testing.T) {
	r := newRegistry(t)
	r.reports(r.elm, "PID|1||E1^^^ELM^MR||Linden^Maple||20220817|F|||3 Birch Lane^^Plymouth^MA^02360^USA^H||^PRN^CP^^^508^5550133||||||||||||||||20250110|Y",
		dose("m1", "20221018", "110", "00", "4RT82|20250331|SKB^x^MVX|||CP|A"))
	b := openBrowser(t, r.address)
	b.signsIn("ada")
	b.searches("linden maple 2022")
	b.press("a.row-link")
	b.sees("This person has died.", "Nothing is due.")
	b.unfolds(".usa-alert details summary")
	b.isSound("death-1-form")
	b.write("alive-why", "The mother called, and Elm Square confirms it.")
	b.press(".usa-alert form button")
	b.sees("The death was set aside", "is alive, and the death is set aside", "Elm Square confirms it.", "Holds")
	b.doesNotSee("This person has died.")
	b.isSound("death-2-alive")
	b.unfolds("#identity ~ ul details summary")
	b.write("#identity ~ ul textarea", "It was her after all.")
	b.press("#identity ~ ul form button")
	b.sees("The decision holds no more.", "This person has died.", "Undone")
	b.signsOut()

	b.signsIn("rita")
	b.searches("linden maple 2022")
	b.press("a.row-link")
	b.sees("This person has died.")
	b.lacks("form[action$='/alive']")
}

package journeys

import (
	"context"
	"strings"
	"testing"

	"openiis/internal/access"
	"openiis/internal/is"
)

func TestAnAdoptedChildGetsANewIdentity(t *testing.T) {
	r := newRegistry(t)
	const pid = "PID|1||S17^^^OAK^MR||Starling^Wren|Finch^Ida^^^^^M|20210506|F|||9 Mill Lane^^Plymouth^MA^02360^USA^H||^PRN^PH^^^508^5550188"
	r.reports(r.oak, pid, dose("1", "20210706", "20", "00", "4RT82|20250331|SKB^x^MVX|||CP|A"), dose("2", "20220906", "03", "00", "X012345|20250930|MSD^x^MVX|||CP|A"))
	r.hasSites()
	yes := true
	_, err := r.gate.ChangeUser(context.Background(), "ada", access.UserChange{Seals: &yes})
	is.NoError(t, "right", err)
	b := openBrowser(t, r.address)

	// Given an order of the court, an administrator with the right opens the former record.
	b.signsIn("ada")
	b.searches("starling wren 2021")
	b.press("a.row-link")
	former := b.path()
	b.press("a[href='/sealed']")
	b.sees("Sealed identities", "Nothing is sealed.")
	b.isSound("sealed-1-none")
	b.press("a[href='/sealed/new']")
	b.sees("Seal a former identity", "Number of the order")
	b.isSound("sealed-2-form")

	// When the new identity is incomplete, the page says what is missing and keeps the rest.
	b.write("former", strings.TrimPrefix(former, "/people/"))
	b.write("order", "PR-2026-114")
	b.write("why", "Adoption by order of the probate court.")
	b.write("family", "Moorland")
	b.write("birth", "5/6/2021")
	b.write("mother-given", "Hazel")
	b.write("street", "5 Fen Court")
	b.write("city", "Boston")
	b.press("main form button")
	b.sees("Give the new family name, given name and birth date")
	b.isSound("sealed-3-incomplete")
	b.write("given", "Sorrel")
	b.press("main form button")

	// Then the former record is nobody's, and the new one has the history.
	b.sees("The former identity is sealed.", "Wren Starling", "PR-2026-114", "Nothing that the new identity does not have.")
	b.isSound("sealed-4-sealed")
	sealing := b.path()
	b.visit(former)
	b.sees("There is no record with this number.")
	b.searches("moorland sorrel 5/6/2021")
	b.press("a.row-link")
	b.sees("Sorrel Moorland", "X012345")
	b.doesNotSee("Oak Street Pediatrics")
	b.isSound("sealed-5-new")

	// What the former clinic still reports waits, until it is let over.
	r.reports(r.oak, pid, dose("3", "20230506", "21", "00", "V777|20250930|MSD^x^MVX|||CP|A"))
	b.visit(sealing)
	b.sees("It was reported under the former identity", "New", "V777")
	b.isSound("sealed-6-waits")
	b.press("form[action$='take-over'] button")
	b.sees("What had come went over to the new identity.", "Nothing that the new identity does not have.")

	// The order is reversed.
	b.write("why", "The order was reversed.")
	b.press("form[action$='unseal'] button")
	b.sees("The former identity is open again.", "Nothing is sealed.")
	b.isSound("sealed-7-unsealed")
	b.visit(former)
	b.sees("Wren Starling", "X012345", "V777", "Oak Street Pediatrics")
	b.signsOut()
}

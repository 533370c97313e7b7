package journeys

import (
	"context"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"openiis/internal/codeset"
	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/policy"
	"openiis/internal/record"
	"openiis/internal/store"
)

// clicks clicks something that leads nowhere.
func (b *browser) clicks(selector string) {
	b.t.Helper()
	b.do("click "+selector, chromedp.Evaluate[chromedp.Void](`document.querySelector("`+selector+`").click()`))
}

func TestAPatientObjectsToSharingAndWithdraws(t *testing.T) {
	r := newRegistry(t)
	ctx := context.Background()
	_, err := record.New(r.store, codeset.Default()).GoBy(ctx, policy.Named("ma"), iis.Actor{Kind: "command"}, false)
	is.NoError(t, "go by Massachusetts", err)
	is.NoError(t, "Elm Square is not live", r.store.Write(ctx, func(tx *store.Tx) error { return tx.SetGoLive(r.elm.ID, 900_000, time.Now()) }))
	time.Sleep(time.Second)
	r.reports(r.elm, "PID|1||E17^^^ELM^MR||Starling^Wren|Finch^Ida^^^^^M|20210506|F|||9 Fen^^Lee^MA^01238^USA^H||^PRN^PH^^^508^5550188",
		dose("1", "20210706", "20", "01", "4RT82|20250331|SKB^x^MVX|||CP|A"), dose("2", "20220906", "03", "01", "X012345|20250930|MSD^x^MVX|||CP|A"))
	r.hasSites()
	r.learns("olga")
	b := openBrowser(t, r.address)

	// A nurse of another clinic finds a child of whom history alone is known: she asks first.
	b.signsIn("olga")
	b.searches("starling wren 2021")
	b.sees("Ask first: may it be shared?")
	b.isSound("sharing-1-found")
	b.press("a.row-link")
	page := b.path()
	b.sees("May this record be shared?", "Wren Starling")
	b.doesNotSee("X012345", "9 Fen")
	b.isSound("sharing-2-asked")
	b.picks("told")
	b.picks("yes")
	b.press("main form button")
	b.sees("The answer is on record.", "X012345")
	b.isSound("sharing-3-record")
	b.signsOut()

	// Later the mother objects, on the screen of who records objections.
	b.signsIn("ada")
	b.visit(page)
	b.press("a[href$='/sharing']")
	b.sees("Shared with other providers", "was told of the registry and does not object")
	b.isSound("sharing-4-history")
	b.press("a[href$='/sharing/objection']")
	b.sees("Objection to Data Sharing", "What happens when you object")
	b.isSound("sharing-5-form")
	b.press("form[action$='/objection'] button")
	b.sees("Error")
	b.isSound("sharing-6-unsigned")
	b.clicks("#f-signer-agrees")
	b.types("f-signer-name", "Ida Finch")
	b.types("f-signer-title", "Mother")
	b.press("form[action$='/objection'] button")
	b.sees("The objection is on record", "The signed form (PDF)")
	b.isSound("sharing-7-objected")
	b.signsOut()

	// The nurse sees nothing of the record any more: her clinic reported nothing.
	b.signsIn("olga")
	b.visit(page)
	b.sees("This record is not shared with you", "papers of their own")
	b.doesNotSee("X012345", "9 Fen")
	b.isSound("sharing-8-hidden")
	b.signsOut()

	// The mother changes her mind.
	b.signsIn("ada")
	b.visit(page + "/sharing/withdrawal")
	b.clicks("#f-signer-agrees")
	b.types("f-signer-name", "Ida Finch")
	b.types("f-signer-title", "Mother")
	b.press("form[action$='/withdrawal'] button")
	b.sees("The withdrawal is on record.")
	b.signsOut()
	b.signsIn("olga")
	b.visit(page)
	b.sees("X012345")
	b.signsOut()
}

func TestANurseBreaksTheGlass(t *testing.T) {
	r := newRegistry(t)
	r.inMinnesota()
	time.Sleep(time.Second)
	r.reports(r.elm, "PID|1||E17^^^ELM^MR||Starling^Wren|Finch^Ida^^^^^M|20210506|F|||9 Mill Lane^^Plymouth^MA^02360^USA^H", "PD1||||||||||||Y|20250102",
		dose("1", "20210706", "20", "00", "4RT82|20250331|SKB^x^MVX|||CP|A"))
	r.hasSites()
	b := openBrowser(t, r.address)
	b.signsIn("olga")
	b.searches("starling wren 2021")
	b.sees("Not shared with you")
	b.press("a.row-link")
	b.isSound("glass-1-limited")
	b.press("a[href$='/glass']")
	b.sees("Why must you see it now?")
	b.isSound("glass-2-reason")
	b.picks("r-0")
	b.types("say", "Fever and a rash, the mother cannot be reached.")
	b.press("main form button")
	b.sees("You broke the glass.", "4RT82")
	b.isSound("glass-3-open")
	b.signsOut()
	r.judged()
	b.signsIn("ada")
	b.visit("/alerts")
	b.sees("The user broke the glass")
	b.press("a.row-link")
	b.sees("Fever and a rash")
	b.isSound("glass-4-alert")
}

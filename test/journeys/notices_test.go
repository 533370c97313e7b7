package journeys

import (
	"context"
	"fmt"
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

// hasNewborns gives a registry of Minnesota newborns of vital records: one whose
// parents should have been told, and one without an address.
func (r *registry) hasNewborns() {
	r.t.Helper()
	ctx := context.Background()
	_, err := record.New(r.store, codeset.Default()).GoBy(ctx, policy.Named("mn"), iis.Actor{Kind: "command"}, false)
	is.NoError(r.t, "go by mn", err)
	var vital iis.Sender
	is.NoError(r.t, "sender", r.store.Write(ctx, func(tx *store.Tx) (err error) {
		vital, err = tx.PutSender(iis.Sender{Facility: "VITAL-RECORDS", Name: "Office of Vital Records"}, "vital", "-", time.Now())
		return err
	}))
	for i, child := range []struct{ name, address, kin string }{
		{"Fernwood^Tobias", "5 Old Mill Road^^Duluth^MN^55802^USA^H", "Fernwood^Paula"},
		{"Marsh^Juniper", "12 Long Pond Road^Apt 3^Saint Paul^MN^55101^USA^H", "Marsh^Anne"},
		{"Wolfeschlegelsteinhausenbergerdorff^Maximiliana-Antoinette-Wilhelmina", "1 Main Street^^Saint Paul^MN^55101^USA^H", "García Márquez-O’Higgins^María de los Ángeles Guadalupe"},
		{"Linden^Maple", "", "Linden^Ida"},
	} {
		at := time.Now().AddDate(0, 0, -2)
		if i == 0 {
			at = time.Now().AddDate(0, 0, -35)
		}
		r.store.SetClock(func() time.Time { return at })
		r.reports(vital, fmt.Sprintf("PID|1||V%d^^^VITAL^PI||%s||%s|F|||%s", i, child.name, at.AddDate(0, 0, -3).Format("20060102"), child.address),
			"NK1|1|"+child.kin+"|MTH^Mother^HL70063")
	}
	r.store.SetClock(time.Now)
}

func TestAnAdministratorSendsNoticesToParents(t *testing.T) {
	r := newRegistry(t)
	r.hasNewborns()
	b := openBrowser(t, r.address)
	b.signsIn("ada")
	b.press("a[href='/notices']")
	b.sees("Enrollment of your newborn in MIIC", "4 due, 1 of them late.", "Fernwood, Tobias", "Late by", "No address", "Linden, Maple", "5 Old Mill Road")
	b.isSound("notices-1-due")

	// Without choosing any, nothing is done.
	b.press("button[value=sent]")
	b.sees("Choose the notices first. Nothing was marked.")
	b.isSound("notices-2-none-chosen")

	// The late one goes first.
	b.visit("/notices")
	b.do("choose the first", chromedp.Evaluate[chromedp.Void](`document.querySelector("label.usa-checkbox__label").click()`))
	b.press("button[value=made]")
	b.sees("1 notice is marked as made.", "3 due, 0 of them late.", "1 made and not sent, 1 of them late.")
	b.isSound("notices-3-made")
	b.press("a[href*='all=']")
	b.isSound("notices-4-all")
	b.press("button[value=sent]")
	b.sees("3 notices are marked as sent.", "No notice is here.")
	b.visit("/notices?state=sent")
	b.press("a[href*='all=']")
	b.press("button[value=returned]")
	b.sees("3 notices are marked as returned.")
	b.visit("/notices?state=returned")
	b.sees("Returned by the mail", "Mark as due again", "Marsh, Juniper")
	b.isSound("notices-5-returned")
	b.press("a.row-link")
	b.unfolds("#log ~ details summary")
	b.sees("Marked a notice to the parents as returned", "Saw this person in the list of notices to parents")
	b.signsOut()

	b.signsIn("nora")
	b.lacks("a[href='/notices']")
	b.visit("/notices")
	b.sees("Not allowed", "may not see and mark notices to parents")
}

func TestAClosedRecordIsOpenedByTheProgrammeAlone(t *testing.T) {
	r := newRegistry(t)
	r.hasNewborns()
	r.hasSites()
	ctx := context.Background()
	keeper := record.New(r.store, codeset.Default())
	is.NoError(t, "opt out", keeper.Bulk(ctx, func(b *record.Bulk) error {
		vital, err := b.Tx().SenderByFacility("VITAL-RECORDS")
		if err != nil {
			return err
		}
		_, err = b.Take(record.Arrival{Submission: 7, Sender: vital, Received: time.Now(), Person: iis.Person{
			IDs: []iis.Identifier{{Value: "V1", Type: "PI", Authority: "VITAL"}}, OptOut: "Y",
			Names: []iis.Name{{Family: "Marsh", Given: "Juniper", Type: "L"}},
		}})
		return err
	}))
	b := openBrowser(t, r.address)
	b.signsIn("ada")
	b.visit("/notices?state=withdrawn")
	b.sees("Marsh, Juniper", "Withdrawn: the parents opted out")
	b.isSound("notices-6-withdrawn")
	b.press("a.row-link")
	b.sees("This record is closed.", "asked to be left out of the registry", "Only the programme’s staff see it")
	b.isSound("closed-1-staff")
	record := b.path()
	b.signsOut()
	b.signsIn("nora")
	b.visit(record)
	b.sees("Not found", "There is no record with this number.")
	b.isSound("closed-2-refused")
}

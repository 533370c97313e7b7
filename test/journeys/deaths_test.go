package journeys

import (
	"context"
	"testing"
	"time"

	"openiis/internal/cal"
	"openiis/internal/codeset"
	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/record"
	"openiis/internal/store"
)

// hasDeaths has certificates come of deaths of whom there is no record.
func (r *registry) hasDeaths(people ...iis.Person) {
	r.t.Helper()
	ctx := context.Background()
	var office iis.Sender
	is.NoError(r.t, "office", r.store.Write(ctx, func(tx *store.Tx) (err error) {
		office, err = tx.EnsureOffice("VITAL-RECORDS", "Office of Vital Records", time.Now())
		return err
	}))
	is.NoError(r.t, "deaths", record.New(r.store, codeset.Default()).Bulk(ctx, func(b *record.Bulk) error {
		for i, p := range people {
			p.IDs = []iis.Identifier{{Value: "2026-00417" + string(rune('0'+i)), Type: "PI", Authority: "VITAL-RECORDS-DEATHS"}}
			p.Certificate, p.Dead, p.Death = iis.DeathCertificate, "Y", p.Birth.AddDays(800)
			p.Status, p.StatusFrom = "P", p.Death
			if _, err := b.Take(record.Arrival{Submission: iis.SubmissionID(r.store.NewID()), Sender: office, Received: time.Now(), Person: p, KnownOnly: true}); err != nil {
				return err
			}
		}
		return nil
	}))
}

func TestAnAdministratorSaysWhoseDeathACertificateTellsOf(t *testing.T) {
	r := newRegistry(t)
	r.reports(r.elm, "PID|1||E1^^^ELM^MR||Linden^Maple||20220817|F|||3 Birch Lane^^Plymouth^MA^02360^USA^H",
		dose("m1", "20221018", "110", "00", "4RT82|20250331|SKB^x^MVX|||CP|A"))
	r.hasDeaths(dead("Linden", "Mabel", 2021), dead("Quagga", "Zeno", 1950))
	b := openBrowser(t, r.address)
	b.signsIn("ada")
	b.visit("/duplicates")
	b.press("nav.parts a[href='/deaths']")
	b.sees("Certificates that matched nobody", "Mabel", "Zeno")
	b.isSound("deaths-1-list")
	b.press("tr:first-child a.row-link")
	b.sees("Whose death is this?", "Mabel")
	b.write("q", "linden maple 2022")
	b.press("#pick form button")
	b.sees("Which one is it?")
	b.isSound("deaths-2-found")
	b.press("#pick a.row-link")
	b.sees("Is this the person who died?", "Different")
	b.isSound("deaths-3-beside")
	b.press("main form button")
	b.sees("The death is this person’s")
	b.isSound("deaths-4-done")
	b.press("main p.actions a")
	b.sees("This person has died.")
	b.visit("/deaths")
	b.doesNotSee("Mabel")
	b.press("tr:first-child a.row-link")
	b.write("why", "He lived in another state.")
	b.press("#nobody ~ form button")
	b.sees("The certificate is nobody’s here.")
	b.press("a[href='/deaths?settled']")
	b.sees("Zeno", "Ada Admin", "He lived in another state.")
	b.isSound("deaths-5-nobody")
}

// dead is somebody of whom a certificate tells.
func dead(family, given string, year int) iis.Person {
	return iis.Person{Names: []iis.Name{{Family: family, Given: given, Type: "L"}}, Birth: cal.Of(year, time.March, 4), Sex: "F"}
}

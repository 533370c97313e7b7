package intake_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/store"
)

// widens gives the site of Oak a billing system and a department, each with a sender.
func (w *world) widens() (billing, ward iis.Sender) {
	w.t.Helper()
	is.NoError(w.t, "one site", w.store.Write(context.Background(), func(tx *store.Tx) error {
		site, err := tx.OrganizationOf(w.oak.ID)
		if err != nil {
			return err
		}
		of := iis.Organization{Kind: iis.KindDepartment, Name: "Pediatrics", Parent: site.ID, Status: iis.StatusLive, Created: w.store.Now(), Changed: w.store.Now()}
		if err := tx.AddOrganization(&of); err != nil {
			return err
		}
		if billing, err = tx.AddSenderAt("OAKBILL", "Oak Street, billing", site.ID, w.store.Now()); err != nil {
			return err
		}
		ward, err = tx.AddSenderAt("OAKPED", "Oak Street, pediatrics", of.ID, w.store.Now())
		return err
	}))
	return billing, ward
}

// A record that another clinic protects is answered to each sender of a site with what all of
// them reported, and by as many statements as to one that is its site's only one.
func TestEachSenderOfASiteIsAnsweredWithTheSitesOwnPart(t *testing.T) {
	each(t, func(w *world) {
		billing, ward := w.widens()
		w.goesBy("ma")
		protects := "PD1||||||||||||Y|20240612\r"
		w.accepted(w.elm, w.vxu(juniper, protects, order("1", "20240612", "94^MMRV^CVX", "00", "A", "L1")))
		w.accepted(billing, w.vxu(juniper, order("5", "20240101", "08^HepB^CVX", "00", "A", "L9")))
		for _, from := range []iis.Sender{w.oak, billing, ward} {
			is.Equal(w.t, from.Facility, doses(w.send(from, w.describes(juniper, "Z34"))), []string{"20240101 08 CP"})
			z44 := string(w.send(from, w.describes(juniper, "Z44")).Raw())
			is.Equal(w.t, from.Facility+" is told of the own dose alone", []bool{strings.Contains(z44, "20240101"), strings.Contains(z44, "20240612")}, []bool{true, false})
		}
		is.Equal(w.t, "who protects it", len(doses(w.send(w.elm, w.describes(juniper, "Z34")))), 2)

		// The numbers of another system of the site are not told, and lead nobody to a record.
		answer := string(w.send(w.oak, w.describes(child{"", juniper.family, juniper.given, juniper.birth, juniper.sex, ""}, "Z34")).Raw())
		is.Equal(w.t, "another system's number", strings.Contains(answer, juniper.mrn+"^"), false)

		// Protected by one sender of a site: all of it for the others, nothing for another site.
		w.accepted(ward, w.vxu(otto, protects, order("7", "20240301", "94^MMRV^CVX", "00", "A", "L3")))
		is.Equal(w.t, "its site", doses(w.send(billing, w.describes(otto, "Z34"))), []string{"20240301 94 CP"})
		is.Equal(w.t, "another site", strings.Contains(string(w.send(w.elm, w.describes(otto, "Z34")).Raw()), "|NF|"), true)
	})
}

// Whose the senders are is in memory: a query asks no more of the database for it.
func TestAQueryOfASiteOfSeveralSendersTakesNoStatementMore(t *testing.T) {
	each(t, func(w *world) {
		w.accepted(w.elm, w.vxu(juniper, order("1", "20240612", "94^MMRV^CVX", "00", "A", "L1")))
		asked := 0
		store.Overhear(w.store, func(s store.Statement) {
			if text := strings.Join(strings.Fields(s.SQL), " "); s.Changed != 0 && !strings.HasPrefix(text, "SELECT sender.id,") && !strings.HasPrefix(text, "SELECT value FROM setting") {
				asked++
			}
		})
		query := func(from iis.Sender) int {
			w.reads(from, w.describes(nobody, "Z34")) // the desk reads of the state what it needs
			asked = 0
			is.Equal(w.t, "found", doses(w.send(from, w.describes(juniper, "Z34"))), []string{"20240612 94 CP"})
			return asked
		}
		one := query(w.oak)
		w.widens()
		time.Sleep(time.Second)
		is.Equal(w.t, "statements", query(w.oak), one)
	})
}

package enrol_test

import (
	"strings"
	"testing"
	"time"

	"openiis/internal/cal"
	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/store"
)

// A second system of a site, or a department, sends under a code of its own and is the site's.
func TestASenderIsAddedToASiteAndIsOfItAtOnce(t *testing.T) {
	each(t, func(w *world) {
		oak, elm := w.sender("OAK"), w.sender("ELM")
		site, other := w.home(oak).ID, w.home(elm).ID
		health := w.add(iis.Organization{Kind: iis.KindOrganization, Name: "Oak Health"})
		ward := w.add(iis.Organization{Kind: iis.KindDepartment, Name: "Pediatrics", Parent: site})
		owns := func(of iis.SenderID) (out []iis.SenderID) {
			is.NoError(w.t, "home", w.s.Read(w.ctx, func(tx *store.Tx) error {
				home, err := tx.HomeOf(of)
				out = home.Of(of)
				return err
			}))
			return out
		}
		is.Equal(w.t, "alone", owns(oak.ID), []iis.SenderID{oak.ID})
		billing, err := w.AddSender(w.ctx, ada, site, " oakbill ", "Oak, billing", "beside the EHR")
		is.NoError(w.t, "add", err)
		is.Equal(w.t, "is", []string{billing.Facility, billing.Name, string(billing.Kind)}, []string{"OAKBILL", "Oak, billing", "provider"})
		peds, err := w.AddSender(w.ctx, ada, ward, "OAKPED", "Oak, pediatrics", "an EHR of its own")
		is.NoError(w.t, "add to a department", err)
		is.Equal(w.t, "of the site", owns(oak.ID), []iis.SenderID{oak.ID, billing.ID, peds.ID})
		is.Equal(w.t, "history", []string{string(w.card(site).History[0].Act), w.card(site).History[0].Why}, []string{"sender came", "beside the EHR"})
		is.NoError(w.t, "day", w.s.Read(w.ctx, func(tx *store.Tx) error {
			p, err := tx.SenderProfile(billing.ID)
			is.Equal(w.t, "of a live site: from today", p.GoLive, cal.On(w.s.Now()))
			return err
		}))

		w.known(iis.StaffFacility)
		for name, c := range map[string]struct {
			at             iis.OrganizationID
			facility, name string
			kind           fault.Kind
		}{
			"taken":       {site, "ELM", "Elm", fault.Conflict},
			"no code":     {site, "a b", "Oak", fault.Invalid},
			"no name":     {site, "OAK2", " ", fault.Invalid},
			"long":        {site, "OAK2", strings.Repeat("x", 201), fault.Invalid},
			"no site":     {health, "OAK2", "Oak", fault.Conflict},
			"the staff’s": {site, iis.StaffFacility, "Oak", fault.Conflict},
			"nobody":      {1, "OAK2", "Oak", fault.NotFound},
		} {
			_, err := w.AddSender(w.ctx, ada, c.at, c.facility, c.name, "x")
			is.Equal(w.t, name, fault.KindOf(err), c.kind)
		}
		_, err = w.AddSender(w.ctx, ada, site, "OAK2", "Oak", " ")
		is.Equal(w.t, "without a reason", fault.KindOf(err), fault.Invalid)

		// A merge of sites brings all of them together, at once.
		_, err = w.Merge(w.ctx, ada, site, other, time.Time{}, time.Time{}, "one practice")
		is.NoError(w.t, "merge", err)
		is.Equal(w.t, "merged", owns(elm.ID), []iis.SenderID{elm.ID, oak.ID, billing.ID, peds.ID})
	})
}

package main

import (
	"context"
	"slices"
	"time"

	"openiis/internal/access"
	"openiis/internal/cal"
	"openiis/internal/iis"
	"openiis/internal/synth"
)

// siteKinds are the kinds of sites that made-up facilities are.
var siteKinds = map[synth.Kind]iis.OrganizationKind{
	synth.Clinic: iis.KindClinic, synth.Hospital: iis.KindHospital, synth.Pharmacy: iis.KindPharmacy, synth.School: iis.KindSchool,
	synth.HealthDepartment: iis.KindHealthDepartment,
}

// houseThem has the facilities be sites of their kinds and places: under the programme,
// and, where the state has regions, each made-up county in one of them.
func (s *story) houseThem(ctx context.Context) error {
	law, err := s.keeper.Policy(ctx)
	if err != nil {
		return err
	}
	staff := s.as(access.Administrator)
	programme, err := s.enrol.Add(ctx, staff, iis.Organization{Kind: iis.KindState, Name: law.Department}, "")
	if err != nil {
		return err
	}
	bodies := map[string]iis.OrganizationID{} // of regions
	for _, r := range law.Regions {
		o, err := s.enrol.Add(ctx, staff, iis.Organization{Kind: iis.KindRegion, Name: r.Name + " regional registry", Region: r.Code, Parent: programme.ID}, "")
		if err != nil {
			return err
		}
		bodies[r.Code] = o.ID
	}
	system, err := s.enrol.Add(ctx, staff, iis.Organization{Kind: iis.KindOrganization, Name: "Lakes and Prairies Health", Parent: programme.ID, Status: iis.StatusLive}, "")
	if err != nil {
		return err
	}
	var counties []string
	for i, f := range s.places {
		site, err := s.enrol.OfSender(ctx, s.senders[f.Code].ID)
		if err != nil {
			return err
		}
		if f.County != "" && !slices.Contains(counties, f.County) {
			counties = append(counties, f.County)
		}
		_, _, err = s.enrol.Change(ctx, staff, site.ID, time.Time{}, func(o *iis.Organization) {
			o.City, o.Zip, o.County, o.State, o.Parent = f.City, f.Zip, f.County, demoState(law), programme.ID
			if f.County == "" { // where the programme is
				o.Kind = iis.KindVitalRecords
				return
			}
			o.Kind = siteKinds[f.Kind]
			if n := len(law.Regions); n > 0 {
				o.Region = law.Regions[slices.Index(counties, f.County)%n].Code
				o.Parent = bodies[o.Region]
			}
			if f.Kind == synth.Hospital || f.Kind == synth.Clinic && i%3 == 0 {
				o.Parent = system.ID
			}
		}, "where it lies and what it is")
		if err != nil {
			return err
		}
	}
	return s.onTheirWay(ctx, programme, demoState(law))
}

// onTheirWay are sites that do not send yet, or no more.
func (s *story) onTheirWay(ctx context.Context, programme iis.Organization, state string) error {
	staff := s.as(access.Administrator)
	var closed iis.OrganizationID
	for _, o := range []iis.Organization{
		{Kind: iis.KindChildCare, Name: "Tamarack Child Care", City: "Tamarack", Status: iis.StatusEnrolling},
		{Kind: iis.KindWIC, Name: "Upper Dale WIC", City: "Upper Dale", Status: iis.StatusTraining},
		{Kind: iis.KindClinic, Name: "Granite Bend Family Practice", City: "Granite Bend", Status: iis.StatusLive},
	} {
		o.State, o.Parent = state, programme.ID
		got, err := s.enrol.Add(ctx, staff, o, "it wrote to the programme")
		if err != nil {
			return err
		}
		closed = got.ID
	}
	_, err := s.enrol.Move(ctx, staff, closed, time.Time{}, iis.StatusInactive, cal.None, "the physician retired")
	return err
}

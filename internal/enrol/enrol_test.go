package enrol_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"openiis/internal/cal"
	"openiis/internal/codeset"
	"openiis/internal/enrol"
	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/policy"
	"openiis/internal/record"
	"openiis/internal/store"
	"openiis/internal/store/db"
	"openiis/internal/store/storetest"
)

var ada = iis.Actor{Kind: "user", User: 7}

// world is a registry of Minnesota's.
type world struct {
	*enrol.Desk
	t   *testing.T
	s   *store.Store
	ctx context.Context
}

func each(t *testing.T, test func(*world)) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		keeper := record.New(s, codeset.Default())
		_, err := keeper.GoBy(context.Background(), policy.Named("mn"), iis.Actor{Kind: "command"}, true)
		is.NoError(t, "go by mn", err)
		test(&world{enrol.New(s, keeper), t, s, context.Background()})
	})
}

// add adds an organization that must be taken.
func (w *world) add(o iis.Organization) iis.OrganizationID {
	w.t.Helper()
	got, err := w.Add(w.ctx, ada, o, "it wrote to us")
	is.NoError(w.t, "add "+o.Name, err)
	return got.ID
}

// sender adds a sender by a credential.
func (w *world) sender(facility string) iis.Sender {
	w.t.Helper()
	var s iis.Sender
	is.NoError(w.t, "sender", w.s.Write(w.ctx, func(tx *store.Tx) (err error) {
		s, err = tx.PutSender(iis.Sender{Facility: facility, Name: facility + " clinic"}, strings.ToLower(facility), "-", w.s.Now())
		return err
	}))
	return s
}

// known adds a sender that has none.
func (w *world) known(facility string) (s iis.Sender) {
	w.t.Helper()
	is.NoError(w.t, "sender", w.s.Write(w.ctx, func(tx *store.Tx) (err error) {
		s, err = tx.EnsureSender(facility, facility+" clinic", w.s.Now())
		return err
	}))
	return s
}

func (w *world) card(id iis.OrganizationID) *enrol.Card {
	w.t.Helper()
	c, err := w.Open(w.ctx, nil, id)
	is.NoError(w.t, "open", err)
	return c
}

// home is the organization of a sender.
func (w *world) home(s iis.Sender) *iis.Organization {
	w.t.Helper()
	o, err := w.OfSender(w.ctx, s.ID)
	is.NoError(w.t, "of sender", err)
	return o
}

// audited is what the audit has of an organization.
func (w *world) audited(of iis.OrganizationID) (acts []string) {
	w.t.Helper()
	is.NoError(w.t, "audit", w.s.Read(w.ctx, func(tx *store.Tx) error {
		acts = nil
		return tx.Select(db.Query{
			SQL: `SELECT act FROM audit WHERE subject_id = $1 AND substr(act, 1, 14) = 'organization: ' ORDER BY id`, Args: []any{of},
			Each: func(r db.Row) error { acts = append(acts, strings.TrimPrefix(r.Text(0), "organization: ")); return nil },
		})
	}))
	return acts
}

// refused requires a fault of a kind that says something.
func refused(t *testing.T, what string, err error, kind fault.Kind, say string) {
	t.Helper()
	if err == nil || fault.KindOf(err) != kind || !strings.Contains(fault.Public(err), say) {
		t.Errorf("%s: %v, want %s: %q", what, err, kind, say)
	}
}

func TestASenderThatIsAddedHasALiveSiteOfItsOwn(t *testing.T) {
	each(t, func(w *world) {
		oak := w.sender("OAK")
		o := w.home(oak)
		is.Equal(w.t, "site", []string{string(o.Kind), o.Name, string(o.Status)}, []string{"clinic", "OAK clinic", "live"})
		w.sender("OAK") // another password
		is.Equal(w.t, "one history", len(w.card(o.ID).History), 1)
		is.Equal(w.t, "why", w.card(o.ID).History[0].Why, "made for the sender OAK")
		is.Equal(w.t, "audited", w.audited(o.ID), []string{"added"})

		elm := w.known("ELM")
		is.Equal(w.t, "of an old registry", w.home(elm).Status, iis.StatusEnrolling)
		w.sender("ELM")
		is.Equal(w.t, "with a credential", w.home(elm).Status, iis.StatusLive)
		_, err := w.Move(w.ctx, ada, w.home(elm).ID, time.Time{}, iis.StatusTesting, cal.None, "its messages are bad")
		is.NoError(w.t, "back to testing", err)
		w.sender("ELM")
		is.Equal(w.t, "another password makes nobody live", w.home(elm).Status, iis.StatusTesting)

		staff, file := w.known(iis.StaffFacility), w.known(iis.FileFacility)
		is.Equal(w.t, "the programme", w.home(staff).Kind, iis.KindState)
		is.Equal(w.t, "is one", w.home(file).ID, w.home(staff).ID)
		is.NoError(w.t, "office", w.s.Write(w.ctx, func(tx *store.Tx) error {
			s, err := tx.EnsureOffice("VITAL", "Vital records", w.s.Now())
			if err == nil {
				var o *iis.Organization
				o, err = tx.OrganizationOf(s.ID)
				is.Equal(w.t, "office", []string{string(o.Kind), string(o.Status)}, []string{"vital-records", "live"})
			}
			return err
		}))
	})
}

func TestEveryStatusGoesWhereTheTableSaysAndNowhereElse(t *testing.T) {
	each(t, func(w *world) {
		for _, from := range iis.OrganizationStatuses {
			for _, to := range iis.OrganizationStatuses {
				o := iis.Organization{Kind: iis.KindClinic, Name: string(from + " " + to), Status: from}
				if from == iis.StatusInactive {
					o.Status = iis.StatusLive
				}
				id := w.add(o)
				if from == iis.StatusInactive {
					_, err := w.Move(w.ctx, ada, id, time.Time{}, from, cal.None, "closed")
					is.NoError(w.t, "close", err)
				}
				got, err := w.Move(w.ctx, ada, id, time.Time{}, to, cal.None, "because")
				if to == iis.StatusLive && from.Words() != "Live" && from != iis.StatusInactive { // the checklist stands before it
					refused(w.t, o.Name, err, fault.Conflict, "Still to do: agreements are signed;")
					is.NoError(w.t, o.Name, w.GoLive(w.ctx, enrol.Reviewer{Actor: ada, Everyone: true}, id, cal.None, true, "because"))
					is.Equal(w.t, o.Name, w.card(id).Status, to)
					continue
				}
				if slices.Contains(enrol.Moves(from), to) {
					is.NoError(w.t, o.Name, err)
					is.Equal(w.t, o.Name, []any{got.Status, got.Open()}, []any{to, to != iis.StatusInactive})
					continue
				}
				refused(w.t, o.Name, err, fault.Conflict, "Nothing was changed.")
				is.Equal(w.t, o.Name+" stays", w.card(id).Status, from)
			}
		}
		id := w.add(iis.Organization{Kind: iis.KindSchool, Name: "Pine School"})
		_, err := w.Move(w.ctx, ada, id, time.Time{}, "asleep", cal.None, "x")
		refused(w.t, "no status", err, fault.Invalid, "want enrolling, training, testing, live or inactive")
		_, err = w.Move(w.ctx, ada, id, time.Time{}, iis.StatusLive, cal.None, " ")
		refused(w.t, "without a reason", err, fault.Invalid, "Say why")
	})
}

func TestAClosedSiteKeepsItsDayItsReasonAndItsHistoryAndMayOpenAgain(t *testing.T) {
	each(t, func(w *world) {
		oak := w.sender("OAK")
		id := w.home(oak).ID
		dept := w.add(iis.Organization{Kind: iis.KindDepartment, Name: "Travel clinic", Parent: id})
		move := func(id iis.OrganizationID, to iis.OrganizationStatus, on cal.Date, why string) error {
			_, err := w.Move(w.ctx, ada, id, time.Time{}, to, on, why)
			return err
		}
		refused(w.t, "a department is open", move(id, iis.StatusInactive, cal.None, "retired"), fault.Conflict, "Still open under it: 1 organization.")
		is.NoError(w.t, "close the department", move(dept, iis.StatusInactive, cal.None, "retired"))
		refused(w.t, "in the future", move(id, iis.StatusInactive, cal.On(w.s.Now())+1, "retired"), fault.Invalid, "still to come")
		day := cal.Of(2026, 3, 31)
		is.NoError(w.t, "close", move(id, iis.StatusInactive, day, "the physician retired"))
		c := w.card(id)
		is.Equal(w.t, "closed", []any{c.Status, c.Closed, len(c.Senders)}, []any{iis.StatusInactive, day, 1})
		is.Equal(w.t, "history", []any{c.History[0].Act, c.History[0].Why, c.History[0].By, c.History[0].Fields}, []any{
			iis.OrganizationMoved, "the physician retired", ada,
			[]iis.FieldChange{{Field: "Status", Was: "Live", Now: "Inactive"}, {Field: "Closed on", Now: "2026-03-31"}},
		})
		refused(w.t, "its department alone", move(dept, iis.StatusLive, cal.None, "again"), fault.Conflict, "is inactive: open it first")
		is.NoError(w.t, "open again", move(id, iis.StatusLive, cal.None, "a successor came"))
		c = w.card(id)
		is.Equal(w.t, "open", []any{c.Closed, len(c.History), c.History[2].Act}, []any{cal.None, 3, iis.OrganizationAdded})
		is.Equal(w.t, "audited", w.audited(id), []string{"added", "status", "status"})
	})
}

func TestAMergeTakesEverythingOverAndTheFormerNumberLeadsOn(t *testing.T) {
	each(t, func(w *world) {
		oak, elm, fir := w.sender("OAK"), w.sender("ELM"), w.sender("FIR")
		a, b, c := w.home(oak).ID, w.home(elm).ID, w.home(fir).ID
		dept := w.add(iis.Organization{Kind: iis.KindDepartment, Name: "Travel clinic", Parent: a})
		w.user(oak)
		plan, err := w.PlanMerge(w.ctx, a, b)
		is.NoError(w.t, "plan", err)
		is.Equal(w.t, "plan", []any{len(plan.Senders), len(plan.Children), plan.Users}, []any{1, 1, 1})
		is.Equal(w.t, "a plan does nothing", w.card(a).Open(), true)
		_, err = w.Merge(w.ctx, ada, a, b, time.Time{}, time.Time{}, "one practice now")
		is.NoError(w.t, "merge", err)

		is.Equal(w.t, "sender", w.home(oak).ID, b)
		is.Equal(w.t, "department", w.card(dept).Over.ID, b)
		from, into := w.card(a), w.card(b)
		is.Equal(w.t, "merged", []any{from.Status, from.Into.ID, from.Closed, len(from.Senders)}, []any{iis.StatusInactive, b, cal.On(w.s.Now()), 0})
		is.Equal(w.t, "what it was stays", from.History[len(from.History)-1].Act, iis.OrganizationAdded)
		is.Equal(w.t, "told on the other side", []any{into.History[0].Act, into.History[0].With.ID, into.Merged[0].ID}, []any{iis.OrganizationTookOver, a, a})
		is.Equal(w.t, "and of the department", w.card(dept).History[0].Act, iis.OrganizationGotUnder)
		_, err = w.Merge(w.ctx, ada, b, c, time.Time{}, time.Time{}, "and one more")
		is.NoError(w.t, "merge again", err)
		now, err := w.Now(w.ctx, nil, a)
		is.NoError(w.t, "now", err)
		is.Equal(w.t, "over two merges", now, c)
		is.Equal(w.t, "three senders", len(w.card(c).Senders), 3)

		for what, m := range map[string][2]iis.OrganizationID{
			"of what is inactive": {a, c}, "into what is inactive": {c, a}, "of a department into a site": {dept, c}, "of a site into its department": {c, dept},
		} {
			_, err := w.PlanMerge(w.ctx, m[0], m[1])
			refused(w.t, what, err, fault.Conflict, "Nothing was changed.")
		}
		_, err = w.PlanMerge(w.ctx, c, c)
		refused(w.t, "into itself", err, fault.Invalid, "into itself")

		_, err = w.Move(w.ctx, ada, a, time.Time{}, iis.StatusEnrolling, cal.None, "they parted")
		is.NoError(w.t, "open again", err)
		now, err = w.Now(w.ctx, nil, a)
		is.NoError(w.t, "now", err)
		is.Equal(w.t, "it is itself again", now, a)
		is.NoError(w.t, "with its sender", w.Give(w.ctx, ada, a, "OAK", "they parted"))
		is.Equal(w.t, "sender", w.home(oak).ID, a)
		is.Equal(w.t, "left", w.card(c).History[0].Act, iis.SenderLeft)
	})
}

// user adds a user of a sender.
func (w *world) user(of iis.Sender) {
	w.t.Helper()
	is.NoError(w.t, "user", w.s.Write(w.ctx, func(tx *store.Tx) error {
		_, err := tx.PutAccount(store.Account{Username: "noor", Name: "Noor", Role: "clinic", Hash: "-", Sender: of.ID}, w.s.Now())
		return err
	}))
}

func TestTheTreeHasAnOrderAndNoCircle(t *testing.T) {
	each(t, func(w *world) {
		state := w.add(iis.Organization{Kind: iis.KindState, Name: "Department of Health"})
		region := w.add(iis.Organization{Kind: iis.KindRegion, Name: "Metro registry", Parent: state, Region: "metro"})
		system := w.add(iis.Organization{Kind: iis.KindOrganization, Name: "Birch Health", Parent: region})
		group := w.add(iis.Organization{Kind: iis.KindOrganization, Name: "Birch Clinics", Parent: system})
		site := w.add(iis.Organization{Kind: iis.KindClinic, Name: "Birch Duluth", Parent: group, PIN: "M100"})
		dept := w.add(iis.Organization{Kind: iis.KindDepartment, Name: "Pediatrics", Parent: site})
		for what, o := range map[string]struct {
			iis.Organization
			kind fault.Kind
			say  string
		}{
			"a second state":             {iis.Organization{Kind: iis.KindState, Name: "X"}, fault.Conflict, "There is one state"},
			"a region under a site":      {iis.Organization{Kind: iis.KindRegion, Name: "X", Region: "central", Parent: site}, fault.Conflict, "A region cannot be under a clinic: it is under the state, or nothing"},
			"a second of one region":     {iis.Organization{Kind: iis.KindRegion, Name: "X", Region: "metro"}, fault.Conflict, "has an organization already: Metro registry"},
			"a region that is none":      {iis.Organization{Kind: iis.KindRegion, Name: "X"}, fault.Invalid, "say of which region"},
			"a region that nobody knows": {iis.Organization{Kind: iis.KindClinic, Name: "X", Region: "east"}, fault.Invalid, "there is no region east: want northwest, northeast"},
			"a department of nothing":    {iis.Organization{Kind: iis.KindDepartment, Name: "X"}, fault.Invalid, "say of which"},
			"a department of another":    {iis.Organization{Kind: iis.KindDepartment, Name: "X", Parent: dept}, fault.Conflict, "it is under a site"},
			"a site under a site":        {iis.Organization{Kind: iis.KindPharmacy, Name: "X", Parent: site}, fault.Conflict, "A pharmacy cannot be under a clinic"},
			"under nobody":               {iis.Organization{Kind: iis.KindPharmacy, Name: "X", Parent: 12345}, fault.Invalid, "There is no organization"},
			"no kind":                    {iis.Organization{Kind: "spa", Name: "X"}, fault.Invalid, "Kind: want state, region"},
			"a PIN twice":                {iis.Organization{Kind: iis.KindClinic, Name: "X", PIN: "M100"}, fault.Conflict, "The PIN M100 is that of Birch Duluth"},
			"everything wrong": {iis.Organization{Kind: iis.KindClinic, Zip: "123", State: "Minn", Phone: "12", NPI: "1234567890"}, fault.Invalid,
				"State: 2 characters at most. ZIP code: write five digits, or nine with a hyphen after the fifth. Telephone: write at least seven digits. NPI: it has ten digits, of which the last follows from the others, and this is none: look for a slip. Name: say what it is called. Nothing was changed."},
		} {
			_, err := w.Add(w.ctx, ada, o.Organization, "")
			refused(w.t, what, err, o.kind, o.say)
		}
		put := func(id, under iis.OrganizationID) error {
			_, _, err := w.Change(w.ctx, ada, id, time.Time{}, func(o *iis.Organization) { o.Parent = under }, "it is elsewhere")
			return err
		}
		refused(w.t, "a circle", put(system, group), fault.Conflict, "It cannot be under Birch Clinics, which is under it")
		refused(w.t, "under itself", put(system, system), fault.Conflict, "which is itself")
		is.NoError(w.t, "elsewhere", put(group, state))
		_, _, err := w.Change(w.ctx, ada, site, time.Time{}, func(o *iis.Organization) { o.Kind = iis.KindOrganization }, "it grew")
		refused(w.t, "a body with a department", err, fault.Conflict, "It cannot be an organization: Pediatrics (department) is under it")
		oak := w.sender("OAK")
		_, _, err = w.Change(w.ctx, ada, w.home(oak).ID, time.Time{}, func(o *iis.Organization) { o.Kind = iis.KindOrganization }, "it grew")
		refused(w.t, "a body that sends", err, fault.Conflict, "the sender OAK belongs to it")
		refused(w.t, "a sender of a body", w.Give(w.ctx, ada, system, "OAK", "x"), fault.Conflict, "A sender belongs to a site or a department")
		refused(w.t, "no such sender", w.Give(w.ctx, ada, site, "NIX", "x"), fault.Invalid, "no sender with this facility code")
		refused(w.t, "its own", w.Give(w.ctx, ada, w.home(oak).ID, "OAK", "x"), fault.Conflict, "belongs to it already")
		is.NoError(w.t, "a sender of a department", w.Give(w.ctx, ada, dept, "OAK", "it is theirs"))
		_, err = w.PlanMerge(w.ctx, state, region)
		refused(w.t, "merge the state", err, fault.Conflict, "The state is not merged")
		_, err = w.PlanMerge(w.ctx, w.add(iis.Organization{Kind: iis.KindVitalRecords, Name: "Vital records"}), site)
		refused(w.t, "merge vital records", err, fault.Conflict, "vital records is merged with none but another")
	})
}

func TestAChangeIsKeptWithWhatWasBeforeAndNobodyOverwritesAnother(t *testing.T) {
	each(t, func(w *world) {
		id := w.add(iis.Organization{Kind: iis.KindClinic, Name: "  Birch   Clinic ", NPI: "1234567893"})
		seen := w.card(id).Changed
		is.Equal(w.t, "blanks", w.card(id).Name, "Birch Clinic")
		time.Sleep(2 * time.Millisecond)
		o, changed, err := w.Change(w.ctx, ada, id, seen, func(o *iis.Organization) { o.Name, o.County, o.Status = "Birch Family Clinic", "Cook", iis.StatusLive }, "a new sign")
		is.NoError(w.t, "change", err)
		is.Equal(w.t, "changed, but not its status", []any{changed, o.Name, o.Status}, []any{true, "Birch Family Clinic", iis.StatusEnrolling})
		h := w.card(id).History[0]
		is.Equal(w.t, "history", []any{h.Act, h.Why, h.Fields}, []any{iis.OrganizationChanged, "a new sign",
			[]iis.FieldChange{{Field: "Name", Was: "Birch Clinic", Now: "Birch Family Clinic"}, {Field: "County", Now: "Cook"}}})
		_, _, err = w.Change(w.ctx, ada, id, seen, func(o *iis.Organization) { o.Name = "Another" }, "x")
		refused(w.t, "somebody else was faster", err, fault.Conflict, "Somebody else changed Birch Family Clinic meanwhile")
		_, err = w.Move(w.ctx, ada, id, seen, iis.StatusLive, cal.None, "x")
		refused(w.t, "likewise a status", err, fault.Conflict, "Somebody else changed")
		_, changed, err = w.Change(w.ctx, ada, id, time.Time{}, func(*iis.Organization) {}, "nothing")
		is.NoError(w.t, "nothing", err)
		is.Equal(w.t, "is no history", []any{changed, len(w.card(id).History)}, []any{false, 2})
		_, _, err = w.Change(w.ctx, ada, 999, time.Time{}, func(*iis.Organization) {}, "nobody")
		refused(w.t, "nobody", err, fault.NotFound, "no organization with this number")
	})
}

func TestARegionHasWhoIsInItByHandByCountyOrByWhatTheyAreUnder(t *testing.T) {
	each(t, func(w *world) {
		oak, elm, fir, ash := w.sender("OAK"), w.sender("ELM"), w.sender("FIR"), w.sender("ASH")
		metro := w.add(iis.Organization{Kind: iis.KindRegion, Name: "Metro registry", Region: "metro"})
		system := w.add(iis.Organization{Kind: iis.KindOrganization, Name: "Birch Health", County: "Hennepin"})
		set := func(s iis.Sender, edit func(*iis.Organization)) iis.OrganizationID {
			id := w.home(s).ID
			_, _, err := w.Change(w.ctx, ada, id, time.Time{}, edit, "where it is")
			is.NoError(w.t, "change", err)
			return id
		}
		byCounty := set(oak, func(o *iis.Organization) { o.County = "RAMSEY COUNTY" })
		byHand := set(elm, func(o *iis.Organization) { o.County, o.Region, o.Parent = "Cook", "metro", system })
		underIt := set(fir, func(o *iis.Organization) { o.Parent = metro })
		nowhere := set(ash, func(o *iis.Organization) { o.Parent = system })
		dept := w.add(iis.Organization{Kind: iis.KindDepartment, Name: "Pediatrics", Parent: byCounty})
		for id, want := range map[iis.OrganizationID]enrol.Place{
			byCounty: {Code: "metro", Name: "Metro", How: "by its county"}, byHand: {Code: "metro", Name: "Metro", How: "set by hand"},
			underIt: {Code: "metro", Name: "Metro", How: "that of Metro registry"}, nowhere: {},
			dept: {Code: "metro", Name: "Metro", How: "that of OAK clinic"}, metro: {Code: "metro", Name: "Metro", How: "whose organization it is"},
		} {
			is.Equal(w.t, w.card(id).Name, w.card(id).Place, want)
		}
		in, err := w.InRegion(w.ctx, "metro")
		is.NoError(w.t, "in region", err)
		is.Equal(w.t, "senders", in.Senders, map[iis.SenderID]bool{oak.ID: true, elm.ID: true, fir.ID: true})
		is.Equal(w.t, "organizations", in.Organizations, map[iis.OrganizationID]bool{metro: true, system: true, byCounty: true, byHand: true, underIt: true, dept: true})
		under, err := w.Under(w.ctx, metro)
		is.NoError(w.t, "under it", err)
		is.Equal(w.t, "a region's organization has its region", []any{under.Organizations, under.Senders}, []any{in.Organizations, in.Senders})
		under, err = w.Under(w.ctx, system)
		is.NoError(w.t, "under a system", err)
		is.Equal(w.t, "its senders", under.Senders, map[iis.SenderID]bool{elm.ID: true, ash.ID: true})
		under, err = w.Under(w.ctx, dept)
		is.NoError(w.t, "under a department", err)
		is.Equal(w.t, "no sender", len(under.Senders), 0)

		_, err = w.Merge(w.ctx, ada, byCounty, nowhere, time.Time{}, time.Time{}, "one now")
		is.NoError(w.t, "merge", err)
		in, err = w.InRegion(w.ctx, "metro")
		is.NoError(w.t, "in region", err)
		is.Equal(w.t, "who was merged away is in no region by it", slices.Sorted(maps.Keys(in.Senders)), slices.Sorted(slices.Values([]iis.SenderID{elm.ID, fir.ID})))
		under, err = w.Under(w.ctx, byCounty)
		is.NoError(w.t, "a former number", err)
		is.Equal(w.t, "leads on", under.Senders, map[iis.SenderID]bool{oak.ID: true, ash.ID: true})
		central, err := w.InRegion(w.ctx, "central")
		is.NoError(w.t, "central", err)
		is.Equal(w.t, "nobody is there", len(central.Organizations), 0)
		_, err = w.InRegion(w.ctx, "east")
		refused(w.t, "no such region", err, fault.NotFound, `no region "east"`)
		_, err = w.Under(w.ctx, 999)
		refused(w.t, "under nobody", err, fault.NotFound, "no organization")
	})
}

func TestThousandsAreListedByNameKindStatusRegionAndText(t *testing.T) {
	each(t, func(w *world) {
		kinds := []iis.OrganizationKind{iis.KindClinic, iis.KindPharmacy, iis.KindSchool}
		is.NoError(w.t, "fill", w.s.Write(w.ctx, func(tx *store.Tx) error {
			for i := range 3000 {
				o := iis.Organization{Kind: kinds[i%3], Name: fmt.Sprintf("Site %04d of São Tomé", i), Status: iis.OrganizationStatuses[i%5], Created: w.s.Now(), Changed: w.s.Now()}
				if i%10 == 0 {
					o.County = "Hennepin"
				}
				if err := tx.AddOrganization(&o); err != nil {
					return err
				}
			}
			return nil
		}))
		oak := w.sender("OAK-7")
		list := func(f enrol.Filter) *enrol.List {
			w.t.Helper()
			l, err := w.List(w.ctx, f)
			is.NoError(w.t, "list", err)
			return l
		}
		began := time.Now()
		l := list(enrol.Filter{})
		if took := time.Since(began); took > 2*time.Second {
			w.t.Errorf("a page took %s", took)
		}
		is.Equal(w.t, "all but inactive ones", []any{l.Found, l.Total, l.Pages, len(l.Lines)}, []any{2401, 3001, 49, enrol.PageSize})
		is.Equal(w.t, "by name", []string{l.Lines[0].Name, l.Lines[1].Name}, []string{"OAK-7 clinic", "Site 0000 of São Tomé"})
		is.Equal(w.t, "counted", l.Counts, map[iis.OrganizationStatus]int{"enrolling": 600, "training": 600, "testing": 600, "live": 601, "inactive": 600})
		last := list(enrol.Filter{Page: 999})
		is.Equal(w.t, "the last page", []any{last.Page, len(last.Lines)}, []any{49, 1})
		for what, c := range map[string]struct {
			f    enrol.Filter
			want int
		}{
			"a kind":            {enrol.Filter{Kind: iis.KindSchool}, 800},
			"any site":          {enrol.Filter{Kind: enrol.AnySite, Status: enrol.AnyStatus}, 3001},
			"a status":          {enrol.Filter{Status: iis.StatusInactive}, 600},
			"a region":          {enrol.Filter{Region: "metro", Status: enrol.AnyStatus}, 300},
			"no region":         {enrol.Filter{Region: enrol.NoRegion, Status: enrol.AnyStatus}, 2701},
			"words":             {enrol.Filter{Text: "sao 0012"}, 1},
			"beginnings":        {enrol.Filter{Text: "001", Status: enrol.AnyStatus}, 10},
			"a county":          {enrol.Filter{Text: "henne", Status: enrol.AnyStatus}, 300},
			"a facility code":   {enrol.Filter{Text: "oak-7"}, 1},
			"its number":        {enrol.Filter{Text: strings.ToLower(w.home(oak).ID.Public())}, 1},
			"what nobody has":   {enrol.Filter{Text: "zebra"}, 0},
			"all together":      {enrol.Filter{Kind: iis.KindClinic, Status: iis.StatusLive, Region: "metro", Text: "site"}, 0},
			"all on one page":   {enrol.Filter{All: true}, 2401},
			"a region of none":  {enrol.Filter{Region: "east"}, 0},
			"a status and text": {enrol.Filter{Status: iis.StatusLive, Text: "site"}, 600},
		} {
			is.Equal(w.t, what, list(c.f).Found, c.want)
		}
		is.Equal(w.t, "on one page", len(list(enrol.Filter{All: true}).Lines), 2401)
	})
}

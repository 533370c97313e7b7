package record

import (
	"context"
	"slices"
	"testing"
	"time"

	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/policy"
	"openiis/internal/store"
)

// household is a clinic whose EHR is OAK, with a billing system and a department that send
// under codes of their own, and clinics that are nobody's.
type household struct {
	*places
	billing, ward, ash, staff iis.Sender
	site, of, other           iis.Organization // of OAK, of the ward, of ELM
}

func eachHousehold(t *testing.T, test func(h *household)) {
	t.Helper()
	eachPlace(t, func(p *places) {
		h := &household{places: p}
		is.NoError(p.t, "one site", p.s.Write(context.Background(), func(tx *store.Tx) error {
			at, err := tx.OrganizationOf(p.oak.ID)
			if err != nil {
				return err
			}
			h.site = *at
			if at, err = tx.OrganizationOf(p.elm.ID); err != nil {
				return err
			}
			h.other = *at
			h.of = iis.Organization{Kind: iis.KindDepartment, Name: "Pediatrics", Parent: h.site.ID, Status: iis.StatusLive, Created: p.s.Now(), Changed: p.s.Now()}
			if err := tx.AddOrganization(&h.of); err != nil {
				return err
			}
			for _, s := range []struct {
				to   *iis.Sender
				code string
				at   iis.OrganizationID
			}{{&h.billing, "OAKBILL", h.site.ID}, {&h.ward, "OAKPED", h.of.ID}, {&h.ash, "ASH", 0}, {&h.staff, iis.StaffFacility, h.site.ID}} {
				if *s.to, err = tx.EnsureSender(s.code, s.code+" of Oak", p.s.Now()); err != nil {
					return err
				}
				if s.at == 0 {
					continue
				}
				if err := tx.PutSenderPlace(s.to.ID, s.at); err != nil {
					return err
				}
			}
			return nil
		}))
		_, err := p.k.GoBy(context.Background(), policy.Named("ma"), iis.Actor{Kind: "command"}, true)
		is.NoError(p.t, "state", err)
		test(h)
	})
}

// user is somebody of a sender, as they are with their next page.
func (h *household) user(s iis.Sender) iis.Actor {
	h.t.Helper()
	by := iis.Actor{Kind: "user", User: iis.UserID(s.ID), Site: s.ID}
	is.NoError(h.t, "home", h.s.Read(context.Background(), func(tx *store.Tx) (err error) {
		by.Home, err = tx.HomeOf(s.ID)
		all, err2 := tx.Homes()
		is.NoError(h.t, "homes", err2)
		is.Equal(h.t, "one as all", all[s.ID], by.Home)
		return err
	}))
	return by
}

// parts are whose word the senders see of a person, on pages and by HL7: none of a person who
// is as nobody.
func (h *household) parts(id iis.PersonID, who iis.Person, of iis.Sender) []iis.SenderID {
	h.t.Helper()
	h.k.policies.Store(nil) // as a moment later
	senders := func(f *store.Folder) (out []iis.SenderID) {
		if f != nil {
			for i := range f.Sources {
				out = append(out, f.Sources[i].Sender)
			}
		}
		return out
	}
	var onPage []iis.SenderID
	is.NoError(h.t, "look", h.s.Read(context.Background(), func(tx *store.Tx) error {
		f, err := tx.Folder(id)
		if err != nil {
			return err
		}
		seen, _, err := h.k.Sees(tx, h.user(of), f)
		onPage = senders(seen)
		return err
	}))
	is.Equal(h.t, "by HL7 as on a page: "+of.Facility, senders(h.find(of, who).Folder), onPage)
	like, err := h.k.Like(context.Background(), h.user(of), &who)
	is.NoError(h.t, "like", err)
	is.Equal(h.t, "who may be meant: "+of.Facility, slices.Contains(like, id), len(onPage) > 0)
	return onPage
}

func (h *household) write(write func(tx *store.Tx) error) {
	h.t.Helper()
	is.NoError(h.t, "write", h.s.Write(context.Background(), write))
}

// live has senders be live for long: what they send is no history.
func (h *household) live(senders ...iis.Sender) {
	h.write(func(tx *store.Tx) error {
		for _, s := range senders {
			o, err := tx.OrganizationOf(s.ID)
			if err != nil {
				return err
			}
			o.Status = iis.StatusLive
			if err := tx.PutOrganization(o); err != nil {
				return err
			}
		}
		return nil
	})
	h.k.policies.Store(nil)
}

func larch(family, number, of string) iis.Person {
	return someone(family, "Ana", "20190302", "F", living("12 Larch Street", "58102"), func(p *iis.Person) {
		if number != "" {
			p.IDs = append(p.IDs, iis.Identifier{Value: number, Type: "MR", Authority: of})
		}
	})
}

// What any sender of a site reported is never hidden from the others of that site, by a choice No
// nor by Unknown, and from another clinic it is.
func TestAClinicIsShownWhatItsOtherSendersReported(t *testing.T) {
	eachHousehold(t, func(h *household) {
		h.live(h.oak, h.elm, h.ash)
		who := larch("Quistgaard", "", "")
		id := h.take(h.billing, larch("Quistgaard", "B1", "OAKBILL")).Person
		is.Equal(h.t, "one person", h.take(h.elm, larch("Quistgaard", "E1", "ELM")).Person, id)
		h.chooses(h.elm, id, iis.Objects)
		for _, of := range []iis.Sender{h.oak, h.billing, h.ward} {
			is.Equal(h.t, of.Facility, h.parts(id, who, of), []iis.SenderID{h.billing.ID})
		}
		is.Equal(h.t, "the other clinic", h.parts(id, who, h.elm), []iis.SenderID{h.elm.ID})
		is.Equal(h.t, "one that reported nothing", h.parts(id, who, h.ash), []iis.SenderID(nil))

		// Whoever wrote an objection down knows of the person, with all of the site.
		only := h.take(h.elm, larch("Vandermeulen", "E2", "ELM")).Person
		h.chooses(h.ward, only, iis.Objects)
		is.Equal(h.t, "by a department", h.sees(only, h.user(h.oak)), Name)
		is.Equal(h.t, "by another", h.sees(only, h.user(h.ash)), Nothing)

		// The site owns the protection that one of its senders told of.
		own := h.take(h.ward, someone("Ottersberg", "Ana", "20190302", "F", living("12 Larch Street", "58102"), protected)).Person
		h.take(h.elm, larch("Ottersberg", "E3", "ELM"))
		is.Equal(h.t, "who protected it", h.parts(own, larch("Ottersberg", "", ""), h.oak), []iis.SenderID{h.ward.ID, h.elm.ID})
		is.Equal(h.t, "another", h.parts(own, larch("Ottersberg", "", ""), h.ash), []iis.SenderID(nil))
	})
}

func TestAClinicIsShownTheHistoryOfItsOtherSenders(t *testing.T) {
	eachHousehold(t, func(h *household) {
		who := larch("Quistgaard", "", "")
		id := h.take(h.billing, larch("Quistgaard", "B1", "OAKBILL")).Person // before anybody is live
		for _, of := range []iis.Sender{h.oak, h.billing, h.ward} {
			is.Equal(h.t, of.Facility, h.parts(id, who, of), []iis.SenderID{h.billing.ID})
			is.Equal(h.t, of.Facility, h.sees(id, h.user(of)), OwnPart)
		}
		is.Equal(h.t, "another clinic is asked first", h.sees(id, h.user(h.elm)), Asked)
		is.Equal(h.t, "and sees nothing", h.parts(id, who, h.elm), []iis.SenderID(nil))
	})
}

// Whose the senders are is as the map of who is who says it at the moment.
func TestWhatIsOnesOwnFollowsTheSites(t *testing.T) {
	eachHousehold(t, func(h *household) {
		h.live(h.oak, h.elm, h.ash)
		who := larch("Quistgaard", "", "")
		id := h.take(h.billing, larch("Quistgaard", "B1", "OAKBILL")).Person
		h.take(h.staff, larch("Quistgaard", "S1", "STAFF")) // the programme's own entry
		h.chooses(h.ash, id, iis.Objects)
		billing, none := []iis.SenderID{h.billing.ID}, []iis.SenderID(nil)
		is.Equal(h.t, "the programme's word is not the site's", h.parts(id, who, h.oak), billing)
		is.Equal(h.t, "nor is the site's the programme's", h.user(h.staff).Owns(h.billing.ID), false)

		change := func(o iis.Organization, as func(*iis.Organization)) {
			h.write(func(tx *store.Tx) error {
				now, err := tx.Organization(o.ID)
				if err != nil {
					return err
				}
				as(&now)
				now.Changed = time.Now()
				return tx.PutOrganization(&now)
			})
		}
		at := func(s iis.Sender, o iis.Organization) {
			h.write(func(tx *store.Tx) error { return tx.PutSenderPlace(s.ID, o.ID) })
		}
		change(h.of, func(o *iis.Organization) { o.Status = iis.StatusInactive })
		is.Equal(h.t, "a department that is closed", h.parts(id, who, h.ward), none)
		at(h.billing, h.of)
		is.Equal(h.t, "what it reported stays the site's", h.parts(id, who, h.oak), billing)
		is.Equal(h.t, "and its own", h.parts(id, who, h.billing), billing)
		at(h.billing, h.site)
		change(h.of, func(o *iis.Organization) { o.Status = iis.StatusLive })
		is.Equal(h.t, "opened again", h.parts(id, who, h.ward), billing)
		change(h.of, func(o *iis.Organization) { o.Parent = h.other.ID })
		is.Equal(h.t, "a department that went to another site", h.parts(id, who, h.ward), none)
		at(h.billing, h.other)
		is.Equal(h.t, "a sender that was given away", h.parts(id, who, h.oak), none)
		is.Equal(h.t, "is the other site's", h.parts(id, who, h.elm), billing)
		is.Equal(h.t, "and of its departments", h.parts(id, who, h.ward), billing)
		change(h.other, func(o *iis.Organization) { o.Kind = iis.KindSchool })
		h.k.policies.Store(nil)
		is.Equal(h.t, "a school is held to its roster, by HL7", h.find(h.elm, who).Folder == nil, true)
		is.NoError(h.t, "look", h.s.Read(context.Background(), func(tx *store.Tx) error {
			held, err := h.k.heldIn(tx)
			if err == nil {
				is.Equal(h.t, "what a school's own is", held.owner(h.elm.ID).Owns(h.billing.ID), false)
			}
			return err
		}))
	})
}

// In the name of another sender of a site that knew the former identity the history would come to
// that site as its own.
func TestASealedHistoryGoesOverInTheNameOfNoSenderOfASiteThatKnewIt(t *testing.T) {
	eachHousehold(t, func(h *household) {
		was := h.takeWith(h.oak, larch("Quistgaard", "O1", "OAK"), shot("1", "2020-07-05", "20", "LOT7"))
		seal := Sealing{
			Person: was.Person, New: someone("Heath", "Rowan", "20190302", "F", living("7 Heath Street", "02139")), Order: "PR-1", Why: "adoption", By: iis.Actor{Kind: "user", User: 1},
		}
		for _, from := range []iis.Sender{h.oak, h.billing, h.ward} {
			seal.Sender = from
			_, _, err := h.k.Seal(context.Background(), seal)
			is.Equal(h.t, from.Facility, fault.KindOf(err), fault.Invalid)
		}
		seal.Sender = h.ash
		_, _, err := h.k.Seal(context.Background(), seal)
		is.NoError(h.t, "a sender of no such site", err)
	})
}

// Package roster is the act of keeping rosters: which students a school has, which children
// are in a child care programme, and who are the members of a health plan (docs/rosters.md).
//
// Who keeps a roster sees nobody else: package record decides what they see of whom is on it
// (record.Keeper.Sees), and who may be found to be put on it. A person is put on a roster by
// an exact search that leads to one person alone, or by a row of a file that means one person
// for certain. Everything that is shown is audited before it is. Start at Desk.List,
// Desk.Find and Desk.KeepFile.
package roster

import (
	"context"
	"fmt"
	"sync"
	"time"

	"openiis/internal/cal"
	"openiis/internal/fault"
	"openiis/internal/fold"
	"openiis/internal/iis"
	"openiis/internal/policy"
	"openiis/internal/record"
	"openiis/internal/store"
)

// What the audit says of rosters.
const (
	actList   = "list a roster"
	actLook   = "look for somebody for a roster"
	actOpen   = "open an entry of a roster"
	actAdd    = "put on a roster"
	actChange = "change an entry of a roster"
	actEnd    = "end an entry of a roster"
	actKeep   = "keep a roster file"
	actRead   = "open a roster file"
	actRow    = "find by a row of a roster file"
	actStore  = "take over a roster file"
)

// Desk keeps rosters. It is safe for concurrent use.
type Desk struct {
	store  *store.Store
	keeper *record.Keeper
	now    func() time.Time

	mu     sync.Mutex
	staged map[iis.FileID]*Staging
}

// New makes the desk of a registry.
func New(s *store.Store, keeper *record.Keeper) *Desk {
	return &Desk{store: s, keeper: keeper, now: s.Now, staged: map[iis.FileID]*Staging{}}
}

// Site is a site with its roster.
type Site struct {
	iis.Organization
	Words iis.RosterKind
	// Law is what the state lets it do.
	Law *policy.Roster
	// Sender is a sender of the site, in whose name files are kept; 0: it has none.
	Sender iis.SenderID
}

// Graded reports a school, whose places are grades.
func (s *Site) Graded() bool { return s.Kind == iis.KindSchool }

// Placed reports a site that has grades or rooms.
func (s *Site) Placed() bool { return s.Words.Place != "" }

// errNone is for a roster that is not there, or not theirs: one answer for both.
var errNone = fault.New(fault.NotFound, "There is no roster with this number that you keep.")

// Own is the site whose roster somebody keeps; fault.NotFound when they keep none.
func (d *Desk) Own(ctx context.Context, by iis.Actor) (id iis.OrganizationID, err error) {
	err = d.store.Read(ctx, func(tx *store.Tx) error {
		site, err := tx.RosterSite(by.Site)
		if err != nil {
			return err
		}
		if by.Site == 0 || site == nil {
			return fault.New(fault.NotFound, "Your site keeps no roster: schools, child care programmes and health plans do. If yours is one, ask the registry’s staff to say so on its page.")
		}
		if law, err := d.keeper.Rosters(tx, site); err != nil || law == nil {
			return orNone(err, "In this state a site of this kind keeps no roster. Ask the registry’s staff.")
		}
		id = site.ID
		return nil
	})
	return id, err
}

func orNone(err error, say string) error {
	if err != nil {
		return err
	}
	return fault.New(fault.NotFound, "%s", say)
}

// site is the site whose roster is asked for; errNone when it is another's, or none.
func (d *Desk) site(tx *store.Tx, by iis.Actor, id iis.OrganizationID) (*Site, error) {
	var at *iis.Organization
	sender := by.Site
	if by.SeesAll {
		o, err := tx.Organization(id)
		if err != nil && fault.KindOf(err) != fault.NotFound {
			return nil, err
		}
		if at = &o; err != nil || !o.Kind.HasRoster() || !o.Open() {
			return nil, errNone
		}
		places, err := tx.SenderPlaces()
		if err != nil {
			return nil, err
		}
		for _, p := range places {
			if p.Organization == id {
				sender = p.ID
				break
			}
		}
	} else {
		if by.Site == 0 {
			return nil, errNone
		}
		o, err := tx.RosterSite(by.Site)
		if err != nil {
			return nil, err
		}
		if at = o; o == nil || o.ID != id {
			return nil, errNone
		}
	}
	law, err := d.keeper.Rosters(tx, at)
	if err != nil {
		return nil, err
	}
	if law == nil {
		return nil, errNone
	}
	return &Site{Organization: *at, Words: iis.RosterWords(at.Kind), Law: law, Sender: sender}, nil
}

// Site is the site whose roster is asked for; fault.NotFound when it is another's, or none.
func (d *Desk) Site(ctx context.Context, by iis.Actor, id iis.OrganizationID) (s *Site, err error) {
	err = d.store.Read(ctx, func(tx *store.Tx) error {
		s, err = d.site(tx, by, id)
		return err
	})
	return s, err
}

// SiteLine is a site that may have a roster, with how many entries it has.
type SiteLine struct {
	iis.Organization
	Entries int
}

// Sites are the sites that may have a roster, for the programme's staff.
func (d *Desk) Sites(ctx context.Context, by iis.Actor) (out []SiteLine, err error) {
	if !by.SeesAll {
		return nil, errNone
	}
	err = d.store.Read(ctx, func(tx *store.Tx) error {
		out = nil
		all, err := tx.Organizations()
		if err != nil {
			return err
		}
		sizes, err := tx.RosterSizes()
		if err != nil {
			return err
		}
		for i := range all {
			if !all[i].Kind.HasRoster() || !all[i].Open() {
				continue
			}
			if law, err := d.keeper.Rosters(tx, &all[i]); err != nil {
				return err
			} else if law != nil {
				out = append(out, SiteLine{all[i], sizes[all[i].ID]})
			}
		}
		return nil
	})
	if err != nil {
		err = fmt.Errorf("list rosters: %w", err)
	}
	return out, err
}

// The longest grade or room, and number of a person, in letters.
const (
	longestPlace  = 20
	longestNumber = 40
)

// placeOf is a grade or room as it is kept; fault.Invalid says what is wrong.
func (s *Site) placeOf(text string) (string, error) {
	text = oneLine(text)
	if text == "" || !s.Placed() {
		return "", nil
	}
	if g := iis.GradeOf(text); g != "" && s.Graded() {
		return g, nil
	}
	if len([]rune(text)) > longestPlace {
		return "", fault.New(fault.Invalid, "%s is longer than %d letters.", s.Words.Place, longestPlace)
	}
	return text, nil
}

// numberOf is the site's own number of a person as it is kept.
func (s *Site) numberOf(text string) (string, error) {
	text = oneLine(text)
	if len([]rune(text)) > longestNumber {
		return "", fault.New(fault.Invalid, "%s is longer than %d letters.", s.Words.Number, longestNumber)
	}
	return text, nil
}

// dayOf is a day as people write it, not after today; without one it is today.
func (d *Desk) dayOf(text, called string) (cal.Date, error) {
	today := cal.On(d.now())
	if oneLine(text) == "" {
		return today, nil
	}
	day, wrong := cal.ReadWritten(oneLine(text), cal.MonthFirst)
	switch {
	case wrong != "" || day == cal.None:
		return cal.None, fault.New(fault.Invalid, "%s is not a day. Write it as month, day, year, like 4/30/2025.", called)
	case day > today:
		return cal.None, fault.New(fault.Invalid, "%s is after today. Nothing was changed.", called)
	}
	return day, nil
}

// name is a name in one line, family name first.
func name(n iis.Name) string {
	out := n.Family
	if given := oneLine(n.Given + " " + n.Middle); given != "" {
		out += ", " + given
	}
	if n.Suffix != "" {
		out += " " + n.Suffix
	}
	return fold.Straight(out)
}

package enrol_test

import (
	"strings"
	"testing"
	"time"

	"openiis/internal/access"
	"openiis/internal/cal"
	"openiis/internal/codeset"
	"openiis/internal/enrol"
	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/intake"
	"openiis/internal/is"
	"openiis/internal/store"
	"openiis/internal/store/db"
)

// clinic adds a clinic in a status with a sender, which has a password when connected.
func (p *portal) clinic(facility string, status iis.OrganizationStatus, connected bool) (iis.OrganizationID, iis.Sender) {
	p.t.Helper()
	o, err := p.Add(p.ctx, iis.Actor{Kind: "command"}, iis.Organization{Kind: iis.KindClinic, Name: facility + " clinic", Status: status}, "")
	is.NoError(p.t, "add", err)
	var s iis.Sender
	is.NoError(p.t, "sender", p.s.Write(p.ctx, func(tx *store.Tx) (err error) {
		if s, err = tx.AddSenderAt(facility, facility+" clinic", o.ID, p.s.Now()); err == nil && connected {
			err = tx.PutCredential(s.ID, strings.ToLower(facility), "-", 0, p.s.Now())
		}
		return err
	}))
	return o.ID, s
}

// sends sends a report of somebody, as a test (T) or not (P), and returns how many people are on
// record then.
func (p *portal) sends(from iis.Sender, processing, number string) (people int64) {
	p.t.Helper()
	text := strings.Join([]string{
		`MSH|^~\&|EHR|` + from.Facility + `|||20260612093012-0500||VXU^V04^VXU_V04|` + number + `|` + processing + `|2.5.1|||ER|AL|||||Z22^CDCPHINVS`,
		`PID|1||` + number + `^^^` + from.Facility + `^MR||Testcase` + number + `^Number^^^^^L||20240105|F`, "",
	}, "\r")
	_, err := intake.New(p.s, codeset.Default()).Message(p.ctx, from, iis.DoorHTTP, []byte(text))
	is.NoError(p.t, "send", err)
	is.NoError(p.t, "count", p.s.Read(p.ctx, func(tx *store.Tx) error {
		return tx.Select(db.Query{SQL: `SELECT COUNT(*) FROM person`, Each: func(r db.Row) error { people = r.Int(0); return nil }})
	}))
	return people
}

// before reports that what a sender sent at a moment counts as sent before go-live.
func (p *portal) before(s iis.Sender, at time.Time) (before bool) {
	p.t.Helper()
	is.NoError(p.t, "live from", p.s.Read(p.ctx, func(tx *store.Tx) error {
		live, err := tx.LiveFrom()
		from, has := live[s.ID]
		before = has && from.After(at)
		return err
	}))
	return before
}

func (p *portal) merges(from, into iis.OrganizationID) error {
	p.t.Helper()
	_, planned := p.PlanMerge(p.ctx, from, into)
	_, err := p.Merge(p.ctx, ada, from, into, time.Time{}, time.Time{}, "one practice now")
	is.Equal(p.t, "what the plan says", fault.Public(planned), fault.Public(err))
	return err
}

func TestWhatALiveSiteSentIsNotHiddenAsItIsMergedIntoOneInTraining(t *testing.T) {
	eachPortal(t, func(p *portal) {
		a, oak := p.clinic("OAK", iis.StatusLive, true)
		b, _ := p.clinic("ELM", iis.StatusTraining, false)
		sent := p.clock
		is.Equal(t, "people", p.sends(oak, "P", "1"), 1)
		p.later(2)
		p.clinic("FIR", iis.StatusLive, true)
		is.NoError(t, "of which nothing came", p.Give(p.ctx, ada, b, "FIR", "it is theirs"))
		for what, err := range map[string]error{"merge": p.merges(a, b), "give": p.Give(p.ctx, ada, b, "OAK", "it is theirs")} {
			refused(t, what, err, fault.Conflict, "It is not known since when the sender OAK sends for real")
		}
		is.Equal(t, "nothing was changed", p.before(oak, sent), false)
		is.NoError(t, "day", p.s.Write(p.ctx, func(tx *store.Tx) error { return tx.SetGoLive(oak.ID, cal.On(sent), time.Now()) }))
		is.NoError(t, "merge", p.merges(a, b))
		is.Equal(t, "what it sent is hidden", p.before(oak, sent), false)
		is.Equal(t, "what it says is a test is stored, as before", p.sends(oak, "T", "2"), 2)
	})
}

func TestWhatASiteSentAsItTestedStaysHistoryAsItIsMergedIntoALiveOne(t *testing.T) {
	eachPortal(t, func(p *portal) {
		a, oak := p.clinic("OAK", iis.StatusTesting, true)
		b, _ := p.clinic("ELM", iis.StatusLive, false)
		sent := p.clock
		is.Equal(t, "a real report", p.sends(oak, "P", "1"), 1)
		is.Equal(t, "a test", p.sends(oak, "T", "2"), 1)
		p.later(2)
		for what, err := range map[string]error{"merge": p.merges(a, b), "give": p.Give(p.ctx, ada, b, "OAK", "it is theirs")} {
			refused(t, what, err, fault.Conflict, "its tests would be stored as real")
		}
		is.NoError(t, "day", p.s.Write(p.ctx, func(tx *store.Tx) error { return tx.SetGoLive(oak.ID, p.today().AddDays(10), time.Now()) }))
		is.NoError(t, "merge", p.merges(a, b))
		is.Equal(t, "history", p.before(oak, sent), true)
		is.Equal(t, "a test until its day", p.sends(oak, "T", "3"), 1)
	})
}

func TestASenderWithoutARecordSystemIsDatedAsItComesToALiveSite(t *testing.T) {
	eachPortal(t, func(p *portal) {
		b, _ := p.clinic("ELM", iis.StatusLive, false)
		for name, give := range map[string]bool{"OAK": false, "FIR": true} {
			a, oak := p.clinic(name, iis.StatusTesting, false)
			sent := p.clock
			p.sends(oak, "P", "1")
			p.later(2)
			if give {
				is.NoError(t, "give", p.Give(p.ctx, ada, b, name, "it is theirs"))
			} else {
				plan, err := p.PlanMerge(p.ctx, a, b)
				is.NoError(t, "plan", err)
				is.Equal(t, "the plan says it", len(plan.Dated), 1)
				is.NoError(t, "merge", p.merges(a, b))
			}
			is.Equal(t, name+" before", p.before(oak, sent), true)
			is.Equal(t, name+" now", p.before(oak, p.clock), false)
		}
	})
}

func TestWhatASiteSentThatIsClosedBeforeItWentLiveStaysHistory(t *testing.T) {
	eachPortal(t, func(p *portal) {
		a, oak := p.clinic("OAK", iis.StatusTesting, false)
		p.sends(oak, "P", "1")
		sent := p.clock
		for _, to := range []iis.OrganizationStatus{iis.StatusInactive, iis.StatusEnrolling} {
			_, err := p.Move(p.ctx, ada, a, time.Time{}, to, cal.None, "they asked for it")
			is.NoError(t, "move", err)
			is.Equal(t, string(to), p.before(oak, sent), true)
		}
		dept, err := p.Add(p.ctx, ada, iis.Organization{Kind: iis.KindDepartment, Name: "Travel", Parent: a, Status: iis.StatusTesting}, "")
		is.NoError(t, "department", err)
		is.NoError(t, "give", p.Give(p.ctx, ada, dept.ID, "OAK", "it is theirs"))
		p.later(1)
		_, err = p.Move(p.ctx, ada, dept.ID, time.Time{}, iis.StatusLive, cal.None, "it is ready")
		is.NoError(t, "live", err)
		is.Equal(t, "of a department, which goes live without a checklist", []bool{p.before(oak, sent), p.before(oak, p.clock)}, []bool{true, false})
	})
}

// works adds somebody who works at a sender's site.
func (p *portal) works(s iis.Sender, username, role string) {
	p.t.Helper()
	is.NoError(p.t, username, p.s.Write(p.ctx, func(tx *store.Tx) error {
		id, err := tx.PutAccount(store.Account{Username: username, Name: username, Role: role, Hash: "-", Sender: s.ID}, p.s.Now())
		if err != nil {
			return err
		}
		return tx.SetFactor(id, "one that was set up", 0)
	}))
}

func TestWhoComesToAnotherSiteByAMergeSignsWithinAMonth(t *testing.T) {
	eachPortal(t, func(p *portal) {
		elmSite, links := p.approved(elm(), "ELM")
		p.takesUp(links[0])
		p.signs(elmSite, p.hand("ava", true), "Ava Admin")
		a, oak := p.clinic("OAK", iis.StatusTraining, false)
		b, fir := p.clinic("FIR", iis.StatusTraining, false)
		dept, err := p.Add(p.ctx, ada, iis.Organization{Kind: iis.KindDepartment, Name: "Travel", Parent: a, Status: iis.StatusTraining}, "")
		is.NoError(t, "department", err)
		var travel iis.Sender
		is.NoError(t, "sender", p.s.Write(p.ctx, func(tx *store.Tx) (err error) {
			travel, err = tx.AddSenderAt("TRAVEL", "Travel", dept.ID, p.s.Now())
			return err
		}))
		p.works(oak, "ossi", "vaccinator")
		p.works(oak, "olga", "access-administrator")
		p.works(travel, "tove", "vaccinator")
		p.works(fir, "finn", "vaccinator")
		plan, err := p.PlanMerge(p.ctx, a, elmSite)
		is.NoError(t, "plan", err)
		is.Equal(t, "the plan says until when", plan.Sign, p.today().AddDays(30))
		is.NoError(t, "merge", p.merges(a, elmSite))
		is.NoError(t, "give", p.Give(p.ctx, ada, elmSite, "FIR", "one practice"))
		_ = b
		for _, username := range []string{"ossi", "olga", "tove", "finn"} {
			is.Equal(t, username+" works on", p.stage(username), access.Whole)
		}
		p.later(31)
		for _, username := range []string{"ossi", "olga", "tove", "finn"} {
			is.Equal(t, username+" has not signed", p.stage(username), access.WantsAgreement)
		}
	})
}

func TestWhoseAccessWaitedForTheirSignatureGetsNoTimeByAMerge(t *testing.T) {
	eachPortal(t, func(p *portal) {
		into, links := p.approved(elm(), "ELM")
		p.takesUp(links[0])
		other := elm()
		other.Name, other.NPI, other.PIN, other.Users = "Fir Pharmacy", "", "", other.Users[:1]
		other.Users[0].Username = "fay"
		from, links := p.approved(other, "FIR")
		p.takesUp(links[0])
		is.Equal(t, "before", p.stage("fay"), access.WantsAgreement)
		is.NoError(t, "merge", p.merges(from, into))
		is.Equal(t, "afterwards", p.stage("fay"), access.WantsAgreement)
	})
}

func TestAMergeCarriesWhoWasNamedThePlanAndLinksForSigning(t *testing.T) {
	eachPortal(t, func(p *portal) {
		code, id := p.sent(elm())
		vics, err := p.MakeLink(p.ctx, code, "vic")
		is.NoError(t, "link", err)
		from, _, err := p.Approve(p.ctx, p.rex(), id, enrol.Approval{Facility: "ELM"})
		is.NoError(t, "approve", err)
		is.NoError(t, "plan", p.SetPlan(p.ctx, ada, iis.InformingPlan{Organization: from, How: []string{"fact-sheet"}, Designated: "The front desk"}))
		_, officials, err := p.LinkFor(p.ctx, from, enrol.Hand{Actor: ada, Keeps: true}, iis.Contact{Name: "Otto Official"})
		is.NoError(t, "a link for the official", err)
		into, _ := p.clinic("FIR", iis.StatusTraining, false)
		is.NoError(t, "merge", p.merges(from, into))

		c, err := p.Checklist(p.ctx, into)
		is.NoError(t, "checklist", err)
		is.Equal(t, "not invited yet", []any{len(c.ToInvite), c.ToInvite[0].Username}, []any{1, "vic"})
		is.Equal(t, "the plan", c.Plan.Designated, "The front desk")
		_, err = p.InviteRest(p.ctx, ada, into, 0)
		is.NoError(t, "invite", err)

		_, err = p.Desktop(p.ctx, officials)
		is.Equal(t, "a link for what the former site signs", fault.KindOf(err), fault.NotFound)
		d, err := p.Desktop(p.ctx, vics)
		is.NoError(t, "the user's own", err)
		mine := d.Mine()
		_, err = p.SignByLink(p.ctx, vics, p.signing(&mine[0], "Vic Vax"))
		is.NoError(t, "sign", err)
		is.NoError(t, "agreements", p.s.Read(p.ctx, func(tx *store.Tx) error {
			signed, err := tx.AgreementsOf(into)
			is.Equal(t, "holds of the site of now", len(signed) == 1 && signed[0].Person == "vic", true)
			return err
		}))
	})
}

func TestTheFilesOfARosterFollowItInAMerge(t *testing.T) {
	eachPortal(t, func(p *portal) {
		a, _ := p.clinic("OAK", iis.StatusLive, false)
		b, _ := p.clinic("ELM", iis.StatusLive, false)
		is.NoError(t, "file", p.s.Write(p.ctx, func(tx *store.Tx) error {
			return tx.Exec(`
				INSERT INTO flat_file (id, sender_id, account, received, name, size, digest, raw, mapping, row_count, held_to, finished, roster)
				SELECT 7, id, 1, 1, 'class.csv', 1, '', '', '', 0, 0, 1, organization_id FROM sender WHERE facility = 'OAK'`)
		}))
		is.NoError(t, "merge", p.merges(a, b))
		is.NoError(t, "files", p.s.Read(p.ctx, func(tx *store.Tx) error {
			files, err := tx.RosterFiles(b, 10)
			is.Equal(t, "files", len(files), 1)
			return err
		}))
	})
}

// TestWhatCameOnTheDayOfGoingLiveBeforeItIsHistory: a site loads its old charts in the morning, and is
// taken over, or goes live, in the afternoon.
func TestWhatCameOnTheDayOfGoingLiveBeforeItIsHistory(t *testing.T) {
	eachPortal(t, func(p *portal) {
		b, _ := p.clinic("ELM", iis.StatusLive, false)
		for name, goes := range map[string]func(iis.OrganizationID) error{
			"OAK": func(a iis.OrganizationID) error { return p.merges(a, b) },
			"FIR": func(iis.OrganizationID) error { return p.Give(p.ctx, ada, b, "FIR", "it is theirs") },
			"ASH": func(a iis.OrganizationID) error { return p.GoLive(p.ctx, p.rex(), a, cal.None, true, "it is ready") },
			"YEW": func(a iis.OrganizationID) error {
				return p.s.Write(p.ctx, func(tx *store.Tx) error {
					if err := tx.Exec(`UPDATE organization SET status = 'enrolling' WHERE id = $1`, a); err != nil {
						return err
					}
					_, err := tx.PutSender(iis.Sender{Facility: "YEW", Name: "Yew"}, "yew", "-", p.s.Now())
					return err
				})
			},
		} {
			a, from := p.clinic(name, iis.StatusTesting, false)
			sent := p.clock
			p.sends(from, "P", "1")
			p.clock = p.clock.Add(time.Minute)
			is.NoError(t, name, goes(a))
			is.Equal(t, name+" before", p.before(from, sent), true)
			p.clock = p.clock.Add(time.Second)
			is.Equal(t, name+" now", p.before(from, p.clock), false)
			is.NoError(t, "live", p.s.Read(p.ctx, func(tx *store.Tx) error {
				live, err := tx.IsLive(from.ID, p.today())
				is.Equal(t, name+" is live", live, true)
				return err
			}))
		}
	})
}

// TestALiveSiteThatIsClosedAndOpenedAgainHidesNothing: nobody said since when it sends.
func TestALiveSiteThatIsClosedAndOpenedAgainHidesNothing(t *testing.T) {
	eachPortal(t, func(p *portal) {
		a, oak := p.clinic("OAK", iis.StatusLive, true)
		sent := p.clock
		p.sends(oak, "P", "1")
		p.later(2)
		_, err := p.Move(p.ctx, ada, a, time.Time{}, iis.StatusInactive, cal.None, "a mistake")
		is.NoError(t, "close", err)
		p.later(2)
		is.NoError(t, "open", p.GoLive(p.ctx, p.rex(), a, cal.None, true, "it was a mistake"))
		is.Equal(t, "what it sent is hidden", p.before(oak, sent), false)
	})
}

// TestEachSenderOfASiteGoesLiveByWhatItWas: one was live before, another comes while the site tests
// again.
func TestEachSenderOfASiteGoesLiveByWhatItWas(t *testing.T) {
	eachPortal(t, func(p *portal) {
		for name, said := range map[string]bool{"1": false, "2": true} {
			a, oak := p.clinic("OAK"+name, iis.StatusLive, true)
			_, elm := p.clinic("ELM"+name, iis.StatusTesting, false)
			is.NoError(t, "day", p.s.Write(p.ctx, func(tx *store.Tx) error { return tx.SetGoLive(oak.ID, p.today().AddDays(-100), time.Now()) }))
			sent := p.clock
			_, err := p.Move(p.ctx, ada, a, time.Time{}, iis.StatusTesting, cal.None, "a new record system")
			is.NoError(t, "tests again", err)
			is.NoError(t, "give", p.Give(p.ctx, ada, a, elm.Facility, "it is theirs"))
			p.later(5)
			day := cal.None
			if said {
				day = p.today()
			}
			is.NoError(t, "live", p.GoLive(p.ctx, p.rex(), a, day, true, "it is ready"))
			is.Equal(t, "of the one that was live", p.before(oak, sent), false)
			is.Equal(t, "of the one that was not", p.before(elm, sent), true)
			is.Equal(t, "now", p.before(elm, p.clock.Add(time.Second)), false)
			_, fir := p.clinic("FIR"+name, iis.StatusLive, false)
			is.NoError(t, "give", p.Give(p.ctx, ada, a, fir.Facility, "it is theirs"))
			is.NoError(t, "a slip", p.Redate(p.ctx, p.rex(), a, p.today().AddDays(-90), "a slip"))
			is.Equal(t, "of one whose day nobody said and that was live", p.before(fir, sent.AddDate(0, 0, -120)), false)
		}
	})
}

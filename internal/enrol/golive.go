package enrol

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"openiis/internal/cal"
	"openiis/internal/course"
	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/policy"
	"openiis/internal/store"
)

// The items of the checklist, by their keys.
const (
	CheckAgreements = "agreements"
	CheckAdmins     = "access administrators"
	CheckTrained    = "trained"
	CheckTests      = "test messages"
	CheckPlan       = "informing plan"
)

// Checklist is what a site has done of what comes before it goes live.
type Checklist struct {
	*Standing
	Items []iis.CheckItem
	Plan  *iis.InformingPlan // nil: none yet
	Plans []iis.InformingPlan
	// Designates says that the state has sites designate who records objections to sharing, and
	// Designated are the names of those whom this one has.
	Designates bool
	Designated []string
	GoLives    []iis.GoLive
	GoLive     cal.Date // from when its senders send for real; None: not yet
	Reviews    []SenderReview
	Since      cal.Date // from when messages count as tests
	Applied    []iis.Application
	ToInvite   []iis.Applicant // whom its application names and who have no account and no open invitation
	Gated      bool            // the state's file says what comes before go-live
	Ways       Ways            // through whom each form of it was signed
}

// SenderReview is a review of data quality of one of the site's senders.
type SenderReview struct {
	store.Review
	Sender iis.Sender
}

// Done reports that everything was done.
func (c *Checklist) Done() bool {
	return !slices.ContainsFunc(c.Items, func(i iis.CheckItem) bool { return !i.Done })
}

// Left are in words what is still to be done.
func (c *Checklist) Left() (out []string) {
	for _, i := range c.Items {
		if !i.Done {
			out = append(out, i.What)
		}
	}
	return out
}

// Checklist is how far a site is; fault.NotFound when there is none of this number.
func (d *Desk) Checklist(ctx context.Context, id iis.OrganizationID) (c *Checklist, err error) {
	law, err := d.keeper.Policy(ctx)
	if err != nil {
		return nil, err
	}
	err = d.store.Read(ctx, func(tx *store.Tx) error {
		if c, err = d.checklist(tx, law, id); err != nil {
			return err
		}
		c.Ways = Ways{}
		return c.Ways.add(tx, law.Papers(), c.History...)
	})
	if err != nil {
		return nil, fmt.Errorf("read how far a site is: %w", err)
	}
	return c, nil
}

func (d *Desk) checklist(tx *store.Tx, law *policy.Policy, id iis.OrganizationID) (*Checklist, error) {
	s, err := d.standing(tx, law, id)
	if err != nil {
		return nil, err
	}
	c := &Checklist{Standing: s, Gated: law.Enrolment != nil && s.Kind.IsSite() && s.Kind != iis.KindVitalRecords}
	if c.Plans, err = tx.InformingPlans(id); err != nil {
		return nil, err
	}
	if len(c.Plans) > 0 {
		c.Plan = &c.Plans[0]
	}
	if c.GoLives, err = tx.GoLives(id); err != nil {
		return nil, err
	}
	if c.Applied, err = tx.ApplicationsOf(id); err != nil {
		return nil, err
	}
	c.Designates = law.Sharing.Papers != nil && law.Sharing.Papers.Designated
	for _, sender := range s.Senders {
		p, err := tx.SenderProfile(sender.ID)
		if err != nil {
			return nil, err
		}
		designated, err := tx.DesignatedAt(sender.ID)
		if err != nil {
			return nil, err
		}
		for _, u := range designated {
			c.Designated = append(c.Designated, u.Name)
		}
		if p.GoLive != cal.None && (c.GoLive == cal.None || p.GoLive < c.GoLive) {
			c.GoLive = p.GoLive
		}
		reviews, err := tx.ReviewsOf(sender.ID)
		if err != nil {
			return nil, err
		}
		for _, r := range reviews {
			c.Reviews = append(c.Reviews, SenderReview{r, sender})
		}
	}
	if err := c.toInvite(tx, d.now()); err != nil || !c.Gated {
		return c, err
	}
	return c, d.check(tx, c)
}

// toInvite finds whom the applications of the site, and of those that were merged into it, name
// who are no users yet.
func (c *Checklist) toInvite(tx *store.Tx, now time.Time) error {
	applied := slices.Clone(c.Applied)
	for _, former := range c.Former { // whose users are this site's now
		theirs, err := tx.ApplicationsOf(former)
		if err != nil {
			return err
		}
		applied = append(applied, theirs...)
	}
	for _, a := range applied {
		for _, u := range a.Says.Users {
			if applicantNamed(c.Users, u.Username) != nil || applicantNamed(c.ToInvite, u.Username) != nil {
				continue
			}
			if _, err := tx.Account(u.Username); err == nil {
				continue // somebody, perhaps whose access has ended
			} else if fault.KindOf(err) != fault.NotFound {
				return err
			}
			open, err := tx.OpenInvitationsFor(u.Username, now)
			if err != nil {
				return err
			}
			if len(open) == 0 {
				c.ToInvite = append(c.ToInvite, u)
			}
		}
	}
	return nil
}

// check fills in the items.
func (d *Desk) check(tx *store.Tx, c *Checklist) error {
	tests, err := d.checkTests(tx, c)
	if err != nil {
		return err
	}
	trained, err := d.checkTrained(tx, c, c.Standing.Parts)
	if err != nil {
		return err
	}
	c.Items = []iis.CheckItem{c.checkAgreements(), c.checkAdmins(), trained, tests, c.checkPlan()}
	return nil
}

// checkAgreements: the site's forms, and those of its access administrators and users.
func (c *Checklist) checkAgreements() iis.CheckItem {
	i := iis.CheckItem{Key: CheckAgreements, What: "Agreements are signed"}
	var said, missing []string
	for n := range c.Papers {
		p := &c.Papers[n]
		if p.Signed == nil || p.State() == Lapsed {
			missing = append(missing, p.Title())
			continue
		}
		if p.Person == nil {
			said = append(said, fmt.Sprintf("%s, by %s on %s", p.Form.Title(""), p.Signed.Signer, dayWords(p.Signed.Day)))
		}
	}
	i.Done = len(missing) == 0 && len(c.Papers) > 0
	i.Say = strings.TrimSpace(fmt.Sprintf("%d of %d signed. %s", len(c.Papers)-len(missing), len(c.Papers), strings.Join(said, ". ")))
	if len(missing) > 0 {
		i.Do = "Not signed: " + strings.Join(missing, "; ") + "."
	}
	return i
}

func (c *Checklist) checkAdmins() iis.CheckItem {
	i := iis.CheckItem{Key: CheckAdmins, What: "Access administrators are there"}
	var names []string
	for _, u := range c.Users {
		if u.Role == administrator {
			names = append(names, u.Name)
		}
	}
	e := c.Law.Enrolment
	i.Done = len(names) >= e.Least
	i.Say = fmt.Sprintf("%s: %s", count(len(names), "access administrator"), strings.Join(names, ", "))
	if len(names) == 0 {
		i.Say = "None has taken up the invitation."
	}
	if !i.Done {
		i.Do = fmt.Sprintf("At least %d must have signed in.", e.Least)
	} else if len(names) < e.Wanted {
		i.Say += fmt.Sprintf(". The programme recommends %d.", e.Wanted)
	}
	return i
}

func (d *Desk) checkTrained(tx *store.Tx, c *Checklist, at []iis.OrganizationID) (iis.CheckItem, error) {
	i := iis.CheckItem{Key: CheckTrained, What: "Users are trained"}
	courses, err := course.Of(c.Law)
	if err != nil {
		return i, err
	}
	needs, err := course.Needs(c.Law, course.BeforeGoLive)
	if err != nil {
		return i, err
	}
	lacking, total, err := tx.UsersLackingCourses(at, needs)
	if err != nil {
		return i, err
	}
	var left []string
	for _, l := range lacking {
		var titles []string
		for _, code := range l.Lacks {
			titles = append(titles, courses.Title(code))
		}
		left = append(left, l.Name+" ("+strings.Join(titles, ", ")+")")
	}
	coming, err := c.coming(tx, needs, d.now())
	if err != nil {
		return i, err
	}
	for _, name := range coming {
		left = append(left, name+" (has no account yet)")
	}
	total += len(coming)
	i.Done = total > 0 && len(left) == 0
	i.Say = fmt.Sprintf("%d of %s have done the courses that they must.", total-len(left), count(total, "user"))
	switch {
	case total == 0:
		i.Say, i.Do = "The site has no users yet.", "Its users take up their invitations and do the courses."
	case len(left) > 0:
		i.Do = "Still to do: " + strings.Join(left, "; ") + "."
	}
	return i, nil
}

// coming are the names of those who are to be users of the site, whose role must do courses,
// and who have no account yet: whoever is invited, and whom its applications name. Somebody
// whose last invitation was withdrawn is not to be one any more.
func (c *Checklist) coming(tx *store.Tx, needs iis.CourseNeeds, now time.Time) (names []string, err error) {
	known := map[string]bool{}
	add := func(username, name, role string) {
		if !known[username] && len(needs[role]) > 0 {
			names = append(names, name)
		}
		known[username] = true
	}
	for _, s := range c.Senders {
		open, err := tx.OpenInvitations(iis.Scope{Sender: s.ID}, now)
		if err != nil {
			return nil, err
		}
		for _, i := range open {
			if i.Account == 0 {
				add(i.Username, i.Name, i.Role)
			}
		}
	}
	for _, u := range c.ToInvite {
		withdrawn, err := tx.InvitationWithdrawn(u.Username)
		if err != nil {
			return nil, err
		}
		if !withdrawn {
			add(u.Username, u.Name, u.Role)
		}
	}
	return names, nil
}

// testDays is how far back messages count as tests, when a site has been testing for
// longer: what was wrong long ago was put right since.
const testDays = 28

// checkTests: what the site's senders sent in the last weeks, as tests (MSH-11 T or D) or to
// be stored.
func (d *Desk) checkTests(tx *store.Tx, c *Checklist) (iis.CheckItem, error) {
	i := iis.CheckItem{Key: CheckTests, What: "Test messages have passed"}
	e := c.Law.Enrolment
	switch c.ReportsBy() {
	case iis.ReportsNothing:
		i.Done, i.Say = true, "The site reports nothing: no test messages are needed."
		return i, nil
	case iis.ReportsHand:
		i.Done, i.Say = true, "The site enters vaccinations on these pages: no test messages are needed."
		return i, nil
	}
	today := cal.On(d.now())
	c.Since = max(today.AddDays(1-testDays), cal.On(c.Created))
	var sum store.Sums
	var tests store.Share
	last := cal.None
	for _, s := range c.Senders {
		days, err := tx.SenderDays(s.ID, c.Since, today)
		if err != nil {
			return i, err
		}
		for _, day := range days {
			sum.Add(day.Sums)
			tests = store.Share{Have: tests.Have + day.Tests.Have, Of: tests.Of + day.Tests.Of}
			if day.Messages() > 0 {
				last = max(last, day.Day)
			}
		}
	}
	all, good, refused := sum.Messages(), sum.Accepted+sum.Doubted, sum.Refused()
	share := int64(0)
	if all > 0 {
		share = (refused*100 + all - 1) / all
	}
	i.Done = good >= int64(e.Messages) && share <= int64(e.Refused)
	i.Say = fmt.Sprintf("Since %s: %d messages, of which %d passed without error and %d were refused (%d%%).", dayWords(c.Since), all, good, refused, share)
	if tests.Of > 0 {
		i.Say += fmt.Sprintf(" Of these %d were tests (MSH-11 T or D), %d without error: nothing of them was stored.", tests.Of, tests.Have)
	}
	if last != cal.None {
		i.Say += " The last came on " + dayWords(last) + "."
	}
	if !i.Done {
		i.Do = fmt.Sprintf("Wanted: at least %d without error, and at most %d%% refused.", e.Messages, e.Refused)
	}
	return i, nil
}

func (c *Checklist) checkPlan() iis.CheckItem {
	i := iis.CheckItem{Key: CheckPlan, What: "The site has a plan to inform patients"}
	if c.ReportsBy() == iis.ReportsNothing {
		i.Done, i.Say = true, "The site reports nothing: whoever vaccinates its people tells them."
		return i
	}
	if c.Plan == nil {
		i.Do = "The access administrator writes how patients are told, and who changes their data sharing status."
		return i
	}
	i.Say = fmt.Sprintf("Written by %s on %s. Data sharing is changed by %s.", c.Plan.Name, dayWords(cal.On(c.Plan.At)), c.Plan.Designated)
	if i.Done = !c.Designates || len(c.Designated) > 0; !i.Done {
		i.Do = "Nobody is designated to record objections to sharing: the access administrator designates somebody, on the page of the user."
	}
	return i
}

// SetPlan stores how a site tells patients.
func (d *Desk) SetPlan(ctx context.Context, by iis.Actor, p iis.InformingPlan) error {
	var err error
	if p.Text, err = saidOf(p.Text); err != nil {
		return err
	}
	p.Designated = tidyText(p.Designated, 300)
	return d.agreeing(ctx, "set the informing plan", p.Organization, func(tx *store.Tx, s *Standing) error {
		var how []string
		for _, w := range s.Law.Enrolment.Ways {
			if slices.Contains(p.How, w.Code) {
				how = append(how, w.Code)
			}
		}
		p.How = how
		switch {
		case len(how) == 0:
			return fault.New(fault.Invalid, "Choose at least one way in which patients are told. Nothing was changed.")
		case p.Designated == "":
			return fault.New(fault.Invalid, "Write who at the site changes patients’ data sharing status. Nothing was changed.")
		}
		p.At, p.By = d.now(), by
		return tx.AddInformingPlan(&p)
	})
}

// GoLive has a site go live from a day on (None: from now on): its status, and the day from which
// each of its senders sends for real that is not live yet. It takes the checklist done, or override, with a reason: what was
// done and what not is kept with it. What came before that day stays marked by it.
func (d *Desk) GoLive(ctx context.Context, by Reviewer, id iis.OrganizationID, day cal.Date, override bool, why string) error {
	if strings.TrimSpace(why) == "" && !override {
		why = "the checklist is done"
	}
	return d.changing(ctx, "go live", by.Actor, why, func(c *change) error {
		if err := c.tx.LockApplications(); err != nil {
			return err
		}
		was := c.at[id]
		if was == nil || !by.sees(c.place(was).Code) {
			return errNone
		}
		if err := mayMove(was.Status, iis.StatusLive); err != nil {
			return err
		}
		return d.goLive(c, was, day, override)
	})
}

// goLive has a site go live in a change of the map.
func (d *Desk) goLive(c *change, was *iis.Organization, day cal.Date, override bool) error {
	list, err := d.checklist(c.tx, c.law, was.ID)
	if err != nil {
		return err
	}
	today, from := cal.On(c.now), day
	if from == today {
		from = cal.None
	}
	switch {
	case list.Gated && !list.Done() && !override:
		return fault.New(fault.Conflict, "Still to do: %s. Nothing was changed. The programme can have it go live all the same, with a reason.", lowerFirst(strings.Join(list.Left(), "; ")))
	case day == cal.None && list.GoLive != cal.None: // it was live before: what came since then was current
		day = list.GoLive
	case day == cal.None:
		day = today
	case !dayOfGoLive(day, today):
		return errDayOfGoLive
	}
	o := *was
	o.Status, o.Closed, o.MergedInto = iis.StatusLive, cal.None, 0
	if err := c.fits(&o); err != nil {
		return err
	}
	toDate, err := c.toDate(was, list.Senders)
	if err != nil {
		return err
	}
	if err := c.put(*was, &o, iis.OrganizationMoved, was.MergedInto); err != nil {
		return err
	}
	for _, s := range toDate {
		if err := c.liveFrom(s, from); err != nil {
			return err
		}
	}
	return c.tx.AddGoLive(&iis.GoLive{
		Organization: o.ID, At: c.now, By: c.by, Day: day, Items: list.Items, Why: c.why, Override: list.Gated && !list.Done(),
	})
}

func lowerFirst(s string) string {
	if s == "" {
		return s
	}
	return strings.ToLower(s[:1]) + s[1:]
}

// Package training is the act of learning the registry: who has completed which course,
// who may not use the registry before they have, and sessions with seats.
//
// What is taught is in files, which package course reads; what is required is in the
// state's policy. It lets nobody in and ends nobody's access: the pages ask it whether
// somebody still has to learn. Start at Desk.Before, Desk.Try and Desk.Events.
package training

import (
	"context"
	"fmt"
	"slices"
	"time"
	"unicode/utf8"

	"openiis/internal/course"
	"openiis/internal/fault"
	"openiis/internal/fold"
	"openiis/internal/iis"
	"openiis/internal/mail"
	"openiis/internal/policy"
	"openiis/internal/record"
	"openiis/internal/store"
)

// Desk keeps what users have learned. It is safe for concurrent use.
type Desk struct {
	store  *store.Store
	keeper *record.Keeper
	now    func() time.Time
	mails  *mail.Box // nil: nobody is written to (MailBy)
}

// New makes the desk of a registry.
func New(s *store.Store, keeper *record.Keeper) *Desk {
	return &Desk{store: s, keeper: keeper, now: s.Now}
}

// User is somebody who learns, or looks after those who do.
type User struct {
	Actor    iis.Actor
	Role     string       // its ID
	Sender   iis.SenderID // their site; 0: none
	Region   string       // of their site, or that they look after; "": none is known. It is of use for sessions alone
	Everyone bool         // they see every site's users
	Looks    bool         // they look after the training of users
}

// scope is whose users they look after, where they look after any.
func (u User) scope() iis.Scope {
	return iis.Scope{Sender: u.Sender, Home: u.Actor.Home, Everyone: u.Everyone, Reach: u.Actor.Reach}
}

// Library is all that can be read in the registry's state.
func (d *Desk) Library(ctx context.Context) (*course.Library, error) {
	p, err := d.keeper.Policy(ctx)
	if err != nil {
		return nil, err
	}
	return course.Of(p)
}

// errNoCourse is for a course that is not there.
var errNoCourse = fault.New(fault.NotFound, "There is no such course. See the list of courses.")

// Course is one course; fault.NotFound when there is none of that code.
func (d *Desk) Course(ctx context.Context, code string) (*course.Course, error) {
	l, err := d.Library(ctx)
	if err != nil {
		return nil, err
	}
	if c := l.Named(code); c != nil {
		return c, nil
	}
	return nil, errNoCourse
}

// Before are the courses that a user of a role still has to complete before they use
// the registry. Where the state requires none of the role, nothing is read.
func (d *Desk) Before(ctx context.Context, user iis.UserID, role string) ([]string, error) {
	p, err := d.keeper.Policy(ctx)
	if err != nil {
		return nil, err
	}
	if !slices.ContainsFunc(p.Training, func(r policy.Requirement) bool { return r.Use && slices.Contains(r.Roles, role) }) {
		return nil, nil
	}
	needs, err := course.Needs(p, course.BeforeUse)
	if err != nil {
		return nil, err
	}
	var lacks []string
	err = d.store.Read(ctx, func(tx *store.Tx) error {
		lacks, err = tx.LacksCourses(user, needs[role])
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("see what user %d has learned: %w", user, err)
	}
	return lacks, nil
}

// Standing is how somebody stands with a course.
type Standing struct {
	*course.Course
	Use, GoLive bool               // required of their role, before use or before their site goes live
	Done        *iis.CourseResult  // the newest completion; nil: none
	Counts      bool               // it is of a version that counts
	Tries       []iis.CourseResult // those since then that were in vain, the newest first
}

// Lacks reports a course that is required and was not completed.
func (s *Standing) Lacks() bool { return (s.Use || s.GoLive) && !s.Counts }

// mostResults is how many results of a user are looked at.
const mostResults = 2000

// Mine is how a user stands with every course, in the order of the library.
func (d *Desk) Mine(ctx context.Context, u User) ([]Standing, error) {
	p, err := d.keeper.Policy(ctx)
	if err != nil {
		return nil, err
	}
	l, err := course.Of(p)
	if err != nil {
		return nil, err
	}
	var results []iis.CourseResult
	err = d.store.Read(ctx, func(tx *store.Tx) error {
		results, err = tx.CourseResults(u.Actor.User, mostResults)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read results of user %d: %w", u.Actor.User, err)
	}
	var out []Standing
	for _, c := range l.Courses {
		s := Standing{Course: c}
		for _, r := range p.Training {
			if r.Course == c.Code && slices.Contains(r.Roles, u.Role) {
				s.Use, s.GoLive = s.Use || r.Use, s.GoLive || !r.Use
			}
		}
		for i := range results {
			switch r := &results[i]; {
			case r.Course != c.Code || s.Done != nil:
			case r.Passed:
				s.Done, s.Counts = r, r.Version >= c.Since
			default:
				s.Tries = append(s.Tries, *r)
			}
		}
		out = append(out, s)
	}
	return out, nil
}

// mostSay is how long a text may be, in characters.
const mostSay = 1000

// tidy is a text of one paragraph or more without what nobody can see; fault.Invalid
// when it is longer than most.
func tidy(what, text string, most int) (string, error) {
	text = fold.Visible(text)
	if utf8.RuneCountInString(text) > most {
		return "", fault.New(fault.Invalid, "%s is too long: write %d characters at most. Nothing was changed.", what, most)
	}
	return text, nil
}

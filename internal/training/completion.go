package training

import (
	"context"
	"fmt"
	"slices"

	"openiis/internal/course"
	"openiis/internal/iis"
	"openiis/internal/policy"
	"openiis/internal/store"
)

// Learned is a user with what they have completed.
type Learned struct {
	ID       iis.UserID
	Username string
	Name     string
	Role     string // its ID
	Site     string // "": none
	Courses  []CourseState
	Lacks    int // required courses that are not completed
}

// CourseState is how a user stands with a course that is required of them, or that they
// have completed.
type CourseState struct {
	Code, Title string
	Required    bool
	Use         bool // before use
	Done        *store.CourseDone
	Counts      bool
}

// Completion is a page of users with what they have completed.
type Completion struct {
	Users []Learned
	Next  string // the last user name when there are more; "" on the last page
	// Required says that the state requires any course.
	Required bool
}

// completionPage is how many users a page has, and completionAll how many a list to
// be taken away has at most.
const (
	completionPage = 50
	completionAll  = 100_000
)

// Completion is a page of the users whom somebody looks after, after a user name: those
// of their own site or region, or all. Those whose access has ended are not among them. It is
// audited.
func (d *Desk) Completion(ctx context.Context, by User, after string) (*Completion, error) {
	return d.completion(ctx, by, after, completionPage)
}

// CompletionOfAll is Completion of all on one page.
func (d *Desk) CompletionOfAll(ctx context.Context, by User) (*Completion, error) {
	out := &Completion{}
	for after := ""; ; {
		page, err := d.completion(ctx, by, after, 500)
		if err != nil {
			return nil, err
		}
		out.Users, out.Required = append(out.Users, page.Users...), page.Required
		if after = page.Next; after == "" || len(out.Users) >= completionAll {
			return out, nil
		}
	}
}

func (d *Desk) completion(ctx context.Context, by User, after string, size int) (*Completion, error) {
	p, err := d.keeper.Policy(ctx)
	if err != nil {
		return nil, err
	}
	l, err := course.Of(p)
	if err != nil {
		return nil, err
	}
	out := &Completion{Required: len(p.Training) > 0}
	err = d.store.Read(ctx, func(tx *store.Tx) error {
		out.Users, out.Next = nil, ""
		found, err := tx.Accounts(by.scope(), after, size+1)
		if err != nil {
			return err
		}
		if len(found) > size {
			found = found[:size]
			out.Next = found[size-1].Username
		}
		found = slices.DeleteFunc(found, func(a store.AccountAt) bool { return !a.Ended.IsZero() })
		ids := make([]iis.UserID, len(found))
		for i, a := range found {
			ids[i] = a.ID
		}
		done, err := tx.CoursesDone(ids)
		if err != nil {
			return err
		}
		for _, a := range found {
			out.Users = append(out.Users, learned(p, l, a, done[a.ID]))
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list what users have completed: %w", err)
	}
	return out, d.store.AuditRead(store.Audit{At: d.now(), Actor: by.Actor, Act: "list training of users", Subject: int64(len(out.Users))})
}

// learned is one user with what is required of them, and what else they have completed.
func learned(p *policy.Policy, l *course.Library, a store.AccountAt, done map[string]store.CourseDone) Learned {
	out := Learned{ID: a.ID, Username: a.Username, Name: a.Name, Role: a.Role, Site: a.Site}
	for _, c := range l.Courses {
		s := CourseState{Code: c.Code, Title: c.Title}
		for _, r := range p.Training {
			if r.Course == c.Code && slices.Contains(r.Roles, a.Role) {
				s.Required, s.Use = true, s.Use || r.Use
			}
		}
		if have, ok := done[c.Code]; ok {
			s.Done, s.Counts = &have, have.Version >= c.Since
		}
		if !s.Required && s.Done == nil {
			continue
		}
		if s.Required && !s.Counts {
			out.Lacks++
		}
		out.Courses = append(out.Courses, s)
	}
	return out
}

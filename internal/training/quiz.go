package training

import (
	"context"
	"fmt"
	"time"

	"openiis/internal/cal"
	"openiis/internal/course"
	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/store"
)

// Outcome is what came of a quiz.
type Outcome struct {
	Course    *course.Course
	Score     int
	Passed    bool
	Questions []Answered
}

// Answered is a question as somebody answered it.
type Answered struct {
	*course.Question
	Chosen []int // places of choices
	Right  bool
}

// Chose reports that a choice was chosen, by its place.
func (a Answered) Chose(i int) bool {
	for _, c := range a.Chosen {
		if c == i {
			return true
		}
	}
	return false
}

// mostTries is how often somebody may try a quiz in vain within a day: whoever guesses
// has to read.
const mostTries = 8

// Try takes somebody's answers to a quiz, by the places of questions and choices, and
// keeps the result. fault.Invalid when a question was not answered, fault.Conflict when
// the course has changed meanwhile, fault.Busy after too many tries.
func (d *Desk) Try(ctx context.Context, u User, code string, version int, chosen map[int][]int) (*Outcome, error) {
	c, err := d.Course(ctx, code)
	if err != nil {
		return nil, err
	}
	switch {
	case len(c.Quiz) == 0:
		return nil, fault.New(fault.NotFound, "This course has no quiz.")
	case version != c.Version:
		return nil, fault.New(fault.Conflict, "The course has changed since you opened the quiz. Open it again.")
	}
	out := &Outcome{Course: c}
	for i := range c.Quiz {
		if len(chosen[i]) == 0 {
			return nil, fault.New(fault.Invalid, "Question %d is not answered yet. Answer every question.", i+1)
		}
		a := Answered{&c.Quiz[i], chosen[i], c.Quiz[i].IsRight(chosen[i])}
		if a.Right {
			out.Score++
		}
		out.Questions = append(out.Questions, a)
	}
	out.Passed = c.Passes(out.Score)
	err = d.store.Write(ctx, func(tx *store.Tx) error {
		now := d.now()
		tries, err := tx.TriesSince(u.Actor.User, code, now.Add(-24*time.Hour))
		switch {
		case err != nil:
			return err
		case tries >= mostTries:
			return fault.New(fault.Busy, "You have tried this quiz %d times within a day. Read the pages again, and come back tomorrow.", tries)
		}
		return tx.AddCourseResult(iis.CourseResult{
			User: u.Actor.User, Course: c.Code, Version: c.Version, Title: c.Title, Role: u.Role,
			Score: out.Score, Questions: len(c.Quiz), Passed: out.Passed, At: now, NotedBy: u.Actor.User,
		}, u.Actor)
	})
	if err != nil {
		return nil, fmt.Errorf("keep the result of a quiz: %w", err)
	}
	return out, nil
}

// Certificate is what says that somebody has completed a course.
type Certificate struct {
	iis.CourseResult
	Registry   string // what the state's registry is called
	Department string
	Event      *iis.Event // the session that counted; nil: the quiz
	Day        cal.Date
	Counts     bool // the version counts still
}

// Certificate is that of a user's newest completion of a course; fault.NotFound when
// there is none.
func (d *Desk) Certificate(ctx context.Context, u User, code string) (*Certificate, error) {
	p, err := d.keeper.Policy(ctx)
	if err != nil {
		return nil, err
	}
	all, err := d.Mine(ctx, u)
	if err != nil {
		return nil, err
	}
	for _, s := range all {
		if s.Code != code || s.Done == nil {
			continue
		}
		out := &Certificate{CourseResult: *s.Done, Registry: p.Registry, Department: p.Department, Day: cal.On(s.Done.At), Counts: s.Counts}
		if s.Done.Event == 0 {
			return out, nil
		}
		err := d.store.Read(ctx, func(tx *store.Tx) error {
			e, err := tx.Event(s.Done.Event)
			out.Event = &e
			return err
		})
		return out, err
	}
	return nil, fault.New(fault.NotFound, "You have not completed this course, or it is not there any more.")
}

// ByCommand notes that a user has completed a course, as an operator says who has
// proof of it, such as the certificate of the registry that was here before.
// fault.NotFound when there is no such course.
func (d *Desk) ByCommand(ctx context.Context, user iis.UserID, role, code string) error {
	c, err := d.Course(ctx, code)
	if err != nil {
		return err
	}
	return d.store.Write(ctx, func(tx *store.Tx) error {
		return tx.AddCourseResult(iis.CourseResult{
			User: user, Course: c.Code, Version: c.Version, Title: c.Title, Role: role, Passed: true, At: d.now(),
		}, iis.Actor{Kind: "command"})
	})
}

// Package course is what people read to learn the registry: courses with pages and a
// quiz, and questions with answers, as the files under training/ and help/ have them,
// with a state's own beside or instead of them; and which courses its policy requires.
//
// It knows no user: package internal/training keeps who has completed what. What was
// read is never changed and may be shared by everyone. Start at Of, Library and Needs.
package course

import (
	"cmp"
	"errors"
	"fmt"
	"hash/fnv"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"sync"

	"openiis/help"
	"openiis/internal/iis"
	"openiis/internal/policy"
	"openiis/training"
)

// Course is one course.
type Course struct {
	Code     string // its name in addresses and in the database: it stays
	Language string // ISO 639-1: en
	Title    string
	About    string // what one learns, in a sentence
	Place    int    // in the library: lower ones first
	Minutes  int    // how long it takes
	Version  int
	Since    int // completions of this version and of later ones count
	PassMark int // how many of a hundred answers are to be right; 0 without a quiz
	Pages    []Page
	Videos   []Video
	Quiz     []Question // none: there is nothing to complete, and it is only read
	State    string     // the code of the state whose own it is; "": the program's
}

// Page is a page of a course.
type Page struct {
	Title string
	Prose
}

// Video is a film of a course. Its words stand on the page, whether it is there or not.
type Video struct {
	Title      string
	File       string // in the operator's folder
	Captions   string // likewise: WebVTT
	Transcript Prose
}

// Question is one of a quiz.
type Question struct {
	Ask     string
	Choices []Choice // mixed, and always in the same order
	Why     string   // the explanation, shown with the result
}

// Choice is an answer that can be chosen.
type Choice struct {
	Say   string
	Right bool
}

// Several reports a question of which more than one answer is right.
func (q *Question) Several() bool {
	n := 0
	for _, c := range q.Choices {
		if c.Right {
			n++
		}
	}
	return n > 1
}

// IsRight reports that exactly the right answers were chosen, by their places.
func (q *Question) IsRight(chosen []int) bool {
	for i, c := range q.Choices {
		if c.Right != slices.Contains(chosen, i) {
			return false
		}
	}
	return true
}

// Passes reports that so many right answers are enough.
func (c *Course) Passes(score int) bool {
	return len(c.Quiz) > 0 && score*100 >= c.PassMark*len(c.Quiz)
}

// Library is all that can be read.
type Library struct {
	Courses []*Course // in their order
	Topics  []*Topic  // in the order of their titles
}

// Named is the course of a code; nil when there is none.
func (l *Library) Named(code string) *Course {
	for _, c := range l.Courses {
		if c.Code == code {
			return c
		}
	}
	return nil
}

// Title is a course's title; the code itself of one that is not there (any more).
func (l *Library) Title(code string) string {
	if c := l.Named(code); c != nil {
		return c.Title
	}
	return code
}

// held is a library that was read, with what it was read of.
type held struct {
	lessons map[string]string
	*Library
}

// libraries are those of states, by their codes, as they were read last.
var libraries sync.Map // string → *held

// Of is the library of a state: the program's, with what the state has of its own. An
// error says what is wrong with the state's own, or with what its policy requires.
func Of(p *policy.Policy) (*Library, error) {
	lessons := maps.Clone(p.Files)
	maps.DeleteFunc(lessons, func(name, _ string) bool { return !policy.IsLesson(name) })
	if h, ok := libraries.Load(p.State); ok && maps.Equal(h.(*held).lessons, lessons) {
		return h.(*held).Library, h.(*held).checkNeeds(p)
	}
	l, err := readAll(p.State, lessons)
	if err != nil {
		return nil, err
	}
	libraries.Store(p.State, &held{lessons, l})
	return l, l.checkNeeds(p)
}

// readAll reads the program's files and a state's own, which replace those of the same
// code.
func readAll(state string, own map[string]string) (*Library, error) {
	ours := map[string]string{}
	if err := errors.Join(load(ours, training.Name, training.Files), load(ours, help.Name, help.Files)); err != nil {
		return nil, err
	}
	l, mine := &Library{}, &Library{}
	if err := errors.Join(l.read("", ours), mine.read("states/"+state+"/", own)); err != nil {
		return nil, err
	}
	for _, c := range mine.Courses {
		c.State = state
		l.Courses = slices.DeleteFunc(l.Courses, func(other *Course) bool { return other.Code == c.Code })
	}
	for _, t := range mine.Topics {
		l.Topics = slices.DeleteFunc(l.Topics, func(other *Topic) bool { return other.Code == t.Code })
	}
	l.Courses, l.Topics = append(l.Courses, mine.Courses...), append(l.Topics, mine.Topics...)
	slices.SortFunc(l.Courses, func(a, b *Course) int { return cmp.Or(a.Place-b.Place, cmp.Compare(a.Code, b.Code)) })
	slices.SortFunc(l.Topics, func(a, b *Topic) int { return cmp.Compare(a.Title, b.Title) })
	return l, nil
}

// load puts the files of a folder of the program into a map.
func load(into map[string]string, folder string, files fs.FS) error {
	return fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := fs.ReadFile(files, name)
		into[folder+"/"+name] = string(text)
		return err
	})
}

// checkNeeds refuses a policy that requires a course that nobody could complete.
func (l *Library) checkNeeds(p *policy.Policy) error {
	var errs []error
	for _, r := range p.Training {
		switch c := l.Named(r.Course); {
		case c == nil:
			errs = append(errs, fmt.Errorf("the policy of %s requires the course %q, which is not there: want one of %s", p.State, r.Course, strings.Join(l.codes(), ", ")))
		case len(c.Quiz) == 0:
			errs = append(errs, fmt.Errorf("the policy of %s requires the course %q, which has no quiz and cannot be completed", p.State, r.Course))
		}
	}
	return errors.Join(errs...)
}

func (l *Library) codes() (out []string) {
	for _, c := range l.Courses {
		out = append(out, c.Code)
	}
	return out
}

// Stage is when a course has to be completed.
type Stage bool

// The stages. What is needed before use is needed before going live too.
const (
	BeforeGoLive Stage = false
	BeforeUse    Stage = true
)

// Needs are the courses that a state requires before a stage, by role.
func Needs(p *policy.Policy, before Stage) (iis.CourseNeeds, error) {
	l, err := Of(p)
	if err != nil {
		return nil, err
	}
	out := iis.CourseNeeds{}
	for _, r := range p.Training {
		if before == BeforeUse && !r.Use {
			continue
		}
		for _, role := range r.Roles {
			out[role] = append(out[role], iis.CourseNeed{Course: r.Course, Least: l.Named(r.Course).Since})
		}
	}
	return out, nil
}

// mixed puts choices in an order that does not tell which are right, and is always the
// same.
func mixed(ask string, choices []Choice) []Choice {
	key := func(c Choice) uint64 {
		h := fnv.New64a()
		_, _ = h.Write([]byte(ask + "\x00" + c.Say)) // a hash never fails
		return h.Sum64()
	}
	slices.SortFunc(choices, func(a, b Choice) int { return cmp.Compare(key(a), key(b)) })
	return choices
}

package web

import (
	"html/template"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"openiis/internal/access"
	"openiis/internal/course"
	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/paper"
	"openiis/internal/training"
)

// learner is somebody who learns, or looks after those who do.
func learner(u access.User) training.User {
	return training.User{Actor: u.Actor(), Role: u.Role, Sender: u.Sender, Everyone: u.Everyone(), Looks: seeTraining.allows(u)}
}

func courseAddress(code string) string { return "/training/courses/" + code }

// trainingPage is the library, with what whoever looks has completed.
type trainingPage struct {
	Courses []training.Standing // of who is signed in; of others without results
	Known   bool                // somebody is signed in
	Lacks   []training.Standing // that are required and not completed, those before use first
	First   bool                // they were led here, for they may use nothing else yet
}

// training shows the library to everyone.
func (s *site) training(w http.ResponseWriter, r *http.Request) error {
	u, err := s.known(r)
	if err != nil {
		return err
	}
	p := trainingPage{Known: u.ID != 0, First: r.URL.Query().Has("first") && len(visitOf(r).lacks) > 0}
	if p.Courses, err = s.Training.Mine(r.Context(), learner(u)); err != nil {
		return err
	}
	for _, use := range []bool{true, false} {
		for _, c := range p.Courses {
			if c.Lacks() && c.Use == use {
				p.Lacks = append(p.Lacks, c)
			}
		}
	}
	return s.show(w, r, http.StatusOK, view{Page: "training", Title: "Training", Body: p})
}

// coursePage is a course, or a page of it.
type coursePage struct {
	*course.Course
	Known   bool
	Mine    training.Standing
	N       int // the page's number, from 1; 0: the course itself
	Title   string
	Text    template.HTML // of the page
	Videos  []videoPart
	Missing bool // films are not in the operator's folder
}

// videoPart is a film with its words.
type videoPart struct {
	course.Video
	There bool // its file is in the operator's folder
	Words template.HTML
}

// Next is the number of the next page; 0 on the last.
func (p coursePage) Next() int {
	if p.N >= len(p.Pages) {
		return 0
	}
	return p.N + 1
}

// Number is the number of a page, by its place.
func (coursePage) Number(i int) int { return i + 1 }

// theCourse is the course that an address names, with how whoever looks stands with it.
func (s *site) theCourse(r *http.Request) (p coursePage, err error) {
	u, err := s.known(r)
	if err != nil {
		return p, err
	}
	all, err := s.Training.Mine(r.Context(), learner(u))
	if err != nil {
		return p, err
	}
	i := slices.IndexFunc(all, func(c training.Standing) bool { return c.Code == r.PathValue("course") })
	if i < 0 {
		return p, fault.New(fault.NotFound, "There is no such course. See the list of courses.")
	}
	return coursePage{Course: all[i].Course, Known: u.ID != 0, Mine: all[i]}, nil
}

// course shows what a course is, and its films.
func (s *site) course(w http.ResponseWriter, r *http.Request) error {
	p, err := s.theCourse(r)
	if err != nil {
		return err
	}
	for _, v := range p.Course.Videos {
		part := videoPart{Video: v, There: s.hasVideo(v.File), Words: template.HTML(v.Transcript.HTML)}
		p.Videos = append(p.Videos, part)
	}
	if len(p.Videos) > 0 {
		w.Header().Set("Content-Security-Policy", policyWithFilms)
	}
	return s.show(w, r, http.StatusOK, view{Page: "course", Title: p.Course.Title, Body: p})
}

// policyWithFilms is the content security policy of a page with films of ours.
const policyWithFilms = contentPolicy + "; media-src 'self'"

// coursePage shows a page of a course.
func (s *site) coursePage(w http.ResponseWriter, r *http.Request) error {
	p, err := s.theCourse(r)
	if err != nil {
		return err
	}
	n, err := strconv.Atoi(r.PathValue("page"))
	if err != nil || n < 1 || n > len(p.Pages) {
		return fault.New(fault.NotFound, "This course has no such page.")
	}
	p.N, p.Title, p.Text = n, p.Pages[n-1].Title, template.HTML(p.Pages[n-1].HTML) // safe: package course makes it
	return s.show(w, r, http.StatusOK, view{Page: "lesson", Title: p.Title + ": " + p.Course.Title, Body: p})
}

// hasVideo reports a file that is in the operator's folder.
func (s *site) hasVideo(file string) bool {
	if s.Videos == "" {
		return false
	}
	is, err := os.Stat(filepath.Join(s.Videos, filepath.Base(file)))
	return err == nil && is.Mode().IsRegular()
}

// videoTypes are the media types of what the folder of films may have.
var videoTypes = map[string]string{".mp4": "video/mp4", ".webm": "video/webm", ".vtt": "text/vtt; charset=utf-8"}

// video sends a film or its captions, or a range of it (RFC 9110, 14). Nothing is sent
// that no course names.
func (s *site) video(w http.ResponseWriter, r *http.Request) error {
	l, err := s.Training.Library(r.Context())
	if err != nil {
		return err
	}
	name, named := r.PathValue("file"), false
	for _, c := range l.Courses {
		named = named || slices.ContainsFunc(c.Videos, func(v course.Video) bool { return v.File == name || v.Captions == name })
	}
	none := fault.New(fault.NotFound, "There is no such film.")
	if !named || !s.hasVideo(name) {
		return none
	}
	root, err := os.OpenRoot(s.Videos)
	if err != nil {
		return none
	}
	defer func() { _ = root.Close() }() // nothing was written
	f, err := root.Open(name)
	if err != nil {
		return none
	}
	defer func() { _ = f.Close() }() // likewise
	is, err := f.Stat()
	if err != nil || !is.Mode().IsRegular() {
		return none
	}
	w.Header().Set("Content-Type", videoTypes[filepath.Ext(name)])
	w.Header().Set("Cache-Control", "public, max-age=3600")
	http.ServeContent(w, r, "", is.ModTime(), f)
	return nil
}

// quizPage is the quiz of a course, with what was chosen.
type quizPage struct {
	*course.Course
	Chosen  map[int][]int
	Problem string
}

// Chose reports that a choice of a question was chosen.
func (p quizPage) Chose(question, choice int) bool {
	return slices.Contains(p.Chosen[question], choice)
}

// Number is the number of a question, by its place.
func (quizPage) Number(i int) int { return i + 1 }

func (s *site) quizForm(w http.ResponseWriter, r *http.Request) error {
	return s.showQuiz(w, r, quizPage{}, nil)
}

func (s *site) showQuiz(w http.ResponseWriter, r *http.Request, p quizPage, wrong error) (err error) {
	if p.Course, err = s.Training.Course(r.Context(), r.PathValue("course")); err != nil {
		return err
	}
	if len(p.Quiz) == 0 {
		return fault.New(fault.NotFound, "This course has no quiz.")
	}
	status, title := http.StatusOK, "Quiz: "+p.Course.Title
	if wrong != nil {
		visitOf(r).err = wrong
		p.Problem = fault.Public(wrong)
		status, _ = s.explain(w, wrong)
		title = "Error: " + title
	}
	return s.show(w, r, status, view{Page: "quiz", Title: title, Body: p})
}

// quiz takes the answers to a quiz and shows what came of them.
func (s *site) quiz(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(r); err != nil {
		return err
	}
	code, chosen := r.PathValue("course"), map[int][]int{}
	c, err := s.Training.Course(r.Context(), code)
	if err != nil {
		return err
	}
	for i := range c.Quiz {
		for _, v := range r.PostForm["q"+strconv.Itoa(i)] {
			if n, err := strconv.Atoi(v); err == nil && n >= 0 && n < len(c.Quiz[i].Choices) {
				chosen[i] = append(chosen[i], n)
			}
		}
	}
	version, _ := strconv.Atoi(r.PostForm.Get("version")) // what is no number is no version
	out, err := s.Training.Try(r.Context(), learner(visitOf(r).user), code, version, chosen)
	if said(err) || fault.KindOf(err) == fault.Busy && err != nil {
		return s.showQuiz(w, r, quizPage{Chosen: chosen}, err)
	}
	if err != nil {
		return err
	}
	if out.Passed { // the page already shows what they may from now on
		if visitOf(r).lacks, err = s.Training.Before(r.Context(), visitOf(r).user.ID, visitOf(r).user.Role); err != nil {
			return err
		}
	}
	title := "Not passed: " + c.Title
	if out.Passed {
		title = "Completed: " + c.Title
	}
	return s.show(w, r, http.StatusOK, view{Page: "passed", Title: title, Body: out})
}

// certificatePage is what says that somebody has completed a course.
type certificatePage struct {
	*training.Certificate
	Code string
}

func (s *site) certificate(w http.ResponseWriter, r *http.Request) error {
	c, err := s.Training.Certificate(r.Context(), learner(visitOf(r).user), r.PathValue("course"))
	if err != nil {
		return err
	}
	return s.show(w, r, http.StatusOK, view{Page: "certificate", Title: "Certificate: " + c.Title, Body: certificatePage{c, c.Course}})
}

func (s *site) printedCertificate(w http.ResponseWriter, r *http.Request) error {
	v := visitOf(r)
	c, err := s.Training.Certificate(r.Context(), learner(v.user), r.PathValue("course"))
	if err != nil {
		return err
	}
	out := &paper.Certificate{
		Name: v.user.Name, Course: c.Title, Version: c.Version, Role: roleWords(c.Role, v.user.Site), Day: c.Day, How: howCompleted(c),
		Registry: c.Registry, Department: c.Department, Issuer: issuer, Issued: v.started, Number: v.user.ID.Public(),
	}
	pdf, err := paper.WriteCertificate(out)
	if err != nil {
		return err
	}
	sendPDF(w, "certificate-"+c.Course+".pdf", pdf)
	return nil
}

// How says in words how the course was completed.
func (p certificatePage) How() string { return howCompleted(p.Certificate) }

func howCompleted(c *training.Certificate) string {
	switch {
	case c.Event != nil:
		return "By taking part in the session “" + c.Event.Title + "”"
	case c.Questions == 0:
		return "As noted by an operator of the registry, who has seen proof"
	}
	return "By the quiz, with " + strconv.Itoa(c.Score) + " of " + strconv.Itoa(c.Questions) + " answers right"
}

// eventIn is the session that an address names.
func eventIn(r *http.Request) (iis.EventID, error) {
	id, ok := iis.ParseEventID(r.PathValue("event"))
	if !ok {
		return 0, fault.New(fault.NotFound, "There is no such session.")
	}
	return id, nil
}

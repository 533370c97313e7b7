package course

import (
	"errors"
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"openiis/help"
	"openiis/internal/yaml"
	"openiis/training"
)

// The files of a course's folder.
const (
	courseFile = "course.yaml"
	pagesFile  = "pages.md"
)

// read reads files of courses and of answers, texts by their names, which from begins
// in errors: training/CODE/course.yaml with what stands beside it, and help/CODE.md. What
// is wrong with any is told together, and a file that is none of these is wrong.
func (l *Library) read(from string, files map[string]string) error {
	folders := map[string]map[string]string{}
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(files)) {
		parts := strings.Split(name, "/")
		switch {
		case len(parts) == 2 && parts[1] == "README.md": // for who writes them
		case parts[0] == training.Name && len(parts) == 3:
			if folders[parts[1]] == nil {
				folders[parts[1]] = map[string]string{}
			}
			folders[parts[1]][parts[2]] = files[name]
		case parts[0] == help.Name && len(parts) == 2 && strings.HasSuffix(name, ".md"):
			t, err := readTopic(from+name, strings.TrimSuffix(parts[1], ".md"), []byte(files[name]))
			l.Topics, errs = append(l.Topics, t), append(errs, err)
		default:
			errs = append(errs, fmt.Errorf("%s%s: it is neither a file of a course (training/CODE/%s, %s or a transcript) nor one of answers (help/CODE.md)", from, name, courseFile, pagesFile))
		}
	}
	for _, code := range slices.Sorted(maps.Keys(folders)) {
		c, err := readCourse(path.Join(from+training.Name, code), code, folders[code])
		l.Courses, errs = append(l.Courses, c), append(errs, err)
	}
	return errors.Join(errs...)
}

// reading is the folder of a course that is read.
type reading struct {
	dir   string
	files map[string]string
	used  []string
	errs  []error
}

// markdown is a file of the folder; an empty one when it is not there, which is an error.
func (r *reading) markdown(name string) *document {
	text, ok := r.files[name]
	if !ok {
		r.errs = append(r.errs, fmt.Errorf("%s: there is no %s", r.dir, name))
	}
	r.used = append(r.used, name)
	return &document{file: path.Join(r.dir, name), source: []byte(text)}
}

// readCourse reads one course, strictly.
func readCourse(dir, code string, files map[string]string) (*Course, error) {
	r := &reading{dir: dir, files: files, used: []string{courseFile}}
	c := &Course{}
	var transcripts []string
	if text, ok := files[courseFile]; ok {
		r.errs = append(r.errs, yaml.ReadStrictly(path.Join(dir, courseFile), []byte(text), func(m *yaml.Map) { transcripts = c.read(m, code) }))
	} else {
		r.errs = append(r.errs, fmt.Errorf("%s: there is no %s", dir, courseFile))
	}
	d := r.markdown(pagesFile)
	for _, p := range d.parts(1) {
		switch {
		case p.title != "":
			c.Pages = append(c.Pages, Page{p.title, d.prose(p.nodes)})
		case len(p.nodes) > 0:
			d.fail(p.nodes[0], "a page begins with its title: # Title")
		}
	}
	if len(c.Pages) == 0 && len(d.errs) == 0 && len(d.source) > 0 {
		d.errs = append(d.errs, fmt.Errorf("%s: there is no page: a page begins with its title: # Title", d.file))
	}
	r.errs = append(r.errs, d.errs...)
	for i, file := range transcripts {
		d := r.markdown(file)
		for _, p := range d.parts(1) {
			c.Videos[i].Transcript = d.prose(p.nodes)
		}
		r.errs = append(r.errs, d.errs...)
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if !slices.Contains(r.used, name) {
			r.errs = append(r.errs, fmt.Errorf("%s: nothing of the course names this file: remove it", path.Join(dir, name)))
		}
	}
	return c, errors.Join(r.errs...)
}

// plainFile is the name of a file without folders.
var plainFile = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]*\.[a-z0-9]{2,5}$`)

// file is the name of a file of certain kinds.
func file(m *yaml.Map, key, what string, kinds ...string) string {
	word := m.Text(key, what)
	ok := plainFile.MatchString(word)
	if ok {
		ok = false
		for _, k := range kinds {
			ok = ok || strings.HasSuffix(word, k)
		}
	}
	if word != "" && !ok {
		m.Fail(m.Find(key), m.At(key), "%q is none: want the name of a file that ends with %s, without a folder", word, strings.Join(kinds, " or "))
	}
	return word
}

// read reads what the file of a course says, and returns the files of transcripts.
func (c *Course) read(m *yaml.Map, folder string) (transcripts []string) {
	c.Code = m.Text("course", "its code, which is the name of its folder")
	if c.Code != folder || strings.Trim(c.Code, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
		m.Fail(m.Find("course"), "course", "%q is none: want the name of its folder, %q, of lower-case letters, digits and hyphens", c.Code, folder)
	}
	c.Language = m.Text("language", "an ISO 639-1 code, such as en")
	c.Title = m.Text("title", "its title")
	c.About = m.Text("about", "what one learns, in a sentence")
	c.Place = m.Number("place", "its place in the library", 1, 999)
	c.Minutes = m.Number("minutes", "minutes", 1, 600)
	c.Version = m.Number("version", "versions", 1, 9999)
	c.Since = m.Number("counts since", "versions", 1, 9999)
	if c.Since > c.Version {
		m.Fail(m.Find("counts since"), "counts since", "%d is no version yet: the newest is %d", c.Since, c.Version)
	}
	for _, n := range m.Items(m.Find("videos"), "videos") {
		m.Group(n, "videos", func(m *yaml.Map) {
			c.Videos = append(c.Videos, Video{
				Title: m.Text("title", "what the video shows"), File: file(m, "file", "the video's file", ".mp4", ".webm"),
				Captions: file(m, "captions", "its captions", ".vtt"),
			})
			transcripts = append(transcripts, file(m, "transcript", "what is said in it, in the course's folder", ".md"))
		})
	}
	quiz := m.Find("quiz")
	if quiz == nil {
		return transcripts
	}
	c.PassMark = m.Number("pass mark", "right answers of a hundred", 1, 100)
	for _, n := range m.Items(quiz, "quiz") {
		m.Group(n, "quiz", func(m *yaml.Map) { c.Quiz = append(c.Quiz, readQuestion(m)) })
	}
	return transcripts
}

// readQuestion reads a question with its right and wrong answers.
func readQuestion(m *yaml.Map) Question {
	q := Question{Ask: m.Text("question", "what is asked")}
	said := map[string]bool{}
	choices := func(key string, right bool) {
		for _, n := range m.Items(m.Must(key, "a list of answers"), key) {
			say := m.Word(n, m.At(key), "an answer")
			if said[say] {
				m.Fail(n, m.At(key), "%q is here twice: remove one", say)
			}
			said[say] = true
			q.Choices = append(q.Choices, Choice{say, right})
		}
	}
	choices("right", true)
	choices("wrong", false)
	q.Choices = mixed(q.Ask, q.Choices)
	q.Why = m.Text("why", "why the right answer is right")
	return q
}

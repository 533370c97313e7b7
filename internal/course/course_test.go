package course

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/policy"
	"openiis/internal/role"
)

// The courses for the main tasks are written, each with pages and a quiz.
func TestTheCoursesForTheMainTasksAreThere(t *testing.T) {
	l, err := Of(policy.Neutral())
	is.NoError(t, "read", err)
	for _, code := range []string{
		"privacy-and-security", "finding-a-person", "reading-a-record", "entering-doses", "informing-and-data-sharing", "duplicates-and-corrections",
		"message-answers", "uploading-files", "managing-users", "schools-and-child-care",
	} {
		c := l.Named(code)
		if c == nil {
			t.Errorf("there is no course %s", code)
			continue
		}
		if len(c.Pages) < 3 || len(c.Quiz) < 3 || c.PassMark == 0 {
			t.Errorf("%s has %d pages and %d questions", code, len(c.Pages), len(c.Quiz))
		}
		for _, q := range c.Quiz {
			if q.Why == "" || len(q.Choices) < 3 {
				t.Errorf("%s: the question %q has too few answers, or none is explained", code, q.Ask)
			}
		}
	}
	if len(l.Topics) < 4 {
		t.Errorf("only %d topics of questions and answers", len(l.Topics))
	}
}

// Whatever links to a course or an answer leads to one, in every state.
func TestLinksInCoursesLeadSomewhere(t *testing.T) {
	link := regexp.MustCompile(`href="(/[^"]*)"`)
	for _, state := range append(policy.States(), "neutral") {
		l, err := Of(policy.Named(state))
		is.NoError(t, state, err)
		var prose []Prose
		for _, c := range l.Courses {
			for _, p := range c.Pages {
				prose = append(prose, p.Prose)
			}
		}
		for _, topic := range l.Topics {
			for _, a := range topic.Answers {
				prose = append(prose, a.Prose)
			}
		}
		for _, p := range prose {
			for _, m := range link.FindAllStringSubmatch(p.HTML, -1) {
				code, isCourse := strings.CutPrefix(m[1], "/training/courses/")
				switch {
				case isCourse && l.Named(code) == nil:
					t.Errorf("%s: %s leads to no course", state, m[1])
				case !isCourse && !slices.Contains([]string{"/training", "/training/sessions", "/help", "/help/new", "/account", "/help/ask"}, m[1]):
					t.Errorf("%s: %s leads to no page that this test knows", state, m[1])
				}
			}
		}
	}
}

func TestEveryStateRequiresCoursesThatThereAreOfRolesThatThereAre(t *testing.T) {
	for _, state := range append(policy.States(), "neutral") {
		p := policy.Named(state)
		_, err := Of(p)
		is.NoError(t, state, err)
		for _, r := range p.Training {
			for _, id := range r.Roles {
				if role.Named(id) == nil {
					t.Errorf("%s requires %s of the role %q, which is not there", state, r.Course, id)
				}
			}
		}
	}
	for _, state := range append(policy.States(), "neutral") {
		use, err := Needs(policy.Named(state), BeforeUse)
		is.NoError(t, "needs", err)
		live, err := Needs(policy.Named(state), BeforeGoLive)
		is.NoError(t, "needs", err)
		is.Equal(t, state+": before use", codesOf(use["clinic-staff"]), "privacy-and-security")
		for id, want := range map[string]string{
			"clinic-staff":         "privacy-and-security finding-a-person reading-a-record informing-and-data-sharing entering-doses",
			"viewer":               "privacy-and-security finding-a-person reading-a-record",
			"access-administrator": "privacy-and-security finding-a-person reading-a-record informing-and-data-sharing entering-doses managing-users",
			"school-nurse":         "privacy-and-security reading-a-record schools-and-child-care",
			"administrator":        "", "vendor": "",
		} {
			is.Equal(t, state+": before going live, of "+id, codesOf(live[id]), want)
		}
	}
}

func codesOf(needs []iis.CourseNeed) string {
	var codes []string
	for _, n := range needs {
		codes = append(codes, n.Course)
	}
	return strings.Join(codes, " ")
}

// What people are told and may choose is each state's own.
func TestEachStateTeachesItsOwnInformingAndSharing(t *testing.T) {
	for state, says := range map[string]string{"ma": "Yes, No and Unknown", "mn": "800-657-3970", "ms": "Mississippi Child Immunization Act of 1994"} {
		l, err := Of(policy.Named(state))
		is.NoError(t, state, err)
		c, words := l.Named("informing-and-data-sharing"), ""
		for _, p := range c.Pages {
			words += p.Title + " " + p.Text + " "
		}
		is.Equal(t, state+" says "+says, []any{c.State, strings.Contains(words, says)}, []any{state, true})
	}
}

func TestAStateReplacesACourseAndAddsAnswers(t *testing.T) {
	ma, err := Of(policy.Named("ma"))
	is.NoError(t, "ma", err)
	neutral, err := Of(policy.Neutral())
	is.NoError(t, "neutral", err)
	is.Equal(t, "whose it is", ma.Named("informing-and-data-sharing").State, "ma")
	is.Equal(t, "whose it is elsewhere", neutral.Named("informing-and-data-sharing").State, "")
	is.Equal(t, "courses", len(ma.Courses), len(neutral.Courses))
	is.Equal(t, "topics", len(ma.Topics), len(neutral.Topics)+1)
}

const courseText = `course: one
language: en
title: One
about: What is one.
place: 1
minutes: 5
version: 2
counts since: 1
pass mark: 60
videos:
- title: A film
  file: one.mp4
  captions: one.vtt
  transcript: film.md
quiz:
- question: Which?
  right: [This, That]
  wrong: [Other]
  why: So it is.
- question: And?
  right: ["Yes"]
  wrong: ["No", Perhaps]
  why: It is.
`

func written() map[string]string {
	return map[string]string{
		"training/one/course.yaml": courseText,
		"training/one/pages.md":    "# First\n\nSome **words** and [a link](/training).\n\n- one\n- two\n\n# Second\n\n## Below\n\nMore & more.\n",
		"training/one/film.md":     "A voice says hello.\n",
		"help/all.md":              "# All\n\n## How do I print a record?\n\nPress *Print*.\n\n## What is a registry number?\n\nThirteen letters.\n",
	}
}

func TestACourseIsReadWithItsPagesItsQuizAndItsTranscript(t *testing.T) {
	l := &Library{}
	is.NoError(t, "read", l.read("", written()))
	c := l.Courses[0]
	is.Equal(t, "titles", []string{c.Pages[0].Title, c.Pages[1].Title}, []string{"First", "Second"})
	is.Equal(t, "HTML", c.Pages[0].HTML, "<p>Some <strong>words</strong> and <a href=\"/training\">a link</a>.</p>\n<ul>\n<li>one</li>\n<li>two</li>\n</ul>\n")
	is.Equal(t, "words", c.Pages[1].Text, "Below More & more.")
	is.Equal(t, "transcript", c.Videos[0].Transcript.HTML, "<p>A voice says hello.</p>\n")
	q := c.Quiz[0]
	var right []int
	for i, choice := range q.Choices {
		if choice.Right {
			right = append(right, i)
		}
	}
	is.Equal(t, "several", q.Several(), true)
	is.Equal(t, "all right ones", q.IsRight(right), true)
	is.Equal(t, "one of two", q.IsRight(right[:1]), false)
	is.Equal(t, "everything", q.IsRight([]int{0, 1, 2}), false)
	is.Equal(t, "nothing", q.IsRight(nil), false)
	is.Equal(t, "one of two passes 60 of a hundred", c.Passes(1), false)
	is.Equal(t, "both do", c.Passes(2), true)
}

func TestCoursesAreReadStrictly(t *testing.T) {
	for _, c := range []struct{ file, old, new, want string }{
		{"training/one/course.yaml", "course: one", "course: two", `training/one/course.yaml:1: course: "two" is none`},
		{"training/one/course.yaml", "counts since: 1", "counts since: 3", "3 is no version yet"},
		{"training/one/course.yaml", "pass mark: 60\n", "", "pass mark: is missing"},
		{"training/one/course.yaml", "wrong: [Other]", "wrong: [This]", `"This" is here twice`},
		{"training/one/course.yaml", "file: one.mp4", "file: ../one.mp4", "without a folder"},
		{"training/one/course.yaml", "captions: one.vtt\n", "captions: one.txt\n", "ends with .vtt"},
		{"training/one/course.yaml", "transcript: film.md", "transcript: other.md", "there is no other.md"},
		{"training/one/course.yaml", "language: en", "tongue: en", `the key "tongue" is not known`},
		{"training/one/pages.md", "Some **words**", "Some <b>words</b>", "training/one/pages.md:3: HTML cannot stand here"},
		{"training/one/pages.md", "Some **words**", "<script>alert(1)</script>", "HTML cannot stand here"},
		{"training/one/pages.md", "(/training)", "(javascript:alert)", "is no link for a page"},
		{"training/one/pages.md", "(/training)", "(//evil.example)", "is no link for a page"},
		{"training/one/pages.md", "(/training)", "(http://plain.example)", "is no link for a page"},
		{"training/one/pages.md", "[a link]", "![a picture]", "a picture cannot stand here"},
		{"training/one/pages.md", "# First\n", "Words first.\n", "a page begins with its title"},
		{"help/all.md", "# All", "All", "help/all.md:1: the first line is the topic's title"},
		{"help/all.md", "Press *Print*.\n", "", "help/all.md:3: this question has no answer"},
		{"help/all.md", "## What is a registry number?", "## How do I print a record?", "this question is here twice"},
	} {
		files := written()
		if !strings.Contains(files[c.file], c.old) {
			t.Fatalf("%q is not in %s", c.old, c.file)
		}
		files[c.file] = strings.Replace(files[c.file], c.old, c.new, 1)
		if err := (&Library{}).read("", files); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q for %q: %v, want %q", c.new, c.old, err, c.want)
		}
	}
	files := written()
	files["training/one/page.md"] = "# Lost"
	if err := (&Library{}).read("states/xx/", files); err == nil || !strings.Contains(err.Error(), "states/xx/training/one/page.md: nothing of the course names this file") {
		t.Errorf("a file that nothing names: %v", err)
	}
}

func TestAnswersAreFoundByTheirWords(t *testing.T) {
	l := &Library{}
	is.NoError(t, "read", l.read("", written()))
	for text, want := range map[string]string{
		"How can I print records?": "How do I print a record?", // record is a beginning, records is not: print alone is
		"PRINT":                    "How do I print a record?",
		"thirteen":                 "What is a registry number?",
		"the registry numb":        "What is a registry number?",
	} {
		found := l.Search(text)
		if len(found) == 0 || found[0].Question != want {
			t.Errorf("%q finds %v, want %q", text, found, want)
		}
	}
	is.Equal(t, "words that say nothing", len(l.Search("how do I the")), 0)
	is.Equal(t, "what nobody wrote", len(l.Search("helicopter")), 0)
}

func FuzzProse(f *testing.F) {
	text, err := os.ReadFile("../../training/privacy-and-security/pages.md")
	is.NoError(f, "read", err)
	f.Add(string(text))
	f.Add("# A\n<script>x</script>")
	f.Add("# A\n[x](javascript:alert(1))\n\n![x](x)\n\n<https://a.example>")
	f.Fuzz(func(t *testing.T, text string) {
		d := &document{file: "x.md", source: []byte(text)}
		for _, p := range d.parts(1) {
			html := d.prose(p.nodes).HTML
			if len(d.errs) > 0 {
				continue
			}
			for _, tag := range regexp.MustCompile(`<\s*/?\s*([a-zA-Z0-9]+)`).FindAllStringSubmatch(html, -1) {
				if !slices.Contains([]string{"p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "strong", "em", "code", "pre", "a", "blockquote", "br", "hr"}, tag[1]) {
					t.Errorf("the tag %s comes of %q", tag[1], text)
				}
			}
		}
	})
}

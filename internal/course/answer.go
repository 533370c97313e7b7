package course

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"openiis/internal/fold"
)

// Topic is a file of questions and answers.
type Topic struct {
	Code    string // its name in addresses: it stays
	Title   string
	Answers []Answer
	State   string
}

// Answer is a question with its answer.
type Answer struct {
	Code     string // its name in addresses, made of the question
	Question string
	Prose
	words []string
}

// readTopic reads one file: its first line is its title, and each heading below is a
// question.
func readTopic(file, code string, text []byte) (*Topic, error) {
	first, rest, _ := strings.Cut(string(text), "\n")
	title, ok := strings.CutPrefix(first, "# ")
	if !ok || strings.TrimSpace(title) == "" {
		return nil, fmt.Errorf("%s:1: the first line is the topic's title: # Title", file)
	}
	t := &Topic{Code: code, Title: strings.TrimSpace(title)}
	d := &document{file: file, source: []byte("\n" + rest)} // lines keep their numbers
	codes := map[string]bool{}
	for _, p := range d.parts(2) {
		switch {
		case p.title == "" && len(p.nodes) > 0:
			d.fail(p.nodes[0], "an answer stands under its question: ## Question?")
		case p.title == "":
		case len(p.nodes) == 0:
			d.errs = append(d.errs, fmt.Errorf("%s:%d: this question has no answer", file, p.line))
		default:
			a := Answer{Code: slug(p.title), Question: p.title, Prose: d.prose(p.nodes)}
			a.words = fold.Words(a.Question + " " + a.Text)
			if codes[a.Code] {
				d.errs = append(d.errs, fmt.Errorf("%s:%d: this question is here twice", file, p.line))
			}
			codes[a.Code] = true
			t.Answers = append(t.Answers, a)
		}
	}
	if len(t.Answers) == 0 && len(d.errs) == 0 {
		d.errs = append(d.errs, fmt.Errorf("%s: there is no question: ## Question?", file))
	}
	return t, errors.Join(d.errs...)
}

// slug is a question as a part of an address.
func slug(s string) string {
	return strings.ToLower(strings.Join(fold.Words(s), "-"))
}

// Topic is the topic of a code; nil when there is none.
func (l *Library) Topic(code string) *Topic {
	for _, t := range l.Topics {
		if t.Code == code {
			return t
		}
	}
	return nil
}

// Answer is an answer by the codes of its topic and of itself; nil when there is none.
func (l *Library) Answer(topic, code string) (*Topic, *Answer) {
	t := l.Topic(topic)
	if t == nil {
		return nil, nil
	}
	for i := range t.Answers {
		if t.Answers[i].Code == code {
			return t, &t.Answers[i]
		}
	}
	return t, nil
}

// Found is an answer with the topic that it is of.
type Found struct {
	*Topic
	*Answer
}

// mostWords is how many words of a question are looked for.
const mostWords = 20

// smallWords say nothing about what somebody asks.
var smallWords = fold.Words("a an and are can do does for have how i in is it me my of on or our the to we what when where which who why with you your")

// Search finds answers by words: those that have all of them, each as the beginning of
// a word; or else those that have most. Those whose question has them come first.
func (l *Library) Search(text string) []Found {
	words := slices.DeleteFunc(fold.Words(text), func(w string) bool { return slices.Contains(smallWords, w) })
	words = words[:min(len(words), mostWords)]
	if len(words) == 0 {
		return nil
	}
	var out []Found
	best := 1
	for _, question := range []bool{true, false} {
		for _, t := range l.Topics {
			for i := range t.Answers {
				a := &t.Answers[i]
				inQuestion := countWords(fold.Words(a.Question), words)
				n := countWords(a.words, words)
				if n == 0 || question != (inQuestion == n) {
					continue
				}
				if n > best {
					best, out = n, nil
				}
				if n == best {
					out = append(out, Found{t, a})
				}
			}
		}
	}
	return out
}

// countWords is how many of some words another text has, each as the beginning of a
// word.
func countWords(have, want []string) int {
	n := 0
	for _, w := range want {
		for _, h := range have {
			if strings.HasPrefix(h, w) {
				n++
				break
			}
		}
	}
	return n
}

package main

import (
	"bufio"
	"bytes"
	"cmp"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"openiis/internal/match"
)

const matchUsage = `usage:
  openiis match [--profile balanced|strict|query] [--weights FILE]
        reads pairs of people from standard input, one JSON object a line, and
        says of each whether they are one person, and why; one line each. A birth
        date that is no day is an error; one that is absent or empty says nothing
  openiis match index --people FILE.jsonl --queries FILE.jsonl [--profile balanced|strict|query] [--weights FILE]
        finds each person of the one file among those of the other, in which
        lines of one id are what several sources say of one person. A birth date
        or another value that cannot be read says nothing: "problems" of the
        answer name it, and of the people a line on standard error
  openiis match rekey --db DB
        makes the keys anew by which people are found, after an upgrade that
        says so; it may run beside servers, but not beside one of the old version
  openiis match review --db DB [--all] [--matching balanced|strict]
        looks for duplicates among those who changed since anyone looked, or
        among everyone: joins who are one for certain, and queues who may be;
        it may run beside servers, and goes on where it was stopped
  openiis match blocks --db DB
        says how many share a key, by kind of key; a key that too many share is
        passed over when people are looked up
  openiis match estimate --db DB --out FILE [--seed N] [--people N] [--pairs N]
        estimates from the registry what agreement is worth, and writes a file for
        a person to read: what would change, and for whom; it changes nothing
  openiis match adopt --db DB FILE --by USER --reason TEXT
  openiis match adopt --db DB --version NAME --by USER --reason TEXT
        puts such a file into force, or again a version that was; an administrator
        signs it off. NAME is of openiis match versions; "program" is this program's own
  openiis match versions --db DB
        what was ever in force, since when, and who signed it off and why
  --profile NAME   how much is asked for before two are taken for one
  --weights FILE   a file of openiis match estimate, to try it; else the program's own
  --db DB          database: a file, or postgres://…
`

// matchCommand is `openiis match`.
func matchCommand(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	if len(args) > 0 && args[0] == "index" {
		return matchIndex(args[1:], stdout, stderr)
	}
	if len(args) > 0 && slices.Contains([]string{"rekey", "blocks", "review"}, args[0]) {
		return matchRegistry(args[0], args[1:], stdout, stderr)
	}
	if len(args) > 0 && weightsCommands[args[0]] != nil {
		return weightsCommands[args[0]](args[1:], stdout, stderr)
	}
	f, by := matchFlags()
	if status, ok := parse(f, args, stderr); !ok {
		return status
	}
	if f.NArg() > 0 {
		return failUsage(stderr, "match", fmt.Errorf("it reads standard input and takes no file %q", f.Arg(0)))
	}
	p, err := by.use()
	if err != nil {
		return failUsage(stderr, "match", err)
	}
	answer := func(_ *personReader, out, text []byte, long bool) []byte { return answerPair(p, out, text, long) }
	if err := inOrder(stdin, stdout, 1, answer); err != nil {
		return fail(stderr, "match", err)
	}
	return exitOK
}

// trying is by what pairs of a file are compared.
type trying struct{ profile, weights string }

func matchFlags() (f *flag.FlagSet, by *trying) {
	f, by = flag.NewFlagSet("match", flag.ContinueOnError), &trying{}
	f.Usage = func() { fmt.Fprint(f.Output(), matchUsage) }
	f.StringVar(&by.profile, "profile", "balanced", "profile: balanced, strict or query")
	f.StringVar(&by.weights, "weights", "", "file of weights; the program's own without it")
	return f, by
}

// use is the profile with its weights.
func (by *trying) use() (*match.Profile, error) {
	if by.weights != "" {
		v, err := readWeights(by.weights)
		if err != nil {
			return nil, err
		}
		return v.Rules.Profile(by.profile)
	}
	rules, err := match.Published()
	if err != nil {
		return nil, err
	}
	return rules.Profile(by.profile)
}

// answerPair compares the two people of a line and adds the answer to out.
func answerPair(p *match.Profile, out, text []byte, long bool) []byte {
	if long {
		return appendError(out, nil, "The line is longer than 4 MB.")
	}
	var in struct {
		A *personJSON `json:"a"`
		B *personJSON `json:"b"`
	}
	id, wrong := readMatchLine(text, &in)
	switch {
	case wrong != "":
		return appendError(out, id, wrong)
	case in.A == nil || in.B == nil:
		return appendError(out, id, "The line has to have two people, a and b.")
	}
	if wrong := cmp.Or(notADay("birthDate of a", in.A.BirthDate), notADay("birthDate of b", in.B.BirthDate)); wrong != "" {
		return appendError(out, id, wrong)
	}
	c := p.Compare(in.A.record(p.Rules()), in.B.record(p.Rules()))
	l := &line{b: out}
	l.open()
	l.raw("id", id)
	l.text("decision", decisionWord(c.Outcome))
	l.bits("bits", c.Bits.Float())
	why := p.Why(&c)
	each(l, "why", why, func(r *match.Reason) {
		l.text("field", r.Field)
		l.text("level", r.Level)
		l.bits("bits", r.Bits)
		l.text("says", r.Says)
	})
	l.texts("guards", c.Guards())
	l.texts("problems", append(in.A.unread(" of a"), in.B.unread(" of b")...))
	l.text("weights", p.Rules().Version())
	l.close()
	return append(l.b, '\n')
}

func decisionWord(o match.Outcome) string {
	if o == match.New {
		return "no match"
	}
	return string(o)
}

// matchIndex is `openiis match index`.
func matchIndex(args []string, stdout, stderr io.Writer) int {
	f, by := matchFlags()
	people := f.String("people", "", "file of the people who are known")
	queries := f.String("queries", "", "file of those to find")
	if status, ok := parse(f, args, stderr); !ok {
		return status
	}
	if f.NArg() > 0 {
		return failUsage(stderr, "match index", fmt.Errorf("%q is not expected here", f.Arg(0)))
	}
	if !need(stderr, f, "people", "queries") {
		return exitUsage
	}
	p, err := by.use()
	if err != nil {
		return failUsage(stderr, "match index", err)
	}
	if _, err := os.Stat(*queries); err != nil {
		return failUsage(stderr, "match index", err)
	}
	x, err := readPeople(*people, p, stderr)
	if errors.Is(err, os.ErrNotExist) {
		return failUsage(stderr, "match index", err)
	}
	if err == nil {
		err = x.answerFile(*queries, stdout)
	}
	if err != nil {
		return fail(stderr, "match index", err)
	}
	return exitOK
}

const noPerson = "The line has no person."

// peopleIndex finds people of a file.
type peopleIndex struct {
	profile *match.Profile
	index   *match.Index
	ids     []string // as JSON
}

// personLine is a line of either file.
type personLine struct {
	Person *personJSON `json:"person"`
}

// readPeople reads those who are known; lines of one id are several sources'
// words on one person. A line that is not understood is told
// by its number and left out.
func readPeople(name string, p *match.Profile, stderr io.Writer) (*peopleIndex, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	sources := map[string][]*match.Record{}
	x := &peopleIndex{}
	n := 0
	err = eachLine(file, func(text []byte) error {
		n++
		var in personLine
		id, wrong := readMatchLine(text, &in)
		if wrong == "" && in.Person == nil {
			wrong = noPerson
		}
		if wrong != "" {
			fmt.Fprintf(stderr, "openiis match index: line %d of the people is left out: %s\n", n, wrong)
			return nil
		}
		for _, left := range in.Person.unread("") {
			fmt.Fprintf(stderr, "openiis match index: line %d of the people is found by the rest: %s\n", n, left)
		}
		if sources[string(id)] == nil {
			x.ids = append(x.ids, string(id))
		}
		sources[string(id)] = append(sources[string(id)], in.Person.record(p.Rules()))
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the people: %w", err)
	}
	x.profile = p.For(len(x.ids))
	x.index = match.NewIndex(x.profile)
	for _, id := range x.ids {
		x.index.Add(sources[id]...)
	}
	return x, nil
}

// answerFile finds each person of a file.
func (x *peopleIndex) answerFile(name string, stdout io.Writer) error {
	file, err := os.Open(name)
	if err != nil {
		return err
	}
	defer file.Close()
	out := bufio.NewWriterSize(stdout, 64<<10)
	var b []byte
	err = eachLine(file, func(text []byte) error {
		b = x.answer(b[:0], text)
		_, err := out.Write(b)
		return err
	})
	if err != nil {
		return fmt.Errorf("answer the queries: %w", err)
	}
	return out.Flush()
}

func (x *peopleIndex) answer(out, text []byte) []byte {
	var in personLine
	id, wrong := readMatchLine(text, &in)
	switch {
	case wrong != "":
		return appendError(out, id, wrong)
	case in.Person == nil:
		return appendError(out, id, noPerson)
	}
	outcome, hits := x.index.Find(in.Person.record(x.profile.Rules()))
	l := &line{b: out}
	l.open()
	l.raw("id", id)
	l.text("decision", string(outcome))
	if outcome == match.Match {
		l.raw("person", []byte(x.ids[hits[0].Number]))
	}
	each(l, "candidates", hits, func(h *match.IndexHit) {
		l.raw("person", []byte(x.ids[h.Number]))
		l.bits("bits", h.Comparison.Bits.Float())
	})
	l.texts("problems", in.Person.unread(""))
	l.close()
	return append(l.b, '\n')
}

// eachLine reads a file line by line; empty lines are no lines.
func eachLine(r io.Reader, do func([]byte) error) error {
	in := bufio.NewReaderSize(r, 64<<10)
	for {
		text, err := in.ReadBytes('\n')
		if text = bytes.TrimSpace(text); len(text) > 0 {
			if err := do(text); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// bits writes a number of bits, in hundredths at most.
func (l *line) bits(name string, v float64) {
	l.key(name)
	l.b = append(l.b, strings.TrimSuffix(strings.TrimRight(fmt.Sprintf("%.2f", v), "0"), ".")...)
}

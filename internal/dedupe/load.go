package dedupe

import (
	"errors"
	"fmt"
	"io/fs"
	"math/bits"
	"strconv"
	"strings"
	"sync"

	"openiis/internal/codeset"
	"openiis/internal/iis"
	"openiis/matching"
)

// Rules are the rules with their facts: windows, parts of vaccines, and whose
// word is taken first. They never change after Load and are safe for concurrent
// use.
type Rules struct {
	vaccines map[string]vaccine // by CVX
	other    vaccine            // of a code that is not known
	trust    map[heard]trust
	told     map[iis.OrganizationKind]bool // kinds of senders that trust has rows of
	senders  Senders                       // those of these kinds
	school   parts                         // what schools ask for
}

// parts is a set of what vaccines hold: vaccine groups, and of some groups their
// parts (doses/parts.tsv).
type parts uint64

// vaccine is what the rules ask of a CVX code.
type vaccine struct {
	parts       parts
	unspecified bool // it may be any vaccine that has one of its parts
	window      int  // days
	// family is that of the codes of one vaccine, of which one is its general one; 0: of
	// none (doses/general.tsv).
	family  uint8
	general bool
}

// Published are the rules of the folder matching, with the code sets of this
// build. It panics when what was built in cannot be read: the tests of this
// package prevent such a build.
var Published = sync.OnceValue(func() *Rules {
	r, err := Load(matching.Doses, codeset.Default())
	if err != nil {
		panic("dedupe: the facts of this build are broken: " + err.Error())
	}
	return r
})

// Load reads the rules' facts from doses/*.tsv. Its error names file and line of
// everything that is wrong.
func Load(files fs.FS, codes *codeset.Tables) (*Rules, error) {
	l := &loader{files: files, codes: codes, bit: map[string]parts{}, window: map[string]int{}}
	r := &Rules{vaccines: map[string]vaccine{}, trust: map[heard]trust{}, told: map[iis.OrganizationKind]bool{}}
	l.groups()
	held := l.parts()
	l.windows(r)
	l.vaccines(r, held)
	l.families(r)
	l.trust(r)
	return r, errors.Join(l.wrong...)
}

type loader struct {
	files  fs.FS
	codes  *codeset.Tables
	bit    map[string]parts // of a vaccine group by its name
	used   int              // bits
	window map[string]int   // days, by kind and code: "group|MMR", "every|"
	wrong  []error
}

// groups gives every vaccine group its bit.
func (l *loader) groups() {
	for _, g := range l.codes.AllGroups() {
		if l.bit[g.Name] == 0 {
			l.bit[g.Name] = l.next()
		}
	}
}

// next is a bit of its own.
func (l *loader) next() parts {
	if l.used == 64 {
		l.wrong = append(l.wrong, errors.New("more than 64 vaccine groups and parts: widen dedupe's set"))
		return 0
	}
	l.used++
	return 1 << (l.used - 1)
}

// parts puts the parts of a group in its place, and returns what the vaccines
// hold that have not all of them.
func (l *loader) parts() map[string]parts {
	held, named := map[string]parts{}, map[string]parts{}
	for _, r := range l.rows("doses/parts.tsv", "group", "cvx", "parts", "why") {
		group, cvx := r.cells[0], r.cells[1]
		whole := cvx == ""
		if l.bit[group] == 0 {
			l.fail(r, "there is no vaccine group %q", group)
		}
		if whole {
			l.bit[group] = 0
		}
		for name := range strings.FieldsSeq(r.cells[2]) {
			at := group + " " + name
			switch {
			case whole:
				named[at] = l.next()
				l.bit[group] |= named[at]
			case named[at] == 0:
				l.fail(r, "%s has no part %q", group, name)
			default:
				held[cvx] |= named[at]
			}
		}
		if _, ok := l.codes.CVX(cvx); !whole && !ok {
			l.fail(r, "there is no vaccine %q", cvx)
		}
	}
	return held
}

// windows reads how many days apart reports may be of one shot.
func (l *loader) windows(r *Rules) {
	for _, row := range l.rows("doses/windows.tsv", "of", "code", "days", "school", "why", "source") {
		kind, code := row.cells[0], row.cells[1]
		_, isVaccine := l.codes.CVX(code)
		switch {
		case kind == "group" && l.bit[code] == 0, kind == "cvx" && !isVaccine, (kind == "every" || kind == "none") && code != "":
			l.fail(row, "there is no %s %q", kind, code)
		case kind != "group" && kind != "cvx" && kind != "every" && kind != "none":
			l.fail(row, "%q is none of every, none, group and cvx", kind)
		}
		l.window[kind+"|"+code] = l.number(row, 2, 60)
		switch {
		case row.cells[3] == "yes" && kind == "group":
			r.school |= l.bit[code]
		case row.cells[3] != "":
			l.fail(row, "school is yes, of a group, or empty")
		}
	}
	r.other.window = l.window["none|"]
}

// vaccines works out what the rules ask of each code.
func (l *loader) vaccines(r *Rules, held map[string]parts) {
	for n := range 1000 {
		v, ok := l.codes.CVX(strconv.Itoa(n))
		if !ok {
			continue
		}
		out := vaccine{parts: held[v.CVX], unspecified: v.Unspecified, window: l.window["none|"]}
		if len(v.Groups) > 0 {
			out.window = l.window["every|"]
		}
		for _, g := range v.Groups {
			if out.parts&l.bit[g.Name] == 0 {
				out.parts |= l.bit[g.Name]
			}
			if days, own := l.window["group|"+g.Name]; own {
				out.window = min(out.window, days)
			}
		}
		if days, own := l.window["cvx|"+v.CVX]; own {
			out.window = days
		}
		r.vaccines[v.CVX] = out
	}
}

// families puts the general code of a vaccine and those of its products together. They
// hold the same.
func (l *loader) families(r *Rules) {
	last := uint8(0)
	for _, row := range l.rows("doses/general.tsv", "general", "cvx", "why", "source") {
		general, cvx := row.cells[0], row.cells[1]
		g, known := r.vaccines[general]
		v, also := r.vaccines[cvx]
		switch {
		case !known || !also || g.parts != v.parts || g.unspecified || v.unspecified:
			l.fail(row, "%q and %q are no two codes that hold the same and name it", general, cvx)
			continue
		case v.family != 0 || g.family != 0 && !g.general:
			l.fail(row, "%q or %q is of another vaccine too", general, cvx)
			continue
		case g.family == 0:
			last++
			g.family, g.general = last, true
			r.vaccines[general] = g
		}
		v.family = g.family
		r.vaccines[cvx] = v
	}
}

// trust reads whose word is taken first.
func (l *loader) trust(r *Rules) {
	for _, row := range l.rows("doses/trust.tsv", "source", "sender", "rank", "why") {
		h := heard{row.cells[0], iis.OrganizationKind(row.cells[1])}
		switch {
		case h.sender != "" && !h.sender.Sends():
			l.fail(row, "%q is no kind of site", h.sender)
		case h.sender == iis.KindDepartment:
			l.fail(row, "a department is of the kind of its site")
		case r.trust[h].rank != 0:
			l.fail(row, "%q of %q has a row before", h.source, h.sender)
		}
		r.trust[h] = trust{uint64(l.number(row, 2, 31)), row.cells[3]}
		if h.sender != "" {
			r.told[h.sender] = true
		}
	}
	for h := range r.trust {
		if _, any := r.trust[heard{h.source, ""}]; !any {
			l.wrong = append(l.wrong, fmt.Errorf("doses/trust.tsv: %q has no row of any sender", h.source))
		}
	}
}

// row is a line of a file.
type row struct {
	file  string
	line  int
	cells []string
}

// rows reads a file: a comment, the names of the columns, rows. Every row says
// why.
func (l *loader) rows(file string, columns ...string) []row {
	text, err := fs.ReadFile(l.files, file)
	if err != nil {
		l.wrong = append(l.wrong, err)
		return nil
	}
	var out []row
	for i, line := range strings.Split(strings.TrimSuffix(string(text), "\n"), "\n") {
		r := row{file, i + 1, strings.Split(line, "\t")}
		switch {
		case i == 0:
			if !strings.HasPrefix(line, "# ") {
				l.fail(r, "the first line says what the file is")
			}
		case i == 1:
			if line != strings.Join(columns, "\t") {
				l.fail(r, "want the columns %v", columns)
				return nil
			}
		case len(r.cells) != len(columns):
			l.fail(r, "want %d cells", len(columns))
		default:
			for n, name := range columns {
				if (name == "why" || name == "source") && r.cells[n] == "" {
					l.fail(r, "%s is empty", name)
				}
			}
			out = append(out, r)
		}
	}
	return out
}

func (l *loader) number(r row, cell, most int) int {
	n, err := strconv.Atoi(r.cells[cell])
	if err != nil || n < 0 || n > most {
		l.fail(r, "%q is no number from 0 to %d", r.cells[cell], most)
		return 0
	}
	return n
}

func (l *loader) fail(r row, format string, args ...any) {
	l.wrong = append(l.wrong, fmt.Errorf("%s:%d: %s", r.file, r.line, fmt.Sprintf(format, args...)))
}

// vaccine is what the rules ask of a report's code.
func (r *Rules) vaccine(cvx string) vaccine {
	if v, ok := r.vaccines[cvx]; ok {
		return v
	}
	return r.other
}

// wide is how much a vaccine holds for certain: an unspecified one of several
// groups (pneumococcal) is of one of them, and nobody knows which.
func (v vaccine) wide() int {
	if v.unspecified && bits.OnesCount64(uint64(v.parts)) > 1 {
		return 0
	}
	return bits.OnesCount64(uint64(v.parts))
}

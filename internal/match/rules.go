package match

import (
	"errors"
	"fmt"
	"io/fs"
	"math"
	"slices"
	"sort"
	"strconv"
	"strings"
	"sync"

	"openiis/internal/cal"
	"openiis/internal/fold"
	"openiis/matching"
)

// Rules are the files of matching/, read: what agreement is worth, how frequent
// names are, what stands for something unknown, and the profiles. They are safe
// for concurrent use.
type Rules struct {
	version   string
	weights   [fieldCount][levelCount]Bits
	least     [fieldCount]Bits    // of Same, however frequent a name is
	agrees    [fieldCount]float64 // how often records of one person agree in a name
	says      [fieldCount][levelCount]string
	why       [fieldCount][levelCount]string
	names     [fieldCount][levelCount]string
	family    map[string]Bits // what agreement in a frequent name is worth
	given     map[string]Bits
	bearers   [fieldCount]map[string]int // of frequent names, people per million
	called    map[string][]uint16        // the full names that a given name may stand for
	full      []string                   // full names, by their number in called
	unknown   map[string]map[string]bool
	noBirth   map[cal.Date]bool
	particles map[string]bool
	streets   map[string]streetWord
	profiles  map[string]*Profile
}

type streetWord struct{ kind, as string }

// Version names the weights, so that a decision can say by which it was made.
func (r *Rules) Version() string { return r.version }

// Published are the rules of this program.
var Published = sync.OnceValues(func() (*Rules, error) { return Load(matching.Files) })

// Default are the rules of this program. That they can be read is a test's to
// prove.
func Default() *Rules {
	r, err := Published()
	if err != nil {
		panic(err)
	}
	return r
}

// Profiles that are used where nobody chooses one.
const (
	ForUpdates = "balanced" // what may be stored without anyone's looking
	ForQueries = "query"    // whose history is answered
	ForClosing = "closing"  // whose record is closed by a death
	ForRosters = "strict"   // who is put on a roster without anyone's looking
)

// Use is a profile of this program's rules that is sure to be there.
func (r *Rules) Use(name string) *Profile {
	p, err := r.Profile(name)
	if err != nil {
		panic(err)
	}
	return p
}

// Load reads rules from the files of a folder like matching/. Everything that
// is wrong in them is in the error, with its file and line.
func Load(files fs.FS) (*Rules, error) {
	l := loader{files: files, rules: &Rules{}}
	l.weights()
	l.frequencies()
	l.nicknames()
	l.placeholders()
	l.words()
	l.profiles()
	if err := errors.Join(l.wrong...); err != nil {
		return nil, fmt.Errorf("read the rules of matching: %w", err)
	}
	return l.rules, nil
}

// loader reads the files one after the other and collects what is wrong.
type loader struct {
	files fs.FS
	rules *Rules
	wrong []error
	head  string // the first line of the file that was read last
}

func (l *loader) fail(file string, line int, format string, args ...any) {
	l.wrong = append(l.wrong, fmt.Errorf("%s:%d: %s", file, line, fmt.Sprintf(format, args...)))
}

// row is a line of a file in its columns.
type row struct {
	file  string
	line  int
	cells []string
}

// rows reads a file with these columns. The first so many columns are its key:
// sorted where sorted is asked for, and none twice.
func (l *loader) rows(file string, key int, inOrder bool, columns ...string) []row {
	text, err := fs.ReadFile(l.files, file)
	if err != nil {
		l.wrong = append(l.wrong, err)
		return nil
	}
	lines := strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
	if len(lines) < 3 || !strings.HasPrefix(lines[0], "# ") || lines[1] != strings.Join(columns, "\t") {
		l.fail(file, 1, "want a comment, the columns %s, and rows", strings.Join(columns, ", "))
		return nil
	}
	l.head = lines[0]
	var out []row
	seen, last := map[string]bool{}, ""
	for i, text := range lines[2:] {
		r := row{file, i + 3, strings.Split(text, "\t")}
		if len(r.cells) != len(columns) {
			l.fail(file, r.line, "%d columns, want %d", len(r.cells), len(columns))
			continue
		}
		k := strings.Join(r.cells[:key], "\t")
		if seen[k] || k == "" {
			l.fail(file, r.line, "%q is there twice, or empty", k)
		}
		if inOrder && k < last {
			l.fail(file, r.line, "%q is not in its place", k)
		}
		seen[k], last = true, k
		out = append(out, r)
	}
	return out
}

// bits reads a number of bits.
func (l *loader) bits(r row, column int) Bits {
	f, err := strconv.ParseFloat(r.cells[column], 64)
	if err != nil || !(math.Abs(f) <= 40) { // NaN is none either
		l.fail(r.file, r.line, "%q is no number of bits", r.cells[column])
		return 0
	}
	return Bits(math.Round(f * float64(bit)))
}

// weightsFile has the levels and what each is worth.
const weightsFile = "weights.tsv"

// share reads a share of all.
func (l *loader) share(r row, column int) float64 {
	f, err := strconv.ParseFloat(r.cells[column], 64)
	if err != nil || !(f > 0 && f < 1) {
		l.fail(r.file, r.line, "%q is no share between 0 and 1", r.cells[column])
		return .5
	}
	return f
}

func (l *loader) weights() {
	const file = weightsFile
	done := [fieldCount]map[Level]bool{}
	for _, r := range l.rows(file, 2, false, "field", "level", "bits", "least", "agrees", "says", "why") {
		f := slices.Index(fieldNames[:], r.cells[0])
		level, known := levelNames[r.cells[1]]
		if f < 0 || !known || !slices.Contains(fieldLevels[f], level) {
			l.fail(file, r.line, "there is no level %q of a field %q", r.cells[1], r.cells[0])
			continue
		}
		if done[f] == nil {
			done[f] = map[Level]bool{}
		}
		done[f][level] = true
		l.rules.weights[f][level], l.rules.says[f][level], l.rules.names[f][level] = l.bits(r, 2), r.cells[5], r.cells[1]
		l.rules.why[f][level] = r.cells[6]
		if r.cells[3] != "" {
			l.rules.least[f] = l.bits(r, 3)
		}
		if r.cells[4] != "" {
			l.rules.agrees[f] = l.share(r, 4)
		}
		if !strings.HasSuffix(r.cells[5], ".") || r.cells[6] == "" {
			l.fail(file, r.line, "a level says something in a sentence, and why it weighs what it does")
		}
		if level == Different && l.rules.weights[f][level] > 0 {
			l.fail(file, r.line, "what is different is nothing for a match")
		}
	}
	for f, levels := range fieldLevels {
		for _, level := range levels {
			if !done[f][level] {
				l.fail(file, 1, "the field %q lacks a level", fieldNames[f])
			}
		}
	}
	version, _, ok := strings.Cut(strings.TrimPrefix(l.head, "# version: "), ";")
	if !ok || version == "" {
		l.fail(file, 1, "the comment has no version")
	}
	l.rules.version = version
}

// Files of frequent names.
const (
	familyFile = "family-names.tsv"
	givenFile  = "given-names.tsv"
)

func (l *loader) frequencies() {
	l.rules.family = l.frequency(familyFile, FamilyName)
	l.rules.given = l.frequency(givenFile, GivenName)
}

// mostBearers is the most people in a million who can bear one name.
const mostBearers = 200_000

// frequency reads what agreement in a name is worth: less, the more people bear
// it by chance, but never more than in a rare name nor less than the least.
func (l *loader) frequency(file string, f Field) map[string]Bits {
	out, bearers := map[string]Bits{}, map[string]int{}
	most, least, agrees := l.rules.weights[f][Same], l.rules.least[f], l.rules.agrees[f]
	if agrees == 0 {
		l.fail(weightsFile, 1, "the level \"same\" of the field %q says not how often two of one person agree", fieldNames[f])
		return out
	}
	for _, r := range l.rows(file, 1, true, "name", "per_million") {
		n, err := strconv.Atoi(r.cells[1])
		if err != nil || n < 1 || n > mostBearers || letters(r.cells[0])&(1<<31) != 0 {
			l.fail(file, r.line, "want a name in capital letters and people per million")
			continue
		}
		b := Bits(math.Round(math.Log2(agrees*1e6/float64(n)) * float64(bit)))
		out[r.cells[0]], bearers[r.cells[0]] = min(max(b, least), most), n
	}
	l.rules.bearers[f] = bearers
	return out
}

// IsGiven reports a frequent first name, or a short form of one; case and accents do not matter.
func (r *Rules) IsGiven(name string) bool {
	return everyPart(name, func(w string) bool { return r.given[w] != 0 || r.called[w] != nil })
}

// IsFamily is IsGiven of family names.
func (r *Rules) IsFamily(name string) bool {
	return everyPart(name, func(w string) bool { return r.family[w] != 0 })
}

func everyPart(name string, is func(string) bool) bool {
	parts := fold.Words(name)
	return len(parts) > 0 && !slices.ContainsFunc(parts, func(w string) bool { return !is(w) })
}

func (l *loader) nicknames() {
	const file = "nicknames.tsv"
	l.rules.called = map[string][]uint16{}
	for _, r := range l.rows(file, 1, true, "name", "called") {
		n := uint16(len(l.rules.full))
		l.rules.full = append(l.rules.full, r.cells[0])
		forms := append(strings.Split(r.cells[1], " "), r.cells[0])
		for _, form := range forms {
			if form == "" || letters(form)&(1<<31) != 0 || slices.Contains(l.rules.called[form], n) {
				l.fail(file, r.line, "%q is no name in capital letters, or there twice", form)
				continue
			}
			l.rules.called[form] = append(l.rules.called[form], n)
		}
	}
}

// kinds of placeholder.
const (
	noBirthDate = "birth date"
	noEmail     = "email"
	noFamily    = "family name"
	noGiven     = "given name"
	noNameYet   = "newborn's given name"
	noPerson    = "person"
	noNumber    = "social security number"
	noStreet    = "street"
	noTelephone = "telephone" // whole, or behind any area
)

func (l *loader) placeholders() {
	const file = "placeholders.tsv"
	r := l.rules
	r.unknown, r.noBirth = map[string]map[string]bool{}, map[cal.Date]bool{}
	for _, kind := range []string{noBirthDate, noEmail, noFamily, noGiven, noNameYet, noPerson, noNumber, noStreet, noTelephone} {
		r.unknown[kind] = map[string]bool{}
	}
	for _, row := range l.rows(file, 2, true, "kind", "value") {
		if r.unknown[row.cells[0]] == nil {
			l.fail(file, row.line, "there is no kind %q", row.cells[0])
			continue
		}
		r.unknown[row.cells[0]][row.cells[1]] = true
		if row.cells[0] == noBirthDate {
			day, err := cal.Parse(row.cells[1])
			if err != nil {
				l.fail(file, row.line, "%q is no day", row.cells[1])
			}
			r.noBirth[day] = true
		}
	}
}

func (l *loader) words() {
	l.rules.particles, l.rules.streets = map[string]bool{}, map[string]streetWord{}
	for _, r := range l.rows("particles.tsv", 1, true, "word") {
		l.rules.particles[r.cells[0]] = true
	}
	for _, r := range l.rows("street-words.tsv", 1, true, "word", "kind", "as") {
		if k := r.cells[1]; k != "street" && k != "direction" && k != "unit" || (r.cells[2] == "") != (k == "unit") {
			l.fail(r.file, r.line, "want a street or direction and its abbreviation, or a unit")
		}
		l.rules.streets[r.cells[0]] = streetWord{r.cells[1], r.cells[2]}
	}
}

// IsPlaceholder reports a given name that stands for one not yet given, or not
// known.
func (r *Rules) IsPlaceholder(given string) bool { return r.standsIn(fold.Words(given)) }

// IsUnnamed reports what hospitals write for the given name of a child that has
// none yet: BABY BOY, or the mother's name with BOY behind it, also with the
// letter or number by which twins are told apart.
func (r *Rules) IsUnnamed(given string) bool {
	if letters(given)&^(1<<26-1) == 0 { // one word in capital letters, as most are: nothing has to be made of it
		return r.unknown[noNameYet][given]
	}
	return r.unnamed(fold.Words(given))
}

func (r *Rules) standsIn(words []string) bool {
	return len(words) > 0 && (r.unknown[noGiven][strings.Join(words, "")] || r.unnamed(words))
}

// lettered is what stands for a name without the letter or number behind it, and
// whose birth it counts, from 1; 0 for none. Hospitals write it apart, BABY BOY B,
// or together, BOYB.
func (r *Rules) lettered(words []string) ([]string, int) {
	last := len(words) - 1
	if last < 0 {
		return words, 0
	}
	mark, rest := words[last], ""
	if n := len(mark) - 1; n > 1 && r.unknown[noNameYet][mark[:n]] {
		rest, mark = mark[:n], mark[n:]
	}
	at := strings.Index("ABCD1234", mark)
	switch {
	case len(mark) != 1 || at < 0 || rest == "" && last == 0:
		return words, 0
	case rest == "":
		return words[:last], at%4 + 1
	}
	return append(slices.Clone(words[:last]), rest), at%4 + 1
}

func (r *Rules) unnamed(words []string) bool {
	words, _ = r.lettered(words)
	if len(words) == 0 {
		return false
	}
	given, last := r.unknown[noNameYet], words[len(words)-1]
	if given[strings.Join(words, "")] || last == "BOY" || last == "GIRL" {
		return true
	}
	return len(words) > 1 && given[words[0]] && given[words[1]]
}

// Profiles are the names of the profiles, in order.
func (r *Rules) Profiles() []string {
	var out []string
	for name := range r.profiles {
		out = append(out, name)
	}
	sort.Strings(out)
	return out
}

package store

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"openiis/internal/cal"
	"openiis/internal/fold"
	"openiis/internal/iis"
	"openiis/internal/store/db"
)

// A person is found from the search box by keys that are looked up whole or by
// their beginning, never by reading through names:
//
//	Apr 5, 2023  MARSH JUNIPER ROSE   a name, and the others beside it
//	Apr 5, 2023  JUNIPER MARSH ROSE
//	             #A1                  a number that somebody gave the person
//	             +6175550147          a telephone number of theirs or of their family
//
// A name has a key for each word with which a search may begin, and the rest of
// the key tells whether the other words that were written fit too. Names stand
// by the span of days in which their bearers were born: half a name and a day
// are one range of keys, of which those of the day are taken, and a year is as
// many ranges as it has spans.

// spanDays is how many days of birth stand together: few enough that a day's
// names are not sought among too many, and enough that a year is few ranges. It
// is written in the keys (migrations/0015_search_span.sql).
const spanDays = 32

// searchKey is one row of search_key.
type searchKey struct {
	birth cal.Date // with a name; None with a number
	k     string
}

// span is the place of a day of birth among spans.
func span(birth cal.Date) int64 { return int64(birth) / spanDays }

func (k searchKey) row(person iis.PersonID) []any { return []any{span(k.birth), k.k, k.birth, person} }

// Bounds of what is kept: longer is no name or number.
const (
	maxSearchNames  = 8
	maxSearchKey    = 200 // bytes
	minTailLetters  = 3   // of a later word of a name, to have a key of its own
	telephoneDigits = 10
)

// findable is what a person is found by.
type findable struct {
	names    []iis.Name
	birth    cal.Date
	telecoms []iis.Telecom
	kin      []iis.Kin
	ids      [][]iis.Identifier // of each source
}

func (f *Folder) findable() findable {
	g := &f.Golden
	by := findable{g.Names, g.Birth, g.Telecoms, g.Kin, make([][]iis.Identifier, len(f.Sources))}
	for i := range f.Sources {
		by.ids[i] = f.Sources[i].Person.IDs
	}
	return by
}

// same reports that nothing changed by which a person is found.
func (by findable) same(was findable) bool {
	return by.birth == was.birth && slices.Equal(by.names, was.names) && slices.Equal(by.telecoms, was.telecoms) &&
		slices.EqualFunc(by.kin, was.kin, func(a, b iis.Kin) bool { return slices.Equal(a.Telecoms, b.Telecoms) }) &&
		slices.EqualFunc(by.ids, was.ids, slices.Equal[[]iis.Identifier])
}

// keys are the search keys of a person, each once.
func (by findable) keys() []searchKey {
	var out []searchKey
	if by.birth != cal.None {
		for _, n := range by.names[:min(len(by.names), maxSearchNames)] {
			for _, k := range nameKeys(n) {
				out = append(out, searchKey{by.birth, k})
			}
		}
	}
	for _, ids := range by.ids {
		for _, id := range ids {
			if id.Type != "SS" { // nobody should learn whose such a number is
				out = append(out, searchKey{k: numberKey(id.Value)})
			}
		}
	}
	for _, t := range by.telecoms {
		out = append(out, searchKey{k: telephoneKey(t.Area + t.Local + t.Text)})
	}
	for _, k := range by.kin {
		for _, t := range k.Telecoms {
			out = append(out, searchKey{k: telephoneKey(t.Area + t.Local + t.Text)})
		}
	}
	slices.SortFunc(out, func(a, b searchKey) int {
		return cmp.Or(cmp.Compare(a.birth, b.birth), cmp.Compare(a.k, b.k))
	})
	return slices.DeleteFunc(slices.Compact(out), func(k searchKey) bool { return k.k == "" || len(k.k) > maxSearchKey })
}

// nameKeys are the keys of a name: each beginning of the family and of the given
// name, followed by everything else: words first, because a very long name is cut.
func nameKeys(n iis.Name) []string {
	family, given := fold.Words(n.Family), fold.Words(n.Given)
	leads := append(beginnings(family), beginnings(given)...)
	var all []string
	for _, w := range slices.Concat(family, given, fold.Words(n.Middle), leads) {
		if !slices.Contains(all, w) {
			all = append(all, w)
		}
	}
	out := make([]string, len(leads))
	for i, lead := range leads {
		others := slices.DeleteFunc(slices.Clone(all), func(w string) bool { return w == lead })
		out[i] = strings.Join(append([]string{lead}, others...), " ")
		if len(out[i]) > maxSearchKey/2 {
			out[i] = strings.ToValidUTF8(out[i][:maxSearchKey/2], "")
		}
	}
	return out
}

// beginnings are a name written in one piece from each of its words on: of De
// la Cruz DELACRUZ, LACRUZ and CRUZ.
func beginnings(words []string) []string {
	var out []string
	for i := range words {
		if w := strings.Join(words[i:], ""); i == 0 || len(w) >= minTailLetters {
			out = append(out, w)
		}
	}
	return out
}

// numberKey is the key of a number that somebody gave a person; "" of none.
func numberKey(number string) string {
	if n := fold.Text(number); n != "" {
		return "#" + n
	}
	return ""
}

// telephoneKey is the key of an American telephone number however it is
// written; "" of what is none.
func telephoneKey(number string) string {
	digits := strings.Map(func(r rune) rune {
		if '0' <= r && r <= '9' {
			return r
		}
		return -1
	}, number)
	if len(digits) == telephoneDigits+1 {
		digits = strings.TrimPrefix(digits, "1")
	}
	if len(digits) != telephoneDigits {
		return ""
	}
	return "+" + digits
}

// addSearchKeys makes a person findable by what is new in a folder. Most
// messages change nothing of it and cost a comparison.
func (tx *Tx) addSearchKeys(f *Folder) error {
	var rows [][]any
	for _, k := range f.newSearchKeys() {
		rows = append(rows, k.row(f.ID))
	}
	return tx.insertSearchKeys(rows)
}

func (tx *Tx) insertSearchKeys(rows [][]any) error {
	return tx.insert(`
		INSERT INTO search_key (span, k, birth, person_id)`, `
		ON CONFLICT (span, k, birth, person_id) DO NOTHING`, rows)
}

func (tx *Tx) removeSearchKey(k searchKey, person iis.PersonID) error {
	return tx.Exec(`DELETE FROM search_key WHERE span = $1 AND k = $2 AND birth = $3 AND person_id = $4`, k.row(person)...)
}

// newSearchKeys are the search keys of a folder that it did not have when it was
// read.
func (f *Folder) newSearchKeys() []searchKey {
	now := f.findable()
	if now.same(f.found) {
		return nil
	}
	had := f.found.keys()
	return slices.DeleteFunc(now.keys(), func(k searchKey) bool { return slices.Contains(had, k) })
}

// ByName is a search for persons by the beginnings of their names.
type ByName struct {
	Words []string // as fold.Words gives them
	Year  int      // of birth
	Birth cal.Date // None when only the year is known
}

// Found is a person to whom a search led.
type Found struct {
	Person iis.PersonID
	// Fits is how many of the words that were searched for begin a word of the
	// name, Whole how many are one.
	Fits, Whole int
}

// minScanned is how many letters a word must have to be looked up among all who
// were born in a year.
const minScanned = 3

// mostScanned is how many keys one word leads to at most: the limit in the text
// of query.
const mostScanned = 10_000

// CanScan reports that the search can be looked up: with a year alone, some word
// must be long enough.
func (q ByName) CanScan() bool {
	return slices.ContainsFunc(q.Words, func(w string) bool { return q.Birth != cal.None || len([]rune(w)) >= minScanned })
}

// scans are the beginnings that are looked up: each word, with those after it
// as long as it is short (de la cruz may be written in one piece).
func (q ByName) scans() []string {
	least := 1
	if q.Birth == cal.None {
		least = minScanned
	}
	var out []string
	for i := range q.Words {
		scan := ""
		for _, w := range q.Words[i:] {
			if scan += w; len([]rune(scan)) >= least {
				out = append(out, scan)
				break
			}
		}
	}
	return out
}

// FindByName looks persons up by name and day or year of birth. With a day,
// those are found too of whose name only some words fit. all is false when so
// many names begin like this that not all of them were looked at.
func (tx *Tx) FindByName(q ByName) (found []Found, all bool, err error) {
	at, needles, rows := map[iis.PersonID]int{}, q.needles(), 0
	each := func(r db.Row) error {
		rows++
		f := Found{Person: iis.PersonID(r.Int(1))}
		f.Fits, f.Whole = judge(" "+r.Text(0)+" ", needles)
		if q.Birth == cal.None && f.Fits < len(q.Words) {
			return nil
		}
		if i, seen := at[f.Person]; !seen {
			at[f.Person] = len(found)
			found = append(found, f)
		} else if f.Fits+f.Whole > found[i].Fits+found[i].Whole {
			found[i] = f
		}
		return nil
	}
	all = true
	for _, scan := range q.scans() {
		rows = 0
		if err := tx.Select(q.query(scan, each)); err != nil {
			return nil, false, err
		}
		all = all && rows < mostScanned
	}
	return found, all, nil
}

// query asks for the keys with a beginning, of a day or of a year. Spans are
// listed: each is a range of the key, and says on which shard it is. Its limit is
// part of the text: SQLite plans anew for each value of an argument that it finds
// there.
func (q ByName) query(beginning string, each func(db.Row) error) db.Query {
	first, last := q.Birth, q.Birth
	if q.Birth == cal.None {
		first, last = cal.Of(q.Year, time.January, 1), cal.Of(q.Year, time.December, 31)
	}
	args := []any{beginning, beginning + "\U0010FFFF", first, last} // which sorts behind whatever can follow
	var marks []string
	for s := span(first); s <= span(last); s++ {
		args = append(args, s)
		marks = append(marks, "$"+strconv.Itoa(len(args)))
	}
	return db.Query{
		SQL: `
			SELECT k, person_id FROM search_key
			WHERE k >= $1 AND k < $2 AND birth >= $3 AND birth <= $4 AND span IN (` + strings.Join(marks, ", ") + `)
			LIMIT 10000`,
		Args: args, Each: each,
	}
}

// needle is what is looked for in a key: some of the words that were written,
// in one piece.
type needle struct {
	from, to int // the words
	text     string
}

// needles are all runs of words in one piece, for each first word the longest
// first: who writes de la cruz finds DELACRUZ, and the other way round.
func (q ByName) needles() []needle {
	var out []needle
	for i := range q.Words {
		for j := len(q.Words); j > i; j-- {
			out = append(out, needle{i, j, " " + strings.Join(q.Words[i:j], "")})
		}
	}
	return out
}

// judge says how many words fit the names of a key, which has a blank before and
// behind it, and how many are whole ones.
func judge(key string, needles []needle) (fits, whole int) {
	next := 0
	for _, n := range needles {
		switch {
		case n.from < next: // taken with the words before
		case strings.Contains(key, n.text+" "):
			whole += n.to - n.from
			fits, next = fits+n.to-n.from, n.to
		case strings.Contains(key, n.text):
			fits, next = fits+n.to-n.from, n.to
		}
	}
	return fits, whole
}

// FindByNumber looks persons up by a number that somebody gave them, or by a
// telephone number.
func (tx *Tx) FindByNumber(number string) ([]iis.PersonID, error) {
	var out []iis.PersonID
	var queries []db.Query
	for _, k := range []string{numberKey(number), telephoneKey(number)} {
		if k == "" {
			continue
		}
		queries = append(queries, db.Query{
			SQL:  `SELECT person_id FROM search_key WHERE span = 0 AND k = $1 LIMIT 1000`,
			Args: []any{k},
			Each: func(r db.Row) error {
				if id := iis.PersonID(r.Int(0)); !slices.Contains(out, id) {
					out = append(out, id)
				}
				return nil
			},
		})
	}
	if len(queries) == 0 {
		return nil, nil
	}
	return out, tx.Select(queries...)
}

// Card is who a record is about, read without its doses: enough for a list.
type Card struct {
	ID      iis.PersonID
	Golden  iis.Person
	Senders []iis.SenderID // who has said who the person is, each once
	Sources []SourcePerson // what each says of the person
	Choices []iis.Choice

	found findable
}

// Card is the card of a folder.
func (f *Folder) Card() Card {
	return Card{f.ID, f.Golden, f.senders(), f.Sources, f.Choices, f.findable()}
}

// Cards reads the cards of some persons in one round trip, in the order asked;
// whoever does not exist is left out.
func (tx *Tx) Cards(ids ...iis.PersonID) ([]Card, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	var out []Card
	err := tx.whoIs(ids, func(f *Folder) { out = append(out, f.Card()) })
	return out, err
}

// FitsNow is how many of the words that were searched for fit a name that holds
// now, as against a former name or birth date.
func (c *Card) FitsNow(q ByName) int {
	year, _, _ := c.Golden.Birth.YMD()
	if year != q.Year || (q.Birth != cal.None && q.Birth != c.Golden.Birth) {
		return 0
	}
	most, needles := 0, q.needles()
	for _, k := range c.found.keys() {
		if k.birth != cal.None {
			fits, _ := judge(" "+k.k+" ", needles)
			most = max(most, fits)
		}
	}
	return most
}

// HasNumber reports that a number or telephone number is the person's now.
func (c *Card) HasNumber(number string) bool {
	return slices.ContainsFunc(c.found.keys(), func(k searchKey) bool {
		return k.k == numberKey(number) || k.k == telephoneKey(number)
	})
}

package flat

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"openiis/internal/cal"
	"openiis/internal/codeset"
	"openiis/internal/fold"
	"openiis/internal/hl7"
	"openiis/internal/iis"
	"openiis/internal/iz"
)

// Plan says how the rows of a table are understood, and which of them are about
// one person. It is not safe for concurrent use.
type Plan struct {
	Table *Table
	// Lacking are fields that every row needs and no column holds: nothing can be
	// read before they are mapped.
	Lacking []string
	// Notes say what was decided by whole columns, such as the order of month and day.
	Notes []string
	// Groups are the rows of one person each, at most perMessage, by their places in
	// Table.Rows, in the order of the file.
	Groups [][]int

	mapping Mapping
	sender  iis.Sender
	today   cal.Date
	field   map[string]int   // column of a field
	byField map[string]dates // of columns with days
	typed   *Typed           // what was typed on a page; nil: it is a file
}

// perMessage is how many rows of a person go into one message.
const perMessage = 100

// dateFields are those that hold days.
var dateFields = []string{"birth_date", "date", "expiration", "death_date"}

// NewPlan sees how a table is understood by a mapping whose Columns are those of
// the table (Table.Guess).
func NewPlan(t *Table, m Mapping, from iis.Sender, today cal.Date) *Plan {
	p := &Plan{Table: t, mapping: m, sender: from, today: today, field: map[string]int{}, byField: map[string]dates{}}
	for i, a := range m.Columns {
		if _, held := p.field[a.Field]; a.Field != "" && !held && i < len(t.Header) {
			p.field[a.Field] = i
		}
	}
	p.lacking()
	p.orders()
	if len(p.Lacking) == 0 {
		p.group()
	}
	return p
}

// columnOf is the column that holds a field; -1 when none does.
func (p *Plan) columnOf(field string) int {
	if i, ok := p.field[field]; ok {
		return i
	}
	return -1
}

// called is what a field is called to whoever made the file: the name of the column that
// holds it, or else what people call it.
func (p *Plan) called(field string) string {
	if column := p.columnOf(field); column >= 0 {
		if name := strings.Join(strings.Fields(p.Table.Header[column]), " "); name != "" && len(name) <= longestHeader {
			return name
		}
	}
	return LabelOf(field)
}

// vaccineFields are those of which one at least says what was given.
var vaccineFields = []string{"cvx", "ndc", "cpt", "vaccine"}

// longestHeader is how long the name of a column is at most, in bytes, to be said again.
const longestHeader = 60

// Holds reports that some column holds a field.
func (p *Plan) Holds(field string) bool { return p.columnOf(field) >= 0 }

func (p *Plan) dates(field string) dates { return p.byField[field] }

// lacking finds what no column holds and every row needs.
func (p *Plan) lacking() {
	for _, need := range [][]string{{"mrn"}, {"last_name", "full_name"}, {"first_name", "full_name"}, {"birth_date"}} {
		if !slices.ContainsFunc(need, p.Holds) {
			p.Lacking = append(p.Lacking, LabelOf(need[0]))
		}
	}
	vaccine := slices.ContainsFunc(vaccineFields, p.Holds)
	switch {
	case p.Holds("date") && !vaccine:
		p.Lacking = append(p.Lacking, "CVX code, NDC, CPT code or name of the vaccine")
	case vaccine && !p.Holds("date"):
		p.Lacking = append(p.Lacking, LabelOf("date"))
	}
}

// orders decides for each column with days in which order month and day stand. A
// column that leaves it open has the order of one that does not.
func (p *Plan) orders() {
	other, told := monthFirst, false
	for pass := range 2 {
		for _, f := range dateFields {
			column := p.columnOf(f)
			if column < 0 {
				continue
			}
			d := dates{sheet: p.Table.Sheet, era1904: p.Table.Era1904, today: p.today}
			var tell, open int
			d.order, tell, open = orderOf(p.cellsOf(column))
			switch {
			case pass == 0 && tell > 0 && d.order == dayFirst:
				other, told = dayFirst, true
			case pass == 1:
				if tell == 0 && told {
					d.order = other
				}
				p.byField[f] = d
				p.tellOrder(f, d.order, tell, open)
			}
		}
	}
}

// tellOrder notes how the days of a column were read that can be read in two ways.
func (p *Plan) tellOrder(field string, o order, told, open int) {
	label := p.called(field)
	switch {
	case o == mixed:
		p.Notes = append(p.Notes, fmt.Sprintf("“%s”: some days stand as month/day, others as day/month. Rows that may be either are refused.", label))
	case o == dayFirst && told == 0 && open > 0:
		p.Notes = append(p.Notes, fmt.Sprintf("“%s”: read as day/month/year, as another column is written so and this one leaves it open.", label))
	case o == dayFirst && told > 0:
		p.Notes = append(p.Notes, fmt.Sprintf("“%s”: read as day/month/year, because some days can be nothing else.", label))
	case told == 0 && open > 0:
		p.Notes = append(p.Notes, fmt.Sprintf("“%s”: read as month/day/year. No day of the column tells whether that is right; look at some.", label))
	}
}

func (p *Plan) cellsOf(column int) []string {
	out := make([]string, 0, len(p.Table.Rows))
	for i := range p.Table.Rows {
		if r := &p.Table.Rows[i]; r.Broken == "" {
			out = append(out, r.Cell(column))
		}
	}
	return out
}

// group puts rows together that are about one person: the same number, name and
// birth date as they stand there.
func (p *Plan) group() {
	at := map[string]int{}
	for i := range p.Table.Rows {
		r := &p.Table.Rows[i]
		key := "line " + strconv.Itoa(r.Line)
		if mrn := r.Cell(p.columnOf("mrn")); mrn != "" && r.Broken == "" {
			var b strings.Builder
			b.WriteString(mrn)
			for _, f := range []string{"last_name", "first_name", "full_name", "birth_date"} {
				b.WriteByte('|')
				b.WriteString(fold.Text(r.Cell(p.columnOf(f))))
			}
			key = b.String()
		}
		g, open := at[key]
		if !open || len(p.Groups[g]) == perMessage {
			g = len(p.Groups)
			at[key] = g
			p.Groups = append(p.Groups, nil)
		}
		p.Groups[g] = append(p.Groups[g], i)
	}
}

// Understood is how one row was read.
type Understood struct {
	Line     int
	Order    int // its order group in the message, from 1; 0: it has none
	Dose     iis.Dose
	Problems []Problem
	Refused  bool // nothing of it goes into the message
	Passed   bool // there is nothing to be stored in it, and nothing is wrong with that
}

// Message is what the rows of one person come to.
type Message struct {
	Person iis.Person
	Rows   []Understood
	// Raw is the vaccination message; nil when all its rows are refused or hold
	// nothing.
	Raw []byte

	plan   *Plan
	group  []int          // the place of each row in the table
	places map[string]int // segment and number: order group
}

// Message makes the message of a group of rows. Its control id is a name of the
// file and the line of its first row.
func (p *Plan) Message(group []int, file string, at time.Time) *Message {
	m := &Message{plan: p, group: group}
	person := p.personOf(group, m)
	var doses []iis.Dose
	empty := true
	for i, at := range group {
		u := &m.Rows[i]
		row := &p.Table.Rows[at]
		if row.Broken != "" {
			u.Refused = true
			u.Problems = append(u.Problems, Problem{Line: row.Line, Column: -1, Severity: iis.Error, Rule: "row broken", Say: row.Broken})
		}
		if u.Refused {
			continue
		}
		r := rowReader{plan: p, lines: func(int) int { return row.Line }, cells: row.Cell}
		dose, ok := r.dose()
		u.Problems = append(u.Problems, r.problems...)
		u.Refused, u.Passed = r.refused, r.passed
		switch {
		case ok:
			doses = append(doses, dose)
			u.Order, u.Dose, empty = len(doses), dose, false
		case !u.Refused && !u.Passed:
			empty = false // about the person alone
		}
	}
	if empty {
		return m
	}
	m.Person = person
	first := p.Table.Rows[group[0]].Line
	m.Raw = iz.WriteVXU(iz.Update{
		From: p.sender, App: "FLAT FILE", Control: file + "-" + strconv.Itoa(first), At: at, Person: person, Doses: doses,
	}, codeset.Default())
	m.place()
	return m
}

// personOf reads the person of a group: of each column the first cell that is not
// blank. It makes the group's rows, with what is wrong with the person.
func (p *Plan) personOf(group []int, m *Message) iis.Person {
	m.Rows = make([]Understood, len(group))
	from := map[int]int{} // column: place in the group
	for i, at := range group {
		row := &p.Table.Rows[at]
		m.Rows[i].Line = row.Line
		if row.Broken != "" {
			continue
		}
		for _, f := range theFields().list {
			column := p.columnOf(f.Name)
			cell := row.Cell(column)
			if f.Of != "patient" || cell == "" {
				continue
			}
			if held, ok := from[column]; !ok {
				from[column] = i
			} else if other := &p.Table.Rows[group[held]]; !strings.EqualFold(other.Cell(column), cell) {
				m.Rows[i].Problems = append(m.Rows[i].Problems, differs(p.called(f.Name), row.Line, column, other.Line))
			}
		}
	}
	of := func(column int) int {
		if i, ok := from[column]; ok {
			return group[i]
		}
		return group[0]
	}
	r := rowReader{
		plan:  p,
		lines: func(column int) int { return p.Table.Rows[of(column)].Line },
		cells: func(column int) string { return p.Table.Rows[of(column)].Cell(column) },
	}
	if p.Table.Rows[group[0]].Broken != "" {
		return iis.Person{} // it is alone, and refused for that
	}
	person := r.person()
	for i := range m.Rows {
		u := &m.Rows[i]
		u.Refused = r.refused
		for _, problem := range r.problems {
			if problem.Line == u.Line || problem.Severity == iis.Error {
				problem.Line = u.Line
				u.Problems = append(u.Problems, problem)
			}
		}
	}
	return person
}

// place notes to which order group each segment of the message belongs.
func (m *Message) place() {
	m.places = map[string]int{}
	parsed, err := hl7.Parse(m.Raw)
	if err != nil {
		return // it is our own: a test parses many
	}
	order := 0
	for i := range parsed.Len() {
		s := parsed.Segment(i)
		if s.Is("ORC") {
			order++
		}
		m.places[s.Name()+strconv.Itoa(max(s.Seq(), 1))] = order
	}
}

// fieldAt are the fields in which the parts of a segment stand.
var fieldAt = map[string][]string{
	"PID-3": {"mrn"}, "PID-5": {"last_name", "full_name"}, "PID-5.1": {"last_name", "full_name"}, "PID-5.2": {"first_name", "full_name"}, "PID-6": {"mother_maiden"},
	"PID-7": {"birth_date"}, "PID-8": {"sex"}, "PID-10": {"race"}, "PID-11": {"street", "city", "zip"}, "PID-11.5": {"zip"}, "PID-11.4": {"state"}, "PID-11.3": {"city"}, "PID-13": {"phone", "email"},
	"PID-15": {"language"}, "PID-22": {"ethnicity"}, "PID-24": {"multiple_birth"}, "PID-25": {"birth_order"}, "PID-29": {"death_date"}, "PID-30": {"death_date"},
	"NK1": {"guardian_last", "mother_first"}, "ORC-3": {"dose_id"}, "RXA-3": {"date"}, "RXA-5": {"cvx", "ndc", "cpt", "vaccine"}, "RXA-6": {"amount"}, "RXA-7": {"unit", "amount"},
	"RXA-9": {"source"}, "RXA-10": {"provider", "provider_npi"}, "RXA-11": {"facility"}, "RXA-15": {"lot"}, "RXA-16": {"expiration"}, "RXA-17": {"mvx"},
	"RXA-18": {"refusal_reason"}, "RXA-20": {"completion"}, "RXA-21": {"completion"}, "RXR-1": {"route"}, "RXR-2": {"site"}, "OBX": {"eligibility", "funding"},
}

// Tell puts what was found in the message to the rows, at their columns. What is
// worth knowing only, of a field for which the file has no column, is left to the
// submission's page.
func (m *Message) Tell(found iis.Findings) {
	for _, f := range found {
		place := f.Where.String()
		fields := fieldAt[place]
		for fields == nil && place != "" {
			cut := strings.LastIndexAny(place, ".-")
			if cut < 0 {
				break
			}
			place = place[:cut]
			fields = fieldAt[place]
		}
		if f.Severity == iis.Information && !slices.ContainsFunc(fields, m.plan.Holds) {
			continue
		}
		order := m.places[f.Where.Segment+strconv.Itoa(max(f.Where.Sequence, 1))]
		told := false
		for i := range m.Rows {
			u := &m.Rows[i]
			if u.Refused || u.Passed || order > 0 && u.Order != order || order == 0 && told {
				continue
			}
			row := &m.plan.Table.Rows[m.group[i]]
			u.Problems = append(u.Problems, Problem{
				Line: u.Line, Column: m.plan.columnOf(m.plan.heldIn(row, fields)), Severity: f.Severity, Rule: f.Rule, Say: m.plan.plain(row, f.Say),
			})
			told = true
		}
	}
}

// heldIn is the first of some fields of which a row has something, or else which a column
// holds; "" for none.
func (p *Plan) heldIn(row *Row, fields []string) string {
	has := func(field string) bool { return strings.TrimSpace(row.Cell(p.columnOf(field))) != "" }
	n := slices.IndexFunc(fields, has)
	if n < 0 {
		n = slices.IndexFunc(fields, p.Holds)
	}
	if n < 0 {
		return ""
	}
	return fields[n]
}

// hl7Field is the name of a field, with what it is in brackets; hl7Name is the name
// alone.
var (
	hl7Field = regexp.MustCompile(`\b[A-Z][A-Z0-9]{2}-\d+(?:\.\d+)? \(([^)]+)\)`)
	hl7Name  = regexp.MustCompile(`\b[A-Z][A-Z0-9]{2}-\d+(?:\.\d+)?`)
)

// plain says a sentence of a row without the names of HL7’s fields: “RXA-15 (lot number)” is
// “lot number”, and RXA-9 alone what a column with it is called.
func (p *Plan) plain(row *Row, say string) string {
	out := hl7Field.ReplaceAllString(strings.ReplaceAll(say, " (RXA-9 is 00)", ""), "$1")
	out = hl7Name.ReplaceAllStringFunc(out, func(name string) string {
		for _, of := range []string{name, name[:strings.LastIndexAny(name, ".-")]} {
			if fields := fieldAt[of]; fields != nil {
				return "“" + p.called(first(p.heldIn(row, fields), fields[0])) + "”"
			}
		}
		return name
	})
	if out != say && out != "" {
		first, size := utf8.DecodeRuneInString(out) // it may be a quotation mark
		out = string(unicode.ToUpper(first)) + out[size:]
	}
	return out
}

package codeset

import (
	"path"
	"sort"
	"strings"

	"openiis/internal/iis"
)

// Names of the tables that are not HL7 numbers. A file of folder codes/hl7 has
// its table's name; README.md there lists them all.
const (
	TableRoute     = "NCIT-route"
	TableOldRoute  = "0162"
	TableSite      = "0163"
	TableRace      = "CDCREC-race"
	TableOldRace   = "0005"
	TableEthnicity = "CDCREC-ethnicity"
	TableOldEthnic = "0189"
	TableUnit      = "UCUM"
	TableOldUnit   = "unit-old"
	TableFunding   = "funding-source"
	TableObserved  = "NIP003"

	TableError            = "0357" // ERR-3; the meanings are what the codes are called there
	TableApplicationError = "0533" // ERR-5, likewise
)

// Entry is one code of an HL7 table.
type Entry struct {
	Table   string
	Code    string
	Meaning string
	// Guide says that the national guide's value set has the code, so that we
	// may send it. The others are understood when they come.
	Guide bool
	// MapsTo is the code of today's table that means the same, "" when there is none.
	MapsTo string
}

type hl7Table struct {
	entries map[string]*Entry
	mapsTo  string // table of MapsTo; empty: the table itself
}

// HL7 is the entry of a code in a table: "0063", "NIP001", "CDCREC-race",
// "NCIT-route". Codes are compared exactly.
func (t *Tables) HL7(table, code string) (Entry, bool) {
	if e := t.Find(table, code); e != nil {
		return *e, true
	}
	return Entry{}, false
}

// Find is HL7 for the many questions of one message: the entry itself, not to be
// changed, or nil.
func (t *Tables) Find(table, code string) *Entry {
	return t.hl7[table].entries[code]
}

// HL7Table are all entries of a table in the order of its file; none for a
// table that we do not have.
func (t *Tables) HL7Table(table string) []Entry {
	var out []Entry
	for _, e := range t.hl7[table].entries {
		out = append(out, *e)
	}
	sort.Slice(out, func(i, j int) bool { return compareCodes(out[i].Code, out[j].Code) < 0 })
	return out
}

// Today is the entry that an entry's MapsTo names, or the entry itself when it
// is one of today's; false for an old code that has no successor.
func (t *Tables) Today(e Entry) (Entry, bool) {
	table := t.hl7[e.Table].mapsTo
	if table == "" {
		table = e.Table
	}
	if e.MapsTo == "" {
		return e, table == e.Table
	}
	return t.HL7(table, e.MapsTo)
}

// Route is the NCIT route that either triplet of RXR-1 names, in the codes of
// NCIT or of the old table 0162. The sent name of the code system is not
// relied on: senders mix the two up, and no code is in both.
func (t *Tables) Route(c iis.Coded) (Entry, bool) { return t.translate(c, TableRoute, TableOldRoute) }

// Site is the body site that either triplet of RXR-2 names, an old spelling
// replaced by the guide's.
func (t *Tables) Site(c iis.Coded) (Entry, bool) { return t.translate(c, TableSite) }

// Race is the CDC race category that either triplet of PID-10 names. Detailed
// codes and the letters of old systems are brought to the six of the guide.
func (t *Tables) Race(c iis.Coded) (Entry, bool) { return t.translate(c, TableRace, TableOldRace) }

// Ethnicity is the CDC ethnicity that either triplet of PID-22 names, from
// CDCREC codes or the letters of table 0189. Unknown (U) is not found.
func (t *Tables) Ethnicity(c iis.Coded) (Entry, bool) {
	return t.translate(c, TableEthnicity, TableOldEthnic)
}

// Unit is the UCUM unit that either triplet of RXA-7 names. UCUM tells cases
// apart; the spellings of old systems (ML, cc) are brought to it.
func (t *Tables) Unit(c iis.Coded) (Entry, bool) { return t.translate(c, TableUnit, TableOldUnit) }

// translate finds a code of either triplet in one of the tables, the best table
// first, as sent or else in capitals, and brings it to today's.
func (t *Tables) translate(c iis.Coded, tables ...string) (Entry, bool) {
	if c.Code == "" && c.AltCode == "" {
		return Entry{}, false
	}
	for _, table := range tables {
		for _, code := range []string{c.Code, c.AltCode} {
			if code == "" {
				continue
			}
			e, ok := t.HL7(table, code)
			if !ok {
				e, ok = t.HL7(table, strings.ToUpper(code))
			}
			if !ok {
				continue
			}
			if today, ok := t.Today(e); ok {
				return today, true
			}
		}
	}
	return Entry{}, false
}

func (t *Tables) takeHL7(s sheet) {
	name := strings.TrimSuffix(path.Base(s.name), ".tsv")
	table := hl7Table{entries: make(map[string]*Entry, len(s.rows)), mapsTo: s.mapsTo}
	for _, r := range s.rows {
		table.entries[r[0]] = &Entry{Table: name, Code: r[0], Meaning: r[1], Guide: r[2] == yes, MapsTo: r[3]}
	}
	t.hl7[name] = table
}

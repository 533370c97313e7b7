package web

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"openiis/internal/is"
	"openiis/internal/policy"
)

// table is what each viewer saw: by state, standing, kind of data and relation, of each viewer by name.
type table map[string]map[string]string

func tableKey(state string, st *standing, kind string, rel *relation) string {
	return strings.Join([]string{state, st.name, kind, rel.name}, "\t")
}

func (s table) add(w *matrix, kind string, c *cell, v viewer, saw string) {
	w.t.Helper()
	key := tableKey(w.state, c.standing, kind, c.relation)
	if s[key] == nil {
		s[key] = map[string]string{}
	}
	if was, ok := s[key][v.name]; ok {
		is.Equal(w.t, key+" of "+v.name+" on the other database", saw, was)
	}
	s[key][v.name] = saw
}

// of is what a viewer saw of persons of a standing, of each relation; once where that makes no difference.
func (s table) of(state string, st *standing, kind string, v viewer) string {
	var out []string
	for _, rel := range relations {
		if st.only == nil || slices.Contains(st.only, rel) {
			saw := s[tableKey(state, st, kind, rel)][v.name]
			if saw == "" {
				saw = "–"
			}
			out = append(out, saw)
		}
	}
	if len(slices.Compact(slices.Clone(out))) == 1 {
		return out[0]
	}
	return strings.Join(out, " / ")
}

// kinds are the kinds of data, in the order of the table.
func kinds() (out []string) {
	for _, k := range kindsOf {
		if !slices.Contains(out, k.kind) {
			out = append(out, k.kind)
		}
	}
	return out
}

// tableIntro begins docs/who-sees-what.md.
const tableIntro = `# Who sees what of a person

Written by ` + "`go test ./internal/web -run TestNobodySeesWhatThePolicyDenies -update`" + ` from what was seen: for every state, and on both databases, somebody of each role
asked [every address](roles.md) there is for people of every kind below, with all numbers guessed right. Without a state (*No state*) pages hide nothing of who objected, and answers to messages do. The test fails when they see anything else than what it
says by hand ([matrix_sight_test.go](../internal/web/matrix_sight_test.go)), and when this page is not true any more.

**all**: what every site told. *own part*: what the viewer’s own site, here Oak Street Clinic, told, and no other. *name*: that there is such a person, with name and birth date.
–: nothing. Three values are of a person whom Oak alone reported / whom Oak and another site reported / whom another site alone reported. One value: it is the same for the three.
A row in which nobody sees anything is left out. [Data sharing](sharing.md) says what the kinds are.

What a role may not open at all is –, even of its own site’s patients: [who may do what](roles.md).

On SQLite everybody looked at everyone. On PostgreSQL, which has the same pages, each looked at every third person, so that everyone was looked at by every third;
on both databases nobody saw anything else. Further people, at whom few looked, stand in no table: who wants nothing shared when told of the registry, who withdrew an objection, a
confidential dose of a record that is not shared, a number that leads on to another record, who lives in another region than the sites are in, who was taken off every roster; and
further eyes: somebody of the other site, an ordinary clinic role at a school, whoever broke the glass, a coordinator of the region in which somebody lives. They saw what those
above see for whom it stands likewise ([matrix_further_test.go](../internal/web/matrix_further_test.go)). Each of these stands with each other in somebody of whom there is all at once, as who died, has a confidential
dose, objected, has a number that leads on, was taken off every roster or was sealed or closed: what hides most hides them.

The senders of both sites, of strangers and of sites that keep a roster asked by HL7 for everyone and, once, in one file, and told of them ([matrix_doors_test.go](../internal/web/matrix_doors_test.go)).
Commands of the server (` + "`openiis person`, `openiis audit`, `openiis backup`" + `) are held to no role: whoever runs them holds the database.
Of people they print numbers (` + "`openiis notice list`" + ` to whom letters go), of a sealed identity nothing, and answers that they make for a sender are those of every door: [what each prints](../cmd/openiis/prints_test.go) is tested of all of them.
`

func (s table) text() string {
	var b strings.Builder
	b.WriteString(tableIntro)
	for _, state := range []string{"ma", "ms", "mn", "neutral"} {
		fmt.Fprintf(&b, "\n## %s\n", policy.Named(state).Name)
		for _, st := range standingsIn[state] {
			fmt.Fprintf(&b, "\n### %s: %s\n\n", policy.Named(state).Name, st.name)
			if st == sealed {
				b.WriteString("Nobody sees anything of the former identity, but those who seal, in its own place: [sealed records](sealed-records.md).\n")
				continue
			}
			s.writeStanding(&b, state, st)
		}
	}
	return b.String()
}

// writeStanding writes a table in which viewers who saw the same share a column.
func (s table) writeStanding(b *strings.Builder, state string, st *standing) {
	type column struct{ names, cells []string }
	var columns []*column
	for _, v := range viewers() {
		var cells []string
		for _, kind := range kinds() {
			cells = append(cells, s.of(state, st, kind, v))
		}
		i := slices.IndexFunc(columns, func(c *column) bool { return slices.Equal(c.cells, cells) })
		if i < 0 {
			i = len(columns)
			columns = append(columns, &column{cells: cells})
		}
		columns[i].names = append(columns[i].names, v.name)
	}
	head := []string{"data"}
	for _, c := range columns {
		head = append(head, strings.Join(c.names, "; "))
	}
	tableRow(b, head...)
	fmt.Fprintf(b, "|%s\n", strings.Repeat("---|", len(head)))
	for i, kind := range kinds() {
		row, anything := []string{kind}, false
		for _, c := range columns {
			row, anything = append(row, c.cells[i]), anything || c.cells[i] != "–"
		}
		if anything {
			tableRow(b, row...)
		}
	}
}

// isWritten fails the test where docs/who-sees-what.md is not what was seen. It needs all of the walk.
func (s table) isWritten(t *testing.T) {
	t.Helper()
	const golden = "../../docs/who-sees-what.md"
	if *update {
		is.NoError(t, "write", os.WriteFile(golden, []byte(s.text()), 0o644))
	}
	want, err := os.ReadFile(golden)
	is.NoError(t, "read", err)
	is.Equal(t, "who sees what (rewrite with -update)", s.text(), string(want))
}

// whole reports that no state was left out by -run.
func (s table) whole() bool {
	for state, all := range standingsIn {
		if s[tableKey(state, all[0], kinds()[0], another)] == nil {
			return false
		}
	}
	return true
}

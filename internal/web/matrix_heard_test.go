package web

import (
	"regexp"
	"slices"
	"strings"

	"openiis/internal/store"
)

// overhears has the test hear what is asked of the store: an answer is there when all of it was.
func (w *matrix) overhears() {
	store.Overhear(w.Store, func(s store.Statement) {
		text := strings.Join(strings.Fields(s.SQL), " ")
		if again(text) || s.Changed == 0 {
			return
		}
		w.asked = append(w.asked, text)
	})
}

// again are statements by which what all requests share is read anew each second, and a session's use is noted each minute.
func again(sql string) bool {
	return strings.HasPrefix(sql, "SELECT value FROM setting") || strings.HasPrefix(sql, "SELECT sender.id, ") || strings.HasPrefix(sql, "UPDATE session SET seen")
}

func (w *matrix) forgets() { w.asked = nil }

// withoutReading are the statements of an answer that would find somebody, but for the one by which those whom a search finds are read
// to see who is hidden: they are found by the keys of what was asked, and what hides them stands in their record alone. All
// else, in its order, is what was done for nobody.
func withoutReading(here, there []string) []string {
	at := slices.IndexFunc(here, func(sql string) bool { return strings.HasPrefix(sql, "SELECT person.folder") })
	if at < 0 || len(here) == len(there) {
		return here
	}
	return slices.Delete(slices.Clone(here), at, at+1)
}

var writesTo = regexp.MustCompile(`^(INSERT INTO|UPDATE|DELETE FROM) (\w+)`)

// writesNothing fails the test where something was written since, but in the audit, of who is signed in, and
// a form as it was sent, which is kept before anything is made of it.
func (w *matrix) writesNothing(name string) {
	w.t.Helper()
	for _, sql := range w.asked {
		if m := writesTo.FindStringSubmatch(sql); m != nil && !slices.Contains([]string{"audit", "session", "account", "submission"}, m[2]) {
			w.t.Errorf("%s writes: %s", name, sql)
		}
	}
}

// takesAsLong holds the statements that two answers took against each other: who measures how long an answer
// takes learns as much from it as who reads it.
func (w *matrix) takesAsLong(v viewer, name, path string, here, there []string) {
	w.t.Helper()
	if path == "/people/find" {
		here = withoutReading(here, there)
	}
	if slices.Equal(here, there) || v.rosters && !w.of.is(removed) { // whoever has them on the roster knows that there is such a child
		return
	}
	w.t.Errorf("%s asks the store otherwise than of nobody, %d statements and %d:\n%s\n\nof nobody:\n%s", name, len(here), len(there), strings.Join(here, "\n"), strings.Join(there, "\n"))
}

package check

import (
	"cmp"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/shared"
)

var update = flag.Bool("update", false, "rewrite docs/checks.md")

const catalogueHead = `# The checks

Every rule by which a message is checked, by name, and below [what reading finds](#what-reading-finds) and
[what is found elsewhere](#what-is-found-of-a-message-that-is-not-read-or-only-when-it-is-stored). A test writes this file from the rules themselves
(` + "`go test ./internal/check -run Catalogue -update`" + `).

**W**: stored, and something was lost or is doubtful: somebody should look. **I**: stored, and worth knowing; said once a
message. What keeps a person or a dose from being stored (E) is found while reading; where a rule here has its name, it says so.

**A sender may have other severities**: W, I or off, by the name of the rule
([how they are set](operate.md#severities-for-a-sender)). No rule can be made E, and nothing here keeps a person or a dose from
being stored. What reading could not use (W or I, in its own words) keeps its severity, unless it has the name of a rule here,
and a rule here is silent about a place of which reading says as much.
A rule that tells a **fact** (a protected record, a dose that was not given) is I or off, never W: nobody can
correct it.

Sources: *IG 1.5* is the national implementation guide with its conformance statements (IZ-…), *AIRA MQE…* a detection of
AIRA's message quality evaluation, in our words and with our severity.

Each rule stands in a file of internal/check that is named after it ([pid_25_missing.go](../internal/check/pid_25_missing.go)). Rules about
a single field of the guide are made of what is demanded, such as [guide_missing.go](../internal/check/guide_missing.go), and the guide's
table of the segment, such as [fields_person.go](../internal/check/fields_person.go)
([why](adr/0020-a-rule-a-file.md), [how one is added](../CONTRIBUTING.md#how-we-write)).

| rule | severity | source | what it says |
|---|---|---|---|
`

const readingHead = `
## What reading finds

What a message could not be read for, or only in part, is found where it is read, all in one file
([read_rules.go](../internal/iz/read_rules.go)): these say what became of a value, and so stand beside what reads it. **E**: the
message, the order group or the query was refused. A few have the name of a rule above: it is the same finding, and the severity
that a sender has for it holds for both, but for E.

| finding | severity | source | what it says |
|---|---|---|---|
`

const elsewhereHead = `
## What is found of a message that is not read, or only when it is stored

Some findings are made before a message is read, some for its kind of sender, and some once it is stored: in
[intake](../internal/intake/rules.go), through whichever door it came, and by [MLLP](../internal/mllp/fault.go), which has no other
words for a failure than an acknowledgement. No sender has another severity for them.

| finding | severity | source | by | what it says |
|---|---|---|---|---|
`

// madeElsewhere are the rules of intake and MLLP as rows of their table.
func madeElsewhere(t *testing.T) []string {
	t.Helper()
	var rows []string
	for by, found := range map[string][]Rule{"intake": rulesIn(t, "intake", "rules.go"), "MLLP": rulesIn(t, "mllp", "fault.go")} {
		for _, r := range found {
			rows = append(rows, "| "+strings.Join([]string{r.Name, string(r.Severity), r.Source, by, cmp.Or(r.Say, "*what went wrong, in its own words*")}, " | ")+" |\n")
		}
	}
	slices.Sort(rows)
	return rows
}

// A finding that is made in place, and not of a table, is in no list of docs/checks.md.
func TestIntakeAndMLLPMakeFindingsOfTheirTablesOnly(t *testing.T) {
	made := regexp.MustCompile(`iis\.Finding\{|Findings\{\{`)
	for _, folder := range []string{"intake", "mllp", "rest", "soap", "web", "inbox", "record"} {
		files, err := filepath.Glob(filepath.Join("..", folder, "*.go"))
		is.NoError(t, "list the sources", err)
		if len(files) == 0 {
			t.Errorf("there is no source in %s", folder)
		}
		for _, file := range files {
			table := filepath.Join(folder, filepath.Base(file))
			if strings.HasSuffix(file, "_test.go") || table == filepath.Join("intake", "rules.go") || table == filepath.Join("mllp", "fault.go") {
				continue
			}
			text, err := os.ReadFile(file)
			is.NoError(t, "read a source", err)
			if at := made.FindString(string(text)); at != "" {
				t.Errorf("%s makes a finding in place (%s): put it into a table, so that docs/checks.md has it", table, at)
			}
		}
	}
}

func TestCatalogueIsWrittenDown(t *testing.T) {
	all := Catalogue()
	slices.SortFunc(all, func(a, b Rule) int { return strings.Compare(a.Name, b.Name) })
	refuses := map[string]bool{}
	for _, reading := range readingRules(t) {
		refuses[reading.Name] = reading.Severity == iis.Error
	}
	var b strings.Builder
	b.WriteString(catalogueHead)
	for _, r := range all {
		severity := string(r.Severity)
		switch {
		case r.Fact:
			severity += ", a fact"
		case refuses[r.Name]:
			severity += "; E when it is not stored"
		}
		b.WriteString("| " + strings.Join([]string{r.Name, severity, r.Source, strings.ReplaceAll(r.Say, "|", `\|`)}, " | ") + " |\n")
	}
	b.WriteString(readingHead)
	found := readingRules(t)
	slices.SortFunc(found, func(a, b Rule) int { return strings.Compare(a.Name, b.Name) })
	for _, r := range found {
		b.WriteString("| " + strings.Join([]string{r.Name, string(r.Severity), r.Source, r.Say}, " | ") + " |\n")
	}
	b.WriteString(elsewhereHead + strings.Join(madeElsewhere(t), ""))
	name := filepath.Join("..", "..", "docs", "checks.md")
	if *update {
		is.NoError(t, "write the catalogue", os.WriteFile(name, []byte(b.String()), 0o644))
	}
	written, err := os.ReadFile(name)
	is.NoError(t, "read the catalogue", err)
	if string(written) != b.String() {
		t.Error("docs/checks.md is not what the rules say; write it anew with -update")
	}
}

// foundOtherwise are AIRA's detections of severity ERROR that no rule here names
// as its source: reading finds them, or the guide demands the same. Each with a
// message that has the defect and the finding that its sender gets.
var foundOtherwise = map[string]struct{ change, finding string }{
	"MQE0017": {"MSH-7=", "W MSH^1^7 MSH-7 missing"},
	"MQE0531": {"MSH-7=5 March", "W MSH^1^7 MSH-7 unreadable"},
	"MQE0117": {"PID-7=2020", "E PID^1^7 PID-7 unreadable"},
	"MQE0118": {"PID-7=", "E PID^1^7 PID-7 missing"},
	"MQE0141": {"PID-5=Lovelace^^^^^^L", "W PID^1^5^1^2 given name missing"},
	"MQE0166": {"PID-5=^Ada^^^^^L", "W PID^1^5^1^1 family name missing"},
	"MQE0220": {"PID-3=", "E PID^1^3 PID-3 missing"},
	"MQE0394": {"PID-3=A1^^^CLINIC", "W PID^1^3^1^5 identifier type missing"},
	"MQE0513": {"PID-3=A1^^^CLINIC^QQQ", "W PID^1^3^1^5 PID-3.5 unknown"},
	"MQE0234": {"RXA-21=Q", "W RXA^1^21 action unknown"},
	"MQE0235": {"RXA-21=", "I RXA^1^21 RXA-21 missing"},
	"MQE0260": {"RXA-3=2024", "E RXA^1^3 RXA-3 unreadable"},
	"MQE0261": {"RXA-3=", "E RXA^1^3 RXA-3 missing"},
	"MQE0244": {"RXA-5=", "E RXA^1^5 vaccine code missing"},
	"MQE0247": {"RXA-5=989^Something^CVX", "W RXA^1^5^1^1 vaccine code unknown"},
	"MQE0483": {"RXA-5=03^MMR", "W RXA^1^5^1^3 vaccine code system"},
	"MQE0484": {"RXA-5=03^MMR^XYZ", "W RXA^1^5^1^3 vaccine code system"},
	"MQE0559": {"RXA-5=99999-9999-99^Something^NDC", "W RXA^1^5^1^1 vaccine code unknown"},
}

func TestEveryDetectionOfAIRAThatIsAnErrorThereHasARule(t *testing.T) {
	named, detection := map[string]bool{}, regexp.MustCompile(`MQE[0-9]{4}`)
	for _, r := range Catalogue() {
		for _, id := range detection.FindAllString(r.Source, -1) {
			named[id] = true
		}
	}
	known := map[string]bool{}
	for _, line := range strings.Split(string(shared.File(t, "hl7", "MQE-detections.tsv")), "\n") {
		cells := strings.Split(line, "\t")
		if len(cells) < 7 || !detection.MatchString(cells[0]) {
			continue
		}
		known[cells[0]] = true
		if cells[6] == "ERROR" && !named[cells[0]] && foundOtherwise[cells[0]].change == "" {
			t.Errorf("nothing is said of %s, %s (%s)", cells[0], cells[1], cells[4])
		}
	}
	for id := range named {
		if !known[id] {
			t.Errorf("a rule names %s as its source, and AIRA has no such detection", id)
		}
	}
	for id, by := range foundOtherwise {
		found := []string{}
		for _, f := range all(read(t, with(goodVXU, by.change))) {
			found = append(found, string(f.Severity)+" "+f.Where.ERL()+" "+f.Rule)
		}
		if !known[id] || !slices.Contains(found, by.finding) {
			t.Errorf("%s: %s is answered with %q, want %q", id, by.change, found, by.finding)
		}
	}
}

// A rule must not be an error, nor one that tells a fact a warning.
func TestNoRuleIsAnErrorAndFactsAreInformation(t *testing.T) {
	facts := 0
	for _, r := range Catalogue() {
		if r.Severity != iis.Warning && r.Severity != iis.Information {
			t.Errorf("rule %q has severity %q", r.Name, r.Severity)
		}
		if r.Fact {
			facts++
			is.Equal(t, r.Name, r.Severity, iis.Information)
		}
	}
	is.Equal(t, "facts", facts, 5)
	for _, r := range []Rule{protected.Rule, partly.Rule, notAdministered.Rule, newbornName.Rule, noVaccine.Rule} {
		is.Equal(t, r.Name+" is a fact", r.Fact, true)
	}
}

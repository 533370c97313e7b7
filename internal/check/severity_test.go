package check

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"openiis/internal/iis"
	"openiis/internal/is"
)

func TestASendersSeveritiesReplaceTheRulesOwn(t *testing.T) {
	raw := with(goodVXU, "RXA-15=", "RXA-21=") + with(goodVXU[4:], "RXA-15=", "RXA-21=")
	for _, c := range []struct {
		name  string
		table map[string]iis.Severity
		want  []string
	}{
		{"nothing is replaced", nil,
			[]string{"W 101/7 RXA^1^15 RXA-15 missing", "I 101/7 RXA^1^21 RXA-21 missing", "W 101/7 RXA^2^15 RXA-15 missing"}},
		{"a warning becomes information, said once", map[string]iis.Severity{"RXA-15 missing": iis.Information},
			[]string{"I 101/7 RXA^1^15 RXA-15 missing", "I 101/7 RXA^1^21 RXA-21 missing"}},
		{"information becomes a warning, said everywhere", map[string]iis.Severity{"RXA-15 missing": Off, "RXA-21 missing": iis.Warning},
			[]string{"W 101/7 RXA^1^21 RXA-21 missing", "W 101/7 RXA^2^21 RXA-21 missing"}},
		{"all off", map[string]iis.Severity{"RXA-15 missing": Off, "RXA-21 missing": Off}, []string{}},
	} {
		in := read(t, raw)
		severities, err := NewSeverities(c.table)
		is.NoError(t, c.name, err)
		in.Severities = severities
		is.Equal(t, c.name, withoutRepeats(Message(in)), c.want)
	}
}

// A fact is told beside what is doubtful at its place: neither says the other.
func TestAFactIsToldBesideWhatIsDoubtfulAtItsPlace(t *testing.T) {
	found := shorts(all(read(t, with(goodVXU, "RXA-5=27^Botulism antitoxin", "RXA-20=PA"))))
	for _, want := range []string{"W 103/5 RXA^1^5^1^3 vaccine code system", "I 999/3 RXA^1^5^1^1 RXA-5 not a vaccine", "I 999/3 RXA^1^20 RXA-20 PA"} {
		if !slices.Contains(found, want) {
			t.Errorf("%q is not told: %q", want, found)
		}
	}
}

// withoutRepeats leaves out that the message says the same dose twice.
func withoutRepeats(fs iis.Findings) []string {
	out := []string{}
	for _, f := range fs {
		if f.Rule != "dose repeated" {
			out = append(out, short(f))
		}
	}
	return out
}

// Reading and a rule that have one name say the same thing; what was turned off
// must not come from the other.
func TestWhatReadingFoundObeysTheSeverityOfTheRuleOfItsName(t *testing.T) {
	raw := with(goodVXU, "NK1-3=", "PID-7=", "RXA-17=QQQ")
	shared := Table([]Setting{{Rule: "NK1-3 missing", Severity: Off}, {Rule: "PID-7 missing", Severity: Off}})
	s, err := NewSeverities(shared)
	is.NoError(t, "severities", err)
	in := read(t, raw)
	before := in.VXU.Findings
	in.VXU.Findings, in.Severities = s.OfReading(before), s
	found := map[string]iis.Severity{}
	for _, f := range append(in.VXU.Findings, Message(in)...) {
		found[f.Rule] = f.Severity
	}
	is.Equal(t, "turned off", found["NK1-3 missing"], iis.Severity(""))
	is.Equal(t, "an error stays", found["PID-7 missing"], iis.Error)
	is.Equal(t, "findings of reading", len(in.VXU.Findings), len(before)-1)
	is.Equal(t, "without severities", len((*Severities)(nil).OfReading(before)), len(before))
}

// TestWhatReadingFoundInOtherWordsObeysToo turns each of these rules off: then neither it
// nor reading says anything at its place.
func TestWhatReadingFoundInOtherWordsObeysToo(t *testing.T) {
	for rule, edit := range map[string]string{
		"PID-3.5 missing":   "PID-3=432155^^^ORGZ",
		"PID-5.2 missing":   "PID-5=Patient^^^^^^L",
		"PID-8 unknown":     "PID-8=Q",
		"PID-24 unknown":    "PID-24=Q",
		"PID-25 unreadable": "PID-25=first",
		"PID-30 unknown":    "PID-30=Q",
		"PD1-12 unknown":    "PD1-12=Q",
		"PD1-13 unreadable": "PD1-13=soon",
		"PD1-16 unknown":    "PD1-16=Q",
		"PD1-17 unreadable": "PD1-17=soon",
		"PD1-18 unreadable": "PD1-18=soon",
		"RXA-5 unknown":     "RXA-5=899^Nothing^CVX",
		"RXA-6 unreadable":  "RXA-6=much",
		"RXA-9 unknown":     "RXA-9=77^Nothing^NIP001",
		"RXA-16 unreadable": "RXA-16=soon",
		"RXA-17 unknown":    "RXA-17=QQQ^Nobody^MVX",
		"RXA-20 unknown":    "RXA-20=QQ",
		"RXA-21 unknown":    "RXA-21=Q",
		"OBX-2 missing":     "OBX-2=",
		"RXA-5.3 missing":   "RXA-5=03^MMR",
	} {
		raw := with(goodVXU, edit)
		in := read(t, raw)
		is.Equal(t, rule+": is said by reading", slices.ContainsFunc(in.VXU.Findings, func(f iis.Finding) bool { r := sameAs(&f); return r != nil && r.Name == rule }), true)
		s, err := NewSeverities(map[string]iis.Severity{rule: Off})
		is.NoError(t, rule, err)
		at := in.VXU.Findings[slices.IndexFunc(in.VXU.Findings, func(f iis.Finding) bool { r := sameAs(&f); return r != nil && r.Name == rule })].Where
		in.VXU.Findings, in.Severities = s.OfReading(in.VXU.Findings), s
		for _, f := range append(in.VXU.Findings, Message(in)...) {
			if r := sameAs(&f); r != nil && r.Name == rule && f.Where == at {
				t.Errorf("%s is off, and %q is told at %s", rule, f.Rule, f.Where)
			}
		}
	}
}

// What reading and a rule call alike must also weigh alike, or a page would take
// one for the other's changed severity, and be told by the same codes.
func TestReadingAndRulesThatShareANameShareTheSeverityAndTheCodes(t *testing.T) {
	shared := 0
	for _, reading := range readingRules(t) {
		if r := named(reading.Name); r != nil {
			shared++
			is.Equal(t, reading.Name+": code of table 0357", hl7Names[r.HL7], reading.HL7)
			if reading.Severity != iis.Error {
				is.Equal(t, reading.Name, reading.Severity, r.Severity)
			}
		}
	}
	if shared < 12 {
		t.Errorf("only %d shared names found: the test looks in the wrong place", shared)
	}
}

// readingRules are the rules of reading, from its source: their names, severities
// and what they call their code of table 0357.
func readingRules(t *testing.T) []Rule {
	t.Helper()
	return rulesIn(t, "iz", "read_rules.go")
}

// rulesIn are the rules of a table in another package.
func rulesIn(t *testing.T, path ...string) (out []Rule) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", filepath.Join(path...)))
	is.NoError(t, "read the rules", err)
	words := map[string]iis.Severity{"Error": iis.Error, "Warning": iis.Warning, "Information": iis.Information}
	for _, m := range regexp.MustCompile(`rule\{"([^"]+)", iis\.(\w+), "([^"]+)", iis\.(\w+), (?:iis\.\w+|""),\s+"([^"]*)"\}`).FindAllStringSubmatch(string(text), -1) {
		out = append(out, Rule{Name: m[1], Severity: words[m[2]], Source: m[3], HL7: m[4], Say: m[5]})
	}
	is.Equal(t, "rules that were read, of those that are there", len(out), strings.Count(string(text), "= rule{"))
	return out
}

func TestATableOfSeveritiesThatIsWrongIsReportedAndTheRestOfItHolds(t *testing.T) {
	s, err := NewSeverities(map[string]iis.Severity{"RXA-15 missing": iis.Error, "no such rule": Off, "RXA-21 missing": iis.Warning})
	is.Equal(t, "error", err.Error(), "rule \"RXA-15 missing\": severity \"E\" is none of W, I and off\nthere is no rule \"no such rule\"")
	in := read(t, with(goodVXU, "RXA-15=", "RXA-21="))
	in.Severities = s
	is.Equal(t, "findings", shorts(Message(in)), []string{"W 101/7 RXA^1^15 RXA-15 missing", "W 101/7 RXA^1^21 RXA-21 missing"})
}

// Whatever table somebody writes, no finding becomes an error, and no fact more
// than information.
func TestNoSettingMakesAnErrorNorAFactAWarning(t *testing.T) {
	for _, r := range Catalogue() {
		for severity, may := range map[iis.Severity]bool{
			iis.Error: false, "": false, "e": false, "w": false, iis.Warning: !r.Fact, iis.Information: true, Off: true,
		} {
			is.Equal(t, r.Name+" as "+string(severity), MaySet(r.Name, severity) == nil, may)
			s, err := NewSeverities(map[string]iis.Severity{r.Name: severity})
			is.Equal(t, r.Name+" taken as "+string(severity), err == nil, may)
			want := r.Severity
			if may {
				want = severity
			}
			is.Equal(t, r.Name+" set to "+string(severity), s.of(named(r.Name)), want)
		}
	}
}

func TestATableOfSeveritiesIsReadAsPeopleWriteIt(t *testing.T) {
	got, err := ReadTable("\ufeff# of Oak Street\r\nrule\tseverity\treason\r\n\r\nRXA-15 missing\tI\tTheir system has no lots\r\n NK1 missing \toff\t adults only \n")
	is.NoError(t, "read", err)
	want := []Setting{{"RXA-15 missing", iis.Information, "Their system has no lots"}, {"NK1 missing", Off, "adults only"}}
	is.Equal(t, "settings", got, want)
	again, err := ReadTable(WriteTable(got))
	is.NoError(t, "read again", err)
	is.Equal(t, "written and read again", again, want)
	none, err := ReadTable("rule\tseverity\treason\n")
	is.NoError(t, "a table without a rule", err)
	is.Equal(t, "settings", len(none), 0)
}

func TestATableThatCannotBeUsedIsRefusedWithLineAndAdvice(t *testing.T) {
	const head = "rule\tseverity\treason\n"
	long := strings.Repeat("x", MaxReason+1)
	for table, want := range map[string]string{
		"":                                                     `the table is empty: it must begin with the line "rule severity reason", with tabs between`,
		"# nothing\n":                                          `the table is empty: it must begin with the line "rule severity reason", with tabs between`,
		"RXA-15 missing\tI\tx\n":                               `line 1: the table must begin with the line "rule severity reason", with tabs between`,
		head + "RXA-15 mising\tI\tx":                           `line 2: there is no rule "RXA-15 mising": did you mean "RXA-15 missing", "RXA-1 missing", "RXA-5 missing"?`,
		head + "\n\nRXA-15 missing\tE\tx":                      `line 4: rule "RXA-15 missing": severity "E" is none of W, I and off`,
		head + "RXA-15 missing\t\tx":                           `line 2: rule "RXA-15 missing": severity "" is none of W, I and off`,
		head + "PD1-12 protected\tW\tx":                        `line 2: rule "PD1-12 protected" tells a fact, which the sender cannot correct: it may be I or off`,
		head + "RXA-15 missing\tI":                             `line 2: 2 columns instead of 3: put one tab between rule, severity and reason`,
		head + "RXA-15 missing I x":                            `line 2: 1 columns instead of 3: put one tab between rule, severity and reason`,
		head + "RXA-15 missing\tI\t ":                          `line 2: say why: the reason is empty`,
		head + "RXA-15 missing\tI\t" + long:                    `line 2: write a reason of at most 500 characters`,
		head + "RXA-15 missing\tI\ta\x00b":                     `line 2: write the reason on one line, as plain text`,
		head + "RXA-15 missing\tI\ta\xff":                      `the table is not UTF-8: save it as UTF-8 text`,
		head + "NK1 missing\tI\tx\nNK1 missing\tI\ty\nq\tW\tz": `line 3: rule "NK1 missing" is on line 2 already: remove one of them` + "\n" + `line 4: there is no rule "q"`,
	} {
		got, err := ReadTable(table)
		if err == nil || err.Error() != want || got != nil {
			t.Errorf("%q: got %v, %v, want %s", table, got, err, want)
		}
	}
}

func TestEveryRuleIsFoundByItsOwnNameFirst(t *testing.T) {
	for _, r := range Catalogue() {
		near := Nearest(strings.ToLower(r.Name))
		if len(near) == 0 || !strings.EqualFold(near[0], r.Name) || len(r.Name) > longestRule {
			t.Errorf("rule %q: nearest are %v", r.Name, near)
		}
	}
	is.Equal(t, "nothing is like it", len(Nearest(strings.Repeat("x", 10_000))), 0)
}

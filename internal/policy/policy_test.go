package policy_test

import (
	"os"
	"strings"
	"testing"
	"time"

	reference "go.yaml.in/yaml/v3"

	"openiis/internal/cal"
	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/policy"
	"openiis/states"
)

func minnesota(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("../../states/mn/policy.yaml")
	is.NoError(t, "read", err)
	return string(text)
}

func TestThePoliciesOfTheProgramSayWhatTheirSourcesSay(t *testing.T) {
	is.Equal(t, "states", policy.States(), []string{"ma", "mn", "ms"})
	for _, code := range append(policy.States(), "neutral") {
		p := policy.Named(code)
		is.Equal(t, "code", p.State, code)
		is.Equal(t, code+" shares", p.Sharing.Default, true)
		is.Equal(t, code+" is part of the program", p.Text, "")
	}
	mn, ma, ms := policy.Named("mn"), policy.Named("ma"), policy.Named("ms")
	is.Equal(t, "Minnesota: parts", mn.Notice.PartNames(), []string{"Notice of enrollment in MIIC", "Immunization information packet"})
	is.Equal(t, "Minnesota: opt-out", []bool{mn.OptOut.Possible, mn.OptOut.Closes}, []bool{true, true})
	is.Equal(t, "Massachusetts: parts", ma.Notice.PartNames(), []string{"Letter to the parents", "MIIS Fact Sheet", "MIIS Objection (or Withdrawal of Objection) Form"})
	is.Equal(t, "Massachusetts: nobody opts out", ma.OptOut.Possible, false)
	is.Equal(t, "Mississippi: no notice", ms.Notice == nil, true)
	is.Equal(t, "Mississippi: nobody opts out", ms.OptOut.Possible, false)
	is.Equal(t, "neutral: no notice", policy.Neutral().Notice == nil, true)
	if policy.Named("wi") != nil {
		t.Error("there is a policy of a state that has none")
	}
}

func TestAPolicySaysWhoIsANewbornAndInWhichLanguage(t *testing.T) {
	p, err := policy.Read("policy.yaml", []byte(strings.Replace(minnesota(t), "- {code: eng, name: English}", "- {code: eng, name: English}\n  - {code: som, name: Somali}", 1)))
	is.NoError(t, "read", err)
	born := cal.Of(2026, 3, 1)
	for day, want := range map[cal.Date]bool{born - 1: false, born: true, born + 365: true, born + 366: false} {
		is.Equal(t, "newborn "+day.String(), p.IsNewborn(born, day), want)
	}
	is.Equal(t, "without a birth date", p.IsNewborn(cal.None, born), false)
	is.Equal(t, "own language", p.Notice.Language(iis.Coded{Code: "SOM"}), "som")
	is.Equal(t, "another", p.Notice.Language(iis.Coded{Code: "hmn"}), "eng")
	is.Equal(t, "its name", p.LanguageName("som")+p.LanguageName("xyz"), "Somalixyz")
	is.Equal(t, "office", []bool{p.IsBirthSender("vital-records"), p.IsBirthSender("ELM")}, []bool{true, false})
}

func TestAPolicyIsReadStrictly(t *testing.T) {
	for _, c := range []struct{ old, new, want string }{
		{"state: mn", "state: MN", `p.yaml:1: state: "MN" is no code: write lower-case letters, 20 at most`},
		{"state: mn\n", "", "p.yaml:1: state: is missing: write the state's code, such as mn"},
		{"name: Minnesota", "nmae: Minnesota", `p.yaml:2: the key "nmae" is not known here; known are: state, name,`},
		{"name: Minnesota", "name: Minnesota\nname: Again", `p.yaml:3: the key "name" is here twice: remove one`},
		{"name: Minnesota", "name: [a]", "p.yaml:2: name: want the state's name"},
		{"default: yes", "default: maybe", `sharing, default: "maybe" is none: want yes or no`},
		{"  default: yes\n", "", "sharing, default: is missing: write yes or no"},
		{"newborn for: 365", "newborn for: a year", `birth feed, newborn for: "a year" is none: want a number of days, from 1 to 3650`},
		{"within: 30", "within: 0", `notice, within: "0" is none`},
		{"senders: [VITAL-RECORDS]", "senders: VITAL-RECORDS", "birth feed, senders: want a list here, with one item at least"},
		{"    given: in the hospital\n", "", "notice, parts, given: is missing: write how parents are given it"},
		{"{code: eng, name: English}", "{code: eng}", "notice, languages, name: is missing"},
		{"how: [call, form, certificate]", "how: [fax]", `opt out, how: "fax" is no way to opt out: want call, form, certificate`},
		{"  how: [call, form, certificate]\n", "", "opt out, how: is missing: write in which ways parents opt out"},
		{"possible: yes", "possible: no", "opt out, how: is here although possible is no"},
		{"held: erase", "held: hide", `opt out, held: "hide" is none: want close or erase`},
		{"held: erase", "held: close", "opt out, take back days: goes with held: erase"},
		{"  identity check: yes\n", "", "opt out, identity check: is missing"},
		{"take back days: 7", "take back days: 9999", "opt out, take back days"},
		{"enrolled child: close", "enrolled child: erase", `opt out, enrolled child: "erase" is none: want close or refuse`},
		{"sharing:\n", "sharing: yes\nother:\n", "sharing: want keys and values here"},
		{"hides: [record, forecast]", "hides: [forecast]", "sharing, no, hides: leaves the record open, which tells all the rest: add record"},
		{"hides: [record, forecast]", "hides: [record, existence]", "sharing, no, hides: a person whose existence is hidden has no forecast to show: add forecast"},
		{"hides: [record, forecast]", "hides: [record, forecast, existence]", "sharing, break the glass: goes with a no that does not hide existence"},
		{"hides: [record, forecast]", "hides: [record, all]", `sharing, no, hides: "all" is none: want record, forecast, existence`},
		{"from: [messages, pages]", "from: [messages, messages]", `sharing, no, from: "messages" is here twice: remove one`},
		{"minutes: 30", "minutes: 0", `sharing, break the glass, minutes: "0" is none`},
		{"rule: own family name", "rule: own name", `alerts, rule: "own name" is none: want own family name, watched record, many records, many people listed, unusual hours or deceased person`},
		{"rule: watched record", "rule: own family name", `alerts: the rule "own family name" is here twice: remove one`},
		{"  records: 60\n", "", "alerts, records: is missing: write a number of records, from 1 to 100000"},
		{"  people: 500\n", "", "alerts, people: is missing: write a number of people, from 1 to 100000"},
		{"people: 500", "people: 500\n  records: 3", `the key "records" is not known here; known are: rule, people, within, source`},
		{"records: 300", "records: many", `alerts, records: "many" is none: want a number of records`},
		{"within: hour", "within: week", `alerts, within: "week" is none: want hour or day`},
		{"within: hour", "within: day", `alerts: the rule "many records in a day" is here twice`},
		{"rule: watched record", "rule: unusual hours\n  from: ten\n  to: 06:00", `alerts, from: "ten" is none: want a time of the day, such as 22:00`},
		{"rule: watched record", "rule: unusual hours\n  from: 06:00\n  to: 06:00", "alerts, to: is the time of from"},
		{"rule: watched record", "rule: watched record\n  records: 3", `the key "records" is not known here; known are: rule, source`},
		{"state: mn", "state: [", "p.yaml:1: the row has no end on its line"},
	} {
		text := minnesota(t)
		if !strings.Contains(text, c.old) {
			t.Fatalf("%q is not in the file", c.old)
		}
		_, err := policy.Read("p.yaml", []byte(strings.Replace(text, c.old, c.new, 1)))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q for %q: %v, want %q", c.new, c.old, err, c.want)
		}
	}
	noSource := strings.Replace(minnesota(t), `  source: "MDH, What is MIIC? (7/2009). Days`, `  sauce: "MDH, What is MIIC? (7/2009). Days`, 1)
	if _, err := policy.Read("p.yaml", []byte(noSource)); err == nil || !strings.Contains(err.Error(), "notice, source: is missing: write the law or document") {
		t.Errorf("a fact without a source: %v", err)
	}
	nobody := strings.NewReplacer("possible: yes", "possible: no", "  how: [call, form, certificate]\n", "", "  held: erase\n  identity check: yes\n  take back days: 7\n", "").Replace(minnesota(t))
	if _, err := policy.Read("p.yaml", []byte(nobody)); err == nil || !strings.Contains(err.Error(), "close goes with possible: yes") {
		t.Errorf("a record that is closed where nobody opts out: %v", err)
	}
}

func TestAPolicySaysWhatIsHiddenFromWhom(t *testing.T) {
	ma, mn := policy.Named("ma"), policy.Named("mn")
	no := ma.Hides(iis.SharingNo)
	is.Equal(t, "Massachusetts: an objection hides", []bool{no.Record, no.Forecast, no.Existence, no.Messages, no.Pages}, []bool{true, true, true, true, true})
	unknown := ma.Hides(iis.SharingUnknown)
	is.Equal(t, "Massachusetts: unknown", []bool{unknown.Record, unknown.Existence, ma.Sharing.Unknown.Prompts, ma.Sharing.Unknown.BeforeLive, ma.Sharing.Unknown.ByHand}, []bool{true, false, true, true, true})
	is.Equal(t, "Massachusetts: nobody breaks the glass", ma.Sharing.Glass == nil, true)
	is.Equal(t, "yes hides nothing", ma.Hides(iis.SharingYes) == nil, true)
	is.Equal(t, "neutral: pages", policy.Neutral().Hides(iis.SharingNo).Pages, false)
	is.Equal(t, "Minnesota knows no unknown", mn.Hides(iis.SharingUnknown) == nil, true)
	is.Equal(t, "Minnesota: glass", mn.Sharing.Glass.Minutes, 30)
	for _, code := range []string{ma.Sharing.Papers.Objection, ma.Sharing.Papers.Withdrawal} {
		is.Equal(t, "form "+code, ma.Papers().Form(code) != nil, true)
	}
	text, err := os.ReadFile("../../states/ma/policy.yaml")
	is.NoError(t, "read", err)
	for _, c := range []struct{ old, new, want string }{
		{"prompts: yes", "prompts: maybe", `sharing, unknown, prompts: "maybe" is none`},
		{"enters: [before go-live, by hand]", "enters: [fax]", `sharing, unknown, enters: "fax" is none: want before go-live, by hand`},
		{"    hides: [record, forecast]\n", "    hides: [record, forecast, existence]\n", "sharing, unknown, prompts: nobody is asked about a record that they cannot find"},
		{"    objection: objection\n", "", "sharing, forms, objection: is missing: write the code of a form"},
		{"  forms:\n", "  confidential:\n    cvx: [HPV]\n    from age: 12\n    to age: 9\n    source: x\n  forms:\n", `sharing, confidential, cvx: "HPV" is no CVX code`},
		{"  forms:\n", "  confidential:\n    cvx: [\"62\"]\n    from age: 12\n    to age: 9\n    source: x\n  forms:\n", "sharing, confidential, to age: is before from age"},
	} {
		_, err := policy.Read("p.yaml", []byte(strings.Replace(string(text), c.old, c.new, 1)))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q for %q: %v, want %q", c.new, c.old, err, c.want)
		}
	}
	own, err := policy.Read("p.yaml", []byte(strings.Replace(string(text), "  forms:\n", "  confidential:\n    cvx: [\"62\"]\n    from age: 12\n    to age: 17\n    source: x\n  forms:\n", 1)))
	is.NoError(t, "confidential", err)
	born := cal.Of(2010, 5, 1)
	for day, want := range map[cal.Date]bool{cal.Of(2022, 4, 30): false, cal.Of(2022, 5, 1): true, cal.Of(2028, 4, 30): true, cal.Of(2028, 5, 1): false} {
		is.Equal(t, "on "+day.String(), own.Sharing.Confidential.Has("62", day, born), want)
	}
	is.Equal(t, "another vaccine", own.Sharing.Confidential.Has("08", cal.Of(2024, 1, 1), born), false)
}

func TestAPolicySaysWhichAccessIsUnusual(t *testing.T) {
	var names []string
	for _, a := range policy.Named("ma").Alerts() {
		names = append(names, a.Name())
		if a.Source == "" || a.String() == "" {
			t.Errorf("%s has no source or no words", a.Name())
		}
	}
	is.Equal(t, "rules", names, []string{policy.OwnName, policy.Watched, "many records in an hour", "many records in a day", "many people listed in an hour", "many people listed in a day"})
	text := minnesota(t)
	before, _, _ := strings.Cut(text, "alerts:\n")
	none, err := policy.Read("p.yaml", []byte(before+"alerts: none\n"))
	is.NoError(t, "none", err)
	is.Equal(t, "no rule but that of what the state lets users open", len(none.Alerts()), 1)
	is.Equal(t, "which is always on", none.Alerts()[0].Rule, policy.BrokenGlass)
	silent, err := policy.Read("p.yaml", []byte(before))
	is.NoError(t, "a folder of before", err)
	is.Equal(t, "the neutral rules", silent.Alerts()[:len(silent.Alerts())-1], policy.Neutral().Alerts())
	night, err := policy.Read("p.yaml", []byte(before+"alerts:\n- rule: unusual hours\n  from: \"22:00\"\n  to: \"06:30\"\n  source: x\n"))
	is.NoError(t, "night", err)
	rule := night.Alerts()[0]
	is.Equal(t, "in words", rule.String(), "The user opened records between 10:00 PM and 6:30 AM.")
	for at, want := range map[string]bool{"21:59": false, "22:00": true, "00:10": true, "06:29": true, "06:30": false, "12:00": false} {
		clock, err := time.Parse("15:04", at)
		is.NoError(t, "time", err)
		is.Equal(t, at, rule.At(clock), want)
	}
}

func TestPoliciesAreYAMLForOthersToo(t *testing.T) {
	for _, code := range append(policy.States(), "neutral") {
		text, err := os.ReadFile("../../states/" + code + "/policy.yaml")
		is.NoError(t, "read", err)
		var theirs struct {
			State, Registry string
			Notice          struct{ Parts []struct{ Part string } }
		}
		is.NoError(t, code, reference.Unmarshal(text, &theirs))
		ours := policy.Named(code)
		is.Equal(t, code, []string{theirs.State, theirs.Registry}, []string{ours.State, ours.Registry})
		if ours.Notice != nil {
			is.Equal(t, code+": parts", len(theirs.Notice.Parts), len(ours.Notice.Parts))
		}
	}
}

func FuzzAPolicyIsReadOrRefused(f *testing.F) {
	text, err := os.ReadFile("../../states/mn/policy.yaml")
	is.NoError(f, "read", err)
	f.Add(string(text))
	f.Add("state: mn\nopt out:\n  possible: no\n")
	f.Add("notice: [a]\n")
	f.Fuzz(func(t *testing.T, text string) {
		p, err := policy.Read("p.yaml", []byte(text))
		if err == nil && (p.State == "" || p.OptOut.Source == "" || p.Notice != nil && len(p.Notice.Languages) == 0) {
			t.Errorf("%q is taken, and says nothing", text)
		}
	})
}

func TestWhoRecordsObjectionsIsReadOfAPolicy(t *testing.T) {
	ma, neutral := policy.Named("ma"), policy.Neutral()
	is.Equal(t, "Massachusetts has sites designate staff, and whoever opens a record ask", []bool{ma.Sharing.Papers.Designated, ma.Sharing.Unknown.Designated}, []bool{true, false})
	is.Equal(t, "the neutral policy leaves it to the role", neutral.Sharing.Papers.Designated, false)
	is.Equal(t, "regional staff take opt-outs in Minnesota", policy.Named("mn").Regional.OptOuts, true)
	f, err := policy.FolderIn(states.Files, "ma/")
	is.NoError(t, "folder", err)
	for line, wrong := range map[string]string{
		"recorded by: designated staff": "recorded by: the front desk", "prompts: yes\n": "prompts: yes\n    answered by: somebody\n",
	} {
		of := f
		of.Policy = []byte(strings.Replace(string(f.Policy), line, wrong, 1))
		_, err := policy.ReadFolder("own/", of)
		if err == nil || !strings.Contains(err.Error(), "want designated staff or role") {
			t.Errorf("%s is taken: %v", wrong, err)
		}
	}
}

// TestWhereSchoolsEnterNothing: what a state does not say is denied.
func TestWhereSchoolsEnterNothing(t *testing.T) {
	for state, want := range map[string]bool{"ms": false, "ma": false, "mn": true, "neutral": true} {
		is.Equal(t, state+": a school", policy.Named(state).AddsHistory(iis.KindSchool), want)
		is.Equal(t, state+": child care", policy.Named(state).AddsHistory(iis.KindChildCare), false)
		is.Equal(t, state+": a clinic", policy.Named(state).AddsHistory(iis.KindClinic), false)
	}
}

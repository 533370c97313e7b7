package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func matching(t *testing.T, stdin string, args ...string) ran {
	t.Helper()
	var out, errs bytes.Buffer
	status := matchCommand(args, strings.NewReader(stdin), &out, &errs)
	return ran{status, out.String(), errs.String()}
}

const (
	will     = `{"names":[{"family":"Marsh-Oak","given":"William","middle":"Ray"}],"birthDate":"2019-03-02","sex":"M","addresses":[{"street":"12 Larch Street","city":"Fargo","zip":"58102"}],"phones":["(701) 555-0142"],"mother":{"given":"Ana","maiden":"Vang"}}`
	bill     = `{"names":[{"family":"MARSH","given":"Bill"}],"birthDate":"2019-03-02","sex":"M","addresses":[{"street":"12 LARCH ST","zip":"58102"}],"mother":{"given":"Ana"}}`
	twin     = `{"names":[{"family":"Marsh-Oak","given":"Walter"}],"birthDate":"2019-03-02","sex":"M","multipleBirth":true,"birthOrder":2,"addresses":[{"street":"12 Larch Street","city":"Fargo","zip":"58102"}],"phones":["701-555-0142"]}`
	stranger = `{"names":[{"family":"Quist","given":"Ida"}],"birthDate":"1971-11-30","sex":"F"}`
)

func TestMatchSaysWhetherTwoAreOneAndWhy(t *testing.T) {
	for _, c := range []struct{ name, profile, a, b, decision, guard, level string }{
		{"a short form and half of a double name", "balanced", will, bill, "match", "", "nickname"},
		{"the same in strict", "strict", will, bill, "possible", "given name exact", "part of a double name"},
		{"a twin", "balanced", will, twin, "no match", "twins", "different"},
		{"a stranger", "balanced", will, stranger, "no match", "", "different"},
		{"nothing is said of one", "balanced", will, `{}`, "no match", "namesake", ""},
	} {
		r := matching(t, `{"id":7,"a":`+c.a+`,"b":`+c.b+"}\n", "--profile", c.profile)
		if r.status != exitOK || r.errors != "" {
			t.Fatalf("%s: status %d, %s", c.name, r.status, r.errors)
		}
		var got struct {
			ID       int
			Decision string
			Bits     float64
			Why      []struct {
				Field, Level, Says string
				Bits               float64
			}
			Guards []string
		}
		if err := json.Unmarshal([]byte(r.out), &got); err != nil {
			t.Fatalf("%s: %v in %s", c.name, err, r.out)
		}
		sum, levels := 0.0, ""
		for _, w := range got.Why {
			sum, levels = sum+w.Bits, levels+w.Level+"|"
			if w.Says == "" {
				t.Errorf("%s: %s says nothing", c.name, w.Field)
			}
		}
		if got.ID != 7 || got.Decision != c.decision || !strings.Contains(levels, c.level) || !strings.Contains(strings.Join(got.Guards, "|"), c.guard) {
			t.Errorf("%s: %s", c.name, r.out)
		}
		if d := sum - got.Bits; d > .005 || d < -.005 {
			t.Errorf("%s: the reasons add up to %.2f, and the answer says %.2f", c.name, sum, got.Bits)
		}
	}
}

// Two codes of one vaccine on one day are a vaccination in common, as they are in the registry.
func TestMatchComparesDosesByTheGroupOfTheVaccine(t *testing.T) {
	given := func(cvx string) string {
		return strings.TrimSuffix(will, "}") + `,"doses":[{"date":"2020-05-01","cvx":"` + cvx + `"}]}`
	}
	for cvx, want := range map[string]bool{"106": true, "20": true, "94": false} {
		r := matching(t, `{"id":1,"a":`+given("20")+`,"b":`+given(cvx)+"}\n")
		if shared := strings.Contains(r.out, `"level":"a shared dose"`); shared != want {
			t.Errorf("CVX 20 and %s are a shared dose: %v in %s", cvx, shared, r.out)
		}
	}
}

func TestMatchAnswersEveryLineAndRepeatsNothingOfABadOne(t *testing.T) {
	in := `{"id":"a","a":` + will + `,"b":` + will + `}` + "\nSecret Name\n" + `{"id":"c","a":{"names":"Secret"},"b":{}}` + "\n[1]\n" + `{"id":"e","a":{}}` + "\n" +
		`{"id":"f","a":{"birthDate":"","birthOrder":"two","phones":[7015550142],"email":null},"b":{}}` + "\n"
	r := matching(t, in)
	lines := strings.Split(strings.TrimSpace(r.out), "\n")
	if r.status != exitOK || len(lines) != 6 {
		t.Fatalf("status %d, %d lines:\n%s", r.status, len(lines), r.out)
	}
	for i, want := range []string{`{"id":"a","decision":"match"`, `{"id":null,"error"`, `{"id":"c","error"`, `{"id":null,"error"`, `{"id":"e","error"`, `{"id":"f","decision":"no match"`} {
		if !strings.HasPrefix(lines[i], want) {
			t.Errorf("line %d is %s, want %s…", i, lines[i], want)
		}
	}
	if strings.Contains(r.out, "Secret") || strings.Contains(r.out, "birthDate") {
		t.Errorf("an answer repeats what was sent: %s", r.out)
	}
}

func TestMatchRefusesABirthDateThatIsNoDay(t *testing.T) {
	pair := func(a, b string) string { return `{"id":1,"a":{"birthDate":` + a + `},"b":{"birthDate":` + b + "}}\n" }
	for _, c := range []struct{ line, want string }{
		{pair(`"2019-13-40"`, `"2019-03-02"`), `{"id":1,"error":"birthDate of a is not a day as YYYY-MM-DD."}`},
		{pair(`"2019-03-02"`, `"junk"`), `{"id":1,"error":"birthDate of b is not a day as YYYY-MM-DD."}`},
		{pair(`7`, `""`), `{"id":1,"error":"birthDate of a is not a day as YYYY-MM-DD."}`},
		{pair(`"2019-03"`, `""`), `{"id":1,"error":"birthDate of a is not a day as YYYY-MM-DD."}`},
		{pair(`"20190302"`, `null`), `{"id":1,"decision":"no match"`},
		{pair(`""`, `"2019-03-02"`), `{"id":1,"decision":"no match"`},
	} {
		if r := matching(t, c.line); r.status != exitOK || !strings.HasPrefix(r.out, c.want) {
			t.Errorf("%s is answered %s, want %s", c.line, r.out, c.want)
		}
	}
}

// In a file of people, as of an old system, a birth date may be anything: the others of
// the file are found, and this one by the rest of what is said.
func TestMatchIndexFindsPeopleByTheRestWhenABirthDateIsNoDay(t *testing.T) {
	dir := t.TempDir()
	people, queries := filepath.Join(dir, "p"), filepath.Join(dir, "q")
	for path, text := range map[string]string{
		people:  `{"id":1,"person":` + will + "}\n",
		queries: `{"id":2,"person":` + strings.Replace(will, "2019-03-02", "2019-13-40", 1) + "}\n" + `{"id":3,"person":` + strings.Replace(will, "2019-03-02", "Missing, but age 6", 1) + "}\n",
	} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	r := matching(t, "", "index", "--people", people, "--queries", queries)
	if strings.Contains(r.out, "error") || strings.Count(r.out, `"person":1`) < 2 {
		t.Errorf("got %s", r.out)
	}
	if strings.Count(r.out, `"problems":["birthDate is not a day as YYYY-MM-DD."]`) != 2 || r.errors != "" {
		t.Errorf("the answers do not say what was left out: %s%s", r.out, r.errors)
	}
	// What cannot be read of those who are known is told too, by the line.
	r = matching(t, "", "index", "--people", queries, "--queries", people)
	if want := "line 2 of the people is found by the rest: birthDate is not a day"; !strings.Contains(r.errors, want) || !strings.Contains(r.out, `"problems":[]`) {
		t.Errorf("got %s%s, want %q", r.out, r.errors, want)
	}
}

func TestMatchSaysWhatOfAPairItCouldNotRead(t *testing.T) {
	r := matching(t, `{"id":1,"a":{"multipleBirth":"perhaps","birthOrder":"two"},"b":{"doses":[{"date":"2020-02-30","cvx":"20"},{"date":"2020-02-03","cvx":"20"}]}}`+"\n")
	want := `"problems":["multipleBirth of a is neither true nor false.","birthOrder of a is not a number.","Dose 1 of b has no date as YYYY-MM-DD, or no cvx."]`
	if !strings.Contains(r.out, want) {
		t.Errorf("got %s, want %s", r.out, want)
	}
}

func TestMatchIndexFindsPeopleOfAFile(t *testing.T) {
	dir := t.TempDir()
	write := func(name string, people ...string) string {
		var b strings.Builder
		for i, p := range people {
			b.WriteString(`{"id":"` + name + string(rune('0'+i)) + `","person":` + p + "}\n")
		}
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(b.String()), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	people := write("p", stranger, will, twin)
	queries := write("q", will, bill, twin, `{"names":[{"family":"Nobody","given":"Else"}],"birthDate":"1950-05-05"}`, `[]`)
	r := matching(t, "", "index", "--people", people, "--queries", queries)
	want := []string{
		`{"id":"q0","decision":"match","person":"p1","candidates":[{"person":"p1","bits":`,
		`{"id":"q1","decision":"possible","candidates":[{"person":"p1","bits":`, // a short form, and a brother of the same birth
		`{"id":"q2","decision":"match","person":"p2","candidates":[{"person":"p2","bits":`,
		`{"id":"q3","decision":"new","candidates":[],"problems":[]}`,
		`{"id":"q4","error":"`,
	}
	lines := strings.Split(strings.TrimSpace(r.out), "\n")
	if r.status != exitOK || len(lines) != len(want) {
		t.Fatalf("status %d: %s%s", r.status, r.out, r.errors)
	}
	for i := range want {
		if !strings.HasPrefix(lines[i], want[i]) {
			t.Errorf("got %s, want %s…", lines[i], want[i])
		}
	}
}

func TestMatchIndexTakesLinesOfOneIDForOnePerson(t *testing.T) {
	dir := t.TempDir()
	people, queries := filepath.Join(dir, "p"), filepath.Join(dir, "q")
	known := `{"names":[{"family":"Marsh-Oak","given":"William"}],"birthDate":"2019-03-02","ids":[{"type":"MA","value":"A777001"}]}`
	asked := strings.Replace(will, `"sex"`, `"ids":[{"type":"MA","value":"B888002"}],"sex"`, 1)
	for path, text := range map[string]string{
		people:  `{"id":1,"person":` + will + "}\n" + `{"id":1,"person":` + known + "}\n",
		queries: `{"id":2,"person":` + asked + "}\n",
	} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	// The first source fits, and the second has another Medicaid number.
	r := matching(t, "", "index", "--people", people, "--queries", queries)
	if want := `{"id":2,"decision":"possible","candidates":[{"person":1,"bits":`; !strings.HasPrefix(r.out, want) || strings.Count(r.out, `"person"`) != 1 {
		t.Errorf("got %s, want %s…", r.out, want)
	}
}

func TestMatchRefusesArgumentsThatItCannotUse(t *testing.T) {
	for _, args := range [][]string{{"--profile", "loose"}, {"file"}, {"index"}, {"index", "--people", "absent", "--queries", "absent"}, {"index", "extra"}} {
		if r := matching(t, "", args...); r.status != exitUsage || r.errors == "" || r.out != "" {
			t.Errorf("%v: status %d, %q, %q", args, r.status, r.out, r.errors)
		}
	}
}

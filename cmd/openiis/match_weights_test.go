package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"openiis/internal/is"
	"openiis/internal/match"
	"openiis/internal/store/storetest"
)

// townRows are the tables of an old registry, in which so many people have records of
// two facilities; of one in ten the second has another sex.
func townRows(people int) (patients, doses string) {
	var p, d strings.Builder
	p.WriteString("patient_id,facility,mrn,last_name,first_name,birth_date,sex,street,city,zip,phone\n")
	d.WriteString("patient_id,dose_id,date,cvx,source\n")
	for i := range people {
		letters := string(rune('a'+i%26)) + string(rune('a'+i/26))
		for copy, facility := range []string{"OAK", "ELM"} {
			sex := []string{"F", "M"}[i%2]
			if copy == 1 && i%10 == 0 {
				sex = []string{"M", "F"}[i%2]
			}
			fmt.Fprintf(&p, "%d,%s,%s%d,Zyxwcanary%s,%s,%d-%02d-%02d,%s,%d Larch%s Street,Fargo,%d,701555%04d\n", 2*i+copy, facility, facility, i,
				letters, []string{"Ada", "Boris", "Otto"}[i%3], 1950+i%70, 1+i%12, 1+i%28, sex, i, letters, 58100+i, i)
		}
	}
	fmt.Fprintf(&d, "0,1,2020-01-07,20,administered\n")
	return p.String(), d.String()
}

var versionWord = regexp.MustCompile(`version ([0-9a-f]{16}), estimated`)

func TestWeightsAreEstimatedSignedOffAndListed(t *testing.T) {
	storetest.EachAddress(t, func(t *testing.T, db string) {
		patients, doses := townRows(160)
		got := imports(t, "", "--db", db, "legacy", "--patients", written(t, "patients.csv", patients), "--doses", written(t, "doses.csv", doses))
		is.Equal(t, "imported", got.status, exitOK)
		secret := written(t, "secret", "a long enough secret 17")
		is.Equal(t, "user", user(t, "add", "--db", db, "--username", "sam", "--name", "Sam Steward", "--role", "administrator", "--password-file", secret).status, exitOK)
		is.Equal(t, "reader", user(t, "add", "--db", db, "--username", "ines", "--role", "reader", "--password-file", secret).status, exitOK)

		file := filepath.Join(t.TempDir(), "weights.txt")
		estimate := []string{"estimate", "--db", db, "--out", file, "--people", "500", "--pairs", "50000"}
		done := matching(t, "", estimate...)
		found := versionWord.FindStringSubmatch(done.out)
		if done.status != exitOK || found == nil || !strings.Contains(done.out, "profile balanced: ") {
			t.Fatalf("estimate: %+v", done)
		}
		text, err := os.ReadFile(file)
		is.NoError(t, "read", err)
		if canary := "zyxwcanary"; strings.Contains(strings.ToLower(string(text)+done.out+done.errors), canary) {
			t.Error("a rare name is told")
		}
		pair := `{"id":1,"a":` + will + `,"b":` + bill + "}\n"
		is.Equal(t, "a pair by it", strings.Contains(matching(t, pair, "--weights", file).out, `"weights":"`+found[1]+`"`), true)
		is.Equal(t, "by what is none", matching(t, pair, "--weights", secret).status, exitUsage)
		is.Equal(t, "a file is not written over", matching(t, "", estimate...).status, exitUsage)
		is.Equal(t, "nothing adopted", strings.Contains(matching(t, "", "versions", "--db", db).out, "now: nothing was adopted yet"), true)

		changed := written(t, "changed.txt", strings.Replace(string(text), "sex\tsame\t", "sex\tsame\t1", 1))
		for _, c := range []struct {
			name   string
			args   []string
			status int
			say    string
		}{
			{"nobody", []string{file, "--by", "nobody", "--reason", "x"}, exitFailed, `no user has the user name "nobody"`},
			{"a reader", []string{file, "--by", "ines", "--reason", "x"}, exitFailed, "signed off by an administrator"},
			{"a changed file", []string{changed, "--by", "sam", "--reason", "x"}, exitUsage, "was changed since it was made"},
			{"no reason", []string{file, "--by", "sam"}, exitUsage, "--reason is required"},
			{"neither", []string{"--by", "sam", "--reason", "x"}, exitUsage, "give one of FILE and --version"},
			{"a version that never was", []string{"--version", "0123456789abcdef", "--by", "sam", "--reason", "x"}, exitFailed, "was ever in force"},
		} {
			if r := matching(t, "", append([]string{"adopt", "--db", db}, c.args...)...); r.status != c.status || !strings.Contains(r.errors, c.say) {
				t.Errorf("%s: %+v, want %d and %q", c.name, r, c.status, c.say)
			}
		}
		adopt := func(args ...string) {
			t.Helper()
			if r := matching(t, "", append([]string{"adopt", "--db", db}, args...)...); r.status != exitOK || !strings.Contains(r.out, "Sam Steward (sam)") {
				t.Fatalf("adopt %v: %+v", args, r)
			}
		}
		adopt(file, "--by", "sam", "--reason", "measured")
		adopt("--version", ownWeights, "--by", "sam", "--reason", "it was worse")
		adopt("--version", found[1], "--by", "sam", "--reason", "it was not")
		lines := strings.Split(matching(t, "", "versions", "--db", db).out, "\n")
		for i, want := range []string{"version", found[1] + "  now, from ", "program", found[1] + "  from ", "program           before all others"} {
			if !strings.HasPrefix(lines[i], want) {
				t.Errorf("versions, line %d: %q, want %q…", i+1, lines[i], want)
			}
		}
		is.Equal(t, "who and why", strings.Contains(lines[1], "Sam Steward") && strings.Contains(lines[1], "it was not"), true)
		is.Equal(t, "the program's", strings.Contains(lines[4], "version "+match.Default().Version()), true)
	})
}

func TestMatchEstimateRefusesNumbersThatItCannotUse(t *testing.T) {
	for _, args := range [][]string{{"--people", "1"}, {"--pairs", "5"}, {"extra"}} {
		r := matching(t, "", append([]string{"estimate", "--db", "absent.db", "--out", "w"}, args...)...)
		if r.status != exitUsage || r.errors == "" {
			t.Errorf("%v: %+v", args, r)
		}
	}
	if r := matching(t, "", "estimate", "--db", "absent.db"); r.status != exitUsage || !strings.Contains(r.errors, "--out is required") {
		t.Errorf("without a file: %+v", r)
	}
}

package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"openiis/internal/access"
	"openiis/internal/cal"
	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/notice"
	"openiis/internal/store/storetest"
)

// ranAs runs a command as it is written.
func ranAs(args ...string) ran {
	var out, errs bytes.Buffer
	status := run(args, strings.NewReader(""), &out, &errs)
	return ran{status, out.String(), errs.String()}
}

func TestARegistryIsToldItsStateOnceAndRemembersIt(t *testing.T) {
	storetest.EachAddress(t, func(t *testing.T, db string) {
		made := func(state string) error {
			r, err := openRegistry(context.Background(), db)
			is.NoError(t, "open", err)
			defer r.Close()
			return r.goBy(context.Background(), state)
		}
		is.NoError(t, "without a state", made(""))
		says(t, ranAs("state", "show", "--db", db).out, "No state (neutral)")
		is.NoError(t, "the first time", made("mn"))
		is.NoError(t, "again", made("mn"))
		is.NoError(t, "remembered", made(""))
		if err := made("ma"); err == nil || !strings.Contains(err.Error(), "openiis state set") {
			t.Errorf("another state: %v", err)
		}
		says(t, ranAs("state", "show", "--db", db).out, "Immunization information packet, in the hospital")
		set := ranAs("state", "set", "--db", db, "ma")
		is.Equal(t, "set", set, ran{exitOK, "the registry goes by the policy of Massachusetts (ma) now\n", ""})
		says(t, ranAs("state", "set", "--db", db, "ma").out, "already")

		// A folder of one's own: the registry keeps the file.
		text, err := os.ReadFile("../../states/ms/policy.yaml")
		is.NoError(t, "read", err)
		dir := t.TempDir()
		write := func(name string) {
			is.NoError(t, "write", os.WriteFile(filepath.Join(dir, "policy.yaml"), bytes.Replace(text, []byte("Mississippi\n"), []byte(name+"\n"), 1), 0o600))
		}
		write("Magnolia")
		says(t, ranAs("state", "check", dir).out, "can be read: Magnolia (ms)")
		is.Equal(t, "set to one's own", ranAs("state", "set", "--db", db, dir).status, exitOK)
		forms := filepath.Join(dir, "forms")
		is.NoError(t, "folder", os.Mkdir(forms, 0o700))
		own, err := os.ReadFile("../../states/neutral/forms/objection.yaml")
		is.NoError(t, "read", err)
		is.NoError(t, "write", os.WriteFile(filepath.Join(forms, "objection.yaml"), bytes.Replace(own, []byte("{contact}"), []byte("{helpline}"), 1), 0o600))
		bad := ranAs("state", "check", dir)
		is.Equal(t, "a placeholder that there is not", bad.status, exitFailed)
		says(t, bad.errors, "objection.yaml:18: texts, body, paragraph: the placeholder {helpline} is not known")
		is.NoError(t, "write", os.WriteFile(filepath.Join(forms, "objection.yaml"), own, 0o600))
		bad = ranAs("state", "check", dir)
		is.Equal(t, "forms that its enrolment names, which are not there", bad.status, exitFailed)
		for _, name := range []string{"site-enrollment-agreement", "user-agreement"} {
			says(t, bad.errors, `enrolment: forms: there is no form "`+name+`": want objection`)
			text, err := os.ReadFile("../../states/ms/forms/" + name + ".yaml")
			is.NoError(t, "read", err)
			is.NoError(t, "write", os.WriteFile(filepath.Join(forms, name+".yaml"), text, 0o600))
		}
		says(t, ranAs("state", "check", dir).out, "forms can be read: 3\nno materials: those of the neutral folder hold\n")
		write("Magnolia State")
		is.NoError(t, "its facts may change", made(dir))
		is.NoError(t, "remove", os.RemoveAll(dir))
		says(t, ranAs("state", "show", "--db", db).out, "Magnolia State (ms)")
		papers := ranAs("state", "papers", "--db", db).out
		says(t, papers, "objection, version 2026-11-30, in English and Español: Objection to Data Sharing")
		if strings.Contains(papers, "site-agreement") {
			t.Errorf("forms that the folder does not have are among its own: %s", papers)
		}
	})
}

func TestTheStateCommandTellsWhatIsWrong(t *testing.T) {
	dir := t.TempDir()
	is.NoError(t, "write", os.WriteFile(filepath.Join(dir, "policy.yaml"), []byte("state: xx\n"), 0o600))
	for args, want := range map[string]ran{
		"state":                {exitUsage, "", "openiis state: want one of"},
		"state show":           {exitUsage, "", "say either --db or one state"},
		"state show xx":        {exitUsage, "", `there is no state "xx": want ma, mn or ms, or a folder of your own`},
		"state set mn":         {exitUsage, "", "--db is required"},
		"state set --db x.db":  {exitUsage, "", "say which state"},
		"state check":          {exitUsage, "", "say which folder"},
		"state check " + dir:   {exitFailed, "", "policy.yaml:1: name: is missing: write the state's name"},
		"state list":           {exitOK, "mn  Minnesota: Minnesota Immunization Information Connection (MIIC)", ""},
		"state show mn":        {exitOK, "Parents may opt out: yes\n", ""},
		"state papers":         {exitUsage, "", "say either --db or one state"},
		"state papers mn":      {exitOK, "opt-out, version 2026-11-30, in English and Español: Request to Opt Out of MIIC\n    signed by: patient or guardian\n", ""},
		"state list more":      {exitUsage, "", `"more" is not expected here`},
		"state show --db n.db": {exitUsage, "", "there is no database n.db"},
	} {
		got := ranAs(strings.Fields(args)...)
		is.Equal(t, args, got.status, want.status)
		says(t, got.out, want.out)
		says(t, got.errors, want.errors)
	}
}

func TestAStatesPapersAreMadeInAFolder(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "papers")
	made := ranAs("state", "papers", "--to", dir, "ma")
	is.Equal(t, "made", made.status, exitOK)
	says(t, made.out, "files are in "+dir)
	pdf, err := os.ReadFile(filepath.Join(dir, "objection-es.pdf"))
	is.NoError(t, "read", err)
	is.Equal(t, "a PDF", bytes.HasPrefix(pdf, []byte("%PDF-")), true)
	text, err := os.ReadFile(filepath.Join(dir, "patient-email-es.txt"))
	is.NoError(t, "read", err)
	says(t, string(text), "Su registro de vacunas y el MIIS\n\nEstimado/a paciente")
}

func TestNoticesGoToAMailingHouseAndComeBack(t *testing.T) {
	storetest.EachAddress(t, func(t *testing.T, db string) {
		day := func(n int) string { return cal.On(time.Now()).AddDays(-n).String() }
		births := written(t, "births.csv", "certificate_no,last_name,first_name,birth_date,sex,mother_first,mother_last,street,city,state,zip\n"+
			"B1,Marsh,Juniper,"+day(4)+",F,Anna,Vang,\"12 Larch St, Apt 3\",Duluth,MN,55802\n"+
			"B2,Quist,Rowan,"+day(5)+",M,,,3 Oak Lane,Duluth,MN,55802\nB3,Reed,Ivy,"+day(6)+",F,Ida,Reed,,,,\n")
		r, err := openRegistry(context.Background(), db)
		is.NoError(t, "open", err)
		is.NoError(t, "state", r.goBy(context.Background(), "mn"))
		is.NoError(t, "close", r.Close())
		is.Equal(t, "births", imports(t, "", "--db", db, "births", births).status, exitOK)

		file := filepath.Join(t.TempDir(), "letters.csv")
		listed := ranAs("notice", "list", "--db", db, "--out", file)
		is.Equal(t, "listed", listed.status, exitOK)
		says(t, listed.errors, "2 notices\n1 more have no address")
		text, err := os.ReadFile(file)
		is.NoError(t, "read", err)
		rows, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
		is.NoError(t, "csv", err)
		is.Equal(t, "rows", len(rows), 3)
		is.Equal(t, "columns", rows[0], noticeColumns)
		due := cal.On(time.Now()).AddDays(30).String()
		is.Equal(t, "a row", rows[1][1:], []string{
			"due", due, "0", "eng", "Notice of enrollment in MIIC; Immunization information packet", "Anna Vang", "Juniper Marsh",
			"12 Larch St, Apt 3", "", "Duluth", "MN", "55802",
		})
		is.Equal(t, "all of them", strings.Count(ranAs("notice", "list", "--db", db, "--all").out, "\n"), 4)
		is.Equal(t, "none is due today", strings.Count(ranAs("notice", "list", "--db", db, "--until", day(0)).out, "\n"), 1)

		is.Equal(t, "made", ranAs("notice", "made", "--db", db, "--file", file), ran{exitOK, "2 notices are marked as made; 0 were already\n", ""})
		is.Equal(t, "sent", ranAs("notice", "sent", "--db", db, "--file", file), ran{exitOK, "2 notices are marked as sent; 0 were already\n", ""})
		is.Equal(t, "sent again", ranAs("notice", "sent", "--db", db, "--file", file), ran{exitOK, "0 notices are marked as sent; 2 were already\n", ""})
		is.Equal(t, "returned", ranAs("notice", "returned", "--db", db, rows[1][0]).status, exitOK)
		is.Equal(t, "how many came back", strings.Count(ranAs("notice", "list", "--db", db, "--state", "returned").out, "\n"), 2)
		is.Equal(t, "due again", ranAs("notice", "due", "--db", db, rows[1][0]).status, exitOK)

		for args, want := range map[string]string{
			"list --db " + db + " --state lost":      `no notice is ever "lost"`,
			"list --db " + db + " --until tomorrow":  "--until tomorrow is no day",
			"sent --db " + db:                        "either numbers of notices, or --file",
			"sent --db " + db + " 123":               `"123" is not the number of a notice`,
			"sent --db " + db + " 0000000000123":     "There is no notice 0000000000123. Nothing was marked.",
			"returned --db " + db + " " + rows[1][0]: "is due and cannot be marked as returned",
			"sent --db " + db + " --file " + births:  "one of them notice",
			"lost --db " + db:                        "openiis notice: want one of",
		} {
			got := ranAs(append([]string{"notice"}, strings.Fields(args)...)...)
			is.Equal(t, args, got.status == exitOK, false)
			says(t, got.errors, want)
			if strings.Contains(got.errors, "Marsh") {
				t.Errorf("%s names a patient: %s", args, got.errors)
			}
		}
	})
}

func TestADemonstrationOfAStateHasNotices(t *testing.T) {
	r, err := openRegistry(context.Background(), storetest.SQLite(t))
	is.NoError(t, "open", err)
	t.Cleanup(func() { is.NoError(t, "close", r.Close()) })
	is.NoError(t, "state", r.goBy(context.Background(), "mn"))
	s := newStory(r, 4000, time.Now())
	is.NoError(t, "tell", s.tell(context.Background()))
	for _, state := range []iis.NoticeState{iis.NoticeDue, iis.NoticeMade, iis.NoticeSent, iis.NoticeReturned} {
		page, err := r.notices.List(context.Background(), iis.Actor{Kind: "command"}, notice.Filter{State: state})
		is.NoError(t, "list", err)
		t.Logf("%s: %d", state, len(page.Lines))
		if len(page.Lines) == 0 {
			t.Errorf("no notice is %s", state)
		}
	}
}

// TestNothingStandsBeforeThePagesWithoutAState is about the first administrator, who signs in with a
// password: of a registry that goes by a state more is asked.
func TestNothingStandsBeforeThePagesWithoutAState(t *testing.T) {
	storetest.EachAddress(t, func(t *testing.T, db string) {
		asks := func(state string) bool {
			r, err := openRegistry(context.Background(), db)
			is.NoError(t, "open", err)
			defer r.Close()
			is.NoError(t, "go by", r.goBy(context.Background(), state))
			is.NoError(t, "serve", r.ofAState(context.Background()))
			return r.gate.NeedsFactor(access.Administrator)
		}
		is.Equal(t, "without a state", asks(""), false)
		is.Equal(t, "in Massachusetts", asks("ma"), true)
		is.Equal(t, "remembered", asks(""), true)
	})
}

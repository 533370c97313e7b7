package main

import (
	"encoding/csv"
	"path/filepath"
	"strings"
	"testing"

	"openiis/internal/is"
	"openiis/internal/store/storetest"
)

// sites are the rows of `openiis site list` by the name of each, with some flags.
func sites(t *testing.T, db string, flags ...string) map[string][]string {
	t.Helper()
	got := ranAs(append([]string{"site", "list", "--db", db}, flags...)...)
	is.Equal(t, "listed "+got.errors, got.status, exitOK)
	rows, err := csv.NewReader(strings.NewReader(got.out)).ReadAll()
	is.NoError(t, "csv", err)
	is.Equal(t, "columns", rows[0], siteColumns)
	out := map[string][]string{}
	for _, r := range rows[1:] {
		out[r[1]] = r
	}
	return out
}

func TestSitesAreKeptByCommand(t *testing.T) {
	storetest.EachAddress(t, func(t *testing.T, db string) {
		secret := written(t, "secret", "correct horse\n")
		for _, code := range []string{"OAK", "ELM"} {
			got := ranAs("sender", "add", "--db", db, "--facility", code, "--name", code+" Clinic", "--username", strings.ToLower(code), "--password-file", secret)
			is.Equal(t, "sender "+got.errors, got.status, exitOK)
		}
		is.Equal(t, "state", ranAs("state", "set", "--db", db, "mn").status, exitOK)
		all := sites(t, db)
		is.Equal(t, "a live site for each sender", []string{all["OAK Clinic"][3], all["ELM Clinic"][7]}, []string{"live", "ELM"})
		oak, elm := all["OAK Clinic"][0], all["ELM Clinic"][0]

		added := ranAs("site", "add", "--db", db, "--kind", "organization", "--name", "Birch Health")
		says(t, added.out, "Birch Health (organization) was added with the number ")
		birch := sites(t, db)["Birch Health"][0]
		set := ranAs("site", "set", "--db", db, "--under", birch, "--county", "Hennepin", "--npi", "1234567893", "--why", "bought", oak)
		is.Equal(t, "set", set, ran{exitOK, "OAK Clinic (" + oak + ") was changed\n", ""})
		says(t, ranAs("site", "set", "--db", db, "--why", "again", oak).out, "was so already")
		half := ranAs("site", "set", "--db", db, "--phone", "218 555 0100", "--sender", "NIX", "--why", "moved", oak)
		is.Equal(t, "half of it", half.status, exitFailed)
		says(t, half.errors, "the facts were changed, the sender was not given: ")
		says(t, half.errors, "There is no sender with this facility code")
		row := sites(t, db, "--region", "metro")["OAK Clinic"]
		is.Equal(t, "its facts", []string{row[4], row[5], row[6], row[14]}, []string{"metro", birch, "Birch Health", "1234567893"})

		nowhere := ranAs("site", "list", "--db", db, "--region", "nowhere")
		is.Equal(t, "a region that is none", nowhere.status, exitFailed)
		says(t, nowhere.errors, `there is no region "nowhere" in the policy`)

		says(t, ranAs("site", "merge", "--db", db, "--dry-run", elm, oak).out, "would be merged into OAK Clinic")
		is.Equal(t, "nothing was", len(sites(t, db)), 3)
		says(t, ranAs("site", "merge", "--db", db, "--why", "one practice", elm, oak).out, "was merged into OAK Clinic ("+oak+"), with senders: 1, their users: 0, under it: 0")
		is.Equal(t, "senders", sites(t, db)["OAK Clinic"][7], "ELM OAK")
		is.Equal(t, "merged into", sites(t, db, "--status", "inactive")["ELM Clinic"][17], oak)
		is.Equal(t, "closed", ranAs("site", "status", "--db", db, "--on", "2026-01-31", "--why", "closed", oak, "inactive"), ran{exitOK, "OAK Clinic (" + oak + ") is inactive now\n", ""})
		is.Equal(t, "its day", sites(t, db, "--status", "any")["OAK Clinic"][16], "2026-01-31")
		moved := ranAs("site", "status", "--db", db, "--why", "x", oak, "testing")
		is.Equal(t, "not by the table", moved.status, exitFailed)
		says(t, moved.errors, "What is inactive cannot become testing: it may become enrolling or live")
		wrong := ranAs("site", "add", "--db", db, "--kind", "region", "--name", "X", "--region", "metro", "--under", birch)
		is.Equal(t, "a region under an organization", wrong.status, exitFailed)
		says(t, wrong.errors, "A region cannot be under an organization")
	})
}

func TestTheSiteCommandTellsWhatIsWrong(t *testing.T) {
	none := filepath.Join(t.TempDir(), "none.db")
	for args, want := range map[string]string{
		"site":                                                    "openiis site: want one of",
		"site list":                                               "--db is required",
		"site list --db x.db --kind spa":                          `there is no kind "spa": want site, or one of state, region`,
		"site list --db x.db --status asleep":                     `there is no status "asleep"`,
		"site list --db x.db more":                                `"more" is not expected here`,
		"site list --db " + none:                                  "there is no database",
		"site add --db x.db":                                      "--kind is required",
		"site add --db x.db --kind clinic --name X y":             `"y" is not expected here`,
		"site set --db x.db --why y":                              "want NUMBER behind the flags",
		"site set --db x.db --why y 123":                          `"123" is not the number of an organization`,
		"site set --db x.db --why y --under z 123":                `"z" is not the number of an organization`,
		"site status --db x.db --why y 0123456789ABC":             "want NUMBER STATUS behind the flags",
		"site status --db x.db --why y 0123456789ABC old":         `there is no status "old"`,
		"site status --db x.db --why y --on z 0123456789ABC live": "--on z is no day",
		"site merge --db x.db 0123456789ABC":                      "--why is required",
		"site merge --db x.db --dry-run 0123456789ABC":            "want NUMBER INTO behind the flags",
	} {
		got := ranAs(strings.Fields(args)...)
		is.Equal(t, args, got.status, exitUsage)
		says(t, got.errors, want)
	}
}

func TestASiteGoesLiveByCommandWithItsChecklistOrAReason(t *testing.T) {
	storetest.EachAddress(t, func(t *testing.T, db string) {
		secret := written(t, "secret", "correct horse\n")
		is.Equal(t, "a registry", ranAs("sender", "add", "--db", db, "--facility", "ELM", "--name", "Elm", "--username", "elm", "--password-file", secret).status, exitOK)
		is.Equal(t, "state", ranAs("state", "set", "--db", db, "ma").status, exitOK)
		is.Equal(t, "add", ranAs("site", "add", "--db", db, "--kind", "clinic", "--name", "Oak").status, exitOK)
		oak := sites(t, db)["Oak"][0]
		list := ranAs("site", "checklist", "--db", db, oak)
		says(t, list.out, "Oak: enrolling\n")
		says(t, list.out, "to do  Agreements are signed. 0 of 2 signed. Not signed: Provider Site Enrollment Agreement; Services Agreement.")
		says(t, list.out, "to do  Test messages have passed.")
		early := ranAs("site", "go-live", "--db", db, oak)
		is.Equal(t, "too early", early.status, exitFailed)
		says(t, early.errors, "Still to do: agreements are signed;")
		is.Equal(t, "by status", ranAs("site", "status", "--db", db, "--why", "now", oak, "live").status, exitFailed)
		is.Equal(t, "without a reason", ranAs("site", "go-live", "--db", db, "--override", oak).status, exitFailed)
		live := ranAs("site", "go-live", "--db", db, "--override", "--why", "an outbreak", oak)
		is.Equal(t, "live "+live.errors, live.status, exitOK)
		is.Equal(t, "status", sites(t, db)["Oak"][3], "live")
		is.Equal(t, "renewals", ranAs("site", "renewals", "--db", db), ran{exitOK, "number,site,form,person,state,until\n", ""})
		for args, want := range map[string]string{
			"site checklist --db x.db":                         "want the number of a site after the flags",
			"site go-live --db x.db --on soon " + oak:          "--on soon",
			"site go-live --db x.db 123":                       `"123" is not the number of an organization`,
			"user set --db " + db + " --username x --region m": `there is no region "m" in the policy`,
		} {
			got := ranAs(strings.Fields(args)...)
			is.Equal(t, args, got.status != exitOK, true)
			says(t, got.errors, want)
		}
	})
}

package role_test

import (
	"slices"
	"strings"
	"testing"

	reference "go.yaml.in/yaml/v3"

	"openiis/internal/is"
	"openiis/internal/role"
	"openiis/roles"
)

func TestTheRolesOfTheProgramAreThoseThatAProgrammeKnows(t *testing.T) {
	is.Equal(t, "roles", role.IDs(), []string{
		"administrator", "state-reviewer", "regional-coordinator", "access-administrator", "vaccinator", "clinic-staff", "viewer",
		"reports-only", "school-nurse", "child-care", "health-plan", "help-desk", "auditor", "vendor",
	})
	is.Equal(t, "the administrator may everything", role.Named("administrator").Permissions, role.Permissions)
	for word, want := range map[string]string{"clinic": "clinic-staff", "reader": "viewer", "administrator": "administrator", "vendor": "vendor"} {
		is.Equal(t, word, role.Find(word).ID, want)
	}
	if role.Find("king") != nil || role.Named("clinic") != nil || (*role.Role)(nil).May("find people") {
		t.Error("a role that is not there is, or may something")
	}
}

// A vendor sees test messages and nothing else; whoever is held to a roster has no free search and
// changes no record, but that a school nurse adds what others gave; whoever is held to a region opens
// what is held to regions, and nothing
// else.
func TestWhatIsNotARolesOwnIsDenied(t *testing.T) {
	vendor := role.Named("vendor")
	is.Equal(t, "a vendor may", vendor.Permissions, []role.Permission{"see test messages"})
	is.Equal(t, "a vendor is of a site", []any{vendor.Site, vendor.Everyone, vendor.Denied == ""}, []any{role.MustHaveSite, false, false})
	reads := []role.Permission{"see rosters", "keep rosters", "open records"}
	for id, want := range map[string][]role.Permission{"school-nurse": append(reads, "say that a record looks wrong", role.AddHistory), "child-care": reads, "health-plan": reads} {
		r := role.Named(id)
		is.Equal(t, id+" may", r.Permissions, want)
		is.Equal(t, id+" is held to a roster of its site", []any{r.Roster, r.Everyone, r.Site}, []any{true, false, role.MustHaveSite})
	}
	for _, p := range []role.Permission{"open messages", "decide who is who", "take opt-outs", "record health facts", "open records that are not shared with them", role.ManageUsers, role.OpenClosed} {
		if role.Named("regional-coordinator").May(p) {
			t.Errorf("a regional coordinator may %s, which is held to no region", p)
		}
	}
	of := map[role.Permission][]string{
		"open records":   {"Administrator", "Regional coordinator", "Access administrator", "Vaccinator", "Clinic staff", "Read-only", "School nurse", "Child care (view)", "Health plan"},
		"open messages":  {"Administrator", "Access administrator", "Clinic staff"},
		role.OpenClosed:  {"Administrator"},
		role.SignWeights: {"Administrator"},
		role.ManageUsers: {"Administrator", "Access administrator"},
	}
	for p, want := range of {
		is.Equal(t, string(p), role.Who(p), want)
	}
}

func TestNobodyGivesARoleThatHasMoreThanTheirOwn(t *testing.T) {
	gives := func(id string) (out []string) {
		for _, r := range role.All() {
			if role.Named(id).Gives(r) {
				out = append(out, r.ID)
			}
		}
		return out
	}
	is.Equal(t, "an administrator", gives("administrator"), role.IDs())
	is.Equal(t, "an access administrator", gives("access-administrator"),
		[]string{"access-administrator", "vaccinator", "clinic-staff", "viewer", "reports-only", "school-nurse", "child-care", "health-plan", "vendor"})
	for _, r := range role.All() {
		if !r.May(role.ManageUsers) && len(gives(r.ID)) > 0 {
			t.Errorf("%s gives roles", r.ID)
		}
		if r.May(role.ManageUsers) && !r.May(role.SeeUsers) {
			t.Errorf("%s manages users whom it does not see", r.ID)
		}
	}
}

func TestEveryKindOfDataIsSeenByAPermissionThatThereIs(t *testing.T) {
	for _, d := range role.AllData {
		if !slices.Contains(role.Permissions, d.By) {
			t.Errorf("%s: %q is no permission", d.What, d.By)
		}
	}
	messages := role.AllData[slices.IndexFunc(role.AllData, func(d role.Data) bool { return d.By == "open messages" })]
	for id, want := range map[string]string{"administrator": "all", "clinic-staff": "own site", "vaccinator": "–"} {
		is.Equal(t, id, messages.Sees(role.Named(id)), want)
	}
}

const one = `roles:
- role: one
  name: One
  formerly: [uno]
  purpose: Is one.
  site: none
  sees: everything
  second factor: required
  permissions:
  - find people
  source: a setting of this file
- role: two
  name: Two
  purpose: Is two.
  site: may
  sees: own site
  second factor: optional
  permissions: none
  denied: Nothing is there.
  source: a setting of this file
`

func TestRolesAreReadStrictly(t *testing.T) {
	got, err := role.Read("r.yaml", []byte(one))
	is.NoError(t, "read", err)
	is.Equal(t, "two", *got[1], role.Role{ID: "two", Name: "Two", Purpose: "Is two.", Site: role.MayHaveSite, Denied: "Nothing is there.", Source: "a setting of this file"})
	for _, c := range []struct{ old, new, want string }{
		{"role: two", "role: Two", `r.yaml:12: roles, role: "Two" is no name of a role: write lower-case letters and hyphens`},
		{"role: two", "role: uno", `r.yaml:12: roles, role: "uno" is taken by the role one`},
		{"site: none", "site: must", "r.yaml:6: roles, site: a role that sees everything belongs to no site"},
		{"sees: own site", "sees: own region", "r.yaml:15: roles, site: a role that sees its own region belongs to no site"},
		{"site: may\n  sees: own site\n  second factor: optional\n  permissions: none", "site: none\n  sees: own region\n  second factor: optional\n  permissions:\n  - open messages", `"open messages" is not held to a region`},
		{"site: may", "site: perhaps", `r.yaml:15: roles, site: "perhaps" is none: want must, may or none`},
		{"- find people", "- fly", `r.yaml:10: roles, permissions: "fly" is no permission: want one of "find people", `},
		{"- find people", "- find people\n  - find people", `"find people" is here twice`},
		{"permissions: none", "permissions: all", "roles, permissions: want a list here"},
		{"  denied: Nothing", "  forbidden: Nothing", `the key "forbidden" is not known here`},
		{"  purpose: Is one.\n", "", "roles, purpose: is missing: write whom it is for"},
		{"second factor: required", "second factor: yes", `"yes" is none: want required, required with real data or optional`},
		{"roles:", "role:", "roles: is missing: write a list of roles"},
	} {
		if !strings.Contains(one, c.old) {
			t.Fatalf("%q is not in the file", c.old)
		}
		_, err := role.Read("r.yaml", []byte(strings.Replace(one, c.old, c.new, 1)))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q for %q: %v, want %q", c.new, c.old, err, c.want)
		}
	}
}

func TestRolesAreYAMLForOthersToo(t *testing.T) {
	var theirs struct {
		Roles []struct{ Role, Name, Purpose string }
	}
	is.NoError(t, "read", reference.Unmarshal(roles.File, &theirs))
	for i, r := range role.All() {
		is.Equal(t, r.ID, []string{theirs.Roles[i].Role, theirs.Roles[i].Name, theirs.Roles[i].Purpose}, []string{r.ID, r.Name, r.Purpose})
	}
}

// Package role is what those who sign in may do, as the file in roles/ says it: the
// permissions of each role, whether it belongs to a site, and whether it sees
// everything or its own site's.
//
// It knows no account and asks nobody: the doors and acts ask it. What it does not
// know is denied. Start at Role, Named and All.
package role

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"openiis/internal/yaml"
	"openiis/roles"
)

// Role is one role. It is never changed once it was read.
type Role struct {
	ID       string // in the database and in commands: clinic-staff
	Name     string // on pages: Clinic staff
	Formerly []string
	Purpose  string
	Site     Site
	// Everyone says that what is limited to a site's own it sees of every site, and
	// that it speaks for the programme.
	Everyone bool
	// Regional says that it is held to the region of its account, for which it speaks for
	// the programme; without one it sees nothing.
	Regional bool
	// Roster says that of people's records it sees those of whom its site has on its roster,
	// and no others, whoever they are (record.Sees).
	Roster bool
	// OneSender says that of its site it sees what the sender of its account sent, and no other
	// sender of the site: it is of the maker of one record system.
	OneSender    bool
	SecondFactor bool // whoever has it must have a second factor
	FactorLive   bool // whoever has it must have one where the data are real
	Permissions  []Permission
	Denied       string // what it is for and may not do yet; "" for nothing
	Source       string
}

// Site is whether an account of a role belongs to a site.
type Site string

// What it may be.
const (
	MustHaveSite Site = "must"
	MayHaveSite  Site = "may"
	NoSite       Site = "none"
)

// May reports that a role has a permission. No role (nil) has any.
func (r *Role) May(p Permission) bool { return r != nil && slices.Contains(r.Permissions, p) }

// HasHome reports that what other senders of the site reported is a role's own too (iis.Home): not
// of one that is held to one sender, or to a roster, by which people are known.
func (r *Role) HasHome() bool { return r != nil && !r.OneSender && !r.Roster }

// Gives reports that whoever has a role may give another: it has all that the other
// has. One that sees its own site only gives what belongs to a site.
func (r *Role) Gives(other *Role) bool {
	if r == nil || other == nil || !r.May(ManageUsers) {
		return false
	}
	if !r.Everyone && (other.Everyone || other.Site == NoSite) {
		return false
	}
	return !slices.ContainsFunc(other.Permissions, func(p Permission) bool { return !r.May(p) })
}

// all are the roles of the program.
var all = sync.OnceValues(func() ([]*Role, error) { return Read(roles.Name, roles.File) })

// All are the roles, in the order of the file.
func All() []*Role {
	list, err := all()
	if err != nil {
		panic(err) // the file is part of the program, and a test reads it
	}
	return list
}

// Named is the role of that ID; nil when there is none.
func Named(id string) *Role {
	for _, r := range All() {
		if r.ID == id {
			return r
		}
	}
	return nil
}

// Find is the role that a command names, by its ID or a former one; nil when there
// is none.
func Find(word string) *Role {
	for _, r := range All() {
		if r.ID == word || slices.Contains(r.Formerly, word) {
			return r
		}
	}
	return nil
}

// IDs are the names of all roles in commands.
func IDs() []string {
	var out []string
	for _, r := range All() {
		out = append(out, r.ID)
	}
	return out
}

// Who are the names of the roles that have a permission.
func Who(p Permission) []string {
	var out []string
	for _, r := range All() {
		if r.May(p) {
			out = append(out, r.Name)
		}
	}
	return out
}

// Read reads a file of roles, strictly.
func Read(file string, text []byte) ([]*Role, error) {
	var out []*Role
	err := yaml.ReadStrictly(file, text, func(m *yaml.Map) {
		for _, item := range m.Items(m.Must("roles", "a list of roles"), "roles") {
			m.Group(item, "roles", func(m *yaml.Map) { out = append(out, read(m, out)) })
		}
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// read reads one role, after others.
func read(m *yaml.Map, before []*Role) *Role {
	r := &Role{ID: m.Text("role", "its name, such as clinic-staff"), Name: m.Text("name", "its name on pages")}
	checkName(m, "role", r.ID, before)
	for _, n := range m.Items(m.Find("formerly"), "formerly") {
		former := m.Word(n, m.At("formerly"), "a former name")
		checkName(m, "formerly", former, before)
		r.Formerly = append(r.Formerly, former)
	}
	r.Purpose = m.Text("purpose", "whom it is for, and what they do")
	r.Site = Site(m.One("site", string(MustHaveSite), string(MayHaveSite), string(NoSite)))
	sees := m.One("sees", "everything", "own site", "own sender", "own region", "roster")
	r.Everyone, r.Regional, r.Roster, r.OneSender = sees == "everything", sees == "own region", sees == "roster", sees == "own sender"
	factor := m.One("second factor", "required", "required with real data", "optional")
	r.SecondFactor, r.FactorLive = factor == "required", factor != "optional"
	r.readPermissions(m)
	if n := m.Find("denied"); n != nil {
		r.Denied = m.Word(n, m.At("denied"), "what it may not do yet, and why")
	}
	r.Source = m.Text("source", "the document that says so, or that it is a setting of this file")
	if r.Roster && r.Site != MustHaveSite {
		m.Fail(m.Find("site"), m.At("site"), "a role that sees a roster belongs to the site whose roster it is: write must")
	}
	if r.OneSender && r.Site != MustHaveSite {
		m.Fail(m.Find("site"), m.At("site"), "a role that sees what one sender sent belongs to that sender: write must")
	}
	if r.Everyone && r.Site != NoSite {
		m.Fail(m.Find("site"), m.At("site"), "a role that sees everything belongs to no site, lest it act for both sides: write none")
	}
	r.checkRegional(m)
	return r
}

// checkName refuses what is no name, and one that another role has or had.
func checkName(m *yaml.Map, key, name string, before []*Role) {
	if strings.Trim(name, "abcdefghijklmnopqrstuvwxyz-") != "" {
		m.Fail(m.Find(key), m.At(key), "%q is no name of a role: write lower-case letters and hyphens", name)
	}
	for _, b := range before {
		if b.ID == name || slices.Contains(b.Formerly, name) {
			m.Fail(m.Find(key), m.At(key), "%q is taken by the role %s", name, b.ID)
		}
	}
}

func (r *Role) readPermissions(m *yaml.Map) {
	const key = "permissions"
	n := m.Must(key, "a list of permissions, or none")
	if n == nil || n.Kind == yaml.Scalar && n.Text == "none" {
		return
	}
	for _, item := range m.Items(n, key) {
		p := Permission(m.Word(item, m.At(key), "a permission"))
		switch {
		case !isPermission(p):
			m.Fail(item, m.At(key), "%q is no permission: want one of %s", p, list(Permissions))
		case r.May(p):
			m.Fail(item, m.At(key), "%q is here twice: remove one", p)
		}
		r.Permissions = append(r.Permissions, p)
	}
}

func list(all []Permission) string {
	var out []string
	for _, p := range all {
		out = append(out, fmt.Sprintf("%q", string(p)))
	}
	return strings.Join(out, ", ")
}

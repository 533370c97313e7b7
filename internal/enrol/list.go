package enrol

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"openiis/internal/fold"
	"openiis/internal/iis"
	"openiis/internal/policy"
	"openiis/internal/store"
)

// PageSize is how many organizations a page of the list has.
const PageSize = 50

// What a filter may say beside a kind, a status or the code of a region.
const (
	AnySite   iis.OrganizationKind   = "site"
	AnyStatus iis.OrganizationStatus = "any"
	NoRegion                         = "none"
)

// Filter says which organizations are wanted.
type Filter struct {
	Kind   iis.OrganizationKind   // "": all; AnySite: all kinds of sites
	Status iis.OrganizationStatus // "": all but inactive ones; AnyStatus: those too
	Region string                 // "": all; NoRegion: those in none
	// Text is what people remember: beginnings of words of the name, town or county, a
	// facility code, an NPI, a PIN, a number. Each word must be there.
	Text string
	Page int // from 1; less is 1
	All  bool
	Held *iis.Reach // of whoever asks: others are not there, and not counted
}

// Line is an organization in a list.
type Line struct {
	iis.Organization
	Place    Place
	Over     *iis.Organization // under which it is; nil: none
	Senders  []iis.Sender
	Children int // that are not inactive
}

// List is a page of a list.
type List struct {
	Lines       []Line
	Found       int // on all pages
	Page, Pages int
	Total       int                            // organizations in the registry, or in the reach of whoever asks
	Counts      map[iis.OrganizationStatus]int // of all of them
	Policy      *policy.Policy
}

// List is a page of those whom a filter wants, by name; all on one when it says so.
func (d *Desk) List(ctx context.Context, f Filter) (out *List, err error) {
	law, err := d.keeper.Policy(ctx)
	if err != nil {
		return nil, err
	}
	err = d.store.Read(ctx, func(tx *store.Tx) error {
		t, err := readTree(tx, law)
		if err == nil {
			t.held = f.Held
			out = t.list(f)
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list organizations: %w", err)
	}
	return out, nil
}

func (t *tree) list(f Filter) *List {
	out := &List{Counts: map[iis.OrganizationStatus]int{}, Policy: t.law}
	words := fold.Words(f.Text)
	var found []*iis.Organization
	for i := range t.all {
		o := &t.all[i]
		if !t.held.HasOrganization(o.ID) {
			continue
		}
		out.Total++
		out.Counts[o.Status]++
		if t.wanted(o, f) && t.has(o, f.Text, words) {
			found = append(found, o)
		}
	}
	t.byName(found)
	out.Found = len(found)
	out.Pages = max(1, (len(found)+PageSize-1)/PageSize)
	out.Page = min(max(1, f.Page), out.Pages)
	if !f.All {
		from := (out.Page - 1) * PageSize
		found = found[from:min(len(found), from+PageSize)]
	}
	for _, o := range found {
		out.Lines = append(out.Lines, t.line(o))
	}
	return out
}

// byName puts organizations in the order of their names, as people look for them.
func (t *tree) byName(list []*iis.Organization) {
	keys := make(map[iis.OrganizationID]string, len(list))
	for _, o := range list {
		keys[o.ID] = fold.Text(o.Name)
	}
	slices.SortFunc(list, func(a, b *iis.Organization) int {
		return cmp.Or(cmp.Compare(keys[a.ID], keys[b.ID]), cmp.Compare(a.ID, b.ID))
	})
}

func (t *tree) line(o *iis.Organization) Line {
	l := Line{Organization: *o, Place: t.place(o), Over: t.at[o.Parent], Senders: t.senders[o.ID]}
	for _, id := range t.children[o.ID] {
		if t.at[id].Open() && t.held.HasOrganization(id) {
			l.Children++
		}
	}
	return l
}

// wanted reports an organization that a filter wants, whatever its text.
func (t *tree) wanted(o *iis.Organization, f Filter) bool {
	switch {
	case f.Kind == AnySite && !o.Kind.IsSite(), f.Kind != "" && f.Kind != AnySite && o.Kind != f.Kind:
		return false
	case f.Status == "" && !o.Open(), f.Status != "" && f.Status != AnyStatus && o.Status != f.Status:
		return false
	case f.Region == "":
		return true
	}
	code := t.place(o).Code
	return code == f.Region || f.Region == NoRegion && code == ""
}

// has reports an organization that people mean by some words.
func (t *tree) has(o *iis.Organization, text string, words []string) bool {
	if len(words) == 0 {
		return true
	}
	if id, ok := iis.ParseOrganizationID(strings.TrimSpace(text)); ok && id == o.ID {
		return true
	}
	known := fold.Words(strings.Join([]string{o.Name, o.City, o.County, o.NPI, o.PIN}, " "))
	for _, s := range t.senders[o.ID] {
		known = append(known, fold.Words(s.Facility)...)
	}
	for _, w := range words {
		if !slices.ContainsFunc(known, func(k string) bool { return strings.HasPrefix(k, w) }) {
			return false
		}
	}
	return true
}

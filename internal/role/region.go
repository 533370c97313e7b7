package role

import (
	"slices"

	"openiis/internal/yaml"
)

// heldToRegion are the permissions that pages and acts hold to the region of somebody's
// account. Whoever sees their own region has none but these: what cannot be held to it
// would be everybody's.
var heldToRegion = []Permission{
	"find people",
	"open records",
	"say that a record looks wrong",
	"take opt-outs of whom they may open",
	"see how well senders send",
	"see organizations",
	"write in reviews of senders",
	"see training of users",
	"see tickets",
	SeeUsers,
	ReviewApplications,
	"keep what sites have signed",
	SeeEnrolment,
}

// checkRegional refuses what a role that sees its own region may not have.
func (r *Role) checkRegional(m *yaml.Map) {
	if !r.Regional {
		return
	}
	if r.Site != NoSite {
		m.Fail(m.Find("site"), m.At("site"), "a role that sees its own region belongs to no site, lest it act for both sides: write none")
	}
	for _, p := range r.Permissions {
		if !slices.Contains(heldToRegion, p) {
			m.Fail(m.Find("permissions"), m.At("permissions"), "%q is not held to a region, so that no role that sees its own region has it: want some of %s", p, list(heldToRegion))
		}
	}
}

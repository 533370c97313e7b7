package web

// The groups of the menu, as layout.html names them, with the permission that each of
// their links needs.
var menuGroups = map[string][]permission{
	"Records":         {decideIdentity, settleConcerns, sealIdentities, takeOptOuts, keepNotices},
	"Messages":        {openMessages, uploadFiles, seeQuality, seeQuality, keepCredentials},
	"Sites":           {seeOrganizations, keepEnrolment, reviewApplications, keepAgreements},
	"Users and audit": {seeUsers, viewAs, reviewAlerts, searchAudit, seeMails},
}

// wideMenu is how many links of groups fit on a line, at a desk.
const wideMenu = 10

// offers is how many links of a group whoever looks is offered.
func (v view) offers(group string) (n int) {
	for _, p := range menuGroups[group] {
		if v.May(p) {
			n++
		}
	}
	return n
}

// Folds reports that the links of a group are folded behind its name: where the menu
// would be a wall of links, and the group has several.
func (v view) Folds(group string) bool {
	all := 0
	for name := range menuGroups {
		all += v.offers(name)
	}
	return all > wideMenu && v.offers(group) > 1
}

package web

import (
	"net/http"
	"slices"
	"strings"

	"openiis/internal/access"
	"openiis/internal/fault"
	"openiis/internal/role"
)

// route is one address: a pattern of net/http, who may use it, what it does.
type route struct {
	pattern string
	may     permission
	handle  func(*site, http.ResponseWriter, *http.Request) error
}

// routes is the whole map. Nothing is reachable that is not a line here.
func routes() []route {
	return slices.Concat(wayIn(), ofPeople(), ofSites(), ofAudit(), ofPapers(), []route{{"/", anyone, (*site).noPage}})
}

// wayIn are the addresses by which users come in, and of their accounts.
func wayIn() []route {
	return []route{
		{"GET /assets/{folder}/{path...}", anyone, (*site).asset},
		{"GET /signin", anyone, (*site).signInForm},
		{"POST /signin", anyone, (*site).signIn},
		{"POST /signout", signingOut, (*site).signOut},
		{"GET /signin/code", finishSignIn, (*site).codeForm},
		{"POST /signin/code", finishSignIn, (*site).code},
		{"GET /signin/second-factor", finishSignIn, (*site).factorForm},
		{"POST /signin/second-factor", finishSignIn, (*site).enrol},
		{"GET /invited/{token}", anyone, (*site).invitedForm},
		{"POST /invited/{token}", anyone, (*site).accept},
		{"GET /kept/{key}", ownAccount, (*site).keptForm},
		{"GET /account", ownAccount, (*site).account},
		{"POST /account/password", ownAccount, (*site).newPassword},
		{"GET /account/second-factor", ownAccount, (*site).factorForm},
		{"POST /account/second-factor", ownAccount, (*site).enrol},
		{"POST /account/second-factor/remove", ownAccount, (*site).dropOwnFactor},
		{"POST /account/sessions/end", ownAccount, (*site).endDevices},
		{"POST /account/sessions/{session}/end", ownAccount, (*site).endDevice},
		{"GET /users", seeUsers, (*site).users},
		{"GET /users/invite", manageUsers, (*site).inviteForm},
		{"POST /users/invite", manageUsers, (*site).invite},
		{"POST /users/invitations/{invitation}/withdraw", manageUsers, (*site).withdrawInvitation},
		{"GET /users/{user}", seeUsers, (*site).user},
		{"POST /users/{user}/change", manageUsers, (*site).changeUser},
		{"POST /users/{user}/end", manageUsers, (*site).endAccess},
		{"POST /users/{user}/let-in", manageUsers, (*site).letIn},
		{"POST /users/{user}/second-factor", manageUsers, (*site).dropFactor},
		{"POST /users/{user}/password", manageUsers, (*site).passwordLink},
		{"GET /{$}", ownAccount, (*site).home},
	}
}

// ofPeople are the addresses of people and their records.
func ofPeople() []route {
	return []route{
		{"POST /people/find", findPeople, (*site).find},
		{"GET /found/{search}", findPeople, (*site).found},
		{"GET /people/find", findPeople, (*site).findAgain},
		{"GET /people/newest", findPeople, (*site).newest},
		{"GET /people/{number}", openRecords, (*site).person},
		{"GET /people/{number}/record.pdf", openRecords, (*site).printed},
		{"GET /people/{number}/log", openRecords, (*site).accessLog},
		{"GET /people/{number}/log.pdf", openRecords, (*site).printedLog},
		{"GET /people/{number}/concern", raiseConcerns, (*site).concernForm},
		{"POST /people/{number}/concern", raiseConcerns, (*site).raise},
		{"GET /people/{number}/facts/{kind}", recordHealth, (*site).entryForm},
		{"POST /people/{number}/facts/{kind}", recordHealth, (*site).say},
		{"GET /people/{number}/entries/{entry}/withdraw", recordHealth, (*site).withdrawForm},
		{"POST /people/{number}/entries/{entry}/withdraw", recordHealth, (*site).withdraw},
		{"GET /people/{number}/same", flagSame, (*site).same},
		{"POST /people/{number}/same", flagSame, (*site).findSame},
		{"GET /people/{number}/same/{other}", flagSame, (*site).flagForm},
		{"POST /people/{number}/same/{other}", flagSame, (*site).flag},
		{"GET /people/{number}/compare/{other}", decideIdentity, (*site).compare},
		{"POST /people/{number}/compare/{other}", decideIdentity, (*site).decide},
		{"POST /people/{number}/decisions/{decision}/undo", decideIdentity, (*site).undo},
		{"GET /people/{number}/sources/{source}", placeSources, (*site).source},
		{"POST /people/{number}/sources/{source}", placeSources, (*site).placeSource},
		{"POST /people/{number}/sources/{source}/find", placeSources, (*site).findSourceTo},
		{"GET /people/{number}/sources/{source}/to/{other}", placeSources, (*site).sourceTo},
		{"POST /people/{number}/sources/{source}/to/{other}", placeSources, (*site).moveSource},
		{"POST /people/{number}/alive", decideDeaths, (*site).alive},
		{"GET /people/{number}/doses/{dose}/compare/{other}", decideDoses, (*site).oneShot},
		{"POST /people/{number}/doses/{dose}/compare/{other}", decideDoses, (*site).decideDose},
		{"POST /people/{number}/doses/{dose}/compare/{other}/undo", decideDoses, (*site).undoDose},
		{"GET /duplicates", decideIdentity, (*site).duplicates},
		{"GET /duplicates/doses", decideIdentity, (*site).doseQuestions},
		{"GET /deaths", placeDeaths, (*site).deaths},
		{"GET /deaths/{death}", placeDeaths, (*site).death},
		{"POST /deaths/{death}", placeDeaths, (*site).settleDeath},
		{"POST /deaths/{death}/find", placeDeaths, (*site).findDeath},
		{"GET /deaths/{death}/person/{number}", placeDeaths, (*site).deathIs},
		{"POST /deaths/{death}/person/{number}", placeDeaths, (*site).placeDeath},
		{"GET /sealed", sealIdentities, (*site).sealed},
		{"POST /sealed", sealIdentities, (*site).seal},
		{"GET /sealed/new", sealIdentities, (*site).sealForm},
		{"GET /sealed/{number}", sealIdentities, (*site).sealing},
		{"POST /sealed/{number}/take-over", sealIdentities, (*site).takeOver},
		{"POST /sealed/{number}/unseal", sealIdentities, (*site).unseal},
		{"GET /people/{number}/opt-out", takeOptOuts, (*site).optOutForm},
		{"POST /people/{number}/opt-out", takeOptOuts, (*site).optOut},
		{"GET /opt-outs", takeOptOuts, (*site).optOuts},
		{"POST /opt-outs", takeOptOuts, (*site).leaveOut},
		{"GET /opt-outs/new", takeOptOuts, (*site).newOptOut},
		{"GET /opt-outs/find", takeOptOuts, (*site).findOptOutForm},
		{"POST /opt-outs/find", takeOptOuts, (*site).findOptOut},
		{"GET /opt-outs/{request}", takeOptOuts, (*site).openOptOut},
		{"POST /opt-outs/{request}/erase", takeOptOuts, (*site).eraseOptedOut},
		{"POST /opt-outs/{request}/back", takeOptOuts, (*site).optBack},
		{"POST /opt-outs/{request}/people/{number}/keep", takeOptOuts, (*site).keepDoubted},
		{"GET /concerns", settleConcerns, (*site).concerns},
		{"POST /people/{number}/concerns/{concern}/settle", settleConcerns, (*site).settle},
		{"GET /notices", keepNotices, (*site).notices},
		{"POST /notices", keepNotices, (*site).markNotices},
	}
}

// ofSites are the addresses of sites, and of what they send.
func ofSites() []route {
	return []route{
		{"GET /submissions", openMessages, (*site).submissions},
		{"GET /submissions/{number}", openMessages, (*site).message},
		{"GET /submissions/{number}/replay", replayMessages, (*site).replayForm},
		{"POST /submissions/{number}/replay", replayMessages, (*site).replay},
		{"GET /files", uploadFiles, (*site).files},
		{"POST /files", uploadFiles, (*site).upload},
		{"GET /files/template.csv", uploadFiles, (*site).fileTemplate},
		{"GET /files/{number}", uploadFiles, (*site).file},
		{"POST /files/{number}/columns", uploadFiles, (*site).fileColumns},
		{"POST /files/{number}/store", uploadFiles, (*site).storeFile},
		{"GET /senders", seeQuality, (*site).senders},
		{"GET /senders/{number}", seeQuality, (*site).sender},
		{"POST /senders/{number}/go-live", setGoLive, (*site).goLive},
		{"GET /senders/{number}/severity", setSeverities, (*site).severityForm},
		{"POST /senders/{number}/severity", setSeverities, (*site).severity},
		{"POST /senders/{number}/review", keepReviews, (*site).openReview},
		{"GET /reviews", seeQuality, (*site).reviews},
		{"GET /reviews/{number}", seeQuality, (*site).review},
		{"POST /reviews/{number}/{act}", keepReviews, (*site).changeReview},
		{"GET /organizations", seeOrganizations, (*site).organizations},
		{"POST /organizations", keepOrganizations, (*site).addOrganization},
		{"GET /organizations/new", keepOrganizations, (*site).newOrganization},
		{"GET /organizations/{number}", seeOrganizations, (*site).organization},
		{"GET /organizations/{number}/change", keepOrganizations, (*site).organizationChange},
		{"POST /organizations/{number}/change", keepOrganizations, (*site).changeOrganization},
		{"GET /organizations/{number}/status", keepOrganizations, (*site).statusForm},
		{"POST /organizations/{number}/status", keepOrganizations, (*site).setStatus},
		{"POST /organizations/{number}/senders", keepOrganizations, (*site).giveSender},
		{"GET /organizations/{number}/merge", keepOrganizations, (*site).mergeForm},
		{"GET /organizations/{number}/merge/{other}", keepOrganizations, (*site).mergePlan},
		{"POST /organizations/{number}/merge/{other}", keepOrganizations, (*site).merge},
	}
}

// ofAudit are the addresses at which staff see who did what.
func ofAudit() []route {
	return []route{
		{"GET /audit", searchAudit, (*site).auditForm},
		{"POST /audit", searchAudit, (*site).searchAudit},
		{"GET /audit/found/{search}", searchAudit, (*site).foundAudit},
		{"GET /alerts", reviewAlerts, (*site).alerts},
		{"GET /alerts/watched", reviewAlerts, (*site).watched},
		{"POST /alerts/watched", reviewAlerts, (*site).watch},
		{"POST /alerts/watched/{number}/end", reviewAlerts, (*site).endWatch},
		{"GET /alerts/{alert}", reviewAlerts, (*site).alert},
		{"POST /alerts/{alert}", reviewAlerts, (*site).decideAlert},
	}
}

// ofPapers are the addresses of forms and of what people are handed, open to all.
func ofPapers() []route {
	return []route{
		{"GET /forms", anyone, (*site).forms},
		{"GET /forms/{form}", anyone, (*site).formToFill},
		{"POST /forms/{form}", anyone, (*site).printForm},
		{"GET /forms/{form}/blank.pdf", anyone, (*site).blankForm},
	}
}

// mostBody is how much of a request's body is read, in bytes.
func (rt route) mostBody() int64 {
	if rt.pattern == "POST /files" {
		return maxUpload
	}
	return maxForm
}

// permission is what a route lets someone do, in words that follow "may".
type permission string

// The permissions. Those but the first four are of roles, and in role.Permissions.
const (
	anyone         permission = "see this page"
	signingOut     permission = "sign out"
	ownAccount     permission = "use their own account"
	finishSignIn   permission = "finish signing in"
	findPeople     permission = "find people"
	openRecords    permission = "open records"
	raiseConcerns  permission = "say that a record looks wrong"
	recordHealth   permission = "record health facts"
	flagSame       permission = "say that two records are of one person"
	decideIdentity permission = "decide who is who"
	decideDeaths   permission = "decide that somebody is alive"
	placeDeaths    permission = "decide whose death a certificate tells of"
	placeSources   permission = "decide in which record a source belongs"
	decideDoses    permission = "decide whether two reports are of one shot"
	settleConcerns permission = "close notes about records that look wrong"
	keepNotices    permission = "see and mark notices to parents"
	takeOptOuts    permission = "take opt-outs"
	openMessages   permission = "open messages"
	uploadFiles    permission = "upload files of vaccinations"
	replayMessages permission = "try corrected copies of messages"
	seeQuality     permission = "see how well senders send"
	keepReviews    permission = "write in reviews of senders"
	setGoLive      permission = "set the day on which a sender goes live"
	setSeverities  permission = "change the severities of a sender"
	searchAudit    permission = "search the audit"
	reviewAlerts   permission = "review alerts"
	// Who is who: sites, their senders, and how far each is.
	seeOrganizations  permission = "see organizations"
	keepOrganizations permission = "keep organizations"

	sealIdentities permission = "seal former identities" // a right of its own beside the role: access.User.Seals
	seeUsers       permission = "see users"
	manageUsers    permission = "manage users"
)

// allows reports that a user may do it: what their role's file says, and nothing else
// but to see what is for anyone.
func (p permission) allows(u access.User) bool {
	switch p {
	case anyone:
		return true
	case signingOut:
		return u.ID != 0
	case ownAccount:
		return u.ID != 0 && u.Stage == access.Whole
	case finishSignIn:
		return u.ID != 0 && u.Stage != access.Whole
	}
	return u.May(role.Permission(p))
}

// refusal tells someone what they may not do, and who may.
func (p permission) refusal(u access.User) error {
	if p == sealIdentities {
		return fault.New(fault.Denied, "You may not %s. That takes a right of its own, which few administrators have. Nothing was changed.", p)
	}
	return fault.New(fault.Denied, "Your role, %s, may not %s. That takes the role %s. Nothing was changed. If you need it, ask the administrator of this registry.",
		strings.ToLower(access.RoleWords(u.Role)), p, strings.ToLower(anyOf(role.Who(role.Permission(p)))))
}

// anyOf are names as a sentence has them: "one, two or three".
func anyOf(names []string) string {
	last := len(names) - 1
	if last < 1 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:last], ", ") + " or " + names[last]
}

package web

import (
	"net/http"
	"slices"
	"strings"

	"openiis/internal/access"
	"openiis/internal/fault"
	"openiis/internal/role"
	"openiis/internal/scan"
)

// line is one address of the map: a pattern of net/http, who may use it, what it does.
type line struct {
	pattern string
	may     permission
	handle  func(*site, http.ResponseWriter, *http.Request) error
}

// route is an address with what kind of line it is.
type route struct {
	line
	reads bool // it changes nothing, though it is sent as a form
}

// routes is the whole map. Nothing is reachable that is not a line here.
func routes() (out []route) {
	for _, l := range slices.Concat(wayIn(), ofPeople(), ofIdentity(), ofRosters(), ofSites(), ofEnrolment(), ofAudit(), ofPapers(), ofTraining(), ofHelp(), []line{{"/", anyone, (*site).noPage}}) {
		out = append(out, route{line: l})
	}
	for _, l := range looking() {
		out = append(out, route{l, true})
	}
	return out
}

// looking are the addresses of searches that are sent as forms, for what is looked for belongs
// into no address. They change nothing, and whoever sees pages as another role may use them.
func looking() []line {
	return []line{
		{"POST /people/find", findPeople, (*site).find},
		{"POST /people/{number}/same", flagSame, (*site).findSame},
		{"POST /people/{number}/sources/{source}/find", placeSources, (*site).findSourceTo},
		{"POST /deaths/{death}/find", placeDeaths, (*site).findDeath},
		{"POST /opt-outs/find", takeOptOuts, (*site).findOptOut},
		{"POST /rosters/{site}/search", seeRosters, (*site).findInRoster},
		{"POST /audit", searchAudit, (*site).searchAudit},
	}
}

// wayIn are the addresses by which users come in, and of their accounts.
func wayIn() []line {
	return []line{
		{"GET /assets/{folder}/{path...}", anyone, (*site).asset},
		{"GET /signin", anyone, (*site).signInForm},
		{"POST /signin", anyone, (*site).signIn},
		{"POST /signout", signingOut, (*site).signOut},
		{"GET /signin/provider", anyone, (*site).toProvider},
		{"GET /signin/provider/back", anyone, (*site).fromProvider},
		{"GET /signin/provider/out", anyone, (*site).leaveProvider},
		{"GET /signin/passkey", anyone, (*site).askPasskey},
		{"POST /signin/passkey", anyone, (*site).byPasskey},
		{"GET /signin/code/passkey", finishSignIn, (*site).askOwnPasskey},
		{"POST /signin/code/passkey", finishSignIn, (*site).byOwnPasskey},
		{"POST /signin/second-factor/passkey", finishSignIn, (*site).newPasskey},
		{"POST /signin/second-factor/passkey/made", finishSignIn, (*site).addPasskey},
		{"GET /signin/code", finishSignIn, (*site).codeForm},
		{"POST /signin/code", finishSignIn, (*site).code},
		{"GET /signin/second-factor", finishSignIn, (*site).factorForm},
		{"POST /signin/second-factor", finishSignIn, (*site).enrol},
		{"GET /invited/{token}", anyone, (*site).invitedForm},
		{"POST /invited/{token}", anyone, (*site).accept},
		{"POST /invited/{token}/provider", anyone, (*site).acceptByProvider},
		{"GET /kept/{key}", ownAccount, (*site).keptForm},
		{"GET /account", ownAccount, (*site).account},
		{"POST /account/password", ownAccount, (*site).newPassword},
		{"GET /account/second-factor", ownAccount, (*site).factorForm},
		{"POST /account/second-factor", ownAccount, (*site).enrol},
		{"POST /account/second-factor/remove", ownAccount, (*site).dropOwnFactor},
		{"GET /account/passkeys", ownAccount, (*site).passkeys},
		{"POST /account/passkeys", ownAccount, (*site).newPasskey},
		{"POST /account/passkeys/made", ownAccount, (*site).addPasskey},
		{"POST /account/passkeys/{passkey}/remove", ownAccount, (*site).removePasskey},
		{"POST /account/provider", ownAccount, (*site).linkProvider},
		{"POST /account/provider/unlink", ownAccount, (*site).unlinkProvider},
		{stayAddress, ownAccount, (*site).stay},
		{"GET /viewing", viewAs, (*site).viewingForm},
		{"POST /viewing", viewAs, (*site).beginViewing},
		{"POST /viewing/end", signingOut, (*site).endViewing},
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
		{"POST /users/{user}/password-use", manageUsers, (*site).passwordUse},
		{"POST /users/{user}/designation", manageUsers, (*site).designate},
		{"POST /users/{user}/unlink", manageUsers, (*site).unlinkUser},
		{firstPage, ownAccount, (*site).home},
	}
}

// ofPeople are the addresses of people and their records.
func ofPeople() []line {
	return []line{
		{"GET /found/{search}", findPeople, (*site).found},
		{"GET /people/find", findPeople, (*site).findAgain},
		{"GET /people/newest", findPeople, (*site).newest},
		{"POST /people/add", enterVaccinations, (*site).addPerson},
		{"POST /people/add/vaccinations", enterVaccinations, (*site).addVaccinations},
		{"GET /people/{number}", openRecords, (*site).person},
		{"GET /people/{number}/record.pdf", openRecords, (*site).printed},
		{"GET /people/{number}/sharing", openRecords, (*site).sharing},
		{"POST /people/{number}/sharing", openRecords, (*site).answerSharing},
		{"GET /people/{number}/sharing/{form}", changeSharing, (*site).sharingForm},
		{"POST /people/{number}/sharing/{form}", changeSharing, (*site).signSharing},
		{"GET /people/{number}/sharing/{form}/blank.pdf", changeSharing, (*site).blankSharing},
		{"POST /people/{number}/sharing/{form}/paper", changeSharing, (*site).uploadSharing},
		{"GET /people/{number}/signed/{submission}", openRecords, (*site).signedSharing},
		{"GET /people/{number}/glass", breakGlass, (*site).glassForm},
		{"POST /people/{number}/glass", breakGlass, (*site).breakGlass},
		{"POST /people/{number}/doses/{dose}/confidential", recordHealth, (*site).confide},
		{"GET /people/{number}/log", openRecords, (*site).accessLog},
		{"GET /people/{number}/log.pdf", openRecords, (*site).printedLog},
		{"GET /people/{number}/concern", raiseConcerns, (*site).concernForm},
		{"POST /people/{number}/concern", raiseConcerns, (*site).raise},
		{"GET /people/{number}/facts/{kind}", recordHealth, (*site).entryForm},
		{"POST /people/{number}/facts/{kind}", recordHealth, (*site).say},
		{"GET /people/{number}/entries/{entry}/withdraw", recordHealth, (*site).withdrawForm},
		{"POST /people/{number}/entries/{entry}/withdraw", recordHealth, (*site).withdraw},
		{"GET /people/{number}/vaccinations", addHistory, (*site).vaccinateForm},
		{"POST /people/{number}/vaccinations", addHistory, (*site).vaccinate},
		{"GET /people/{number}/vaccinations/{entry}/correct", addHistory, (*site).correctForm},
		{"POST /people/{number}/vaccinations/{entry}/correct", addHistory, (*site).correct},
		{"GET /people/{number}/vaccinations/{entry}/delete", addHistory, (*site).deleteForm},
		{"POST /people/{number}/vaccinations/{entry}/delete", addHistory, (*site).deleteDose},
		{"GET /people/{number}/informed", recordHealth, (*site).informed},
		{"POST /people/{number}/informed", recordHealth, (*site).inform},
		{"POST /people/{number}/informed/{entry}/withdraw", recordHealth, (*site).withdrawInformed},
	}
}

// ofIdentity are the addresses of who is who, and of whose record is held apart.
func ofIdentity() []line {
	return []line{
		{"GET /people/{number}/same", flagSame, (*site).same},
		{"GET /people/{number}/same/{other}", flagSame, (*site).flagForm},
		{"POST /people/{number}/same/{other}", flagSame, (*site).flag},
		{"GET /people/{number}/compare/{other}", decideIdentity, (*site).compare},
		{"POST /people/{number}/compare/{other}", decideIdentity, (*site).decide},
		{"POST /people/{number}/decisions/{decision}/undo", decideIdentity, (*site).undo},
		{"GET /people/{number}/sources/{source}", placeSources, (*site).source},
		{"POST /people/{number}/sources/{source}", placeSources, (*site).placeSource},
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
		{"GET /deaths/{death}/person/{number}", placeDeaths, (*site).deathIs},
		{"POST /deaths/{death}/person/{number}", placeDeaths, (*site).placeDeath},
		{"GET /sealed", sealIdentities, (*site).sealed},
		{"POST /sealed", sealIdentities, (*site).seal},
		{"GET /sealed/new", sealIdentities, (*site).sealForm},
		{"GET /sealed/{number}", sealIdentities, (*site).sealing},
		{"POST /sealed/{number}/take-over", sealIdentities, (*site).takeOver},
		{"POST /sealed/{number}/unseal", sealIdentities, (*site).unseal},
		{"GET /people/{number}/opt-out", takeOptOutsOf, (*site).optOutForm},
		{"POST /people/{number}/opt-out", takeOptOutsOf, (*site).optOut},
		{"GET /opt-outs", takeOptOuts, (*site).optOuts},
		{"POST /opt-outs", takeOptOutsOf, (*site).leaveOut},
		{"GET /opt-outs/new", takeOptOutsOf, (*site).newOptOut},
		{"GET /opt-outs/find", takeOptOuts, (*site).findOptOutForm},
		{"GET /opt-outs/{request}", takeOptOuts, (*site).openOptOut},
		{"POST /opt-outs/{request}/erase", takeOptOuts, (*site).eraseOptedOut},
		{"POST /opt-outs/{request}/back", takeOptOuts, (*site).optBack},
		{"POST /opt-outs/{request}/people/{number}/keep", takeOptOuts, (*site).keepDoubted},
		{"GET /concerns", settleConcerns, (*site).concerns},
		{"POST /people/{number}/concerns/{concern}/settle", settleConcerns, (*site).settle},
		{"GET /notices", keepNotices, (*site).notices},
		{"POST /notices", keepNotices, (*site).markNotices},
		{"POST /notices/print", keepNotices, (*site).printNotices},
	}
}

// ofRosters are the addresses of rosters, and of who is on them.
func ofRosters() []line {
	return []line{
		{"GET /rosters", seeRosters, (*site).rosters},
		{"GET /rosters/{site}", seeRosters, (*site).roster},
		{"GET /rosters/{site}/roster.csv", seeRosters, (*site).rosterCSV},
		{"GET /rosters/{site}/people/{number}", seeRosters, (*site).rosterEntry},
		{"POST /rosters/{site}/people/{number}/{act}", keepRosters, (*site).changeRosterEntry},
		{"POST /rosters/{site}/unsure/{entry}", keepRosters, (*site).endUnsure},
		{"GET /rosters/{site}/add", keepRosters, (*site).addToRosterForm},
		{"POST /rosters/{site}/add", keepRosters, (*site).addToRoster},
		{"GET /rosters/{site}/year", keepRosters, (*site).rosterYear},
		{"POST /rosters/{site}/year", keepRosters, (*site).takeRosterYear},
		{"GET /rosters/{site}/template.csv", keepRosters, (*site).rosterTemplate},
		{"GET /rosters/{site}/files", keepRosters, (*site).rosterFiles},
		{"POST /rosters/{site}/files", keepRosters, (*site).uploadRoster},
		{"GET /rosters/{site}/files/{file}", keepRosters, (*site).rosterFile},
		{"POST /rosters/{site}/files/{file}", keepRosters, (*site).acceptRoster},
		{"GET /rosters/{site}/files/{file}/results.csv", keepRosters, (*site).rosterAnswers},
	}
}

// ofSites are the addresses of sites, and of what they send.
func ofSites() []line {
	return []line{
		{"GET /submissions", openMessages, (*site).submissions},
		{"GET /submissions/{number}", openMessages, (*site).message},
		{"GET /submissions/{number}/replay", replayMessages, (*site).replayForm},
		{"POST /submissions/{number}/replay", replayMessages, (*site).replay},
		{"GET /test-messages", seeTests, (*site).testMessages},
		{"GET /test-messages/{number}", seeTests, (*site).testMessage},
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
		{"GET /senders/{number}/certificates", keepCertificates, (*site).certificates},
		{"POST /senders/{number}/certificates", keepCertificates, (*site).addCertificate},
		{"POST /senders/{number}/certificates/{certificate}/remove", keepCertificates, (*site).removeCertificate},
		{"POST /senders/{number}/proof", keepCertificates, (*site).setProof},
		{"GET /credentials", keepCredentials, (*site).credentials},
		{"POST /credentials/{number}", keepCredentials, (*site).giveCredential},
		{"POST /credentials/{number}/end", keepCredentials, (*site).endCredential},
		{"POST /senders/{number}/review", keepReviews, (*site).openReview},
		{"GET /timeliness", seeQuality, (*site).timely},
		{"GET /timeliness.csv", seeQuality, (*site).timelyFile},
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

// ofEnrolment are the addresses by which sites come to take part: of applicants and
// signers, who have a secret code or link and no account; of those who sign in and sign;
// and of the programme.
func ofEnrolment() []line {
	return []line{
		{"GET /enrol", anyone, (*site).enrolStart},
		{"POST /enrol", anyone, (*site).beginEnrolment},
		{"POST /enrol/return", anyone, (*site).returnToEnrolment},
		{"GET /enrol/{code}", anyone, (*site).filing},
		{"GET /enrol/{code}/steps/{step}", anyone, (*site).filingStepForm},
		{"POST /enrol/{code}/steps/{step}", anyone, (*site).saveFilingStep},
		{"POST /enrol/{code}/links", anyone, (*site).linkFiling},
		{"GET /enrol/{code}/forms/{n}", anyone, (*site).filingUploadForm},
		{"POST /enrol/{code}/forms/{n}", anyone, (*site).takeFilingUpload},
		{"GET /enrol/{code}/forms/{n}/form.pdf", anyone, (*site).filingPDF},
		{"GET /enrol/{code}/forms/{n}/document", anyone, (*site).filingUpload},
		{"POST /enrol/{code}/{act}", anyone, (*site).sendFiling},
		{"GET /sign/{token}", anyone, (*site).signing},
		{"GET /sign/{token}/{n}", anyone, (*site).signLinkForm},
		{"POST /sign/{token}/{n}", anyone, (*site).signByLink},
		{"GET /sign/{token}/{n}/form.pdf", anyone, (*site).linkPDF},
		{"GET /agreements", signsAgreements, (*site).agreements},
		{"POST /agreements/link", signsAgreements, (*site).linkAgreements},
		{"GET /agreements/{n}", signsAgreements, (*site).signForm},
		{"POST /agreements/{n}", signsAgreements, (*site).signAgreement},
		{"GET /agreements/{n}/form.pdf", signsAgreements, (*site).agreementPDF},
		{"GET /agreements/{n}/upload", signsAgreements, (*site).agreementUploadForm},
		{"POST /agreements/{n}/upload", signsAgreements, (*site).uploadAgreement},
		{"GET /applications", reviewApplications, (*site).applications},
		{"GET /applications/{application}", reviewApplications, (*site).application},
		{"POST /applications/{application}/{act}", reviewApplications, (*site).decideApplication},
		{"GET /applications/{application}/forms/{n}/form.pdf", reviewApplications, (*site).applicationPDF},
		{"GET /applications/{application}/forms/{n}/document", reviewApplications, (*site).applicationUpload},
		{"GET /renewals", keepAgreements, (*site).renewals},
		{"GET /organizations/{number}/enrolment", seeEnrolment, (*site).enrolment},
		{"POST /organizations/{number}/enrolment/plan", keepEnrolment, (*site).planInforming},
		{"POST /organizations/{number}/enrolment/invite", manageUsers, (*site).inviteApplicant},
		{"POST /organizations/{number}/enrolment/live", takeSitesLive, (*site).takeLive},
		{"POST /organizations/{number}/enrolment/testing", takeSitesLive, (*site).beginTests},
		{"POST /organizations/{number}/enrolment/day", takeSitesLive, (*site).correctGoLive},
		{"POST /organizations/{number}/enrolment/reports", seeEnrolment, (*site).sayReports},
		{"POST /organizations/{number}/enrolment/agreements/{act}", keepAgreements, (*site).keepAgreement},
		{"GET /organizations/{number}/enrolment/agreements/{agreement}/form.pdf", seeEnrolment, (*site).signedPDF},
		{"GET /organizations/{number}/enrolment/agreements/{agreement}/document", seeEnrolment, (*site).signedUpload},
		{"GET /organizations/{number}/enrolment/papers/{n}/form.pdf", keepAgreements, (*site).paperPDF},
		{"GET /organizations/{number}/enrolment/papers/{n}/upload", keepAgreements, (*site).recordPaperForm},
		{"POST /organizations/{number}/enrolment/papers/{n}/upload", keepAgreements, (*site).recordPaper},
		{"GET /organizations/{number}/enrolment/letters/{letter}", seeEnrolment, (*site).letter},
	}
}

// ofAudit are the addresses at which staff see who did what.
func ofAudit() []line {
	return []line{
		{"GET /audit", searchAudit, (*site).auditForm},
		{"GET /audit/found/{search}", searchAudit, (*site).foundAudit},
		{"GET /mails", seeMails, (*site).mails},
		{"POST /mails/{mail}/again", seeMails, (*site).sendAgain},
		{"GET /alerts", reviewAlerts, (*site).alerts},
		{"GET /alerts/watched", reviewAlerts, (*site).watched},
		{"POST /alerts/watched", reviewAlerts, (*site).watch},
		{"POST /alerts/watched/{number}/end", reviewAlerts, (*site).endWatch},
		{"GET /alerts/{alert}", reviewAlerts, (*site).alert},
		{"POST /alerts/{alert}", reviewAlerts, (*site).decideAlert},
	}
}

// ofPapers are the addresses of forms and of what people are handed, open to all.
func ofPapers() []line {
	return []line{
		{"GET /forms", anyone, (*site).forms},
		{"GET /forms/{form}", anyone, (*site).formToFill},
		{"POST /forms/{form}", anyone, (*site).printForm},
		{"GET /forms/{form}/blank.pdf", anyone, (*site).blankForm},
		{"GET /materials", anyone, (*site).materials},
		{"GET /materials/{material}", anyone, (*site).material},
		{"GET /materials/{material}/print.pdf", anyone, (*site).printedMaterial},
	}
}

// ofTraining are the addresses of courses and sessions. What is taught is for everyone.
func ofTraining() []line {
	return []line{
		{"GET /training", anyone, (*site).training},
		{"GET /training/courses/{course}", anyone, (*site).course},
		{"GET /training/courses/{course}/pages/{page}", anyone, (*site).coursePage},
		{"GET /training/videos/{file}", anyone, (*site).video},
		{"GET /training/courses/{course}/quiz", ownAccount, (*site).quizForm},
		{"POST /training/courses/{course}/quiz", ownAccount, (*site).quiz},
		{"GET /training/courses/{course}/certificate", ownAccount, (*site).certificate},
		{"GET /training/courses/{course}/certificate.pdf", ownAccount, (*site).printedCertificate},
		{"GET /training/sessions", ownAccount, (*site).sessions},
		{"POST /training/sessions", keepTraining, (*site).planSession},
		{"GET /training/sessions/new", keepTraining, (*site).sessionForm},
		{"GET /training/sessions/ask", seeTraining, (*site).askSessionForm},
		{"POST /training/sessions/ask", seeTraining, (*site).askSession},
		{"GET /training/sessions/{event}", ownAccount, (*site).session},
		{"POST /training/sessions/{event}/seat", ownAccount, (*site).seat},
		{"GET /training/sessions/{event}/change", keepTraining, (*site).changeSessionForm},
		{"POST /training/sessions/{event}/change", keepTraining, (*site).changeSession},
		{"POST /training/sessions/{event}/end", keepTraining, (*site).endSession},
		{"POST /training/sessions/{event}/attendance", keepTraining, (*site).markAttendance},
		{"GET /training/users", seeTraining, (*site).trainees},
		{"GET /training/users.csv", seeTraining, (*site).traineesCSV},
	}
}

// ofHelp are the addresses of answers and tickets.
func ofHelp() []line {
	return []line{
		{"GET /help", anyone, (*site).help},
		{"POST /help/find", anyone, (*site).findHelp},
		{"GET /help/topics/{topic}", anyone, (*site).topic},
		{"GET /help/ask", anyone, (*site).askForm},
		{"POST /help/ask", anyone, (*site).askUs},
		{"GET /help/new", ownAccount, (*site).ticketForm},
		{"POST /help/new", ownAccount, (*site).openTicket},
		{"GET /help/tickets", ownAccount, (*site).tickets},
		{"GET /help/tickets/{ticket}", ownAccount, (*site).ticket},
		{"POST /help/tickets/{ticket}/say", ownAccount, (*site).sayInTicket},
		{"POST /help/tickets/{ticket}/close", ownAccount, (*site).closeTicket},
		{"POST /help/tickets/{ticket}/point", answerTickets, (*site).pointTicket},
		{"POST /help/tickets/{ticket}/arrange", answerTickets, (*site).arrangeTicket},
		{"GET /help/desk", seeTickets, (*site).helpDesk},
		{"GET /help/corrections", raiseConcerns, (*site).corrections},
		{"GET /people/{number}/evidence/{evidence}", openRecords, (*site).evidence},
	}
}

// mostBody is how much of a request's body is read, in bytes.
func (rt route) mostBody() int64 {
	switch rt.pattern {
	case "POST /files", "POST /rosters/{site}/files":
		return maxUpload
	case "POST /people/{number}/concern":
		return maxPetition
	case "POST /people/{number}/sharing/{form}/paper", "POST /people/{number}/opt-out", "POST /opt-outs":
		return scan.Most + maxForm
	case "POST /enrol/{code}/forms/{n}", "POST /agreements/{n}/upload":
		return 3 * scan.Most // what is longer than a document may be is heard to its end
	case "POST /enrol/{code}/steps/{step}":
		return 4 * maxForm // a hundred users
	}
	return maxForm
}

// hurries reports a route that is open to all and costs something: a paper or document, or a form
// that is sent. How often somebody signs in or uses an invitation is limited by itself.
func (rt route) hurries() bool {
	method, path, _ := strings.Cut(rt.pattern, " ")
	if rt.may != anyone || strings.HasPrefix(path, "/signin") || strings.HasPrefix(path, "/invited") {
		return false
	}
	return method == "POST" || strings.HasSuffix(path, ".pdf") || strings.HasSuffix(path, "/document")
}

// permission is what a route lets someone do, in words that follow "may".
type permission string

// The permissions. Those but the first five are of roles, and in role.Permissions.
const (
	anyone       permission = "see this page"
	signingOut   permission = "sign out"
	ownAccount   permission = "use their own account"
	finishSignIn permission = "finish signing in"
	// Forms are signed also by those whose access waits for that.
	signsAgreements permission = "sign agreements"
	findPeople      permission = "find people"
	openRecords     permission = "open records"
	raiseConcerns   permission = "say that a record looks wrong"
	recordHealth    permission = "record health facts"
	// Doses of all kinds, and those alone that others gave.
	enterVaccinations permission = "enter vaccinations"
	addHistory        permission = "add vaccinations from records"
	flagSame          permission = "say that two records are of one person"
	decideIdentity    permission = "decide who is who"
	decideDeaths      permission = "decide that somebody is alive"
	placeDeaths       permission = "decide whose death a certificate tells of"
	placeSources      permission = "decide in which record a source belongs"
	decideDoses       permission = "decide whether two reports are of one shot"
	settleConcerns    permission = "close notes about records that look wrong"
	keepNotices       permission = "see and mark notices to parents"
	openMessages      permission = "open messages"
	seeTests          permission = "see test messages"
	uploadFiles       permission = "upload files of vaccinations"
	replayMessages    permission = "try corrected copies of messages"
	seeQuality        permission = "see how well senders send"
	keepReviews       permission = "write in reviews of senders"
	setGoLive         permission = "set the day on which a sender goes live"
	setSeverities     permission = "change the severities of a sender"
	searchAudit       permission = "search the audit"
	reviewAlerts      permission = "review alerts"
	changeSharing     permission = "record objections to sharing"
	breakGlass        permission = "open records that are not shared with them"
	takeOptOuts       permission = "take opt-outs"
	takeOptOutsOf     permission = "take opt-outs of whom they may open"
	// Who is who: sites, their senders, and how far each is.
	seeOrganizations  permission = "see organizations"
	keepOrganizations permission = "keep organizations"

	// What users learn, and what they ask.
	seeTraining   permission = "see training of users"
	keepTraining  permission = "keep training sessions"
	seeTickets    permission = "see tickets"
	answerTickets permission = "answer tickets"

	sealIdentities permission = "seal former identities" // a right of its own beside the role: access.User.Seals
	seeUsers       permission = "see users"
	manageUsers    permission = "manage users"

	// Of sites that come to take part.
	reviewApplications permission = "review applications of sites"
	keepAgreements     permission = "keep what sites have signed"
	takeSitesLive      permission = "take sites live"
	seeEnrolment       permission = "see the enrolment of sites"
	keepEnrolment      permission = "keep the enrolment of the own site"
	viewAs             permission = "see pages as another role does"

	keepCertificates permission = "keep certificates of senders"
	seeMails         permission = "see what mails were sent"
	keepCredentials  permission = "keep credentials of the own site"

	seeRosters  permission = "see rosters"
	keepRosters permission = "keep rosters"
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
		return u.ID != 0 && u.Stage != access.Whole && u.Stage != access.WantsAgreement
	case signsAgreements:
		return u.ID != 0 && (u.Stage == access.Whole || u.Stage == access.WantsAgreement)
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

package role

import "slices"

// Permission is what somebody may do, in words that follow "may". It is a stable
// name: files and pages have it.
type Permission string

// Permissions that more than one address asks for.
const (
	OpenClosed  Permission = "open closed records"
	SignWeights Permission = "sign off weights of matching"
	// SettleConcerns is to decide what users say looks wrong.
	SettleConcerns Permission = "close notes about records that look wrong"
	Seal           Permission = "seal former identities" // it takes a right of its own beside the role
	SeeUsers       Permission = "see users"
	ManageUsers    Permission = "manage users"
	// RecordObjections may, where a state has sites designate who does (policy.Papers), be used by
	// those alone.
	RecordObjections Permission = "record objections to sharing"

	// EnterVaccinations takes AddHistory along: vaccinations of all kinds, and people who are not
	// there. AddHistory alone is vaccinations that others gave, of whom is there.
	EnterVaccinations Permission = "enter vaccinations"
	AddHistory        Permission = "add vaccinations from records"

	ReviewApplications Permission = "review applications of sites"
	SeeEnrolment       Permission = "see the enrolment of sites"
	KeepEnrolment      Permission = "keep the enrolment of the own site"
	ViewAs             Permission = "see pages as another role does"
)

// Permissions are all that a role may have.
var Permissions = []Permission{
	"find people",
	"open records",
	"say that a record looks wrong",
	"record health facts",
	EnterVaccinations,
	AddHistory,
	RecordObjections,
	"open records that are not shared with them",
	"say that two records are of one person",
	"decide who is who",
	"decide that somebody is alive",
	"decide whose death a certificate tells of",
	"decide in which record a source belongs",
	"decide whether two reports are of one shot",
	"close notes about records that look wrong",
	"see and mark notices to parents",
	"take opt-outs",
	"take opt-outs of whom they may open",
	"open messages",
	"see test messages",
	"upload files of vaccinations",
	"try corrected copies of messages",
	"see how well senders send",
	"see organizations",
	"keep organizations",
	"write in reviews of senders",
	"set the day on which a sender goes live",
	"change the severities of a sender",
	"search the audit",
	"review alerts",
	"see training of users",
	"keep training sessions",
	"see tickets",
	"answer tickets",
	OpenClosed,
	SignWeights,
	Seal,
	SeeUsers,
	ManageUsers,
	ReviewApplications,
	"keep what sites have signed",
	"take sites live",
	SeeEnrolment,
	KeepEnrolment,
	ViewAs,
	"keep certificates of senders",
	"see what mails were sent",
	"keep credentials of the own site",
	"see rosters",
	"keep rosters",
}

func isPermission(p Permission) bool { return slices.Contains(Permissions, p) }

// Data is a kind of what the registry holds, and the permission by which it is seen.
type Data struct {
	What string
	By   Permission
	// Limit is how a role that does not see everything is held to its own: "" when
	// it is not.
	Limit string
}

// AllData are the kinds of data, those of patients first.
var AllData = []Data{
	{"People who are searched for: name, birth date, town, mother's first name", "find people", ""},
	{"Records: doses, health facts, what is due, and who opened them (each opening is in the record's log)", "open records", ""},
	{"Records that parents had closed", OpenClosed, ""},
	{"Former identities that are sealed (with the right to seal)", Seal, ""},
	{"Rosters of schools, child care and health plans: who is on them, and whether something is due", "see rosters", "own site"},
	{"Messages as they came", "open messages", "own site"},
	{"Test messages of sites that are not live, as they came", "see test messages", "own site"},
	{"Uploaded files of vaccinations", "upload files of vaccinations", "own uploads"},
	{"Pairs of records that may be of one person", "decide who is who", "own site"},
	{"Notes about records that look wrong, as a list", "close notes about records that look wrong", ""},
	{"Certificates of death of whom no record was found", "decide whose death a certificate tells of", ""},
	{"Notices to parents", "see and mark notices to parents", ""},
	{"Figures of how well senders send, and reviews (no patient)", "see how well senders send", ""},
	{"Organizations: sites, their senders and how far each is (no patient)", "see organizations", ""},
	{"The audit: who did what to which record, by its number", "search the audit", ""},
	{"Alerts of unusual access, and which records are watched", "review alerts", ""},
	{"What users have learned: courses, versions and dates (no patient)", "see training of users", "own site"},
	{"Tickets to the help desk (no patient); everyone sees their own", "see tickets", "own site"},
	{"Users, their roles and sign-ins (no patient)", SeeUsers, "own site"},
	{"Applications of sites (no patient)", ReviewApplications, ""},
	{"What sites and their users have signed, and how far each site is (no patient)", SeeEnrolment, "own site"},
}

// Sees is what a role sees of a kind of data: "–", "all", or how it is limited.
func (d Data) Sees(r *Role) string {
	switch {
	case !r.May(d.By):
		return "–"
	case r.Regional:
		return "own region"
	case d.Limit == "own site" && r.OneSender:
		return "own sender"
	case d.Limit != "" && !r.Everyone:
		return d.Limit
	case r.Roster && d.By == "open records":
		return "own roster"
	}
	return "all"
}

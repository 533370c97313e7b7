package iis

import (
	"strings"
	"time"

	"openiis/internal/cal"
)

// OrganizationID numbers an organization. Ids are ordered by time, but for those of
// sites that an upgrade made for senders: they have the sender's.
type OrganizationID int64

// Public is the number under which an organization is known outside.
func (id OrganizationID) Public() string { return publicNumber(int64(id)) }

// ParseOrganizationID reads an organization's public number.
func ParseOrganizationID(s string) (OrganizationID, bool) {
	n, ok := parsePublic(s)
	return OrganizationID(n), ok
}

// OrganizationKind is what an organization is. A kind, once used, keeps its meaning.
type OrganizationKind string

// The kinds of organizations.
const (
	KindState            OrganizationKind = "state"        // the programme that runs the registry
	KindRegion           OrganizationKind = "region"       // a regional registry, or a district's office
	KindOrganization     OrganizationKind = "organization" // a parent body, such as a health system
	KindClinic           OrganizationKind = "clinic"
	KindPharmacy         OrganizationKind = "pharmacy"
	KindHospital         OrganizationKind = "hospital"
	KindHealthDepartment OrganizationKind = "local-health-department"
	KindSchool           OrganizationKind = "school"
	KindChildCare        OrganizationKind = "child-care"
	KindWIC              OrganizationKind = "wic"
	KindHealthPlan       OrganizationKind = "health-plan"
	KindVitalRecords     OrganizationKind = "vital-records"
	KindDepartment       OrganizationKind = "department" // of a site
)

// OrganizationKinds are all kinds, from the top of the tree down.
var OrganizationKinds = []OrganizationKind{
	KindState, KindRegion, KindOrganization, KindClinic, KindPharmacy, KindHospital, KindHealthDepartment, KindSchool, KindChildCare,
	KindWIC, KindHealthPlan, KindVitalRecords, KindDepartment,
}

var organizationKindWords = map[OrganizationKind]string{
	KindState: "State", KindRegion: "Region", KindOrganization: "Organization", KindClinic: "Clinic", KindPharmacy: "Pharmacy",
	KindHospital: "Hospital", KindHealthDepartment: "Local health department", KindSchool: "School", KindChildCare: "Child care",
	KindWIC: "WIC", KindHealthPlan: "Health plan", KindVitalRecords: "Vital records", KindDepartment: "Department",
}

// Words is the kind in words; "" of none.
func (k OrganizationKind) Words() string { return organizationKindWords[k] }

// IsSite reports a kind of site: a place that people go to or that sends, and no body
// over several nor a part of one.
func (k OrganizationKind) IsSite() bool {
	switch k {
	case KindState, KindRegion, KindOrganization, KindDepartment:
		return false
	}
	return k.Words() != ""
}

// Sends reports a kind that senders may belong to: sites and their departments, and
// the state for what its own staff enter.
func (k OrganizationKind) Sends() bool { return k.IsSite() || k == KindDepartment || k == KindState }

// OrganizationStatus is how far an organization is on its way into the registry.
type OrganizationStatus string

// The statuses of an organization.
const (
	StatusEnrolling OrganizationStatus = "enrolling" // it has said that it wants to, or is known only by name
	StatusTraining  OrganizationStatus = "training"  // its users learn
	StatusTesting   OrganizationStatus = "testing"   // it sends test messages
	StatusLive      OrganizationStatus = "live"      // what it sends and enters counts
	StatusInactive  OrganizationStatus = "inactive"  // it was closed, or merged into another
)

// OrganizationStatuses are all statuses, in the order of an organization's life.
var OrganizationStatuses = []OrganizationStatus{StatusEnrolling, StatusTraining, StatusTesting, StatusLive, StatusInactive}

var organizationStatusWords = map[OrganizationStatus]string{
	StatusEnrolling: "Enrolling", StatusTraining: "Training", StatusTesting: "Testing", StatusLive: "Live", StatusInactive: "Inactive",
}

// Words is the status in words; "" of none.
func (s OrganizationStatus) Words() string { return organizationStatusWords[s] }

// Organization is somebody whom the registry deals with.
type Organization struct {
	ID     OrganizationID
	Kind   OrganizationKind
	Name   string
	Parent OrganizationID // 0: none
	// Region is the code of the state's file that was set by hand; "": it is found.
	Region string

	Street, City, State, Zip string
	County                   string
	Phone                    string
	NPI                      string // National Provider Identifier, 45 CFR 162.406
	PIN                      string // the number under which the state's vaccine programme knows it

	Status     OrganizationStatus
	Closed     cal.Date       // since when it is inactive; None while it is not
	MergedInto OrganizationID // 0: it was not
	// ClosedFrom is in which status it was when it was closed; "": it is not inactive, or was
	// closed before that was kept.
	ClosedFrom OrganizationStatus
	Reports    string // how it reports (ReportsHL7 and the others); "": nobody has said
	Created    time.Time
	Changed    time.Time
}

// Open reports an organization that is not inactive.
func (o *Organization) Open() bool { return o.Status != StatusInactive }

// BeforeLive reports that it is not live yet, or was closed before it was: what its senders sent
// that have no day of going live is history.
func (o *Organization) BeforeLive() bool {
	status := o.Status
	if status == StatusInactive {
		status = o.ClosedFrom
	}
	return status == StatusEnrolling || status == StatusTraining || status == StatusTesting
}

// OrganizationChange is one thing that was done to an organization.
type OrganizationChange struct {
	Organization OrganizationID
	ID           int64
	At           time.Time
	By           Actor
	Name         string // of the user who did it, when it is read
	Act          OrganizationAct
	Why          string
	Other        OrganizationID // with which it was done; 0: none
	Fields       []FieldChange
}

// OrganizationAct is what was done to an organization. An act, once used, keeps its
// meaning.
type OrganizationAct string

// What is done to organizations.
const (
	OrganizationAdded    OrganizationAct = "added"
	OrganizationChanged  OrganizationAct = "changed"
	OrganizationMoved    OrganizationAct = "status"      // it has another status
	OrganizationMerged   OrganizationAct = "merged into" // Other
	OrganizationTookOver OrganizationAct = "took over"   // what belonged to Other
	OrganizationGotUnder OrganizationAct = "moved under" // Other, by a merge
	SenderCame           OrganizationAct = "sender came"
	SenderLeft           OrganizationAct = "sender left" // to Other
)

// FieldChange is a field of an organization that became another.
type FieldChange struct {
	Field string
	Was   string `json:",omitempty"`
	Now   string `json:",omitempty"`
}

// ValidNPI reports a National Provider Identifier: ten digits, the first 1 or 2, of
// which the last is the check digit of 80840 and the others (ISO 7812; CMS, NPI Check
// Digit).
func ValidNPI(s string) bool {
	if len(s) != 10 || s[0] != '1' && s[0] != '2' || strings.Trim(s, "0123456789") != "" {
		return false
	}
	sum := 24 // what 80840 adds
	for i := range 10 {
		d := int(s[i] - '0')
		if i%2 == 0 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return sum%10 == 0
}

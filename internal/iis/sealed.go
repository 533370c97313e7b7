package iis

import "time"

// SealID is the sealing of a former identity.
type SealID int64

// Public is the number under which a sealing is known outside.
func (id SealID) Public() string { return publicNumber(int64(id)) }

// ParseSealID reads the public number of a sealing.
func ParseSealID(s string) (SealID, bool) {
	n, ok := parsePublic(s)
	return SealID(n), ok
}

// Seal is the sealing of a former identity of somebody who has a new one: that two
// records were one child's is told by this and by nothing else.
type Seal struct {
	ID     SealID
	Person PersonID // the former identity
	New    PersonID // the new one, as it was known when it was sealed
	Order  string   // the number of the order, of a court or of whoever may
	Why    string
	At     time.Time
	By     Actor
}

// The programme as a source: what the registry's own staff say.
const (
	StaffFacility = "OPENIIS-STAFF"
	StaffName     = "Immunization programme staff"
	// FileFacility is the sender of files of messages that name none.
	FileFacility = "FILE"
)

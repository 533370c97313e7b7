package iis

// UnmatchedID numbers a certificate of a death of whom there is no record.
type UnmatchedID int64

// Public is the number under which it is known outside.
func (id UnmatchedID) Public() string { return publicNumber(int64(id)) }

// ParseUnmatchedID reads such a number.
func ParseUnmatchedID(s string) (UnmatchedID, bool) {
	n, ok := parsePublic(s)
	return UnmatchedID(n), ok
}

package iis

// The digits of public numbers: Crockford's base 32, without I, L, O and U, so
// that a number read aloud or written by hand is hard to mistake.
const digits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// publicLength is the length of every public number. It fits HL7's CX.1 of 15
// characters (IG 1.5, PID-3).
const publicLength = 13

// Public is the number under which a person is known outside: on pages, in
// messages (identifier type SR) and on paper. It says nothing about the person.
func (id PersonID) Public() string { return publicNumber(int64(id)) }

// Public is the number under which a dose is known outside.
func (id DoseID) Public() string { return publicNumber(int64(id)) }

// Public is the number under which a submission is known outside.
func (id SubmissionID) Public() string { return publicNumber(int64(id)) }

// Public is the number under which a concern is known outside.
func (id ConcernID) Public() string { return publicNumber(int64(id)) }

// Public is the number as people see it.
func (id InformedID) Public() string { return publicNumber(int64(id)) }

// Public is the number under which a sender is known outside.
func (id SenderID) Public() string { return publicNumber(int64(id)) }

// Public is the number under which a review is known outside.
func (id ReviewID) Public() string { return publicNumber(int64(id)) }

// Public is the number under which a source is known outside.
func (id SourceID) Public() string { return publicNumber(int64(id)) }

// Public is the number under which an alert is known outside.
func (id AlertID) Public() string { return publicNumber(int64(id)) }

// Public is the number under which a decision about who is who is known outside.
func (id DecisionID) Public() string { return publicNumber(int64(id)) }

// Public is the number under which a user is known outside.
func (id UserID) Public() string { return publicNumber(int64(id)) }

// Public is the number under which an invitation is known outside.
func (id InvitationID) Public() string { return publicNumber(int64(id)) }

// Public is the number as people read it.
func (id PasskeyID) Public() string { return publicNumber(int64(id)) }

// Public is the number as people read it.
func (id CertificateID) Public() string { return publicNumber(int64(id)) }

// Public is the number under which a sign-in is known outside.
func (id SessionID) Public() string { return publicNumber(int64(id)) }

func publicNumber(n int64) string {
	var b [publicLength]byte
	for i := len(b) - 1; i >= 0; i-- {
		b[i] = digits[n&31]
		n >>= 5
	}
	return string(b[:])
}

// ParsePersonID reads a person's public number. Lower case, I and L for 1 and O
// for 0 are taken, as people write them.
func ParsePersonID(s string) (PersonID, bool) {
	n, ok := parsePublic(s)
	return PersonID(n), ok
}

// ParseSubmissionID reads a submission's public number.
func ParseSubmissionID(s string) (SubmissionID, bool) {
	n, ok := parsePublic(s)
	return SubmissionID(n), ok
}

// ParseDoseID reads a dose's public number.
func ParseDoseID(s string) (DoseID, bool) {
	n, ok := parsePublic(s)
	return DoseID(n), ok
}

// ParseInformedID reads the public number of what says that somebody was informed.
func ParseInformedID(s string) (InformedID, bool) {
	n, ok := parsePublic(s)
	return InformedID(n), ok
}

// ParseConcernID reads a concern's public number.
func ParseConcernID(s string) (ConcernID, bool) {
	n, ok := parsePublic(s)
	return ConcernID(n), ok
}

// ParseSenderID reads a sender's public number.
func ParseSenderID(s string) (SenderID, bool) {
	n, ok := parsePublic(s)
	return SenderID(n), ok
}

// ParseReviewID reads a review's public number.
func ParseReviewID(s string) (ReviewID, bool) {
	n, ok := parsePublic(s)
	return ReviewID(n), ok
}

// ParseSourceID reads a source's public number.
func ParseSourceID(s string) (SourceID, bool) {
	n, ok := parsePublic(s)
	return SourceID(n), ok
}

// ParseDecisionID reads the public number of a decision about who is who.
func ParseDecisionID(s string) (DecisionID, bool) {
	n, ok := parsePublic(s)
	return DecisionID(n), ok
}

// ParseAlertID reads an alert's public number.
func ParseAlertID(s string) (AlertID, bool) {
	n, ok := parsePublic(s)
	return AlertID(n), ok
}

func parsePublic(s string) (int64, bool) {
	if len(s) != publicLength {
		return 0, false
	}
	n := int64(0)
	for i := range len(s) {
		d := digit(s[i])
		if d < 0 || (i == 0 && d > 7) {
			return 0, false
		}
		n = n<<5 | int64(d)
	}
	return n, n > 0
}

func digit(c byte) int {
	if 'a' <= c && c <= 'z' {
		c -= 'a' - 'A'
	}
	switch c {
	case 'I', 'L':
		return 1
	case 'O':
		return 0
	}
	for i := range len(digits) {
		if digits[i] == c {
			return i
		}
	}
	return -1
}

// ParseUserID reads a user's public number.
func ParseUserID(s string) (UserID, bool) {
	n, ok := parsePublic(s)
	return UserID(n), ok
}

// ParseInvitationID reads an invitation's public number.
func ParseInvitationID(s string) (InvitationID, bool) {
	n, ok := parsePublic(s)
	return InvitationID(n), ok
}

// ParseSessionID reads a sign-in's public number.
func ParseSessionID(s string) (SessionID, bool) {
	n, ok := parsePublic(s)
	return SessionID(n), ok
}

// ParsePasskeyID reads a passkey's public number.
func ParsePasskeyID(s string) (PasskeyID, bool) {
	n, ok := parsePublic(s)
	return PasskeyID(n), ok
}

// ParseCertificateID reads the public number of a sender's certificate.
func ParseCertificateID(s string) (CertificateID, bool) {
	n, ok := parsePublic(s)
	return CertificateID(n), ok
}

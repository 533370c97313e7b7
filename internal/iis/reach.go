package iis

// Reach is whom somebody looks after: organizations, and the senders that belong to
// them. What is inactive is part of it, for its past is to be looked after too.
//
// Who is held to a reach has one, if an empty one: then nothing is theirs. No reach (nil)
// holds nobody back; what they may then is for their role and site to say.
type Reach struct {
	Region, Name  string // the code of the region that it is, and what it is called; "": of none
	Organizations map[OrganizationID]bool
	Senders       map[SenderID]bool
}

// HasSender reports a sender that is within the reach, or that no reach keeps from somebody.
func (r *Reach) HasSender(id SenderID) bool { return r == nil || r.Senders[id] }

// HasOrganization is HasSender of an organization.
func (r *Reach) HasOrganization(id OrganizationID) bool { return r == nil || r.Organizations[id] }

// Holds reports that somebody is held to the reach.
func (r *Reach) Holds() bool { return r != nil }

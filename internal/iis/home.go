package iis

import "slices"

// Home is somebody's own site, as those see it who act for one of its senders: the senders of
// the site and of its departments. What any of them reported is the site's own, also what came
// of a department that is closed (docs/adr/0040-a-site-is-all-its-senders.md).
//
// No home (nil) adds nothing to the one sender: of who has no site, or whose site has no other.
type Home struct {
	Name    string     // of the site
	Senders []SenderID // in their order
}

// Has reports a sender of the site.
func (h *Home) Has(id SenderID) bool { return h != nil && slices.Contains(h.Senders, id) }

// Of are the senders of the site to which a sender belongs, that one first; none of nobody's.
func (h *Home) Of(own SenderID) []SenderID {
	if own == 0 {
		return nil
	}
	out := []SenderID{own}
	if h == nil {
		return out
	}
	for _, id := range h.Senders {
		if id != own {
			out = append(out, id)
		}
	}
	return out
}

// Owns reports that what a sender reported is that of somebody's own site.
func (a Actor) Owns(sender SenderID) bool {
	return a.Site != 0 && sender != 0 && (sender == a.Site || a.Home.Has(sender))
}

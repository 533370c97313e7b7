package enrol

import (
	"openiis/internal/cal"
	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/store"
)

// before reports that what came of an organization counts as sent before go-live, of senders
// that have no day of going live: it is not live yet, or was closed before it was.
func (c *change) before(o *iis.Organization) (bool, error) {
	if o == nil || o.Open() || o.ClosedFrom != "" {
		return o != nil && o.BeforeLive(), nil
	}
	been, err := c.wasLive(o) // closed before it was kept in which status
	return !been, err
}

// crossing finds what becomes of senders that go, with what they sent, from a site where it counts
// as sent before go-live to one where it does not, or back, by a merge or as they are given.
// Whatever day of going live they have goes on to say that. One without a day, of whose record
// system nothing can come, is dated: it is given today, and what it sent until now stays what it
// was. Else the day has to be set first: what a live sender sent would be hidden, or the tests of
// one that tests be stored.
func (c *change) crossing(senders []iis.Sender, from, to bool) (dated []iis.Sender, err error) {
	if from == to {
		return nil, nil
	}
	if to {
		return nil, c.knowsSince(senders)
	}
	undated, err := c.undated(senders)
	for _, s := range undated {
		connected, err := c.connected(s)
		if err != nil {
			return nil, err
		}
		if connected {
			return nil, fault.New(fault.Conflict, "The record system of the sender %s can send and has no day of going live: as a live site’s its tests would be stored as real. Set the day from which it sends for real, on its page (today, or a day to come while it tests), and do this again then. Nothing was changed.", s.Facility)
		}
		dated = append(dated, s)
	}
	return dated, err
}

// cross gives those their day that crossing finds.
func (c *change) cross(senders []iis.Sender, from, to bool) error {
	dated, err := c.crossing(senders, from, to)
	if err != nil {
		return err
	}
	return c.date(dated)
}

// crossInPlace is cross of senders whose site gets another status: somebody has said just now
// that it is live.
func (c *change) crossInPlace(senders []iis.Sender, from, to bool) error {
	switch {
	case from == to:
		return nil
	case to:
		return c.knowsSince(senders)
	}
	undated, err := c.undated(senders)
	if err != nil {
		return err
	}
	return c.date(undated)
}

// knowsSince refuses that what live senders sent becomes history, of which nobody told the
// person, because it is not known since when they send for real.
func (c *change) knowsSince(senders []iis.Sender) error {
	if u := c.law.Sharing.Unknown; u == nil || !u.BeforeLive {
		return nil
	}
	undated, err := c.undated(senders)
	if err != nil {
		return err
	}
	for _, s := range undated {
		reported, err := c.tx.HasReported(s.ID)
		if err != nil {
			return err
		}
		if !reported { // nothing of it can be hidden
			continue
		}
		return fault.New(fault.Conflict, "It is not known since when the sender %s sends for real, and so all that it sent would count as history and be hidden from others. Set the day on which it went live, on its page, and do this again then. Nothing was changed.", s.Facility)
	}
	return nil
}

// undated are those of which nobody said when they went live.
func (c *change) undated(senders []iis.Sender) (out []iis.Sender, err error) {
	for _, s := range senders {
		p, err := c.tx.SenderProfile(s.ID)
		if err != nil {
			return nil, err
		}
		if p.GoLive == cal.None {
			out = append(out, s)
		}
	}
	return out, nil
}

// connected reports that a record system can send for a sender.
func (c *change) connected(s iis.Sender) (bool, error) {
	passwords, err := c.tx.CredentialsOf(s.ID)
	if err != nil || len(passwords) > 0 {
		return len(passwords) > 0, err
	}
	certificates, err := c.tx.CertificatesOf(s.ID)
	return len(certificates) > 0, err
}

// date has senders send for real from now on.
func (c *change) date(senders []iis.Sender) error {
	for _, s := range senders {
		if err := c.liveFrom(s, cal.None); err != nil {
			return err
		}
	}
	return nil
}

// liveFrom sets the day from which a sender sends for real; None: from this moment on, so that what
// came earlier today stays history.
func (c *change) liveFrom(s iis.Sender, day cal.Date) error {
	set := func() error { return c.tx.SetGoLive(s.ID, day, c.now) }
	if day == cal.None {
		day = cal.On(c.now)
		set = func() error { return c.tx.GoesLive(s.ID, c.now) }
	}
	if err := set(); err != nil {
		return err
	}
	return c.tx.AddAudit(store.Audit{At: c.now, Actor: c.by, Act: "set go-live", Subject: int64(s.ID), Written: []byte(day.String())})
}

// toDate are those senders of a site that are not live: without a day, where what they sent counts as sent before
// go-live, or with one that is to come. What others sent while they were live stays what it was.
func (c *change) toDate(site *iis.Organization, senders []iis.Sender) (out []iis.Sender, err error) {
	before, err := c.before(site)
	if err != nil {
		return nil, err
	}
	for _, s := range senders {
		live, err := c.tx.IsLive(s.ID, cal.On(c.now))
		if err != nil {
			return nil, err
		}
		p, err := c.tx.SenderProfile(s.ID)
		if err != nil {
			return nil, err
		}
		if !live || before && p.GoLive == cal.None {
			out = append(out, s)
		}
	}
	return out, nil
}

package web

import (
	"net/http"
	"net/url"

	"openiis/internal/access"
	"openiis/internal/chart"
	"openiis/internal/iis"
	"openiis/internal/steward"
)

// decides is for whom someone decides who is who: an administrator for everyone,
// who belongs to a site for that site, and others for nobody.
func decides(u access.User) steward.By {
	by := steward.By{Actor: u.Actor(), Everyone: u.Everyone()}
	if !by.Everyone && decideIdentity.allows(u) {
		by.Sender = u.Sender
	}
	return by
}

// duplicatesPage is a part of the queue: of pairs, or of doses.
type duplicatesPage struct {
	steward.Page
	Doses   bool
	Pairs   []pairLine
	Persons []questionLine
	Sender  iis.SenderID       // whose is shown; 0: everyone's
	Of      iis.OrganizationID // whose senders' is shown; 0: whatever Sender says
	Part    string             // names that part of the queue, behind an address
	First   bool               // it is the first page
	Older   string             // the address of the next page; "" on the last
	Done    string             // what has just been decided
	Record  string             // that of two that have just been joined, or of the doses decided about
}

// pairLine is a pair in words.
type pairLine struct {
	steward.Task
	One, Another chart.Line
}

// questionLine is a person with doses in question, in words.
type questionLine struct {
	steward.Question
	Who chart.Line
}

// NextTask is the address of the first there is to decide here; "" when there is none.
func (p duplicatesPage) NextTask() string {
	for _, t := range p.Pairs {
		return personAddress(t.Person) + "/compare/" + t.Other.Public() + p.Part
	}
	for _, q := range p.Persons {
		for _, d := range q.Doubts {
			return personAddress(d.Person) + "/doses/" + d.A.ID.Public() + "/compare/" + d.B.ID.Public() + p.Part
		}
	}
	return ""
}

// The addresses of the two parts of the queue.
const (
	pairsAddress = "/duplicates"
	dosesAddress = "/duplicates/doses"
)

// duplicates is the queue of records that may be of one person.
func (s *site) duplicates(w http.ResponseWriter, r *http.Request) error {
	f := queueFilter(r)
	page, err := s.Steward.Queue(r.Context(), decides(visitOf(r).user), f)
	if err != nil {
		return err
	}
	p := duplicatesPage{Page: page}
	for _, t := range page.Tasks {
		p.Pairs = append(p.Pairs, pairLine{t, s.Chart.Line(&t.A), s.Chart.Line(&t.B)})
	}
	return s.showQueue(w, r, f, p)
}

// doseQuestions is the queue of doses that may be one shot.
func (s *site) doseQuestions(w http.ResponseWriter, r *http.Request) error {
	f := queueFilter(r)
	page, err := s.Steward.Doses(r.Context(), decides(visitOf(r).user), f)
	if err != nil {
		return err
	}
	p := duplicatesPage{Page: page, Doses: true}
	for _, q := range page.Questions {
		p.Persons = append(p.Persons, questionLine{q, s.Chart.Line(&q.Card)})
	}
	return s.showQueue(w, r, f, p)
}

// queueFilter is the part of the queue that an address names. What cannot be read
// filters nothing.
func queueFilter(r *http.Request) steward.Filter {
	f := steward.Filter{After: r.URL.Query().Get("after")}
	f.Sender, _ = iis.ParseSenderID(r.URL.Query().Get("sender"))
	f.Organization, _ = iis.ParseOrganizationID(r.URL.Query().Get("organization"))
	return f
}

// partOf names a part of the queue in an address.
func partOf(f steward.Filter, q url.Values) url.Values {
	if f.Sender != 0 {
		q.Set("sender", f.Sender.Public())
	}
	if f.Organization != 0 {
		q.Set("organization", f.Organization.Public())
	}
	return q
}

// queuePart names the part of the queue from which an address came, to go back there
// after a decision: "?sender=…", "?organization=…", or nothing.
func queuePart(r *http.Request) string {
	if q := partOf(queueFilter(r), url.Values{}); len(q) > 0 {
		return "?" + q.Encode()
	}
	return ""
}

// backToQueue leads back to the part of the queue from which a decision was taken.
func backToQueue(w http.ResponseWriter, r *http.Request, queue string, q url.Values) {
	http.Redirect(w, r, queue+"?"+partOf(queueFilter(r), q).Encode(), http.StatusSeeOther)
}

func (s *site) showQueue(w http.ResponseWriter, r *http.Request, f steward.Filter, p duplicatesPage) error {
	p.First = f.After == ""
	p.Done = r.URL.Query().Get("done")
	if id, ok := iis.ParsePersonID(r.URL.Query().Get("record")); ok {
		p.Record = id.Public()
	}
	if len(p.Senders) > 0 {
		p.Sender, p.Of, p.Part = f.Sender, f.Organization, queuePart(r)
	} else {
		f = steward.Filter{}
	}
	if p.Next != "" {
		p.Older = r.URL.Path + "?" + partOf(f, url.Values{"after": {p.Next}}).Encode()
	}
	title := "Possible duplicates"
	if p.Doses {
		title = "Doses that may be one"
	}
	return s.show(w, r, http.StatusOK, view{Page: "duplicates", Title: title, Body: p})
}

package web

import (
	"net/http"
	"slices"

	"openiis/internal/access"
	"openiis/internal/chart"
	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/paper"
	"openiis/internal/steward"
)

// personAddress is the page of a person's record.
func personAddress(id iis.PersonID) string { return "/people/" + id.Public() }

// personIn is the person whom an address names.
func personIn(r *http.Request) (iis.PersonID, error) {
	id, ok := iis.ParsePersonID(r.PathValue("number"))
	if !ok {
		return 0, fault.New(fault.NotFound, "This is not a registry number. It has 13 letters and digits.")
	}
	return id, nil
}

// personPage is a record, with what is decided and to be decided of who it is, and
// what its reader has just done.
type personPage struct {
	*chart.Record
	Identity steward.Standing
	Done     string // raised, flagged, alive, moved, held, undone, undone-dose, vaccinated, corrected, deleted, or nothing
	Shared   string // answer, glass, or nothing
	reader   access.User
	Asks     *sharingQuestion // whether the rest of the record may be shared; nil: it is not asked here
	OptsOut  bool             // the record's reader takes requests to leave it out of the registry
}

// justDone is what an address says that its visitor has just done with the record.
func justDone(r *http.Request) string {
	for _, done := range []string{"raised", "flagged", "alive", "moved", "held", "undone", "undone-dose", "vaccinated", "corrected", "deleted"} {
		if r.URL.Query().Has(done) {
			return done
		}
	}
	return ""
}

// Withdraws reports that the record's reader may withdraw what a sender said of health.
func (p personPage) Withdraws(sender iis.SenderID) bool {
	return recordHealth.allows(p.reader) && tellerOf(p.reader).May(sender)
}

// Speaks reports that the record's reader has a site, or the programme, to speak for.
func (p personPage) Speaks() bool { return tellerOf(p.reader).Speaks() == nil }

// statement is a fact or refusal of the record, with those of its entries that the
// reader may withdraw.
type statement struct {
	chart.Statement
	Record  string // its registry number
	Mine    []chart.Entered
	Several bool
}

// Of is a fact or refusal for the reader.
func (p personPage) Of(s chart.Statement) statement {
	out := statement{Statement: s, Record: p.ID.Public()}
	for _, e := range s.Entries {
		if p.Withdraws(e.Sender) {
			out.Mine = append(out.Mine, e)
		}
	}
	out.Several = len(out.Mine) > 1
	return out
}

// decided is a decision about the record whose page it stands on.
type decided struct {
	steward.Decision
	Record string // its registry number
}

// Decided is a decision for the page.
func (p personPage) Decided(d steward.Decision) decided { return decided{d, p.ID.Public()} }

// doseList is a group of doses for the reader of the page.
type doseList struct {
	chart.Group
	page personPage
}

// Listed is a group of doses for the page.
func (p personPage) Listed(g chart.Group) doseList { return doseList{g, p} }

// Record is the registry number of the record.
func (l doseList) Record() string { return l.page.ID.Public() }

// Confides reports that the reader may say whether a dose is confidential.
func (l doseList) Confides(d chart.Dose) bool {
	by := tellerOf(l.page.reader)
	return recordHealth.allows(l.page.reader) && (by.Staff || d.Mine)
}

// Entries are those reports of a dose that the record's reader may correct and delete.
func (l doseList) Entries(d chart.Dose) []chart.Entered {
	return slices.DeleteFunc(slices.Clone(d.Entered), func(e chart.Entered) bool {
		return !addHistory.allows(l.page.reader) || !tellerOf(l.page.reader).May(e.Sender)
	})
}

// Compare is the address where the record's reader decides whether two doses are
// one shot; "" when others do.
func (l doseList) Compare(a, b iis.DoseID) string {
	for _, d := range l.page.Identity.Doubts {
		if d.A.ID == min(a, b) && d.B.ID == max(a, b) {
			return personAddress(l.page.ID) + "/doses/" + d.A.ID.Public() + "/compare/" + d.B.ID.Public()
		}
	}
	return ""
}

// decidedDoses is what was said of two doses of the record whose page it stands on.
type decidedDoses struct {
	steward.DoseDecision
	Record string // its registry number
}

// DecidedDoses is a decision about doses for the page.
func (p personPage) DecidedDoses(d steward.DoseDecision) decidedDoses {
	return decidedDoses{d, p.ID.Public()}
}

// originOf is where a record comes from.
type originOf struct {
	personPage
	Places bool // its reader decides where sources belong, and there are several
}

// Origin is where the record comes from, for a reader who may say where sources
// belong, or may not.
func (p personPage) Origin(may bool) originOf { return originOf{p, may && len(p.Sources) > 1} }

// Entries are the forms about health.
func (personPage) Entries() []entryKind { return entryKinds }

// Opens reports that the record's reader may open the messages of a sender.
func (p personPage) Opens(sender iis.SenderID) bool { return opens(p.reader, sender) }

// person shows a person's record.
func (s *site) person(w http.ResponseWriter, r *http.Request) error {
	id, err := personIn(r)
	if err != nil {
		return err
	}
	return s.showPerson(w, r, id, nil)
}

// showPerson shows a record, with what is wrong with an answer to the question that its page asks.
func (s *site) showPerson(w http.ResponseWriter, r *http.Request, id iis.PersonID, wrong error) error {
	record, err := s.Chart.OpenChanged(r.Context(), visitOf(r).user.Actor(), id, r.URL.Query().Get("entry"))
	if shown, failed := s.showBarred(w, r, err, wrong); shown || failed != nil {
		return failed
	}
	if err != nil {
		return err
	}
	var question *sharingQuestion
	status, title := http.StatusOK, "Immunization record "+id.Public()
	if record.Sharing.Asks {
		if question, err = s.asks(r, id, wrong); err != nil {
			return err
		}
	}
	if wrong != nil {
		if question == nil {
			return wrong
		}
		visitOf(r).err = wrong
		status, _ = s.explain(w, wrong)
		title = "Error: may this record be shared?"
	}
	s.tellsFailure(r, record)
	identity, err := s.Steward.About(r.Context(), decides(visitOf(r).user), id)
	if err != nil {
		return err
	}
	optsOut, err := s.optsOut(r)
	if err != nil {
		return err
	}
	return s.show(w, r, status, view{
		Page: "person", Title: title, Body: personPage{Record: record, Identity: identity, Done: justDone(r), Shared: justShared(r), reader: visitOf(r).user, Asks: question, OptsOut: optsOut},
	})
}

// tellsFailure tells the log of a record that is shown without what is due, which its
// page says to the reader.
func (s *site) tellsFailure(r *http.Request, record *chart.Record) {
	if err := record.Outlook.Failed; err != nil {
		s.Log.ErrorContext(r.Context(), "no record can be assessed", "error", err.Error())
	}
}

// issuer is who issues printed records.
const issuer = "OpenIIS Immunization Registry"

// printed is the official record as a PDF.
func (s *site) printed(w http.ResponseWriter, r *http.Request) error {
	id, err := personIn(r)
	if err != nil {
		return err
	}
	v := visitOf(r)
	record, err := s.Chart.Print(r.Context(), v.user.Actor(), id)
	if err != nil {
		return err
	}
	s.tellsFailure(r, record)
	pdf, err := paper.Write(paperRecord(record, v))
	if err != nil {
		return err
	}
	sendPDF(w, "immunization-record.pdf", pdf)
	return nil
}

// sendPDF shows a PDF, which is kept under a name.
func sendPDF(w http.ResponseWriter, name string, pdf []byte) {
	w.Header().Set("Content-Type", "application/pdf")
	w.Header().Set("Content-Disposition", `inline; filename="`+name+`"`)
	_, _ = w.Write(pdf) // the reader has gone: there is nobody to tell
}

// paperRecord is what of a record is printed.
func paperRecord(r *chart.Record, v *visit) *paper.Record {
	out := &paper.Record{
		Name: r.Name, Birth: r.Birth, Sex: r.Sex, Guardian: r.Guardian(), Issuer: issuer, By: v.user.Name, Issued: v.started,
		Silent: r.Outlook.Silent, Schedule: r.Outlook.Release, Assessed: r.Outlook.On,
	}
	for _, n := range r.Outlook.Next {
		group := n.Group
		if n.For != "" {
			group += " (" + n.For + ")"
		}
		if n.Shared {
			group += " (ask your clinician)"
		}
		out.Next = append(out.Next, paper.Next{Group: group, Status: n.Urgency.Words(), On: n.Since, Done: n.Urgency == chart.Finished || n.Urgency == chart.Immune})
	}
	for _, g := range r.Groups {
		row := paper.Group{Name: g.Name}
		for _, d := range g.Doses {
			vaccine := d.Product
			if vaccine == "" {
				vaccine = d.Vaccine
			}
			doubt, why := d.Doubt(g.Name)
			row.Doses = append(row.Doses, paper.Dose{Date: d.Date, Vaccine: vaccine, Partial: d.Partial, Unsure: len(d.Review) > 0, Doubt: doubt, Why: prose(why)})
		}
		out.Groups = append(out.Groups, row)
	}
	for _, f := range r.Facts {
		if f.Ended {
			continue
		}
		out.Facts = append(out.Facts, paper.Fact{Date: f.Date, Say: f.What})
	}
	return out
}

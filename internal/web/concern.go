package web

import (
	"mime"
	"net/http"
	"net/url"
	"slices"

	"openiis/internal/chart"
	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/scan"
)

// maxPetition is how much of a petition with its evidence is listened to, in bytes.
const maxPetition = (chart.MaxEvidence+1)*scan.Most + maxForm

// concernPage is the form in which a user says that a record looks wrong.
type concernPage struct {
	Record  string // its registry number
	Reasons []chart.Reason
	Askers  []chart.Option
	chart.Petition
	Problem string
	Lost    bool // files were chosen, and have to be chosen again
}

// MostMB is how large a file may be.
func (concernPage) MostMB() int { return scan.Most >> 20 }

// MostFiles is how many there may be.
func (concernPage) MostFiles() int { return chart.MaxEvidence }

// concernForm shows no data of the person, and is for those alone who see the record.
func (s *site) concernForm(w http.ResponseWriter, r *http.Request) error {
	id, err := personIn(r)
	if err != nil {
		return err
	}
	if err := s.Chart.MayOpen(r.Context(), visitOf(r).user.Actor(), id); err != nil {
		return err
	}
	return s.show(w, r, http.StatusOK, view{
		Page: "concern", Title: "Something looks wrong", Body: concernPage{Record: id.Public(), Reasons: chart.Reasons, Askers: chart.Askers},
	})
}

// raise tells the registry's staff that a record looks wrong.
func (s *site) raise(w http.ResponseWriter, r *http.Request) error {
	id, err := personIn(r)
	if err != nil {
		return err
	}
	p := concernPage{Record: id.Public(), Reasons: chart.Reasons, Askers: chart.Askers}
	if p.Petition, err = s.readPetition(r); err == nil {
		err = s.Chart.Petition(r.Context(), visitOf(r).user.Actor(), id, p.Petition)
	}
	if k := fault.KindOf(err); err != nil && (k == fault.Invalid || k == fault.TooLarge) {
		visitOf(r).err = err
		p.Problem, p.Lost = fault.Public(err), len(p.Evidence) > 0
		status, _ := s.explain(w, err)
		return s.show(w, r, status, view{Page: "concern", Title: "Error: something looks wrong", Body: p})
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, personAddress(id)+"?raised", http.StatusSeeOther)
	return nil
}

// readPetition reads the form, with files or without.
func (s *site) readPetition(r *http.Request) (p chart.Petition, err error) {
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")) // what cannot be read is no form with files
	var form url.Values
	if kind != "multipart/form-data" {
		r.Body = http.MaxBytesReader(nil, r.Body, maxForm)
		if err := readForm(r); err != nil {
			return p, err
		}
		form = r.PostForm
	} else {
		leave, err := s.enterUploads()
		if err != nil {
			return p, err
		}
		defer leave()
		written, files, err := readParts(r, chart.MaxEvidence)
		if err != nil {
			return p, err
		}
		form = written
		for _, f := range files {
			p.Evidence = append(p.Evidence, chart.File{Name: f.Name, Content: f.Content})
		}
	}
	p.Reason, p.Say, p.AskedFor, p.Asker = form.Get("reason"), form.Get("say"), form.Get("asked"), form.Get("asker")
	return p, nil
}

// evidence sends a file that proves a petition.
func (s *site) evidence(w http.ResponseWriter, r *http.Request) error {
	id, err := personIn(r)
	if err != nil {
		return err
	}
	number, ok := iis.ParseEvidenceID(r.PathValue("evidence"))
	if !ok {
		return fault.New(fault.NotFound, "There is no such file.")
	}
	e, err := s.Chart.Evidence(r.Context(), visitOf(r).user.Actor(), id, number)
	if err != nil {
		return err
	}
	sendDocument(w, iis.Document{Name: e.Name, Type: e.Kind, Content: e.Content})
	return nil
}

const concernsAddress = "/concerns"

// concernsPage lists what waits for the registry's staff, or what they have closed.
type concernsPage struct {
	List     []chart.ListedConcern
	Closed   bool
	First    bool   // it is the first page
	More     string // the address of the next page; "" on the last
	Settled  bool
	Verdicts []iis.Verdict

	Problem string
	At      iis.ConcernID // whose form the problem is of
	Gone    bool          // that is no longer in the list
	Chosen  iis.Verdict   // as it was sent, like Wrote
	Wrote   string
}

func (s *site) concerns(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	p := concernsPage{Closed: q.Has("closed"), Settled: q.Has("settled")}
	after, _ := iis.ParseConcernID(q.Get("after")) // what is no number is the beginning
	return s.showConcerns(w, r, p, after, nil)
}

// showConcerns shows a page of the list, with what is wrong with a decision.
func (s *site) showConcerns(w http.ResponseWriter, r *http.Request, p concernsPage, after iis.ConcernID, wrong error) error {
	list, next, err := s.Chart.Concerns(r.Context(), visitOf(r).user.Actor(), p.Closed, after)
	if err != nil {
		return err
	}
	p.List, p.First, p.Verdicts = list, after == 0, iis.Verdicts
	if next != 0 {
		p.More = concernsAddress + "?after=" + next.Public()
		if p.Closed {
			p.More += "&closed"
		}
	}
	if wrong != nil {
		p.Problem = fault.Public(wrong)
		p.Gone = !slices.ContainsFunc(list, func(c chart.ListedConcern) bool { return c.ID == p.At && !c.Own })
	}
	return s.ask(w, r, wrong, view{Page: "concerns", Title: "Notes from users", Body: p})
}

// settle closes a concern with what was decided and done about it. What was written of one
// that could not be closed is shown again.
func (s *site) settle(w http.ResponseWriter, r *http.Request) error {
	id, err := personIn(r)
	if err != nil {
		return err
	}
	concern, ok := iis.ParseConcernID(r.PathValue("concern"))
	if !ok {
		return fault.New(fault.NotFound, "There is no such note.")
	}
	if err := readForm(r); err != nil {
		return err
	}
	p := concernsPage{At: concern, Chosen: iis.Verdict(r.PostForm.Get("verdict")), Wrote: r.PostForm.Get("answer")}
	err = s.Chart.Decide(r.Context(), visitOf(r).user.Actor(), id, concern, p.Chosen, p.Wrote)
	if said(err) {
		return s.showConcerns(w, r, p, concern-1, err)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, concernsAddress+"?settled", http.StatusSeeOther)
	return nil
}

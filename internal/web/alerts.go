package web

import (
	"math"
	"net/http"
	"strconv"
	"time"

	"openiis/internal/audit"
	"openiis/internal/fault"
	"openiis/internal/iis"
)

const alertsAddress = "/alerts"

// alertsPage is the list of alerts on unusual access.
type alertsPage struct {
	audit.AlertPage
	Decided bool   // those that were decided, and not the open ones
	First   bool   // it is the first page
	More    string // the address of the next page; "" on the last
	Done    audit.Verdict
}

// alerts lists the open alerts, or those that were decided.
func (s *site) alerts(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	p := alertsPage{Decided: q.Has("decided"), First: !q.Has("after"), Done: audit.Verdict(q.Get("done"))}
	behind, _ := iis.ParseAlertID(q.Get("after")) // what is no number is the beginning
	var err error
	if p.AlertPage, err = s.Audit.Alerts(r.Context(), auditor(visitOf(r).user), p.Decided, behind); err != nil {
		return err
	}
	if p.Next != 0 {
		p.More = alertsAddress + "?after=" + p.Next.Public()
		if p.Decided {
			p.More += "&decided"
		}
	}
	return s.show(w, r, http.StatusOK, view{Page: "alerts", Title: "Alerts", Body: p})
}

// alertPage is an alert with the form in which it is decided.
type alertPage struct {
	*audit.Alert
	Verdicts []audit.Verdict
	Chosen   audit.Verdict
	Wrote    string
	Problem  string
	// From and Until are between which moments the user's acts are looked at.
	From, Until string
}

// VerdictWords are a verdict in words.
func (alertPage) VerdictWords(v audit.Verdict) string { return verdictWords(v) }

func verdictWords(v audit.Verdict) string {
	switch v {
	case audit.Explained:
		return "Explained: the access was part of their work"
	case audit.Misuse:
		return "Misuse: the access was not part of their work"
	}
	return "Not decided yet: keep the note, and leave the alert open"
}

// alertIn is the alert that an address names.
func alertIn(r *http.Request) (iis.AlertID, error) {
	id, ok := iis.ParseAlertID(r.PathValue("alert"))
	if !ok {
		return 0, fault.New(fault.NotFound, "There is no such alert.")
	}
	return id, nil
}

func (s *site) alert(w http.ResponseWriter, r *http.Request) error {
	return s.showAlert(w, r, alertPage{}, nil)
}

// showAlert shows an alert, with what was written and is wrong with it.
func (s *site) showAlert(w http.ResponseWriter, r *http.Request, p alertPage, wrong error) error {
	id, err := alertIn(r)
	if err != nil {
		return err
	}
	if p.Alert, err = s.Audit.Alert(r.Context(), auditor(visitOf(r).user), id); err != nil {
		return err
	}
	p.Verdicts = audit.Verdicts
	p.From, p.Until = p.Begun.Add(-time.Hour).Format(time.RFC3339), p.Alert.Until.Add(time.Hour).Format(time.RFC3339)
	status, title := http.StatusOK, "Alert "+id.Public()
	if wrong != nil {
		visitOf(r).err = wrong
		p.Problem = fault.Public(wrong)
		status, _ = s.explain(w, wrong)
		title = "Error: " + title
	}
	return s.show(w, r, status, view{Page: "alert", Title: title, Body: p})
}

// decideAlert takes what a reviewer finds of an alert.
func (s *site) decideAlert(w http.ResponseWriter, r *http.Request) error {
	id, err := alertIn(r)
	if err != nil {
		return err
	}
	if err := readForm(r); err != nil {
		return err
	}
	p := alertPage{Chosen: audit.Verdict(r.PostForm.Get("verdict")), Wrote: r.PostForm.Get("note")}
	err = s.Audit.Decide(r.Context(), auditor(visitOf(r).user), id, p.Chosen, p.Wrote)
	if formWrong(err) {
		return s.showAlert(w, r, p, err)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, alertsAddress+"?done="+map[audit.Verdict]string{audit.Explained: "explained", audit.Misuse: "misuse", audit.Undecided: "noted"}[p.Chosen], http.StatusSeeOther)
	return nil
}

// watchedPage is the list of watched records, with the form that adds one.
type watchedPage struct {
	audit.WatchedPage
	First   bool
	More    string // the address of the next page; "" on the last
	Done    string // watched, ended, or nothing
	Number  string // written into the form
	Why     string
	Problem string
}

const watchedAddress = alertsAddress + "/watched"

func (s *site) watched(w http.ResponseWriter, r *http.Request) error {
	return s.showWatched(w, r, watchedPage{Done: r.URL.Query().Get("done")}, nil)
}

// showWatched shows the list, and what is wrong with the form.
func (s *site) showWatched(w http.ResponseWriter, r *http.Request, p watchedPage, wrong error) error {
	before, err := strconv.ParseInt(r.URL.Query().Get("before"), 10, 64)
	if p.First = err != nil || before <= 0; p.First {
		before = math.MaxInt64
	}
	if p.WatchedPage, err = s.Audit.Watched(r.Context(), auditor(visitOf(r).user), before); err != nil {
		return err
	}
	if p.Next != 0 {
		p.More = watchedAddress + "?before=" + strconv.FormatInt(p.Next, 10)
	}
	status, title := http.StatusOK, "Watched records"
	if wrong != nil {
		visitOf(r).err = wrong
		p.Problem = fault.Public(wrong)
		status, _ = s.explain(w, wrong)
		title = "Error: watched records"
	}
	return s.show(w, r, status, view{Page: "watched", Title: title, Body: p})
}

// watch has a record watched.
func (s *site) watch(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(r); err != nil {
		return err
	}
	p := watchedPage{Number: r.PostForm.Get("number"), Why: r.PostForm.Get("why")}
	err := s.Audit.Watch(r.Context(), auditor(visitOf(r).user), p.Number, p.Why)
	if formWrong(err) {
		return s.showWatched(w, r, p, err)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, watchedAddress+"?done=watched", http.StatusSeeOther)
	return nil
}

// endWatch ends the watch on a record.
func (s *site) endWatch(w http.ResponseWriter, r *http.Request) error {
	id, err := personIn(r)
	if err != nil {
		return err
	}
	if err := s.Audit.EndWatch(r.Context(), auditor(visitOf(r).user), id); err != nil {
		return err
	}
	http.Redirect(w, r, watchedAddress+"?done=ended", http.StatusSeeOther)
	return nil
}

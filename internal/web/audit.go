package web

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"openiis/internal/access"
	"openiis/internal/audit"
	"openiis/internal/cal"
	"openiis/internal/deed"
	"openiis/internal/fault"
	"openiis/internal/iis"
)

// auditor is whoever looks as package audit knows them.
func auditor(u access.User) audit.By {
	return audit.By{Actor: u.Actor(), Seals: u.Seals, Reviews: reviewAlerts.allows(u)}
}

// auditPage is the form by which the audit is searched, with what was found.
type auditPage struct {
	Form     url.Values
	Kinds    []deed.Kind
	Searched bool
	Found    audit.Page
	First    bool   // it is the first page
	Older    string // the address of the next page; "" when nothing older is left
	Partly   bool   // this page is not full, and older lines are to be looked through
	Problem  string
}

// Of is what was written into a field.
func (p auditPage) Of(field string) string { return p.Form.Get(field) }

const auditAddress = "/audit"

// auditSearch begins what is kept of a search of the audit, to tell it from searches for
// people.
const auditSearch = "audit?"

// auditFields are the fields of the form.
var auditFields = []string{"person", "user", "sender", "site", "sends", "kind", "from", "until"}

func (s *site) auditForm(w http.ResponseWriter, r *http.Request) error {
	return s.showAudit(w, r, auditPage{Form: url.Values{}})
}

// showAudit shows the form.
func (s *site) showAudit(w http.ResponseWriter, r *http.Request, p auditPage) error {
	p.Kinds = deed.Kinds
	status, title := http.StatusOK, "Audit"
	if p.Problem != "" {
		status, _ = statusOf(fault.Invalid)
		title = "Error: audit"
	}
	return s.show(w, r, status, view{Page: "audit", Title: title, Body: p})
}

// searchAudit takes a search and leads to what it finds. It is sent with POST, and has an
// address that says nothing: somebody may write a patient's name where a number belongs.
func (s *site) searchAudit(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(r); err != nil {
		return err
	}
	kept := url.Values{}
	for _, field := range auditFields {
		if text := strings.TrimSpace(r.PostForm.Get(field)); text != "" {
			kept.Set(field, strings.ToValidUTF8(text[:min(len(text), 100)], ""))
		}
	}
	v := visitOf(r)
	key := s.searches.keep(search{session: v.token, text: auditSearch + kept.Encode(), at: v.started})
	http.Redirect(w, r, auditAddress+"/found/"+key, http.StatusSeeOther)
	return nil
}

// foundAudit searches for what was kept, anew each time it is shown.
func (s *site) foundAudit(w http.ResponseWriter, r *http.Request) error {
	v, p := visitOf(r), auditPage{Form: url.Values{}}
	text, ok := s.searches.text(r.PathValue("search"), v.token, v.started)
	text, is := strings.CutPrefix(text, auditSearch)
	if !ok || !is {
		p.Problem = "This search is no longer kept. Please write it again."
		return s.showAudit(w, r, p)
	}
	var err error
	if p.Form, err = url.ParseQuery(text); err != nil {
		return err
	}
	q, err := auditQuery(p.Form)
	before, _ := strconv.ParseInt(r.URL.Query().Get("before"), 10, 64) // what is no line is the newest
	if err == nil {
		p.Found, err = s.Audit.Search(r.Context(), auditor(v.user), q, before)
	}
	if fault.KindOf(err) == fault.Invalid {
		v.err = err
		p.Problem = fault.Public(err)
		return s.showAudit(w, r, p)
	}
	if err != nil {
		return err
	}
	p.Searched, p.First = true, before == 0
	if p.Found.Next != 0 {
		p.Older = auditAddress + "/found/" + r.PathValue("search") + "?before=" + strconv.FormatInt(p.Found.Next, 10)
		p.Partly = len(p.Found.Lines) < audit.PageSize
	}
	return s.showAudit(w, r, p)
}

// auditQuery understands the form.
func auditQuery(form url.Values) (q audit.Query, err error) {
	q = audit.Query{Person: form.Get("person"), User: form.Get("user"), Sender: form.Get("sender"), Site: form.Get("site"), Sends: form.Get("sends") == "yes", Kind: deed.Kind(form.Get("kind"))}
	if q.From, err = auditTime(form.Get("from"), 0); err != nil {
		return q, err
	}
	q.Until, err = auditTime(form.Get("until"), 1)
	return q, err
}

// auditTime is the moment at which a day, some days later, begins here; or the moment
// that a text is. Zero of none.
func auditTime(text string, days int) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	if at, err := time.Parse(time.RFC3339, text); err == nil {
		return at, nil
	}
	day, err := cal.Parse(text)
	if err != nil || day == cal.None {
		return time.Time{}, fault.New(fault.Invalid, "That is not a day. Write it as year, month and day: 2026-03-02.")
	}
	y, m, d := day.YMD()
	return time.Date(y, m, d+days, 0, 0, 0, 0, time.Local), nil
}

// doorWords say by which door a line's act came.
func doorWords(l audit.Line) string {
	switch l.Door {
	case iis.DoorSOAP:
		return "HL7 by SOAP"
	case iis.DoorHTTP:
		return "HL7 by HTTP"
	case iis.DoorMLLP:
		return "HL7 by MLLP"
	case iis.DoorFile:
		return "a file of messages"
	case iis.DoorWeb:
		return "these pages"
	case iis.DoorImport:
		return "an old registry"
	}
	return map[string]string{"user": "these pages", "applicant": "these pages", "signer": "these pages", "command": "a command"}[l.Who.Kind]
}

// roleWords are a user's role, with the site that they belong to; "" of who is no user.
func roleWords(role, site string) string {
	if role == "" {
		return ""
	}
	return access.RoleAt(access.RoleWords(role), site)
}

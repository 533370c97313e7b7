package web

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"openiis/internal/access"
	"openiis/internal/cal"
	"openiis/internal/fold"
	"openiis/internal/iis"
	"openiis/internal/quality"
)

//go:embed *.html
var templates embed.FS

// view is a page to show.
type view struct {
	Page  string // the name of its template file
	Title string // for the browser's tab: never a patient's name, which would stay in its history
	Body  any
	// The rest is filled in by show.
	User  access.User
	Today cal.Date
	Here  string // the route's page, for the navigation
	// Route is the pattern of the address, which a ticket is told; "" where there is none.
	// Reference is that of an error page.
	Route, Reference string
	Learns           bool // whoever looks has to complete a course before use
	Waits            waits
}

// scripted are the pages that ask the browser for a passkey, which takes a script.
var scripted = []string{"passkey"}

// May reports that whoever looks has a permission: what one may not do, a page
// does not offer.
func (v view) May(p permission) bool { return p.allows(v.User) && (!v.Learns || p == ownAccount) }

// NoSite reports that whoever looks may open the messages of a site and belongs
// to none.
func (v view) NoSite() bool { return v.User.Scope() == iis.Scope{} }

// Opens reports that whoever looks may open the messages of a sender.
func (v view) Opens(sender iis.SenderID) bool { return opens(v.User, sender) }

func opens(u access.User, sender iis.SenderID) bool {
	return openMessages.allows(u) && u.Scope().Has(sender)
}

// Reviews reports that whoever looks acts in reviews of a sender.
func (v view) Reviews(sender iis.SenderID) bool { return actsFor(v.User).For(sender) }

// SecondsLeft is for how long whoever looks is signed in if nothing is done.
func (v view) SecondsLeft() int { return int(time.Until(v.User.Until).Seconds()) }

// Role is the role of whoever looks, in words.
func (v view) Role() string { return access.RoleWords(v.User.Role) }

// pages are the templates by the name of their file.
type pages map[string]*template.Template

// newPages reads the templates. A template that cannot be read is a bug of this
// build; the tests show every page.
func newPages(a assets) pages {
	layout := template.Must(template.New("layout").Funcs(template.FuncMap{
		"asset": a.address, "date": dateWords, "prose": prose, "urgency": urgencyLook, "count": countLook, "moment": momentWords, "clock": clockWords, "percent": quality.InPercent, "number": numberWords, "rows": func(n int) string { return numberWords(int64(n)) },
		"browser": browserWords, "severity": severityWord, "speaks": speaksWords, "bits": bitsWords, "role": roleWords, "door": doorWords, "topic": iis.TicketTopicWords,
	}).ParseFS(templates, "layout.html", "segments.html", "besides.html", "formfields.html", "enrolparts.html", "due.html", "typed.html"))
	out := pages{}
	for _, name := range []string{
		"signin", "find", "newest", "person", "log", "concern", "concerns", "fault",
		"entry", "withdraw", "vaccinate", "addperson", "added", "deletedose", "submissions", "message", "replay", "senders", "sender", "severity", "reviews", "review",
		"duplicates", "compare", "oneshot", "same", "source", "sourceto", "deaths", "death", "deathis", "files", "file", "notices",
		"sealed", "seal", "sealing", "optouts", "optout", "optedout", "organizations", "organization", "organizationform", "organizationstatus", "organizationmerge",
		"works", "users", "user", "invite", "link", "invited", "account", "factor", "codes", "code", "kept",
		"audit", "alerts", "alert", "watched", "forms", "form", "materials", "material", "informed", "timely",
		"training", "course", "lesson", "quiz", "passed", "certificate", "sessions", "session", "sessionform", "trainees",
		"help", "topic", "ask", "ticketform", "tickets", "ticket", "helpdesk", "corrections",
		"enrol", "filing", "filingstep", "upload", "signing", "sign", "agreements", "applications", "application", "renewals", "enrolment",
		"mails", "credentials", "passkey", "passkeys", "continue", "viewing", "certificates",
		"barred", "sharing", "sharingsign", "glass",
		"rosters", "roster", "rosterentry", "rosteradd", "rosteryear", "rosterfiles", "rosterfile",
	} {
		t := template.Must(layout.Clone())
		out[name] = template.Must(t.ParseFS(templates, name+".html"))
	}
	return out
}

// show writes a page. It is made whole before anything is sent, so that a
// failure can still become another page.
func (s *site) show(w http.ResponseWriter, r *http.Request, status int, v view) error {
	if u := visitOf(r).user; u.Stage == access.Whole { // whoever is halfway in sees no navigation
		v.User = u
	}
	v.Here, v.Today, v.Learns = v.Page, cal.On(visitOf(r).started), len(visitOf(r).lacks) > 0
	var err error
	if v.Waits, err = s.waiting(r, v); err != nil { // the page is worth more than its menu
		s.Log.ErrorContext(r.Context(), "what waits is not counted", "error", err.Error())
	}
	if path, isPage := strings.CutPrefix(visitOf(r).route, "GET "); isPage && v.Route == "" {
		v.Route = path
	}
	var b bytes.Buffer
	if err := s.pages[v.Page].ExecuteTemplate(&b, "layout", v); err != nil {
		return fmt.Errorf("make page %s: %w", v.Page, err)
	}
	switch {
	case v.User.ID != 0: // the script that warns before the session ends asks us for more time
		w.Header().Set("Content-Security-Policy", contentPolicy+"; script-src 'self'; connect-src 'self'")
	case slices.Contains(scripted, v.Page):
		w.Header().Set("Content-Security-Policy", contentPolicy+"; script-src 'self'")
	}
	content := fold.Straight(b.Bytes()) // in whatever was sent
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Vary", "Accept-Encoding")
	if len(content) >= minPacked && unpacks(r) {
		w.Header().Set("Content-Encoding", "gzip")
		content = pack(content)
	}
	w.WriteHeader(status)
	_, _ = w.Write(content) // the reader has gone: there is nobody to tell
	return nil
}

// dateWords is a day as Americans write it, with the month in words.
func dateWords(d cal.Date) string {
	if d == cal.None {
		return "not known"
	}
	return d.Time().Format("Jan 2, 2006")
}

// momentWords is an instant in the server's time zone.
func momentWords(t time.Time) string { return t.Local().Format("Jan 2, 2006, 3:04 PM MST") }

// clockWords is the time of a day in the server's time zone.
func clockWords(t time.Time) string { return t.Local().Format("3:04 PM MST") }

// numberWords is a count as Americans write it: 12,345.
func numberWords(n int64) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

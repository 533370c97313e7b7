package web

import (
	"net/http"
	"net/url"
	"strconv"
	"time"

	"openiis/internal/cal"
	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/policy"
	"openiis/internal/quality"
	"openiis/internal/sheet"
)

// timelyPage is how doses were reported in time, by site, in a month.
type timelyPage struct {
	*quality.TimelyPage
	Rows          []timelyRow
	Law           *policy.Reporting
	Days, Newborn int // of the law
	Month         string
	Months        []monthChoice
	More          string // the address of the next part; "" on the last
	CSV           string
	Own           bool // it is of the reader's own site only
	NoSite        bool // the reader belongs to none: nothing is theirs
	First         bool
	BirthDays     int
}

// timelyRow is a line of the table: a site, or one of its senders.
type timelyRow struct {
	quality.Timely
	Part bool // it is one of the senders of the site above
}

// timelyRows are the sites of a part of the report, each with its senders below it.
func timelyRows(lines []quality.Timely) (out []timelyRow) {
	for _, l := range lines {
		out = append(out, timelyRow{Timely: l})
		for _, one := range l.Senders {
			out = append(out, timelyRow{one, true})
		}
	}
	return out
}

// monthChoice is a month to choose.
type monthChoice struct {
	Value, Words string
	Chosen       bool
}

const monthFormat = "2006-01"

// monthsBack are how many months there are to choose from.
const monthsBack = 36

// monthChoices are the months until today, the newest first, with one of them chosen.
func monthChoices(today, chosen cal.Date) (out []monthChoice) {
	from, _ := quality.Month(today)
	picked, _ := quality.Month(chosen)
	for n := range monthsBack {
		m := from.AddMonths(-n)
		out = append(out, monthChoice{m.Time().Format(monthFormat), m.Time().Format("January 2006"), m == picked})
	}
	return out
}

// monthIn is the month that an address names, or that of today.
func monthIn(r *http.Request) cal.Date {
	t, err := time.Parse(monthFormat, r.URL.Query().Get("month"))
	if err != nil {
		return cal.On(visitOf(r).started)
	}
	return cal.On(t)
}

func timelyAddress(path, month, after string) string {
	q := url.Values{"month": {month}}
	if after != "" {
		q.Set("after", after)
	}
	return path + "?" + q.Encode()
}

// timely is the page of the report.
func (s *site) timely(w http.ResponseWriter, r *http.Request) error {
	law, err := s.Enrol.Policy(r.Context())
	if err != nil {
		return err
	}
	after := r.URL.Query().Get("after")
	scope := visitOf(r).user.Scope()
	part, err := s.Quality.Timeliness(r.Context(), scope, law.Reporting, monthIn(r), after)
	if err != nil {
		return err
	}
	p := timelyPage{TimelyPage: part, Rows: timelyRows(part.Lines), Law: law.Reporting, Month: part.From.Time().Format(monthFormat), Own: !scope.Everyone, NoSite: scope == iis.Scope{}, First: after == "", BirthDays: quality.BirthDays}
	if p.Law != nil {
		p.Days, p.Newborn = policy.Days(p.Law.Hours), policy.Days(p.Law.Newborn)
	}
	p.Months = monthChoices(cal.On(visitOf(r).started), part.From)
	if part.Next != "" {
		p.More = timelyAddress("/timeliness", p.Month, part.Next)
	}
	p.CSV = timelyAddress("/timeliness.csv", p.Month, "")
	return s.show(w, r, http.StatusOK, view{Page: "timely", Title: "Reported in time", Body: p})
}

// timelyFile is the report of a month as a file, written part by part.
func (s *site) timelyFile(w http.ResponseWriter, r *http.Request) error {
	if (visitOf(r).user.Scope() == iis.Scope{}) {
		return fault.New(fault.Denied, "Your account belongs to no site, and this file has the figures of one's own site. Ask the administrator of this registry to set the facility of your account.")
	}
	law, err := s.Enrol.Policy(r.Context())
	if err != nil {
		return err
	}
	month, after, out := monthIn(r), "", (*sheet.Writer)(nil)
	for {
		part, err := s.Quality.Timeliness(r.Context(), visitOf(r).user.Scope(), law.Reporting, month, after)
		if err != nil {
			return err
		}
		name := part.From.Time().Format(monthFormat)
		if out == nil {
			w.Header().Set("Content-Type", "text/csv; charset=utf-8")
			w.Header().Set("Content-Disposition", `attachment; filename="reported-in-time-`+name+`.csv"`)
			out = sheet.New(w)
			_ = out.Write([]string{"month", "sender", "name", "doses", "in_time", "birth_doses", "birth_doses_in_time", "informed", "site"})
		}
		write := func(l quality.Timely, site string) {
			in, births := strconv.FormatInt(l.InTime, 10), strconv.FormatInt(l.BirthsInTime, 10)
			if law.Reporting == nil {
				in, births = "", ""
			}
			_ = out.Write([]string{name, l.Sender.Public(), cellText(l.Name), strconv.FormatInt(l.Doses, 10), in, strconv.FormatInt(l.Births, 10), births, strconv.FormatInt(l.Informed, 10), cellText(site)})
		}
		for _, l := range part.Lines {
			if len(l.Senders) == 0 {
				write(l, l.Name)
			}
			for _, one := range l.Senders {
				write(one, l.Name)
			}
		}
		if after = part.Next; after == "" {
			out.Flush()
			return nil
		}
	}
}

// cellText is a text that a spreadsheet takes for a text: one that begins like a formula
// gets an apostrophe before it.
func cellText(s string) string {
	if s != "" && (s[0] == '=' || s[0] == '+' || s[0] == '-' || s[0] == '@' || s[0] == '\t' || s[0] == '\r') {
		return "'" + s
	}
	return s
}

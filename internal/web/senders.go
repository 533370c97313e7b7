package web

import (
	"net/http"
	"strings"

	"openiis/internal/cal"
	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/quality"
)

func senderAddress(id iis.SenderID) string { return "/senders/" + id.Public() }

// senderNumber is the sender that an address names.
func senderNumber(r *http.Request) (iis.SenderID, error) {
	id, ok := iis.ParseSenderID(r.PathValue("number"))
	if !ok {
		return 0, fault.New(fault.NotFound, "This is not the number of a sender. It has 13 letters and digits.")
	}
	return id, nil
}

// senders lists all senders with their quality in a line each.
func (s *site) senders(w http.ResponseWriter, r *http.Request) error {
	lines, err := s.Quality.Senders(r.Context(), reachOf(r))
	if err != nil {
		return err
	}
	return s.show(w, r, http.StatusOK, view{Page: "senders", Title: "Senders", Body: lines})
}

// senderPage is a sender's quality with its charts.
type senderPage struct {
	*quality.Sender
	Volume  columns
	Site    *iis.Organization // to which it belongs; nil: to none
	Problem string            // with the form that was sent
}

// sender shows one sender's quality.
func (s *site) sender(w http.ResponseWriter, r *http.Request) error {
	return s.showSender(w, r, nil)
}

// showSender shows a sender's page, with what was wrong with a form.
func (s *site) showSender(w http.ResponseWriter, r *http.Request, wrong error) error {
	id, err := senderNumber(r)
	if err != nil {
		return err
	}
	q, err := s.Quality.Sender(r.Context(), reachOf(r), id)
	if err != nil {
		return err
	}
	p := senderPage{Sender: q, Volume: volume(q.Days)}
	if p.Site, err = s.Enrol.OfSender(r.Context(), id); err != nil {
		return err
	}
	status, title := http.StatusOK, "Quality of a sender"
	if wrong != nil {
		visitOf(r).err = wrong
		p.Problem = fault.Public(wrong)
		status, _ = s.explain(w, wrong)
		title = "Error: " + title
	}
	return s.show(w, r, status, view{Page: "sender", Title: title, Body: p})
}

// formWrong reports an error that belongs beside the form that was sent.
func formWrong(err error) bool {
	k := fault.KindOf(err)
	return err != nil && (k == fault.Invalid || k == fault.Conflict)
}

// goLive sets the day from which a sender sends for real.
func (s *site) goLive(w http.ResponseWriter, r *http.Request) error {
	id, err := senderNumber(r)
	if err != nil {
		return err
	}
	if err := readForm(r); err != nil {
		return err
	}
	day, err := cal.Parse(strings.TrimSpace(r.PostForm.Get("day")))
	if err != nil {
		return s.showSender(w, r, fault.New(fault.Invalid, "Write the day as YYYY-MM-DD, or leave it empty."))
	}
	if err := s.Quality.SetGoLive(r.Context(), visitOf(r).user.Actor(), id, day); err != nil {
		return err
	}
	http.Redirect(w, r, senderAddress(id), http.StatusSeeOther)
	return nil
}

// columns is a drawing with a column a day.
type columns struct {
	Columns []column
	Most    int64 // what a column of full height stands for
	Width   int
}

// column is one day: its parts from the foot up.
type column struct {
	X, Width int
	Parts    []part
	Day      cal.Date
	Stored   int64
	InPart   int64
	Refused  int64
}

type part struct {
	Y, Height float64
	Class     string
}

const (
	chartHeight = 120
	columnWidth = 20
)

// volume draws messages a day by how they were answered.
func volume(days []quality.Period) columns {
	c := columns{Width: columnWidth * len(days)}
	for _, d := range days {
		c.Most = max(c.Most, d.Messages())
	}
	for i, d := range days {
		col := column{
			X: i*columnWidth + 2, Width: columnWidth - 4, Day: d.From,
			Stored: d.Accepted + d.Doubted, InPart: d.InPart, Refused: d.Refused() + d.Unanswered,
		}
		foot := float64(chartHeight)
		for _, p := range []struct {
			n     int64
			class string
		}{{col.Stored, "part-stored"}, {col.InPart, "part-lost"}, {col.Refused, "part-refused"}} {
			if p.n > 0 {
				high := chartHeight * float64(p.n) / float64(c.Most)
				foot -= high
				col.Parts = append(col.Parts, part{foot, high, p.class})
			}
		}
		c.Columns = append(c.Columns, col)
	}
	return c
}

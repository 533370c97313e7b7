package web

import (
	"math"
	"net/http"
	"strconv"

	"openiis/internal/chart"
	"openiis/internal/paper"
)

// accessLog shows older lines of a record's access log.
func (s *site) accessLog(w http.ResponseWriter, r *http.Request) error {
	id, err := personIn(r)
	if err != nil {
		return err
	}
	line, err := strconv.ParseInt(r.URL.Query().Get("before"), 10, 64)
	if err != nil {
		line = math.MaxInt64 // from the beginning
	}
	log, err := s.Chart.AccessLog(r.Context(), visitOf(r).user.Actor(), id, line)
	if err != nil {
		return err
	}
	return s.show(w, r, http.StatusOK, view{Page: "log", Title: "Access log of " + id.Public(), Body: log})
}

// printedLog is who saw or changed a record as a PDF, for the person.
func (s *site) printedLog(w http.ResponseWriter, r *http.Request) error {
	id, err := personIn(r)
	if err != nil {
		return err
	}
	v := visitOf(r)
	report, err := s.Chart.AccessReport(r.Context(), v.user.Actor(), id)
	if err != nil {
		return err
	}
	pdf, err := paper.WriteAccess(paperAccess(report, v))
	if err != nil {
		return err
	}
	sendPDF(w, "who-saw-my-record.pdf", pdf)
	return nil
}

// paperAccess is what of an access report is printed.
func paperAccess(r *chart.AccessReport, v *visit) *paper.Access {
	out := &paper.Access{Name: r.Name, Birth: r.Birth, Number: r.ID.Public(), Issuer: issuer, By: v.user.Name, Issued: v.started, More: r.More}
	for _, l := range r.Lines {
		out.Lines = append(out.Lines, paper.AccessLine{At: momentWords(l.At), Who: l.Who, Role: roleWords(l.Role, l.Site), What: l.What})
	}
	return out
}

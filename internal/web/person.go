package web

import (
	"net/http"

	"openiis/internal/fault"
	"openiis/internal/iis"
)

// personAddress is the page of a person's record.
func personAddress(id iis.PersonID) string { return "/people/" + id.Public() }

// person shows a person's record.
func (s *site) person(w http.ResponseWriter, r *http.Request) error {
	id, ok := iis.ParsePersonID(r.PathValue("number"))
	if !ok {
		return fault.New(fault.NotFound, "This is not a registry number. It has 13 letters and digits.")
	}
	record, err := s.Chart.Open(r.Context(), visitOf(r).user.Actor(), id)
	if err != nil {
		return err
	}
	return s.show(w, r, http.StatusOK, view{Page: "person", Title: "Immunization record " + id.Public(), Body: record})
}

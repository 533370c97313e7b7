package main

import (
	"context"
	"time"

	"openiis/internal/access"
	"openiis/internal/audit"
	"openiis/internal/chart"
	"openiis/internal/fault"
)

// looks has staff watch a record, and somebody open it who only looks: the server raises
// an alert when that is a minute old.
func (s *story) looks(ctx context.Context) error {
	staff, viewer := s.as(access.Administrator), s.as(access.Reader)
	for i := range s.known {
		found, err := s.chart.Find(ctx, viewer, chart.Search{Text: nameAndBirth(&s.known[i])})
		if err != nil {
			return err
		}
		if len(found.Fits) == 0 {
			continue
		}
		person := found.Fits[0].ID
		if fault.KindOf(s.chart.MayOpen(ctx, viewer, person)) == fault.Denied { // they objected
			continue
		}
		if err := s.audit.Watch(ctx, audit.By{Actor: staff}, person.Public(), "A child of somebody well known."); err != nil {
			return err
		}
		s.clock.set(s.now.Add(-time.Minute))
		_, err = s.chart.Open(ctx, viewer, person)
		return err
	}
	return nil
}

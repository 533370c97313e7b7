package main

import (
	"context"
	"slices"
	"time"

	"openiis/internal/access"
	"openiis/internal/iis"
	"openiis/internal/notice"
	"openiis/internal/synth"
)

// vitalOffice tells of births in a demonstration of a state that sends notices.
var vitalOffice = synth.Facility{Code: vitalCode, Name: "Office of Vital Records"}

// How long ago the first birth record of a demonstration was made, and how many days
// after the birth it comes.
const (
	birthDays   = 75
	birthRecord = 4
)

// births are the birth records of the last weeks, by HL7, where the state's policy has
// the parents told.
func (s *story) births(l *synth.Life) []letter {
	if _, told := s.senders[vitalCode]; !told || l.Birth.AddDays(birthDays) < s.people.Today {
		return nil
	}
	day := l.Birth.AddDays(birthRecord).Time()
	at := time.Date(day.Year(), day.Month(), day.Day(), 8, l.Index%60, 0, 0, s.now.Location())
	if at.After(s.now) {
		return nil // it is still to come
	}
	return []letter{{at: at, from: vitalOffice, person: &l.Person}}
}

// notified has staff send the oldest notices, of which the mail brought one back.
func (s *story) notified(ctx context.Context) error {
	staff := s.as(access.Administrator)
	page, err := s.notices.List(ctx, staff, notice.Filter{State: iis.NoticeDue})
	if err != nil {
		return err
	}
	var due []iis.NoticeID
	for i := range page.Lines {
		due = append(due, page.Lines[i].ID)
	}
	for _, mark := range []struct {
		state iis.NoticeState
		of    []iis.NoticeID
	}{
		{iis.NoticeSent, due[:len(due)/3]}, {iis.NoticeReturned, due[:min(1, len(due)/3)]}, {iis.NoticeMade, due[len(due)/3 : len(due)/2]},
	} {
		if of := slices.Clone(mark.of); len(of) > 0 {
			if _, err := s.notices.Mark(ctx, staff, mark.state, of...); err != nil {
				return err
			}
		}
	}
	return nil
}

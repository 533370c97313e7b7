package chart

import (
	"openiis/internal/cal"
	"openiis/internal/cdsi"
	"openiis/internal/policy"
	"openiis/internal/record"
	"openiis/internal/store"
)

// Unjudged is a dose without what the schedule says of it.
func Unjudged(d Dose) Dose {
	d.verdicts = nil
	return d
}

// WithoutSchedule makes the desk's schedule fail.
func (d *Desk) WithoutSchedule(err error) {
	d.engine = func(cal.Date) (*cdsi.Engine, error) { return nil, err }
}

// RecordOf is the record of a folder, in words, on a day.
func (d *Desk) RecordOf(f *store.Folder, today cal.Date) *Record {
	return (&reading{d: d, law: policy.Neutral(), folder: f, today: today, shared: record.SharingOf(f.Sources, f.Choices), sight: record.Whole}).record()
}

// ScheduleGroup and Headings are the words of a vaccine group of the schedule.
var (
	ScheduleGroup = scheduleGroup
	Headings      = headings
	GroupWords    = groupWords
)

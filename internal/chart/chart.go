// Package chart is the act of looking at records: finding a person, opening what
// the registry holds of them, saying what is known of their health, and telling its
// staff that something looks wrong.
//
// What is said of health becomes part of a record as any report does, by
// record.Keeper.Take. It does not decide who may look: its callers do.
// What it shows is audited before it returns. It puts codes and what the schedule
// says into words, and leaves dates and layout to the page. Start at Desk.Find,
// Desk.Open, Desk.Say and Desk.Raise.
package chart

import (
	"time"

	"openiis/internal/cal"
	"openiis/internal/cdsi"
	"openiis/internal/codeset"
	"openiis/internal/iis"
	"openiis/internal/record"
	"openiis/internal/store"
)

// What the audit says of each look.
const (
	actSearch = "search"
	actNewest = "list newest"
	actOpen   = "open record"
	actLog    = "open access log"
	// actHidden is of a record that is not shared with whoever asked, actMissing of a number
	// that is none.
	actHidden  = "refuse a record that is not shared"
	actMissing = "ask for a record that is not there"
	actPrint   = "print record"
	actReport  = "print access log"

	actRaise  = "raise concern"
	actSettle = "settle concern"
	// actSettleAlone is that of a petition which the one user who may decide had taken down.
	actSettleAlone = "settle own petition"
	actConcerns    = "list concerns"
	actEvidence    = "open evidence"

	actSharing = "open sharing"
	actChoose  = "choose about sharing"
	actPaper   = "open a signed form"
	// ActGlass is of a record that somebody opened although it is not shared with them.
	ActGlass = "break the glass"

	actForm     = "open health form"
	actSay      = "record health fact"
	actWithdraw = "withdraw health fact"
	actRefused  = "refuse a form"

	actVaccinate = "open vaccination form"
)

// Desk looks things up for people. It is safe for concurrent use.
type Desk struct {
	store  *store.Store
	keeper *record.Keeper
	codes  *codeset.Tables
	now    func() time.Time
	// engine is that of the schedule by which records are assessed on a day.
	engine func(cal.Date) (*cdsi.Engine, error)
}

// New makes the desk of a registry.
func New(s *store.Store, codes *codeset.Tables) *Desk {
	return &Desk{store: s, keeper: record.New(s, codes), codes: codes, now: s.Now, engine: cdsi.For}
}

// auditLines are the lines of the audit for persons that are about to be shown;
// one without a person when there is nobody to show, for the attempt counts.
func (d *Desk) auditLines(by iis.Actor, act string, persons []iis.PersonID) []store.Audit {
	at := d.now()
	if len(persons) == 0 {
		return []store.Audit{{At: at, Actor: by, Act: act}}
	}
	out := make([]store.Audit, len(persons))
	for i, id := range persons {
		out[i] = store.Audit{At: at, Actor: by, Act: act, Person: id}
	}
	return out
}

package chart_test

import (
	"context"
	"testing"

	"openiis/internal/chart"
	"openiis/internal/codeset"
	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/inbox"
	"openiis/internal/is"
)

// A form that changes nothing is kept, as a form that was refused and why.
func TestAFormThatWasRefusedSaysSoWhereSubmissionsAreListed(t *testing.T) {
	w := newWorld(t)
	ctx := context.Background()
	w.send(w.oak, "A1^^^X^MR", "Marsh^Juniper", "20230405")
	id := w.open("Marsh Juniper 4/5/2023").ID
	by := chart.Teller{Actor: iis.Actor{Kind: "user", User: w.nurse.User, SeesAll: true}, Name: "Nora Nurse", Staff: true}
	err := w.desk.Answer(ctx, by, id, true, true)
	is.Equal(t, "nobody is asked", fault.KindOf(err), fault.Conflict)
	desk := inbox.New(w.store, codeset.Default(), "OpenIIS")
	list, err := desk.List(ctx, iis.Scope{Everyone: true}, inbox.Filter{})
	is.NoError(t, "list", err)
	line := list.Lines[0]
	is.Equal(t, "in the list", []any{line.Kind, line.Ack, line.Result, line.First}, []any{
		iis.KindForm, "AE", "Form refused: it changed nothing", "In this state nobody is asked whether a record may be shared. Nothing was changed.",
	})
	m, err := desk.Open(ctx, by.Actor, iis.Scope{Everyone: true}, line.ID)
	is.NoError(t, "open", err)
	is.Equal(t, "whose record, and what was entered", []any{m.Fate.Person, m.Form[1].Value}, []any{id, id.Public()})
}

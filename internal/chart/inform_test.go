package chart_test

import (
	"context"
	"strings"
	"testing"

	"openiis/internal/cal"
	"openiis/internal/chart"
	"openiis/internal/fault"
	"openiis/internal/is"
)

func TestThatSomebodyWasInformedIsWrittenDownShownAndWithdrawn(t *testing.T) {
	w := newWorld(t)
	ctx := context.Background()
	w.send(w.oak, "A1^^^X^MR", "Marsh^Juniper", "20230405")
	id := w.open("Marsh Juniper 4/5/2023").ID
	oak := chart.Teller{Actor: w.nurse, Name: "Nora Nurse", Sender: w.oak.ID}
	wrong, err := w.desk.Inform(ctx, oak, id, chart.Inform{Day: "4/9/2023", How: []string{"fact-sheet", "discussed"}, Language: "spa"})
	is.NoError(t, "inform", err)
	is.Equal(t, "wrong", wrong, []chart.Wrong(nil))
	r := w.open("Marsh Juniper 4/5/2023")
	last := r.LastInformed()
	is.Equal(t, "day", last.Day, cal.Of(2023, 4, 9))
	is.Equal(t, "words", append(last.How, last.Language, last.By), []string{"Given the fact sheet", "Discussed at the visit", "Spanish", "Nora Nurse (you)"})
	is.Equal(t, "audited", r.Access[2].What, "Wrote down that the person, or a parent or guardian, was informed of the registry")

	other := chart.Teller{Actor: w.other, Name: "Omar Other", Sender: w.oak.ID + 1}
	err = w.desk.WithdrawInforming(ctx, other, id, last.ID, "not ours")
	is.Equal(t, "another site", fault.KindOf(err), fault.Denied)
	is.Equal(t, "without a reason", fault.KindOf(w.desk.WithdrawInforming(ctx, oak, id, last.ID, " ")), fault.Invalid)
	is.NoError(t, "withdraw", w.desk.WithdrawInforming(ctx, oak, id, last.ID, "It was her brother."))
	is.Equal(t, "twice", fault.KindOf(w.desk.WithdrawInforming(ctx, oak, id, last.ID, "Again.")), fault.Conflict)
	form, err := w.desk.Informed(ctx, oak, id)
	is.NoError(t, "form", err)
	is.Equal(t, "it stays", []any{len(form.Before), form.Before[0].Holds, form.Before[0].Why, form.Before[0].Withdrew}, []any{1, false, "It was her brother.", "Nora Nurse (you)"})
	if w.open("Marsh Juniper 4/5/2023").LastInformed() != nil {
		t.Error("what was withdrawn still holds")
	}
}

func TestInformingThatMakesNoSenseIsNotWrittenDown(t *testing.T) {
	w := newWorld(t)
	ctx := context.Background()
	w.send(w.oak, "A1^^^X^MR", "Marsh^Juniper", "20230405")
	id := w.open("Marsh Juniper 4/5/2023").ID
	oak := chart.Teller{Actor: w.nurse, Sender: w.oak.ID}
	for name, c := range map[string]struct {
		in   chart.Inform
		want string
	}{
		"nothing":          {chart.Inform{}, "day: Write the day on which they were informed.; how: Choose how they were informed.; language: Choose the language."},
		"no day":           {chart.Inform{Day: "soon", How: []string{"other"}, Language: "eng"}, "day: This is not a day. Write month, day and year, such as 4/30/2026."},
		"to come":          {chart.Inform{Day: "1/1/2150", How: []string{"other"}, Language: "eng"}, "day: This day is in the future."},
		"before the birth": {chart.Inform{Day: "4/4/2023", How: []string{"other"}, Language: "eng"}, "day: This day is before the birth date."},
		"no such way":      {chart.Inform{Day: "4/9/2023", How: []string{"telepathy"}, Language: "eng"}, "how: Choose of the ways that are given."},
		"a way twice":      {chart.Inform{Day: "4/9/2023", How: []string{"other", "other"}, Language: "eng"}, "how: Choose of the ways that are given."},
		"no such language": {chart.Inform{Day: "4/9/2023", How: []string{"other"}, Language: "xxx"}, "language: Choose the language."},
	} {
		wrong, err := w.desk.Inform(ctx, oak, id, c.in)
		is.NoError(t, name, err)
		var told []string
		for _, w := range wrong {
			told = append(told, w.Field+": "+w.Say)
		}
		is.Equal(t, name, strings.Join(told, "; "), c.want)
	}
	_, err := w.desk.Inform(ctx, chart.Teller{Actor: w.nurse}, id, chart.Inform{Day: "4/9/2023", How: []string{"other"}, Language: "eng"})
	is.Equal(t, "for no site", fault.KindOf(err), fault.Denied)
	_, err = w.desk.Inform(ctx, oak, 4711, chart.Inform{Day: "4/9/2023", How: []string{"other"}, Language: "eng"})
	is.Equal(t, "of nobody", fault.KindOf(err), fault.NotFound)
	is.Equal(t, "kept", len(w.open("Marsh Juniper 4/5/2023").Informed), 0)
}

package chart_test

import (
	"context"
	"strings"
	"testing"

	"openiis/internal/fault"
	"openiis/internal/is"
)

func TestAConcernIsKeptShownAndSettled(t *testing.T) {
	w := newWorld(t)
	ctx := context.Background()
	w.send(w.oak, "A1^^^X^MR", "Marsh^Juniper", "20230405")
	r := w.open("Marsh Juniper 4/5/2023")
	is.NoError(t, "raise", w.desk.Raise(ctx, w.nurse, r.ID, "double", " She is\x00 also under Fen.\n"))
	waiting, _, err := w.desk.Concerns(ctx, w.other, false, 0)
	is.NoError(t, "list", err)
	is.Equal(t, "waiting", len(waiting), 1)
	c := waiting[0]
	is.Equal(t, "concern", []string{c.About.Name, c.Reason, c.Say, c.By}, []string{"Marsh, Juniper", "This person has another record too", "She is also under Fen.", "Nora Nurse"})
	is.NoError(t, "settle", w.desk.Settle(ctx, w.other, c.Person, c.ID, "Looked at it: two different children."))
	err = w.desk.Settle(ctx, w.other, c.Person, c.ID, "Again.")
	is.Equal(t, "a second answer", fault.KindOf(err), fault.Conflict)
	waiting, _, err = w.desk.Concerns(ctx, w.other, false, 0)
	is.NoError(t, "list", err)
	is.Equal(t, "waiting", len(waiting), 0)

	r = w.open("Marsh Juniper 4/5/2023")
	got := r.Concerns[0]
	is.Equal(t, "settled", []string{got.By, got.SettledBy, got.Answer}, []string{"Nora Nurse (you)", "Omar Other", "Looked at it: two different children."})
	var acts []string
	for _, a := range r.Access {
		if strings.Contains(a.What, "wrong") {
			acts = append(acts, a.Who+": "+a.What)
		}
	}
	is.Equal(t, "access log", acts, []string{
		"Omar Other: Closed a note that something looks wrong",
		"Omar Other: Saw this person in the list of records that look wrong",
		"Nora Nurse (you): Told the registry’s staff that something looks wrong",
	})
}

func TestAConcernThatSaysTooLittleOrTooMuchIsNotTaken(t *testing.T) {
	w := newWorld(t)
	w.send(w.oak, "A1^^^X^MR", "Marsh^Juniper", "20230405")
	id := w.open("Marsh Juniper 4/5/2023").ID
	for _, c := range []struct {
		reason, say string
		want        fault.Kind
	}{
		{"", "something", fault.Invalid}, {"nonsense", "something", fault.Invalid}, {"dose", " \x01\n ", fault.Invalid},
		{"dose", strings.Repeat("x", 1001), fault.Invalid},
	} {
		is.Equal(t, c.reason, fault.KindOf(w.desk.Raise(context.Background(), w.nurse, id, c.reason, c.say)), c.want)
	}
	is.Equal(t, "of nobody", fault.KindOf(w.desk.Raise(context.Background(), w.nurse, 4711, "dose", "x")), fault.NotFound)
	is.Equal(t, "kept", len(w.open("Marsh Juniper 4/5/2023").Concerns), 0)
}

func TestAPrintedRecordIsAuditedAndHasNoOrigin(t *testing.T) {
	w := newWorld(t)
	w.send(w.oak, "A1^^^X^MR", "Marsh^Juniper", "20230405", "NK1|1|Fen^Ida|GRM^Grandmother^HL70063", "NK1|2|Marsh^Anne|MTH^Mother^HL70063")
	id := w.open("Marsh Juniper 4/5/2023").ID
	r, err := w.desk.Print(context.Background(), w.nurse, id)
	is.NoError(t, "print", err)
	is.Equal(t, "guardian", r.Guardian(), "Anne Marsh")
	is.Equal(t, "origin", len(r.Access)+len(r.Submissions)+len(r.Sources)+len(r.Concerns), 0)
	is.Equal(t, "log", w.open("Marsh Juniper 4/5/2023").Access[2].What, "Printed the immunization record")
	_, err = w.desk.Print(context.Background(), w.nurse, 4711)
	is.Equal(t, "of nobody", fault.KindOf(err), fault.NotFound)
}

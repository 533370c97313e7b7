package chart_test

import (
	"context"
	"fmt"
	"testing"

	"openiis/internal/chart"
	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/is"
)

// Each column is what its heading says, whichever of the sources is looked at.
func TestEachSourceStandsBesideTheRestOfItsRecord(t *testing.T) {
	w := newWorld(t)
	const who = "PID|1||%s^^^X^MR~555667777^^^SSA^SS||Marsh^Juniper^%s||20230405|F|||12 Pond Road^^Plymouth^MA^02360^USA^H||^PRN^CP^^^508^5550147"
	w.sendPID(w.elm, fmt.Sprintf(who, "E1", "Rose"), order("1", "20230606", "110^x^CVX", "00", "4RT82||SKB^x^MVX|||CP|A"))
	w.sendPID(w.oak, fmt.Sprintf(who, "A1", "Ruth"), order("2", "20230807", "94^x^CVX", "00", "X1||MSD^x^MVX|||CP|A"))
	r := w.open("marsh juniper 4/5/2023")
	is.Equal(t, "sources", len(r.Sources), 2)
	shot := func(d *chart.Dose) string {
		if d == nil {
			return "none"
		}
		return d.Lot
	}
	for _, s := range r.Sources {
		c, err := w.desk.CompareSource(context.Background(), w.nurse, r.ID, s.ID)
		is.NoError(t, "compare", err)
		is.Equal(t, "of", c.Source.ID, s.ID)
		is.Equal(t, "others", []int{len(c.Others), len(c.Doses)}, []int{1, 2})
		got := map[string]string{}
		for _, row := range c.Rows {
			got[row.Label] = row.A[0].Value + " " + row.B[0].Value
		}
		shots := shot(c.Doses[0].A) + " " + shot(c.Doses[0].B) + ", " + shot(c.Doses[1].A) + " " + shot(c.Doses[1].B)
		want := []string{"Ruth Rose", "Oak Street Clinic Elm Square Clinic", "Elm Square Clinic", "none 4RT82, X1 none"}
		if s.Sender == "Elm Square Clinic" {
			want = []string{"Rose Ruth", "Elm Square Clinic Oak Street Clinic", "Oak Street Clinic", "4RT82 none, none X1"}
		}
		is.Equal(t, s.Sender, []string{got["Middle name"], got["Reported by"], c.Others[0].Sender, shots}, want)
	}
	compared := 0
	for _, a := range w.open("marsh juniper 4/5/2023").Access {
		if a.What == "Opened what one source says beside the rest of this record, to compare them" {
			compared++
		}
	}
	is.Equal(t, "in the access log", compared, 2)
	_, err := w.desk.CompareSource(context.Background(), w.nurse, r.ID, iis.SourceID(77))
	is.Equal(t, "another’s source", fault.KindOf(err), fault.NotFound)
	w.sendPID(w.oak, "PID|1||A2^^^OAK^MR||Fen^Junia||20210917|F")
	alone := w.open("fen junia 9/17/2021")
	_, err = w.desk.CompareSource(context.Background(), w.nurse, alone.ID, alone.Sources[0].ID)
	is.Equal(t, "the only source", fault.KindOf(err), fault.Conflict)
}

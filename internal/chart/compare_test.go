package chart_test

import (
	"context"
	"fmt"
	"math"
	"strings"
	"testing"

	"openiis/internal/chart"
	"openiis/internal/codeset"
	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/record"
)

func TestTwoRecordsBesideEachOtherSayWhatDiffers(t *testing.T) {
	w := newWorld(t)
	w.sendPID(w.oak, "PID|1||A1^^^OAK^MR~555667777^^^SSA^SS||Marsh^Juniper^Rose||20230405|F|||12 Pond Road^^Plymouth^MA^02360~9 Elm Street^^Boston^MA^02110",
		order("1", "20230606", "110^x^CVX", "00", "4RT82||SKB^x^MVX|||CP|A"), order("2", "20230807", "110^x^CVX", "00", "4RT82||SKB^x^MVX|||CP|A"))
	w.sendPID(w.elm, "PID|1||E1^^^ELM^MR~555667778^^^SSA^SS||MÁRSH^June||20230506|F|||12 POND ROAD^^Plymouth^MA^02360",
		order("3", "20230606", "120^x^CVX", "01", "|||||CP|A"), order("4", "20230807", "94^x^CVX", "00", "X1||MSD^x^MVX|||CP|A"))
	one, two := w.open("marsh juniper 4/5/2023"), w.open("marsh june 5/6/2023")
	c, err := w.desk.Compare(context.Background(), w.nurse, one.ID, two.ID)
	is.NoError(t, "compare", err)
	got := map[string]string{}
	for _, r := range c.Rows {
		got[r.Label] = r.Like.Words()
		for _, s := range append(r.A, r.B...) {
			if s.Differs {
				got[r.Label] += " " + s.Value
			}
		}
	}
	is.Equal(t, "rows", got, map[string]string{
		"First name": "Different Juniper June", "Middle name": "In one only Rose", "Last name": "Same",
		"Birth date": "Different April 5, 2023 May 6, 2023", "Sex": "Same", "Address": "Partly the same 9 Elm Street, Boston, MA 02110",
		"Medical record number": "Says nothing", "Social Security number": "Different ends in 7777 ends in 7778", "Reported by": "Says nothing",
	})
	var doses []string
	for _, d := range c.Doses {
		line := d.Date.String()
		if d.A != nil {
			line += " A " + d.A.Vaccine
		}
		if d.B != nil {
			line += " B " + d.B.Vaccine
		}
		doses = append(doses, line)
	}
	is.Equal(t, "doses", doses, []string{
		"2023-06-06 A DTaP-Hep B-IPV B DTaP-Hib-IPV", "2023-08-07 A DTaP-Hep B-IPV", "2023-08-07 B MMRV",
	})
	for _, r := range []*chart.Record{w.open("marsh juniper 4/5/2023"), w.open("marsh june 5/6/2023")} {
		var said []string
		for _, a := range r.Access {
			said = append(said, a.What)
		}
		if !strings.Contains(strings.Join(said, ", "), "Opened this record beside another, to compare them") {
			t.Errorf("the access log has %q", said)
		}
	}
	w.sendPID(w.oak, "PID|1||A2^^^OAK^MR||Marsh^Junia||20220917|F")
	c, err = w.desk.Compare(context.Background(), w.nurse, one.ID, w.open("marsh junia 9/17/2022").ID)
	is.NoError(t, "compare", err)
	for _, r := range c.Rows {
		if r.Label == "Medical record number" {
			is.Equal(t, "two numbers of one sender", r.Like.Words(), "Different")
		}
	}
	_, err = w.desk.Compare(context.Background(), w.nurse, one.ID, 77)
	is.Equal(t, "with nobody", fault.KindOf(err), fault.NotFound)
}

func TestTwoDosesBesideEachOtherSayWhatDiffers(t *testing.T) {
	w := newWorld(t)
	const child = "PID|1||A1^^^OAK^MR~555667777^^^SSA^SS||Marsh^Juniper||20230405|F|||12 Pond Road^^Plymouth^MA^02360"
	w.sendPID(w.oak, child, order("1", "20240506", "03^x^CVX", "00", "X1|20260930|MSD^x^MVX|||CP|A")+"\rRXR|C38299^SC^NCIT|LD^left deltoid^HL70163")
	w.sendPID(w.elm, child, order("2", "20240506", "03^x^CVX", "00", "K2||MSD^x^MVX|||PA|A"))
	r := w.open("marsh juniper 4/5/2023")
	is.Equal(t, "doses", len(r.Doses), 2)
	c, err := w.desk.CompareDoses(context.Background(), w.nurse, r.ID, r.Doses[0].ID, r.Doses[1].ID)
	is.NoError(t, "compare", err)
	is.Equal(t, "who", []string{c.Name, c.Birth.String(), c.Sex}, []string{"Juniper Marsh", "2023-04-05", "Female"})
	var got []string
	for _, row := range c.Rows {
		line := row.Label + ": " + row.Like.Words()
		for _, s := range append(row.A, row.B...) {
			if s.Differs {
				line += " / " + s.Value
			}
		}
		got = append(got, line)
	}
	is.Equal(t, "rows", got, []string{
		"Vaccine: Same", "Brand: Same", "Date: Same", "Lot: Different / X1 / K2", "Manufacturer: Same", "Expires: In one only / September 30, 2026",
		"Amount, route and body site: Different / 0.5 mL, subcutaneous, left deltoid / 0.5 mL", "How much was given: In one only / In part only",
		"Given or known of: Same", "Sent by: Different / Oak Street Clinic / Elm Square Clinic",
	})
	is.Equal(t, "received", []int{len(c.A), len(c.B)}, []int{1, 1})
	if log := w.open("marsh juniper 4/5/2023").Access; log[2].What != "Opened two doses of this record beside each other, to compare them" {
		t.Errorf("the access log has %q", log[2].What)
	}
	_, err = w.desk.CompareDoses(context.Background(), w.nurse, r.ID, r.Doses[0].ID, 77)
	is.Equal(t, "with none", fault.KindOf(err), fault.NotFound)
	_, err = w.desk.CompareDoses(context.Background(), w.nurse, 77, r.Doses[0].ID, r.Doses[1].ID)
	is.Equal(t, "of nobody", fault.KindOf(err), fault.NotFound)
}

// A record that was two, and was three, shows in its log each act once, page by page.
func TestALogOfAJoinedRecordHasEachActOnce(t *testing.T) {
	w := newWorld(t)
	ctx := context.Background()
	var ids []iis.PersonID
	for i, name := range []string{"Marsh^Juniper", "Fern^Ash", "Moss^Ivy"} {
		born := fmt.Sprintf("2023040%d", 5+i)
		w.send(w.oak, fmt.Sprintf("A%d^^^X^MR", i), name, born)
		ids = append(ids, w.open(strings.ReplaceAll(name, "^", " ")+fmt.Sprintf(" 4/%d/2023", 5+i)).ID)
	}
	keeper := record.New(w.store, codeset.Default())
	for _, other := range ids[1:] {
		_, err := w.desk.Compare(ctx, w.nurse, ids[0], other)
		is.NoError(t, "compare", err)
		_, err = keeper.Merge(ctx, ids[0], other, iis.Actor{Kind: "command"}, "one child")
		is.NoError(t, "merge", err)
	}
	var all []string
	line := int64(math.MaxInt64)
	for {
		log, err := w.store.AccessLogBefore(ctx, ids[0], line, 2)
		is.NoError(t, "log", err)
		if len(log) == 0 {
			break
		}
		for _, a := range log {
			if a.Act == chart.ActCompare || a.Act == record.ActMerge {
				all = append(all, a.Act)
			}
			line = a.ID
		}
	}
	is.Equal(t, "acts", all, []string{record.ActMerge, chart.ActCompare, record.ActMerge, chart.ActCompare})
}

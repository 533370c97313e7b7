package steward_test

import (
	"context"
	"fmt"
	"testing"

	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/steward"
	"openiis/internal/store"
)

// shot is an order group of a dose of a vaccine that its sender gave.
func shot(filler, cvx, day, lot string) string {
	return fmt.Sprintf("ORC|RE||%s^X\rRXA|0|1|%s||%s^x^CVX|0.5|mL^mL^UCUM||00^x^NIP001||||||%s||SKB^x^MVX|||CP|A", filler, day, cvx, lot)
}

// risks are the doses in somebody's queue, by their risk.
func (w *world) risks(by steward.By, f steward.Filter) []string {
	w.t.Helper()
	page, err := w.desk.Doses(context.Background(), by, f)
	is.NoError(w.t, "queue", err)
	var out []string
	for _, q := range page.Questions {
		out = append(out, q.Card.Golden.Names[0].Given+": "+q.Risk.Words())
	}
	return out
}

// What the schedule says hangs on whether two are one where they are days apart; live
// vaccines and lots come before the rest; and within a risk who came first.
func TestDosesInQuestionAreByRiskAndAge(t *testing.T) {
	each(t, func(w *world) {
		low := w.sends(w.oak, born("Low", "19800405", ""), shot("1", "114", "20240506", ""), shot("2", "136", "20240506", ""))
		w.sends(w.elm, born("Lots", "19810611", ""), shot("1", "115", "20240506", "L1"), shot("2", "115", "20240506", "K2"))
		w.sends(w.oak, born("Live", "19821201", ""), shot("1", "03", "20240506", ""), shot("2", "94", "20240506", ""))
		w.sends(w.oak, born("Mumps", "19830204", ""), mmr("1", "20240506", "L1"), mmr("2", "20240506", "K2"))
		w.sends(w.oak, born("Days", "20231103", ""), shot("1", "20", "20240506", ""), shot("2", "20", "20240509", ""))
		want := []string{"Days: High", "Lots: Middle", "Mumps: Middle", "Low: Low"}
		is.Equal(t, "queue", w.risks(w.ada, steward.Filter{}), want)
		is.Equal(t, "of one sender", w.risks(w.ada, steward.Filter{Sender: w.elm.ID}), []string{"Lots: Middle"})
		is.Equal(t, "a clinic's own", w.risks(w.olga, steward.Filter{}), []string{"Days: High", "Mumps: Middle", "Low: Low"})

		w.sends(w.oak, born("Low", "19800405", ""), shot("3", "20", "20240601", ""), shot("4", "20", "20240603", ""))
		is.Equal(t, "when more is in question", w.risks(w.ada, steward.Filter{})[0:2], []string{"Days: High", "Low: High"})
		is.Equal(t, "audited", w.audited(low)[len(w.audited(low))-1], steward.ActQueue)
	})
}

// A health system's clinics are asked for together, also that of a site under one of its
// sites; who has one sender alone, and the state's programme, are not offered.
func TestTheQueuesAreOfTheSendersOfAnOrganization(t *testing.T) {
	each(t, func(w *world) {
		w.sends(w.oak, born("Live", "19821201", ""), shot("1", "03", "20240506", ""), shot("2", "94", "20240506", ""))
		w.sends(w.elm, born("Lots", "19810611", ""), shot("1", "115", "20240506", "L1"), shot("2", "115", "20240506", "K2"))
		a, b := w.sends(w.oak, born("Olive", "20230405", "")), w.sends(w.elm, born("Olivia", "20220117", ""))
		w.queued(b, a, `{"bits": 7}`)
		all := []iis.Organization{
			{Kind: iis.KindState, Name: "Programme"}, {Kind: iis.KindOrganization, Name: "Alder Health"}, {Kind: iis.KindClinic, Name: "Elm"},
			{Kind: iis.KindClinic, Name: "Empty"},
		}
		is.NoError(t, "organizations", w.store.Write(context.Background(), func(tx *store.Tx) error {
			for i := range all {
				all[i].ID, all[i].Status = iis.OrganizationID(w.store.NewID()), iis.StatusLive
				if i > 0 {
					all[i].Parent = all[i-1].ID
				}
				if err := tx.AddOrganization(&all[i]); err != nil {
					return err
				}
			}
			if err := tx.PutSenderPlace(w.oak.ID, all[1].ID); err != nil {
				return err
			}
			return tx.PutSenderPlace(w.elm.ID, all[2].ID)
		}))
		of := func(i int) steward.Filter { return steward.Filter{Organization: all[i].ID, Sender: w.elm.ID} }
		page, err := w.desk.Queue(context.Background(), w.ada, of(1))
		is.NoError(t, "queue", err)
		is.Equal(t, "who may be chosen", len(page.Groups), 1)
		is.Equal(t, "who it is", page.Groups[0].Name, "Alder Health")
		is.Equal(t, "pairs, each once", len(page.Tasks), 1)
		is.Equal(t, "doses of the two", w.risks(w.ada, of(1)), w.risks(w.ada, steward.Filter{}))
		is.Equal(t, "one that is not offered filters nothing, and the sender does", w.risks(w.ada, of(3)), []string{"Lots: Middle"})
		is.Equal(t, "a clinic sees its own", len(w.risks(w.olga, of(1))), len(w.risks(w.olga, steward.Filter{})))
	})
}

func TestTheQueueOfDosesIsReadPageByPage(t *testing.T) {
	each(t, func(w *world) {
		for i := range steward.PageSize + 1 {
			w.sends(w.oak, born(fmt.Sprintf("Nr%c", 'a'+i), fmt.Sprintf("%d%02d%02d", 1950+2*i, 1+i%12, 1+i), ""),
				shot("1", "115", "20240506", "L1"), shot("2", "115", "20240506", "K2"))
		}
		ctx := context.Background()
		for n := 1; n > 0; {
			var err error
			n, err = w.desk.Arrange(ctx)
			is.NoError(t, "arrange", err)
		}
		page, err := w.desk.Doses(ctx, w.ada, steward.Filter{})
		is.NoError(t, "queue", err)
		is.Equal(t, "on the first page", len(page.Questions), steward.PageSize)
		is.Equal(t, "on the second", w.risks(w.ada, steward.Filter{After: page.Next}), []string{fmt.Sprintf("Nr%c: Middle", 'a'+steward.PageSize)})
		is.Equal(t, "behind what is no place", len(w.risks(w.ada, steward.Filter{After: "7-x"})), steward.PageSize)
	})
}

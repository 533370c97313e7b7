package intake_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"openiis/internal/fault"
	"openiis/internal/flat"
	"openiis/internal/iis"
	"openiis/internal/intake"
	"openiis/internal/is"
	"openiis/internal/store"
)

const rowsOfTwo = "MRN,Last Name,First Name,DOB,Sex,Date Given,CVX,Lot\n" +
	"A1,Quillfeather,Juniper,4/5/2023,F,6/12/2024,94,L1\n" +
	"A1,Quillfeather,Juniper,4/5/2023,F,6/12/2024,08,L2\n" +
	"B2,Fernbrake,Ash,13/45/2019,M,6/13/2024,20,L3\n" +
	"C3,Mosswell,Ivy,1/2/2020,F,6/13/2024,20,L4\n" +
	"C3,Mosswell,Ivy,1/2/2020,F,6/13/2019,03,\n"

var (
	command = iis.Actor{Kind: "command"}
	clerk   = iis.Actor{Kind: "user", User: 77}
)

// keeps keeps a file of oak's as somebody and opens it.
func (w *world) keeps(by iis.Actor, text string) *intake.File {
	w.t.Helper()
	id, err := w.desk.KeepFile(context.Background(), by, w.oak, "shots.csv", []byte(text))
	is.NoError(w.t, "keep", err)
	f, err := w.desk.OpenFile(context.Background(), intake.Owner{Actor: by, Everyone: by.User == 0}, id, intake.PageLimits)
	is.NoError(w.t, "open", err)
	return f
}

// stores stores a file as its columns are guessed.
func (w *world) stores(f *intake.File) []string {
	w.t.Helper()
	var rows []iis.FileRow
	_, err := w.desk.StoreFile(context.Background(), clerk, f, f.Table.Guess(f.Known), func(part []iis.FileRow) { rows = append(rows, part...) })
	is.NoError(w.t, "store", err)
	return inShort(rows)
}

func inShort(rows []iis.FileRow) []string {
	var out []string
	for _, r := range rows {
		out = append(out, fmt.Sprintf("%d %s", r.Line, r.Result))
	}
	return out
}

func TestEveryRowOfAFileIsAnswered(t *testing.T) {
	each(t, func(w *world) {
		f := w.keeps(clerk, rowsOfTwo)
		is.Equal(t, "answers", w.stores(f), []string{"2 added", "3 added", "4 refused", "5 added", "6 added"})
		is.Equal(t, "doses", doses(w.ask(w.oak, juniper)), []string{"20240612 94 CP", "20240612 08 CP"})
		rows, counts, err := w.desk.FileAnswers(context.Background(), f.ID, 0, 10)
		is.NoError(t, "answers", err)
		is.Equal(t, "counts", fmt.Sprint(counts), fmt.Sprint(map[iis.RowResult]int{iis.RowAdded: 4, iis.RowRefused: 1}))
		is.Equal(t, "where and why", fmt.Sprintf("%d %s", rows[2].Problems[0].Column, rows[2].Problems[0].Rule), "4 birth date unreadable")
		early := slices.IndexFunc(rows[4].Problems, func(p iis.RowProblem) bool { return p.Rule == "RXA-3 before PID-7" })
		if early < 0 || rows[4].Problems[early].Column != 6 || strings.Contains(rows[4].Problems[early].Say, "PID") {
			t.Errorf("a dose before birth has the warning of every message, at its column and in plain words: %+v", rows[4].Problems)
		}
		if rows[0].Submission == 0 || rows[0].Submission != rows[1].Submission || rows[2].Submission != 0 || rows[4].Submission != rows[3].Submission {
			t.Errorf("submissions: %+v", rows)
		}
		sub, err := w.store.Submission(context.Background(), rows[0].Submission)
		is.NoError(t, "submission", err)
		if !strings.Contains(string(sub.Raw), "|"+f.ID.Public()+"-2|") {
			t.Errorf("the submission does not name its file and line: %s", sub.Raw)
		}
	})
}

func TestTheSameFileAgainDoesNoHarm(t *testing.T) {
	each(t, func(w *world) {
		w.stores(w.keeps(clerk, rowsOfTwo))
		is.Equal(t, "again", w.stores(w.keeps(clerk, rowsOfTwo)), []string{"2 known", "3 known", "4 refused", "5 known", "6 known"})
		corrected := strings.Replace(rowsOfTwo, "94,L1", "94,L77", 1)
		is.Equal(t, "a lot corrected", w.stores(w.keeps(clerk, corrected))[:2], []string{"2 updated", "3 known"})
		is.Equal(t, "doses", doses(w.ask(w.oak, juniper)), []string{"20240612 94 CP", "20240612 08 CP"})
		void := "MRN,Last Name,First Name,DOB,Date Given,CVX,Status\nA1,Quillfeather,Juniper,4/5/2023,6/12/2024,94,Void\nA1,Quillfeather,Juniper,4/5/2023,6/12/2023,94,Void\nA1,Quillfeather,Juniper,4/5/2023,,,\n"
		is.Equal(t, "void", w.stores(w.keeps(clerk, void)), []string{"2 deleted", "3 nothing", "4 person"})
		is.Equal(t, "doses left", doses(w.ask(w.oak, juniper)), []string{"20240612 08 CP"})
	})
}

// A dose that is kept apart from one it may be is on record: its row is not refused.
func TestARowWhoseDoseIsKeptApartIsAdded(t *testing.T) {
	each(t, func(w *world) {
		f := w.keeps(clerk, strings.Replace(rowsOfTwo, "08,L2", "94,E9", 1))
		var rows []iis.FileRow
		m := f.Table.Guess(f.Known)
		m.Doses = flat.GivenHere
		_, err := w.desk.StoreFile(context.Background(), clerk, f, m, func(part []iis.FileRow) { rows = append(rows, part...) })
		is.NoError(t, "store", err)
		is.Equal(t, "answers", inShort(rows), []string{"2 added", "3 added", "4 refused", "5 added", "6 added"})
		is.Equal(t, "which are in doubt", saying(rows, "dose kept apart"), []int{2, 3})
		is.Equal(t, "doses", doses(w.ask(w.oak, juniper)), []string{"20240612 94 CP", "20240612 94 CP"})
	})
}

// saying are the lines whose answers have a problem by a rule.
func saying(rows []iis.FileRow, rule string) (out []int) {
	for _, r := range rows {
		if slices.ContainsFunc(r.Problems, func(p iis.RowProblem) bool { return p.Rule == rule }) {
			out = append(out, r.Line)
		}
	}
	return out
}

// Who may be somebody who is known is told with the first row of theirs; of a record that
// another protects nothing is.
func TestARowOfSomebodyWhoMayBeKnownSaysSo(t *testing.T) {
	for protected, want := range map[string][]int{"": {2}, "PD1||||||||||||Y|20240612\r": nil} {
		each(t, func(w *world) {
			w.accepted(w.elm, w.vxu(child{"E1", "Quillfeather", "Juniper", "20230405", "F", larch}, protected, order("1", "20240612", "94^MMRV^CVX", "00", "A", "Z9")))
			f := w.keeps(clerk, rowsOfTwo)
			w.stores(f)
			rows, _, err := w.desk.FileAnswers(context.Background(), f.ID, 0, 10)
			is.NoError(t, "answers", err)
			is.Equal(t, "rows", saying(rows, "possible patient"), want)
		})
	}
}

func TestAFileIsKeptBeforeItIsReadAndIsItsOwners(t *testing.T) {
	each(t, func(w *world) {
		const pdf = "%PDF-1.7 not a list"
		f := w.keeps(clerk, pdf)
		is.Equal(t, "table", f.Table == nil, true)
		is.Equal(t, "why", fault.KindOf(f.Unreadable), fault.Invalid)
		var raw []byte
		is.NoError(t, "content", w.store.Read(context.Background(), func(tx *store.Tx) (err error) {
			raw, err = tx.FileContent(f.ID)
			return err
		}))
		is.Equal(t, "as it came", string(raw), pdf)
		other := intake.Owner{Actor: iis.Actor{Kind: "user", User: 78}}
		_, err := w.desk.OpenFile(context.Background(), other, f.ID, intake.PageLimits)
		is.Equal(t, "another user", fault.KindOf(err), fault.NotFound)
		other.Everyone = true
		_, err = w.desk.OpenFile(context.Background(), other, f.ID, intake.PageLimits)
		is.NoError(t, "an administrator", err)
		_, err = w.desk.OpenFile(context.Background(), other, f.ID+1, intake.PageLimits)
		is.Equal(t, "none", fault.KindOf(err), fault.NotFound)
		mine, err := w.desk.Files(context.Background(), intake.Owner{Actor: iis.Actor{Kind: "user", User: 78}})
		is.NoError(t, "files", err)
		is.Equal(t, "files of another", len(mine), 0)
	})
}

func TestASendersColumnsAreRemembered(t *testing.T) {
	each(t, func(w *world) {
		ctx := context.Background()
		m := flat.Mapping{Doses: flat.Elsewhere, Columns: []flat.Assigned{{Column: "Kennung", Field: "mrn"}, {Column: "DOB", Field: "birth_date"}, {Column: "Last Name", Field: "last_name"}}}
		is.NoError(t, "set", w.desk.SetFileMapping(ctx, clerk, w.oak.ID, m))
		f := w.keeps(clerk, strings.Replace(rowsOfTwo, "MRN", "Kennung", 1))
		is.Equal(t, "by whom", f.Said.By, clerk.User)
		is.Equal(t, "guessed", f.Table.Guess(f.Known).Columns[0], flat.Assigned{Column: "Kennung", Field: "mrn"})
		is.Equal(t, "doses", f.Table.Guess(f.Known).Doses, flat.Elsewhere)
		is.Equal(t, "answers", w.stores(f)[0], "2 added")
		m.Columns[0].Field = "birth_date"
		is.Equal(t, "two columns for one field", fault.KindOf(w.desk.SetFileMapping(ctx, clerk, w.oak.ID, m)), fault.Invalid)
		got, err := w.desk.FileMapping(ctx, w.elm.ID)
		is.NoError(t, "another's", err)
		is.Equal(t, "another's", len(got.Columns), 0)
	})
}

func TestAPreviewStoresNothingAndTellsWhatStoringWould(t *testing.T) {
	each(t, func(w *world) {
		ctx := context.Background()
		f := w.keeps(clerk, rowsOfTwo)
		p, err := w.desk.PreviewFile(ctx, f, f.Table.Guess(f.Known))
		is.NoError(t, "preview", err)
		is.Equal(t, "counts", fmt.Sprint(p.Good+p.Doubtful, p.Refused, p.People), "4 1 2")
		tried, err := w.desk.RehearseFile(ctx, command, f, f.Table.Guess(f.Known), nil)
		is.NoError(t, "rehearse", err)
		is.Equal(t, "rehearsed", fmt.Sprint(tried.Counts), fmt.Sprint(map[iis.RowResult]int{iis.RowAdded: 4, iis.RowRefused: 1}))
		is.Equal(t, "reasons", tried.Reasons["birth date unreadable"], 1)
		is.Equal(t, "nothing is on record", profile(w.ask(w.oak, juniper)), "Z33")
	})
}

// What an interruption cut is gone on with: rows that were answered are not taken
// again, those that were not are.
func TestAFileThatWasCutIsGoneOnWith(t *testing.T) {
	each(t, func(w *world) {
		var b strings.Builder
		b.WriteString("MRN,Last Name,First Name,DOB,Date Given,CVX\n")
		for i := range 450 {
			fmt.Fprintf(&b, "M%d,Quillfeather%c%c,Juniper,4/5/2023,6/12/2024,94\n", i, 'a'+i/26, 'a'+i%26)
		}
		text := []byte(b.String())
		ctx, stop := context.WithCancel(context.Background())
		f, err := w.desk.ImportedFile(ctx, command, w.oak, "shots.csv", text)
		is.NoError(t, "keep", err)
		m := f.Table.Guess(f.Known)
		cut, err := w.desk.StoreFile(ctx, command, f, m, func([]iis.FileRow) { stop() })
		is.Equal(t, "cut", errors.Is(err, context.Canceled), true)
		is.Equal(t, "rows before the cut", cut.Rows, 200)
		again, err := w.desk.ImportedFile(context.Background(), command, w.oak, "shots.csv", text)
		is.NoError(t, "keep again", err)
		is.Equal(t, "the same file", again.ID, f.ID)
		whole, err := w.desk.StoreFile(context.Background(), command, again, m, nil)
		is.NoError(t, "go on", err)
		is.Equal(t, "rows", fmt.Sprint(whole.Rows, whole.Counts), fmt.Sprint(450, map[iis.RowResult]int{iis.RowAdded: 450}))
		once := map[iis.SubmissionID]int{}
		rows, _, err := w.desk.FileAnswers(context.Background(), f.ID, 0, 1000)
		is.NoError(t, "answers", err)
		for _, r := range rows {
			once[r.Submission]++
		}
		is.Equal(t, "a submission a person", len(once), 450)
		third, err := w.desk.ImportedFile(context.Background(), command, w.oak, "shots.csv", text)
		is.NoError(t, "a third time", err)
		is.Equal(t, "a file that was stored whole is another", third.ID == f.ID, false)
	})
}

func TestAFileIsStoredByOneAtATime(t *testing.T) {
	each(t, func(w *world) {
		f := w.keeps(clerk, rowsOfTwo)
		m := f.Table.Guess(f.Known)
		is.NoError(t, "claim", w.store.Write(context.Background(), func(tx *store.Tx) error {
			return tx.ClaimFile(f.ID, m.Text(), 5, w.store.Now(), w.store.Now().Add(time.Minute))
		}))
		_, err := w.desk.StoreFile(context.Background(), clerk, f, m, nil)
		is.Equal(t, "meanwhile", fault.KindOf(err), fault.Conflict)
		lacking := flat.Mapping{Columns: make([]flat.Assigned, len(m.Columns))}
		_, err = w.desk.StoreFile(context.Background(), clerk, f, lacking, nil)
		is.Equal(t, "without columns", fault.KindOf(err), fault.Invalid)
	})
}

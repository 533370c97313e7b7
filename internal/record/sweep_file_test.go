package record

import (
	"context"
	"testing"

	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/store"
)

// upload keeps a file of rows of a clinic's, of which nothing is stored.
func (w *town) upload(clinic int, name, text string) iis.FileID {
	w.t.Helper()
	f := iis.File{Sender: w.clinics[clinic].ID, By: 77, Received: w.s.Now(), Name: name}
	is.NoError(w.t, "upload", w.s.Write(context.Background(), func(tx *store.Tx) error { return tx.AddFile(&f, []byte(text)) }))
	return f.ID
}

// shows reports, of some files, whether each is shown and listed.
func (w *town) shows(files []iis.FileID) (out []bool) {
	w.t.Helper()
	is.NoError(w.t, "files", w.s.Read(context.Background(), func(tx *store.Tx) error {
		listed := map[iis.FileID]bool{}
		all, err := tx.Files(77, 50)
		for _, f := range all {
			listed[f.ID] = true
		}
		for _, id := range files {
			_, lost := tx.FileContent(id)
			is.Equal(w.t, "listed as it is shown", listed[id], fault.KindOf(lost) != fault.NotFound)
			out = append(out, listed[id])
		}
		return err
	}))
	return out
}

// Files that were uploaded, looked at and never stored have no message by which they
// would be found: they are read.
func TestUploadedFilesThatNameWhoIsSealedAreSealedToo(t *testing.T) {
	eachTown(t, func(w *town) {
		ctx := context.Background()
		chart := canary
		chart.number = "CH-1717"
		was := w.tell(chart, formerHome)
		head := "MRN,Last Name,First Name,DOB,Date Given,CVX\n"
		files := []iis.FileID{
			w.upload(2, "shots.csv", head+"Z9,QUILLFEATHER,Oriole,5/5/2020,6/12/2024,94\n"),                  // of a clinic that never told of it
			w.upload(0, "mine.csv", head+"ch-1717,,,5/5/2020,6/12/2024,94\n"),                                // by its chart
			w.upload(1, "Oriole Quillfeather.csv", head),                                                     // by the name of the file
			w.upload(1, "broken.csv", "\"Quillfeather, Oriole\n"),                                            // unreadable
			w.upload(2, "others.csv", head+"Z9,Quillfeather,Robin,5/5/2019,,\nZ8,Smith,Oriole,5/5/2020,,\n"), // two others
			w.upload(2, "number.csv", head+"CH-1717,Smith,Ann,5/5/2020,6/12/2024,94\n"),                      // another clinic's chart
			w.upload(2, "longer.csv", head+"Z7,Quillfeathers,Orioles,5/5/2020,6/12/2024,94\n"),               // another name
		}
		all := []bool{true, true, true, true, true, true, true}
		is.Equal(t, "before", w.shows(files), all)
		id, _ := w.seal(was.Person)
		n, err := w.k.Sweep(ctx, id, steward)
		is.NoError(t, "sweep", err)
		is.Equal(t, "sealed", []any{n, w.shows(files)}, []any{4, []bool{false, false, false, false, true, true, true}})
		n, err = w.k.Sweep(ctx, id, steward)
		is.NoError(t, "once more", err)
		is.Equal(t, "nothing else", n, 0)
		is.NoError(t, "unseal", w.k.Unseal(ctx, id, steward, "reversed"))
		is.Equal(t, "unsealed", w.shows(files), all)
	})
}

// TestARefusedFormIsSealedByTheNumberOfItsRecord is about a form that was kept and came to
// nothing: it tells whose record was open by its number alone.
func TestARefusedFormIsSealedByTheNumberOfItsRecord(t *testing.T) {
	eachTown(t, func(w *town) {
		ctx := context.Background()
		was, other := w.tell(canary, formerHome), w.tell(whose{1, "4", "Heather", "Robin", "2019-01-02"}, newHome)
		keep := func(about iis.PersonID) iis.SubmissionID {
			var form iis.Form
			form.Add("Form", "Objection")
			form.Add("Record", about.Public())
			sub := iis.Submission{Sender: w.clinics[2], Door: iis.DoorWeb, Received: w.s.Now(), Raw: form.Text()}
			kept := w.s.Keep(&sub)
			is.NoError(t, "keep", kept.Before())
			is.NoError(t, "kept", kept.Wait())
			return sub.ID
		}
		refused, stays := keep(was.Person), keep(other.Person)
		id, _ := w.seal(was.Person)
		n, err := w.k.Sweep(ctx, id, iis.Actor{Kind: "user", User: 1})
		is.NoError(t, "sweep", err)
		is.Equal(t, "sealed", n, 1)
		_, err = w.s.Submission(ctx, refused)
		is.Equal(t, "the form", fault.KindOf(err), fault.NotFound)
		_, err = w.s.Submission(ctx, stays)
		is.NoError(t, "of somebody else", err)
	})
}

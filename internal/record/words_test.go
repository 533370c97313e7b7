package record

import (
	"context"
	"slices"
	"testing"
	"time"

	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/store"
)

// says writes a petition with its proof, and a word of informing, about a record in the name of
// a clinic (-1: of the programme).
func (w *town) says(id iis.PersonID, clinic int, text string) {
	w.t.Helper()
	is.NoError(w.t, "say", w.s.Write(context.Background(), func(tx *store.Tx) error {
		f, err := tx.FolderToChange(id)
		if err != nil {
			return err
		}
		var site iis.SenderID
		if clinic >= 0 {
			site = w.clinics[clinic].ID
		}
		source, err := tx.SourceOf(f.ID, site, nil)
		if err != nil {
			return err
		}
		i := iis.Informed{Person: f.ID, ID: iis.InformedID(w.s.NewID()), Sender: site, Day: f.Golden.Birth, How: []string{text}, Language: "eng", At: time.Unix(1, 0), Source: source}
		if err := tx.AddInformed(&i); err != nil {
			return err
		}
		c := iis.Concern{Person: f.ID, ID: iis.ConcernID(w.s.NewID()), Reason: "other", Say: text, AskedFor: "z", Raised: time.Unix(1, 0), Source: source}
		if err := tx.AddConcern(c); err != nil {
			return err
		}
		return tx.AddEvidence(&iis.Evidence{Person: f.ID, Concern: c.ID, Name: text, Kind: "application/pdf", Content: []byte("%PDF-"), At: time.Unix(1, 0)})
	}))
}

// said is what was said of a record: each text as often as it is whole (a petition, its proof and
// a word of informing), those with a mark of which it cannot be told of what they are.
func (w *town) said(id iis.PersonID) []string {
	w.t.Helper()
	out := []string{}
	is.NoError(w.t, "read", w.s.Read(context.Background(), func(tx *store.Tx) error {
		out = []string{}
		concerns, err := tx.Concerns(id)
		if err != nil {
			return err
		}
		proofs, err := tx.Evidence(id)
		if err != nil {
			return err
		}
		informed, err := tx.InformedOf(id)
		if err != nil {
			return err
		}
		for _, c := range concerns {
			text := c.Say
			if !slices.ContainsFunc(proofs, func(e iis.Evidence) bool { return e.Concern == c.ID && e.Name == text }) {
				text += " without its proof"
			}
			if !slices.ContainsFunc(informed, func(i iis.Informed) bool { return i.How[0] == c.Say && (i.Parted != 0) == (c.Parted != 0) }) {
				text += " without its informing"
			}
			if c.Parted != 0 {
				text += "?"
			}
			out = append(out, text)
		}
		is.Equal(w.t, "no more", []int{len(proofs), len(informed)}, []int{len(concerns), len(concerns)})
		return nil
	}))
	slices.Sort(out)
	return out
}

// What was said of a source goes where the source goes; what may be of any stays and is marked.
func TestWhatUsersSaidGoesWithTheSourceThatTheySaidItOf(t *testing.T) {
	eachTown(t, func(w *town) {
		a := w.send(ann).Person
		b := w.send(anna)
		w.says(b.Person, 1, "elm before")
		w.merge(a, b.Person)
		w.says(a, 0, "oak")
		w.says(a, 1, "elm")
		w.says(a, -1, "staff")
		d := w.move(b.Source, a, 0)
		made := w.send(anna).Person
		is.Equal(t, "went", w.said(made), []string{"elm", "elm before"})
		is.Equal(t, "stayed", w.said(a), []string{"oak", "staff?"})
		w.says(made, 1, "elm after")
		w.undo(d)
		is.Equal(t, "came back", w.said(a), []string{"elm", "elm after", "elm before", "oak", "staff"})
		to := w.send(bella).Person
		w.says(to, 2, "ash")
		w.says(to, -1, "staff there")
		d = w.move(b.Source, a, to)
		is.Equal(t, "went there", w.said(to), []string{"ash", "elm", "elm after", "elm before", "staff there"})
		w.says(to, -1, "staff after")
		w.undo(d)
		is.Equal(t, "came back from there", w.said(a), []string{"elm", "elm after", "elm before", "oak", "staff"})
		is.Equal(t, "stayed there", w.said(to), []string{"ash", "staff after?", "staff there"})
	})
}

func TestWhatUsersSaidSinceAMergeGoesBackWhenItIsUndone(t *testing.T) {
	eachTown(t, func(w *town) {
		a := w.send(ann).Person
		b := w.send(anna).Person
		w.says(a, -1, "staff of a")
		w.says(b, -1, "staff of b")
		w.says(b, 1, "elm of b")
		d := w.merge(a, b)
		w.says(a, 1, "elm since")
		w.says(a, 0, "oak since")
		w.says(a, 2, "ash since")
		w.undo(d)
		is.Equal(t, "the one", w.said(a), []string{"ash since?", "oak since", "staff of a"})
		is.Equal(t, "the other", w.said(b), []string{"elm of b", "elm since", "staff of b"})
	})
}

// Two records of one clinic: of what it says of both together it cannot be told of which.
func TestWhatAClinicSaysOfItsTwoRecordsInOneCannotBeTold(t *testing.T) {
	eachTown(t, func(w *town) {
		a := w.send(ann).Person
		b := w.send(whose{0, "A2", "Marsh", "Bella", "2020-05-01"})
		w.says(b.Person, 0, "of b")
		w.merge(a, b.Person)
		w.says(a, 0, "of both")
		w.move(b.Source, a, 0)
		is.Equal(t, "stayed", w.said(a), []string{"of both?"})
	})
}

package store

import (
	"cmp"
	"slices"
	"time"

	"openiis/internal/iis"
	"openiis/internal/store/db"
)

// Lifted is the verdict of a word that takes back what was said of two reports.
const Lifted iis.PinVerdict = "lifted"

// DosePin is what somebody said of two reports of a person, and why. Words are
// kept for ever: the last on a pair holds.
type DosePin struct {
	Person iis.PersonID
	ID     int64 // in the order in which they were said
	iis.DosePin
	By  iis.UserID // 0: nobody who signs in, but a command
	Why string
	At  time.Time
}

// AddDosePin stores somebody's word on two reports.
func (tx *Tx) AddDosePin(p DosePin) error {
	return tx.Exec(`
		INSERT INTO dose_pin (person_id, id, a, b, verdict, said_by, why, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		p.Person, p.ID, p.A, p.B, string(p.Verdict), p.By, p.Why, p.At.UnixMicro())
}

// DosePins are all words on the reports of a person, the oldest first.
func (tx *Tx) DosePins(person iis.PersonID) (out []DosePin, err error) {
	err = tx.Select(dosePinsQuery(person, &out))
	return out, err
}

func dosePinsQuery(person iis.PersonID, into *[]DosePin) db.Query {
	return db.Query{
		SQL:  `SELECT id, a, b, verdict, said_by, why, at FROM dose_pin WHERE person_id = $1 ORDER BY id`,
		Args: []any{person},
		Each: func(r db.Row) error {
			*into = append(*into, DosePin{
				Person: person, ID: r.Int(0), By: iis.UserID(r.Int(4)), Why: r.Text(5), At: time.UnixMicro(r.Int(6)).UTC(),
				DosePin: iis.DosePin{A: iis.SourceDoseID(r.Int(1)), B: iis.SourceDoseID(r.Int(2)), Verdict: iis.PinVerdict(r.Text(3))},
			})
			return nil
		},
	}
}

// SetPin has a word hold in the folder, in the place of what was said of the same
// two reports before. What is derived is for the caller to renew.
func (f *Folder) SetPin(p DosePin) {
	at, said := slices.BinarySearchFunc(f.Pins, p.DosePin, func(a, b iis.DosePin) int {
		return cmp.Or(cmp.Compare(a.A, b.A), cmp.Compare(a.B, b.B))
	})
	switch {
	case p.Verdict == Lifted && said:
		f.Pins = slices.Delete(f.Pins, at, at+1)
	case p.Verdict == Lifted:
	case said:
		f.Pins[at] = p.DosePin
	default:
		f.Pins = slices.Insert(f.Pins, at, p.DosePin)
	}
}

// Pinned is what somebody said of two reports, the lower first, and did not take
// back; "" when nobody did.
func (f *Folder) Pinned(a, b iis.SourceDoseID) iis.PinVerdict {
	for _, p := range f.Pins {
		if p.A == a && p.B == b {
			return p.Verdict
		}
	}
	return ""
}

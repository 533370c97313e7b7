package record

import (
	"slices"

	"openiis/internal/golden"
	"openiis/internal/iis"
	"openiis/internal/match"
	"openiis/internal/store"
)

// placeAgain places what a sender says of a patient without a number of its own
// with the source that its message before made, when it says the same of the
// patient: a message that is sent again, or the next visit of that patient, must
// not make another record each time. It also takes the number that the sender
// gives the patient at last. What it says must be more than a name and a birth
// date, and a name; otherwise two patients of the sender may share it, two
// newborns of one mother for instance, and the message must repeat the number of
// a dose that this source reported.
//
// Nothing that people or messages decided since is undone: the source is in the
// record that it was moved to.
func (a *arrival) placeAgain(l *lookup) (bool, error) {
	if len(l.own) > 0 || match.Unsaid(&a.Person) {
		return false, nil
	}
	for i := range l.said {
		for j := range l.said[i].Sources {
			s := &l.said[i].Sources[j]
			if s.Sender != a.Sender.ID || !saysAgain(&s.Person, &a.Person) {
				continue
			}
			if done, err := a.placeInto(l.said[i].ID, s.Source); done || err != nil {
				return done, err
			}
		}
	}
	return false, nil
}

// placeInto places an arrival with a source of a person, unless another's patient
// may be meant.
func (a *arrival) placeInto(person iis.PersonID, source iis.SourceID) (bool, error) {
	if !tellsApart(&a.Person) { // asked before the record is held: who holds one that is not meant makes others wait
		f, err := a.tx.Folders(person)
		if err != nil || len(f) == 0 || !a.sharesNumber(f[0], source) {
			return false, err
		}
	}
	folder, err := a.tx.Hold(person)
	if err != nil || folder == nil {
		return false, err
	}
	s := folder.Source(source)
	if s == nil || !saysAgain(&s.Person, &a.Person) {
		return false, nil
	}
	a.folder, a.receipt.Person, a.receipt.Source, a.receipt.Match = folder, person, source, match.SaidBefore
	return true, nil
}

// saysAgain reports that a source without a number of its sender's describes the
// patient by the same words as what is said now, with a number or without.
func saysAgain(known, said *iis.Person) bool {
	if len(match.OwnKeys(known)) > 0 {
		return false
	}
	a, b := wordsOf(known), wordsOf(said)
	return a.Same(&b)
}

// wordsOf is what describes a patient and hardly changes: without the sender's own
// numbers, and without consent, status and the like.
func wordsOf(p *iis.Person) iis.Person {
	return iis.Person{
		IDs: slices.DeleteFunc(slices.Clone(p.IDs), func(id iis.Identifier) bool {
			return len(match.OwnKeys(&iis.Person{IDs: []iis.Identifier{id}})) > 0
		}),
		Names: p.Names, MotherMaiden: p.MotherMaiden, Birth: p.Birth, Sex: p.Sex,
		Addresses: p.Addresses, Telecoms: p.Telecoms, Kin: p.Kin,
		MultipleBirth: p.MultipleBirth, BirthOrder: p.BirthOrder,
	}
}

// tellsApart reports a description that two patients of one sender hardly share.
func tellsApart(p *iis.Person) bool {
	n := p.LegalName()
	if n.Family == "" || n.Given == "" || golden.IsPlaceholder(n) || p.MultipleBirth == "Y" && p.BirthOrder == 0 {
		return false
	}
	w := wordsOf(p)
	return len(w.IDs)+len(w.Addresses)+len(w.Telecoms)+len(w.Kin) > 0 || w.MotherMaiden != iis.Name{}
}

// sharesNumber reports that a dose of the arrival has the number of one that the
// source reported.
func (a *arrival) sharesNumber(f *store.Folder, source iis.SourceID) bool {
	return slices.ContainsFunc(a.Doses, func(r Report) bool {
		return hasNumber(&r.Dose) && slices.ContainsFunc(f.Doses, func(d iis.SourceDose) bool {
			return d.Source == source && hasNumber(&d.Dose) && DoseKey(&d.Dose) == DoseKey(&r.Dose)
		})
	})
}

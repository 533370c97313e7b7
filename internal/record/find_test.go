package record

import (
	"testing"

	"openiis/internal/iis"
	"openiis/internal/is"
)

// TestAClinicAsksForItsOwnPatient asks with all that the clinic told, with less, and
// with what it told of another child.
func TestAClinicAsksForItsOwnPatient(t *testing.T) {
	eachPlace(t, func(p *places) {
		larch := living("12 Larch Street", "58102")
		ana := someone("Quistgaard", "Ana", "20190302", "F", larch, number("MR", "1", "OAK"))
		ben := someone("Quistgaard", "Ben", "20170814", "M", larch, number("MR", "2", "OAK"))
		is1, is2 := p.take(p.oak, ana).Person, p.take(p.oak, ben).Person
		if is1 == is2 {
			t.Fatal("two children are one record")
		}
		less := ana
		less.Addresses, less.Telecoms, less.Sex = nil, nil, ""
		swapped := ben
		swapped.IDs = ana.IDs
		moved := ana
		moved.Addresses = []iis.Address{{Street: "7 Birch Road", City: "Fargo", Zip: "58104", Type: "H"}}
		for name, c := range map[string]struct {
			who  iis.Person
			want iis.PersonID
		}{
			"with all that was told":  {ana, is1},
			"the brother":             {ben, is2},
			"with a part of it":       {less, is1},
			"with a new address":      {moved, is1},
			"with the brother's name": {swapped, 0},
		} {
			is.Equal(t, name, who(p.find(p.oak, c.who)), c.want)
		}

		// Another clinic protects the record: the first sees what it told itself.
		abroad := ana
		abroad.IDs = nil
		is.Equal(t, "the second clinic's", p.take(p.elm, someone("Quistgaard", "Ana", "20190302", "F", larch, number("MR", "9", "ELM"), protected)).Person, is1)
		own := p.find(p.oak, ana)
		is.Equal(t, "its own part", who(own), is1)
		for _, s := range own.Folder.Sources {
			is.Equal(t, "who told it", s.Sender, p.oak.ID)
		}
		is.Equal(t, "to the clinic that protects", len(p.find(p.elm, abroad).Folder.Sources), 2)

		// A closed record is nobody's, whoever told of it.
		p.take(p.elm, someone("Quistgaard", "Ana", "20190302", "F", larch, number("MR", "9", "ELM"), func(p *iis.Person) { p.OptOut = "Y" }))
		is.Equal(t, "of a closed record", who(p.find(p.oak, ana)), 0)
	})
}

// who is whose record an answer is; 0 is nobody's.
func who(f Found) iis.PersonID {
	if f.Folder == nil {
		return 0
	}
	return f.Folder.ID
}

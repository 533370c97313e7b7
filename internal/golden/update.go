package golden

import "openiis/internal/iis"

// Update is what a source says of a person in all, after one more message of
// it. A message carries perhaps only part of what its sender knows: an empty
// field says nothing, and what was said before holds (IG 1.5, chapter 4: an
// empty field is "no information"). A list that was sent replaces the one
// before; numbers are replaced type by type.
func Update(before, said *iis.Person) iis.Person {
	p := *said
	p.IDs = updateIDs(before.IDs, said.IDs)
	fillList(&p.Names, before.Names)
	fill(&p.MotherMaiden, before.MotherMaiden)
	fillMoment(&p.Birth, &p.BirthTime, before.Birth, before.BirthTime)
	fill(&p.Sex, before.Sex)
	fillList(&p.Races, before.Races)
	fill(&p.Ethnicity, before.Ethnicity)
	fill(&p.Language, before.Language)
	p.Addresses = append([]iis.Address(nil), said.Addresses...)
	addAddresses(&p, before)
	fillList(&p.Telecoms, before.Telecoms)
	fillBirthOrder(&p, before)
	fill(&p.BirthFacility, before.BirthFacility)
	fillDeath(&p, before)
	fillSince(&p.Publicity, &p.PublicityFrom, before.Publicity, before.PublicityFrom)
	fillSince(&p.Protection, &p.ProtectionFrom, before.Protection, before.ProtectionFrom)
	if p.Protection == "Y" && before.Protection == "Y" {
		p.ProtectedAt = before.ProtectedAt
	}
	p.Untold = said.Untold && before.Untold
	fill(&p.OptOut, before.OptOut)
	fillSince(&p.Status, &p.StatusFrom, before.Status, before.StatusFrom)
	fillList(&p.Kin, before.Kin)
	fill(&p.Certificate, before.Certificate)
	return p
}

// updateIDs keeps those numbers of before whose type and authority the message
// did not send anew.
func updateIDs(before, said []iis.Identifier) []iis.Identifier {
	out := append([]iis.Identifier(nil), said...)
	for _, old := range before {
		replaced := false
		for _, id := range said {
			replaced = replaced || (id.Type == old.Type && id.Authority == old.Authority)
		}
		if !replaced {
			out = append(out, old)
		}
	}
	return out
}

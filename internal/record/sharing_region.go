package record

import (
	"slices"
	"strings"

	"openiis/internal/iis"
	"openiis/internal/policy"
	"openiis/internal/store"
)

// reaches reports a person who is within the reach of whoever asks: everybody, but for
// those who are held to a region.
func (k *Keeper) reaches(tx *store.Tx, by iis.Actor, f *store.Folder) (bool, error) {
	if !by.Reach.Holds() {
		return true, nil
	}
	law, err := k.policyIn(tx)
	return err == nil && ofRegion(law, by.Reach, f), err
}

// ofRegion reports a person of a region whose staff may see records, by the state's policy:
// somebody of whom a site of the region reported, or who lives in one of its counties.
func ofRegion(law *policy.Policy, reach *iis.Reach, f *store.Folder) bool {
	whose := law.Regional
	if whose == nil || reach.Region == "" {
		return false
	}
	if whose.Sites && slices.ContainsFunc(f.Sources, func(s store.SourcePerson) bool { return reach.HasSender(s.Sender) }) {
		return true
	}
	if !whose.Residents {
		return false
	}
	r := regionOfHome(law, &f.Golden)
	return r != nil && r.Code == reach.Region
}

// noHome are the kinds of addresses (HL7 table 0190) at which nobody lives now.
var noHome = []string{"BDL", "BA", "N", "F"}

// regionOfHome is the region in which a person lives, by the county of the address; nil
// when that does not tell. A county of another state may have the name of one of ours.
func regionOfHome(law *policy.Policy, p *iis.Person) *policy.Region {
	for i := range p.Addresses {
		a := &p.Addresses[i]
		if slices.Contains(noHome, a.Type) {
			continue
		}
		if !strings.EqualFold(a.State, law.State) {
			return nil
		}
		return law.RegionOf(a.County)
	}
	return nil
}

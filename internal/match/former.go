package match

import (
	"hash/fnv"
	"slices"
	"strings"

	"openiis/internal/cal"
	"openiis/internal/fold"
	"openiis/internal/iis"
)

// FormerKeys are the keys under which programs of former versions stored a person, as far as
// Keys has them no more. Before KeyVersion 2: each name with the birth date, the family name
// with it, and numbers for life. Before 3: telephones that say nothing. As long as somebody
// may be stored under these alone, people are looked up by them too.
func (r *Rules) FormerKeys(p *iis.Person) []int64 {
	var out []int64
	add := func(parts ...string) {
		h := fnv.New64a()
		for _, p := range parts {
			_, _ = h.Write([]byte(p)) // a hash never fails
			_, _ = h.Write([]byte{0})
		}
		if k := int64(h.Sum64()); !slices.Contains(out, k) {
			out = append(out, k)
		}
	}
	for _, n := range p.Names {
		family, given := fold.Text(n.Family), fold.Text(n.Given)
		if p.Birth == cal.None || family == "" {
			continue
		}
		if given != "" {
			add("name", family, given, p.Birth.Compact())
		}
		add("family", family, p.Birth.Compact())
	}
	for _, id := range p.IDs {
		switch id.Type {
		case "SS":
			if v := r.socialNumber(id.Value); len(v) == 9 && v == fold.Text(id.Value) {
				add(id.Type, v)
			}
		case "MA":
			if v := lifeNumber(id.Value); v != "" {
				add(id.Type, v)
			}
		}
	}
	return append(out, r.phonesOfVersion2(p)...)
}

// phonesOfVersion2 are the keys of telephones that only a program of KeyVersion 2 took for
// somebody's.
func (r *Rules) phonesOfVersion2(p *iis.Person) []int64 {
	var k keySet
	year := uint64(r.Prepare(p).birth.y)
	for _, t := range p.Telecoms {
		n := telephone(t)
		if n == "" || !r.saysNothing(n) {
			continue
		}
		if own := n[len(n)-7:]; strings.Trim(own, own[:1]) != "" && own != "1234567" {
			k.add(keyPhone, text(own), year)
		}
	}
	return k.keys
}

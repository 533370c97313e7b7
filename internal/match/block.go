package match

import (
	"hash/fnv"
	"slices"

	"openiis/internal/cal"
	"openiis/internal/iis"
)

// Kinds of key. The number is part of a key: it never changes its meaning.
const (
	keyFamily  = iota + 1 // day of birth, a word of the family name
	keyGiven              // day of birth, given name
	keyYear               // year of birth, both names
	keyDay                // day and month of birth, both names
	keySocial             // social security number
	keyCare               // Medicaid number
	keyChart              // a facility's number, where the authority is told
	keyPhone              // telephone, year of birth
	keyMother             // day of birth, given name of mother or guardian
	keyHouse              // house, street, ZIP code, year of birth
	keyZIP                // ZIP code, both names
	keyEmail              // e-mail, year of birth
	keySwapped            // day of birth, both names in either order
	keyFront              // the first five digits of the social security number, a name
	keyEnd                // its last four digits, a name
	keyStreet             // street, ZIP code, given name
	keyTown               // day of birth, ZIP code
	keyKinds
)

var keyNames = [keyKinds]string{
	"of a former kind", "birth date and family name", "birth date and given name", "year of birth and names", "day of birth and names",
	"social security number", "Medicaid number", "record number", "telephone and year of birth", "birth date and mother or guardian",
	"house and year of birth", "ZIP code and names", "e-mail and year of birth", "birth date and names in either order",
	"beginning of the social security number and a name", "end of the social security number and a name", "street and given name",
	"birth date and ZIP code",
}

// KeyVersion is raised whenever Keys gives other keys of the same description
// than before, by its code or by the files that it reads: then stored keys are
// made anew (record.Rekeyer).
const KeyVersion = 3

// kindBits are the lowest bits of a key, in which its kind is.
const kindBits = 5

// KindOfKey says of what a key is made, in words.
func KindOfKey(k int64) string {
	if kind := k & (1<<kindBits - 1); kind < int64(keyKinds) {
		return keyNames[kind]
	}
	return keyNames[0]
}

// Keys are the equality keys by which a person is found again, hashed, each
// through a slip of some kind: names by their sound, a day of birth without the
// order of day and month, and things that stay when a name or a birth date is
// wrong. Whoever shares a key is compared; a description with a home and a mother
// has about fifteen.
//
// They are of one table of equal keys, so that each is one look-up on one shard.
func (r *Rules) Keys(p *iis.Person) []int64 { return r.Prepare(p).Keys() }

// Keys are the keys of a record (Rules.Keys).
func (a *Record) Keys() []int64 {
	var k keySet
	families, first := a.familySounds(), firstSounds(a.givens)
	k.ofBirth(a, families, a.sounding(a.givens, a.middles))
	for _, f := range families {
		for _, g := range first {
			k.ofNames(a, f, g)
		}
	}
	k.ofNumbers(a, slices.Concat(families, first))
	k.ofHome(a, first)
	return k.keys
}

type keySet struct{ keys []int64 }

// add hashes what makes a key. A part that is 0 is unknown: then there is no key.
func (k *keySet) add(kind int, parts ...uint64) {
	h := fnv.New64a()
	var b [8]byte
	write := func(v uint64) {
		for i := range b {
			b[i] = byte(v >> (8 * i))
		}
		_, _ = h.Write(b[:]) // a hash never fails
	}
	write(uint64(kind))
	for _, p := range parts {
		if p == 0 {
			return
		}
		write(p)
	}
	if key := int64(h.Sum64()<<kindBits) | int64(kind); !slices.Contains(k.keys, key) {
		k.keys = append(k.keys, key)
	}
}

// ofBirth are keys of the day of birth with one name.
func (k *keySet) ofBirth(a *Record, families, givens []uint64) {
	day := a.birth.eitherOrder()
	for _, f := range families {
		k.add(keyFamily, day, f)
	}
	for _, m := range a.sounding(a.maidens) {
		k.add(keyFamily, day, m)
	}
	for _, g := range givens {
		k.add(keyGiven, day, g)
	}
	for _, g := range a.sounding(a.guardians) {
		k.add(keyMother, day, g)
	}
}

// ofNames are keys of both names, for birth dates that are wrong.
func (k *keySet) ofNames(a *Record, family, given uint64) {
	k.add(keyYear, uint64(a.birth.y), family, given)
	k.add(keyDay, a.birth.dayMonth(), family, given)
	k.add(keySwapped, a.birth.eitherOrder(), min(family, given), max(family, given))
	for i := range a.addresses {
		k.add(keyZIP, text(a.addresses[i].zip), family, given)
	}
}

// ofNumbers are keys of numbers, and of either end of a social security number
// with a name: one end is right when a digit is wrong, or all that is known.
func (k *keySet) ofNumbers(a *Record, names []uint64) {
	for _, s := range a.social {
		for _, n := range names {
			k.add(keyEnd, text(s[len(s)-4:]), n)
			if len(s) == 9 {
				k.add(keyFront, text(s[:5]), n)
			}
		}
		if len(s) == 9 {
			k.add(keySocial, text(s))
		}
	}
	for _, m := range a.medicaid {
		k.add(keyCare, text(m))
	}
	for _, c := range a.charts {
		if c.authority != "" {
			k.add(keyChart, text(c.typ), text(c.authority), text(c.value))
		}
	}
}

func (k *keySet) ofHome(a *Record, givens []uint64) {
	year := uint64(a.birth.y)
	for _, p := range a.phones {
		k.add(keyPhone, text(p[len(p)-7:]), year)
	}
	for _, e := range a.emails {
		k.add(keyEmail, text(e), year)
	}
	for i := range a.addresses {
		x := &a.addresses[i]
		k.add(keyTown, a.birth.eitherOrder(), text(x.zip))
		k.add(keyHouse, text(x.number), heard(x.street.text), text(x.zip), year)
		for _, g := range givens {
			k.add(keyStreet, heard(x.street.text), text(x.zip), g)
		}
	}
}

// eitherOrder is a birth date without the order of day and month.
func (b *birthDay) eitherOrder() uint64 {
	if b.date == cal.None {
		return 0
	}
	return uint64(b.y)<<16 | b.dayMonth()
}

// dayMonth is day and month in either order, without the year.
func (b *birthDay) dayMonth() uint64 { return uint64(min(b.m, b.d)<<8 | max(b.m, b.d)) }

// familySounds are the sounds of each word of the family names.
func (a *Record) familySounds() []uint64 {
	var out []uint64
	for i := range a.families {
		for _, w := range a.families[i].cores {
			out = addSound(out, heard(w))
		}
	}
	return out
}

// sounding are the sounds of names, and of the full names that they may stand
// for.
func (a *Record) sounding(lists ...[]name) []uint64 {
	var out []uint64
	for _, list := range lists {
		for i := range list {
			n := &list[i]
			if len(n.text) < 2 {
				continue
			}
			out = addSound(out, heard(n.words[0]))
			for _, full := range n.kin {
				out = addSound(out, text(a.rules.full[full])|1<<62)
			}
		}
	}
	return out
}

// firstSounds are the sounds of names without the full names.
func firstSounds(list []name) []uint64 {
	var out []uint64
	for i := range list {
		if len(list[i].text) > 1 {
			out = addSound(out, heard(list[i].words[0]))
		}
	}
	return out
}

func addSound(list []uint64, s uint64) []uint64 {
	if s == 0 || slices.Contains(list, s) {
		return list
	}
	return append(list, s)
}

// heard is how a word sounds, or the word itself where that cannot be told.
func heard(s string) uint64 {
	if x := soundex(s); x != 0 {
		return uint64(x)
	}
	return text(s)
}

func text(s string) uint64 {
	if s == "" {
		return 0
	}
	h := fnv.New64a()
	_, _ = h.Write([]byte(s)) // a hash never fails
	return h.Sum64() | 1
}

package match

import (
	"encoding/binary"

	"openiis/internal/cal"
	"openiis/internal/iis"
)

// Pack adds a known person to b, as an Unpacker reads it: what is compared, without
// pointers, in some two hundred bytes a source. So millions are kept in memory, and
// the collector of garbage passes them over. Vaccinations are left out.
func (k *Known) Pack(b []byte) []byte {
	b = count(b, len(k.Sources))
	for i := range k.Sources {
		b = binary.AppendUvarint(b, uint64(k.Sources[i].Sender))
		b = k.Sources[i].pack(b)
	}
	return b
}

// Bits of a packed record.
const (
	packedUnsaid = 1 << iota
	packedMultiple
	packedNoGiven
	packedBirth
	packedNewYear
	packedMale
	packedFemale
)

// Bits of a packed name, and of an address.
const (
	packedFormer   = 1 << iota // it does not lead the description
	packedWith                 // a middle name stands with it
	packedOneWord              // the text is the only word
	packedNoCores              // the words are their cores
	packedStraight = 1         // the line begins with the street
)

func flag(b *byte, bit byte, when bool) {
	if when {
		*b |= bit
	}
}

func count(b []byte, n int) []byte { return binary.AppendUvarint(b, uint64(n)) }

func packText(b []byte, s string) []byte { return append(count(b, len(s)), s...) }

func packTexts(b []byte, list []string) []byte {
	b = count(b, len(list))
	for _, s := range list {
		b = packText(b, s)
	}
	return b
}

func (r *Record) pack(b []byte) []byte {
	var is byte
	flag(&is, packedUnsaid, r.unsaid)
	flag(&is, packedMultiple, r.multiple)
	flag(&is, packedNoGiven, r.noGiven)
	flag(&is, packedBirth, r.birth != birthDay{})
	flag(&is, packedNewYear, r.birth.firstOfJan)
	flag(&is, packedMale, r.sex == 'M')
	flag(&is, packedFemale, r.sex == 'F')
	b = append(b, is)
	if is&packedBirth != 0 {
		b = binary.AppendVarint(b, int64(r.birth.date))
		b = binary.AppendVarint(b, int64(r.birth.y))
		b = append(b, byte(r.birth.m), byte(r.birth.d))
		b = append(b, r.birth.text[:]...)
	}
	b = binary.AppendVarint(b, int64(r.order))
	b = packText(b, r.suffix)
	for _, names := range [...][]name{r.families, r.givens, r.middles, r.kin, r.maidens, r.guardians} {
		b = count(b, len(names))
		for i := range names {
			b = names[i].pack(b)
		}
	}
	for _, texts := range [...][]string{r.social, r.medicaid, r.phones, r.emails} {
		b = packTexts(b, texts)
	}
	b = count(b, len(r.charts))
	for _, c := range r.charts {
		b = packText(packText(packText(b, c.typ), c.authority), c.value)
	}
	b = count(b, len(r.addresses))
	for i := range r.addresses {
		b = r.addresses[i].pack(b)
	}
	return b
}

// pack adds a name. Its words are parts of its text one after the other, their cores
// the ends of them, and its text is the beginning of what it makes with a middle name.
func (n *name) pack(b []byte) []byte {
	same := true
	for i := range n.words {
		same = same && n.words[i] == n.cores[i]
	}
	var is byte
	flag(&is, packedFormer, n.former)
	flag(&is, packedWith, n.with != "")
	flag(&is, packedOneWord, len(n.words) == 1)
	flag(&is, packedNoCores, same)
	b = count(append(b, is), len(n.text))
	if n.with != "" {
		b = packText(b, n.with)
	} else {
		b = append(b, n.text...)
	}
	b = binary.AppendVarint(b, int64(n.worth))
	b = count(b, len(n.kin))
	for _, k := range n.kin {
		b = count(b, int(k))
	}
	if len(n.words) != 1 {
		b = count(b, len(n.words))
	}
	for i, w := range n.words {
		if len(n.words) != 1 {
			b = count(b, len(w))
		}
		if !same {
			b = count(b, len(n.cores[i]))
		}
	}
	return b
}

// pack adds an address, the street as the beginning of the line where it is.
func (a *address) pack(b []byte) []byte {
	var is byte
	straight := len(a.line.text) >= len(a.street.text) && a.line.text[:len(a.street.text)] == a.street.text
	flag(&is, packedStraight, straight)
	b = append(b, is)
	for _, s := range [...]string{a.number, a.rest, a.zip, a.city.text, a.line.text} {
		b = packText(b, s)
	}
	if straight {
		return count(b, len(a.street.text))
	}
	return packText(b, a.street.text)
}

// Unpacker makes known persons of packed ones, in memory that it uses again: of
// several, only the last that it made holds. It belongs to one goroutine.
type Unpacker struct {
	in        string
	rules     *Rules
	known     Known
	told      []Told
	records   []Record
	names     []name
	texts     []string
	kin       []uint16
	charts    []chart
	addresses []address
}

// NewUnpacker is an Unpacker of persons who were made ready by these rules.
func (r *Rules) NewUnpacker() *Unpacker { return &Unpacker{rules: r} }

// Known makes a person of what Pack made of it, and of others who have become one
// with it since.
func (u *Unpacker) Known(id iis.PersonID, packed ...string) *Known {
	u.told, u.records, u.names, u.texts = u.told[:0], u.records[:0], u.names[:0], u.texts[:0]
	u.kin, u.charts, u.addresses = u.kin[:0], u.charts[:0], u.addresses[:0]
	for _, u.in = range packed {
		for range u.count() {
			sender := iis.SenderID(u.uvarint())
			u.told = append(u.told, Told{Sender: sender})
			u.records = append(u.records, Record{})
			u.record(&u.records[len(u.records)-1])
		}
	}
	for i := range u.told { // when records move no more
		u.told[i].Record = &u.records[i]
	}
	u.known = Known{Person: id, Sources: u.told}
	return &u.known
}

func (u *Unpacker) uvarint() (v uint64) {
	for shift := 0; ; shift += 7 {
		c := u.in[0]
		u.in = u.in[1:]
		if v |= uint64(c&0x7F) << shift; c < 0x80 {
			return v
		}
	}
}

func (u *Unpacker) varint() int64 {
	v := u.uvarint()
	return int64(v>>1) ^ -int64(v&1)
}

func (u *Unpacker) count() int { return int(u.uvarint()) }

func (u *Unpacker) byte() byte { return u.take(1)[0] }

func (u *Unpacker) take(n int) (s string) {
	s, u.in = u.in[:n], u.in[n:]
	return s
}

func (u *Unpacker) text() string { return u.take(u.count()) }

// last are the newest elements of a list, which others that follow leave alone.
func last[T any](list []T, n int) []T {
	if n == 0 {
		return nil
	}
	return list[len(list)-n : len(list) : len(list)]
}

func (u *Unpacker) record(r *Record) {
	is := u.byte()
	r.rules = u.rules
	r.unsaid, r.multiple, r.noGiven = is&packedUnsaid != 0, is&packedMultiple != 0, is&packedNoGiven != 0
	switch {
	case is&packedMale != 0:
		r.sex = 'M'
	case is&packedFemale != 0:
		r.sex = 'F'
	}
	if is&packedBirth != 0 {
		r.birth = birthDay{date: cal.Date(u.varint()), y: int(u.varint()), m: int(u.byte()), d: int(u.byte()), firstOfJan: is&packedNewYear != 0}
		copy(r.birth.text[:], u.take(len(r.birth.text)))
	}
	r.order, r.suffix = int(u.varint()), u.text()
	for _, names := range [...]*[]name{&r.families, &r.givens, &r.middles, &r.kin, &r.maidens, &r.guardians} {
		*names = u.nameList()
	}
	for _, texts := range [...]*[]string{&r.social, &r.medicaid, &r.phones, &r.emails} {
		n := u.count()
		for range n {
			u.texts = append(u.texts, u.text())
		}
		*texts = last(u.texts, n)
	}
	n := u.count()
	for range n {
		u.charts = append(u.charts, chart{u.text(), u.text(), u.text()})
	}
	r.charts = last(u.charts, n)
	n = u.count()
	for range n {
		u.addresses = append(u.addresses, u.address())
	}
	r.addresses = last(u.addresses, n)
}

func (u *Unpacker) nameList() []name {
	n := u.count()
	for range n {
		u.names = append(u.names, u.name())
	}
	return last(u.names, n)
}

func (u *Unpacker) name() (n name) {
	is, size := u.byte(), u.count()
	n.former = is&packedFormer != 0
	text := ""
	if is&packedWith != 0 {
		n.with = u.text()
		text = n.with[:size]
	} else {
		text = u.take(size)
	}
	n.spelled = spell(text)
	n.worth = Bits(u.varint())
	kin := u.count()
	for range kin {
		u.kin = append(u.kin, uint16(u.uvarint()))
	}
	n.kin = last(u.kin, kin)
	u.words(&n, is)
	return n
}

// words reads how a name is cut into words, and what their cores are.
func (u *Unpacker) words(n *name, is byte) {
	words := 1
	if is&packedOneWord == 0 {
		words = u.count()
	}
	rest := n.text
	begin := len(u.texts)
	for range words { // room for the words, and behind them for the cores
		u.texts = append(u.texts, "", "")
	}
	list := u.texts[begin:len(u.texts):len(u.texts)]
	for i := range words {
		w := rest
		if is&packedOneWord == 0 {
			w = rest[:u.count()]
		}
		rest = rest[len(w):]
		core := w
		if is&packedNoCores == 0 {
			core = w[len(w)-u.count():]
		}
		list[i], list[words+i] = w, core
	}
	n.words, n.cores = list[:words:words], list[words:]
}

func (u *Unpacker) address() (a address) {
	straight := u.byte()&packedStraight != 0
	a.number, a.rest, a.zip = u.text(), u.text(), u.text()
	a.city, a.line = spell(u.text()), spell(u.text())
	if straight {
		a.street = spell(a.line.text[:u.count()])
	} else {
		a.street = spell(u.text())
	}
	return a
}

package store

import (
	"encoding/binary"
	"errors"
	"sync"

	"openiis/internal/iis"
)

// A body is a person, a dose or a folder as it is stored: its fields in the
// order of their numbers, each as its number and value, those that are empty
// left out, and 0 at the end. A text stands once and is referred to after that:
// the vaccines, codes and names of one folder repeat. See docs/adr/0008.

// coder walks over a value to write it as a body or to read it from one. The
// walk is the same for both, so that what is written is what is read.
type coder struct {
	writing bool
	err     error // of reading

	out []byte // when writing
	in  string // what is left to read

	// What stood in the body so far.
	texts     seen[string]
	codeds    seen[iis.Coded]
	providers seen[iis.Provider]
}

// seen are the values of one kind that stood in a body so far: their places,
// counted from 1, when writing, and the values when reading.
type seen[T comparable] struct {
	places map[T]uint64
	values []T
}

// bodyVersion begins every body.
const bodyVersion = 1

var errBody = errors.New("a stored body is damaged, or was written by a newer program")

// coders are kept for writing: their maps are costly to make.
var coders = sync.Pool{New: func() any {
	return &coder{
		writing:   true,
		texts:     seen[string]{places: map[string]uint64{}},
		codeds:    seen[iis.Coded]{places: map[iis.Coded]uint64{}},
		providers: seen[iis.Provider]{places: map[iis.Provider]uint64{}},
	}
}}

// encode writes a value as a body. Equal values have equal bodies.
func encode[T any](v *T, walk func(*coder, *T)) []byte {
	c := coders.Get().(*coder)
	c.out = append(c.out[:0], bodyVersion)
	walk(c, v)
	body := append([]byte(nil), c.out...)
	clear(c.texts.places)
	clear(c.codeds.places)
	clear(c.providers.places)
	coders.Put(c)
	return body
}

// readers are kept for reading: what stood in a body takes room, too.
var readers = sync.Pool{New: func() any { return &coder{} }}

// decode reads a value from its body. The value's texts share memory with one
// another, and with a body that is a text.
func decode[B string | []byte, T any](body B, v *T, walk func(*coder, *T)) error {
	if len(body) == 0 || body[0] != bodyVersion {
		return errBody
	}
	c := readers.Get().(*coder)
	c.in = string(body[1:])
	walk(c, v)
	err := c.err
	if err == nil && c.in != "" {
		err = errBody
	}
	c.in, c.err = "", nil
	c.texts.forget()
	c.codeds.forget()
	c.providers.forget()
	readers.Put(c)
	return err
}

// has writes a field's number when the field is not empty, or reports that it
// is the next to be read.
func (c *coder) has(number byte, filled bool) bool {
	if c.writing {
		if filled {
			c.out = append(c.out, number)
		}
		return filled
	}
	if c.err != nil || c.in == "" || c.in[0] != number {
		return false
	}
	c.in = c.in[1:]
	return true
}

// end is the end of a value with fields.
func (c *coder) end() {
	if c.writing {
		c.out = append(c.out, 0)
		return
	}
	if c.in == "" || c.in[0] != 0 {
		c.fail()
		return
	}
	c.in = c.in[1:]
}

func (c *coder) fail() {
	c.err = errBody
	c.in = ""
}

// count writes or reads a number that is not negative.
func (c *coder) count(n *uint64) {
	if c.writing {
		c.out = binary.AppendUvarint(c.out, *n)
		return
	}
	var v uint64
	for i := 0; i < len(c.in) && i < binary.MaxVarintLen64; i++ {
		b := c.in[i]
		v |= uint64(b&0x7f) << (7 * i)
		if b < 0x80 {
			*n, c.in = v, c.in[i+1:]
			return
		}
	}
	c.fail()
}

// again writes the place of a value that stood in the body before, or reads
// one; when it did not, 0, and the value itself must follow.
func again[T comparable](c *coder, v *T, s *seen[T]) bool {
	var place uint64
	if c.writing {
		place = s.places[*v]
		c.count(&place)
		if place == 0 {
			s.places[*v] = uint64(len(s.places) + 1)
		}
		return place > 0
	}
	c.count(&place)
	if place > uint64(len(s.values)) {
		c.fail()
		return true
	}
	if place > 0 {
		*v = s.values[place-1]
	}
	return place > 0
}

// read keeps a value that was just read, for those that refer to it.
func (s *seen[T]) read(c *coder, v T) {
	if !c.writing {
		s.values = append(s.values, v)
	}
}

// forget forgets the values that were read.
func (s *seen[T]) forget() {
	clear(s.values) // they hold on to the body
	s.values = s.values[:0]
}

// text writes or reads a text.
func (c *coder) text(s *string) {
	if again(c, s, &c.texts) {
		return
	}
	size := uint64(len(*s))
	c.count(&size)
	if c.writing {
		c.out = append(c.out, *s...)
		return
	}
	if size > uint64(len(c.in)) {
		c.fail()
		return
	}
	*s, c.in = c.in[:size], c.in[size:]
	c.texts.read(c, *s)
}

// text is a field that is a text.
func text[T ~string](c *coder, number byte, v *T) {
	if c.has(number, *v != "") {
		s := string(*v)
		c.text(&s)
		if !c.writing { // what is written may be read by others
			*v = T(s)
		}
	}
}

// boolean is a field that is true or absent.
func boolean(c *coder, number byte, v *bool) {
	if c.has(number, *v) && !c.writing {
		*v = true
	}
}

// integer is a field that is an integer.
func integer[T ~int | ~int32 | ~int64](c *coder, number byte, v *T) {
	if c.has(number, *v != 0) {
		n := uint64(int64(*v)<<1) ^ uint64(int64(*v)>>63)
		c.count(&n)
		if !c.writing {
			*v = T(int64(n>>1) ^ -int64(n&1))
		}
	}
}

// ident is a field that is an id: the same ones come again and again, so each
// is a text of eight bytes.
func ident[T ~int64](c *coder, number byte, v *T) {
	if !c.has(number, *v != 0) {
		return
	}
	var b [8]byte
	var s string
	if c.writing {
		binary.BigEndian.PutUint64(b[:], uint64(*v))
		s = string(b[:])
		c.text(&s)
		return
	}
	if c.text(&s); len(s) != len(b) {
		c.fail()
		return
	}
	copy(b[:], s)
	*v = T(binary.BigEndian.Uint64(b[:]))
}

// list is a field that is a list.
func list[T any](c *coder, number byte, l *[]T, item func(*coder, *T)) {
	if !c.has(number, len(*l) > 0) {
		return
	}
	n := uint64(len(*l))
	c.count(&n)
	if c.writing {
		for i := range *l {
			item(c, &(*l)[i])
		}
		return
	}
	if n > uint64(len(c.in)) { // an item is a byte at least
		c.fail()
		return
	}
	*l = make([]T, min(n, mostAtOnce)) // a number that is wrong must not take all memory
	for i := range int(n) {
		if i == len(*l) {
			*l = append(*l, make([]T, min(n-uint64(i), mostAtOnce))...)
		}
		if item(c, &(*l)[i]); c.err != nil {
			return
		}
	}
}

// mostAtOnce is how many items of a list are made room for at once.
const mostAtOnce = 100

// texts is a field that is a list of texts.
func texts(c *coder, number byte, l *[]string) { list(c, number, l, (*coder).text) }

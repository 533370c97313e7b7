package store

import (
	"encoding/binary"

	"github.com/klauspost/compress/s2"
)

// cards are what the sources of each person say of who the person is, as bodies in
// large blocks: read back, they are what is compared. All but the first are packed by
// what stands in the first: the same names, streets and towns. Each has the number
// under which it was put.
type cards struct {
	at     []uint64 // by number: 1 more than its block, and place in it; 0: none
	blocks [][]byte
	packed *s2.Dict // nil while the first block fills
	buffer []byte
}

// Sizes of blocks: of the first, by which the others are packed, and of those. 1<<cardBits
// is more than the last place in one.
const (
	cardBits  = 20
	cardBlock = 1 << cardBits
	cardFirst = s2.MaxDictSize
)

// put keeps a body under a number, in place of the one before.
func (c *cards) put(number uint32, body []byte) {
	for int(number) >= len(c.at) {
		c.at = append(c.at, 0)
	}
	if len(c.blocks) == 0 {
		c.blocks = append(c.blocks, make([]byte, 0, cardFirst))
	}
	if len(c.blocks[0])+binary.MaxVarintLen64+len(body) > cardFirst && c.packed == nil {
		c.packed = s2.MakeDict(c.blocks[0], nil) // nil of nothing
	}
	last, room := 0, cardFirst
	if c.packed != nil {
		c.buffer = c.packed.Encode(c.buffer, body)
		last, room, body = len(c.blocks)-1, cardBlock, c.buffer
	}
	size := binary.MaxVarintLen64 + len(body)
	if c.at[number] = 0; size > room {
		return // it is read from the registry
	}
	if c.packed != nil && (last == 0 || room-len(c.blocks[last]) < size) {
		c.blocks = append(c.blocks, make([]byte, 0, cardBlock))
		last++
	}
	b := c.blocks[last]
	c.at[number] = uint64(last+1)<<cardBits | uint64(len(b))
	b = binary.AppendUvarint(b, uint64(len(body)))
	c.blocks[last] = append(b, body...)
}

// get is the body under a number, which is good until the next is asked for; nil
// when there is none.
func (c *cards) get(number uint32) ([]byte, error) {
	if int(number) >= len(c.at) || c.at[number] == 0 {
		return nil, nil
	}
	block, at := c.at[number]>>cardBits-1, c.at[number]&(cardBlock-1)
	b := c.blocks[block][at:]
	n, from := binary.Uvarint(b)
	body := b[from : from+int(n)]
	if block == 0 {
		return body, nil
	}
	var err error
	c.buffer, err = c.packed.Decode(c.buffer[:cap(c.buffer)], body)
	return c.buffer, err
}

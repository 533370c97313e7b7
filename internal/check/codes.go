package check

import "math/bits"

// codes is a set of codes. Nearly all are short enough to be numbers, which are
// found faster than text.
type codes struct {
	numbers []uint64 // by their hashes, each at the first free place; 0 is free
	shift   int      // of a hash: what is left is a place in numbers
	long    map[string]struct{}
}

// longestNumber is the length of a code that is looked up as a number.
const longestNumber = 7

// number64 is a short code as a number: no other code has it.
func number64(code []byte) uint64 {
	n := uint64(len(code))
	for _, c := range code {
		n = n<<8 | uint64(c)
	}
	return n
}

func codesOf(all []string) codes {
	size := bits.Len(uint(2 * len(all))) // of every two places at least one is free
	c := codes{numbers: make([]uint64, 1<<size), shift: 64 - size, long: map[string]struct{}{}}
	for _, code := range all {
		if len(code) > longestNumber {
			c.long[code] = struct{}{}
			continue
		}
		n := number64([]byte(code))
		c.numbers[c.place(n)] = n
	}
	return c
}

// place is where a number is, or else the free place where it would be.
func (c *codes) place(number uint64) int {
	last := len(c.numbers) - 1
	i := int(number * 0x9e3779b97f4a7c15 >> c.shift) // 2^64 by the golden ratio: spreads what is alike
	for c.numbers[i] != number && c.numbers[i] != 0 {
		i = (i + 1) & last
	}
	return i
}

func (c *codes) has(code []byte) bool {
	if len(code) > longestNumber {
		_, ok := c.long[string(code)]
		return ok
	}
	n := number64(code)
	return n != 0 && c.numbers[c.place(n)] == n
}

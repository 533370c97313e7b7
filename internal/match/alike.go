package match

import "math/bits"

// oneSlip reports that one typing slip leads from one text to the other: a
// letter that is wrong, missing or too much, or two neighbours swapped (the
// restricted distance of Damerau and Levenshtein is 1). Equal texts are none.
func oneSlip(a, b string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	if len(b)-len(a) > 1 {
		return false
	}
	i := 0
	for i < len(a) && a[i] == b[i] {
		i++
	}
	if len(a) < len(b) {
		return a[i:] == b[i+1:]
	}
	if i == len(a) {
		return false
	}
	if a[i+1:] == b[i+1:] {
		return true
	}
	return i+1 < len(a) && a[i] == b[i+1] && a[i+1] == b[i] && a[i+2:] == b[i+2:]
}

// spelled is a text with the set of its letters.
type spelled struct {
	text string
	set  uint32
}

func spell(s string) spelled { return spelled{s, letters(s)} }

// nearly reports texts that a slip of the pen parts, or that are much alike.
// Texts of three letters and fewer are too short for either, and what is not
// written in Latin letters is compared as it stands.
func nearly(x, y *spelled) Level {
	if (x.set|y.set)&(1<<31) != 0 || min(len(x.text), len(y.text)) < 3 || max(len(x.text), len(y.text)) == 3 {
		return Missing
	}
	if bits.OnesCount32(x.set^y.set) <= 2 && oneSlip(x.text, y.text) {
		return OneLetter
	}
	if min(len(x.text), len(y.text)) > 3 && similar(x, y) {
		return Alike
	}
	return Missing
}

// maxAlike is the longest text that similar compares.
const maxAlike = 64

// leastJaro is the similarity of Jaro in thousandths from which that of Jaro and
// Winkler is .92, by the letters at the beginning that agree.
var leastJaro = [5]int{920, 912, 900, 886, 867}

// similar reports a similarity of Jaro and Winkler of .92 or more.
func similar(x, y *spelled) bool {
	if len(x.text) > len(y.text) {
		x, y = y, x
	}
	a, b := x.text, y.text
	la, lb := len(a), len(b)
	if lb > maxAlike {
		return false
	}
	start := 0
	for start < 4 && start < la && a[start] == b[start] {
		start++
	}
	// No more letters can agree than each has of the other's.
	most := min(la-bits.OnesCount32(x.set&^y.set), lb-bits.OnesCount32(y.set&^x.set))
	if 1000*most*(la+lb) < (3*leastJaro[start]-1000)*la*lb {
		return false
	}
	seenA, seenB := common(a, b, max(0, lb/2-1))
	m := bits.OnesCount64(seenA)
	if m == 0 {
		return false
	}
	half := 0
	for x, y := seenA, seenB; x != 0; x, y = x&(x-1), y&(y-1) {
		if a[bits.TrailingZeros64(x)] != b[bits.TrailingZeros64(y)] {
			half++
		}
	}
	fm := float64(m)
	jaro := (fm/float64(la) + fm/float64(lb) + (fm-float64(half)/2)/fm) / 3
	return jaro+float64(start)*.1*(1-jaro) >= .92
}

// common marks the letters of each text that the other has within reach.
func common(a, b string, reach int) (seenA, seenB uint64) {
	for i := range len(a) {
		for j := max(0, i-reach); j < min(len(b), i+reach+1); j++ {
			if a[i] == b[j] && seenB&(1<<j) == 0 {
				seenA, seenB = seenA|1<<i, seenB|1<<j
				break
			}
		}
	}
	return seenA, seenB
}

// letters is the set of letters of a text of capital letters; the top bit is
// set when it has anything else.
func letters(s string) uint32 {
	var set uint32
	for i := range len(s) {
		if c := s[i] - 'A'; c < 26 {
			set |= 1 << c
		} else {
			set |= 1 << 31
		}
	}
	return set
}

// soundex is how a name sounds: its first letter, folded with those that sound
// like it, and up to three classes of consonants after it (American Soundex with
// a folded beginning: C and Q are K, PH is F, Z is S, KN is N, soft G is J). 0 is
// a name that cannot be heard so.
func soundex(s string) uint32 {
	if s == "" || letters(s)&(1<<31) != 0 {
		return 0
	}
	first, rest := beginning(s)
	code, n := uint32(first), 0
	last := sounds[first-'A']
	for i := 0; i < len(rest) && n < 3; i++ {
		switch c := sounds[rest[i]-'A']; {
		case c == 'h': // H and W between two alike do not part them
		case c == 0:
			last = 0
		case c != last:
			code, n, last = code<<3|uint32(c), n+1, c
		}
	}
	return code<<(3*(3-n))<<2 | uint32(n)
}

func beginning(s string) (byte, string) {
	two := ""
	if len(s) > 1 {
		two = s[:2]
	}
	switch {
	case two == "PH":
		return 'F', s[2:]
	case two == "KN" || two == "GN" || two == "PN":
		return 'N', s[2:]
	case two == "WR":
		return 'R', s[2:]
	case two == "GE" || two == "GI" || two == "GY":
		return 'J', s[1:]
	case s[0] == 'C' || s[0] == 'Q':
		return 'K', s[1:]
	case s[0] == 'Z':
		return 'S', s[1:]
	}
	return s[0], s[1:]
}

// sounds are the classes of letters A to Z: 0 is a vowel, 'h' a letter that is
// passed over.
var sounds = [26]byte{0, 1, 2, 3, 0, 1, 2, 'h', 0, 2, 2, 4, 5, 5, 0, 1, 2, 6, 2, 3, 0, 1, 'h', 2, 0, 2}

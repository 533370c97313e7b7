package fold

// Straight is a text without the characters that turn the direction of what
// follows them: with one in a name, a screen shows another name, or other words
// beside it, than was written (Unicode Standard Annex 9, explicit directional
// embeddings, overrides and isolates). Marks that letters of Arabic or Hebrew may
// need (U+200E, U+200F, U+061C) turn nothing and stay.
func Straight[T string | []byte](s T) T {
	at := turn(s, 0)
	if at < 0 {
		return s
	}
	out := make([]byte, 0, len(s)-turnSize)
	from := 0
	for ; at >= 0; at = turn(s, from) {
		out = append(out, s[from:at]...)
		from = at + turnSize
	}
	return T(append(out, s[from:]...))
}

// Turns reports a text that has such a character.
func Turns[T string | []byte](s T) bool { return turn(s, 0) >= 0 }

// turnSize is the length of each of these characters in UTF-8.
const turnSize = 3

// turn is the place of the next such character: U+202A to U+202E, U+2066 to
// U+2069; -1 when there is none.
func turn[T string | []byte](s T, from int) int {
	for i := from; i+turnSize <= len(s); i++ {
		if s[i] != 0xE2 {
			continue
		}
		switch c := s[i+2]; {
		case s[i+1] == 0x80 && 0xAA <= c && c <= 0xAE, s[i+1] == 0x81 && 0xA6 <= c && c <= 0xA9:
			return i
		}
	}
	return -1
}

package check

// longestWord is longer than anything that is compared in capitals.
const longestWord = 24

// word is a leaf in capitals with single blanks, for comparing; "" when it is
// longer than anything that it is compared with.
type word struct {
	space [longestWord]byte
	n     int
}

func wordOf(b []byte) (w word) {
	if len(b) > 2*longestWord {
		return w
	}
	for _, c := range b {
		if w.n == len(w.space) {
			return word{}
		}
		if c == ' ' && w.n > 0 && w.space[w.n-1] == ' ' {
			continue
		}
		if 'a' <= c && c <= 'z' {
			c -= 'a' - 'A'
		}
		w.space[w.n] = c
		w.n++
	}
	return w
}

func (w *word) text() []byte { return w.space[:w.n] }

// isPlaceholder reports a word that stands where nothing is known. None, Null and
// Na are names of people, and FNU (first name unknown) is in passports.
func (w *word) isPlaceholder() bool {
	switch string(w.text()) {
	case "UNKNOWN", "UNK", "UNKN", "NOT KNOWN", "NOTKNOWN", "NO NAME", "NONAME", "NAME UNKNOWN", "UNKNOWN UNKNOWN",
		"N/A", "NOT AVAILABLE", "NOT APPLICABLE", "NOT GIVEN", "NOT PROVIDED", "REFUSED", "NFN", "NLN", "TBD",
		"XX", "XXX", "XXXX", "XXXXX", "ZZZ", "ZZZZ", "?", "??", "???", "-", "--", ".", "..", "...", "*", "**":
		return true
	}
	return false
}

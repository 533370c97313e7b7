package iis

// IsUnnamed reports what hospitals write for the given name of a child that has
// none yet, whatever its case and blanks and with or without the letter or number
// by which twins are told apart: Baby Boy, TWIN B.
func IsUnnamed(given string) bool {
	var space [longestUnnamed]byte
	word := space[:0]
	for i := range len(given) {
		c := given[i]
		switch {
		case c <= ' ':
			if len(word) == 0 || word[len(word)-1] == ' ' {
				continue
			}
			c = ' '
		case 'a' <= c && c <= 'z':
			c -= 'a' - 'A'
		}
		if len(word) == len(space) {
			return false
		}
		word = append(word, c)
	}
	if n := len(word); n > 0 && word[n-1] == ' ' {
		word = word[:n-1]
	}
	if n := len(word); n > 2 && word[n-2] == ' ' && ('A' <= word[n-1] && word[n-1] <= 'D' || '1' <= word[n-1] && word[n-1] <= '4') {
		word = word[:n-2]
	}
	switch string(word) {
	case "BABY", "BABY BOY", "BABY GIRL", "BABYBOY", "BABYGIRL", "BB", "BG",
		"NEWBORN", "NEWBORN BOY", "NEWBORN GIRL", "INFANT", "INFANT BOY", "INFANT GIRL",
		"BOY", "GIRL", "MALE", "FEMALE", "BOYA", "BOYB", "GIRLA", "GIRLB", "TWIN", "TWINA", "TWINB", "TWINC":
		return true
	}
	return false
}

// longestUnnamed is longer than any such name.
const longestUnnamed = 24

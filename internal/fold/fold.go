// Package fold makes names and numbers comparable: however they were written,
// what people take for the same becomes the same text.
//
// It knows no person and decides nothing: who matches whom is package match's
// to say, who is found the store's. Start at Text and Words.
package fold

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Text is a text in upper case, without diacritics, blanks and punctuation:
// O'Brien, OBRIEN and Óbrien are one.
func Text(s string) string {
	if plain(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	for _, r := range decomposed(s) {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			b.WriteRune(unicode.ToUpper(r))
		}
	}
	return b.String()
}

// plain reports a text of capital letters only, which is folded as it stands.
func plain(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < 'A' || c > 'Z' {
			return false
		}
	}
	return true
}

// decomposed writes letters with diacritics as letter and mark.
func decomposed(s string) string {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return norm.NFKD.String(s)
		}
	}
	return s
}

// Words are the words of a text as people type them who look for it: folded as
// Text does, cut at blanks, hyphens and apostrophes, and with letters that no
// American keyboard has written as their neighbours (Đặng is DANG).
func Words(s string) []string {
	var out []string
	var b strings.Builder
	for _, r := range decomposed(s) {
		switch {
		case unicode.Is(unicode.Mn, r): // the mark of a letter
		case unicode.Is(unicode.Lm, r) || !unicode.IsLetter(r) && !unicode.IsDigit(r): // ʻOkina is a letter to Unicode
			out = appendWord(out, &b)
		case neighbours[r] != "":
			b.WriteString(neighbours[r])
		default:
			b.WriteRune(unicode.ToUpper(r))
		}
	}
	return appendWord(out, &b)
}

// neighbours are letters that have no decomposition.
var neighbours = map[rune]string{
	'Æ': "AE", 'æ': "AE", 'Œ': "OE", 'œ': "OE", 'Ø': "O", 'ø': "O", 'Đ': "D", 'đ': "D", 'Ð': "D", 'ð': "D",
	'Ł': "L", 'ł': "L", 'ß': "SS", 'ẞ': "SS", 'Þ': "TH", 'þ': "TH", 'ı': "I", 'Ħ': "H", 'ħ': "H", 'Ŋ': "N", 'ŋ': "N",
}

func appendWord(list []string, b *strings.Builder) []string {
	if b.Len() > 0 {
		list = append(list, b.String())
		b.Reset()
	}
	return list
}

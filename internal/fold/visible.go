package fold

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Visible is what somebody wrote without what nobody can see: characters that control, or turn
// the direction of what stands around them, and bytes that are no text. Ends of lines stay, as
// line feeds; other space is a blank; what joins letters, or keeps them apart (U+200D,
// U+200C), stays within. Nothing to see stands at its ends.
func Visible(text string) string {
	text = strings.ReplaceAll(text, "\r\n", "\n")
	return strings.TrimFunc(strings.Map(visible, text), func(r rune) bool { return unicode.IsSpace(r) || joins(r) })
}

func visible(r rune) rune {
	switch {
	case r == '\n' || joins(r):
		return r
	case unicode.IsSpace(r):
		return ' '
	case unicode.In(r, unicode.Cc, unicode.Cf) || r == utf8.RuneError:
		return -1
	}
	return r
}

func joins(r rune) bool { return r == '\u200c' || r == '\u200d' }

package inbox

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// legible is whatever was sent as text that a page can show: bytes that are no
// UTF-8 are read as Windows-1252, as the parser reads them, and
// characters that nobody would see are written as their numbers.
func legible(raw []byte) string {
	if !utf8.Valid(raw) {
		if text, err := charmap.Windows1252.NewDecoder().Bytes(raw); err == nil { // it never fails: every byte is something
			raw = text
		}
	}
	text := lineEnds.Replace(string(raw))
	if !strings.ContainsFunc(text, unseen) {
		return text
	}
	var b strings.Builder
	for _, r := range text {
		if unseen(r) {
			fmt.Fprintf(&b, "<0x%02X>", r)
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

var lineEnds = strings.NewReplacer("\r\n", "\n", "\r", "\n")

// unseen reports a character that nobody would see, or that would change how
// others are seen: controls, and those that turn the direction of text around.
func unseen(r rune) bool {
	return r != '\n' && r != '\t' && (unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Zl, r) || unicode.Is(unicode.Zp, r))
}

// short is the beginning of a text that may be very long.
func short(s string, most int) string {
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	return string([]rune(s)[:most]) + " …"
}

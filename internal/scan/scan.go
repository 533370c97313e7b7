// Package scan tells what a file is that somebody gives as proof: a form that was signed by
// hand, or what shows that a record is wrong. It is a PDF, a JPEG or a PNG, whatever it is
// called.
//
// It does not read what the file says, and packed parts of a PDF are not looked into: so a
// browser is never let show one within our pages. Start at Kind.
package scan

import (
	"bytes"
	"fmt"
	"image"
	_ "image/jpeg" // as DecodeConfig reads it
	_ "image/png"  // likewise
	"path"
	"strings"
	"unicode"

	"openiis/internal/fault"
)

// Most is how large a file may be, in bytes.
const Most = 5 << 20

// mostDots is how many dots a picture may have: nobody needs more to read a page.
const mostDots = 100_000_000

// ends are the kinds of files, and how their names end.
var ends = map[string]string{"application/pdf": ".pdf", "image/jpeg": ".jpg", "image/png": ".png"}

// active are what a PDF has that does something by itself (ISO 32000-1, 12.6.4 and
// 7.11.4), as it is written plainly.
var active = [][]byte{[]byte("/JavaScript"), []byte("/JS"), []byte("/Launch"), []byte("/EmbeddedFile"), []byte("/RichMedia"), []byte("/XFA")}

// Kind is the media type of a file by what is in it. It is fault.Invalid or fault.TooLarge
// for what is not taken, and says of which file, such as "The file", what to do.
func Kind(which string, content []byte) (media string, err error) {
	wrong := func(kind fault.Kind, say string) (string, error) {
		return "", fault.New(kind, "%s %s. Nothing was stored.", which, say)
	}
	switch {
	case len(content) == 0:
		return wrong(fault.Invalid, "is missing or empty: choose it again")
	case len(content) > Most:
		return wrong(fault.TooLarge, fmt.Sprintf("is larger than %d MB: scan it in black and white, or with fewer dots", Most>>20))
	case bytes.HasPrefix(content, []byte("%PDF-")):
		if !bytes.Contains(content[max(0, len(content)-2048):], []byte("%%EOF")) {
			return wrong(fault.Invalid, "is a PDF without an end, it was cut off: choose it again")
		}
		for _, a := range active {
			if bytes.Contains(content, a) {
				return wrong(fault.Invalid, "is a PDF that does something by itself, such as a script or a file within it: print it to a new PDF, and choose that")
			}
		}
		return "application/pdf", nil
	}
	c, format, err := image.DecodeConfig(bytes.NewReader(content))
	switch {
	case err != nil || ends["image/"+format] == "" || c.Width <= 0 || c.Height <= 0:
		return wrong(fault.Invalid, "is neither a PDF nor a JPEG or PNG picture that can be read: scan it again")
	case c.Width > mostDots/c.Height:
		return wrong(fault.Invalid, "is a picture of too many dots: make it smaller")
	}
	return "image/" + format, nil
}

// Name is a file's name without folders and without what other programs take for more than
// a name, with the end of its kind; otherwise where nothing is left.
func Name(name, media, otherwise string) string {
	name = path.Base(strings.ReplaceAll(name, `\`, "/"))
	name = strings.TrimSuffix(name, path.Ext(name))
	name = strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune(" -_", r) {
			return r
		}
		return '-'
	}, name)
	letters := []rune(strings.Trim(name, " -"))
	if len(letters) == 0 {
		letters = []rune(otherwise)
	}
	return string(letters[:min(len(letters), 60)]) + ends[media]
}

package scan

import (
	"bytes"
	"hash/crc32"
	"image"
	"image/gif"
	"image/png"
	"strings"
	"testing"

	"openiis/internal/fault"
	"openiis/internal/is"
)

func TestAFileIsWhatIsInIt(t *testing.T) {
	var picture, moving bytes.Buffer
	small := image.NewGray(image.Rect(0, 0, 2, 2))
	is.NoError(t, "png", png.Encode(&picture, small))
	is.NoError(t, "gif", gif.Encode(&moving, small, nil))
	pdf := "%PDF-1.4\n% a scan\n%%EOF\n"
	for what, c := range map[string]struct {
		content, media, says string
		kind                 fault.Kind
	}{
		"a PDF":              {content: pdf, media: "application/pdf"},
		"a picture":          {content: picture.String(), media: "image/png"},
		"nothing":            {"", "", "The file is missing or empty", fault.Invalid},
		"half a PDF":         {"%PDF-1.4\n", "", "cut off", fault.Invalid},
		"a PDF with script":  {"%PDF-1.4\n/JavaScript\n%%EOF", "", "does something by itself", fault.Invalid},
		"a page":             {"<html><script>", "", "neither a PDF nor", fault.Invalid},
		"another picture":    {moving.String(), "", "neither a PDF nor", fault.Invalid},
		"half a picture":     {picture.String()[:12], "", "neither a PDF nor", fault.Invalid},
		"too much":           {pdf + strings.Repeat("x", Most), "", "larger than 5 MB", fault.TooLarge},
		"a picture too wide": {wide(picture.Bytes()), "", "too many dots", fault.Invalid},
	} {
		media, err := Kind("The file", []byte(c.content))
		is.Equal(t, what, media, c.media)
		if c.says == "" {
			is.NoError(t, what, err)
			continue
		}
		is.Equal(t, what, fault.KindOf(err), c.kind)
		if !strings.Contains(fault.Public(err), c.says) || !strings.HasSuffix(fault.Public(err), "Nothing was stored.") {
			t.Errorf("%s: says %q", what, fault.Public(err))
		}
	}
}

// wide is a PNG that says it has 65,535 by 65,535 dots.
func wide(of []byte) string {
	out := bytes.Clone(of)
	copy(out[16:], []byte{0, 0, 0xff, 0xff, 0, 0, 0xff, 0xff})
	// the sum of the header's chunk, IEEE CRC-32 (PNG 5.3)
	sum := crc32.ChecksumIEEE(out[12:29])
	copy(out[29:], []byte{byte(sum >> 24), byte(sum >> 16), byte(sum >> 8), byte(sum)})
	return string(out)
}

func TestANameIsNoMoreThanAName(t *testing.T) {
	for name, want := range map[string]string{
		"card.pdf": "card.pdf", `C:\scans\card.PDF`: "card.pdf", "../../etc/passwd": "passwd.pdf", "a\"b\r\nc.html": "a-b--c.pdf",
		"": "paper.pdf", "Cartón de vacunas.png": "Cartón de vacunas.pdf", strings.Repeat("x", 99): strings.Repeat("x", 60) + ".pdf",
	} {
		is.Equal(t, name, Name(name, "application/pdf", "paper"), want)
	}
}

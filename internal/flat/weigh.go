package flat

import (
	"bytes"
	"encoding/xml"
	"slices"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"
)

// sharedStrings is the part of a workbook that has each text of its cells once (ECMA-376
// part 1, 18.4).
const sharedStrings = "xl/sharedStrings.xml"

// tooHeavy reports that the texts which the cells of a workbook share come to more
// than so many bytes when each cell has its own: the library copies a text for each
// cell that names it, so that a small file could fill the memory.
func tooHeavy(book *excelize.File, most int64) bool {
	lengths := textLengths(decoderOf(book, part(book, sharedStrings)))
	if len(lengths) == 0 {
		return false
	}
	var sum int64
	book.Pkg.Range(func(name, content any) bool {
		if raw, ok := content.([]byte); ok && name != sharedStrings {
			sum += sharedText(decoderOf(book, raw), lengths, most)
		}
		return sum <= most
	})
	return sum > most
}

func part(book *excelize.File, name string) []byte {
	content, _ := book.Pkg.Load(name)
	raw, _ := content.([]byte)
	return raw
}

// decoderOf reads a part as the library does: what the one cannot read, the other
// cannot either.
func decoderOf(book *excelize.File, raw []byte) *xml.Decoder {
	d := xml.NewDecoder(bytes.NewReader(raw))
	d.CharsetReader = book.CharsetReader
	return d
}

// textLengths are the lengths of the shared texts, in their order.
func textLengths(d *xml.Decoder) (out []int64) {
	for {
		token, _ := d.Token()
		switch t := token.(type) {
		case nil:
			return out
		case xml.StartElement:
			if t.Name.Local == "si" {
				out = append(out, 0)
			}
		case xml.CharData:
			if len(out) > 0 {
				out[len(out)-1] += int64(len(t))
			}
		}
	}
}

// sharedText is how long the shared texts of a sheet's cells are together; it stops
// to count beyond most.
func sharedText(d *xml.Decoder, lengths []int64, most int64) (sum int64) {
	shared, value := false, false
	for sum <= most {
		token, _ := d.Token()
		switch t := token.(type) {
		case nil:
			return sum
		case xml.StartElement:
			if value = t.Name.Local == "v"; t.Name.Local == "c" {
				shared = slices.ContainsFunc(t.Attr, func(a xml.Attr) bool { return a.Name.Local == "t" && a.Value == "s" })
			}
		case xml.EndElement:
			value = false
		case xml.CharData:
			if n, err := strconv.Atoi(strings.TrimSpace(string(t))); shared && value && err == nil && 0 <= n && n < len(lengths) {
				sum += lengths[n]
			}
		}
	}
	return sum
}

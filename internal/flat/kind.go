package flat

import (
	"archive/zip"
	"bytes"
	"strings"
)

// kind is what a file is by its first bytes, whatever its name says.
type kind int

const (
	kindText kind = iota
	kindWorkbook
	kindEmpty
	kindPDF
	kindOldExcel
	kindZip
	kindOtherOffice
	kindImage
	kindHTML
	kindHL7
	kindBinary
)

// refusals say what to do with a file of a kind that is not read.
var refusals = map[kind]string{
	kindEmpty:       "The file is empty. Export it again and see that it has rows.",
	kindPDF:         "This is a PDF document, whatever its name says: its rows cannot be read. Export the list as CSV or Excel (.xlsx) instead.",
	kindOldExcel:    "This is an old Excel workbook (.xls) or one with a password. Open it, and save it as “Excel Workbook (.xlsx)” without a password, or as CSV.",
	kindZip:         "This is a ZIP archive. Unpack it and choose the CSV or .xlsx file in it.",
	kindOtherOffice: "This is an office document without a worksheet. Save the list as CSV or Excel (.xlsx).",
	kindImage:       "This is a picture. Export the list as CSV or Excel (.xlsx).",
	kindHTML:        "This is a web page or XML, whatever its name says. Open it in a spreadsheet program and save it as Excel (.xlsx) or CSV.",
	kindHL7:         "This is an HL7 message file, not a list of rows. It is taken by “openiis message import” and by the HL7 interface.",
	kindBinary:      "This is no text and no Excel workbook: its rows cannot be read. Export the list as CSV or Excel (.xlsx).",
}

// magic are beginnings that tell a kind.
var magic = []struct {
	begins string
	kind   kind
}{
	{"%PDF", kindPDF}, {"\xd0\xcf\x11\xe0", kindOldExcel}, {"\x89PNG", kindImage}, {"\xff\xd8\xff", kindImage}, {"GIF8", kindImage},
	{"{\\rtf", kindOtherOffice}, {"\x1f\x8b", kindZip}, {"7z\xbc\xaf", kindZip}, {"Rar!", kindZip},
}

func kindOf(content []byte) kind {
	for _, m := range magic {
		if bytes.HasPrefix(content, []byte(m.begins)) {
			return m.kind
		}
	}
	if bytes.HasPrefix(content, []byte("PK\x03\x04")) || bytes.HasPrefix(content, []byte("PK\x05\x06")) {
		return kindOfZip(content)
	}
	if bytes.HasPrefix(content, []byte("\xff\xfe")) || bytes.HasPrefix(content, []byte("\xfe\xff")) {
		return kindText // UTF-16
	}
	head := content[:min(len(content), 4096)]
	if bytes.IndexByte(head, 0) >= 0 {
		return kindBinary
	}
	text := strings.ToLower(string(bytes.TrimSpace(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")))))
	switch {
	case len(bytes.TrimSpace(bytes.TrimPrefix(content, []byte("\xef\xbb\xbf")))) == 0:
		return kindEmpty
	case strings.HasPrefix(text, "<!doctype"), strings.HasPrefix(text, "<html"), strings.HasPrefix(text, "<?xml"), strings.HasPrefix(text, "<table"):
		return kindHTML
	case strings.HasPrefix(text, "msh|"), strings.HasPrefix(text, "fhs|"), strings.HasPrefix(text, "bhs|"):
		return kindHL7
	case controls(head) > len(head)/20:
		return kindBinary
	}
	return kindText
}

// controls counts characters that no text has.
func controls(b []byte) int {
	n := 0
	for _, c := range b {
		if c < ' ' && c != '\t' && c != '\n' && c != '\r' && c != '\f' && c != 0x1a {
			n++
		}
	}
	return n
}

func kindOfZip(content []byte) kind {
	z, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		return kindZip
	}
	office := false
	for _, f := range z.File {
		switch f.Name {
		case "xl/workbook.xml":
			return kindWorkbook
		case "[Content_Types].xml", "mimetype":
			office = true
		}
	}
	if office {
		return kindOtherOffice
	}
	return kindZip
}

package flat

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"openiis/internal/fault"
)

// decode is a file's text in UTF-8, and a note when it came otherwise.
func decode(content []byte) (text, note string, err error) {
	switch {
	case bytes.HasPrefix(content, []byte("\xff\xfe")), bytes.HasPrefix(content, []byte("\xfe\xff")):
		b, err := unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM).NewDecoder().Bytes(content)
		if err != nil {
			return "", "", fault.New(fault.Invalid, "The letters of the file cannot be read. Save it as “CSV UTF-8”.")
		}
		return string(b), "The letters are UTF-16.", nil
	case utf8.Valid(content):
		return string(bytes.TrimPrefix(content, []byte("\xef\xbb\xbf"))), "", nil
	}
	b, err := charmap.Windows1252.NewDecoder().Bytes(content)
	if err != nil {
		return "", "", fault.New(fault.Invalid, "The letters of the file cannot be read. Save it as “CSV UTF-8”.")
	}
	return string(b), "The letters are Windows-1252 (Latin-1).", nil
}

// delimiters are what may stand between cells, with their names.
var delimiters = []struct {
	char byte
	name string
}{{',', "Commas"}, {';', "Semicolons"}, {'\t', "Tabs"}, {'|', "Vertical bars"}}

// sampleRows is how many rows tell the delimiter and hold the header.
const sampleRows = 30

// readText reads a file of delimited text.
func readText(content []byte, most Limits, known Mapping) (*rawTable, error) {
	text, note, err := decode(content)
	if err != nil {
		return nil, err
	}
	out := &rawTable{}
	if note != "" {
		out.notes = append(out.notes, note)
	}
	first := 1
	var delimiter byte
	if len(text) > 5 && strings.EqualFold(text[:4], "sep=") { // Excel's own hint
		delimiter = text[4]
		_, text, _ = strings.Cut(text, "\n")
		first = 2
	}
	if delimiter == 0 {
		delimiter = likeliest(text, known)
	}
	for _, d := range delimiters {
		if d.char == delimiter {
			out.notes = append(out.notes, d.name+" separate the columns.")
		}
	}
	s := splitter{text: text, delimiter: delimiter, line: first}
	for s.more() {
		row := s.next()
		if row.blank() {
			continue
		}
		if len(row.Cells) > maxColumns {
			row.Cells, row.Broken = row.Cells[:maxColumns], "The row has more than 300 cells."
		}
		if out.rows = append(out.rows, row); len(out.rows) > most.Rows+sampleRows {
			return nil, tooManyRows(most.Rows)
		}
	}
	return out, nil
}

// likeliest is the delimiter by which some row of the beginning has the most
// columns that are known, or else the most columns.
func likeliest(text string, known Mapping) byte {
	best, most := delimiters[0].char, -1
	for _, d := range delimiters {
		s := splitter{text: text, delimiter: d.char, line: 1}
		for n := 0; n < sampleRows && s.more(); n++ {
			row := s.next()
			if score := 1000*known.recognized(row.Cells) + min(len(row.Cells), 999); score > most {
				best, most = d.char, score
			}
		}
	}
	return best
}

// splitter cuts delimited text into rows (RFC 4180, and what people make of it).
type splitter struct {
	text      string
	delimiter byte
	at, line  int
}

func (s *splitter) more() bool { return s.at < len(s.text) }

// maxQuotedLines is how many lines one quoted cell may have: an address has three.
// More are a quotation mark that nobody closed. maxRowLines is how many the cells of
// a row may have together: a row that breaks is read again from its second line, so
// that without a limit each line of a file could be read as often as there are lines.
const (
	maxQuotedLines = 8
	maxRowLines    = 40
)

// next is the next row. A quotation mark that is never closed, or closed in the
// middle of a later cell, breaks the one line that it stands in, not those after it.
func (s *splitter) next() Row {
	begun, line := s.at, s.line
	row := Row{Line: line}
	for {
		cell, end, ok := s.cell()
		if !ok || s.line-line > maxRowLines {
			s.at, s.line = begun, line
			s.skipLine()
			return Row{
				Line: line, Cells: strings.SplitN(strings.TrimRight(s.text[begun:s.at], "\r\n"), string(s.delimiter), maxColumns+1),
				Broken: "A quotation mark is opened in this line and not closed, so that its cells cannot be told apart.",
			}
		}
		if len(row.Cells) <= maxColumns { // one more tells that there are too many
			row.Cells = append(row.Cells, cell)
		}
		if end {
			return row
		}
	}
}

// cell reads a cell and what ends it; end says that it was the row's last.
func (s *splitter) cell() (cell string, end, ok bool) {
	from := s.at
	for from < len(s.text) && s.text[from] == ' ' && s.delimiter != ' ' {
		from++
	}
	if from < len(s.text) && s.text[from] == '"' {
		return s.quoted(from + 1)
	}
	i := s.at
	for i < len(s.text) && s.text[i] != s.delimiter && s.text[i] != '\n' && s.text[i] != '\r' {
		i++
	}
	cell = strings.TrimSpace(s.text[s.at:i])
	s.at = i
	return unwrap(cell), s.endOfCell(), true
}

// quoted reads a quoted cell from behind its mark.
func (s *splitter) quoted(from int) (cell string, end, ok bool) {
	var b strings.Builder
	lines := 0
	for i := from; i < len(s.text); i++ {
		switch c := s.text[i]; {
		case c == '"' && i+1 < len(s.text) && s.text[i+1] == '"':
			b.WriteByte('"')
			i++
		case c == '"':
			after := i + 1
			for after < len(s.text) && s.text[after] == ' ' {
				after++
			}
			if after < len(s.text) && s.text[after] != s.delimiter && s.text[after] != '\n' && s.text[after] != '\r' {
				return "", false, false
			}
			s.at, s.line = after, s.line+lines
			return strings.TrimSpace(b.String()), s.endOfCell(), true
		default:
			if c == '\n' || c == '\r' && !strings.HasPrefix(s.text[i+1:], "\n") {
				if lines++; lines > maxQuotedLines {
					return "", false, false
				}
			}
			b.WriteByte(c)
		}
	}
	return "", false, false
}

// endOfCell goes over what ends a cell and reports the end of the row.
func (s *splitter) endOfCell() bool {
	if s.at < len(s.text) && s.text[s.at] == s.delimiter {
		s.at++
		return false
	}
	s.skipLine()
	return true
}

// skipLine goes to the next line.
func (s *splitter) skipLine() {
	for s.at < len(s.text) && s.text[s.at] != '\n' && s.text[s.at] != '\r' {
		s.at++
	}
	if strings.HasPrefix(s.text[s.at:], "\r\n") {
		s.at++
	}
	s.at = min(s.at+1, len(s.text))
	s.line++
}

// unwrap takes the text out of ="00123", by which people keep Excel from dropping
// the zeros.
func unwrap(cell string) string {
	if len(cell) > 3 && strings.HasPrefix(cell, `="`) && strings.HasSuffix(cell, `"`) {
		return strings.ReplaceAll(cell[2:len(cell)-1], `""`, `"`)
	}
	return cell
}

func (r *Row) blank() bool {
	for _, c := range r.Cells {
		if c != "" {
			return false
		}
	}
	return true
}

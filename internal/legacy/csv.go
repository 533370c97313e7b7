package legacy

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"

	"openiis/internal/fault"
)

// Bounds of a row.
const (
	mostRow     = 1 << 20 // bytes of a line
	mostLines   = 8       // of a row, whose quoted cells hold ends of lines
	mostColumns = 300
)

// csvFile is a file that is read row by row (RFC 4180, and what systems make of
// it), and never held.
type csvFile struct {
	file    *os.File
	digest  hash.Hash
	from    *bufio.Reader
	pending [][]byte // lines that were read ahead
	line    int      // of the last row
	next    int
	end     byte // of a line: LF, or CR where there is no other
	comma   byte
	header  []string
	head    []byte // the header as it stands
	cells   [][]byte
}

// rawRow is a row as it stands in the file, without its end of line.
type rawRow struct {
	line   int
	text   []byte
	broken bool // a quotation mark is opened and not closed
}

// openCSV opens a file and reads its header.
func openCSV(path string) (*csvFile, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	c := &csvFile{file: f, digest: sha256.New(), next: 1}
	if err := c.begin(); err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", path, err), f.Close())
	}
	return c, nil
}

func (c *csvFile) begin() error {
	whole := bufio.NewReaderSize(io.TeeReader(c.file, c.digest), 1<<18)
	c.from = whole
	if magic, _ := whole.Peek(2); bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		z, err := gzip.NewReader(whole)
		if err != nil {
			return err
		}
		c.from = bufio.NewReaderSize(z, 1<<18)
	}
	return c.names()
}

// names reads the header.
func (c *csvFile) names() error {
	if err := c.look(); err != nil {
		return err
	}
	c.comma = ','
	row, err := c.read()
	if err == io.EOF {
		return fault.New(fault.Invalid, "the file is empty; its first row must name the columns")
	}
	if err != nil {
		return err
	}
	c.head, c.comma = bytes.Clone(row.text), commaOf(row.text)
	cells, _ := split(row.text, c.comma, nil)
	for _, cell := range cells {
		name := strings.ToLower(strings.Join(strings.Fields(readable(cell)), "_"))
		c.header = append(c.header, name)
	}
	return nil
}

// look looks at how the file begins: in which letters it is, and how its lines
// end.
func (c *csvFile) look() error {
	start, _ := c.from.Peek(c.from.Size()) // all of a short file; an error comes again when it is read
	first, _, _ := bytes.Cut(start, []byte{'\n'})
	switch {
	case bytes.HasPrefix(start, []byte("PK\x03\x04")):
		return fault.New(fault.Invalid, "this is a workbook or an archive; save it as CSV, in UTF-8")
	case bytes.HasPrefix(start, []byte{0xff, 0xfe}), bytes.HasPrefix(start, []byte{0xfe, 0xff}), bytes.IndexByte(first, 0) >= 0:
		return fault.New(fault.Invalid, "the letters are UTF-16; write the file in UTF-8")
	case bytes.HasPrefix(start, []byte{0xef, 0xbb, 0xbf}):
		_, _ = c.from.Discard(3)
	}
	if c.end = '\n'; bytes.IndexByte(start, '\n') < 0 && bytes.IndexByte(start, '\r') >= 0 {
		c.end = '\r'
	}
	return nil
}

// commaOf is what stands between the cells of a header.
func commaOf(header []byte) byte {
	best, most := byte(','), 0
	for _, b := range []byte{',', ';', '\t', '|'} {
		if n := bytes.Count(header, []byte{b}); n > most {
			best, most = b, n
		}
	}
	return best
}

// read is the next row that is not blank; io.EOF at the end. Its text is good
// until the next.
func (c *csvFile) read() (rawRow, error) {
	for {
		line, err := c.take()
		if err != nil {
			return rawRow{}, err
		}
		c.line = c.next
		c.next++
		if len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		if bytes.IndexByte(line, '"') < 0 || !c.open(line) {
			return rawRow{line: c.line, text: line}, nil
		}
		return c.several(bytes.Clone(line))
	}
}

// several reads a row whose quoted cell goes on in the next line. A quotation
// mark that is not closed within some lines breaks the one that it stands in; so
// does one that is closed where no cell ends, or in a row of other cells than the
// header has: that one opens a cell of the next row.
func (c *csvFile) several(first []byte) (rawRow, error) {
	text := first
	var ahead [][]byte
	for len(ahead) < mostLines-1 {
		line, err := c.take()
		if err == io.EOF {
			break
		}
		if err != nil {
			return rawRow{}, err
		}
		ahead = append(ahead, bytes.Clone(line))
		text = append(append(bytes.Clone(text), '\n'), line...)
		if !c.open(text) {
			if !c.whole(text) {
				break
			}
			c.next += len(ahead)
			return rawRow{line: c.line, text: text}, nil
		}
	}
	c.pending = append(ahead, c.pending...)
	return rawRow{line: c.line, text: first, broken: true}, nil
}

// take is the next line, without its end.
func (c *csvFile) take() ([]byte, error) {
	if len(c.pending) > 0 {
		line := c.pending[0]
		c.pending = c.pending[1:]
		return line, nil
	}
	line, err := c.from.ReadSlice(c.end)
	if errors.Is(err, bufio.ErrBufferFull) {
		line, err = c.long(bytes.Clone(line))
	}
	if err != nil && (err != io.EOF || len(line) == 0) {
		return nil, c.unread(err)
	}
	return bytes.TrimSuffix(bytes.TrimSuffix(line, []byte{'\n'}), []byte{'\r'}), nil
}

// unread says where a file cannot be read on.
func (c *csvFile) unread(err error) error {
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, gzip.ErrChecksum) || errors.Is(err, gzip.ErrHeader) {
		return fault.New(fault.Invalid, "the packed file is not whole: it ends or is damaged behind line %d; copy it anew", c.next-1)
	}
	return err
}

// long reads the rest of a line that is longer than the buffer.
func (c *csvFile) long(line []byte) ([]byte, error) {
	for {
		more, err := c.from.ReadSlice(c.end)
		if line = append(line, more...); len(line) > mostRow {
			return nil, fault.New(fault.Invalid, "line %d is longer than a million bytes: this is no file of rows", c.next)
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return line, err
		}
	}
}

// close reads what is left, so that the digest is of the whole file.
func (c *csvFile) close() ([]byte, error) {
	_, err := io.Copy(io.Discard, c.from)
	if err == nil {
		_, err = io.Copy(c.digest, c.file) // behind the end of a packed file
	}
	return c.digest.Sum(nil), errors.Join(err, c.file.Close())
}

// open reports a row that ends within a quoted cell.
func (c *csvFile) open(text []byte) bool {
	cells, ok := split(text, c.comma, c.cells)
	c.cells = cells
	return !ok
}

// whole reports a row of several lines whose cells end where their quotation marks
// are closed, and are as many as the header has.
func (c *csvFile) whole(text []byte) bool {
	if c.header != nil && len(c.cells) != len(c.header) {
		return false
	}
	for quote := false; len(text) > 0; {
		if quote = text[0] == '"'; quote {
			_, text, _ = quoted(text[1:])
		}
		cell, rest, _ := bytes.Cut(text, []byte{c.comma})
		if quote && len(bytes.TrimSpace(cell)) > 0 {
			return false
		}
		text = rest
	}
	return true
}

// split cuts a row into cells; ok is false when a quoted cell is not closed. The
// cells are parts of text, or their own where quotation marks stood within.
func split(text []byte, comma byte, into [][]byte) (cells [][]byte, ok bool) {
	cells = into[:0]
	for {
		if len(text) > 0 && text[0] == '"' {
			cell, rest, closed := quoted(text[1:])
			if !closed {
				return cells, false
			}
			end := bytes.IndexByte(rest, comma)
			if end < 0 {
				return append(cells, append(cell, rest...)), true
			}
			cells = append(cells, append(cell, rest[:end]...))
			text = rest[end+1:]
			continue
		}
		end := bytes.IndexByte(text, comma)
		if end < 0 {
			return append(cells, text), true
		}
		cells = append(cells, text[:end])
		text = text[end+1:]
	}
}

// quoted reads a quoted cell from behind its mark.
func quoted(text []byte) (cell, rest []byte, closed bool) {
	for {
		end := bytes.IndexByte(text, '"')
		if end < 0 {
			return nil, nil, false
		}
		if end+1 < len(text) && text[end+1] == '"' {
			cell = append(append(cell, text[:end]...), '"')
			text = text[end+2:]
			continue
		}
		if cell == nil { // nothing was written twice: it is as it stands
			return text[:end:end], text[end+1:], true
		}
		return append(cell, text[:end]...), text[end+1:], true
	}
}

// readable is a cell as text: in UTF-8, which it was in or else in Windows-1252,
// without blanks about it and without what cannot be written.
func readable(cell []byte) string {
	cell = bytes.TrimSpace(cell)
	if len(cell) == 0 {
		return ""
	}
	plain := true
	for _, b := range cell {
		plain = plain && b >= ' ' && b < 0x7f
	}
	if plain {
		return string(cell)
	}
	if !utf8.Valid(cell) {
		cell, _ = charmap.Windows1252.NewDecoder().Bytes(cell) // every byte is some letter
	}
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, string(cell)))
}

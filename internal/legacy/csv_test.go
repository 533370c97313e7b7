package legacy

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"openiis/internal/fault"
	"openiis/internal/is"
)

// rowsIn are the rows of a file behind its header: the line, ! for a broken one, and
// the cells.
func rowsIn(t *testing.T, content string) (out []string, err error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "rows.csv")
	is.NoError(t, "write", os.WriteFile(path, []byte(content), 0o600))
	c, err := openCSV(path)
	if err != nil {
		return nil, err
	}
	defer c.file.Close()
	for {
		row, err := c.read()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return out, err
		}
		cells, _ := split(row.text, c.comma, nil)
		broken := map[bool]string{true: "!"}[row.broken]
		out = append(out, fmt.Sprintf("%d%s %s", row.line, broken, bytes.Join(cells, []byte("|"))))
	}
}

// A quotation mark that somebody forgot spoils the row it stands in, and never
// takes the rows behind it along, as cells of one who is neither.
func TestAQuotationMarkThatIsNotClosedSpoilsItsRowOnly(t *testing.T) {
	for _, c := range []struct {
		name, rows string
		want       []string
	}{
		{"closed by the opening one of the next row", "1,\"Ash,Ann,x\n2,\"Elm\",Bob,x\n3,Oak,Cy,x\n", []string{"2!", "3 2|Elm|Bob|x", "4 3|Oak|Cy|x"}},
		{"closed at the end of a cell, with too many cells", "1,\"Ash,Ann,x\n2,Elm\",Bob,x,y\n", []string{"2!", "3 2|Elm\"|Bob|x|y"}},
		{"never closed", "1,\"Ash,Ann,x\n2,Elm,Bob,x\n", []string{"2!", "3 2|Elm|Bob|x"}},
		{"a cell over two lines", "1,\"Ash\nTree\",Ann,x\n2,Elm,Bob,x\n", []string{"2 1|Ash\nTree|Ann|x", "4 2|Elm|Bob|x"}},
		{"two cells over two lines", "1,\"Ash\nTree\" ,\"Ann\n\"\"Nan\"\"\",x\n", []string{"2 1|Ash\nTree |Ann\n\"Nan\"|x"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := rowsIn(t, "patient_id,last_name,first_name,other\n"+c.rows)
			is.NoError(t, "read", err)
			for n := range got {
				if head, _, _ := strings.Cut(got[n], " "); strings.HasSuffix(head, "!") {
					got[n] = head
				}
			}
			is.Equal(t, "rows", got, c.want)
		})
	}
}

func TestLinesMayEndInCROnly(t *testing.T) {
	got, err := rowsIn(t, "patient_id,last_name\r1,Ash\r\r2,\"El\rm\"\r3,Oak")
	is.NoError(t, "read", err)
	is.Equal(t, "rows", got, []string{"2 1|Ash", "4 2|El\nm", "6 3|Oak"})
}

func TestAFileThatIsNoneSaysWhatItIs(t *testing.T) {
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	for n := range 3000 {
		fmt.Fprintf(z, "%d,Ash %d\n", n, n*n)
	}
	is.NoError(t, "pack", z.Close())
	for name, c := range map[string]struct{ content, says string }{
		"UTF-16 with its mark":    {"\xff\xfea\x00,\x00", "UTF-16"},
		"UTF-16 without its mark": {"p\x00a\x00,\x00b\x00\n\x00", "UTF-16"},
		"a workbook":              {"PK\x03\x04\x14\x00", "workbook"},
		"a long line":             {"a,b\n1,2\n" + strings.Repeat("x", mostRow+1), "line 3 is longer"},
		"a packed file, cut off":  {packed.String()[:packed.Len()/2], "not whole"},
		"nothing":                 {"\n\n", "empty"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := rowsIn(t, c.content)
			if fault.KindOf(err) != fault.Invalid || !strings.Contains(fmt.Sprint(err), c.says) {
				t.Errorf("got %v, want that it says %q", err, c.says)
			}
		})
	}
}

package flat

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"openiis/internal/fault"
	"openiis/internal/is"
)

// soon fails a test when something takes far longer than it may.
func soon(t *testing.T, do func()) {
	t.Helper()
	done := make(chan struct{})
	go func() { defer close(done); do() }()
	select {
	case <-done:
	case <-time.After(20 * time.Second):
		t.Fatal("it takes for ever")
	}
}

// Rows that run on from line to line, and break only at the end of the file, are not
// read again from each of their lines to the end.
func TestQuotationMarksThatNeverEndCostNoMoreThanTheFile(t *testing.T) {
	for name, text := range map[string]string{
		"cells over the end of each line": strings.Repeat("\"a\nb\",", 200_000) + `"`,
		"lines that end as on old Macs":   strings.Repeat("a,\"b\r", 200_000),
		"a mark in each line":             strings.Repeat("a,\"b\n", 200_000),
	} {
		soon(t, func() {
			_, err := Read([]byte(good+text), Limits{Bytes: 2 << 20, Rows: 500_000}, Mapping{})
			is.NoError(t, name, err)
		})
	}
}

// sheetOf is a workbook in which the first sheet's XML is replaced.
func sheetOf(t *testing.T, replace map[string]string) []byte {
	t.Helper()
	plain := workbook(t, func(f *excelize.File) { _ = f.SetCellValue("Sheet1", "A1", "MRN") })
	from, err := zip.NewReader(bytes.NewReader(plain), int64(len(plain)))
	is.NoError(t, "open", err)
	var b bytes.Buffer
	to := zip.NewWriter(&b)
	for _, part := range from.File {
		w, err := to.Create(part.Name)
		is.NoError(t, part.Name, err)
		if text, ok := replace[part.Name]; ok {
			_, _ = io.WriteString(w, text)
			continue
		}
		r, err := part.Open()
		is.NoError(t, part.Name, err)
		_, err = io.Copy(w, r)
		is.NoError(t, part.Name, err)
	}
	is.NoError(t, "close", to.Close())
	return b.Bytes()
}

func sheetXML(rows string) string {
	return `<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>` + rows + `</sheetData></worksheet>`
}

func inline(cell, text string) string {
	return `<c r="` + cell + `" t="inlineStr"><is><t>` + text + `</t></is></c>`
}

func TestARowWithAnImpossibleNumberIsRefused(t *testing.T) {
	content := sheetOf(t, map[string]string{"xl/worksheets/sheet1.xml": sheetXML(`<row r="1">` + inline("A1", "MRN") + `</row><row r="9000000000000000000">` + inline("A2", "x") + `</row>`)})
	soon(t, func() {
		if _, err := Read(content, limits, Mapping{}); fault.KindOf(err) != fault.Invalid || err == nil {
			t.Errorf("got %v", err)
		}
	})
}

// A row whose only cell is in the last column has 16,384 cells: of each row no more
// is kept than may be used.
func TestCellsBeyondTheLastColumnTakeNoMemory(t *testing.T) {
	var rows strings.Builder
	rows.WriteString(`<row r="1">` + inline("A1", "MRN") + inline("B1", "Last Name") + inline("C1", "DOB") + `</row>`)
	for i := 2; i < 900; i++ {
		fmt.Fprintf(&rows, `<row r="%d">%s%s</row>`, i, inline(fmt.Sprintf("A%d", i), "x"), inline(fmt.Sprintf("XFD%d", i), "x"))
	}
	content := sheetOf(t, map[string]string{"xl/worksheets/sheet1.xml": sheetXML(rows.String())})
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	table, err := Read(content, limits, Mapping{})
	is.NoError(t, "read", err)
	runtime.GC()
	runtime.ReadMemStats(&after)
	if kept := int64(after.HeapAlloc) - int64(before.HeapAlloc); kept > 30<<20 {
		t.Errorf("%d bytes keep %d MB", len(content), kept>>20)
	}
	is.Equal(t, "rows", len(table.Rows), 898)
}

// A text that the cells share is copied for each: a small workbook may come to more
// than fits into the memory.
func TestATextThatAllCellsShareIsCountedForEach(t *testing.T) {
	content := sheetOf(t, map[string]string{
		"xl/worksheets/sheet1.xml": sheetXML(strings.Repeat(`<row>`+strings.Repeat(`<c t="s"><v>0</v></c>`, 100)+`</row>`, 100)),
		"xl/sharedStrings.xml":     `<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>` + strings.Repeat("A", 1<<20) + `</t></si></sst>`,
	})
	if _, err := Read(content, limits, Mapping{}); fault.KindOf(err) != fault.TooLarge || err == nil {
		t.Errorf("%d bytes come to 10 GB: got %v", len(content), err)
	}
}

func TestARowWithAMillionCellsIsOneBrokenRow(t *testing.T) {
	table, err := Read([]byte(good+strings.Repeat("x,", 400_000)+"\n"+`"`+strings.Repeat("x,", 100_000)), limits, Mapping{})
	is.NoError(t, "read", err)
	for _, r := range table.Rows[3:] {
		if r.Broken == "" || len(r.Cells) > maxColumns || cap(r.Cells) > 4*maxColumns {
			t.Errorf("line %d: %q, %d cells, room for %d", r.Line, r.Broken, len(r.Cells), cap(r.Cells))
		}
	}
	is.Equal(t, "rows", len(table.Rows), 5)
}

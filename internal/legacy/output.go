package legacy

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"openiis/internal/iis"
)

// The files of the folder.
const (
	reportFile = "report.txt"
	placedFile = "placed.csv"
	rejectFile = "rejected-%s.csv"
	// misjudgedFile is where records are that the truth says are misjudged.
	misjudgedFile = "misjudged.csv"
)

// rejected is a row that cannot be taken.
type rejected struct {
	row sortedRow
	why string
}

// output are the files that are written while people are taken.
type output struct {
	rejects [2]*os.File
	writers [2]*bufio.Writer
	file    *os.File        // placed.csv
	placed  strings.Builder // what is to be written to it with the chunk
	dry     bool
}

// openOutput settles the folder of the import, begins the rejected rows anew, which
// are the same each time, and
// cuts placed.csv off where the registry has what it says.
func (i *importing) openOutput() (*output, error) {
	if err := i.settleFolder(); err != nil {
		return nil, err
	}
	o := &output{dry: i.DryRun}
	for k, is := range i.rules().sheets {
		t := &i.sorted.files[k]
		f, err := os.OpenFile(filepath.Join(i.folder, fmt.Sprintf(rejectFile, is.rows)), os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
		if err != nil {
			return nil, errors.Join(err, o.close())
		}
		o.rejects[k], o.writers[k] = f, bufio.NewWriter(f)
		fmt.Fprintf(o.writers[k], "line%creason%c%s\r\n", t.comma, t.comma, t.head)
	}
	if o.dry {
		return o, nil
	}
	f, err := os.OpenFile(filepath.Join(i.folder, placedFile), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, errors.Join(err, o.close())
	}
	o.file = f
	size, err := f.Seek(0, io.SeekEnd)
	if err == nil && size < i.kept.Placed {
		i.report.Notes = append(i.report.Notes, "placed.csv is not as this import left it: who was placed before is missing in it")
		i.kept.Placed = size
	}
	if err == nil {
		err = f.Truncate(i.kept.Placed)
	}
	if err == nil {
		_, err = f.Seek(i.kept.Placed, io.SeekStart)
	}
	if i.kept.Placed == 0 {
		o.placed.WriteString(i.rules().id + ",outcome,person\r\n")
	}
	return o, err
}

// place writes down whose record a patient became.
func (o *output) place(id string, r *iis.Receipt) {
	if o.dry {
		return
	}
	w := csv.NewWriter(&o.placed)
	w.UseCRLF = true
	whose := ""
	if r.Person != 0 {
		whose = r.Person.Public()
	}
	_ = w.Write([]string{id, r.Match, whose}) // into memory
	w.Flush()
}

// flush writes what was placed. What it leaves counts once the registry has it.
func (o *output) flush(k *kept) error {
	if o.dry {
		return nil
	}
	if _, err := o.file.WriteAt([]byte(o.placed.String()), k.Placed); err != nil {
		return err
	}
	k.Placed += int64(o.placed.Len())
	return nil
}

// reject writes rows with the reason beside each, and counts them.
func (i *importing) reject(c *chunk) error {
	for _, r := range c.rejected {
		i.report.Rejected[r.row.kind][r.why]++
		t := &i.sorted.files[r.row.kind]
		w := i.out.writers[r.row.kind]
		why := r.why
		if strings.IndexByte(why, t.comma) >= 0 {
			why = strconv.Quote(why)
		}
		if _, err := fmt.Fprintf(w, "%d%c%s%c%s\r\n", r.row.line, t.comma, why, t.comma, t.told(r.row)); err != nil {
			return err
		}
	}
	for reason, n := range c.lost {
		i.report.Lost[reason] += int64(n)
	}
	return nil
}

// told is a rejected row as it is written out. Of a child whose parents opted out,
// or may have, it is the number of the certificate alone, whatever the row is rejected
// for; of a row that cannot be told apart into cells it is nothing: the line number
// leads to it.
func (t *table) told(row sortedRow) []byte {
	out, has := t.columns["opt_out"]
	if !has {
		return row.text
	}
	cells, _ := split(row.text, t.comma, nil)
	number := []byte(nil)
	if !row.broken && len(cells) == len(t.header) {
		if !mayOptOut(readable(cells[out])) {
			return row.text
		}
		number = cells[t.columns[t.id]]
	}
	text := bytes.Repeat([]byte{t.comma}, t.columns[t.id])
	if bytes.ContainsAny(number, string(t.comma)+`"`) {
		number = []byte(`"` + strings.ReplaceAll(string(number), `"`, `""`) + `"`)
	}
	return append(append(text, number...), bytes.Repeat([]byte{t.comma}, len(t.header)-1-t.columns[t.id])...)
}

func (o *output) close() error {
	var all []error
	for k, f := range o.rejects {
		if f != nil {
			all = append(all, o.writers[k].Flush(), f.Close())
		}
	}
	if o.file != nil {
		all = append(all, o.file.Close())
	}
	return errors.Join(all...)
}

// facilityNames are the names of facilities by their codes.
func facilityNames(path string) (map[string]string, error) {
	if path == "" {
		return nil, nil
	}
	c, err := openCSV(path)
	if err != nil {
		return nil, err
	}
	defer c.file.Close()
	code, name := -1, -1
	for i, h := range c.header {
		switch h {
		case "facility":
			code = i
		case "name":
			name = i
		}
	}
	if code < 0 || name < 0 {
		return nil, fmt.Errorf("%s: want columns facility and name", path)
	}
	out := map[string]string{}
	var cells [][]byte
	for {
		row, err := c.read()
		if err == io.EOF {
			return out, nil
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		if cells, _ = split(row.text, c.comma, cells); max(code, name) < len(cells) {
			out[readable(cells[code])] = readable(cells[name])
		}
	}
}

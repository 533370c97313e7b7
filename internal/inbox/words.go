package inbox

import (
	"fmt"
	"strings"
	"time"

	"openiis/internal/cal"
	"openiis/internal/check"
	"openiis/internal/iis"
)

// means is a value in words where it is a code or a date; "" otherwise.
func (d *Desk) means(typ, table, text string) string {
	if m, ok := d.codes.Meaning(table, text); ok && !strings.EqualFold(m, text) {
		return m
	}
	switch typ {
	case "DT", "TS", "DTM":
		return moment(text)
	}
	return ""
}

// moment is a day or time as HL7 writes it, in words; "" for what is none. The
// zone is left out: the value as sent stands beside it.
func moment(text string) string {
	digits := text
	if i := strings.IndexAny(text, "+-."); i >= 0 {
		digits = text[:i]
	}
	if len(digits) < 8 || cal.ParseCompact(digits[:8]) == cal.None {
		return ""
	}
	day := cal.ParseCompact(digits[:8]).Time().Format("January 2, 2006")
	if t, err := time.Parse("1504", digits[8:min(len(digits), 12)]); err == nil {
		return day + ", " + t.Format("3:04 PM")
	}
	return day
}

// severityWords are a severity of table 0516 in words.
func severityWords(s iis.Severity) string {
	switch s {
	case iis.Error:
		return "Error"
	case iis.Warning:
		return "Warning"
	}
	return "Note"
}

// marks are findings as a page numbers them, worst first.
func (d *Desk) marks(fs iis.Findings) []Mark {
	var out []Mark
	for i, f := range fs.OnePerPlace() {
		if i == maxMarks {
			break
		}
		k := Mark{N: i + 1, Finding: f, Severity: severityWords(f.Severity), Place: placeWords(f.Where)}
		if r, ok := check.Find(f.Rule); ok && f.Severity != iis.Error && r.Severity != f.Severity {
			k.Own = severityWords(r.Severity)
		}
		if e, ok := d.codes.HL7("0357", f.HL7); ok {
			k.HL7 = f.HL7 + " " + e.Meaning
		} else {
			k.HL7 = f.HL7
		}
		if e, ok := d.codes.HL7("0533", f.App); ok {
			k.App = f.App + " " + e.Meaning
		}
		out = append(out, k)
	}
	return out
}

// placeWords are a place as people say it: PID-3.4, second PID, repetition 2.
func placeWords(w iis.Where) string {
	s := w.String()
	switch {
	case w.Sequence > 1 && w.Field == 0:
		s = fmt.Sprintf("%s number %d", w.Segment, w.Sequence)
	case w.Sequence > 1:
		s += fmt.Sprintf(", %s number %d", w.Segment, w.Sequence)
	}
	if w.Rep > 1 {
		s += fmt.Sprintf(", repetition %d", w.Rep)
	}
	return s
}

package main

import (
	"strconv"
	"unicode/utf8"

	"openiis/internal/cal"
	"openiis/internal/cdsi"
)

// line is an object of JSON in the making. An absent value is an absent key.
type line struct {
	b     []byte
	comma bool
}

func (l *line) key(name string) {
	if l.comma {
		l.b = append(l.b, ',', '"')
	} else {
		l.b = append(l.b, '"')
	}
	l.comma = true
	l.b = append(append(l.b, name...), '"', ':')
}

func (l *line) open()  { l.b, l.comma = append(l.b, '{'), false }
func (l *line) close() { l.b, l.comma = append(l.b, '}'), true }

func (l *line) raw(name string, v []byte) {
	l.key(name)
	if len(v) == 0 {
		v = []byte("null")
	}
	l.b = append(l.b, v...)
}

func (l *line) text(name, v string) {
	l.key(name)
	l.b = appendString(l.b, v)
}

func (l *line) some(name, v string) {
	if v != "" {
		l.text(name, v)
	}
}

func (l *line) number(name string, n int) {
	if n != 0 {
		l.key(name)
		l.b = strconv.AppendInt(l.b, int64(n), 10)
	}
}

func (l *line) date(name string, d cal.Date) {
	if d != cal.None {
		l.key(name)
		l.b = append(d.Append(append(l.b, '"')), '"')
	}
}

func (l *line) texts(name string, list []string) {
	l.key(name)
	l.b = append(l.b, '[')
	for i, s := range list {
		if i > 0 {
			l.b = append(l.b, ',')
		}
		l.b = appendString(l.b, s)
	}
	l.b = append(l.b, ']')
}

// sentence writes what append adds, which has to be made into a string first.
func (l *line) sentence(name string, add func([]byte) []byte) {
	l.key(name)
	l.b = append(l.b, '"')
	from := len(l.b)
	l.b = add(l.b)
	if isPlain(l.b[from:]) {
		l.b = append(l.b, '"')
		return
	}
	text := string(l.b[from:])
	l.b = appendString(l.b[:from-1], text)
}

func each[T any](l *line, name string, list []T, one func(*T)) {
	l.key(name)
	l.b = append(l.b, '[')
	for i := range list {
		l.comma = i > 0
		if l.comma {
			l.b = append(l.b, ',')
		}
		l.open()
		one(&list[i])
		l.close()
	}
	l.b = append(l.b, ']')
	l.comma = true
}

// isPlain reports whether text stands for itself in a string of JSON. It looks at
// eight characters at a time: most of an answer is such text.
func isPlain[T string | []byte](text T) bool {
	const ones, tops = 0x0101010101010101, 0x8080808080808080
	for ; len(text) >= 8; text = text[8:] {
		v := uint64(text[0]) | uint64(text[1])<<8 | uint64(text[2])<<16 | uint64(text[3])<<24 |
			uint64(text[4])<<32 | uint64(text[5])<<40 | uint64(text[6])<<48 | uint64(text[7])<<56
		quote, slash := v^(ones*'"'), v^(ones*'\\')
		// A byte's top bit is set where it is below a space, a quotation mark, a
		// backslash, or beyond ASCII.
		if ((v-ones*' ')|((quote-ones)&^quote)|((slash-ones)&^slash)|v)&tops != 0 {
			return false
		}
	}
	for i := range len(text) {
		if c := text[i]; c < ' ' || c == '"' || c == '\\' || c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// appendString writes a string of JSON.
func appendString(b []byte, s string) []byte {
	b = append(b, '"')
	if isPlain(s) {
		return append(append(b, s...), '"')
	}
	from := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= ' ' && c != '"' && c != '\\' && c < utf8.RuneSelf {
			i++
			continue
		}
		if c >= utf8.RuneSelf {
			r, n := utf8.DecodeRuneInString(s[i:])
			if r != utf8.RuneError || n > 1 {
				i += n
				continue
			}
		}
		b = append(b, s[from:i]...)
		switch {
		case c == '"' || c == '\\':
			b = append(b, '\\', c)
		case c >= utf8.RuneSelf:
			b = append(b, `\ufffd`...)
		default:
			const hex = "0123456789abcdef"
			b = append(b, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		}
		i++
		from = i
	}
	return append(append(b, s[from:]...), '"')
}

func appendError(out []byte, id []byte, say string) []byte {
	l := line{b: out}
	l.open()
	l.raw("id", id)
	l.text("error", say)
	l.close()
	return append(l.b, '\n')
}

// append writes the answer about one person, with what is to be said of the schedule.
func (f forecaster) append(out []byte, id []byte, note string, res *cdsi.Result) []byte {
	l := &line{b: out}
	l.open()
	l.raw("id", id)
	l.text("schedule", res.Release)
	l.some("scheduleNote", note)
	each(l, "evaluations", res.Evaluations, func(e *cdsi.Evaluation) { appendEvaluation(l, e) })
	each(l, "forecasts", res.Forecasts, func(c *cdsi.Forecast) { f.appendForecast(l, c) })
	each(l, "problems", res.Problems, func(p *cdsi.Problem) {
		l.number("dose", p.Dose)
		l.text("code", p.Code)
		l.text("text", p.Text)
	})
	if f.options.Explain {
		each(l, "trace", res.Trace, func(s *cdsi.Step) { appendStep(l, s) })
	}
	l.close()
	return append(l.b, '\n')
}

func appendEvaluation(l *line, e *cdsi.Evaluation) {
	l.number("dose", e.Dose)
	l.date("date", e.Date)
	l.text("cvx", e.CVX)
	l.text("group", e.Group)
	l.text("antigen", e.Antigen)
	l.text("series", e.Series)
	l.text("seriesType", e.Type.String())
	l.number("targetDose", e.Target)
	l.number("doseNumber", e.Number)
	l.text("status", e.Status.String())
	l.texts("reasons", e.Reasons.Texts())
	l.texts("remarks", e.Reasons.Remarks())
	l.sentence("why", e.AppendWhy)
}

func (f forecaster) appendForecast(l *line, c *cdsi.Forecast) {
	l.text("group", c.Group)
	l.text("seriesType", c.Type.String())
	l.text("status", c.Status.String())
	l.number("doseNumber", c.DoseNumber)
	l.date("earliest", c.Earliest)
	l.date("recommended", c.Recommended)
	l.date("pastDue", c.PastDue)
	l.date("latest", c.Latest)
	l.texts("reasons", c.Reasons)
	l.texts("vaccines", c.Vaccines)
	l.sentence("why", c.AppendWhy)
	l.texts("unsure", c.Unsure)
	if f.options.Explain {
		l.texts("antigens", c.Antigens)
		l.texts("guidance", c.Guidance)
	}
}

func appendStep(l *line, s *cdsi.Step) {
	l.text("rule", s.Rule)
	l.some("antigen", s.Antigen)
	l.some("series", s.Series)
	l.number("dose", s.Dose)
	l.number("targetDose", s.Target)
	l.some("row", s.Row)
	l.date("date", s.Date)
	l.some("age", s.Age)
	l.some("outcome", s.Outcome)
}

package main

import (
	"bytes"
	"strconv"
	"strings"
	"unicode/utf8"

	"openiis/internal/cal"
	"openiis/internal/cdsi"
)

// forecaster answers lines of `openiis forecast`.
type forecaster struct {
	engines engineFor
	options cdsi.Options
}

// personReader is the memory of one worker, used again for each line.
type personReader struct {
	s       scanner
	id      []byte
	patient cdsi.Patient
	seen    []observedLine
	told    []cdsi.Problem // what the line has that could not be used
	res     cdsi.Result
}

func newPersonReader() *personReader { return &personReader{s: scanner{seen: map[string]string{}}} }

type observedLine struct {
	code, system string
	date         cal.Date
	unsure       bool
}

// answer judges one line and adds the answer to out.
func (f forecaster) answer(d *personReader, out, line []byte, long bool) []byte {
	if long {
		return appendError(out, nil, "The line is longer than 4 MB.")
	}
	if say := d.read(line); say != "" {
		return appendError(out, d.id, say)
	}
	e, err := f.engines(d.patient.Assessed)
	if err != nil {
		return appendError(out, d.id, err.Error())
	}
	d.observe(e)
	e.EvaluateInto(&d.res, &d.patient, f.options)
	d.res.Problems = append(d.res.Problems, d.told...)
	return f.append(out, d.id, e.Note(d.patient.Assessed), &d.res)
}

// read reads a line, or says what is wrong with it and repeats nothing of it.
func (d *personReader) read(line []byte) string {
	line = bytes.TrimPrefix(line, []byte("\ufeff")) // what some editors put before the first
	s := &d.s
	s.b, s.i, s.wrong, d.id = line, 0, "", nil
	p := &d.patient
	*p = cdsi.Patient{Doses: p.Doses[:0], Observations: p.Observations[:0]}
	d.seen, d.told = d.seen[:0], d.told[:0]
	if !utf8.Valid(line) {
		return "The line is not UTF-8."
	}
	if s.peek() != '{' {
		return "The line is not understood: it is not an object of JSON."
	}
	var keys keySet
	s.object(func(key []byte) { d.member(&keys, key) })
	if s.wrong == "" && s.peek() != 0 {
		s.fail("something follows the object")
	}
	switch {
	case s.wrong != "":
		return "The line is not understood: " + s.wrong + ", at character " + strconv.Itoa(s.at) + "."
	case p.Born == cal.None:
		return "birthDate is absent or not a day as YYYY-MM-DD."
	case p.Assessed == cal.None:
		return "assessmentDate is absent or not a day as YYYY-MM-DD."
	}
	return ""
}

// keySet are the keys of an object that were read, by their place in a list.
type keySet uint16

// key refuses one of the keys that an object has when it is there twice, for which of the
// values is meant nobody knows, or is written in other letters, for it would be
// passed over. It repeats only what it knows.
func (s *scanner) key(read *keySet, key []byte, known ...string) {
	for i, name := range known {
		switch bit := keySet(1) << i; {
		case string(key) == name && *read&bit != 0:
			s.fail(name + " is there twice")
		case string(key) == name:
			*read |= bit
			return
		case len(key) == len(name) && strings.EqualFold(string(key), name):
			s.fail(name + " is written in other letters")
		}
	}
}

func (d *personReader) tell(dose int, code, text string) {
	d.told = append(d.told, cdsi.Problem{Dose: dose, Code: code, Text: text})
}

func (d *personReader) member(read *keySet, key []byte) {
	s, p := &d.s, &d.patient
	s.key(read, key, "id", "birthDate", "assessmentDate", "sex", "birthCountry", "doses", "observations")
	switch string(key) {
	case "id":
		d.id = s.skip(0)
	case "birthDate":
		p.Born = dayOf(s.loose("birthDate"))
	case "assessmentDate":
		p.Assessed = dayOf(s.loose("assessmentDate"))
	case "sex":
		switch p.Sex = strings.ToUpper(s.loose("sex")); p.Sex {
		case "", "F", "M", "X", "U":
		default:
			d.tell(0, "unknown sex", "The sex is none of F, M, X and U; it was taken as unknown.")
		}
	case "birthCountry":
		p.BirthCountry = s.loose("birthCountry")
	case "doses":
		d.list("doses", func() { p.Doses = append(p.Doses, d.dose(len(p.Doses)+1)) })
	case "observations":
		d.list("observations", func() { d.seen = append(d.seen, d.observation()) })
	default:
		s.skip(0)
	}
}

// list reads an array of objects; null is an empty one.
func (d *personReader) list(what string, element func()) {
	switch d.s.peek() {
	case '[':
		d.s.array(func() {
			if d.s.peek() != '{' {
				d.s.fail(what + " has something that is not an object")
				return
			}
			element()
		})
	case 'n':
		d.s.literal()
	default:
		d.s.fail(what + " has the wrong type")
	}
}

// dose reads what it can; an impossible date becomes none, which the engine reports.
// What else it cannot read is told of dose n.
func (d *personReader) dose(n int) (out cdsi.Dose) {
	s := &d.s
	var read keySet
	s.object(func(key []byte) {
		s.key(&read, key, "date", "cvx", "mvx", "tradeName", "volume", "expiry", "condition")
		switch string(key) {
		case "date":
			out.Date = dayOf(s.loose("date"))
		case "cvx":
			out.CVX = padded(s.loose("cvx"), 2)
		case "mvx":
			out.MVX = strings.ToUpper(s.loose("mvx"))
		case "tradeName":
			out.TradeName = s.loose("tradeName")
		case "volume":
			text := s.loose("volume")
			if v, err := strconv.ParseFloat(text, 64); err == nil && v > 0 && v < 1000 {
				out.Volume = v
			} else if text != "" {
				d.tell(n, "impossible volume", "The volume is not a number of mL and was not looked at.")
			}
		case "expiry":
			text := s.loose("expiry")
			if out.Expires = expiry(text); out.Expires == cal.None && text != "" {
				d.tell(n, "impossible expiry", "The expiry date of the lot is no day or month; whether the dose had expired was not looked at.")
			}
		case "condition":
			out.Condition = hasCondition(s.loose("condition"))
		default:
			s.skip(0)
		}
	})
	return out
}

// hasCondition is true for whatever is said of a dose's condition but no.
func hasCondition(text string) bool {
	switch strings.ToUpper(text) {
	case "", "N", "NO", "FALSE", "0":
		return false
	}
	return true
}

func (d *personReader) observation() (out observedLine) {
	s := &d.s
	var read keySet
	s.object(func(key []byte) {
		s.key(&read, key, "code", "system", "date", "unsure")
		switch string(key) {
		case "code":
			out.code = s.loose("code")
		case "system":
			out.system = s.loose("system")
		case "date":
			text := s.loose("date") // without a day it holds, and no interval runs from it
			if out.date = dayOf(text); out.date == cal.None && text != "" {
				d.tell(0, "impossible date", "The date of an observation is impossible; the observation holds, and no interval runs from it.")
			}
		case "unsure":
			out.unsure = s.loose("unsure") == "true"
		default:
			s.skip(0)
		}
	})
	return out
}

// observe gives the patient the observations, by CDSi's codes.
func (d *personReader) observe(e *cdsi.Engine) {
	add := func(code string, o *observedLine) {
		d.patient.Observations = append(d.patient.Observations, cdsi.Observed{Code: code, Date: o.date, Unsure: o.unsure})
	}
	for i := range d.seen {
		o := &d.seen[i]
		if o.system == "" {
			add(padded(o.code, 3), o)
			continue
		}
		codes := e.Codes(o.system, o.code)
		for _, code := range codes {
			add(code, o)
		}
		if len(codes) == 0 {
			add(o.system+" "+o.code, o) // which the engine reports
		}
	}
}

// dayOf is a day as YYYY-MM-DD, or none.
func dayOf(s string) cal.Date {
	day, _ := cal.Parse(s)
	return day
}

// expiry is the last day of a lot: the day, or the last day of the month when only
// the month is known (CALCDTLOTEXP-1).
func expiry(s string) cal.Date {
	if len(s) == len("2025-04") {
		first := dayOf(s + "-01")
		if first == cal.None {
			return cal.None
		}
		return first.AddMonths(1) - 1
	}
	return dayOf(s)
}

// padded writes a code of digits with zeros in front, as the schedule does.
func padded(code string, n int) string {
	if len(code) >= n {
		return code
	}
	for i := range len(code) {
		if code[i] < '0' || code[i] > '9' {
			return code
		}
	}
	for code != "" && len(code) < n {
		code = "0" + code
	}
	return code
}

package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"strconv"
	"strings"

	"openiis/internal/cal"
	"openiis/internal/cdsi"
)

// forecaster answers lines of `openiis forecast`.
type forecaster struct {
	engines engineFor
	options cdsi.Options
}

// personLine is a line of the input.
type personLine struct {
	ID           json.RawMessage `json:"id"`
	BirthDate    loose           `json:"birthDate"`
	Sex          loose           `json:"sex"`
	Assessed     loose           `json:"assessmentDate"`
	BirthCountry loose           `json:"birthCountry"`
	Doses        []doseLine      `json:"doses"`
	Observations []observedLine  `json:"observations"`
}

type doseLine struct {
	Date      loose `json:"date"`
	CVX       loose `json:"cvx"`
	MVX       loose `json:"mvx"`
	TradeName loose `json:"tradeName"`
	Volume    loose `json:"volume"`
	Expiry    loose `json:"expiry"`
	Condition loose `json:"condition"`
}

type observedLine struct {
	Code   loose `json:"code"`
	System loose `json:"system"` // of the code; absent: CDSi's own
	Date   loose `json:"date"`
	Unsure bool  `json:"unsure"`
}

// loose is text that may also come as a number or a truth value; null is absent.
type loose string

// UnmarshalJSON takes text, a number or a truth value.
func (l *loose) UnmarshalJSON(b []byte) error {
	switch {
	case len(b) > 0 && b[0] == '"':
		var s string
		if err := json.Unmarshal(b, &s); err != nil {
			return err
		}
		*l = loose(strings.TrimSpace(s))
	case bytes.Equal(b, []byte("null")):
		*l = ""
	case len(b) > 0 && (b[0] == '{' || b[0] == '['):
		return errors.New("text is wanted where there is an object or an array")
	default:
		*l = loose(b)
	}
	return nil
}

// answer judges one line and adds the answer to out. It uses the memory of res.
func (f forecaster) answer(res *cdsi.Result, out, line []byte, long bool) []byte {
	if long {
		return appendError(out, nil, "The line is longer than 4 MB.")
	}
	line = bytes.TrimPrefix(line, []byte("\ufeff")) // what some editors put before the first
	var in personLine
	if err := json.Unmarshal(line, &in); err != nil {
		return appendError(out, idOf(line), notUnderstood(err))
	}
	p, say := patientOf(&in)
	if say != "" {
		return appendError(out, in.ID, say)
	}
	e, err := f.engines(p.Assessed)
	if err != nil {
		return appendError(out, in.ID, err.Error())
	}
	observe(p, in.Observations, e)
	e.EvaluateInto(res, p, f.options)
	return f.append(out, in.ID, res)
}

// idOf is the id of a line that is otherwise not understood; nil when it has none
// that can be read.
func idOf(line []byte) json.RawMessage {
	var only struct {
		ID json.RawMessage `json:"id"`
	}
	if json.Unmarshal(line, &only) != nil {
		return nil
	}
	return only.ID
}

// notUnderstood says what is wrong with a line and repeats nothing of it.
func notUnderstood(err error) string {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &kind) && kind.Field != "":
		return "The line is not understood: " + kind.Field + " has the wrong type."
	case errors.As(err, &kind):
		return "The line is not understood: it is not an object."
	case errors.As(err, &syntax):
		return "The line is not JSON: it is wrong at character " + strconv.FormatInt(syntax.Offset, 10) + "."
	}
	return "The line is not understood: text is wanted where there is an object or an array."
}

// patientOf makes the engine's patient of a line, or says why it cannot.
func patientOf(in *personLine) (*cdsi.Patient, string) {
	p := &cdsi.Patient{Sex: strings.ToUpper(string(in.Sex)), BirthCountry: string(in.BirthCountry)}
	var err error
	if p.Born, err = cal.Parse(string(in.BirthDate)); err != nil || p.Born == cal.None {
		return nil, "birthDate is absent or not a day as YYYY-MM-DD."
	}
	if p.Assessed, err = cal.Parse(string(in.Assessed)); err != nil || p.Assessed == cal.None {
		return nil, "assessmentDate is absent or not a day as YYYY-MM-DD."
	}
	p.Doses = make([]cdsi.Dose, len(in.Doses))
	for i := range in.Doses {
		p.Doses[i] = in.Doses[i].dose()
	}
	return p, ""
}

// observe adds the observations, by CDSi's codes.
func observe(p *cdsi.Patient, list []observedLine, e *cdsi.Engine) {
	for _, o := range list {
		day, _ := cal.Parse(string(o.Date)) // without a day it holds, and no interval runs from it
		codes := []string{padded(string(o.Code), 3)}
		if o.System != "" {
			if codes = e.Codes(string(o.System), string(o.Code)); len(codes) == 0 {
				codes = []string{string(o.System) + " " + string(o.Code)} // which the engine reports
			}
		}
		for _, code := range codes {
			p.Observations = append(p.Observations, cdsi.Observed{Code: code, Date: day, Unsure: o.Unsure})
		}
	}
}

// dose reads what it can; an impossible date becomes none, which the engine reports.
func (d *doseLine) dose() cdsi.Dose {
	day, _ := cal.Parse(string(d.Date))
	volume, err := strconv.ParseFloat(string(d.Volume), 64)
	if err != nil || !(volume > 0) {
		volume = 0
	}
	out := cdsi.Dose{
		Date: day, CVX: padded(string(d.CVX), 2), MVX: string(d.MVX), TradeName: string(d.TradeName), Volume: volume,
		Expires: expiry(string(d.Expiry)),
	}
	switch strings.ToUpper(string(d.Condition)) {
	case "", "N", "NO", "FALSE", "0":
	default:
		out.Condition = true // whatever else is said of its condition
	}
	return out
}

// expiry is the last day of a lot: the day, or the last day of the month when only
// the month is known (CALCDTLOTEXP-1).
func expiry(s string) cal.Date {
	if len(s) == len("2025-04") {
		first, _ := cal.Parse(s + "-01")
		if first == cal.None {
			return cal.None
		}
		return first.AddMonths(1) - 1
	}
	day, _ := cal.Parse(s)
	return day
}

// padded writes a code of digits with zeros in front, as the schedule does.
func padded(code string, n int) string {
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

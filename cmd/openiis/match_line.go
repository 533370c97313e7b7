package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"openiis/internal/cal"
	"openiis/internal/codeset"
	"openiis/internal/iis"
	"openiis/internal/match"
)

// personJSON is a person as `openiis match` reads one.
type personJSON struct {
	Names []struct {
		Family, Given, Middle, Suffix, Type text
	} `json:"names"`
	BirthDate     text `json:"birthDate"`
	Sex           text `json:"sex"`
	MultipleBirth text `json:"multipleBirth"`
	BirthOrder    text `json:"birthOrder"`
	IDs           []struct {
		Type, Authority, Value text
	} `json:"ids"`
	Addresses []struct {
		Street, Street2, City, State, Zip text
	} `json:"addresses"`
	Phones []text `json:"phones"`
	Email  text   `json:"email"`
	Mother struct {
		Given, Maiden text
	} `json:"mother"`
	Guardian struct {
		Given, Family text
	} `json:"guardian"`
	Doses []struct {
		Date, CVX text
	} `json:"doses"`
}

// text is a string, or a number or truth value as it is written; null is the
// empty one.
type text string

// UnmarshalJSON reads any single value of JSON.
func (t *text) UnmarshalJSON(b []byte) error {
	switch {
	case bytes.Equal(b, []byte("null")):
		*t = ""
	case b[0] == '"':
		return json.Unmarshal(b, (*string)(t))
	case b[0] == '{' || b[0] == '[':
		return errors.New("a text has the wrong type")
	default:
		*t = text(b)
	}
	return nil
}

// readMatchLine reads a line of JSON into in, and its id as it is written; or it
// says what is wrong with the line and repeats nothing of it.
func readMatchLine(b []byte, in any) (id []byte, wrong string) {
	b = bytes.TrimPrefix(b, []byte("\ufeff")) // what some editors put before the first
	if !utf8.Valid(b) {
		return nil, "The line is not UTF-8."
	}
	var head struct {
		ID json.RawMessage `json:"id"`
	}
	if json.Unmarshal(b, &head) != nil || bytes.TrimLeft(b, " \t")[0] != '{' {
		return nil, "The line is not understood: it is not an object of JSON."
	}
	if json.Unmarshal(b, in) != nil {
		return head.ID, "The line is not understood: something in it has the wrong type."
	}
	return head.ID, ""
}

// record is the person made ready for comparing. What cannot be read says nothing, as
// what is absent: files of people who are to be found hold such values, and the
// people are to be found by the rest. unread tells of it; of a pair such a birth date is
// refused before.
func (p *personJSON) record(r *match.Rules) *match.Record {
	in := iis.Person{
		Birth:        matchDay(p.BirthDate),
		Sex:          strings.ToUpper(string(p.Sex)),
		MotherMaiden: iis.Name{Given: string(p.Mother.Given), Family: string(p.Mother.Maiden)},
		Kin:          []iis.Kin{{Names: []iis.Name{{Given: string(p.Guardian.Given), Family: string(p.Guardian.Family)}}}},
		Telecoms:     []iis.Telecom{{Email: string(p.Email)}},
	}
	for _, n := range p.Names {
		in.Names = append(in.Names, iis.Name{Family: string(n.Family), Given: string(n.Given), Middle: string(n.Middle), Suffix: string(n.Suffix), Type: string(n.Type)})
	}
	switch strings.ToUpper(string(p.MultipleBirth)) {
	case "TRUE", "Y":
		in.MultipleBirth = "Y"
	case "FALSE", "N":
		in.MultipleBirth = "N"
	}
	in.BirthOrder, _ = strconv.Atoi(string(p.BirthOrder)) // what is no number says nothing
	for _, id := range p.IDs {
		in.IDs = append(in.IDs, iis.Identifier{Type: strings.ToUpper(string(id.Type)), Authority: string(id.Authority), Value: string(id.Value)})
	}
	for _, a := range p.Addresses {
		in.Addresses = append(in.Addresses, iis.Address{Street: string(a.Street), Street2: string(a.Street2), City: string(a.City), State: string(a.State), Zip: string(a.Zip)})
	}
	for _, phone := range p.Phones {
		in.Telecoms = append(in.Telecoms, iis.Telecom{Text: string(phone)})
	}
	record := r.Prepare(&in)
	if len(p.Doses) == 0 {
		return record
	}
	var doses []match.Dose
	for _, d := range p.Doses {
		if day := matchDay(d.Date); day != cal.None && d.CVX != "" {
			doses = match.GivenOn(doses, day, padded(string(d.CVX), 2), codeset.Default())
		}
	}
	return record.WithDoses(doses)
}

func matchDay(s text) cal.Date {
	if day, err := cal.Parse(string(s)); err == nil {
		return day
	}
	return cal.ParseCompact(string(s))
}

// unread is what of the person is there and cannot be read, a sentence each, with
// none of the values; of says which person of a line, " of a".
func (p *personJSON) unread(of string) (out []string) {
	if wrong := notADay("birthDate"+of, p.BirthDate); wrong != "" {
		out = append(out, wrong)
	}
	switch strings.ToUpper(string(p.MultipleBirth)) {
	case "", "TRUE", "Y", "FALSE", "N":
	default:
		out = append(out, "multipleBirth"+of+" is neither true nor false.")
	}
	if n, err := strconv.Atoi(string(p.BirthOrder)); p.BirthOrder != "" && (err != nil || n < 0) {
		out = append(out, "birthOrder"+of+" is not a number.")
	}
	for i, d := range p.Doses {
		if matchDay(d.Date) == cal.None || d.CVX == "" {
			out = append(out, fmt.Sprintf("Dose %d%s has no date as YYYY-MM-DD, or no cvx.", i+1, of))
		}
	}
	return out
}

// notADay is what is wrong with a birth date of a line that is there and no day, and
// which one it is; "" when nothing is.
func notADay(which string, s text) string {
	if s == "" || matchDay(s) != cal.None {
		return ""
	}
	return which + " is not a day as YYYY-MM-DD."
}

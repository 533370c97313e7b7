package chart

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"openiis/internal/cal"
	"openiis/internal/codeset"
	"openiis/internal/iis"
)

// HL7 tables that put codes of a person into words.
const (
	tableRelation    = "0063"
	tableAddress     = "0190"
	tableTelecom     = "0201"
	tableIdentifier  = "0203"
	tableNameType    = "0200"
	tableInformation = "NIP001"
	tableRefusal     = "NIP002"
	tableImmunity    = "serology"
	tableReaction    = "reaction"
)

// birthplace is the type of the address where a person was born (table 0190).
const birthplace = "BDL"

// nameless stands where a name should be and none was sent.
const nameless = "Name not known"

// fullName is a name as it is spoken.
func fullName(n iis.Name) string {
	return orElse(join(" ", n.Prefix, n.Given, n.Middle, n.Family, n.Suffix), nameless)
}

// familyFirst is a name as a list sorts it.
func familyFirst(n iis.Name) string {
	return orElse(join(", ", n.Family, join(" ", n.Given, n.Middle, n.Suffix)), nameless)
}

// sex is administrative sex in words (table 0001).
func sex(code string) string {
	switch code {
	case "F":
		return "Female"
	case "M":
		return "Male"
	case "X":
		return "Neither female nor male (X)"
	}
	return "Sex not known"
}

// age is the exact age on a day in words; empty when either day is absent.
func age(born, on cal.Date) string {
	switch {
	case born == cal.None || on == cal.None:
		return ""
	case on < born:
		return "before birth"
	}
	return cal.AgeOn(born, on).String()
}

// meaning is a code of an HL7 table in words, or the code itself.
func (d *Desk) meaning(table, code string) string {
	if e, ok := d.codes.HL7(table, code); ok {
		return e.Meaning
	}
	return short(code, maxShown)
}

// coded is a coded value in words: our table's, else the text that was sent,
// else the code.
func (d *Desk) coded(c iis.Coded, table string) string {
	for _, code := range []string{c.Code, c.AltCode} {
		if e, ok := d.codes.HL7(table, code); ok && table != "" {
			return e.Meaning
		}
	}
	return sent(c)
}

// sent is the text of a coded value as it was sent, or its code.
func sent(c iis.Coded) string {
	for _, s := range []string{c.Text, c.AltText, c.Code, c.AltCode} {
		if s != "" {
			return short(s, maxShown)
		}
	}
	return ""
}

// How many characters of what was sent are shown: of a name, a line of an address
// or a code, and of a text for people. What is longer has been put there by
// mistake, and the message that it came in shows all of it.
const (
	maxShown     = 200
	maxShownNote = 2000
)

// short is a text with an ellipsis for what is beyond some characters.
func short(s string, most int) string {
	if len(s) <= most {
		return s
	}
	n := 0
	for i := range s {
		if n == most-1 && utf8.RuneCountInString(s[i:]) > 1 {
			return s[:i] + "…"
		}
		n++
	}
	return s
}

// found is the meaning of a translated code, or what was sent.
func found(e codeset.Entry, ok bool, c iis.Coded) string {
	if ok {
		return e.Meaning
	}
	return sent(c)
}

// addressLines are an address as on an envelope.
func addressLines(a iis.Address) []string {
	country := a.Country
	if country == "USA" || country == "US" {
		country = ""
	}
	return present(a.Street, a.Street2, join(", ", a.City, join(" ", a.State, a.Zip)), country)
}

// telephone is a number as Americans write it, or an e-mail address.
func telephone(t iis.Telecom) string {
	local := t.Local
	if len(local) == 7 && allDigits(local) {
		local = local[:3] + "-" + local[3:]
	}
	if t.Area != "" {
		local = "(" + t.Area + ") " + local
	}
	if t.Country != "" && t.Country != "1" {
		local = "+" + t.Country + " " + local
	}
	if t.Extension != "" {
		local += " ext. " + t.Extension
	}
	if said := present(t.Email, local, t.Text); len(said) > 0 {
		return said[0]
	}
	return ""
}

// hidden shows only the end of a number that must not be read off a screen.
func hidden(value string) string {
	if len(value) <= 4 {
		return "on file"
	}
	return "ends in " + value[len(value)-4:]
}

// sentence gives words a capital letter.
func sentence(s string) string {
	r, size := utf8.DecodeRuneInString(s)
	if size == 0 {
		return s
	}
	return string(unicode.ToUpper(r)) + s[size:]
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

// join joins the parts that are there, each as far as it is shown.
func join(sep string, parts ...string) string { return strings.Join(present(parts...), sep) }

func present(parts ...string) []string {
	var out []string
	for _, p := range parts {
		if p = strings.TrimSpace(p); p != "" {
			out = append(out, short(p, maxShown))
		}
	}
	return out
}

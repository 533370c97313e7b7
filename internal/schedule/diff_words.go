package schedule

import (
	"cmp"
	"strings"
)

// How differences are put into words.

// rowName says of which thing a row is, and in words which row it is.
type rowName struct {
	is    func(row *node) string
	words func(row *node) string
}

// of is a row in words, of the list under key called what, which says also in
// which row of another list it is. One of was and is may be nil.
func (n rowName) of(what, key string, was, is *node) string {
	if n.words == nil {
		return what
	}
	words := n.words(cmp.Or(is, was))
	if outer, ok := strings.CutSuffix(what, ": "+key); ok {
		return outer + ", " + words
	}
	return words
}

var rowNames = map[string]rowName{
	"series":                    {by("series"), func(*node) string { return "" }},
	"doses":                     {by("dose"), func(*node) string { return "" }},
	"age":                       {by("effective", "cessation"), func(n *node) string { return "age" + dated(n) }},
	"interval":                  {by("from previous dose", "from target dose", "from most recent", "from relevant observation", "effective", "cessation"), intervalWords("interval")},
	"allowable interval":        {by("from previous dose", "from target dose", "effective", "cessation"), intervalWords("allowable interval")},
	"preferable vaccine":        {by("cvx", "trade name"), vaccineWords("preferable vaccine")},
	"allowable vaccine":         {by("cvx"), vaccineWords("allowable vaccine")},
	"inadvertent vaccine":       {by("cvx"), vaccineWords("inadvertent vaccine")},
	"vaccines":                  {by("cvx"), vaccineWords("vaccine")},
	"conflicts":                 {by("cvx"), vaccineWords("conflicts after")},
	"conflicts with":            {by("cvx"), vaccineWords("with a later")},
	"indications":               {byObservation, func(n *node) string { return "people with " + inWords(n.get("observation")) }},
	"contraindications":         {byObservation, func(n *node) string { return "contraindication of people with " + inWords(n.get("observation")) }},
	"vaccine contraindications": {byObservation, func(n *node) string { return "contraindication of people with " + inWords(n.get("observation")) }},
	"birth date":                {by("immunity birth date", "birth country"), nil},
	"conditional skip":          {by("context"), func(n *node) string { return "conditional skip (" + inWords(n.get("context")) + ")" }},
	"sets":                      {by("set"), func(n *node) string { return "set " + inWords(n.get("set")) }},
	"conditions":                {by("type"), func(n *node) string { return "condition " + inWords(n.get("type")) }},
	"vaccine groups":            {by("group"), func(n *node) string { return "vaccine group " + inWords(n.get("group")) }},
	"observations":              {by("observation"), func(n *node) string { return "observation " + inWords(n.get("observation")) }},
	"coded values":              {by("system", "code"), func(n *node) string { return "code " + inWords(n.get("system")) + " " + inWords(n.get("code")) }},
}

// by names a row by some of its keys.
func by(keys ...string) func(*node) string {
	return func(row *node) string {
		var b strings.Builder
		for _, k := range keys {
			b.WriteString(inWords(row.get(k)) + "\x00")
		}
		return b.String()
	}
}

// byObservation names a row by the code of its observation, whose title may
// change.
func byObservation(row *node) string {
	code, _, _ := strings.Cut(inWords(row.get("observation")), " ")
	return code
}

func intervalWords(what string) func(*node) string {
	return func(n *node) string {
		from := "the previous dose"
		switch {
		case n.get("from target dose") != nil:
			from = "dose " + n.get("from target dose").text
		case n.get("from most recent") != nil:
			from = "the most recent CVX " + inWords(n.get("from most recent"))
		case n.get("from relevant observation") != nil:
			from = inWords(n.get("from relevant observation"))
		}
		return what + " from " + from + dated(n)
	}
}

func vaccineWords(what string) func(*node) string {
	return func(n *node) string {
		s := what + " " + inWords(n.get("cvx"))
		if name := n.get("name"); name != nil {
			s += " " + name.text
		}
		return s
	}
}

// dated says when a row is in effect, if it is dated.
func dated(n *node) string {
	s := ""
	if from := n.get("effective"); from != nil {
		s += " from " + from.text + " on"
	}
	if through := n.get("cessation"); through != nil {
		s += " through " + through.text
	}
	if s == "" {
		return ""
	}
	return " (in effect" + s + ")"
}

// phrase is a key of the thing called what: "minimum" of "age" is the "minimum
// age".
func phrase(what, key string) string {
	thing, rest, _ := strings.Cut(what, " ")
	switch {
	case what == "":
		return key
	case thing == "age" || thing == "interval" || strings.HasPrefix(what, "allowable interval"):
		if thing == "allowable" {
			thing, rest = "allowable interval", strings.TrimPrefix(what, "allowable interval ")
		}
		return strings.TrimSpace(key + " " + thing + " " + rest)
	case key == "from" || key == "to":
		return what + ": " + key + " age"
	case what == "select":
		return key
	case what == "season":
		return "season: " + key
	}
	return what + ": " + key
}

// inWords is a value on one line; texts of several words that could run into
// what stands around them keep to themselves by their place at the end.
func inWords(n *node) string {
	switch {
	case n == nil:
		return "none"
	case n.kind == scalarNode:
		return n.text
	}
	var parts []string
	if n.kind == sequenceNode {
		parts = words(n.items)
	} else {
		for i := 0; i < len(n.items); i += 2 {
			parts = append(parts, n.items[i].text+" "+inWords(n.items[i+1]))
		}
	}
	return strings.Join(parts, ", ")
}

// summary is a whole row in words; of a series or dose only what it is.
func summary(key string, row *node) string {
	switch key {
	case "series":
		return inWords(row.get("type")) + ", " + count(len(itemsOf(row.get("doses"))), "dose", "doses")
	case "doses":
		if row.get("age") == nil {
			return ""
		}
		return "age " + inWords(row.get("age"))
	}
	return inWords(row)
}

package schedule

import (
	"cmp"
	"strings"

	"openiis/internal/yaml"
)

// How differences are put into words.

// rowName says of which thing a row is, and in words which row it is.
type rowName struct {
	is    func(row *yaml.Node) string
	words func(row *yaml.Node) string
}

// of is a row in words, of the list under key called what, which says also in
// which row of another list it is. One of was and is may be nil.
func (n rowName) of(what, key string, was, is *yaml.Node) string {
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
	"series":                    {by("series"), func(*yaml.Node) string { return "" }},
	"doses":                     {by("dose"), func(*yaml.Node) string { return "" }},
	"age":                       {by("effective", "cessation"), func(n *yaml.Node) string { return "age" + dated(n) }},
	"interval":                  {by("from previous dose", "from target dose", "from most recent", "from relevant observation", "effective", "cessation"), intervalWords("interval")},
	"allowable interval":        {by("from previous dose", "from target dose", "effective", "cessation"), intervalWords("allowable interval")},
	"preferable vaccine":        {by("cvx", "trade name"), vaccineWords("preferable vaccine")},
	"allowable vaccine":         {by("cvx"), vaccineWords("allowable vaccine")},
	"inadvertent vaccine":       {by("cvx"), vaccineWords("inadvertent vaccine")},
	"vaccines":                  {by("cvx"), vaccineWords("vaccine")},
	"conflicts":                 {by("cvx"), vaccineWords("conflicts after")},
	"conflicts with":            {by("cvx"), vaccineWords("with a later")},
	"indications":               {byObservation, func(n *yaml.Node) string { return "people with " + inWords(n.Get("observation")) }},
	"contraindications":         {byObservation, func(n *yaml.Node) string { return "contraindication of people with " + inWords(n.Get("observation")) }},
	"vaccine contraindications": {byObservation, func(n *yaml.Node) string { return "contraindication of people with " + inWords(n.Get("observation")) }},
	"birth date":                {by("immunity birth date", "birth country"), nil},
	"conditional skip":          {by("context"), func(n *yaml.Node) string { return "conditional skip (" + inWords(n.Get("context")) + ")" }},
	"sets":                      {by("set"), func(n *yaml.Node) string { return "set " + inWords(n.Get("set")) }},
	"conditions":                {by("type"), func(n *yaml.Node) string { return "condition " + inWords(n.Get("type")) }},
	"vaccine groups":            {by("group"), func(n *yaml.Node) string { return "vaccine group " + inWords(n.Get("group")) }},
	"observations":              {by("observation"), func(n *yaml.Node) string { return "observation " + inWords(n.Get("observation")) }},
	"coded values":              {by("system", "code"), func(n *yaml.Node) string { return "code " + inWords(n.Get("system")) + " " + inWords(n.Get("code")) }},
}

// by names a row by some of its keys.
func by(keys ...string) func(*yaml.Node) string {
	return func(row *yaml.Node) string {
		var b strings.Builder
		for _, k := range keys {
			b.WriteString(inWords(row.Get(k)) + "\x00")
		}
		return b.String()
	}
}

// byObservation names a row by the code of its observation, whose title may
// change.
func byObservation(row *yaml.Node) string {
	code, _, _ := strings.Cut(inWords(row.Get("observation")), " ")
	return code
}

func intervalWords(what string) func(*yaml.Node) string {
	return func(n *yaml.Node) string {
		from := "the previous dose"
		switch {
		case n.Get("from target dose") != nil:
			from = "dose " + n.Get("from target dose").Text
		case n.Get("from most recent") != nil:
			from = "the most recent CVX " + inWords(n.Get("from most recent"))
		case n.Get("from relevant observation") != nil:
			from = inWords(n.Get("from relevant observation"))
		}
		return what + " from " + from + dated(n)
	}
}

func vaccineWords(what string) func(*yaml.Node) string {
	return func(n *yaml.Node) string {
		s := what + " " + inWords(n.Get("cvx"))
		if name := n.Get("name"); name != nil {
			s += " " + name.Text
		}
		return s
	}
}

// dated says when a row is in effect, if it is dated.
func dated(n *yaml.Node) string {
	s := ""
	if from := n.Get("effective"); from != nil {
		s += " from " + from.Text + " on"
	}
	if through := n.Get("cessation"); through != nil {
		s += " through " + through.Text
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
func inWords(n *yaml.Node) string {
	switch {
	case n == nil:
		return "none"
	case n.Kind == yaml.Scalar:
		return n.Text
	}
	var parts []string
	if n.Kind == yaml.Sequence {
		parts = words(n.Items)
	} else {
		for i := 0; i < len(n.Items); i += 2 {
			parts = append(parts, n.Items[i].Text+" "+inWords(n.Items[i+1]))
		}
	}
	return strings.Join(parts, ", ")
}

// summary is a whole row in words; of a series or dose only what it is.
func summary(key string, row *yaml.Node) string {
	switch key {
	case "series":
		return inWords(row.Get("type")) + ", " + count(len(itemsOf(row.Get("doses"))), "dose", "doses")
	case "doses":
		if row.Get("age") == nil {
			return ""
		}
		return "age " + inWords(row.Get("age"))
	}
	return inWords(row)
}

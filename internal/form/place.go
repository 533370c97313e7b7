package form

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Values are what placeholders stand for, by their names. Those of the state are the
// set's own and are never among them.
type Values map[string]string

// everywhere are placeholders that every paper may have: the first four are the
// state's own.
var everywhere = []string{"state", "registry", "department", "contact", "day"}

// theirs are the placeholders of papers about somebody, besides those above.
var theirs = map[About][]string{
	Anyone:  {"organization", "site"},
	Site:    {"organization", "site", "site address", "site phone", "site pin", "site npi"},
	User:    {"organization", "site", "user", "user email", "user role"},
	Person:  {"organization", "site", "patient", "birth date", "sex", "patient address", "patient phone", "guardian"},
	Newborn: {"child", "birth date", "parents", "address"},
}

// placeholders are those that a paper about somebody may have.
func placeholders(a About) []string { return append(slices.Clone(everywhere), theirs[a]...) }

// inBraces is a placeholder in a text.
var inBraces = regexp.MustCompile(`\{([^{}]*)\}`)

// Line is what stands for what is not known: room to write it in.
const Line = "____________________"

// fill puts values where their placeholders are, in one pass: a value that looks like
// a placeholder stays as it is.
func fill(text string, n Names, v Values) string {
	if !strings.Contains(text, "{") {
		return text
	}
	return inBraces.ReplaceAllStringFunc(text, func(p string) string {
		value := ""
		switch name := p[1 : len(p)-1]; name {
		case "state":
			value = n.State
		case "registry":
			value = n.Registry
		case "department":
			value = n.Department
		case "contact":
			value = n.Contact
		default:
			value = strings.TrimSpace(v[name])
		}
		if value == "" {
			return Line
		}
		return value
	})
}

func fillAll(body []Block, n Names, v Values) []Block {
	out := make([]Block, len(body))
	for i, b := range body {
		out[i] = Block{b.Kind, fill(b.Say, n, v)}
	}
	return out
}

// missing are the placeholders of texts that have no value, in order.
func missing(v Values, texts ...string) (out []string) {
	for _, t := range texts {
		for _, m := range inBraces.FindAllStringSubmatch(t, -1) {
			if name := m[1]; !slices.Contains(everywhere[:4], name) && strings.TrimSpace(v[name]) == "" && !slices.Contains(out, name) {
				out = append(out, name)
			}
		}
	}
	return out
}

// misplaced says what is wrong with the placeholders of a text; "" when nothing is.
func misplaced(text string, a About) string {
	for _, m := range inBraces.FindAllStringSubmatch(text, -1) {
		if known := placeholders(a); !slices.Contains(known, m[1]) {
			return fmt.Sprintf("the placeholder {%s} is not known in a paper about %s: known are {%s}", m[1], a, strings.Join(known, "}, {"))
		}
	}
	if strings.ContainsAny(inBraces.ReplaceAllString(text, ""), "{}") {
		return "a brace stands alone: a placeholder is written {site}"
	}
	return ""
}

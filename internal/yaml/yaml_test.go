package yaml_test

import (
	"fmt"
	"strings"
	"testing"

	"openiis/internal/yaml"
)

func TestOnlyThePlainPartOfYAMLIsRead(t *testing.T) {
	for text, want := range map[string]string{
		"":                  "nothing is in the file",
		"# only this\n":     "nothing is in the file",
		" a: b":             "the first key has to stand at the margin",
		"a: b\n  c: d":      "this is not indented as what stands above it",
		"a:\n- b\n  c: d":   "this is not indented as what stands above it",
		"a: b\n- c":         "this is not indented as what stands above it",
		"a:":                "nothing is written here",
		"a:\nb: c":          "nothing is written here",
		"a: ~":              "has to stand in double quotes",
		"a: null":           "has to stand in double quotes",
		"a: &x b":           "has to stand in double quotes",
		"a: *x":             "has to stand in double quotes",
		"a: |\n  b":         "has to stand in double quotes",
		"a: 'b'":            "has to stand in double quotes",
		"a: b: c":           "has to stand in double quotes",
		"a:b":               "want a key, a colon and a space",
		"a: {b: c: d}":      "has to stand in double quotes",
		"a: {b:c}":          "want a key",
		"a: {b: c":          "the row has no end on its line",
		"a: [b":             "the row has no end on its line",
		"a: [b,]":           "a comma stands before the end of the row",
		"a: [\"b\" \"c\"]":  "want a comma or ]",
		"a: [b, , c]":       "nothing is written here",
		"a: [b] c":          "there is more on the line than the value",
		"a: [b]# c":         "there is more on the line than the value",
		"a: \"b":            "has no end on its line",
		`a: "b\`:            "has no end on its line",
		`a: "b\x"`:          `\x is not known`,
		`a: "\ud800"`:       `want four hexadecimal digits`,
		`a: "\u12"`:         `want four hexadecimal digits`,
		"\ta: b":            "cannot stand in a file",
		"a: b\u00a0c":       `write \u00a0`,
		"a: b\xff":          "cannot stand in a file",
		"---\na: b":         "want a key",
		"a:\n-\n  b: c":     "nothing is written here",
		"a:\n- b\n- - c\n":  "has to stand in double quotes",
		"? a\n: b":          "want a key",
		"a: [b, c: d]":      "has to stand in double quotes",
		"a: [b\n, c]":       "the row has no end on its line",
		"a: b\n---\nc: d\n": "want a key",
	} {
		_, err := yaml.Parse("a file", []byte(text))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
}

func TestValuesThatStandTooDeepAreRefusedBeforeTheStackEnds(t *testing.T) {
	lines := &strings.Builder{}
	for i := range 60 {
		fmt.Fprintf(lines, "%sa:\n", strings.Repeat(" ", i))
	}
	for _, text := range []string{"a: " + strings.Repeat("[", 1<<20), "a: " + strings.Repeat("{a: ", 1<<20), lines.String() + strings.Repeat(" ", 60) + "b: c"} {
		_, err := yaml.Parse("a file", []byte(text))
		if err == nil || !strings.Contains(err.Error(), "stand in one another") {
			t.Errorf("%.20q…: %v", text, err)
		}
	}
}

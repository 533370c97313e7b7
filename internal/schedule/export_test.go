package schedule

import (
	"testing"

	"go.yaml.in/yaml/v3"
)

// CompareYAML requires that another reader reads a file as we do.
func CompareYAML(t testing.TB, name string, text []byte, unmarshal func([]byte, any) error) {
	t.Helper()
	ours, err := parseYAML("a file", text)
	if err != nil {
		t.Errorf("%s: %v", name, err)
		return
	}
	var theirs yaml.Node
	if err := unmarshal(text, &theirs); err != nil {
		t.Errorf("%s: another reader does not read it: %v", name, err)
		return
	}
	compareNode(t, name, ours, theirs.Content[0])
}

func compareNode(t testing.TB, name string, a *node, b *yaml.Node) {
	kinds := map[kind]yaml.Kind{scalarNode: yaml.ScalarNode, mappingNode: yaml.MappingNode, sequenceNode: yaml.SequenceNode}
	if kinds[a.kind] != b.Kind || len(a.items) != len(b.Content) || a.text != b.Value || b.Tag == "!!null" || a.line != b.Line {
		t.Errorf("%s: line %d: we read %+v, another reader %+v", name, b.Line, *a, *b)
		return
	}
	for i := range a.items {
		compareNode(t, name, a.items[i], b.Content[i])
	}
}

// EmitAgain reads a file and writes it.
func EmitAgain(text []byte) (string, error) {
	n, err := parseYAML("a file", text)
	if err != nil {
		return "", err
	}
	return emit(n), nil
}

// Keys are all keys of a file.
func Keys(text []byte) ([]string, error) {
	n, err := parseYAML("a file", text)
	if err != nil {
		return nil, err
	}
	var out []string
	var walk func(*node)
	walk = func(n *node) {
		for i, item := range n.items {
			if n.kind == mappingNode && i%2 == 0 {
				out = append(out, item.text)
			}
			walk(item)
		}
	}
	walk(n)
	return out, nil
}

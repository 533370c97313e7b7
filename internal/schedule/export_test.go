package schedule

import (
	"testing"

	reference "go.yaml.in/yaml/v3"

	"openiis/internal/yaml"
)

// CompareYAML requires that another reader reads a file as we do.
func CompareYAML(t testing.TB, name string, text []byte, unmarshal func([]byte, any) error) {
	t.Helper()
	ours, err := yaml.Parse("a file", text)
	if err != nil {
		t.Errorf("%s: %v", name, err)
		return
	}
	var theirs reference.Node
	if err := unmarshal(text, &theirs); err != nil {
		t.Errorf("%s: another reader does not read it: %v", name, err)
		return
	}
	compareNode(t, name, ours, theirs.Content[0])
}

func compareNode(t testing.TB, name string, a *yaml.Node, b *reference.Node) {
	kinds := map[yaml.Kind]reference.Kind{yaml.Scalar: reference.ScalarNode, yaml.Mapping: reference.MappingNode, yaml.Sequence: reference.SequenceNode}
	if kinds[a.Kind] != b.Kind || len(a.Items) != len(b.Content) || a.Text != b.Value || b.Tag == "!!null" || a.Line != b.Line {
		t.Errorf("%s: line %d: we read %+v, another reader %+v", name, b.Line, *a, *b)
		return
	}
	for i := range a.Items {
		compareNode(t, name, a.Items[i], b.Content[i])
	}
}

// EmitAgain reads a file and writes it.
func EmitAgain(text []byte) (string, error) {
	n, err := yaml.Parse("a file", text)
	if err != nil {
		return "", err
	}
	return yaml.Emit(n), nil
}

// Keys are all keys of a file.
func Keys(text []byte) ([]string, error) {
	n, err := yaml.Parse("a file", text)
	if err != nil {
		return nil, err
	}
	var out []string
	var walk func(*yaml.Node)
	walk = func(n *yaml.Node) {
		for i, item := range n.Items {
			if n.Kind == yaml.Mapping && i%2 == 0 {
				out = append(out, item.Text)
			}
			walk(item)
		}
	}
	walk(n)
	return out, nil
}

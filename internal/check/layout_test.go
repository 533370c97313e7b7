package check

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"openiis/internal/is"
)

// declared is a rule as it stands in the source.
type declared struct {
	file   string
	parts  map[string]string // what its literal says of each field
	tested bool              // with a test on the message
}

// declarations are the literals of Rule and of demand in the files of the package, and
// which of the files build rules of others.
func declarations(t *testing.T) (rules, demands []declared, made []string) {
	t.Helper()
	files, err := os.ReadDir(".")
	is.NoError(t, "the files", err)
	for _, f := range files {
		if !strings.HasSuffix(f.Name(), ".go") || strings.HasSuffix(f.Name(), "_test.go") {
			continue
		}
		tree, err := parser.ParseFile(token.NewFileSet(), f.Name(), nil, parser.SkipObjectResolution)
		is.NoError(t, f.Name(), err)
		tested := map[ast.Expr]bool{}
		ast.Inspect(tree, func(n ast.Node) bool {
			lit, ok := n.(*ast.CompositeLit)
			if !ok {
				return true
			}
			d := declared{f.Name(), map[string]string{}, tested[lit]}
			values := d.take(lit)
			switch {
			case values["Rule"] != nil:
				_, tested[values["Rule"]] = values["check"].(*ast.FuncLit)
			case !isNamed(lit.Type, "Rule") && !isNamed(lit.Type, "demand"):
			case len(d.parts) == 0: // the empty one
			case isNamed(lit.Type, "demand"):
				demands = append(demands, d)
			case d.parts["Name"] == "":
				made = append(made, f.Name())
			default:
				rules = append(rules, d)
			}
			return true
		})
	}
	return rules, demands, made
}

// take notes what a literal says of each field, and gives the values as they stand.
func (d *declared) take(lit *ast.CompositeLit) map[string]ast.Expr {
	values := map[string]ast.Expr{}
	for _, e := range lit.Elts {
		pair, ok := e.(*ast.KeyValueExpr)
		if !ok {
			continue
		}
		key, ok := pair.Key.(*ast.Ident)
		if !ok {
			continue
		}
		text := ""
		switch v := pair.Value.(type) {
		case *ast.BasicLit:
			text, _ = strconv.Unquote(v.Value)
		case *ast.Ident:
			text = v.Name
		case *ast.SelectorExpr:
			text = v.Sel.Name
		case *ast.FuncLit:
			text = "func"
		}
		d.parts[key.Name], values[key.Name] = text, pair.Value
	}
	return values
}

func isNamed(typ ast.Expr, name string) bool {
	id, ok := typ.(*ast.Ident)
	return ok && id.Name == name
}

// fileOf is the file that a rule's name asks for.
func fileOf(name string) string {
	name = strings.ReplaceAll(strings.ToLower(name), "'", "")
	return strings.Trim(regexp.MustCompile(`[^a-z0-9]+`).ReplaceAllString(name, "_"), "_") + ".go"
}

func TestEachRuleStandsInAFileOfItsOwnNamedAfterIt(t *testing.T) {
	rules, demands, made := declarations(t)
	is.Equal(t, "files that make rules of a table", made, []string{"demand.go"})
	in := map[string]string{}
	for _, d := range append(slices.Clone(rules), demands...) {
		name, file := d.parts["Name"], fileOf(d.parts["Name"])
		if name == "" {
			name = d.parts["name"]
			file = fileOf("guide " + name)
		}
		is.Equal(t, "file of "+name, d.file, file)
		if in[d.file] != "" {
			t.Errorf("%s has two rules, %s and %s", d.file, in[d.file], name)
		}
		in[d.file] = name
	}
	if len(rules) < 100 || len(demands) < 8 {
		t.Errorf("only %d rules and %d demands were found: the test looks in the wrong place", len(rules), len(demands))
	}
}

func TestEachRuleSaysInItsFileWhatThereIsToSay(t *testing.T) {
	rules, demands, _ := declarations(t)
	for _, d := range rules {
		if !d.tested {
			t.Errorf("%s: the rule has no test on the message beside it", d.file)
		}
		for _, part := range []string{"Name", "Source", "Severity", "HL7", "App", "Say"} {
			if d.parts[part] == "" {
				t.Errorf("%s: the rule has no %s", d.file, part)
			}
		}
	}
	for _, d := range demands {
		for _, part := range []string{"name", "fault", "source", "severity", "hl7", "app", "say"} {
			if d.parts[part] == "" {
				t.Errorf("%s: the demand has no %s", d.file, part)
			}
		}
	}
}

// Every rule of the catalogue is declared, and every one that is declared is in a list,
// or made of a table.
func TestTheCatalogueHasTheRulesThatAreDeclaredAndNoOther(t *testing.T) {
	rules, demands, _ := declarations(t)
	known, used := map[string]bool{}, map[string]bool{}
	for _, d := range rules {
		known[d.parts["Name"]] = true
	}
	for _, r := range Catalogue() {
		if known[r.Name] {
			used[r.Name] = true
			continue
		}
		_, fault, _ := strings.Cut(r.Name, " ")
		made := false
		for _, d := range demands {
			if d.parts["fault"] == fault && d.parts["hl7"] == hl7Names[r.HL7] {
				used["guide "+d.parts["name"]], made = true, true
			}
		}
		if !made {
			t.Errorf("%s is declared nowhere", r.Name)
		}
	}
	for _, d := range append(slices.Clone(rules), demands...) {
		if !used[d.parts["Name"]] && !used["guide "+d.parts["name"]] {
			t.Errorf("%s: no list or table has its rule", d.file)
		}
	}
}

// A rule in two lists would speak twice of one thing. Those of both kinds of message
// are in one list of each.
func TestARuleIsInOneList(t *testing.T) {
	times := map[string]int{outOfOrder.Name: -1, zone.Name: -1}
	for _, r := range inLists() {
		times[r.Name]++
	}
	for name, n := range times {
		is.Equal(t, name+" in the lists", n, 1)
	}
}

// hl7Names are what the source calls the codes of table 0357.
var hl7Names = map[string]string{"100": "CodeSequence", "101": "CodeRequired", "102": "CodeType", "103": "CodeTable", "999": "CodeApplication"}

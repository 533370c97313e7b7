package deed_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"openiis/internal/deed"
	"openiis/internal/is"
)

// acts are the names of acts that the program's sources give: constants whose name begins
// with act, and texts that stand where a line of the audit says its act. Of a name that
// goes on with what was done, a part.
func acts(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{}
	constant := regexp.MustCompile(`^[Aa]ct[A-Z]`)
	text := func(n ast.Node, at string) {
		ast.Inspect(n, func(n ast.Node) bool {
			if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
				if s, err := strconv.Unquote(lit.Value); err == nil && s != "" && s != "\n" {
					out[s] = at
				}
			}
			return true
		})
	}
	for _, root := range []string{"..", "../../cmd"} {
		err := filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(p, ".go") || strings.HasSuffix(p, "_test.go") || strings.Contains(p, "quality/review") {
				return err
			}
			f, err := parser.ParseFile(token.NewFileSet(), p, nil, 0)
			if err != nil {
				return err
			}
			ast.Inspect(f, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.ValueSpec:
					if len(n.Values) == 1 && constant.MatchString(n.Names[0].Name) {
						if lit, ok := n.Values[0].(*ast.BasicLit); ok {
							text(lit, p)
						}
					}
				case *ast.KeyValueExpr:
					if k, ok := n.Key.(*ast.Ident); ok && k.Name == "Act" {
						text(n.Value, p)
					}
				}
				return true
			})
			return nil
		})
		is.NoError(t, "read the sources", err)
	}
	return out
}

func TestEveryActOfTheAuditHasWords(t *testing.T) {
	found := acts(t)
	if len(found) < 70 {
		t.Errorf("only %d acts found: the test looks in the wrong place", len(found))
	}
	more := []string{"alert: ", "mark a notice", ": "} // which go on
	for act, at := range found {
		if !deed.Known(act) && !slices.Contains(more, act) {
			t.Errorf("%s: the act %q has no words in package deed: whoever reads a log or searches the audit meets its bare name", at, act)
		}
	}
	for _, act := range []string{"review: signed", "mark a notice sent", "set user: clinic of OAK", "change user: reader"} {
		if !deed.Known(act) {
			t.Errorf("the act %q has no words", act)
		}
	}
}

func TestEveryActIsFoundByItsKind(t *testing.T) {
	seen := map[string]bool{}
	for _, k := range deed.Kinds {
		if k.Words() == "" {
			t.Errorf("kind %s has no words", k)
		}
		for _, a := range deed.Acts(k) {
			is.Equal(t, a+" is of one kind", seen[a], false)
			is.Equal(t, a, deed.Of(a).Kind, k)
			seen[a] = true
		}
		for _, b := range deed.Begins(k) {
			is.Equal(t, b, deed.Of(b+"x").Kind, k)
		}
	}
	is.Equal(t, "an act of a later program", deed.Of("dance"), deed.Deed{Kind: deed.Upkeep, Words: "Dance"})
	is.Equal(t, "elsewhere", deed.Of("open record").Elsewhere(), "Opened the record")
	is.Equal(t, "a list opens no record", []bool{deed.Of("search").Opens, deed.Of("open record").Opens}, []bool{false, true})
	is.Equal(t, "and shows several", []bool{deed.Of("search").Lists, deed.Of("open record").Lists}, []bool{true, false})
}

package store

import (
	"flag"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"openiis/internal/store/db"
)

var update = flag.Bool("update", false, "rewrite schema.sql")

// schema.sql is the schema whole, for whoever reads it: the migrations one
// after the other, as PostgreSQL gets them.
func TestTheCommittedSchemaIsWhatTheMigrationsMake(t *testing.T) {
	steps, err := migrations()
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	b.WriteString("-- The whole schema as PostgreSQL has it. Written by: go test ./internal/store -run Schema -update\n")
	for _, m := range steps {
		for _, s := range statements(dialect(m.sql, db.PostgreSQL)) {
			b.WriteString("\n" + s + ";\n")
		}
	}
	if *update {
		if err := os.WriteFile("schema.sql", []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	have, err := os.ReadFile("schema.sql")
	if err != nil || string(have) != b.String() {
		t.Errorf("schema.sql is not the schema of the migrations: run this test with -update (%v)", err)
	}
}

// unportable are words that the two engines understand differently, or one not
// at all, with what to do instead.
var unportable = map[string]string{
	`\bLIKE\b`:                       "case differs: search columns that Go has normalised",
	`\bILIKE\b`:                      "SQLite has none: search columns that Go has normalised",
	`(?i)\blower\(|\bupper\(`:        "SQLite folds ASCII only: fold in Go",
	`(?i)=\s*ANY\b`:                  "SQLite has none: write IN with marks()",
	`(?i)\bdate_trunc\b|\bextract\(`: "compute days in Go",
	`(?i)\bgreatest\(|\bleast\(`:     "SQLite has none: compute in Go",
	`(?i)\bFOR UPDATE\b`:             "SQLite has none: use Tx.Lock",
	`(?i)\bRECURSIVE\b`:              "not over several shards: list the values, or ask again",
	`(?i)\bLATERAL\b`:                "SQLite has none",
	`(?i)\bnow\(\)|CURRENT_`:         "pass the time as an argument",
	`SELECT \*`:                      "list the columns",
	`\?`:                             "arguments are $1, $2 …",
	`(?i)\bRETURNING\b`:              "select before or after: held-back statements return nothing",
}

// sqlText finds string literals that are statements.
var sqlText = regexp.MustCompile(`^\s*(SELECT|INSERT|UPDATE|DELETE|WITH|CREATE)\s`)

func TestEveryStatementIsPortable(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		set := token.NewFileSet()
		f, err := parser.ParseFile(set, name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			lit, ok := n.(*ast.BasicLit)
			if !ok || lit.Kind != token.STRING {
				return true
			}
			sql, err := strconv.Unquote(lit.Value)
			if err != nil || !sqlText.MatchString(sql) {
				return true
			}
			found++
			for word, instead := range unportable {
				if regexp.MustCompile(word).MatchString(sql) {
					t.Errorf("%s: %s: %s", set.Position(lit.Pos()), word, instead)
				}
			}
			inOrder(t, set.Position(lit.Pos()).String(), sql)
			return true
		})
	}
	if found < 20 {
		t.Errorf("only %d statements found: the test looks in the wrong place", found)
	}
}

var mark = regexp.MustCompile(`\$(\d+)`)

// inOrder requires arguments to be numbered in the order of their first
// appearance: SQLite numbers them so.
func inOrder(t *testing.T, at, sql string) {
	seen := 0
	for _, m := range mark.FindAllStringSubmatch(sql, -1) {
		n, _ := strconv.Atoi(m[1])
		if n > seen+1 {
			t.Errorf("%s: $%d appears before $%d", at, n, seen+1)
		}
		seen = max(seen, n)
	}
}

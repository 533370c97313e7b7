// Package house_test keeps the rules of the house: which package may import
// which, that each says what it is, that links in the documents lead somewhere,
// that functions stay small. It reads the sources itself.
package house_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"sort"
	"strings"
	"testing"
)

const module = "openiis"

// Layers, from the ground up. A package may import packages of its own list
// and nothing else of ours. A line here is the whole architecture in short.
var (
	words   = []string{"internal/iis", "internal/cal", "internal/fault", "internal/fold"}
	engines = []string{
		"internal/hl7", "internal/codeset", "internal/iz", "internal/check", "internal/match", "internal/dedupe",
		"internal/golden", "internal/synth", "internal/paper", "internal/schedule", "internal/cdsi", "internal/flat", "internal/policy",
		"internal/vital", "internal/role", "internal/deed", "internal/form", "internal/course", "internal/sheet", "internal/stub", "internal/scan",
	}
	acts = []string{"internal/intake", "internal/access", "internal/chart", "internal/inbox", "internal/quality", "internal/steward", "internal/legacy", "internal/notice", "internal/enrol", "internal/audit", "internal/training", "internal/helpdesk", "internal/roster"}
)

var allowed = map[string][]string{
	"internal/cal":      nil,
	"internal/fault":    nil,
	"internal/fold":     nil,
	"internal/iis":      {"internal/cal"},
	"internal/yaml":     nil,
	"codes":             nil,
	"schedule":          nil,
	"matching":          nil,
	"states":            nil,
	"roles":             nil,
	"training":          nil,
	"help":              nil,
	"ui":                nil,
	"internal/hl7":      words,
	"internal/codeset":  plus(words, "codes"),
	"internal/iz":       plus(words, "internal/hl7", "internal/codeset"),
	"internal/check":    plus(words, "internal/hl7", "internal/iz", "internal/codeset", "internal/match"),
	"internal/match":    plus(words, "matching"),
	"internal/dedupe":   plus(words, "internal/codeset", "matching"),
	"internal/golden":   plus(words, "internal/match"),
	"internal/schedule": plus(words, "internal/yaml", "schedule"),
	"internal/cdsi":     plus(words, "internal/schedule"),
	"internal/form":     plus(words, "internal/yaml"),
	"internal/policy":   plus(words, "internal/yaml", "internal/form", "states"),
	"internal/course":   plus(words, "internal/yaml", "internal/policy", "training", "help"),
	"internal/role":     plus(words, "internal/yaml", "roles"),
	"internal/synth":    plus(words, "internal/hl7"),
	"internal/paper":    plus(words, "internal/form"),
	"internal/flat":     plus(words, "internal/hl7", "internal/codeset", "internal/iz"),
	"internal/vital":    plus(words, "internal/codeset"),
	"internal/deed":     nil,
	"internal/sheet":    nil,
	"internal/scan":     {"internal/fault"},
	"internal/sso":      {"internal/fault"},
	"internal/relay":    nil,
	"internal/stub":     words,

	"internal/store/db": nil,
	"internal/store":    plus(words, "internal/store/db"),
	"internal/record":   plus(join(words, engines), "internal/store"),

	"internal/mail": plus(words, "internal/policy", "internal/relay", "internal/store"),

	"internal/intake":  plus(join(words, engines), "internal/store", "internal/store/db", "internal/record"),
	"internal/access":  plus(words, "internal/role", "internal/policy", "internal/form", "internal/sso", "internal/store", "internal/mail"),
	"internal/chart":   plus(join(words, engines), "internal/store", "internal/record"),
	"internal/inbox":   plus(join(words, engines), "internal/store", "internal/record"),
	"internal/quality": plus(join(words, engines), "internal/store"),
	"internal/steward": plus(join(words, engines), "internal/store", "internal/record"),
	"internal/notice":  plus(join(words, engines), "internal/store", "internal/record"),
	"internal/enrol":   plus(join(words, engines), "internal/store", "internal/record", "internal/mail"),

	"internal/audit": plus(join(words, engines), "internal/store", "internal/record"),

	"internal/training": plus(join(words, engines), "internal/store", "internal/record", "internal/mail"),
	"internal/helpdesk": plus(join(words, engines), "internal/store", "internal/record", "internal/mail"),
	"internal/roster":   plus(join(words, engines), "internal/store", "internal/record"),

	"internal/legacy": plus(join(words, engines), "internal/store", "internal/store/db", "internal/record"),
	"internal/backup": {"internal/store"},

	"internal/soap": words,
	"internal/rest": join(words, engines, acts),
	"internal/mllp": join(words, engines, acts),
	"internal/web":  plus(join(words, engines, acts), "internal/mail", "ui"),
	"internal/jobs": words,

	// for tests only
	"internal/is":              nil,
	"internal/loopback":        {"internal/is"},
	"internal/shared":          nil,
	"internal/store/storetest": {"internal/iis", "internal/store", "internal/store/db", "internal/loopback"},
	"test/conformance/nist":    {"internal/shared"},
	"test/drive":               {"internal/hl7", "internal/loopback"},
	"test/load":                {"test/drive", "internal/synth"},
	"test/journeys":            {"internal/is"},
	"test/provider":            {"internal/is"},
	"test/mailhost":            {"internal/is"},
	"test/world":               plus(join(words, acts), "internal/codeset", "internal/store", "internal/store/storetest", "internal/is"),
	"cmd/openiis":              {"*"},
}

func plus(list []string, more ...string) []string { return append(slices.Clone(list), more...) }

func join(lists ...[]string) []string {
	var out []string
	for _, l := range lists {
		out = append(out, l...)
	}
	return out
}

// source is one Go file of the project.
type source struct {
	path string // from the root, with slashes
	pkg  string // its folder
	test bool
	file *ast.File
	set  *token.FileSet
	text string
}

func sources(t *testing.T) []source {
	t.Helper()
	var out []source
	err := filepath.WalkDir(".", func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (strings.HasPrefix(d.Name(), ".") && p != "." || d.Name() == "node_modules" || d.Name() == "testdata") {
			return filepath.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(p, ".go") {
			return nil
		}
		text, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		set := token.NewFileSet()
		f, err := parser.ParseFile(set, p, text, parser.ParseComments)
		if err != nil {
			return err
		}
		slash := filepath.ToSlash(p)
		out = append(out, source{slash, path.Dir(slash), strings.HasSuffix(p, "_test.go"), f, set, string(text)})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(out) < 50 {
		t.Fatalf("only %d sources found: the test looks in the wrong place", len(out))
	}
	return out
}

func TestEveryPackageImportsOnlyWhatItsLayerMay(t *testing.T) {
	for _, s := range sources(t) {
		if s.test || s.pkg == "." {
			continue
		}
		may, listed := allowed[s.pkg]
		if !listed {
			t.Errorf("%s: package %s has no line in the table of layers", s.path, s.pkg)
			continue
		}
		for _, imp := range s.file.Imports {
			p := strings.Trim(imp.Path.Value, `"`)
			if !strings.HasPrefix(p, module+"/") {
				continue
			}
			p = strings.TrimPrefix(p, module+"/")
			if !slices.Contains(may, p) && !slices.Contains(may, "*") {
				t.Errorf("%s imports %s: its layer may not", s.path, p)
			}
		}
	}
}

// pure are packages without clock, network, files, database or log.
var pure = join(words, engines)

func TestEnginesArePure(t *testing.T) {
	forbidden := []string{"net", "net/http", "os", "log", "log/slog", "database/sql", "os/exec", "math/rand", "crypto/rand"}
	for _, s := range sources(t) {
		if s.test || !slices.Contains(pure, s.pkg) {
			continue
		}
		for _, imp := range s.file.Imports {
			if p := strings.Trim(imp.Path.Value, `"`); slices.Contains(forbidden, p) {
				t.Errorf("%s imports %s: an engine takes values and gives values", s.path, p)
			}
		}
		if strings.Contains(s.text, "time.Now(") {
			t.Errorf("%s asks the clock: take the time as an argument", s.path)
		}
	}
}

func TestSQLIsOnlyInTheStore(t *testing.T) {
	statement := regexp.MustCompile("[`\"]\\s*(SELECT|INSERT INTO|UPDATE|DELETE FROM)\\s")
	for _, s := range sources(t) {
		if s.test || strings.HasPrefix(s.pkg, "internal/store") {
			continue
		}
		if loc := statement.FindStringIndex(s.text); loc != nil {
			t.Errorf("%s has a statement of SQL: it belongs in internal/store", s.path)
		}
	}
}

// exactCSV are the sources that write CSV for programs, which must come back as it was: rows of an old
// registry to be corrected and imported again, whose record each became, a file of which rows were cut out, and the empty form
// for doses. All other CSV is for people, and is written by package sheet.
var exactCSV = []string{"internal/sheet/sheet.go", "internal/legacy/output.go", "internal/synth/", "internal/flat/without.go"}

func TestCSVForPeopleIsWrittenInOnePlace(t *testing.T) {
	found := 0
	for _, s := range sources(t) {
		if s.test || strings.HasPrefix(s.pkg, "test/") || !strings.Contains(s.text, "csv.NewWriter(") {
			continue
		}
		found++
		if !slices.ContainsFunc(exactCSV, func(p string) bool { return strings.HasPrefix(s.path, p) }) {
			t.Errorf("%s writes CSV itself: for people package sheet does, which makes cells harmless", s.path)
		}
	}
	if found < 2 {
		t.Errorf("only %d sources write CSV: the test looks in the wrong place", found)
	}
}

func TestEveryPackageSaysWhatItIs(t *testing.T) {
	said := map[string]string{}
	for _, s := range sources(t) {
		if s.file.Doc != nil && (!s.test || said[s.pkg] == "") {
			said[s.pkg] = s.file.Doc.Text()
		} else if _, ok := said[s.pkg]; !ok {
			said[s.pkg] = ""
		}
	}
	for pkg, doc := range said {
		if len(doc) < 80 {
			t.Errorf("package %s: its comment must say what it is, what it does not do, and where to start", pkg)
		}
	}
}

func TestEveryExportedNameHasAComment(t *testing.T) {
	for _, s := range sources(t) {
		if s.test {
			continue
		}
		for _, d := range s.file.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				if d.Name.IsExported() && exportedReceiver(d) && d.Doc == nil && !wellKnown[d.Name.Name] {
					t.Errorf("%s: %s has no comment", s.set.Position(d.Pos()), d.Name.Name)
				}
			case *ast.GenDecl:
				for _, spec := range d.Specs {
					if ts, ok := spec.(*ast.TypeSpec); ok && ts.Name.IsExported() && d.Doc == nil && ts.Doc == nil {
						t.Errorf("%s: type %s has no comment", s.set.Position(ts.Pos()), ts.Name.Name)
					}
				}
			}
		}
	}
}

// wellKnown are methods whose meaning their interface gives.
var wellKnown = map[string]bool{
	"String": true, "Error": true, "Unwrap": true, "Close": true, "ServeHTTP": true, "Engine": true, "Read": true,
	"Write": true, "Append": true, "AppendBefore": true, "Exec": true, "Count": true, "Select": true, "Copy": true, "Lock": true, "Int": true,
	"Text": true, "Bytes": true, "Null": true, "Next": true, "Values": true, "Err": true, "LogValue": true,
}

func exportedReceiver(d *ast.FuncDecl) bool {
	if d.Recv == nil {
		return true
	}
	typ := d.Recv.List[0].Type
	if star, ok := typ.(*ast.StarExpr); ok {
		typ = star.X
	}
	id, ok := typ.(*ast.Ident)
	return ok && id.IsExported()
}

// longFiles are files over the limit, each with the reason.
var longFiles = map[string]string{}

func TestFilesAndFunctionsStaySmall(t *testing.T) {
	var lengths []int
	for _, s := range sources(t) {
		if s.test {
			continue
		}
		if n := strings.Count(s.text, "\n"); n > 600 && longFiles[s.path] == "" {
			t.Errorf("%s has %d lines: split it, or list it with a reason", s.path, n)
		}
		for _, d := range s.file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || f.Body == nil {
				continue
			}
			n := s.set.Position(f.End()).Line - s.set.Position(f.Pos()).Line + 1
			lengths = append(lengths, n)
			if n > 100 {
				t.Errorf("%s: %s has %d lines: split it", s.set.Position(f.Pos()), f.Name.Name, n)
			}
		}
	}
	sort.Ints(lengths)
	if p90 := lengths[len(lengths)*9/10]; p90 > 45 {
		t.Errorf("the ninetieth percentile of function lengths is %d lines, over 45", p90)
	}
}

func TestNothingInitialisesItselfAndNothingIsLeftForLater(t *testing.T) {
	later := regexp.MustCompile(`(?m)\b(TODO|FIXME)\b`)
	for _, s := range sources(t) {
		if s.pkg == "." {
			continue
		}
		for _, d := range s.file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil && f.Name.Name == "init" {
				t.Errorf("%s: init() hides the order of things; call it", s.path)
			}
		}
		if later.MatchString(s.text) {
			t.Errorf("%s leaves something for later", s.path)
		}
	}
}

var link = regexp.MustCompile(`\[[^\]]*\]\(([^)\s]+)\)`)

func TestLinksInDocumentsLeadSomewhere(t *testing.T) {
	found := 0
	err := filepath.WalkDir(".", func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == ".git" || d.Name() == "node_modules") {
			return filepath.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(p, ".md") {
			return nil
		}
		text, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		for _, m := range link.FindAllStringSubmatch(string(text), -1) {
			target, fragment, _ := strings.Cut(m[1], "#")
			if strings.Contains(target, "://") || strings.HasPrefix(target, "mailto:") || strings.HasPrefix(target, "/") && isLesson(p) {
				continue
			}
			found++
			checkLink(t, p, target, fragment)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if found < 20 {
		t.Errorf("only %d links found", found)
	}
}

// isLesson reports a file of a course, or of answers: it is shown as a page, and links to
// pages. Package course has the test of those.
func isLesson(file string) bool {
	return regexp.MustCompile(`(^|/)(training|help)/.*\.md$`).MatchString(filepath.ToSlash(file)) && path.Base(file) != "README.md"
}

// checkLink requires a linked file to be there, and in a Go file the name that
// the fragment gives.
func checkLink(t *testing.T, from, target, fragment string) {
	file := from
	if target != "" {
		file = filepath.Join(filepath.Dir(from), target)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		if _, dir := os.Stat(file); dir != nil {
			t.Errorf("%s links to %s, which is not there", from, target)
		}
		return
	}
	if fragment == "" || !strings.HasSuffix(file, ".go") {
		return
	}
	name := fragment[strings.LastIndex(fragment, ".")+1:]
	if !regexp.MustCompile(`(?m)^(func( \([^)]*\))?|type|var|const|\t) ?` + regexp.QuoteMeta(name) + `\b`).Match(text) {
		t.Errorf("%s links to %s in %s, which is not there", from, fragment, target)
	}
}

func TestNothingNamesThisWorkplace(t *testing.T) {
	bad := regexp.MustCompile(`/wor` + `k/|/tm` + `p/[a-z]|\.librar` + `y`)
	err := filepath.WalkDir(".", func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == ".git" || d.Name() == "node_modules" || d.Name() == "bin") {
			return filepath.SkipDir
		}
		if d.IsDir() || d.Name() == ".git" { // a file, in a worktree of git: it names the clone
			return nil
		}
		text, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		if info, _ := d.Info(); info != nil && info.Size() > 700_000 && !strings.HasSuffix(p, ".db") {
			t.Errorf("%s is very large for a file that people read", p)
		}
		if loc := bad.FindIndex(text); loc != nil && !slices.Contains([]string{".gitignore"}, p) && filepath.Ext(p) != "" {
			t.Errorf("%s names a path of somebody's machine: %q", p, text[loc[0]:min(loc[1]+20, len(text))])
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

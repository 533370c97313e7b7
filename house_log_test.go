package house_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strings"
	"testing"

	"openiis/internal/is"
)

// logKeys are the keys that a line of the log may have. None holds anything of
// a patient.
var logKeys = []string{
	"door", "sender", "kind", "ack", "findings", "rules", "ms", "submission", "error", "http", "mllp", "database", "method",
	"route", "status", "user", "reference", "limit", "timeout", "messages", "refused", "failed", "bytes", "connection", "stack", "address", "aa", "ae", "ar",
	"stray", "unsent", "fault", "why", "seal", "hash", "crowded", "records",
}

// Calls that take keys, with the number of arguments before the first.
var (
	logCalls = map[string]int{
		"Debug": 1, "Info": 1, "Warn": 1, "Error": 1,
		"DebugContext": 2, "InfoContext": 2, "WarnContext": 2, "ErrorContext": 2,
		"Log": 3, "LogAttrs": 3, "With": 0,
	}
	slogAttrs = []string{"String", "Int", "Int64", "Uint64", "Float64", "Bool", "Time", "Duration", "Group", "GroupAttrs", "Any"}
)

// notLogs are packages that have functions of those names.
var notLogs = []string{"http", "math"}

func TestLogsHaveKeysFromOneListOnly(t *testing.T) {
	for _, s := range sources(t) {
		if s.test || strings.HasPrefix(s.pkg, "test/") {
			continue
		}
		for _, f := range logFaults(s.file) {
			t.Errorf("%s: %s", s.set.Position(f.at), f.say)
		}
	}
}

// logFault is a place in a source where something could come into the log whose
// name is not on the list.
type logFault struct {
	at  token.Pos
	say string
}

// logFaults reads a source, without knowing types: whatever is called like a log
// is taken for one. Keys must be written where they are used, so that they can
// be read here: wherever an attribute is made (also in a helper or a LogValue
// method), it is made by a call of package slog with the key in it. Values are
// not read; slog.Any, which prints all that a value holds, is only for what has
// a LogValue of its own.
func logFaults(file *ast.File) []logFault {
	var r logReader
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncDecl:
			return n.Recv == nil || n.Name.Name != "WithGroup" // a handler's own passes the name on
		case *ast.CallExpr:
			r.call(n)
		case *ast.CompositeLit:
			if isSlog(n.Type, "Attr") {
				r.literal(n)
			}
		case *ast.ImportSpec:
			if n.Path.Value == `"log"` {
				r.fault(n, "the log is log/slog")
			}
		}
		return true
	})
	return r.faults
}

type logReader struct{ faults []logFault }

func (r *logReader) fault(n ast.Node, say string, args ...any) {
	r.faults = append(r.faults, logFault{n.Pos(), fmt.Sprintf(say, args...)})
}

func (r *logReader) call(c *ast.CallExpr) {
	sel, ok := c.Fun.(*ast.SelectorExpr)
	if !ok {
		return
	}
	name := sel.Sel.Name
	switch {
	case isSlog(sel, "AnyValue"):
		r.fault(c, "slog.AnyValue prints all that a value holds")
	case isSlog(sel, "Any") && !isKey(c.Args[0], ""):
		r.fault(c, `slog.Any prints all that a value holds: it is for what has a LogValue, with the key ""`)
	case isSlog(sel, "Any"):
	case isSlog(sel, slogAttrs...):
		r.key(c.Args[0])
		if name == "Group" {
			r.pairs(c, 1)
		}
	case name == "WithGroup" && len(c.Args) == 1:
		r.key(c.Args[0])
	case isLog(sel, len(c.Args)):
		r.message(c, logCalls[name]-1)
		r.pairs(c, logCalls[name])
	}
}

// isLog reports log.Info(…), s.Log.Error(…) and the like.
func isLog(sel *ast.SelectorExpr, args int) bool {
	before, ok := logCalls[sel.Sel.Name]
	if x, is := sel.X.(*ast.Ident); is && slices.Contains(notLogs, x.Name) {
		return false
	}
	return ok && args >= before && args > 0
}

// message wants a message that is not made up when it is written.
func (r *logReader) message(c *ast.CallExpr, at int) {
	if at < 0 {
		return
	}
	switch c.Args[at].(type) {
	case *ast.BasicLit, *ast.Ident:
	default:
		r.fault(c.Args[at], "the message of a line of the log is a sentence of ours: what varies is an attribute")
	}
}

// pairs reads keys and values, among which whole attributes may stand.
func (r *logReader) pairs(c *ast.CallExpr, at int) {
	if c.Ellipsis.IsValid() {
		if name := c.Fun.(*ast.SelectorExpr).Sel.Name; name != "LogAttrs" && name != "GroupAttrs" {
			r.fault(c, "keys in a list cannot be read here: make attributes and use LogAttrs")
		}
		return
	}
	for at < len(c.Args) {
		if made, ok := c.Args[at].(*ast.CallExpr); ok && isSlog(made.Fun, slogAttrs...) {
			at++ // is read where it is made
			continue
		}
		r.key(c.Args[at])
		at += 2
	}
}

func (r *logReader) literal(l *ast.CompositeLit) {
	for _, e := range l.Elts {
		if kv, ok := e.(*ast.KeyValueExpr); !ok || kv.Key.(*ast.Ident).Name == "Key" {
			if ok {
				e = kv.Value
			}
			r.key(e)
			return
		}
	}
}

// key wants a key of the list, written out.
func (r *logReader) key(e ast.Expr) {
	if slices.ContainsFunc(logKeys, func(k string) bool { return isKey(e, k) }) {
		return
	}
	if lit, ok := e.(*ast.BasicLit); ok {
		r.fault(e, "the log key %s is not in the list", lit.Value)
	} else {
		r.fault(e, "a log key must be written out where it is used")
	}
}

func isKey(e ast.Expr, key string) bool {
	lit, ok := e.(*ast.BasicLit)
	return ok && lit.Value == `"`+key+`"`
}

// isSlog reports one of the names of package slog.
func isSlog(e ast.Expr, names ...string) bool {
	sel, ok := e.(*ast.SelectorExpr)
	if !ok {
		return false
	}
	x, ok := sel.X.(*ast.Ident)
	return ok && x.Name == "slog" && slices.Contains(names, sel.Sel.Name)
}

func TestWhatCouldCarryAPatientIntoTheLogIsFound(t *testing.T) {
	for code, want := range map[string]int{
		`log.Info("x", "door", 1)`:                                        0,
		`log.Info("x", "patient", 1)`:                                     1,
		`s.deep.logger.Warn("x", "door", 1, "patient", 1)`:                1,
		`slog.ErrorContext(ctx, "x", "patient", 1)`:                       1,
		`log.Log(ctx, level, what, "patient", 1)`:                         1,
		`log.With("patient", 1).Info("x")`:                                1,
		`log.WithGroup("patient").Info("x")`:                              1,
		`log.Info("x", slog.Group("door", "patient", 1))`:                 1,
		`log.Info("x", slog.Group("patient"))`:                            1,
		`log.Info("x", slog.Group("door", slog.String("patient", n)))`:    1,
		`log.Info("x", slog.Int("ms", 1), "patient", 1)`:                  1,
		`log.Info("x", slog.Int("ms", 1), "door", 1)`:                     0,
		`log.LogAttrs(ctx, level, what, attrs...)`:                        0,
		`log.Info("x", attrs...)`:                                         1,
		`log.Info("x", key, 1)`:                                           1,
		`attrs = append(attrs, slog.String("patient", n))`:                1,
		`attrs = []slog.Attr{{Key: "door"}, slog.String(key, n)}`:         1,
		`a := slog.Attr{Key: "patient", Value: v}`:                        1,
		`a := slog.Attr{"patient", v}`:                                    1,
		`return slog.GroupValue(slog.String("patient", p.Name))`:          1,
		`return slog.AnyValue(p)`:                                         1,
		`log.Info("x", slog.Any("door", p))`:                              1,
		`log.Info("x", slog.Any("", reply))`:                              0,
		`log.Error("cannot store " + name)`:                               1,
		`log.Error(fmt.Sprintf("cannot store %s", name), "door", "http")`: 1,
		`http.Error(w, "no", 400); math.Log(1); err.Error()`:              0,
	} {
		file, err := parser.ParseFile(token.NewFileSet(), "x.go", "package x\nfunc f() { "+code+" }", 0)
		is.NoError(t, code, err)
		is.Equal(t, code, len(logFaults(file)), want)
	}
}

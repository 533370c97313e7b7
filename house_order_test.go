package house_test

import (
	"go/ast"
	"go/token"
	"testing"
)

// TestNothingIsReturnedBesideTheCallThatFillsIt refuses `return out, tx.Select(… &out …)`: Go
// leaves open whether a variable is read before or after a call beside it that changes it
// (The Go Programming Language Specification, Order of evaluation).
func TestNothingIsReturnedBesideTheCallThatFillsIt(t *testing.T) {
	found := 0
	for _, s := range sources(t) {
		if s.test {
			continue
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			r, ok := n.(*ast.ReturnStmt)
			if !ok || len(r.Results) != 2 {
				return true
			}
			call, ok := r.Results[1].(*ast.CallExpr)
			if !ok {
				return true
			}
			found++
			if v, ok := r.Results[0].(*ast.Ident); ok && fills(call, v.Name) {
				t.Errorf("%s returns %s beside the call that fills it: call first, and return both then", s.set.Position(r.Pos()), v.Name)
			}
			return true
		})
	}
	if found < 50 {
		t.Errorf("only %d returns have a call as their second result: the test looks in the wrong place", found)
	}
}

// fills reports that a call is given a variable's address, or a function that sets it.
func fills(call *ast.CallExpr, name string) (does bool) {
	is := func(x ast.Expr) bool {
		for {
			switch y := x.(type) {
			case *ast.IndexExpr:
				x = y.X
			case *ast.SelectorExpr:
				x = y.X
			case *ast.Ident:
				return y.Name == name
			default:
				return false
			}
		}
	}
	for _, arg := range call.Args {
		ast.Inspect(arg, func(n ast.Node) bool {
			switch x := n.(type) {
			case *ast.UnaryExpr:
				does = does || x.Op == token.AND && is(x.X)
			case *ast.AssignStmt:
				for _, to := range x.Lhs {
					does = does || x.Tok != token.DEFINE && is(to)
				}
			}
			return true
		})
	}
	return does
}

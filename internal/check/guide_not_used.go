package check

import "openiis/internal/iis"

// misplaced: of usage X, or of a conditional one whose condition does not hold.
// It was ignored, unless its row says what became of it.
var misplaced = demand{
	name: "not used", fault: "not used", source: "IG 1.5", severity: info,
	hl7: iis.CodeApplication, app: iis.AppIgnored,
	say: func(f *field) string {
		switch {
		case f.say != "":
			return f.say
		case f.when.say != "":
			return "has a meaning only " + f.when.say + "; leave it empty otherwise"
		}
		return "is not used by the guide and was ignored; leave it empty"
	},
}

// isMisplaced is the test on a value of a usage.
func isMisplaced(use usage, empty bool) bool { return !empty && use == notUsed }

package check

import "openiis/internal/iis"

// missing: of usage R, or of a conditional one whose condition holds. Of a part,
// only where its whole was sent.
var missing = demand{
	name: "missing", fault: "missing", source: "IG 1.5", severity: iis.Warning,
	hl7: iis.CodeRequired, app: iis.AppRequiredMissing,
	say: func(f *field) string {
		switch {
		case f.when.say != "":
			return "is missing; it is required " + f.when.say
		case f.of.say != "":
			return "is missing; it is required " + f.of.say
		}
		return "is missing; the guide requires it"
	},
}

// isMissing is the test on a value of a usage.
func isMissing(use usage, empty bool) bool { return empty && use == required }

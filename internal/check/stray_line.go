package check

import "openiis/internal/iis"

// strayLine is asked of queries: of a vaccination message reading reports it.
var strayLine = rule[view]{
	Rule: Rule{
		Name: "stray line", Source: "HL7 v2.5.1, 2.5.1", Severity: iis.Warning,
		HL7: iis.CodeType, App: iis.AppIgnored,
		Say: "A line does not begin with the name of a segment and was ignored; remove the line break before it, or send it as \\.br\\.",
	},
	check: func(r *run, v *view) {
		// a line without a name has no place that ERR-2 could write: the
		// segment that it follows stands for it
		last := v.Message.MSH()
		for i := range v.Message.Len() {
			if s := v.Message.Segment(i); s.IsNamed() {
				last = s
			} else {
				r.at(last.At())
			}
		}
	},
}

package check

import "openiis/internal/iis"

var kinNumbers = rule[view]{
	Rule: Rule{
		Name: "NK1-1 not in sequence", Source: "IG 1.5, NK1-1; IZ-70", Severity: info,
		HL7: iis.CodeType, App: iis.AppInvalidValue,
		Say: "NK1-1 (set id) does not count 1, 2, 3; number the NK1 segments from 1.",
	},
	check: func(r *run, v *view) {
		for i := range v.Message.Len() {
			if s := v.Message.Segment(i); s.Is("NK1") && miscounts(s.Field(1), s.Seq()) {
				r.at(s.AtField(1, 0, 0))
			}
		}
	},
}

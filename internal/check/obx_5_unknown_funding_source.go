package check

import (
	"openiis/internal/codeset"
	"openiis/internal/iis"
)

var unknownFunding = rule[view]{
	Rule: Rule{
		Name: "OBX-5 unknown funding source", Source: "IG 1.5, OBX-3 30963-3", Severity: iis.Warning,
		HL7: iis.CodeTable, App: iis.AppTable,
		Say: "OBX-5 (funding source) has a code that the guide's table does not list; send PHC70, VXC50, VXC51 or VXC52.",
	},
	check: func(r *run, _ *view) {
		r.observed(funding, fundings.ok)
	},
}

var fundings = code("the table of funding sources", codeset.TableFunding)

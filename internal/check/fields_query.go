package check

// qpdTable: the text of QPD-1 and the name of its code system are not held to
// the guide's constant (IZ-67, IZ-68): most senders, and NIST's own samples,
// write another. What identifies the query is its first component.
var qpdTable = compile(segmentTable{name: "QPD", on: query}, rowsOf(
	[]field{
		{at: "1", name: "query name", usage: required, want: oneOf("Z34 or Z44", "Z34", "Z44"), where: "IZ-67, IZ-68"},
		{at: "2", name: "query tag", usage: required},
		{at: "3.1", name: "patient identifier", usage: required, many: true},
		{at: "3.4", name: "authority of the patient identifier", usage: required, many: true, miss: info},
		{at: "3.5", name: "type of the patient identifier", usage: required, many: true, miss: info},
		{at: "4.1", name: "family name of the patient", usage: required},
		{at: "4.2", name: "given name of the patient", usage: required},
		{at: "5.1", name: "mother's maiden family name", usage: required},
		{at: "6", name: "date of birth", usage: mayBeEmpty, want: day, where: "IZ-TS_NZ"},
		{at: "7", name: "sex", usage: mayBeEmpty, want: table("0001")},
		{at: "10", name: "multiple birth", usage: mayBeEmpty, want: table("0136")},
		{at: "11", name: "birth order", usage: mayBeEmpty, want: positive},
	},
))

// rcpTable: without a limit the registry's own is used, which loses nothing.
var rcpTable = compile(segmentTable{name: "RCP", on: query}, []field{
	{at: "1", name: "query priority", usage: mayBeEmpty, want: constant("I"), off: info, where: "IZ-27"},
	{at: "2", name: "limit of answers", usage: required, want: positive, miss: info, where: "IZ-1"},
	{at: "2.2", name: "unit of the limit", usage: required, want: constant("RD"), miss: info, off: info, where: "IZ-2"},
})

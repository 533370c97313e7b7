package check

// mshTable: what was wrong enough to refuse the message (IG 1.5, the four
// reasons for AR) is package iz's to say.
var mshTable = compile(segmentTable{name: "MSH", on: both}, []field{
	{at: "1", name: "field separator", usage: required, want: constant("|"), off: info, where: "IZ-12"},
	{at: "2", name: "encoding characters", usage: required, want: constant(`^~\&`), off: info, where: "IZ-13"},
	{at: "7", name: "time of the message", usage: required, want: day, where: "IZ-TS_Z"},
	{at: "9", name: "message type", usage: required},
	{at: "9.3", name: "message structure", usage: required, want: oneOf("VXU_V04 or QBP_Q11", "VXU_V04", "QBP_Q11"), where: "IZ-17, IZ-55"},
	{at: "10", name: "message control id", usage: required},
	{at: "11", name: "processing id", usage: required, want: oneOf("P, T or D", "P", "T", "D")},
	{at: "12", name: "version", usage: required, want: constant("2.5.1"), off: info, where: "IZ-15"},
	{at: "15", name: "accept acknowledgment type", usage: required, want: constant("ER"), miss: info, off: info, where: "IZ-42, IZ-57"},
	{at: "16", name: "application acknowledgment type", usage: required, want: constant("AL"), miss: info, off: info, where: "IZ-41, IZ-58"},
	{at: "21", name: "message profile", usage: required, want: oneOf("Z22, Z34 or Z44", "Z22", "Z34", "Z44"), miss: info, off: info, where: "IZ-43, IZ-56, IZ-64"},
})

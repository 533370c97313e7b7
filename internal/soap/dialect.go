package soap

// dialect is one version of the CDC interface: the names it gives to the same
// two operations. Source: the WSDL files CDC published in 2011 and 2014.
type dialect struct {
	space string // namespace of every element
	year  string // as it is asked for: ?wsdl=2014

	test       string // connectivity test: request, answer, and what is in them
	testEcho   string
	testAnswer string
	testReturn string

	submit       string // submit single message: request, its elements, answer
	username     string
	password     string
	facility     string
	message      string
	submitAnswer string
	submitReturn string

	// structured faults have a Code, a Reason and a Detail, and there is one
	// for what no other fault covers. In 2014 there is neither.
	structured bool
}

var cdc2011 = dialect{
	space: "urn:cdc:iisb:2011", year: "2011",
	test: "connectivityTest", testEcho: "echoBack",
	testAnswer: "connectivityTestResponse", testReturn: "return",
	submit: "submitSingleMessage", username: "username", password: "password",
	facility: "facilityID", message: "hl7Message",
	submitAnswer: "submitSingleMessageResponse", submitReturn: "return",
	structured: true,
}

var cdc2014 = dialect{
	space: "urn:cdc:iisb:2014", year: "2014",
	test: "ConnectivityTestRequest", testEcho: "EchoBack",
	testAnswer: "ConnectivityTestResponse", testReturn: "EchoBack",
	submit: "SubmitSingleMessageRequest", username: "Username", password: "Password",
	facility: "FacilityID", message: "Hl7Message",
	submitAnswer: "SubmitSingleMessageResponse", submitReturn: "Hl7Message",
}

// dialectOf is the version a namespace belongs to, or nil.
func dialectOf(space string) *dialect {
	switch space {
	case cdc2011.space:
		return &cdc2011
	case cdc2014.space:
		return &cdc2014
	}
	return nil
}

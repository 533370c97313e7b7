package mllp

import (
	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/iz"
)

// answer is how a failure is acknowledged.
type answer struct {
	ack     string // AE: send it again as it is; AR: change something first
	finding iis.Finding
}

// inMSH8 is where a credential stands.
var inMSH8 = iis.Where{Segment: "MSH", Sequence: 1, Field: 8}

// answerTo says how each kind of failure is acknowledged: HL7 has no word for a
// failure but ERR-3 207.
func answerTo(err error) answer {
	f := iis.Finding{Severity: iis.Error, HL7: iis.CodeInternal, Say: fault.Public(err)}
	switch fault.KindOf(err) {
	case fault.Denied:
		f.Rule, f.Where, f.HL7, f.App = "credential wrong", inMSH8, iis.CodeTable, iis.AppInvalidValue
		return answer{iz.AckReject, f}
	case fault.Busy:
		f.Rule = "too much at once"
		return answer{iz.AckReject, f}
	case fault.TooLarge:
		f.Rule, f.Where, f.HL7, f.App = "too long", iis.Where{Segment: "MSH", Sequence: 1}, iis.CodeApplication, iis.AppIgnored
		return answer{iz.AckReject, f}
	case fault.Invalid:
		f.Rule, f.Where, f.HL7, f.App = "no message", iis.Where{Segment: "MSH", Sequence: 1}, iis.CodeMessageType, iis.AppRequiredMissing
		return answer{iz.AckReject, f}
	}
	f.Rule = "not taken" // Internal, NotFound, Conflict
	return answer{iz.AckError, f}
}

// noCredential is answered to a message that has none, on a connection that has
// had none.
var noCredential = iis.Finding{
	Rule: "credential missing", Severity: iis.Error, Where: inMSH8, HL7: iis.CodeRequired, App: iis.AppRequiredMissing,
	Say: "Send your user name and password in MSH-8, as username:password. Nothing of the message was taken.",
}

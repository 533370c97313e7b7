package mllp

import (
	"cmp"

	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/iz"
)

// rule is what is found of a message that was not taken. Without words of its own it
// is told in those of the failure.
type rule iis.Rule

var (
	ruleCredentialMissing = rule{"credential missing", iis.Error, "HL7 v2.5.1, MSH-8 (security)", iis.CodeRequired, iis.AppRequiredMissing,
		"Send your user name and password in MSH-8, as username:password. Nothing of the message was taken."}
	ruleCredentialWrong = rule{"credential wrong", iis.Error, "HL7 v2.5.1, MSH-8 (security)", iis.CodeTable, iis.AppInvalidValue, ""}
	ruleTooMuch         = rule{"too much at once", iis.Error, "a limit of this registry", iis.CodeInternal, "", ""}
	ruleTooLong         = rule{"too long", iis.Error, "a limit of this registry", iis.CodeApplication, iis.AppIgnored, ""}
	ruleNoMessage       = rule{"no message", iis.Error, "HL7 v2.5.1, chapter 2: a message begins with MSH", iis.CodeMessageType, iis.AppRequiredMissing, ""}
	ruleNotTaken        = rule{"not taken", iis.Error, "HL7 v2.5.1, table 0357: 207, a failure of the receiver", iis.CodeInternal, "", ""}
)

// find is the finding at a place, with the words of the failure unless the rule has
// its own.
func (r rule) find(where iis.Where, failure string) iis.Finding {
	f := iis.Rule(r).At(where)
	f.Say = cmp.Or(f.Say, failure)
	return f
}

// answer is how a failure is acknowledged.
type answer struct {
	ack     string // AE: send it again as it is; AR: change something first
	finding iis.Finding
}

// inMSH8 is where a credential stands, atMSH what is said of a whole message.
var (
	inMSH8 = iis.Where{Segment: "MSH", Sequence: 1, Field: 8}
	atMSH  = iis.Where{Segment: "MSH", Sequence: 1}
)

// answerTo says how each kind of failure is acknowledged: HL7 has no word for a
// failure but ERR-3 207.
func answerTo(err error) answer {
	say := fault.Public(err)
	switch fault.KindOf(err) {
	case fault.Denied:
		return answer{iz.AckReject, ruleCredentialWrong.find(inMSH8, say)}
	case fault.Busy:
		return answer{iz.AckReject, ruleTooMuch.find(iis.Where{}, say)}
	case fault.TooLarge:
		return answer{iz.AckReject, ruleTooLong.find(atMSH, say)}
	case fault.Invalid:
		return answer{iz.AckReject, ruleNoMessage.find(atMSH, say)}
	}
	return answer{iz.AckError, ruleNotTaken.find(iis.Where{}, say)} // Internal, NotFound, Conflict
}

// noCredential is answered to a message that has none, on a connection that has
// had none.
var noCredential = ruleCredentialMissing.find(inMSH8, "")

package intake

import "openiis/internal/iis"

// rule is something that is found here and not by iz, which reads a message, nor by
// check: of what is no message to be read, and of what only its sender's kind or
// storing could tell.
type rule iis.Rule

// at is the finding at a place.
func (r rule) at(where iis.Where) iis.Finding { return iis.Rule(r).At(where) }

// Of what was not read.
var (
	ruleNoMessage = rule{"no message", iis.Error, "HL7 v2.5.1, chapter 2: a message begins with MSH", iis.CodeMessageType, iis.AppRequiredMissing,
		"This is not an HL7 message: it does not begin with an MSH segment."}
	ruleTooLong = rule{"too long", iis.Error, "a limit of this registry", iis.CodeApplication, iis.AppIgnored,
		"This message of the batch is longer than the limit and was passed over. Send it in smaller parts."}
	ruleNotTaken = rule{"not taken", iis.Error, "HL7 v2.5.1, table 0357: 207, a failure of the receiver", iis.CodeInternal, "",
		"Something went wrong on our side and the message was not taken. Please send it again."}
	ruleFileCut = rule{"file cut", iis.Error, "HL7 v2.5.1, table 0357: 207, a failure of the receiver", iis.CodeInternal, "",
		"We are stopping, and nothing of this file was taken. Send it again later."}
)

// Of who sends.
var (
	ruleFacilityForeign = rule{"MSH-4 not the sender", iis.Error, "IG 1.5, MSH-4; a setting of the sender's account", iis.CodeTable, iis.AppInvalidValue,
		"MSH-4 names another facility than the one whose user name was used. Send under your own facility's code."}
	ruleOrgForeign = rule{"MSH-22 not the sender", iis.Error, "IG 1.5, MSH-22; a setting of the sender's account", iis.CodeTable, iis.AppInvalidValue,
		"MSH-22 names another facility than the one whose user name was used. Send under your own facility's code."}
	ruleLapsed = rule{"agreement lapsed", iis.Error, "the state's policy: what a site signs before it has access (docs/enrolment.md)", iis.CodeApplication, iis.AppIgnored,
		"The agreement of your site with the registry has lapsed. What you report is taken; queries are answered again when its senior official has renewed it."}
	ruleRestored = rule{"restored", iis.Error, "this registry's way after a restore (docs/operate.md, Backups)", iis.CodeInternal, "",
		"This registry was restored from a backup. What you report is taken; queries are answered again when the programme has confirmed it."}
)

// Of a query that is a test (ADR 37). Of others their acknowledgement says it.
var ruleTestQuery = rule{"test query", iis.Warning, "IG 1.5, MSH-11: T and D are no real messages; this registry's way of tests, docs/interface.md", iis.CodeApplication, iis.AppIgnored,
	"This was a test, for your site is not live yet: nobody was looked for, whoever it asks for, and so nobody is named."}

// Of a record of birth (docs/vital-records.md).
var (
	ruleNoCertificate = rule{"PID-3 without a certificate", iis.Error, "this registry's way of births, docs/vital-records.md", iis.CodeRequired, iis.AppRequiredMissing,
		"A birth record carries the number of its certificate in PID-3, with the type BR, in at most 100 characters. Nothing of this message was stored."}
	ruleNotSinceBirth = rule{"RXA-3 not since the birth", iis.Error, "this registry's way of births, docs/vital-records.md", iis.CodeApplication, iis.AppIllogicalDate,
		"A dose of a birth record was given since the birth, and not in the future. This one was left out; the child is enrolled."}
)

// Of somebody who opted out (docs/opt-out.md). It is a fact that the sender is told, and
// nothing to correct and send again: HL7 table 0516 calls it I, and so the answer is AA.
var ruleOptedOut = rule{"opted out", iis.Information, "HL7 v2.5.1, table 0516: I, the message was taken, and there is something to know; the state's policy, opt out", iis.CodeAccepted, "",
	"This registry may not keep a record of this person. Nothing of this message was stored, and there is nothing to correct or to send again. Whoever has a question asks the immunization programme."}

// Of what was stored.
var (
	ruleNothingToDelete = rule{"nothing to delete", iis.Warning, "IG 1.5, RXA-21 and ORC-3", iis.CodeUnknownKey, iis.AppIgnored,
		"There is no dose of yours with this number (ORC-3) to delete. Check the number and the patient."}
	ruleNumberTaken = rule{"number of another patient", iis.Warning, "IG 1.5, PID-3: a number is one patient's", iis.CodeDuplicateKey, iis.AppIllogicalValue,
		"You sent this number before for a patient with another name or birth date. This one is kept apart from that patient. Check the number."}
)

package iz

import "openiis/internal/iis"

// rule is a check that reading makes: its stable name, what it means for the
// sender, where it comes from, the codes of ERR-3 (table 0357) and ERR-5 (table 0533), and
// what is said. What is said names the field's meaning and what to do, never a value.
type rule iis.Rule

// First pass: for these the message is not read at all (IG 1.5, 3: the four
// reasons of MSA-1 = AR).
var (
	ruleMessageType = rule{"message type", iis.Error, "IG 1.5, MSH-9 and MSA-1", iis.CodeMessageType, iis.AppTable,
		"The message type (MSH-9.1) is missing or is not one that this registry takes: send VXU^V04 or QBP^Q11."}
	ruleEvent = rule{"message event", iis.Error, "IG 1.5, MSH-9 and MSA-1", iis.CodeEvent, iis.AppTable,
		"The message event (MSH-9.2) is missing or does not belong to the message type: send VXU^V04 or QBP^Q11."}
	ruleVersion = rule{"HL7 version", iis.Error, "IG 1.5, MSH-12 and MSA-1", iis.CodeVersion, iis.AppTable,
		"The HL7 version (MSH-12) is missing or not a version 2: send 2.5.1."}
	ruleProcessing = rule{"processing id", iis.Error, "IG 1.5, MSH-11 and MSA-1", iis.CodeProcessingID, iis.AppTable,
		"The processing id (MSH-11) is missing or unknown: send P, T or D."}
)

// The message as a whole.
var (
	ruleCharsetUnknown = rule{"character set unknown", iis.Warning, "HL7 2.5.1, MSH-18; table 0211", iis.CodeTable, iis.AppTable,
		"The character set (MSH-18) is not one that this registry reads: letters beyond ASCII may be wrong in what was stored; send UNICODE UTF-8."}
	ruleCharsetUnneeded = rule{"character set not needed", iis.Information, "HL7 2.5.1, MSH-18; table 0211", iis.CodeTable, iis.AppTable,
		"The character set (MSH-18) is not one that this registry reads; the message is plain ASCII, so nothing is lost: send UNICODE UTF-8."}
	ruleCharsetDiffers = rule{"character set differs", iis.Warning, "HL7 2.5.1, MSH-18", iis.CodeType, iis.AppInvalidValue,
		"The text is not in the character set of MSH-18 (UTF-8 when it is empty) and was read as what it looks like: letters beyond ASCII may be wrong; send UNICODE UTF-8 and say so."}
	ruleSecondMessage = rule{"second MSH", iis.Warning, "IG 1.5, message structure of VXU_V04", iis.CodeSequence, iis.AppIgnored,
		"A second message header begins inside the message: what follows it was not read; send one message at a time."}
	rulePIDRepeated = rule{"PID repeated", iis.Warning, "IG 1.5, message structure of VXU_V04", iis.CodeSequence, iis.AppIgnored,
		"The patient segment is repeated; only the first one was used."}
	ruleSecondPerson = rule{"second person", iis.Warning, "IG 1.5, message structure of VXU_V04", iis.CodeSequence, iis.AppIgnored,
		"A second patient begins inside the message and was not read: send one message for each patient."}
	ruleStrayLine = rule{"stray line", iis.Warning, "HL7 2.5.1, chapter 2: a segment begins with its name and ends with a carriage return", iis.CodeType, iis.AppIgnored,
		"A line after this segment does not begin with a segment name and was ignored: a field probably contains a line break."}
	ruleTooManyRepetitions = rule{"too many repetitions", iis.Warning, "a limit of this registry", iis.CodeType, iis.AppIgnored,
		"The field repeats more than 50 times; the further repetitions were not stored."}
	ruleTooManyKin = rule{"too many NK1", iis.Warning, "a limit of this registry", iis.CodeSequence, iis.AppIgnored,
		"The message has more than 50 next of kin; the further ones were not stored."}
	ruleTooManyGroups = rule{"too many order groups", iis.Error, "a limit of this registry", iis.CodeSequence, iis.AppIgnored,
		"The message has more than 1000 order groups: from this one on none was stored; send them in another message."}
	ruleTooManyObservations = rule{"too many OBX", iis.Warning, "a limit of this registry", iis.CodeSequence, iis.AppIgnored,
		"The order group has more than 200 observations; the further ones were not stored."}
	ruleNoOrderUsable = rule{"no order group usable", iis.Error, "IG 1.5, ERR-4: E says that nothing was stored", iis.CodeSequence, iis.AppRequiredMissing,
		"No order group of the message could be read, so nothing of it was stored: correct them and send the message again."}
)

// The person. The first five refuse the message.
var (
	rulePIDMissing = rule{"PID missing", iis.Error, "IG 1.5, message structure of VXU_V04", iis.CodeSequence, iis.AppRequiredMissing,
		"The patient segment (PID) is missing or empty, so nothing was stored: send it with an identifier, a name and a birth date."}
	ruleIDMissing = rule{"PID-3 missing", iis.Error, "IG 1.5, PID-3", iis.CodeRequired, iis.AppRequiredMissing,
		"The patient has no identifier, so nothing was stored: send your own number for the patient."}
	ruleNameMissing = rule{"PID-5 missing", iis.Error, "IG 1.5, PID-5", iis.CodeRequired, iis.AppRequiredMissing,
		"The patient has no name, so nothing was stored: send the family and given name."}
	ruleBirthMissing = rule{"PID-7 missing", iis.Error, "IG 1.5, PID-7", iis.CodeRequired, iis.AppRequiredMissing,
		"The patient has no birth date, so nothing was stored: send it as YYYYMMDD."}
	ruleBirthUnreadable = rule{"PID-7 unreadable", iis.Error, "IG 1.5, PID-7", iis.CodeType, iis.AppInvalidDate,
		"The birth date is not a full date, so nothing was stored: send it as YYYYMMDD."}

	ruleIDTypeMissing = rule{"identifier type missing", iis.Warning, "IG 1.5, CX-5", iis.CodeRequired, iis.AppRequiredMissing,
		"The identifier has no type and was stored without one: send MR for a medical record number."}
	ruleFamilyMissing = rule{"family name missing", iis.Warning, "IG 1.5, XPN-1", iis.CodeRequired, iis.AppRequiredMissing,
		"The patient's family name is missing: the record may not be found again."}
	ruleGivenMissing = rule{"given name missing", iis.Warning, "IG 1.5, XPN-2", iis.CodeRequired, iis.AppRequiredMissing,
		"The patient's given name is missing: the record may not be found again."}
	ruleSexUnknown = rule{"sex unknown", iis.Warning, "IG 1.5, PID-8; table 0001", iis.CodeTable, iis.AppTable,
		"The sex is not a code of table 0001 and was stored as unknown: send F, M, X or U."}
	ruleBirthOrderUnreadable = rule{"birth order unreadable", iis.Warning, "IG 1.5, PID-25", iis.CodeType, iis.AppInvalidValue,
		"The birth order is not a number from 1 to 99 and was not stored."}
	ruleYesNoUnknown = rule{"indicator unknown", iis.Warning, "IG 1.5, table 0136", iis.CodeTable, iis.AppTable,
		"The indicator is neither Y nor N and was not stored."}
	ruleStatusUnknown = rule{"registry status unknown", iis.Warning, "IG 1.5, PD1-16; table 0441", iis.CodeTable, iis.AppTable,
		"The registry status is not a code of table 0441 and was not stored: send A, I, L, M, P or U."}
	ruleKinNameMissing = rule{"NK1-2 missing", iis.Warning, "IG 1.5, NK1-2", iis.CodeRequired, iis.AppRequiredMissing,
		"The next of kin has no name and was not stored."}
	ruleKinRelationMissing = rule{"NK1-3 missing", iis.Warning, "IG 1.5, NK1-3", iis.CodeRequired, iis.AppRequiredMissing,
		"The relationship of the next of kin is missing; the person was stored without it."}
)

// Dates, anywhere.
var (
	ruleDateUnreadable = rule{"date unreadable", iis.Warning, "IG 1.5, DT and TS", iis.CodeType, iis.AppInvalidDate,
		"The date is not a full date and was not stored: send it as YYYYMMDD."}
	ruleDateForm = rule{"date form", iis.Warning, "IG 1.5, DT and TS", iis.CodeType, iis.AppInvalidDate,
		"The date was read, but is not written as HL7 writes it: send YYYYMMDD."}
)

// Order groups. The errors mean that the group is not stored.
var (
	ruleRXAMissing = rule{"RXA missing", iis.Error, "IG 1.5, message structure of VXU_V04", iis.CodeSequence, iis.AppRequiredMissing,
		"The order has no vaccination segment (RXA) and was not stored: send an RXA after each ORC."}
	ruleOtherPerson = rule{"order of another person", iis.Error, "IG 1.5, message structure of VXU_V04", iis.CodeSequence, iis.AppIgnored,
		"The order group follows a second patient or message header and was not stored: send one message for each patient."}
	ruleGivenOnMissing = rule{"RXA-3 missing", iis.Error, "IG 1.5, RXA-3", iis.CodeRequired, iis.AppRequiredMissing,
		"The vaccination has no date and was not stored: send it as YYYYMMDD."}
	ruleGivenOnUnreadable = rule{"RXA-3 unreadable", iis.Error, "IG 1.5, RXA-3", iis.CodeType, iis.AppInvalidDate,
		"The vaccination date is not a full date, so the vaccination was not stored: send it as YYYYMMDD."}
	ruleVaccineMissing = rule{"vaccine code missing", iis.Error, "IG 1.5, RXA-5", iis.CodeRequired, iis.AppRequiredMissing,
		"The vaccination has no vaccine code and was not stored: send its CVX code or NDC."}
	ruleVaccineUnreadable = rule{"vaccine code unreadable", iis.Error, "IG 1.5, RXA-5; table 0292", iis.CodeTable, iis.AppTable,
		"The vaccine code cannot be a code of the list that it names, so the vaccination was not stored: send its CVX code or NDC."}

	ruleORCMissing = rule{"ORC missing", iis.Warning, "IG 1.5, message structure of VXU_V04", iis.CodeSequence, iis.AppRequiredMissing,
		"The vaccination has no order segment (ORC) before it and so no key of yours: send an ORC before each RXA."}
	ruleORCShared = rule{"ORC shared", iis.Warning, "IG 1.5, message structure of VXU_V04", iis.CodeSequence, iis.AppRequiredMissing,
		"The vaccination follows another one under the same ORC and so has no key of its own: send an ORC before each RXA."}
	ruleRXROutside = rule{"RXR outside", iis.Warning, "IG 1.5, message structure of VXU_V04", iis.CodeSequence, iis.AppIgnored,
		"The route and site belong to no order group and were not stored."}
	ruleRXRRepeated = rule{"RXR repeated", iis.Information, "IG 1.5, message structure of VXU_V04", iis.CodeSequence, iis.AppIgnored,
		"The order group has more than one route segment (RXR); only the first was used."}
	ruleNothingToStore = rule{"nothing to store", iis.Information, "IG 1.5, message structure of VXU_V04", iis.CodeSequence, iis.AppIgnored,
		"The order group reports no vaccine and no observation: there was nothing to store."}

	ruleVaccineUnknown = rule{"vaccine code unknown", iis.Warning, "IG 1.5, RXA-5; table 0292", iis.CodeTable, iis.AppTable,
		"The vaccine code is not in this registry's tables and was stored as sent: check it against the current CVX, NDC and CPT lists."}
	ruleVaccineOwn = rule{"vaccine code of another list unknown", iis.Warning, "IG 1.5, RXA-5; table 0292", iis.CodeTable, iis.AppTable,
		"The vaccine code is of none of the lists CVX, NDC and CPT: the vaccination was stored as sent and no forecast counts it; send its CVX code or NDC."}
	ruleSecondCodeUnknown = rule{"second vaccine code unknown", iis.Information, "IG 1.5, RXA-5; table 0292", iis.CodeTable, iis.AppTable,
		"This vaccine code is not in this registry's tables; the other code of the field was used."}
	ruleVaccineSystem = rule{"vaccine code system", iis.Warning, "IG 1.5, CE-3; table 0396", iis.CodeTable, iis.AppTable,
		"The code system of the vaccine code is missing or not the code's own; the code was taken for what it looks like: name CVX, NDC or C4."}
	ruleVaccineConflict = rule{"vaccine codes disagree", iis.Warning, "IG 1.5, RXA-5", iis.CodeApplication, iis.AppInvalidValue,
		"The codes of the field name different vaccines; the CVX code that was sent was used."}
	ruleMakerUnknown = rule{"manufacturer unknown", iis.Warning, "IG 1.5, RXA-17; table 0227", iis.CodeTable, iis.AppTable,
		"The manufacturer is not a code of the MVX list and was stored as sent."}
	ruleAmountUnreadable = rule{"amount unreadable", iis.Warning, "IG 1.5, RXA-6", iis.CodeType, iis.AppInvalidValue,
		"The amount is not a number and was stored as unknown: send a number such as 0.5, or 999 when it is unknown."}
	ruleSourceUnknown = rule{"information source unknown", iis.Warning, "IG 1.5, RXA-9; table NIP001", iis.CodeTable, iis.AppTable,
		"The information source is not a code of table NIP001, so the dose is not taken for one that you gave: send 00 for a dose given by you."}
	ruleLotRepeated = rule{"lot repeated", iis.Warning, "IG 1.5, RXA-15", iis.CodeType, iis.AppIgnored,
		"More than one lot number was sent; only the first was stored."}
	ruleExpiryUnreadable = rule{"expiration date unreadable", iis.Warning, "IG 1.5, RXA-16", iis.CodeType, iis.AppInvalidDate,
		"The expiration date is neither YYYYMMDD nor YYYYMM and was not stored."}
	ruleCompletionUnknown = rule{"completion status unknown", iis.Warning, "IG 1.5, RXA-20; table 0322", iis.CodeTable, iis.AppTable,
		"The completion status is not a code of table 0322 and was taken for CP, complete."}
	ruleActionUnknown = rule{"action unknown", iis.Warning, "IG 1.5, RXA-21; table 0323", iis.CodeTable, iis.AppTable,
		"The action is not a code of table 0323 and was taken for A, add."}
)

// Observations.
var (
	ruleOBXCodeMissing = rule{"OBX-3 missing", iis.Warning, "IG 1.5, OBX-3", iis.CodeRequired, iis.AppRequiredMissing,
		"The observation does not say what was observed and was not stored."}
	ruleOBXValueMissing = rule{"OBX-5 missing", iis.Warning, "IG 1.5, OBX-5", iis.CodeRequired, iis.AppRequiredMissing,
		"The observation has no value and was not stored."}
	ruleOBXTypeUnknown = rule{"OBX-2 unknown", iis.Warning, "IG 1.5, OBX-2; table 0125", iis.CodeTable, iis.AppTable,
		"The observation's data type is missing or unknown; its value was taken for what it looks like."}
	ruleOBXDateUnreadable = rule{"OBX-5 date unreadable", iis.Warning, "IG 1.5, OBX-5", iis.CodeType, iis.AppInvalidDate,
		"The observed date is not a full date and was stored as text: send it as YYYYMMDD."}
	ruleOBXOutside = rule{"OBX outside", iis.Information, "IG 1.5, message structure of VXU_V04", iis.CodeSequence, iis.AppIgnored,
		"The observation belongs to no order group and was not stored: send it under an ORC and RXA."}
)

// Queries: each refuses the query.
var (
	ruleQPDMissing = rule{"QPD missing", iis.Error, "IG 1.5, message structure of QBP_Q11", iis.CodeSequence, iis.AppRequiredMissing,
		"The query has no query definition segment (QPD): send one."}
	ruleQueryUnknown = rule{"query unknown", iis.Error, "IG 1.5, QPD-1", iis.CodeTable, iis.AppTable,
		"The query is not one that this registry answers: send Z34 for the history or Z44 for the evaluation and forecast."}
	ruleTagMissing = rule{"query tag missing", iis.Error, "IG 1.5, QPD-2", iis.CodeRequired, iis.AppRequiredMissing,
		"The query has no tag: send one of your choice, so that you can tell the answers apart."}
	ruleNobodyAskedFor = rule{"query names nobody", iis.Error, "IG 1.5, QPD-3, QPD-4 and QPD-6", iis.CodeRequired, iis.AppRequiredMissing,
		"The query does not say for whom: send an identifier, or the name together with the birth date as YYYYMMDD."}
)

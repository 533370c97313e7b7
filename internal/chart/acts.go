package chart

import (
	"cmp"

	"openiis/internal/iis"
	"openiis/internal/record"
	"openiis/internal/store"
)

// actWords are the acts of the audit that concern a person.
func actWords(act string) string {
	return cmp.Or(added[act], decided[act], noticed[act], seen[act], sentence(act))
}

// added are acts that add to a record, or close it.
var added = map[string]string{
	record.ActTake:  "Sent a message for this record",
	record.ActClose: "Closed this record: the parents had their child left out of the registry",
	actRaise:        "Told the registry’s staff that something looks wrong",
	actSettle:       "Closed a note that something looks wrong",
	actSay:          "Recorded a health fact or refusal",
	actWithdraw:     "Withdrew a health fact or refusal",
}

// decided are decisions about who is who and which reports are of one shot.
var decided = map[string]string{
	record.ActMerge:                  "Decided that two records are of one person",
	record.ActUnite:                  "Decided that two records are of one person, and stay together",
	record.ActMove:                   "Moved what one source says to another record",
	record.ActPart:                   "Parted what was taken for one person, as others came since who may be meant as well",
	record.ActApart:                  "Decided that two records are of different people",
	record.ActTogether:               "Decided that two sources belong together",
	record.ActAlive:                  "Decided that this person is alive",
	record.ActFlag:                   "Said that two records may be of one person",
	record.ActUndo:                   "Undid a decision about who is who",
	record.ActPin:                    "Decided whether two reports are of one shot",
	record.ActUnpin:                  "Took back a decision about two reports of doses",
	"put off a decision about doses": "Put off the decision whether doses of this record are one",
	"put off a decision":             "Put off the decision whether this record is one with another",
}

// noticed are acts about notices to the parents.
var noticed = map[string]string{
	record.ActNotice:                                        "Made a notice to the parents due",
	record.ActWithdrawNotice:                                "Withdrew a notice to the parents",
	record.ActNoticeLanguage:                                "Put a notice to the parents into another language",
	record.ActMarkNotice + " " + string(iis.NoticeDue):      "Marked a notice to the parents as due again",
	record.ActMarkNotice + " " + string(iis.NoticeMade):     "Marked a notice to the parents as made",
	record.ActMarkNotice + " " + string(iis.NoticeSent):     "Marked a notice to the parents as sent",
	record.ActMarkNotice + " " + string(iis.NoticeReturned): "Marked a notice to the parents as returned",
	"list notices": "Saw this person in the list of notices to parents",
}

// seen are acts by which somebody read of the person.
var seen = map[string]string{
	store.ActAnswerQuery:       "Received this record in answer to a query",
	actLog:                     "Read older lines of this log",
	actOpen:                    "Opened this record",
	actClosed:                  "Asked for this record and was refused: it is closed",
	actSearch:                  "Saw this person in a list of search results",
	actNewest:                  "Saw this person in the list of newest records",
	actPrint:                   "Printed the immunization record",
	actConcerns:                "Saw this person in the list of records that look wrong",
	actForm:                    "Opened a form about health facts",
	ActCompare:                 "Opened this record beside another, to compare them",
	ActCompareSource:           "Opened what one source says beside the rest of this record, to compare them",
	ActCompareDoses:            "Opened two doses of this record beside each other, to compare them",
	"list possible duplicates": "Saw this person in the list of possible duplicates",
}

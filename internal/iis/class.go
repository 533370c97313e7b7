package iis

import "slices"

// Kind is what a submission is.
type Kind int64

// The kinds of submission.
const (
	KindUpdate    Kind = iota // a vaccination update: VXU
	KindQuery                 // a query: QBP
	KindOther                 // what could not be told
	KindForm                  // a form of our own pages
	KindTest                  // a message that was a test, and no query
	KindTestQuery             // a query that was a test
)

// Kinds are all kinds.
var Kinds = []Kind{KindUpdate, KindQuery, KindOther, KindForm, KindTest, KindTestQuery}

// TestKinds are those of tests.
var TestKinds = []Kind{KindTest, KindTestQuery}

// FormReceipt is how a receipt names a form.
const FormReceipt = "FORM"

// ImportReceipt is how a receipt names rows of an old registry.
const ImportReceipt = "IMPORT"

// How a receipt names a test (MSH-11 T or D of a site that is not live): of a message
// that would have been stored, of one of which nothing would have been, and of a query.
const (
	TestReceipt        = "TEST"
	TestRefusedReceipt = "TEST REFUSED"
	TestQueryReceipt   = "TEST QBP"
)

// KindOf is the kind that a receipt names: VXU, QBP, FORM, a test or ?.
func KindOf(code string) Kind {
	switch code {
	case "VXU":
		return KindUpdate
	case "QBP":
		return KindQuery
	case FormReceipt:
		return KindForm
	case TestReceipt, TestRefusedReceipt:
		return KindTest
	case TestQueryReceipt:
		return KindTestQuery
	}
	return KindOther
}

// IsTest reports a test: nothing of it is in any record.
func (k Kind) IsTest() bool { return slices.Contains(TestKinds, k) }

// Asks reports a query, be it a test or not.
func (k Kind) Asks() bool { return k == KindQuery || k == KindTestQuery }

// Answer is how a submission was answered: MSA-1 (table 0008) and, behind AE,
// what became of it.
type Answer int64

// The answers.
const (
	Accepted   Answer = iota // AA: stored or answered as sent
	Doubted                  // AE: stored, but something was lost or is doubtful
	InPart                   // AE: something of it was not stored
	Unstored                 // AE: nothing of it was stored, or the query not answered
	Rejected                 // AR: refused before its content was read
	Unanswered               // kept, and never answered: a fault of ours
)

// Answers are all answers.
var Answers = []Answer{Accepted, Doubted, InPart, Unstored, Rejected, Unanswered}

// AnswerOf is the answer that an acknowledgement code gave to a submission of a
// kind: whether anything was stored (of a test: would have been), and the worst finding,
// tell AE apart.
func AnswerOf(ack string, kind Kind, stored bool, worst Severity) Answer {
	switch {
	case ack == "AA":
		return Accepted
	case ack == "AR":
		return Rejected
	case kind.Asks() || !stored:
		return Unstored
	case worst == Error:
		return InPart
	}
	return Doubted
}

// Refused reports an answer that stored nothing and told the sender so.
func (a Answer) Refused() bool { return a == Unstored || a == Rejected }

// Class is kind and answer in one number, by which submissions are listed.
type Class int64

// ClassOf is the class of a kind and an answer.
func ClassOf(k Kind, a Answer) Class { return Class(int64(k)*10 + int64(a)) }

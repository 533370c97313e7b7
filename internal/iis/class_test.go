package iis

import (
	"testing"

	"openiis/internal/is"
)

func TestAnAnswerTellsWhatBecameOfASubmission(t *testing.T) {
	for _, c := range []struct {
		ack    string
		kind   Kind
		stored bool
		worst  Severity
		want   Answer
	}{
		{"AA", KindUpdate, true, "", Accepted},
		{"AA", KindUpdate, true, Information, Accepted},
		{"AA", KindQuery, false, Warning, Accepted},
		{"AE", KindUpdate, true, Warning, Doubted},
		{"AE", KindUpdate, true, Error, InPart},
		{"AE", KindUpdate, false, Error, Unstored},
		{"AE", KindQuery, false, Error, Unstored},
		{"AR", KindOther, false, Error, Rejected},
		{"AR", KindUpdate, false, Error, Rejected},
	} {
		is.Equal(t, c.ack+" "+string(c.worst), AnswerOf(c.ack, c.kind, c.stored, c.worst), c.want)
	}
	for _, a := range Answers {
		is.Equal(t, "refused", a.Refused(), a == Unstored || a == Rejected)
	}
}

func TestNoTwoClassesAreTheSame(t *testing.T) {
	seen := map[Class]bool{}
	for _, k := range Kinds {
		for _, a := range Answers {
			if c := ClassOf(k, a); seen[c] {
				t.Errorf("class %d is there twice", c)
			} else {
				seen[c] = true
			}
		}
	}
}

func TestEveryPublicNumberReadsBack(t *testing.T) {
	for _, n := range []int64{1, 31, 32, 1 << 40, 1<<63 - 1} {
		s, ok := ParseSenderID(SenderID(n).Public())
		is.Equal(t, "sender", int64(s), n)
		r, also := ParseReviewID(ReviewID(n).Public())
		is.Equal(t, "review", int64(r), n)
		is.Equal(t, "read", ok && also, true)
	}
	if _, ok := ParseReviewID("../../etc/pas"); ok {
		t.Error("nonsense is no number")
	}
}

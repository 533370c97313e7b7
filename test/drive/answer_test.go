package drive

import (
	"strings"
	"testing"

	"openiis/internal/is"
)

const head = "MSH|^~\\&|IIS||EHR||20260302140509-0500||RSP^K11^RSP_K11|1|P|2.5.1|||NE|NE|||||Z32^CDCPHINVS\r"

func TestAnAnswerIsAcceptedUnlessItSaysThatSomethingWasNotStored(t *testing.T) {
	for name, c := range map[string]struct{ answer, wrong string }{
		"accepted":           {head + "MSA|AA|c1\r", ""},
		"with warnings":      {head + "MSA|AE|c1\rERR||RXA^1^5|103|W\rERR|||0|I\r", ""},
		"with an error":      {head + "MSA|AE|c1\rERR||RXA^1^5|103|W\rERR||PID^1^7|101|E\r", "PID^1^7"},
		"refused":            {head + "MSA|AR|c1\r", "AR"},
		"to another message": {head + "MSA|AA|c2\r", "c2"},
		"without MSA":        {head, "no MSA"},
		"no message":         {"Too much at once.", "no message"},
	} {
		err := Accepted([]byte(c.answer), "c1")
		if (err == nil) != (c.wrong == "") || err != nil && !strings.Contains(err.Error(), c.wrong) {
			t.Errorf("%s: %v, want %q", name, err, c.wrong)
		}
	}
}

func TestAHistoryOfSomebodyElseIsNotTakenForTheRightOne(t *testing.T) {
	answer := []byte(head + "MSA|AA|c1\rQAK|c1|OK\rPID|1||7^^^IIS^SR~55^^^CLINIC^MR\r")
	is.NoError(t, "the right number", FoundOne(answer, "c1", "55"))
	if FoundOne(answer, "c1", "56") == nil {
		t.Error("another number was taken")
	}
	candidates := []byte(strings.Replace(string(answer), "Z32", "Z31", 1))
	if FoundOne(candidates, "c1", "55") == nil {
		t.Error("a list of candidates was taken")
	}
}

func TestTheCredentialOfMLLPStandsInMSH8(t *testing.T) {
	c := &Client{who: Credential{Username: "u", Password: "p"}}
	const message = "MSH|^~\\&|A|B|C|D|20260302140509-0500||VXU^V04|1\rPID|1\r"
	want := strings.Replace(message, "-0500||", "-0500|u:p|", 1)
	is.Equal(t, "message", string(c.signed([]byte(message))), want)
}

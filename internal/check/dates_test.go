package check

import (
	"testing"
	"time"

	"openiis/internal/codeset"
	"openiis/internal/hl7"
	"openiis/internal/iz"
)

func TestDaysThatMakeNoSenseTogetherAreReported(t *testing.T) {
	received := time.Date(2024, 6, 12, 20, 0, 0, 0, time.UTC)
	for _, c := range []struct{ name, sent, born, died, given, want string }{
		{"all in order", "20240612093012-0500", "20230405", "", "20240612", ""},
		{"given before birth", "20240612093012-0500", "20230405", "", "20230404", "RXA-3 before PID-7"},
		{"given after the message was sent", "20240612093012-0500", "20230405", "", "20240613", "RXA-3 in the future"},
		{"born after the message was sent", "20240612093012-0500", "20240613", "", "20240614", "PID-7 in the future"},
		{"given after death", "20240612093012-0500", "20230405", "20240101", "20240102", "RXA-3 after PID-29"},
		{"a sender's clock that runs ahead", "20300101000000-0500", "20230405", "", "20290101", "RXA-3 in the future"},
		{"tomorrow here is today in the far east", "20240613093012+1200", "20230405", "", "20240613", ""},
		{"no time in the header", "", "20230405", "", "20240612", ""},
	} {
		text := "MSH|^~\\&|E|C|||" + c.sent + "||VXU^V04^VXU_V04|1|P|2.5.1|||ER|AL|||||Z22^CDCPHINVS\r" +
			"PID|1||A^^^C^MR||Doe^Jo^^^^^L||" + c.born + "|F|||||||||||||||||||||" + c.died + "|Y\r" +
			"ORC|RE||1^C\rRXA|0|1|" + c.given + "||94^MMRV^CVX|999|||01^x^NIP001|||||||||||CP|A\r"
		m, err := hl7.Parse([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		found := map[string]bool{}
		for _, f := range Message(Input{Message: m, VXU: iz.ReadVXU(m, codeset.Default()), Codes: codeset.Default(), Received: received}) {
			found[f.Rule] = true
		}
		for _, rule := range []string{futureBirth.Name, futureDose.Name, beforeBirth.Name, afterDeath.Name} {
			if found[rule] != (rule == c.want) && !(c.want == futureBirth.Name && rule == futureDose.Name) {
				t.Errorf("%s: %s is %v", c.name, rule, found[rule])
			}
		}
	}
}

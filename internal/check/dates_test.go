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

// The last day that is not the future is that of MSH-7 or that of receipt,
// whichever is earlier: of MSH-7 in its own zone, of receipt in the zone where
// the day is latest. These are the days on both sides of each bound.
func TestTheFutureBeginsAfterTheEarlierOfSendingAndReceipt(t *testing.T) {
	noon := time.Date(2024, 6, 12, 12, 0, 0, 0, time.UTC) // June 13, 02:00 in the zone where it is latest
	for _, c := range []struct {
		name, sent string
		received   time.Time
		last       string // the last day on which a dose may have been given
	}{
		{"sent before it was received", "20240610235959-0500", noon, "20240610"},
		{"sent the second after", "20240611000000-0500", noon, "20240611"},
		{"sent long before: an old message is judged by its own day", "20190301080000-0500", noon, "20190301"},
		{"sent by a clock a year ahead", "20250612120000-0500", noon, "20240613"},
		{"sent on the last day of receipt anywhere", "20240613235900+1400", noon, "20240613"},
		{"sent on the day after that", "20240614000000+1400", noon, "20240613"},
		{"received the second before the day ends there", "20250101000000+0000", time.Date(2024, 6, 12, 9, 59, 59, 0, time.UTC), "20240612"},
		{"received the second after", "20250101000000+0000", time.Date(2024, 6, 12, 10, 0, 0, 0, time.UTC), "20240613"},
		{"no time of sending", "", noon, "20240613"},
		{"a time of sending that cannot be read", "yesterday", noon, "20240613"},
		{"a day of sending alone", "20240611", noon, "20240611"},
		{"a receipt that is not known", "20240611080000-0500", time.Time{}, "20240611"},
	} {
		last, err := time.Parse("20060102", c.last)
		if err != nil {
			t.Fatal(err)
		}
		for _, given := range []struct {
			day    time.Time
			future bool
		}{{last, false}, {last.AddDate(0, 0, 1), true}} {
			day := given.day.Format("20060102")
			text := "MSH|^~\\&|E|C|||" + c.sent + "||VXU^V04^VXU_V04|1|P|2.5.1|||ER|AL|||||Z22^CDCPHINVS\rPID|1||A^^^C^MR||Doe^Jo^^^^^L||" + day + "|F\r" +
				"ORC|RE||1^C\rRXA|0|1|" + day + "||94^MMRV^CVX|999|||01^x^NIP001|||||||||||CP|A\r"
			m, err := hl7.Parse([]byte(text))
			if err != nil {
				t.Fatal(err)
			}
			found := map[string]bool{}
			for _, f := range Message(Input{Message: m, VXU: iz.ReadVXU(m, codeset.Default()), Codes: codeset.Default(), Received: c.received}) {
				found[f.Rule] = true
			}
			for _, rule := range []string{futureDose.Name, futureBirth.Name} {
				if found[rule] != given.future {
					t.Errorf("%s: %s of %s is %v", c.name, rule, day, found[rule])
				}
			}
		}
	}
}

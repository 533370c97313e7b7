package intake_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"openiis/internal/codeset"
	"openiis/internal/iis"
	"openiis/internal/intake"
	"openiis/internal/is"
	"openiis/internal/jobs"
	"openiis/internal/store"
)

// gives gives a rule a severity for a sender, as another program does: past the
// desk.
func (w *world) gives(s *store.Store, sender iis.SenderID, rule string, severity iis.Severity) {
	w.t.Helper()
	is.NoError(w.t, "set", s.Write(context.Background(), func(tx *store.Tx) error {
		if err := tx.LockSeverities(); err != nil {
			return err
		}
		return tx.AddSeverityChange(store.SeverityChange{Sender: sender, Rule: rule, Severity: severity, Reason: "test", At: time.Now()})
	}))
}

// ack is MSA-1 of the answer to a message.
func (w *world) ack(from iis.Sender, text string) string {
	w.t.Helper()
	return w.send(from, text).First("MSA").Field(1).String()
}

// doubtful is a message that is stored, with one warning: no lot.
func (w *world) doubtful() string {
	return w.vxu(juniper, "ORC|RE||1^X|||||||^Reed^Lena^^^^^^X^L^^^PRN||^Reed^Lena^^^^^^X^L^^^PRN\rRXA|0|1|20240410||94^MMRV^CVX|0.5|mL^mL^UCUM||00^new^NIP001|^Reed^Lena^^^^^^X^L^^^PRN|^^^X||||||MSD^Merck^MVX|||CP|A\r")
}

// warned are the rules of which a reply warns.
func (w *world) warned(from iis.Sender, text string) []string {
	w.t.Helper()
	reply, err := w.desk.Message(context.Background(), from, iis.DoorHTTP, []byte(text))
	is.NoError(w.t, "send", err)
	out := []string{}
	for _, f := range reply.Findings {
		if f.Severity != iis.Information {
			out = append(out, f.Rule)
		}
	}
	return out
}

func TestARuleThatIsOffForASenderMakesItsAnswerAAWhereAnothersIsAE(t *testing.T) {
	each(t, func(w *world) {
		is.Equal(t, "warnings before", w.warned(w.oak, w.doubtful()), []string{"RXA-15 missing"})
		w.gives(w.store, w.oak.ID, "RXA-15 missing", "off")
		w.until("AA", w.oak, w.doubtful)
		is.Equal(t, "another sender", w.ack(w.elm, w.doubtful()), "AE")
		w.gives(w.store, store.Everyone, "RXA-15 missing", "I")
		w.until("AA", w.elm, w.doubtful)
		w.gives(w.store, w.oak.ID, "RXA-15 missing", "W")
		w.until("AE", w.oak, w.doubtful)
		w.gives(w.store, w.oak.ID, "RXA-15 missing", "") // everyone's again
		w.until("AA", w.oak, w.doubtful)
	})
}

// until requires the answers to a message to have an MSA-1 within a second, and
// at once in a desk that was opened later.
func (w *world) until(want string, from iis.Sender, text func() string) {
	w.t.Helper()
	old := w.desk
	w.desk = intake.New(w.store, codeset.Default())
	is.Equal(w.t, "a desk that was opened later", w.ack(from, text()), want)
	w.desk = old
	for deadline := time.Now().Add(time.Second); ; time.Sleep(20 * time.Millisecond) {
		late := time.Now().After(deadline)
		if w.ack(from, text()) == want {
			return
		}
		if late {
			w.t.Fatalf("a second after the change the answer is not %s", want)
		}
	}
}

func TestADeskThatLooksReadsChangesBeforeAMessageComes(t *testing.T) {
	each(t, func(w *world) {
		ctx, stop := context.WithCancel(context.Background())
		done := make(chan struct{})
		go func() { jobs.Look(ctx, w.desk.Look); close(done) }()
		defer func() { stop(); <-done }()
		is.Equal(t, "before", w.ack(w.oak, w.doubtful()), "AE")
		w.gives(w.store, w.oak.ID, "RXA-15 missing", "off")
		time.Sleep(time.Second)
		is.Equal(t, "a second later", w.ack(w.oak, w.doubtful()), "AA")
	})
}

// What was written by another release, or by hand, does no harm.
func TestASeverityThatCannotBeIsNotFollowed(t *testing.T) {
	each(t, func(w *world) {
		for rule, severity := range map[string]iis.Severity{"RXA-15 missing": "E", "PD1-12 protected": "W", "a rule that went": "off"} {
			w.gives(w.store, w.oak.ID, rule, severity)
		}
		protected := strings.Replace(w.doubtful(), "\rORC", "\rPD1||||||||||||Y|20240101\rORC", 1)
		is.Equal(t, "warnings", w.warned(w.oak, protected), []string{"RXA-15 missing"})
	})
}

// A child without next of kin is no fact that nobody can correct: a programme may
// want to have it looked at.
func TestAMissingNextOfKinIsAWarningWhereAProgrammeWantsOne(t *testing.T) {
	each(t, func(w *world) {
		w.gives(w.store, w.oak.ID, "RXA-15 missing", "off")
		is.Equal(t, "by itself", w.ack(w.oak, w.doubtful()), "AA")
		w.gives(w.store, w.oak.ID, "NK1 missing", "W")
		time.Sleep(time.Second)
		is.Equal(t, "warnings", w.warned(w.oak, w.doubtful()), []string{"NK1 missing"})
		is.Equal(t, "answer", w.ack(w.oak, w.doubtful()), "AE")
	})
}

func TestARehearsalUsesTheSendersSeverities(t *testing.T) {
	each(t, func(w *world) {
		w.gives(w.store, w.oak.ID, "RXA-15 missing", "off")
		is.Equal(t, "oak", w.rehearses(w.oak, w.doubtful()).Reply.Ack, "AA")
		is.Equal(t, "elm", w.rehearses(w.elm, w.doubtful()).Reply.Ack, "AE")
	})
}

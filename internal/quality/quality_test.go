package quality

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"openiis/internal/cal"
	"openiis/internal/codeset"
	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/intake"
	"openiis/internal/is"
	"openiis/internal/store"
	"openiis/internal/store/storetest"
)

// world is a registry with two senders and the desk that watches them.
type world struct {
	t        *testing.T
	address  string
	store    *store.Store
	intake   *intake.Desk
	desk     *Desk
	oak, elm iis.Sender
	serial   int
}

func each(t *testing.T, test func(*world)) {
	storetest.EachAddress(t, func(t *testing.T, address string) {
		s := storetest.Open(t, address)
		w := &world{t: t, address: address, store: s, intake: intake.New(s, codeset.Default()), desk: New(s, codeset.Default())}
		is.NoError(t, "senders", s.Write(context.Background(), func(tx *store.Tx) (err error) {
			if w.oak, err = tx.PutSender(iis.Sender{Facility: "OAK", Name: "Oak Street Clinic"}, "oak", "-", time.Now()); err != nil {
				return err
			}
			w.elm, err = tx.PutSender(iis.Sender{Facility: "ELM", Name: "Elm Square"}, "elm", "-", time.Now())
			return err
		}))
		test(w)
	})
}

const (
	juniper = "PID|1||A1^^^OAK^MR||Marsh^Juniper^^^^^L|Fen^Anne^^^^^M|20230405|F||2106-3^White^CDCREC|1 Oak Street^^Plymouth^MA^02360^USA^H||^PRN^PH^^^508^5550147"
	rowan   = "PID|1||A2^^^OAK^MR||Marsh^Rowan^^^^^L||20230405"
	nobody  = "PID|1||A3^^^OAK^MR||Fern^Ash^^^^^L"
)

// dose is an order group of a dose given so many days ago; source is RXA-9.
func dose(filler string, daysAgo int, source string) string {
	day := cal.On(time.Now()).AddDays(-daysAgo).Compact()
	return "ORC|RE||" + filler + "^OAK\rRXA|0|1|" + day + "||03^MMR^CVX|0.5|mL^mL^UCUM||" + source + "^x^NIP001||||||L77|20301231|MSD^Merck^MVX|||CP|A\r" +
		"RXR|C38299^SC^NCIT|LD^x^HL70163\rOBX|1|CE|64994-7^x^LN|1|V01^x^HL70064||||||F"
}

// sends sends a message and gives its answer.
func (w *world) sends(from iis.Sender, lines ...string) intake.Reply {
	w.t.Helper()
	w.serial++
	head := fmt.Sprintf("MSH|^~\\&|EHR|X|||%s||VXU^V04^VXU_V04|C%d|P|2.5.1|||ER|AL|||||Z22^CDCPHINVS\r", time.Now().Format("20060102150405-0700"), w.serial)
	reply, err := w.intake.Message(context.Background(), from, iis.DoorHTTP, []byte(head+strings.Join(lines, "\r")+"\r"))
	is.NoError(w.t, "send", err)
	return reply
}

// counts counts everything that came so far, and says how much that was.
func (w *world) counts() (n int) {
	w.t.Helper()
	for {
		more, err := w.desk.Tally(context.Background(), time.Now().Add(time.Hour))
		is.NoError(w.t, "tally", err)
		if n += more; more == 0 {
			return n
		}
	}
}

func (w *world) sender(id iis.SenderID) *Sender {
	w.t.Helper()
	s, err := w.desk.Sender(context.Background(), nil, id)
	is.NoError(w.t, "sender", err)
	return s
}

func TestFiguresSayHowMessagesWereAnswered(t *testing.T) {
	each(t, func(w *world) {
		whole := w.sends(w.oak, juniper, dose("1", 3, "00"))
		refused := w.sends(w.oak, nobody)
		w.sends(w.oak, juniper, dose("1", 3, "00"), "ORC|RE||2^OAK\rRXA|0|1|||03^MMR^CVX|999||||||||||||||CP|A")
		w.sends(w.elm, rowan)
		is.Equal(t, "before counting", w.sender(w.oak.ID).Now.Messages(), int64(0))
		is.Equal(t, "counted", w.counts(), 4)

		s := w.sender(w.oak.ID)
		is.Equal(t, "whole message", whole.Ack, "AA")
		is.Equal(t, "refused message", refused.Ack, "AE")
		is.Equal(t, "sums", s.Now.Sums, store.Sums{Accepted: 1, Unstored: 1, InPart: 1, Doses: 1, Within7: 1, Within30: 1})
		is.Equal(t, "another sender", w.sender(w.elm.ID).Now.Messages(), int64(1))
		is.Equal(t, "median", s.Now.Median(), "3 days")
		is.Equal(t, "refused share", InPercent(s.Now.RefusedShare()), "33%")
		is.Equal(t, "today", s.Days[len(s.Days)-1].Messages(), int64(3))
		is.Equal(t, "this week", s.Weeks[len(s.Weeks)-1].Messages(), int64(3))
		is.Equal(t, "worst first", s.Found[0].Key, store.FindingKey{Rule: "PID-7 missing", Where: "PID-7", Severity: iis.Error})
		is.Equal(t, "its example", s.Found[0].Examples, []iis.SubmissionID{refused.Submission})
		if !strings.Contains(s.Found[0].Say, "birth date") {
			t.Errorf("the finding says %q", s.Found[0].Say)
		}
		if s.CountedTo.IsZero() {
			t.Error("nobody says until when everything is counted")
		}
	})
}

func TestCountingTwiceCountsOnce(t *testing.T) {
	each(t, func(w *world) {
		ctx := context.Background()
		w.sends(w.oak, juniper, dose("1", 3, "00"))
		after, arrived, err := w.store.Untallied(ctx, time.Now().Add(time.Hour), 10)
		is.NoError(t, "read", err)
		tl := tally{d: w.desk, days: map[senderDay]*store.SenderDay{}}
		tl.count(&arrived[0])
		of := store.Tally{After: after, UpTo: arrived[0].ID, Days: tl.sorted(), Classes: tl.classes}
		for _, want := range []bool{true, false} { // another server read the same
			added, err := w.store.AddTally(ctx, of)
			is.NoError(t, "add", err)
			is.Equal(t, "added", added, want)
		}
		is.Equal(t, "nothing is left", w.counts(), 0)
		is.Equal(t, "messages", w.sender(w.oak.ID).Now.Messages(), int64(1))
		w.sends(w.oak, juniper)
		w.counts()
		is.Equal(t, "added to what is there", w.sender(w.oak.ID).Now.Messages(), int64(2))
	})
}

func TestServersThatCountAtOnceCountEachMessageOnce(t *testing.T) {
	each(t, func(w *world) {
		const messages = 40
		stop := make(chan struct{})
		errs := make(chan error, 3)
		for range cap(errs) {
			go func() {
				for {
					select {
					case <-stop:
						errs <- nil
						return
					default:
					}
					if _, err := w.desk.Tally(context.Background(), time.Now().Add(time.Hour)); err != nil {
						errs <- err
						return
					}
				}
			}()
		}
		for range messages {
			w.sends(w.oak, juniper)
		}
		close(stop)
		for range cap(errs) {
			is.NoError(t, "count", <-errs)
		}
		w.counts()
		is.Equal(t, "messages", w.sender(w.oak.ID).Now.Messages(), int64(messages))
	})
}

func TestWhatCameAMomentAgoIsLeftForLater(t *testing.T) {
	each(t, func(w *world) {
		w.sends(w.oak, juniper)
		n, err := w.desk.Tally(context.Background(), time.Now())
		is.NoError(t, "tally", err)
		is.Equal(t, "counted", n, 0)
	})
}

func TestOnlyTheFirstReportOfADoseGivenHereIsTimely(t *testing.T) {
	each(t, func(w *world) {
		w.sends(w.oak, juniper, dose("1", 0, "00"), dose("2", 40, "00"), dose("3", 400, "01"))
		w.sends(w.oak, juniper, dose("1", 0, "00"))                                    // the same again
		w.sends(w.oak, juniper, strings.Replace(dose("2", 40, "00"), "L77", "L78", 1)) // corrected
		w.counts()
		s := w.sender(w.oak.ID)
		is.Equal(t, "doses", s.Now.Doses, int64(2))
		is.Equal(t, "within a day", s.Now.WithinShare(1), 50.0)
		is.Equal(t, "within 30 days", s.Now.WithinShare(30), 50.0)
		is.Equal(t, "median", s.Now.Median(), "the same day")
		is.Equal(t, "late", s.Delays[len(s.Delays)-1].N, int64(1))
	})
}

func TestCompletenessIsHowOftenAFieldWasSent(t *testing.T) {
	each(t, func(w *world) {
		w.sends(w.oak, juniper, dose("1", 0, "00"))
		w.sends(w.oak, rowan, dose("2", 0, "01"))
		w.counts()
		s := w.sender(w.oak.ID)
		shares := map[string]string{}
		for _, c := range append(s.Person, s.Dose...) {
			shares[c.Label] = fmt.Sprintf("%d of %d", c.N, c.Of)
		}
		for label, want := range map[string]string{
			"Sex": "1 of 2", "Race": "1 of 2", "Telephone": "1 of 2", "E-mail": "0 of 2", "Address with street, city, state and ZIP": "1 of 2",
			"Lot number": "1 of 1", "Eligibility for publicly paid vaccine": "1 of 1", "Vaccine information statement": "0 of 1",
		} {
			is.Equal(t, label, shares[label], want)
		}
	})
}

func TestAnUnansweredSubmissionIsCountedAsOurFault(t *testing.T) {
	each(t, func(w *world) {
		sub := iis.Submission{Sender: w.oak, Door: iis.DoorHTTP, Received: time.Now(), Raw: []byte("MSH|")}
		is.NoError(t, "keep", w.store.Keep(&sub).Wait())
		w.counts()
		s := w.sender(w.oak.ID)
		is.Equal(t, "unanswered", s.Now.Unanswered, int64(1))
		is.Equal(t, "told", s.Answers[len(s.Answers)-1].Label, "Not answered")
	})
}

func TestAFormOfOurOwnPagesSaysNothingOfHowWellASenderSends(t *testing.T) {
	each(t, func(w *world) {
		answered := iis.Submission{Sender: w.oak, Door: iis.DoorWeb, Received: time.Now(), Raw: []byte("OPENIIS FORM 1\n")}
		failed := answered
		is.NoError(t, "keep", w.store.Keep(&answered).Wait())
		is.NoError(t, "keep", w.store.Keep(&failed).Wait())
		is.NoError(t, "answer", w.store.Write(context.Background(), func(tx *store.Tx) error {
			return tx.AddReceipt(store.StoredReceipt{Submission: answered.ID, Sender: w.oak.ID, Answered: time.Now(), Kind: iis.FormReceipt, Ack: "AA", Person: 1})
		}))
		is.Equal(t, "counted", w.counts(), 2)
		is.Equal(t, "messages", w.sender(w.oak.ID).Now.Messages(), 0)
		listed := func(a iis.Answer) int {
			lines, err := w.store.Submissions(context.Background(), store.SubmissionFilter{Kinds: []iis.Kind{iis.KindForm}, Answers: []iis.Answer{a}}, 10)
			is.NoError(t, "list", err)
			return len(lines)
		}
		is.Equal(t, "forms in the list", []int{listed(iis.Accepted), listed(iis.Unanswered)}, []int{1, 1})
	})
}

// A site that enters by hand is reviewed after go-live by these figures.
func TestAVaccinationThatIsTypedOnAPageCountsAsTheMessageThatItIs(t *testing.T) {
	each(t, func(w *world) {
		text := "MSH|^~\\&|OPENIIS|OAK|||" + time.Now().Format("20060102150405-0700") + "||VXU^V04^VXU_V04|E1|P|2.5.1|||ER|AL|||||Z22^CDCPHINVS\r" + juniper + "\r" + dose("1", 0, "00") + "\r"
		_, err := w.intake.Message(context.Background(), w.oak, iis.DoorWeb, []byte(text))
		is.NoError(t, "enter", err)
		w.counts()
		now := w.sender(w.oak.ID).Now
		is.Equal(t, "messages and doses", []int64{now.Messages(), now.Doses}, []int64{1, 1})
	})
}

func TestTheListOfSendersHasALineEach(t *testing.T) {
	each(t, func(w *world) {
		w.sends(w.oak, juniper, dose("1", 0, "00"))
		w.sends(w.oak, nobody)
		w.counts()
		id, err := w.desk.OpenReview(context.Background(), officer, w.oak.ID, "Many birth dates are missing.")
		is.NoError(t, "open", err)
		lines, err := w.desk.Senders(context.Background(), nil)
		is.NoError(t, "senders", err)
		is.Equal(t, "senders", len(lines), 2)
		elm, oak := lines[0], lines[1]
		is.Equal(t, "by name", elm.Name, "Elm Square")
		is.Equal(t, "nothing came", elm.Last, cal.None)
		is.Equal(t, "messages", oak.Now.Messages(), int64(2))
		is.Equal(t, "last", oak.Last, cal.On(time.Now()))
		is.Equal(t, "review", oak.Review, id)
		_, err = w.desk.Sender(context.Background(), nil, 1)
		is.Equal(t, "no such sender", fault.KindOf(err), fault.NotFound)
	})
}

func TestLongMessagesAreCountedFewAtATime(t *testing.T) {
	each(t, func(w *world) {
		const long = 1 << 20
		for range 6 {
			w.sends(w.oak, juniper, "NTE|1||"+strings.Repeat("x", long))
		}
		var counted []int
		for n := 1; n > 0; {
			_, arrived, err := w.store.Untallied(context.Background(), time.Now().Add(time.Hour), 10)
			is.NoError(t, "untallied", err)
			size := 0
			for _, a := range arrived {
				size += len(a.Raw)
			}
			if size > 4*long {
				t.Errorf("%d bytes are read at once", size)
			}
			n, err = w.desk.Tally(context.Background(), time.Now().Add(time.Hour))
			is.NoError(t, "tally", err)
			counted = append(counted, n)
		}
		is.Equal(t, "counted", counted, []int{3, 3, 0})
		q, err := w.desk.Sender(context.Background(), nil, w.oak.ID)
		is.NoError(t, "sender", err)
		is.Equal(t, "messages", q.Now.Messages(), int64(6))
	})
}

package inbox_test

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"openiis/internal/cal"
	"openiis/internal/codeset"
	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/inbox"
	"openiis/internal/intake"
	"openiis/internal/is"
	"openiis/internal/quality"
	"openiis/internal/store"
	"openiis/internal/store/storetest"
)

// world is a registry with two senders and someone who looks at what they sent.
type world struct {
	t        *testing.T
	store    *store.Store
	intake   *intake.Desk
	desk     *inbox.Desk
	oak, elm iis.Sender
	serial   int
}

var (
	ines     = iis.Actor{Kind: "user", User: 7}
	everyone = iis.Scope{Everyone: true}
)

func each(t *testing.T, test func(*world)) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		c := codeset.Default()
		w := &world{t: t, store: s, intake: intake.New(s, c), desk: inbox.New(s, c, intake.Name)}
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
	juniper = "PID|1||A1^^^OAK&1.2.3&ISO^MR~212456789^^^USA^SS||Marsh^Juniper^^^^^L|Fen^Anne^^^^^M|20230405|F"
	ageless = "PID|1||A3^^^OAK^MR||Fern^Ash^^^^^L"
	mmrv    = "ORC|RE||1^OAK\rRXA|0|1|20240408||94^MMRV^CVX|0.5|mL^mL^UCUM||00^x^NIP001||||||L77||MSD^Merck^MVX|||CP|A\rOBX|1|DT|29769-7^x^LN|1|20240408||||||F"
	hepB    = "ORC|RE||2^OAK\rRXA|0|1|20240508||08^HepB^CVX|0.5|mL^mL^UCUM||01^x^NIP001||||||||||||CP|A"
)

func (w *world) sends(from iis.Sender, kind string, lines ...string) intake.Reply {
	w.t.Helper()
	w.serial++
	return w.sendsRaw(from, fmt.Sprintf("MSH|^~\\&|EHR|X|||20240612093012-0500|secret:word|%s|C%d|P|2.5.1|||ER|AL|||||Z22^CDCPHINVS\r", kind, w.serial)+strings.Join(lines, "\r")+"\r")
}

func (w *world) vxu(from iis.Sender, lines ...string) intake.Reply {
	w.t.Helper()
	return w.sends(from, "VXU^V04^VXU_V04", lines...)
}

func (w *world) sendsRaw(from iis.Sender, text string) intake.Reply {
	w.t.Helper()
	reply, err := w.intake.Message(context.Background(), from, iis.DoorHTTP, []byte(text))
	if fault.KindOf(err) != fault.Invalid {
		is.NoError(w.t, "send", err)
	}
	return reply
}

func (w *world) opens(id iis.SubmissionID) *inbox.Message {
	w.t.Helper()
	m, err := w.desk.Open(context.Background(), ines, everyone, id)
	is.NoError(w.t, "open", err)
	return m
}

// lists lists submissions by a filter: their answers and senders.
func (w *world) lists(f inbox.Filter) []string {
	w.t.Helper()
	list, err := w.desk.List(context.Background(), everyone, f)
	is.NoError(w.t, "list", err)
	out := []string{}
	for _, l := range list.Lines {
		out = append(out, strings.TrimSpace(l.Ack+" "+l.SenderName))
	}
	return out
}

func TestAListHasWhatItsFilterSaysWhetherCountedOrNot(t *testing.T) {
	each(t, func(w *world) {
		w.vxu(w.oak, juniper, mmrv)
		w.vxu(w.oak, ageless)
		w.vxu(w.elm, strings.Replace(juniper, "20230405|F", "20230405|Q", 1))
		w.sends(w.elm, "QBP^Q11^QBP_Q11", "QPD|Z34^x^CDCPHINVS|T1|A1^^^OAK^MR|Marsh^Juniper||20230405|F")
		w.sendsRaw(w.oak, "garbage")
		kept := iis.Submission{Sender: w.oak, Door: iis.DoorHTTP, Received: time.Now(), Raw: []byte("MSH|")}
		is.NoError(t, "keep", w.store.Keep(&kept).Wait())
		today := cal.On(time.Now())
		const oak, elm = " Oak Street Clinic", " Elm Square"
		for _, counted := range []string{"not counted", "counted"} {
			if counted == "counted" {
				_, err := quality.New(w.store, codeset.Default()).Tally(context.Background(), time.Now().Add(time.Hour))
				is.NoError(t, "tally", err)
			}
			for _, c := range []struct {
				name string
				f    inbox.Filter
				want []string
			}{
				{"all", inbox.Filter{}, []string{oak[1:], "AR" + oak, "AA" + elm, "AE" + elm, "AE" + oak, "AA" + oak}},
				{"of a sender", inbox.Filter{Sender: w.elm.ID}, []string{"AA" + elm, "AE" + elm}},
				{"AE", inbox.Filter{Answer: "AE"}, []string{"AE" + elm, "AE" + oak}},
				{"nothing stored", inbox.Filter{Answer: "refused"}, []string{"AR" + oak, "AE" + oak}},
				{"never answered", inbox.Filter{Answer: "unanswered"}, []string{oak[1:]}},
				{"queries", inbox.Filter{Kind: "QBP"}, []string{"AA" + elm}},
				{"updates of a sender that are AA", inbox.Filter{Sender: w.oak.ID, Kind: "VXU", Answer: "AA"}, []string{"AA" + oak}},
				{"today", inbox.Filter{Day: today, Answer: "AA"}, []string{"AA" + elm, "AA" + oak}},
				{"yesterday", inbox.Filter{Day: today.AddDays(-1)}, []string{}},
				{"nonsense", inbox.Filter{Answer: "x", Kind: "y"}, []string{oak[1:], "AR" + oak, "AA" + elm, "AE" + elm, "AE" + oak, "AA" + oak}},
			} {
				is.Equal(t, counted+": "+c.name, w.lists(c.f), c.want)
			}
		}
		w.vxu(w.oak, ageless) // counted and not counted together
		is.Equal(t, "both", w.lists(inbox.Filter{Answer: "refused"}), []string{"AE" + oak, "AR" + oak, "AE" + oak})
	})
}

func TestNoMessageIsShownToSomeoneOfAnotherSender(t *testing.T) {
	each(t, func(w *world) {
		ctx := context.Background()
		theirs, other := w.vxu(w.oak, ageless).Submission, w.vxu(w.elm, juniper, mmrv).Submission
		person := w.opens(other).Fate.Person
		oak, nobody := iis.Scope{Sender: w.oak.ID}, iis.Scope{}
		_, err := w.desk.Open(ctx, ines, oak, theirs)
		is.NoError(t, "their own", err)
		_, err = w.desk.Copy(ctx, ines, oak, theirs)
		is.NoError(t, "a copy of their own", err)
		before, err := w.store.AccessLog(ctx, person, 10)
		is.NoError(t, "access log", err)
		for in, want := range map[iis.Scope]fault.Kind{oak: fault.NotFound, nobody: fault.Denied} {
			m, err := w.desk.Open(ctx, ines, in, other)
			is.Equal(t, "open", fault.KindOf(err), want)
			is.Equal(t, "nothing is given", m == nil, true)
			c, err := w.desk.Copy(ctx, ines, in, other)
			is.Equal(t, "copy", fault.KindOf(err), want)
			is.Equal(t, "nothing is given", c, inbox.Copy{})
		}
		after, err := w.store.AccessLog(ctx, person, 10)
		is.NoError(t, "access log", err)
		is.Equal(t, "looks that are audited: none was given", len(after), len(before))
		for _, counted := range []bool{false, true} {
			if counted {
				_, err := quality.New(w.store, codeset.Default()).Tally(ctx, time.Now().Add(time.Hour))
				is.NoError(t, "tally", err)
			}
			for _, f := range []inbox.Filter{{}, {Sender: w.elm.ID}, {Kind: "VXU"}} {
				list, err := w.desk.List(ctx, oak, f)
				is.NoError(t, "list", err)
				is.Equal(t, "lines", len(list.Lines), 1)
				is.Equal(t, "line", list.Lines[0].ID, theirs)
				is.Equal(t, "senders that are offered", len(list.Senders), 1)
				list, err = w.desk.List(ctx, nobody, f)
				is.NoError(t, "list", err)
				is.Equal(t, "nobody's", len(list.Lines)+len(list.Senders), 0)
			}
		}
	})
}

func TestALongListHasPages(t *testing.T) {
	each(t, func(w *world) {
		for range 120 {
			w.vxu(w.oak, juniper)
		}
		_, err := quality.New(w.store, codeset.Default()).Tally(context.Background(), time.Now().Add(time.Hour))
		is.NoError(t, "tally", err)
		for _, f := range []inbox.Filter{{}, {Sender: w.oak.ID}, {Kind: "VXU"}} {
			seen := map[iis.SubmissionID]bool{}
			pages := 0
			for more := true; more; pages++ {
				list, err := w.desk.List(context.Background(), everyone, f)
				is.NoError(t, "list", err)
				for _, l := range list.Lines {
					seen[l.ID] = true
				}
				f.Before, more = list.Next, list.Next != 0
			}
			is.Equal(t, "pages", pages, 3)
			is.Equal(t, "submissions", len(seen), 120)
		}
	})
}

// field finds a field of a message.
func field(t *testing.T, m *inbox.Message, place string) inbox.Field {
	t.Helper()
	for _, s := range m.Segments {
		for _, f := range s.Fields {
			if f.Place == place {
				return f
			}
		}
	}
	t.Fatalf("there is no %s", place)
	return inbox.Field{}
}

func TestAMessageIsTakenApartAndNamed(t *testing.T) {
	each(t, func(w *world) {
		m := w.opens(w.vxu(w.oak, juniper, mmrv).Submission)
		is.Equal(t, "first segment", m.Segments[1].Name, "Patient")
		ids := field(t, m, "PID-3")
		is.Equal(t, "name", ids.Name, "Patient identifier list")
		is.Equal(t, "repetitions", len(ids.Reps), 2)
		is.Equal(t, "type", ids.Reps[0].Parts[2], inbox.Piece{Place: "PID-3.5", Name: "Identifier type code", Text: "MR", Means: "medical record number"})
		is.Equal(t, "subcomponent", ids.Reps[0].Parts[1].Parts[1], inbox.Piece{Place: "PID-3.4.2", Name: "Universal ID", Text: "1.2.3"})
		is.Equal(t, "birth date", field(t, m, "PID-7").Reps[0].Means, "April 5, 2023")
		is.Equal(t, "message time", field(t, m, "MSH-7").Reps[0].Means, "June 12, 2024, 9:30 AM")
		is.Equal(t, "sex", field(t, m, "PID-8").Reps[0].Means, "female")
		is.Equal(t, "vaccine", field(t, m, "RXA-5").Reps[0].Parts[0].Means, "MMRV")
		is.Equal(t, "the type of OBX-5 is OBX-2", field(t, m, "OBX-5").Reps[0].Means, "April 8, 2024")
		is.Equal(t, "delimiters", field(t, m, "MSH-2").Reps[0].Text, `^~\&`)
	})
}

func TestWhatWasFoundIsMarkedAtItsPlace(t *testing.T) {
	each(t, func(w *world) {
		m := w.opens(w.vxu(w.oak, strings.Replace(ageless, "A3^^^OAK^MR", "A3^^^OAK^MR~B9", 1), strings.Replace(mmrv, "MSD^Merck", "XXX^Merck", 1)).Submission)
		is.Equal(t, "result", m.Result, "Refused")
		birth := field(t, m, "PID-7")
		is.Equal(t, "nothing was sent", len(birth.Reps), 0)
		is.Equal(t, "marks", len(birth.Marks), 1)
		k := birth.Marks[0]
		is.Equal(t, "mark", []string{k.Severity, k.Place, k.HL7, k.App}, []string{"Error", "PID-7", "101 Required field missing", "7 Required data missing"})
		is.Equal(t, "placed", m.Marks[0].Placed, true)
		second := field(t, m, "PID-3")
		is.Equal(t, "the first repetition is well", second.Reps[0].Marked, iis.Severity(""))
		is.Equal(t, "the second is marked", second.Reps[1].Marked, iis.Warning)
		is.Equal(t, "the maker is marked", field(t, m, "RXA-17").Reps[0].Marked, iis.Warning)
	})
}

func TestASegmentThatIsMissingIsShownAsMissing(t *testing.T) {
	each(t, func(w *world) {
		m := w.opens(w.vxu(w.oak, mmrv).Submission)
		last := m.Segments[len(m.Segments)-1]
		is.Equal(t, "segment", last.ID+" "+last.Name, "PID Patient")
		is.Equal(t, "missing", last.Missing, true)
		is.Equal(t, "marks", last.Marks[0].Severity, "Error")
	})
}

func TestTheReplyIsWrittenAgainAsItWasSent(t *testing.T) {
	each(t, func(w *world) {
		for _, sent := range []intake.Reply{w.vxu(w.oak, juniper, mmrv), w.vxu(w.oak, ageless), w.sends(w.oak, "ADT^A01", juniper), w.sendsRaw(w.oak, "no message")} {
			again := strings.Join(w.opens(sent.Submission).Reply[1:], "\r") + "\r"
			if !bytes.HasSuffix(sent.Bytes, []byte(again)) {
				t.Errorf("sent %q, written again %q", sent.Bytes, again)
			}
		}
		query := w.sends(w.oak, "QBP^Q11^QBP_Q11", "QPD|Z34^x^CDCPHINVS|T1|A1^^^OAK^MR|Marsh^Juniper||20230405|F")
		is.Equal(t, "the answer to a query", len(w.opens(query.Submission).Reply), 0)
	})
}

func TestWhatBecameOfAMessageIsTold(t *testing.T) {
	each(t, func(w *world) {
		fates := func(m *inbox.Message) (out []string) {
			for _, d := range m.Fate.Doses {
				out = append(out, d.What+": "+d.Outcome)
			}
			return out
		}
		first := w.opens(w.vxu(w.oak, juniper, mmrv, strings.Replace(hepB, "20240508", "never", 1)).Submission)
		is.Equal(t, "match", first.Fate.Match, "A new record: nobody matched.")
		is.Equal(t, "doses", fates(first), []string{"MMRV: Added", "Hep B, adolescent or pediatric: Not stored: see the findings"})
		is.Equal(t, "result", first.Result, "Stored in part")
		again := w.opens(w.vxu(w.oak, juniper, mmrv, hepB).Submission)
		is.Equal(t, "same person", again.Fate.Person, first.Fate.Person)
		is.Equal(t, "doses", fates(again), []string{"MMRV: Nothing new: this sender had reported exactly this", "Hep B, adolescent or pediatric: Added"})
		other := w.opens(w.vxu(w.elm, strings.Replace(juniper, "A1^^^OAK&1.2.3&ISO", "E5^^^ELM", 1), mmrv).Submission)
		is.Equal(t, "doses", fates(other), []string{"MMRV: Already known from another report: now reported by this sender too"})

		asked := w.opens(w.sends(w.oak, "QBP^Q11^QBP_Q11", "QPD|Z34^x^CDCPHINVS|T1|A1^^^OAK^MR|Marsh^Juniper||20230405|F").Submission)
		is.Equal(t, "named", asked.Fate.Named, []iis.PersonID{first.Fate.Person})
	})
}

func TestOpeningAMessageIsAuditedUnderWhomItIsAbout(t *testing.T) {
	each(t, func(w *world) {
		ctx := context.Background()
		id := w.vxu(w.oak, juniper, mmrv).Submission
		asked := w.sends(w.elm, "QBP^Q11^QBP_Q11", "QPD|Z34^x^CDCPHINVS|T1||Marsh^Juniper||20230405|F").Submission
		person := w.opens(id).Fate.Person
		w.opens(asked)
		_, err := w.desk.Copy(ctx, ines, everyone, id)
		is.NoError(t, "copy", err)
		log, err := w.store.AccessLog(ctx, person, 10)
		is.NoError(t, "access log", err)
		var acts []string
		for _, a := range log {
			acts = append(acts, fmt.Sprint(a.Act, " ", a.Actor.User, " ", a.Subject == int64(id)))
		}
		is.Equal(t, "acts", acts, []string{"copy message 7 true", "open message 7 false", "open message 7 true", "answer query 0 false", "take message 0 true"})
		_, err = w.desk.Open(ctx, ines, everyone, 1)
		is.Equal(t, "one that is not there", fault.KindOf(err), fault.NotFound)
	})
}

func TestNumbersThatNobodyShouldReadOffAScreenAreHidden(t *testing.T) {
	each(t, func(w *world) {
		id := w.vxu(w.oak, juniper+"|||||||||||987-65-4321", mmrv, "NK1|1|Marsh^Anne"+strings.Repeat("|", 35)+"555443333").Submission
		m := w.opens(id)
		old := w.opens(w.vxu(w.oak, "PID|1|313456789^^^USA^SS|A9^^^OAK^MR~414456789^^^USA^ss|515456789^^^^ SS||Marsh^June^^^^^L||20230405|F").Submission)
		shown := fmt.Sprintf("%+v %+v", m, old)
		for _, secret := range []string{"212456789", "987-65-4321", "secret:word", "555443333", "313456789", "414456789", "515456789"} {
			if strings.Contains(shown, secret) {
				t.Errorf("%s is shown", secret)
			}
		}
		is.Equal(t, "no other number is hidden", field(t, old, "PID-3").Reps[0].Parts[0].Text, "A9")
		ss := field(t, m, "PID-3").Reps[1].Parts
		is.Equal(t, "its end is shown", ss[0].Text, "•••• 6789 (hidden)")
		is.Equal(t, "what it is", ss[2].Text, "SS")
		c, err := w.desk.Copy(context.Background(), ines, everyone, id)
		is.NoError(t, "copy", err)
		if strings.Contains(c.Text, "secret:word") || !strings.Contains(c.Text, "212456789^^^USA^SS") {
			t.Errorf("the copy is %q", c.Text)
		}
		is.Equal(t, "a line a segment", strings.Count(c.Text, "\n"), 5)
	})
}

// A copy is UTF-8 whatever the message was: tried out, it must read as the
// message did.
func TestACopyOfAMessageInAnotherCharacterSetReadsAlike(t *testing.T) {
	each(t, func(w *world) {
		name := "PID|1||A4^^^OAK^MR||M\xfcller^Zo\xeb^^^^^L||20230405|F"
		w.serial++
		sent := w.sendsRaw(w.oak, fmt.Sprintf("MSH|^~\\&|EHR|X|||20240612093012-0500||VXU^V04^VXU_V04|C%d|P|2.5.1|||ER|AL||8859/1|||Z22^CDCPHINVS\r%s\r%s\r", w.serial, name, mmrv))
		c, err := w.desk.Copy(context.Background(), ines, everyone, sent.Submission)
		is.NoError(t, "copy", err)
		if !strings.Contains(c.Text, "||Müller^Zoë^") || !strings.Contains(c.Text, "|AL||UNICODE UTF-8|||Z22") {
			t.Errorf("the copy is %q", c.Text)
		}
		tried, err := w.intake.Rehearse(context.Background(), ines, sent.Submission, w.oak, []byte(strings.ReplaceAll(c.Text, "\n", "\r")))
		is.NoError(t, "rehearse", err)
		is.Equal(t, "answer", tried.Reply.Ack, sent.Ack)
		is.Equal(t, "findings", tried.Reply.Findings, sent.Findings)
		is.Equal(t, "the same person says nothing new", tried.Receipt.Doses[0].Outcome, iis.OutcomeSame)
	})
}

func TestAPasswordThatHoldsDelimitersIsHiddenWhole(t *testing.T) {
	each(t, func(w *world) {
		text := "MSH|^~\\&|EHR|X|||20240612093012-0500|oak:pass^word~holds&these|VXU^V04^VXU_V04|C1|P|2.5.1|||ER|AL|||||Z22^CDCPHINVS\r" + juniper + "\r" + mmrv + "\r"
		id := w.sendsRaw(w.oak, text).Submission
		c, err := w.desk.Copy(context.Background(), ines, everyone, id)
		is.NoError(t, "copy", err)
		shown := fmt.Sprintf("%+v %s", w.opens(id), c.Text)
		for _, secret := range []string{"pass", "word", "holds", "these"} {
			if strings.Contains(shown, secret) {
				t.Errorf("%q of the password is shown", secret)
			}
		}
		is.Equal(t, "the field is there", field(t, w.opens(id), "MSH-8").Reps[0].Text, "•••• (hidden)")
	})
}

func TestGarbageIsShownAndHarmsNobody(t *testing.T) {
	each(t, func(w *world) {
		for text, want := range map[string]string{
			"Dear Jos\xe9,\r\nsee \x02this\x00.": "Dear José,\nsee <0x02>this<0x00>.",
			"\u202eevil\u2066":                   "<0x202E>evil<0x2066>",
			"\xff\xfe\x81":                       "ÿþ\ufffd",
			strings.Repeat("x", 30_000):          strings.Repeat("x", 20_000) + " …",
			"<script>alert(1)</script>":          "<script>alert(1)</script>",
		} {
			is.Equal(t, "garbage", w.opens(w.sendsRaw(w.oak, text).Submission).Garbage, want)
		}
		wild := w.opens(w.vxu(w.oak, "PID|1||A1^^^OAK^MR||M\xfcller^J\x07uniper\u202e||20230405|F", "a stray line", "ZZ9|x", "~~~").Submission)
		is.Equal(t, "8-bit", field(t, wild, "PID-5").Reps[0].Parts[0].Text, "Müller")
		var names []string
		for _, s := range wild.Segments {
			names = append(names, s.ID+":"+s.Name)
		}
		is.Equal(t, "segments", names, []string{"MSH:Message header", "PID:Patient", ":A line without a segment name", "ZZ9:", ":A line without a segment name", "NK1:Next of kin"})
	})
}

func TestAnEnormousMessageIsShownInPart(t *testing.T) {
	each(t, func(w *world) {
		lines := []string{juniper}
		for i := range 400 {
			lines = append(lines, fmt.Sprintf("NTE|%d|%s", i, strings.Repeat("~x^y", 200)))
		}
		m := w.opens(w.vxu(w.oak, append(lines, strings.Repeat("|", 5000), "ZZZ"+strings.Repeat("|x", 5000))...).Submission)
		if len(m.Segments) > 160 || m.Cut < 200 {
			t.Errorf("%d segments are shown, %d are not", len(m.Segments), m.Cut)
		}
		n := field(t, m, "NTE-2")
		if len(n.Reps) > 21 || n.More < 150 {
			t.Errorf("%d repetitions are shown, %d are not", len(n.Reps), n.More)
		}
	})
}

// Whoever sees tests alone sees no other message, however it is asked for.
func TestOfTestsAloneNothingElseIsShown(t *testing.T) {
	each(t, func(w *world) {
		ctx := context.Background()
		is.NoError(t, "testing", w.store.Write(ctx, func(tx *store.Tx) error {
			o, err := tx.OrganizationOf(w.oak.ID)
			if err != nil {
				return err
			}
			o.Status = iis.StatusTesting
			return tx.PutOrganization(o)
		}))
		test := func(from iis.Sender, lines ...string) iis.SubmissionID {
			w.serial++
			return w.sendsRaw(from, fmt.Sprintf("MSH|^~\\&|EHR|X|||20240612093012-0500||VXU^V04^VXU_V04|C%d|T|2.5.1|||ER|AL|||||Z22^CDCPHINVS\r", w.serial)+strings.Join(lines, "\r")+"\r").Submission
		}
		meant := w.vxu(w.oak, juniper, mmrv).Submission
		live := test(w.elm, juniper, mmrv) // Elm is live: it is none
		passed, part, refused := test(w.oak, juniper, mmrv), test(w.oak, juniper, mmrv, strings.Replace(hepB, "20240508", "never", 1)), test(w.oak, ageless)
		w.serial++
		query := w.sendsRaw(w.oak, fmt.Sprintf("MSH|^~\\&|EHR|X|||20240612093012-0500||QBP^Q11^QBP_Q11|C%d|D|2.5.1|||ER|AL|||||Z34^CDCPHINVS\rQPD|Z34^x^CDCPHINVS|T1|A1^^^OAK^MR|Marsh^Juniper||20230405|F\r", w.serial)).Submission
		oak := iis.Scope{Sender: w.oak.ID, Tests: true}
		for _, counted := range []bool{false, true} {
			if counted {
				_, err := quality.New(w.store, codeset.Default()).Tally(ctx, time.Now().Add(time.Hour))
				is.NoError(t, "tally", err)
			}
			for _, f := range []inbox.Filter{{}, {Kind: "VXU"}, {Sender: w.elm.ID}} {
				list, err := w.desk.List(ctx, oak, f)
				is.NoError(t, "list", err)
				var said []string
				for _, l := range list.Lines {
					said = append(said, l.Ack+" "+l.Result)
				}
				is.Equal(t, "listed", said, []string{"AA Answered with nobody", "AE Refused", "AE Could be stored in part", "AA Could be stored"})
			}
			is.Equal(t, "tests among all of them", w.lists(inbox.Filter{Kind: "test", Answer: "refused"}), []string{"AE Oak Street Clinic"})
		}
		for name, id := range map[string]iis.SubmissionID{"a real message": meant, "another site's": live} {
			m, err := w.desk.Open(ctx, ines, oak, id)
			is.Equal(t, name, []any{fault.KindOf(err), m == nil}, []any{fault.NotFound, true})
			_, err = w.desk.Copy(ctx, ines, oak, id)
			is.Equal(t, name+", to be edited", fault.KindOf(err), fault.NotFound)
		}
		for id, want := range map[iis.SubmissionID][]string{
			passed:  {"Nothing: it was a test. As a real message it could be stored; whose record it would go to is not looked for.", "Could be stored: it was a test"},
			part:    {"Nothing: it was a test. As a real message it could be stored; whose record it would go to is not looked for.", "Could be stored: it was a test", "Not stored: see the findings"},
			refused: {"Nothing: it was a test, and as a real message nothing of it could be stored either."},
			query:   {"The answer named nobody: it was a test, and nobody is looked for."},
		} {
			m, err := w.desk.Open(ctx, ines, oak, id)
			is.NoError(t, "open", err)
			said := []string{m.Fate.Match}
			for _, d := range m.Fate.Doses {
				said = append(said, d.Outcome)
			}
			is.Equal(t, "what became of it", []any{said, m.Fate.Person}, []any{want, iis.PersonID(0)})
			is.Equal(t, "its reply says it again", strings.Contains(strings.Join(m.Reply, ""), "This was a test"), id != query)
		}
		r, err := w.desk.Receipt(ctx, w.oak, part)
		is.NoError(t, "receipt", err)
		is.Equal(t, "for the sender's program", []any{r.Patient.Match, r.Doses[0].Outcome, r.Doses[1].Outcome}, []any{"test", "tested", "not stored"})
	})
}

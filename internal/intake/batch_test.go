package intake

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"testing/iotest"
	"time"

	"openiis/internal/codeset"
	"openiis/internal/hl7"
	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/iz"
	"openiis/internal/store"
	"openiis/internal/store/storetest"
)

// openDesk is a desk over an empty registry, with a sender.
func openDesk(t testing.TB) (*Desk, iis.Sender) {
	t.Helper()
	ctx := context.Background()
	s := storetest.Open(t, storetest.SQLite(t))
	var from iis.Sender
	err := s.Write(ctx, func(tx *store.Tx) (err error) {
		from, err = tx.EnsureSender("CLINIC", "A clinic", time.Now())
		return err
	})
	is.NoError(t, "sender", err)
	return New(s, codeset.Default()), from
}

// update is a message about the patient with a number.
func update(control, number, family string) string {
	return "MSH|^~\\&|EHR|CLINIC|IIS|STATE|20250102120000-0500||VXU^V04^VXU_V04|" + control + "|P|2.5.1|||ER|AL|||||Z22^CDCPHINVS\r" +
		"PID|1||" + number + "^^^CLINIC^MR||" + family + "^Ada^^^^^L||20200304|F\r" +
		"ORC|RE||" + number + "-1^CLINIC\rRXA|0|1|20250102||08^Hep B, adolescent or pediatric^CVX|0.5|mL^mL^UCUM||01^Historical^NIP001|||||||||||CP|A\r"
}

func take(t *testing.T, file string) (BatchResult, string) {
	t.Helper()
	d, from := openDesk(t)
	var out bytes.Buffer
	result, err := d.Batch(context.Background(), Batch{From: from, Door: iis.DoorFile, Max: 1 << 20}, strings.NewReader(file), &out)
	is.NoError(t, "batch", err)
	return result, out.String()
}

// outline is the segments of answers that say how they are wrapped, with the
// message that each acknowledges.
func outline(answers string) string {
	var b strings.Builder
	for line := range strings.SplitSeq(answers, "\r") {
		f := strings.Split(line, "|")
		switch f[0] {
		case "FHS", "BHS":
			b.WriteString(f[0] + " ")
		case "MSA":
			b.WriteString(f[1] + ":" + f[2] + " ")
		case "BTS", "FTS":
			b.WriteString(line + " ")
		}
	}
	return strings.TrimSpace(b.String())
}

const (
	fhs = "FHS|^~\\&|EHR|CLINIC|IIS|STATE|20250102|secret|file-1||F77\r"
	bhs = "BHS|^~\\&|EHR|CLINIC|IIS|STATE|20250102|secret|||B88\r"
)

func TestABatchIsAnsweredInItsOrderAndWrappedLikewise(t *testing.T) {
	a, b, c := update("1", "A", "Example"), update("2", "B", "Sample"), update("3", "C", "Person")
	for name, x := range map[string]struct{ file, want string }{
		"bare":                  {a + b, "AA:1 AA:2"},
		"file and batch":        {fhs + bhs + a + b + "BTS|2\rFTS|1\r", "FHS BHS AA:1 AA:2 BTS|2 FTS|1"},
		"batch alone":           {bhs + a + b + c + "BTS|3\r", "BHS AA:1 AA:2 AA:3 BTS|3"},
		"file alone":            {fhs + a + "FTS|1\r", "FHS AA:1 FTS|1"},
		"two batches":           {fhs + bhs + a + "BTS|1\r" + bhs + b + c + "BTS|2\rFTS|2\r", "FHS BHS AA:1 BTS|1 BHS AA:2 AA:3 BTS|2 FTS|2"},
		"two files":             {fhs + bhs + a + "BTS|1\rFTS|1\r" + fhs + b + "FTS|1\r", "FHS BHS AA:1 BTS|1 FTS|1 FHS AA:2 FTS|1"},
		"line feeds, no ends":   {strings.ReplaceAll(fhs+bhs+a+b, "\r", "\n\n"), "FHS BHS AA:1 AA:2 BTS|2 FTS|1"},
		"a bad one in between":  {a + "MSH|^~\\&|EHR|CLINIC|||2025||ADT^A04|x|P|2.5.1\r" + b, "AA:1 AR:x AA:2"},
		"one without a number":  {strings.Replace(a, "|1|P|", "||P|", 1) + b, "AE:UNKNOWN AA:2"},
		"nothing but the batch": {fhs + bhs + "BTS|0\rFTS|1\r", ""},
	} {
		_, got := take(t, x.file)
		if outline(got) != x.want {
			t.Errorf("%s: got %s, want %s", name, outline(got), x.want)
		}
	}
}

func TestTheHeadersOfTheAnswerAreTurnedRoundAndHoldNoPassword(t *testing.T) {
	_, got := take(t, fhs+bhs+update("1", "A", "Example"))
	if strings.Contains(got, "secret") {
		t.Error("field 8 was sent back")
	}
	for i, name := range []string{"FHS", "BHS"} {
		f := strings.Split(strings.Split(got, "\r")[i], "|") // f[n-1] is field n
		is.Equal(t, name+" 1 to 6", strings.Join(f[:6], "|"), name+`|^~\&|IIS|STATE|EHR|CLINIC`)
		if at, err := time.Parse("20060102150405-0700", f[6]); err != nil || time.Since(at) > time.Minute {
			t.Errorf("%s-7 is %s, want now", name, f[6])
		}
		if f[10] == "" || f[10] == f[11] {
			t.Errorf("%s-11 is %q, want a number of our own", name, f[10])
		}
		is.Equal(t, name+"-12", f[11], []string{"F77", "B88"}[i])
	}
}

func TestAMessageThatIsTooLongIsDeclinedAndTheRestGoesOn(t *testing.T) {
	long := update("2", "B", strings.Repeat("x", 1<<20))
	result, got := take(t, update("1", "A", "Example")+long+update("3", "C", "Person"))
	is.Equal(t, "answers", outline(got), "AA:1 AR:UNKNOWN AA:3")
	is.Equal(t, "result", result, BatchResult{Messages: 3, AA: 2, AR: 1})
}

func TestLinesOutsideOfMessagesAreCounted(t *testing.T) {
	result, _ := take(t, "hello\rthere\r"+update("1", "A", "Example"))
	is.Equal(t, "result", result, BatchResult{Messages: 1, AA: 1, Stray: 2})
}

func TestALaterMessageAboutAPatientIsTakenAfterTheEarlierOnes(t *testing.T) {
	const persons, versions = 12, 8
	var file strings.Builder
	for v := range versions {
		for p := range persons {
			file.WriteString(update(fmt.Sprintf("%d.%d", p, v), "N"+strconv.Itoa(p), fmt.Sprintf("Version%c", 'A'+v)))
		}
	}
	d, from := openDesk(t)
	result, err := d.Batch(context.Background(), Batch{From: from, Door: iis.DoorFile, Max: 1 << 20}, strings.NewReader(file.String()), io.Discard)
	is.NoError(t, "batch", err)
	is.Equal(t, "messages", result.Messages, persons*versions)
	is.Equal(t, "failed", result.Failed, 0)
	for p := range persons {
		found, err := d.keeper.Find(context.Background(), from.ID, &iis.Person{
			IDs: []iis.Identifier{{Value: "N" + strconv.Itoa(p), Type: "MR", Authority: "CLINIC"}},
		})
		is.NoError(t, "find", err)
		if found.Folder == nil {
			t.Fatalf("person %d: not found", p)
		}
		is.Equal(t, "name", found.Folder.Golden.Names[0].Family, "Version"+string(rune('A'+versions-1)))
	}
}

func TestAMessageThatReadingBrokeOffInIsNotTaken(t *testing.T) {
	d, from := openDesk(t)
	broken := errors.New("the line went dead")
	whole := update("1", "A", "Example")
	half := update("2", "B", "Sample")
	file := io.MultiReader(strings.NewReader(whole+half[:len(half)-30]), iotest.ErrReader(broken))
	var out bytes.Buffer
	result, err := d.Batch(context.Background(), Batch{From: from, Door: iis.DoorFile, Max: 1 << 20}, file, &out)
	if !errors.Is(err, broken) {
		t.Errorf("got error %v, want %v", err, broken)
	}
	is.Equal(t, "result", result, BatchResult{Messages: 1, AA: 1})
	is.Equal(t, "answers", outline(out.String()), "AA:1")
}

func TestABatchStopsWhenNobodyWantsItAndFinishesWhatItBegan(t *testing.T) {
	d, from := openDesk(t)
	ctx, cancel := context.WithCancel(context.Background())
	var file strings.Builder
	for i := range 500 {
		file.WriteString(update(strconv.Itoa(i), "N"+strconv.Itoa(i), "Example"))
	}
	var out bytes.Buffer
	result, err := d.Batch(ctx, Batch{From: from, Door: iis.DoorFile, Max: 1 << 20, Each: func(Taken) { cancel() }}, strings.NewReader(file.String()), &out)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want that it was canceled", err)
	}
	if result.Messages == 0 || result.Messages == 500 || result.Failed != 0 {
		t.Errorf("got %+v, want some taken, none failed", result)
	}
	is.Equal(t, "answers", strings.Count(out.String(), "\rMSA|AA|"), result.Messages)
}

func TestAMessageThatWeFailToTakeIsAnsweredWithAE207AndTheRestGoesOn(t *testing.T) {
	ctx := context.Background()
	s, err := store.Open(ctx, storetest.SQLite(t))
	is.NoError(t, "open", err)
	d := New(s, codeset.Default())
	is.NoError(t, "close", s.Close()) // every write fails from now on
	var out bytes.Buffer
	result, err := d.Batch(ctx, Batch{Door: iis.DoorFile, Max: 1 << 20}, strings.NewReader(update("1", "A", "Example")+update("2", "B", "Sample")), &out)
	is.NoError(t, "batch", err)
	is.Equal(t, "result", result, BatchResult{Messages: 2, Failed: 2})
	is.Equal(t, "answers", outline(out.String()), "AE:1 AE:2")
	is.Equal(t, "207s", strings.Count(out.String(), "|207^Application internal error^HL70357|E|"), 2)
	if strings.Contains(out.String(), "database") {
		t.Errorf("the answer tells of our insides:\n%s", out.String())
	}
}

// TestWhatIsSaidWithoutARegistryIsWhatARegistryAnswers compares Examine with
// Desk.Message.
func TestWhatIsSaidWithoutARegistryIsWhatARegistryAnswers(t *testing.T) {
	d, from := openDesk(t)
	good := update("1", "A", "Example")
	for name, raw := range map[string]string{
		"good": good, "no message": "PID|1", "nothing": "",
		"another type":    strings.Replace(good, "VXU^V04", "ADT^A04", 1),
		"another event":   strings.Replace(good, "VXU^V04", "VXU^V05", 1),
		"no birth date":   strings.Replace(good, "20200304", "", 1),
		"unknown code":    strings.Replace(good, "|08^", "|9999^", 1),
		"a query":         "MSH|^~\\&|E|C|||20250102||QBP^Q11^QBP_Q11|2|P|2.5.1|||ER|AL|||||Z34^CDCPHINVS\rQPD|Z34^Request Immunization History^CDCPHINVS|t|A^^^CLINIC^MR|Example^Ada|||20200304\rRCP|I|5\r",
		"a bad query":     "MSH|^~\\&|E|C|||20250102||QBP^Q11^QBP_Q11|3|P|2.5.1|||ER|AL|||||Z34^CDCPHINVS\rRCP|I\r",
		"a forecast":      "MSH|^~\\&|E|C|||20250102||QBP^Q11^QBP_Q11|4|P|2.5.1|||ER|AL|||||Z44^CDCPHINVS\rQPD|Z44^x^CDCPHINVS|t|A^^^CLINIC^MR|Example^Ada|||20200304\r",
		"a query refused": "MSH|^~\\&|E|C|||20250102||QBP^Q11^QBP_Q11|5|P|3\r",
	} {
		e := Examine([]byte(raw), codeset.Default(), nil, time.Now())
		reply, err := d.Message(context.Background(), from, iis.DoorFile, []byte(raw))
		if err != nil && !IsNoMessage(err) {
			t.Fatalf("%s: %v", name, err)
		}
		is.Equal(t, name+": kind", e.Kind, reply.Kind)
		is.Equal(t, name+": acknowledgement", e.Ack, reply.Ack)
		is.Equal(t, name+": findings", e.Findings, reply.Findings)
		if !strings.Contains(string(reply.Bytes), "\rMSA|"+e.Ack+"|") {
			t.Errorf("%s: the reply does not say %s:\n%s", name, e.Ack, reply.Bytes)
		}
	}
}

// pure is a run whose answers name the number of the message in the file.
func pure(file io.Reader, max int, w io.Writer) (*batchRun, *atomic.Int64) {
	var n atomic.Int64
	return &batchRun{
		file: &batchFile{split: hl7.NewSplitter(file, max)},
		out: wrapper{w: w, names: iz.Responder{
			App: Name, Facility: Name, Now: time.Now, NewID: func() string { return "9" },
		}},
		answer: func(p part) Taken {
			n.Add(1)
			ack := iz.AckAccept
			if p.tooLong {
				ack = iz.AckReject
			}
			return Taken{Reply: Reply{Ack: ack, Bytes: []byte("MSH|^~\\&\rMSA|" + ack + "|" + strconv.Itoa(len(p.raw)) + "\r")}}
		},
	}, &n
}

func TestFewMessagesWaitHoweverSlowTheFirstIs(t *testing.T) {
	var file strings.Builder
	for i := range 1000 {
		file.WriteString(update(strconv.Itoa(i), "N"+strconv.Itoa(i), "Example"))
	}
	run, taken := pure(strings.NewReader(file.String()), 1<<20, io.Discard)
	quick := run.answer
	release := make(chan struct{})
	run.answer = func(p part) Taken {
		if bytes.Contains(p.raw, []byte("|N0^")) {
			<-release
		}
		return quick(p)
	}
	ended := make(chan error)
	go func() { ended <- run.run(context.Background()) }()
	for taken.Load() < maxWaiting/2 {
		time.Sleep(time.Millisecond) // others are taken while the first waits
	}
	if n := taken.Load(); n > maxWaiting {
		t.Errorf("%d messages were taken while the first waited, want at most %d", n, maxWaiting)
	}
	close(release)
	is.NoError(t, "run", <-ended)
	is.Equal(t, "messages", run.result.Messages, 1000)
}

func FuzzBatch(f *testing.F) {
	one := update("1", "A", "Example")
	for _, s := range []string{
		one, fhs + bhs + one + one + "BTS|2\rFTS|1\r", bhs + one + bhs + one, fhs + one + fhs, "FHS\rBHS\rMSH|\r", "FHS^~|\\&^a~b^c\rMSH^x\r",
		"stray\r" + one, "MSH|" + strings.Repeat("x", 3000) + "\r" + one, "", "BTS|1", "\x0b" + one + "\x1c\r\x0b" + one,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		const max = 2000
		var out bytes.Buffer
		run, _ := pure(bytes.NewReader(file), max, &out)
		is.NoError(t, "run", run.run(context.Background()))
		// Every message has one answer, in order.
		var want []string
		split := hl7.NewSplitter(bytes.NewReader(file), max)
		wrapped := false
		for {
			raw, err := split.Next()
			if err == io.EOF {
				break
			}
			wrapped = wrapped || split.Batch.FHS != nil || split.Batch.BHS != nil
			if err != nil {
				want = append(want, "AR|0")
			} else {
				want = append(want, "AA|"+strconv.Itoa(len(raw)))
			}
		}
		var got []string
		answers := hl7.NewSplitter(bytes.NewReader(out.Bytes()), 1<<20)
		for {
			raw, err := answers.Next()
			if err == io.EOF {
				break
			}
			_, ack, _ := strings.Cut(string(raw), "\rMSA|")
			got = append(got, strings.TrimSuffix(ack, "\r"))
		}
		is.Equal(t, "answers", got, want)
		is.Equal(t, "messages", run.result.Messages, len(want))
		// Headers and trailers come in pairs, and only when they were sent.
		text := "\r" + out.String()
		is.Equal(t, "ends of batches", strings.Count(text, "\rBTS|"), strings.Count(text, "\rBHS|"))
		is.Equal(t, "ends of files", strings.Count(text, "\rFTS|"), strings.Count(text, "\rFHS|"))
		if is := strings.Contains(text, "\rFHS|") || strings.Contains(text, "\rBHS|"); is != wrapped {
			t.Errorf("wrapped: %v, want %v", is, wrapped)
		}
		if answers.Batch.Stray != 0 {
			t.Errorf("%d lines of the answer belong to no message", answers.Batch.Stray)
		}
	})
}

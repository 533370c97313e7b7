package conformance_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"openiis/internal/cal"
	"openiis/internal/codeset"
	"openiis/internal/hl7"
	"openiis/internal/iis"
	"openiis/internal/intake"
	"openiis/internal/is"
	"openiis/internal/iz"
	"openiis/internal/shared"
	"openiis/internal/store"
)

// publicMessages are all messages of the public sets, by set.
func publicMessages(t *testing.T) map[string][]sample {
	t.Helper()
	sets := map[string][]sample{
		"vendors": folder(t, "vendor-samples/*.hl7"), "NIST": folder(t, "nist/*.hl7"), "the guide": folder(t, "ig-examples/*.hl7"),
	}
	for _, name := range []string{"mqe-fatal-12", "mqe-quality-issues-253", "smm-tolerance-D"} {
		sets[name] = lines(t, name+".jsonl")
	}
	sets["NIST's pairs"] = requests(t)
	for _, file := range folder(t, "batch/*") {
		sets[file.name] = unpacked(t, file.text)
	}
	return sets
}

// requests are what NIST's test cases send.
func requests(t *testing.T) (out []sample) {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(shared.File(t, "hl7", filepath.Join("labelled", "nist-pairs.jsonl"))))
	for {
		var row struct {
			Step    string `json:"request_step"`
			Request string
		}
		err := d.Decode(&row)
		if err == io.EOF {
			return out
		}
		is.NoError(t, "read", err)
		out = append(out, sample{row.Step, []byte(row.Request)})
	}
}

// unpacked are the messages of a batch.
func unpacked(t *testing.T, file []byte) (out []sample) {
	t.Helper()
	split := hl7.NewSplitter(bytes.NewReader(file), 1<<20)
	for n := 1; ; n++ {
		m, err := split.Next()
		if err == io.EOF {
			return out
		}
		is.NoError(t, "split", err)
		out = append(out, sample{fmt.Sprint("message ", n), bytes.Clone(m)})
	}
}

// damaged are copies of a message, each with one thing taken away without which
// a person or a dose cannot be stored.
func damaged(s sample) (out []sample) {
	doses := 0
	text := strings.NewReplacer("\r\n", "\r", "\n", "\r").Replace(string(s.text))
	segments := strings.Split(text, "\r")
	for i, segment := range segments {
		var fields []int
		switch {
		case strings.HasPrefix(segment, "PID|"):
			fields = []int{3, 5, 7}
		case strings.HasPrefix(segment, "RXA|") && doses < 3:
			fields = []int{3, 5}
			doses++
		}
		for _, n := range fields {
			if parts := strings.Split(segment, "|"); len(parts) > n {
				parts[n] = ""
				copied := slices.Clone(segments)
				copied[i] = strings.Join(parts, "|")
				out = append(out, sample{fmt.Sprintf("%s without %s-%d", s.name, segment[:3], n), []byte(strings.Join(copied, "\r"))})
			}
		}
	}
	return out
}

// E is said where a person or a dose was not stored, and nowhere else, and a
// readable dose is always stored: every message of the public sets, and copies of
// them with what is needed taken away, are sent to a registry, and what it then
// holds is compared with what it said. Every finding has its place and codes, and
// is in the acknowledgement.
func TestAnErrorIsSaidOfWhatIsNotStoredAndOfNothingElse(t *testing.T) {
	each(t, func(r *registry) {
		n, errors, sets := 0, 0, publicMessages(r.t)
		for name, set := range sets {
			from := r.clinic(name)
			for i, s := range set {
				all := []sample{s}
				if i < 40 {
					all = append(all, damaged(s)...)
				}
				for _, s := range all {
					s.name = name + ", " + s.name
					n++
					if r.saidAndStored(from, s) {
						errors++
					}
				}
			}
		}
		r.t.Logf("%d messages of %d sets, %d with an error", n, len(sets), errors)
		if n < 3000 || errors < 400 {
			r.t.Errorf("%d messages and %d with an error are too few: the test looks in the wrong place", n, errors)
		}
	})
}

// saidAndStored sends a message and compares its findings with what the registry
// then holds. It says whether the message had an error.
func (r *registry) saidAndStored(from iis.Sender, s sample) bool {
	r.t.Helper()
	reply, err := r.desk.Message(context.Background(), from, iis.DoorHTTP, s.text)
	if err != nil && !intake.IsNoMessage(err) {
		r.t.Errorf("%s: send: %v", s.name, err)
		return false
	}
	h := r.holds(reply.Submission)
	wrong := func(format string, args ...any) {
		r.t.Helper()
		r.t.Errorf("%s: %s; findings %v", s.name, fmt.Sprintf(format, args...), spoken(reply.Findings))
	}
	for _, f := range reply.Findings {
		if f.Where.IsZero() || f.HL7 == "" || f.App == "" || f.Rule == "" || f.Say == "" {
			wrong("%+v lacks place, code or words", f)
		}
	}
	failed := reply.Findings.Worst() == iis.Error
	switch {
	case reply.Kind != "VXU" || reply.Ack == iz.AckReject:
		if h.person {
			wrong("something was stored of what is no update")
		}
		if (reply.Kind != "QBP" || reply.Ack != iz.AckAccept) != failed {
			wrong("answered %s", reply.Ack)
		}
		return failed
	case !h.person && !failed:
		wrong("nothing was stored and there is no error")
	}
	m, err := hl7.Parse(s.text)
	is.NoError(r.t, s.name, err)
	is.Equal(r.t, s.name+": findings in the acknowledgement", acknowledged(r.t, reply.Bytes), told(reply.Findings))
	if reply.Findings.Worst() == iis.Warning != (reply.Ack == iz.AckError && !failed) {
		wrong("answered %s", reply.Ack)
	}
	if readablePerson(m) && !h.person && (len(vaccinations(m)) == 0 || slices.ContainsFunc(vaccinations(m), readableDose)) && len(segments(m, "ORC")) <= len(vaccinations(m)) {
		wrong("a readable person is not stored")
	}
	refused := map[int]bool{}
	for _, f := range reply.Findings {
		switch {
		case f.Severity != iis.Error:
		case f.Where.Segment == "RXA" && f.Rule != "no order group usable":
			refused[f.Where.Sequence] = true
			if h.person && h.orders[f.Where.Sequence] {
				wrong("%s is said of order %d, which is stored", f.Rule, f.Where.Sequence)
			}
		case f.Where.Segment == "ORC":
			if hasDose(m, f.Where.Sequence) {
				wrong("%s is said of an order that has a dose", f.Rule)
			}
		case h.person:
			wrong("%s is said and the person is stored", f.Rule)
		}
	}
	if h.person {
		for n, rxa := range vaccinations(m) {
			nothing := rxa.Field(5).Comp(1).String() == "998" || rxa.Field(21).Comp(1).String() == "D"
			if !h.orders[n+1] && !nothing && readableDose(rxa) && len(segments(m, "PID")) == 1 {
				wrong("order %d is readable and is not stored", n+1)
			}
			if !h.orders[n+1] && !refused[n+1] && !nothing {
				wrong("order %d is not stored and there is no error", n+1)
			}
			if h.orders[n+1] && h.days[n+1] != "" && !strings.HasPrefix(rxa.Field(3).Comp(1).String(), h.days[n+1]) {
				wrong("order %d is stored as of another day", n+1)
			}
		}
	}
	return failed
}

// acknowledged are the findings in an acknowledgement: place, severity and both
// codes. What became of the message (record.Told) has no place.
func acknowledged(t *testing.T, reply []byte) []string {
	t.Helper()
	m, err := hl7.Parse(reply)
	is.NoError(t, "parse the reply", err)
	out := []string{}
	for _, s := range segments(m, "ERR") {
		if len(s.Field(2).Raw()) == 0 && strings.HasPrefix(s.Field(8).String(), "Patient") {
			continue
		}
		out = append(out, string(s.Field(2).Raw())+" "+s.Field(4).String()+" "+s.Field(3).Comp(1).String()+" "+s.Field(5).Comp(1).String())
	}
	return out
}

// told are findings in the same form.
func told(fs iis.Findings) []string {
	out := []string{}
	for _, f := range fs {
		out = append(out, f.Where.ERL()+" "+string(f.Severity)+" "+f.HL7+" "+f.App)
	}
	return out
}

// readableDay reports a field that begins with a day of the calendar.
func readableDay(v hl7.Value) bool {
	s := v.Comp(1).String()
	return len(s) >= 8 && cal.ParseCompact(s[:8]) != cal.None
}

// readablePerson reports a message whose PID has what a person needs.
func readablePerson(m *hl7.Message) bool {
	pid := m.First("PID")
	return pid.Field(3).Comp(1).String() != "" && pid.Field(5).Comp(1).String() != "" && readableDay(pid.Field(7))
}

// vaccineCode is the form of CVX, CPT and NDC.
var vaccineCode = regexp.MustCompile(`^(\d{1,3}|\d{5}|\d{4,5}-\d{3,4}-\d{1,2}|\d{10,11})$`)

// readableDose reports an RXA with a day and the form of a code in one of its
// triplets.
func readableDose(rxa hl7.Segment) bool {
	code := rxa.Field(5)
	return readableDay(rxa.Field(3)) && (vaccineCode.MatchString(code.Comp(1).String()) || vaccineCode.MatchString(code.Comp(4).String()))
}

// hasDose reports that an RXA follows the n-th ORC of a message before the next.
func hasDose(m *hl7.Message, n int) bool {
	orders := 0
	for i := range m.Len() {
		switch m.Segment(i).Name() {
		case "ORC":
			orders++
		case "RXA":
			if orders == n {
				return true
			}
		}
	}
	return false
}

// segments are those of a name.
func segments(m *hl7.Message, name string) (out []hl7.Segment) {
	for i := range m.Len() {
		if s := m.Segment(i); s.Name() == name {
			out = append(out, s)
		}
	}
	return out
}

func vaccinations(m *hl7.Message) []hl7.Segment { return segments(m, "RXA") }

// held is what a registry holds of a message.
type held struct {
	person bool
	orders map[int]bool   // by the number of their RXA
	days   map[int]string // of the stored reports, as YYYYMMDD
}

// holds looks into the registry for what came of a submission: the source in the
// person's folder, and each report there.
func (r *registry) holds(id iis.SubmissionID) held {
	r.t.Helper()
	h := held{orders: map[int]bool{}, days: map[int]string{}}
	is.NoError(r.t, "look", r.store.Read(context.Background(), func(tx *store.Tx) error {
		receipt, err := tx.Receipt(id)
		if err != nil || receipt.Person == 0 {
			return err
		}
		var told iis.Receipt
		if err := json.Unmarshal(receipt.Outcome, &told); err != nil {
			return err
		}
		f, err := tx.Folder(receipt.Person)
		if err != nil {
			return err
		}
		h.person = slices.ContainsFunc(f.Sources, func(s store.SourcePerson) bool { return s.Source == told.Source })
		sub, err := r.store.Submission(context.Background(), id)
		if err != nil {
			return err
		}
		m, err := hl7.Parse(sub.Raw)
		if err != nil {
			return err
		}
		orders := iz.ReadVXU(m, codeset.Default()).Orders
		for _, d := range told.Doses {
			at := orders[d.Order-1].Where
			i := slices.IndexFunc(f.Doses, func(s iis.SourceDose) bool { return s.Origin == d.Source })
			if at.Segment == "RXA" && i >= 0 {
				h.orders[at.Sequence] = true
				if d.Outcome != iis.OutcomeDeleted {
					h.days[at.Sequence] = f.Doses[i].Dose.Date.Compact()
				}
			}
		}
		return nil
	}))
	return h
}

// spoken are findings in short.
func spoken(fs iis.Findings) []string {
	out := []string{}
	for _, f := range fs {
		if f.Severity != iis.Information {
			out = append(out, string(f.Severity)+" "+f.Where.ERL()+" "+strconv.Quote(f.Rule))
		}
	}
	return out
}

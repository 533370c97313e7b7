package iz

import (
	"strings"
	"testing"

	"openiis/internal/codeset"
	"openiis/internal/iis"
	"openiis/internal/is"
)

const qpd = `QPD|Z34^Request Immunization History^CDCPHINVS|tag-1|123^^^CLINIC^MR|Sample^Ada^^^^^L||20190302|F|||||`

// query is a query for a history, as read.
func query() *Query {
	h := asked("QBP")
	h.Profile = ProfileAskHistory
	return &Query{Header: h, Profile: ProfileAskHistory, Tag: "tag-1", QPD: []byte(qpd)}
}

func head(profile string) string {
	return `MSH|^~\&|IIS|MA0000|EHR|CLINIC|20260302140509-0500||RSP^K11^RSP_K11|OUT1|T|2.5.1|||NE|NE|||||` +
		profile + `^CDCPHINVS|STATEORG|CLINICORG`
}

func TestAnAnswerWithNobodySaysWhy(t *testing.T) {
	at := iis.Where{Segment: "QPD", Sequence: 1, Field: 4}
	doubt, mistake := finding(iis.Warning, "103", "5", at), finding(iis.Error, "101", "4", iis.Where{Segment: "QPD", Sequence: 1, Field: 2})
	const name = `Z34^Request Immunization History^CDCPHINVS`
	for what, c := range map[string]struct {
		status string
		found  iis.Findings
		want   []string
	}{
		"nobody":   {StatusNone, nil, []string{head("Z33"), `MSA|AA|IN-1`, `QAK|tag-1|NF|` + name, qpd}},
		"too many": {StatusTooMany, nil, []string{head("Z33"), `MSA|AA|IN-1`, `QAK|tag-1|TM|` + name, qpd}},
		"nobody, with a doubt": {StatusNone, iis.Findings{doubt}, []string{head("Z33"), `MSA|AA|IN-1`,
			`ERR||QPD^1^4|103^Table value not found^HL70357|W|5^Table value not found^HL70533|||The value is not right.`,
			`QAK|tag-1|NF|` + name, qpd}},
		"a bad query tells the worst": {StatusError, iis.Findings{doubt, mistake}, []string{head("Z33"), `MSA|AE|IN-1`,
			`ERR||QPD^1^2|101^Required field missing^HL70357|E|4^Invalid value^HL70533|||The value is not right.`,
			`QAK|tag-1|AE|` + name, qpd}},
		"information is not told": {StatusNone, iis.Findings{finding(iis.Information, "0", "", at)},
			[]string{head("Z33"), `MSA|AA|IN-1`, `QAK|tag-1|NF|` + name, qpd}},
	} {
		t.Run(what, func(t *testing.T) {
			answer := registry().None(query(), c.status, c.found)
			is.Equal(t, "the answer", lines(answer), c.want)
			is.Equal(t, "departures", departures(t, answer), nil)
		})
	}
}

func TestAQueryWithoutDefinitionIsAnswered(t *testing.T) {
	q := &Query{Header: asked("QBP")}
	answer := registry().None(q, StatusError, iis.Findings{finding(iis.Error, "100", "", iis.Where{Segment: "QPD", Sequence: 1})})
	is.Equal(t, "the answer", lines(answer), []string{head("Z33"), `MSA|AE|IN-1`,
		`ERR||QPD^1|100^Segment sequence error^HL70357|E||||The value is not right.`, `QAK||AE`})
}

func TestTheQueryIsEchoedByteForByte(t *testing.T) {
	q := query()
	q.QPD = []byte(`QPD|Z34^ask \T\ see^CDCPHINVS|t\X41\||^^^~~|  x  ||||`)
	is.Equal(t, "QAK and QPD", lines(registry().None(q, StatusNone, nil))[2:],
		[]string{`QAK|tag-1|NF|Z34^ask \T\ see^CDCPHINVS`, string(q.QPD)})
}

// A name that turns the direction of text would show a receiver's screen another
// name than was meant. The asker's own words come back as they came.
func TestWhatIsToldOfAPersonTurnsNoTextAround(t *testing.T) {
	q := query()
	q.QPD = []byte(strings.Replace(qpd, "Ada", "A\u202eda", 1))
	p := child()
	p.Names = []iis.Name{{Family: "Sample\u2067", Given: "A\u202eda", Type: "L"}}
	for name, answer := range map[string][]byte{
		"Z32": registry().History(q, History{Person: p}, codeset.Default()), "Z31": registry().Candidates(q, []iis.Person{p}, codeset.Default()),
		"Z42": registry().EvaluatedHistory(q, &Evaluated{Person: p, On: day("20260302")}, codeset.Default()),
	} {
		is.Equal(t, name+": the echo", strings.Contains(string(answer), "Sample^A\u202eda^^^^^L||20190302"), true)
		is.Equal(t, name+": the person", strings.Contains(string(answer), "|Sample^Ada^^^^^L|"), true)
	}
}

func TestCandidatesAreNumberedAndValidate(t *testing.T) {
	answer := registry().Candidates(query(), []iis.Person{child(), richChild(), child()}, codeset.Default())
	is.Equal(t, "departures", departures(t, answer), nil)
	is.Equal(t, "the frame", lines(answer)[:4],
		[]string{head("Z31"), `MSA|AA|IN-1`, `QAK|tag-1|OK|Z34^Request Immunization History^CDCPHINVS`, qpd})
	for i, pid := range segmentsOf(answer, "PID") {
		is.Equal(t, "PID-1", strings.Split(pid, "|")[1], []string{"1", "2", "3"}[i])
	}
}

// fullHistory is a person with eight doses, each with all that a message can say.
func fullHistory() History {
	h := History{Person: richChild()}
	for range 8 {
		h.Doses = append(h.Doses, HistoryDose{ID: "0123456789ABC", Dose: new(given())})
	}
	return h
}

func TestAHistoryIsWrittenInOnePiece(t *testing.T) {
	q, h, r, codes := query(), fullHistory(), registry(), codeset.Default()
	if got := testing.AllocsPerRun(100, func() { r.History(q, h, codes) }); got > 50 {
		t.Errorf("got %v allocations, want at most 50", got)
	}
}

func BenchmarkWriteZ32(b *testing.B) {
	q, h, r, codes := query(), fullHistory(), registry(), codeset.Default()
	b.SetBytes(int64(len(r.History(q, h, codes))))
	b.ReportAllocs()
	for b.Loop() {
		r.History(q, h, codes)
	}
}

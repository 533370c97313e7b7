package check

import (
	"fmt"
	"runtime/debug"
	"strings"
	"testing"

	"openiis/internal/hl7"
	"openiis/internal/iis"
	"openiis/internal/iz"
	"openiis/internal/synth"
)

// everyday are messages as clinics send them: one dose given, with its
// statements and eligibility; two and three doses of one visit; one dose of the
// past.
func everyday() (one, two, three, past []byte) {
	visit := append([]string(nil), goodVXU...)
	for i, dose := range []string{
		`ORC|RE|P2^CLINIC|F2^CLINIC|||||||7^Babbage^Charles^^^^^^CLINIC^L^^^PRN||8^Somerville^Mary^^^^^^CLINIC^L^^^MD
RXA|0|1|20240301||21^Varicella^CVX^00006-4827-01^Varivax^NDC|0.5|mL^mL^UCUM||00^New^NIP001|7^Babbage^Charles^^^^^^CLINIC^L^^^PRN|^^^CLINIC||||L2|20250101|MSD^Merck^MVX|||CP|A
RXR|C38299^Subcutaneous^NCIT|RA^Right Arm^HL70163
OBX|1|CE|64994-7^Eligibility^LN|1|V01^Not eligible^HL70064||||||F|||20240301|||VXC40^per immunization^CDCPHINVS
OBX|2|CE|69764-9^Document type^LN|2|253088698300013411250131^Varicella VIS^cdcgs1vis||||||F|||20240301
OBX|3|DT|29769-7^VIS presented^LN|2|20240301||||||F|||20240301`,
		`ORC|RE|P3^CLINIC|F3^CLINIC|||||||7^Babbage^Charles^^^^^^CLINIC^L^^^PRN||8^Somerville^Mary^^^^^^CLINIC^L^^^MD
RXA|0|1|20240301||20^DTaP^CVX|0.5|mL^mL^UCUM||00^New^NIP001|7^Babbage^Charles^^^^^^CLINIC^L^^^PRN|^^^CLINIC||||L3|20250101|SKB^GlaxoSmithKline^MVX|||CP|A
RXR|C28161^Intramuscular^NCIT|LT^Left Thigh^HL70163
OBX|1|CE|64994-7^Eligibility^LN|1|V01^Not eligible^HL70064||||||F|||20240301|||VXC40^per immunization^CDCPHINVS
OBX|2|CE|30956-7^Vaccine Type^LN|2|20^DTaP^CVX||||||F|||20240301
OBX|3|DT|29768-9^VIS published^LN|2|20210806||||||F|||20240301
OBX|4|DT|29769-7^VIS presented^LN|2|20240301||||||F|||20240301`,
	} {
		visit = append(visit, strings.Split(dose, "\n")...)
		if i == 0 {
			two = []byte(with(visit))
		}
	}
	history := append(append([]string(nil), goodVXU[:4]...),
		`ORC|RE||F4^CLINIC|||||||7^Babbage^Charles^^^^^^CLINIC^L^^^PRN`,
		`RXA|0|1|20210512||03^MMR^CVX|999|||01^Historical information - source unspecified^NIP001|||||||||||CP|A`)
	return []byte(with(goodVXU)), two, []byte(with(visit)), []byte(with(history))
}

// BenchmarkWhole is all that is done to the text of a message before it becomes
// part of a record: parsing, reading and checking; ns/op is one message. A visit
// is 1.6 KB with two doses, everyday are 0.7, 1.1 and 2.3 KB in turn, different
// are a thousand about a thousand people, which no processor learns by heart,
// vendors the samples of makers of clinic systems. Memory is collected as often as
// the server has it done.
func BenchmarkWhole(b *testing.B) {
	one, two, three, past := everyday()
	b.Run("visit", func(b *testing.B) { whole(b, [][]byte{two}, true) })
	b.Run("everyday", func(b *testing.B) { whole(b, [][]byte{one, three, past}, true) })
	b.Run("different", func(b *testing.B) { whole(b, different(), false) })
	b.Run("vendors", func(b *testing.B) {
		var samples [][]byte
		for _, raw := range publicFiles(b, "vendor-samples", "*.hl7") {
			samples = append(samples, []byte(raw))
		}
		whole(b, samples, false)
	})
}

// different are messages about made-up people, each with up to three of their doses.
func different() [][]byte {
	people := synth.People(1)
	clinic := people.Clinic(0)
	out := make([][]byte, 1000)
	for i := range out {
		p := people.Person(i)
		var doses []int
		for n := range min(len(p.Doses), 1+i%3) {
			doses = append(doses, n)
		}
		out[i] = p.VXU(clinic, fmt.Sprint(i), received, doses...)
	}
	return out
}

func whole(b *testing.B, messages [][]byte, good bool) {
	defer debug.SetGCPercent(debug.SetGCPercent(400))
	in := Input{Codes: realCodes(b), Received: received}
	next, bytes := 0, 0
	var told iis.Findings
	for _, raw := range messages {
		bytes += len(raw)
	}
	b.SetBytes(int64(bytes / len(messages)))
	b.ReportAllocs()
	for b.Loop() {
		raw := messages[next]
		next = (next + 1) % len(messages)
		m, err := hl7.Parse(raw)
		if err != nil {
			b.Fatal(err)
		}
		in.Message, in.VXU = m, iz.ReadVXU(m, in.Codes)
		told = append(in.VXU.Findings, Message(in)...)
		if good && (in.VXU.Refused || len(told) > 0) {
			b.Fatal(shorts(told))
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "messages/s")
}

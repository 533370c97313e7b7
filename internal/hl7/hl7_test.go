package hl7

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"unicode/utf8"

	"openiis/internal/is"
)

const sample = "MSH|^~\\&|EHR|CLINIC|||20240101120000-0500||VXU^V04^VXU_V04|17|P|2.5.1\r" +
	"PID|1||A1^^^CLINIC^MR~123456789^^^SSA^SS||Doe^Jane^Q^^^^L||20200102|F\r" +
	"ORC|RE||X1^CLINIC\rRXA|0|1|20240101||08^Hep B\\T\\C, \\F\\ped^CVX|0.5\r" +
	"OBX|1|CE|a&b^c|1\rOBX|2|ST|x|1|two\\.br\\lines\r"

func parse(t *testing.T, text string) *Message {
	t.Helper()
	m, err := Parse([]byte(text))
	is.NoError(t, "parse", err)
	return m
}

func TestFieldsRepetitionsComponentsAndSubcomponentsAreFound(t *testing.T) {
	m := parse(t, sample)
	pid := m.First("PID")
	obx := m.Segment(4)
	for _, c := range []struct{ what, got, want string }{
		{"MSH-1", m.MSH().Field(1).String(), "|"},
		{"MSH-2", m.MSH().Field(2).String(), `^~\&`},
		{"MSH-9.3", m.MSH().Field(9).Comp(3).String(), "VXU_V04"},
		{"MSH-10", m.MSH().Field(10).String(), "17"},
		{"PID-3[2].5", pid.Field(3).Rep(2).Comp(5).String(), "SS"},
		{"PID-3[3]", pid.Field(3).Rep(3).String(), ""},
		{"PID-5.2", pid.Field(5).Comp(2).String(), "Jane"},
		{"PID-8", pid.Field(8).String(), "F"},
		{"PID-99", pid.Field(99).String(), ""},
		{"RXA-5.2", m.First("RXA").Field(5).Comp(2).String(), "Hep B&C, |ped"},
		{"OBX-3.1.2", obx.Field(3).Comp(1).Sub(2).String(), "b"},
		{"OBX-3.2", obx.Field(3).Comp(2).String(), "c"},
		{"OBX-5", m.Segment(5).Field(5).String(), "two\nlines"},
		{"second OBX", m.Segment(5).At().ERL(), "OBX^2"},
	} {
		if c.got != c.want {
			t.Errorf("%s = %q, want %q", c.what, c.got, c.want)
		}
	}
	if n := pid.Field(3).Reps(); n != 2 {
		t.Errorf("PID-3 has %d repetitions, want 2", n)
	}
	if m.MSH().Fields() != 12 || pid.Fields() != 8 {
		t.Errorf("MSH has %d fields, PID %d; want 12 and 8", m.MSH().Fields(), pid.Fields())
	}
}

func TestPartsAreTheComponentsOfTheFirstRepetition(t *testing.T) {
	pid := parse(t, sample).First("PID")
	var space [8]Value
	var got []string
	for _, p := range pid.Field(3).Parts(space[:]) {
		got = append(got, p.String())
	}
	is.Equal(t, "PID-3", got, []string{"A1", "", "", "CLINIC", "MR"})
	is.Equal(t, "room for two", len(pid.Field(3).Parts(space[:2])), 2)
	is.Equal(t, "absent", len(pid.Field(99).Parts(space[:])), 0)
	for _, text := range []string{"MSH|~|a~b^c&d~e\r", "MSH|&^|a&b^c~d|^&~\r", "MSH^|~^a|b~c&d\r", sample} {
		m := parse(t, text)
		for i := range m.Len() {
			for n := range m.Segment(i).Fields() + 2 {
				sameParts(t, m.Segment(i).Field(n))
				sameParts(t, m.Segment(i).Field(n).Rep(2))
			}
		}
	}
}

func TestLineEndsFramingAndByteOrderMarksAreTaken(t *testing.T) {
	for name, text := range map[string]string{
		"CR":    sample,
		"LF":    strings.ReplaceAll(sample, "\r", "\n"),
		"CRLF":  strings.ReplaceAll(sample, "\r", "\r\n"),
		"blank": strings.ReplaceAll(sample, "\r", "\r\n\r\n  \r"),
		"BOM":   "\xef\xbb\xbf" + sample,
		"MLLP":  "\x0b" + sample + "\x1c\r",
		"VT FF": "\x0b\x0c" + strings.ReplaceAll(sample, "\r", "\x0b\x0c\r"),
		"no CR": strings.TrimSuffix(sample, "\r"),
	} {
		m := parse(t, text)
		if m.Len() != 6 || m.First("RXA").Field(6).String() != "0.5" || m.Segment(5).Field(5).String() != "two\nlines" {
			t.Errorf("%s: %d segments, RXA-6 %q", name, m.Len(), m.First("RXA").Field(6).String())
		}
	}
	if _, err := Parse([]byte("PID|1")); err != ErrNoMSH {
		t.Errorf("a text without MSH gave %v, want ErrNoMSH", err)
	}
}

func TestUnknownEscapesStayAndBytesThatAreNotUTF8AreReadAsWindows1252(t *testing.T) {
	m := parse(t, "MSH|^~\\&|a\\Q\\b|c\\X41\\d|lone \\ slash|\\XZZ\\|Mu\xf1oz\x80\x00|\\E\\T\\E\\\r")
	for n, want := range map[int]string{3: `a\Q\b`, 4: "cAd", 5: `lone \ slash`, 6: `\XZZ\`, 7: "Muñoz€", 8: `\T\`} {
		if got := m.MSH().Field(n).String(); got != want {
			t.Errorf("MSH-%d = %q, want %q", n, got, want)
		}
	}
}

func TestDelimitersOtherThanTheStandardOnesAreTakenFromMSH(t *testing.T) {
	m := parse(t, "MSH#*!\\%#EHR*x%y!second#\rPID#1##A*b\r")
	if got := m.MSH().Field(3).Comp(2).Sub(2).String(); got != "y" {
		t.Errorf("MSH-3.2.2 = %q", got)
	}
	if got := m.MSH().Field(3).Rep(2).String(); got != "second" {
		t.Errorf("MSH-3[2] = %q", got)
	}
}

func TestWhatTheBuilderWritesParsesBackIdentically(t *testing.T) {
	nasty := []string{"a|b", "x^y~z", `back\slash`, "am&p", "line\r\nbreak", " padded ", "ñandú 日本", `\T\`, `\X41\`, "tab\there", `""`}
	var b Builder
	b.Header().Field(3, "APP").Field(9, "VXU", "V04")
	b.Segment("ZZZ")
	for i, s := range nasty {
		b.Field(2*i+2, "", s, "", "")
	}
	b.Segment("PID").Add(3, "one").Add(3, "two", "", "x").Field(9)
	text := b.Bytes()
	m := parse(t, string(text))
	for i, want := range nasty {
		if got := m.First("ZZZ").Field(2*i + 2).Comp(2).String(); got != want {
			t.Errorf("%q came back as %q", want, got)
		}
	}
	if got := string(m.First("PID").Raw()); got != "PID|||one~two^^x" {
		t.Errorf("trailing separators were written: %s", got)
	}
}

func TestSplitterFindsEveryMessage(t *testing.T) {
	for name, text := range map[string]string{
		"bare":    sample + sample + sample,
		"wrapped": "FHS|^~\\&|f\rBHS|^~\\&|b\r" + sample + "\r\n" + sample + "\n" + sample + "BTS|3\rFTS|1\r",
		"two batches": "FHS|^~\\&\rBHS|^~\\&\r" + sample + "BTS|1\rBHS|^~\\&\r" + sample + sample +
			"BTS|2\rFTS|1",
		"MLLP frames": "\x0b" + sample + "\x1c\r\x0b" + sample + "\x1c\r\x0b" + sample + "\x1c\r",
		"LF":          strings.ReplaceAll(sample+sample+sample, "\r", "\n"),
	} {
		s := NewSplitter(strings.NewReader(text), 1<<20)
		n := 0
		for {
			msg, err := s.Next()
			if err == io.EOF {
				break
			}
			is.NoError(t, name, err)
			if m := parse(t, string(msg)); m.Len() != 6 {
				t.Errorf("%s: message %d has %d segments, want 6", name, n, m.Len())
			}
			n++
		}
		if n != 3 {
			t.Errorf("%s: %d messages, want 3", name, n)
		}
	}
}

func TestSplitterPassesOverAMessageThatIsTooLong(t *testing.T) {
	long := "MSH|^~\\&|long\rNTE|" + strings.Repeat("x", 5000) + "\rNTE|y\r"
	s := NewSplitter(strings.NewReader(sample+long+sample), 2000)
	var got []error
	for {
		_, err := s.Next()
		if err == io.EOF {
			break
		}
		got = append(got, err)
	}
	is.Equal(t, "answers", got, []error{nil, ErrTooLong, nil})
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(sample))
	f.Add([]byte("MSH"))
	f.Add([]byte("MSH|^~\\&#\rPID\r\r\x0bOBX||~^&\\X"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		if len(raw) > 1000 {
			return // every part of every field is visited below: keep it small
		}
		m, err := Parse(raw)
		if err != nil {
			return
		}
		var b Builder
		b.Header()
		for i := range m.Len() {
			walk(t, m.Segment(i), &b)
		}
		if _, err := Parse(b.Bytes()); err != nil {
			t.Fatalf("what was written does not parse: %v", err)
		}
	})
}

// walk reads every part of a segment and proves that what the Builder writes of
// it reads back the same.
func walk(t *testing.T, s Segment, b *Builder) {
	for n := 0; n <= s.Fields()+1; n++ {
		f := s.Field(n)
		for r := 0; r <= f.Reps()+1; r++ {
			for c := range f.Rep(r).Comps() + 2 {
				v := f.Rep(r).Comp(c).String()
				if leaf := bytes.Trim(f.Rep(r).Comp(c).Sub(1).Raw(), blanks); !bytes.Equal(f.Rep(r).Comp(c).Leaf(), leaf) {
					t.Fatalf("leaf %q, want %q", f.Rep(r).Comp(c).Leaf(), leaf)
				}
				if !utf8.ValidString(v) {
					t.Fatalf("not UTF-8: %q", v)
				}
				var one Builder
				one.Header().Segment("ZZZ").Field(1, v)
				m, _ := Parse(one.Bytes())
				if got := m.First("ZZZ").Field(1).String(); got != v {
					t.Fatalf("%q written and read is %q", v, got)
				}
			}
		}
		sameParts(t, f)
		sameParts(t, f.Rep(2))
		sameParts(t, f.Comp(1))
		if n > 2 {
			b.Segment("ZZY").Raw(1, bytes.Map(func(r rune) rune {
				if r < ' ' {
					return -1
				}
				return r
			}, f.Raw()))
		}
	}
	sameCuts(t, s)
	_ = s.At().ERL()
	_ = s.IsNamed()
}

// sameCuts proves that the pieces of a segment are those that splitting its text
// gives, one separator after the other.
func sameCuts(t *testing.T, s Segment) {
	d := s.m.delims
	split := func(b []byte, sep byte) [][]byte { return bytes.Split(b, []byte{sep}) }
	shift := 0
	if s.g.header {
		shift = 1
	}
	for n, field := range split(s.Raw(), d.Field) {
		if n <= shift { // the name, and the separators themselves
			continue
		}
		f := s.Field(n + shift)
		for r, rep := range split(field, d.Repetition) {
			for c, comp := range split(rep, d.Component) {
				for k, sub := range split(comp, d.Sub) {
					if got := f.Rep(r + 1).Comp(c + 1).Sub(k + 1).Raw(); !bytes.Equal(got, sub) {
						t.Fatalf("%d.%d.%d.%d of %q is %q, want %q", n, r+1, c+1, k+1, s.Raw(), got, sub)
					}
				}
			}
		}
	}
}

// Separators are looked for eight characters at a time: each must be found, and
// the text before it be read right, wherever it stands.
func TestPiecesAreFoundAtEveryPlaceOfAText(t *testing.T) {
	for before := range 20 {
		for piece, leaf := range map[string]string{
			"a^b~c": "a", "^": "", "~": "", "é^é": "é", `a\T\b^x`: "a&b", "p&q^r": "p", "a  ^ b ": "a", "a\t^x": "a", "\x7f^y\x01z": "",
		} {
			for _, rest := range []string{"", "|", "|z", "\rZZZ|y", "\nPID|1"} {
				text := "MSH|^~\\&|A|B\rZZY|" + strings.Repeat("x", before) + piece + rest
				m := parse(t, text)
				for i := range m.Len() {
					sameCuts(t, m.Segment(i))
				}
				if got, want := m.Segment(1).Field(1).String(), strings.Repeat("x", before)+leaf; got != want {
					t.Errorf("%q: the first leaf is %q, want %q", text, got, want)
				}
			}
		}
	}
}

func TestATextWithoutEndHasAsManyPiecesAsItHasSeparators(t *testing.T) {
	m := parse(t, "MSH|^~\\&|"+strings.Repeat("^", 5000)+strings.Repeat("~", 3000)+strings.Repeat("|", 2000))
	f := m.MSH().Field(3)
	is.Equal(t, "fields, repetitions, components", []int{m.MSH().Fields(), f.Reps(), f.Comps()}, []int{2003, 3001, 5001})
}

// sameParts proves that Parts and Texts give what Comp does, with room for all and
// for the first two.
func sameParts(t *testing.T, v Value) {
	for _, room := range [...]int{0, 2, v.Comps() + 1} {
		parts := v.Parts(make([]Value, room))
		if len(parts) > room || len(parts) < min(room, v.Comps()) {
			t.Fatalf("%d parts of %q with room for %d", len(parts), v.Raw(), room)
		}
		texts := make([]string, room)
		whole := v.Texts(texts)
		for i, text := range texts {
			c := v.Comp(i + 1)
			want := c.String()
			if want == null {
				want = ""
			}
			if text != want {
				t.Fatalf("the text of component %d of %q is %q, want %q", i+1, v.Raw(), text, want)
			}
			if whole && text != c.Text() && c.Text() != null {
				t.Fatalf("component %d of %q says more than its text %q", i+1, v.Raw(), text)
			}
		}
		for i, p := range parts {
			if want := v.Comp(i + 1); !bytes.Equal(p.Raw(), want.Raw()) || p.String() != want.String() || p.IsEmpty() != want.IsEmpty() ||
				!bytes.Equal(p.Leaf(), want.Leaf()) || p.Text() != want.Text() || p.Sub(2).String() != want.Sub(2).String() {
				t.Fatalf("component %d of %q is %q among the parts", i+1, v.Raw(), p.Raw())
			}
		}
	}
}

func FuzzSplitter(f *testing.F) {
	f.Add([]byte("FHS|^~\\&\rBHS|^~\\&\r" + sample + "BTS|1\rFTS|1\r"))
	f.Add([]byte("\x0b" + sample + "\x1c\r"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		s := NewSplitter(bytes.NewReader(raw), 4096)
		for range len(raw) + 2 {
			msg, err := s.Next()
			if err == io.EOF {
				return
			}
			if err == nil {
				if _, err := Parse(msg); err != nil {
					t.Fatalf("the splitter gave a message that does not parse: %q", msg)
				}
			}
		}
		t.Fatal("the splitter does not end")
	})
}

func BenchmarkParse(b *testing.B) {
	msg := []byte(typical)
	b.SetBytes(int64(len(msg)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Parse(msg); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkParseAndRead also cuts and decodes every field's first component.
func BenchmarkParseAndRead(b *testing.B) {
	msg := []byte(typical)
	b.SetBytes(int64(len(msg)))
	b.ReportAllocs()
	for b.Loop() {
		m, err := Parse(msg)
		if err != nil {
			b.Fatal(err)
		}
		for i := range m.Len() {
			s := m.Segment(i)
			for n := 1; n <= s.Fields(); n++ {
				_ = s.Field(n).String()
			}
		}
	}
}

// typical is a made-up VXU of about 1.5 KB: a child, a parent, an earlier dose
// and a new one with its observations.
const typical = "MSH|^~\\&|BrightEHR|OAKST|OpenIIS|STATE|20240612093012-0500||VXU^V04^VXU_V04|BE-20240612-000417|P|2.5.1|||ER|AL|||||Z22^CDCPHINVS|OAKST|STATE\r" +
	"PID|1||4471902^^^OAKST^MR||Quillfeather^Juniper^Wren^^^^L|Marsh^Odessa^^^^^M|20230405|F||2106-3^White^CDCREC|418 Larkspur Lane^^Fairhaven^MN^55119^USA^P||^PRN^PH^^^651^5550147|||||||||2186-5^Not Hispanic or Latino^CDCREC||N\r" +
	"PD1|||||||||||02^Reminder/Recall - any method^HL70215|N|20240612|||A|20240612|20240612\r" +
	"NK1|1|Quillfeather^Odessa^^^^^L|MTH^Mother^HL70063|418 Larkspur Lane^^Fairhaven^MN^55119^USA^P|^PRN^PH^^^651^5550147\r" +
	"ORC|RE||OAK-88121.1^OAKST\r" +
	"RXA|0|1|20230607||110^DTaP-Hep B-IPV^CVX|999|||01^Historical information - source unspecified^NIP001|||||||||||CP|A\r" +
	"ORC|RE|P-5521^OAKST|OAK-88121.2^OAKST|||||||7824^Ashgrove^Perrin^^^^^NPI^L^^^NPI||654^Thistle^Maren^^^^^NPI^L^^^NPI|||||OAKST^Oak Street Pediatrics^HL70362\r" +
	"RXA|0|1|20240612||94^MMRV^CVX|0.5|mL^milliliters^UCUM||00^New immunization record^NIP001|7824^Ashgrove^Perrin^^^^^NPI^L^^^NPI|^^^OAKST||||Y012345|20250930|MSD^Merck and Co^MVX|||CP|A\r" +
	"RXR|C38299^Subcutaneous^NCIT|LA^Left arm^HL70163\r" +
	"OBX|1|CE|64994-7^Vaccine funding program eligibility category^LN|1|V02^VFC eligible - Medicaid^HL70064||||||F|||20240612|||VXC40^per immunization^CDCPHINVS\r" +
	"OBX|2|CE|69764-9^Document type^LN|2|253088698300026411121116^Multivaccine VIS^cdcgs1vis||||||F|||20240612\r" +
	"OBX|3|DT|29769-7^Date VIS presented^LN|2|20240612||||||F|||20240612\r"

func TestANoBreakSpaceIsPartOfAValue(t *testing.T) {
	m := parse(t, "MSH|^~\\&|\xa0x\r")
	var b Builder
	b.Header().Segment("ZZZ").Field(1, m.MSH().Field(3).String())
	back := parse(t, string(b.Bytes()))
	if got := back.First("ZZZ").Field(1).String(); got != "\u00a0x" {
		t.Errorf("written and read: %q", got)
	}
}

func TestTheBuilderWritesSeparatorsOnlyOnTheWayToContent(t *testing.T) {
	var b Builder
	b.Header().Field(3, "", "", "").Field(4, "X").Field(5)
	b.Segment("PID").
		Add(3).Add(3, "", "").Add(3, "1").Comp(4, "", "1.2.3", "ISO").Comp(5, "MR").Add(3, "").Add(3, "2").
		Field(5).Comp(4, "", "").Comp(6, "a", "").
		Raw(7, nil).Raw(8, []byte("x^y~z")).Field(9, "")
	b.Segment("ZZZ")
	want := "MSH|^~\\&||X\rPID|||1^^^&1.2.3&ISO^MR~2||^^^^^a|||x^y~z\rZZZ\r"
	if got := string(b.Bytes()); got != want {
		t.Errorf("got\n%q, want\n%q", got, want)
	}
}

func TestEscapedTextIsTheTextItselfWhenNothingIsSpecial(t *testing.T) {
	for text, want := range map[string]string{
		"": "", "two words": "two words", "é|ß": `é\F\ß`, " x ": `\X20\x\X20\`, "a\x00\x7fb": "ab", "line\nend": `line\X0A\end`,
	} {
		if got := Escaped(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

func TestTheBuilderDeclaresItsCharacterSetWhenItMatters(t *testing.T) {
	for _, c := range []struct {
		text string
		last int // the last field of the header that is written
		want string
	}{
		{"plain", 3, `MSH|^~\&|plain`},
		{"ñ", 3, `MSH|^~\&|ñ|||||||||||||||UNICODE UTF-8`},
		{"ñ", 21, `MSH|^~\&|ñ|||||||||||||||UNICODE UTF-8|||end`},
		{"ñ", 18, `MSH|^~\&|ñ|||||||||||||||end`},
	} {
		var b Builder
		b.Header().Field(3, c.text)
		if c.last > 3 {
			b.Field(c.last, "end")
		}
		b.Segment("ZZZ").Field(1, c.text)
		if got, want := string(b.Bytes()), c.want+"\rZZZ|"+c.text+"\r"; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
		if got, again := string(b.Bytes()), string(b.Bytes()); got != again {
			t.Error("a second look gives another text")
		}
	}
}

func TestTheCharacterSetIsHeldAgainstTheBytes(t *testing.T) {
	for _, c := range []struct {
		set, text, want string
		is              Charset
	}{
		{"", "plain text", "plain text", Charset{Known: true, Plain: true, Fits: true}},
		{"", "ñ", "ñ", Charset{Known: true, Fits: true}},
		{"unicode utf-8", "ñ", "ñ", Charset{Known: true, Fits: true}},
		{"", "\xf1", "ñ", Charset{Known: true}},
		{"8859/1", "\xf1", "ñ", Charset{Known: true, Fits: true}},
		{"8859/1", "\xc3\xb1\xf1", "Ã±ñ", Charset{Known: true, Fits: true}},
		{"8859/1", "\xc3\xb1", "ñ", Charset{Known: true}},
		{"8859/5", "\xf1", "ñ", Charset{}},
		{"8859/5", "plain", "plain", Charset{Plain: true, Fits: true}},
	} {
		m := parse(t, `MSH|^~\&|`+c.text+strings.Repeat("|", 15)+c.set)
		if got := m.Charset(); got != c.is {
			t.Errorf("%q in %q: got %+v, want %+v", c.text, c.set, got, c.is)
		}
		if got := m.MSH().Field(3).String(); got != c.want {
			t.Errorf("%q in %q: read as %q, want %q", c.text, c.set, got, c.want)
		}
		if got := string(m.UTF8(m.MSH().Field(3).Raw())); got != c.want {
			t.Errorf("%q in %q: in UTF-8 it is %q, want %q", c.text, c.set, got, c.want)
		}
	}
}

func TestASegmentIsAskedForItsName(t *testing.T) {
	m := parse(t, "MSH|^~\\&|\rPID|1\rPI\r")
	is.Equal(t, "MSH is MSH", m.MSH().Is("MSH"), true)
	is.Equal(t, "PID is PID", m.Segment(1).Is("PID"), true)
	is.Equal(t, "PID is PD1", m.Segment(1).Is("PD1"), false)
	is.Equal(t, "a line of two letters is PI", m.Segment(2).Is("PI"), false)
	is.Equal(t, "an absent segment is PID", Segment{}.Is("PID"), false)
}

// Whether a field is empty is known by the lowest bits of its number.
func TestAFieldWithAHighNumberIsTheOneThatWasSent(t *testing.T) {
	m := parse(t, "MSH|^~\\&|A\rPID|1"+strings.Repeat("|", 71)+"x|\t\rOBX"+strings.Repeat("|", 63)+"y|z\v\t\r")
	pid, obx := m.Segment(1), m.Segment(2)
	for n := range 140 {
		want := map[int]string{1: "1", 72: "x"}[n]
		if got := pid.Field(n).String(); got != want {
			t.Errorf("PID-%d is %q, want %q", n, got, want)
		}
		want = map[int]string{63: "y", 64: "z"}[n]
		if got := obx.Field(n).String(); got != want {
			t.Errorf("OBX-%d is %q, want %q", n, got, want)
		}
	}
	if got := string(obx.Field(64).Raw()); got != "z" { // what is cut off the line's end left no mark
		t.Errorf("OBX-64 is %q as sent", got)
	}
	if pid.Fields() != 73 || obx.Fields() != 64 {
		t.Errorf("%d and %d fields", pid.Fields(), obx.Fields())
	}
}

// What indexes a message is used again for the next one, however long either is.
func TestAMessageStaysAsItWasWhenOthersAreParsed(t *testing.T) {
	long := "MSH|^~\\&|LONG\r" + strings.Repeat("OBX|1|CE|a^b~c||\r", 4000)
	first := parse(t, long)
	second := parse(t, sample)
	for range 10 {
		parse(t, "MSH|^~\\&|OTHER\rZZZ|"+strings.Repeat("|^~", 200))
	}
	if first.Len() != 4001 || first.MSH().Field(3).String() != "LONG" || first.Segment(4000).Field(3).Rep(2).String() != "c" {
		t.Error("the long message changed")
	}
	again := parse(t, sample)
	for i := range again.Len() {
		for n := range again.Segment(i).Fields() + 1 {
			if got, want := second.Segment(i).Field(n), again.Segment(i).Field(n); !bytes.Equal(got.Raw(), want.Raw()) || got.Reps() != want.Reps() {
				t.Errorf("%s-%d changed to %q", again.Segment(i).Name(), n, got.Raw())
			}
		}
	}
}

package soap

import (
	"context"
	"encoding/xml"
	"runtime"
	"strings"
	"testing"
	"unicode/utf8"

	"openiis/internal/iis"
	"openiis/internal/is"
)

func anyone(context.Context, string, string, string) (iis.Sender, error) {
	return iis.Sender{ID: 1}, nil
}

func TestMessagesAreCountedByTheSegmentsThatBeginALine(t *testing.T) {
	for text, want := range map[string]int{
		"":                          0,
		"MSH":                       0,
		"PID|1":                     0,
		"MSH|^~\\&|":                1,
		"MSH|1\rPID|MSH|2":          1,
		"MSH|1\rNTE|1||see MSH|9":   1,
		"MSH|1\rMSHA|2":             1,
		"MSH|1\rMSH^2":              2,
		"\x0bMSH|1\x1c\r\x0bMSH|2":  2,
		"BHS|1\rMSH|1\r\n\r\nMSH|2": 2,
	} {
		if got := countMessages([]byte(text)); got != want {
			t.Errorf("%q: %d messages, want %d", text, got, want)
		}
	}
}

// TestATagOfManyAttributesCostsLittleMemory: the XML reader would keep some
// twenty times the tag's size.
func TestATagOfManyAttributesCostsLittleMemory(t *testing.T) {
	for name, tag := range map[string]string{
		"open":             `<a ` + strings.Repeat(`a="" `, 1_000_000) + `>`,
		"behind a quote":   `<a q='>' ` + strings.Repeat(`a="" `, 1_000_000) + `>`,
		"behind a comment": `<!-- < --><a ` + strings.Repeat(`a="" `, 1_000_000) + `>`,
		"behind CDATA":     `<b><![CDATA[ <a ' ]]><a ` + strings.Repeat(`a="" `, 1_000_000) + `>`,
		"in an operation":  strings.Replace(submission(&cdc2011, vxu), "<username>", `<username `+strings.Repeat(`a="" `, 1_000_000)+`>`, 1),
	} {
		body := []byte(tag)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := decode(body, "")
		runtime.ReadMemStats(&after)
		if err == nil {
			t.Errorf("%s: it was read", name)
		}
		if used := after.TotalAlloc - before.TotalAlloc; used > 1<<20 {
			t.Errorf("%s: %d bytes were allocated", name, used)
		}
	}
}

func TestLongTextIsNotMistakenForATag(t *testing.T) {
	long := vxu + strings.Repeat("NTE|1||a > b < c 'quoted \"text\"\r", 3000)
	c, err := decode([]byte(submission(&cdc2011, long)), "utf-8")
	is.NoError(t, "decode", err)
	is.Equal(t, "message", string(c.message.text), long)
	cdata := envelopeOf(`<submitSingleMessage xmlns="urn:cdc:iisb:2011"><hl7Message><![CDATA[<!DOCTYPE ` + strings.Repeat("< '", maxTag) + `]]></hl7Message></submitSingleMessage>`)
	c, err = decode([]byte(cdata), "")
	is.NoError(t, "decode CDATA", err)
	is.Equal(t, "length of CDATA", len(c.message.text), len("<!DOCTYPE ")+3*maxTag)
}

func TestTheLineOfAMistakeIsNamed(t *testing.T) {
	_, err := decode([]byte(strings.Replace(submission(&cdc2011, "MSH|1"), "</hl7Message>", "\n\n</x>", 1)), "")
	if err == nil || !strings.Contains(err.Error(), "(line 3)") {
		t.Errorf("got %v, want line 3", err)
	}
}

func TestAnEmptyElementHasNoTextOfItsNeighbours(t *testing.T) {
	for _, empty := range []string{"<username/>", "<username />", "<username></username>", `<username a="/"></username>`} {
		c, err := decode([]byte(envelopeOf(`<submitSingleMessage xmlns="urn:cdc:iisb:2011">`+empty+" \n <password>x</password></submitSingleMessage>")), "")
		is.NoError(t, empty, err)
		is.Equal(t, empty, string(c.username.text)+"|"+string(c.password.text), "|x")
	}
}

// FuzzUnescape compares our reading of text with that of the XML reader.
func FuzzUnescape(f *testing.F) {
	for _, s := range []string{"a&amp;b", "&#xD;\r\n\r", "&#13;&#0013;&#x41;&#X41;", "&quot;&apos;&lt;&gt;", "&#0;", "&#xFFFE;", "&nbsp;", "&", "]]>", "\ufffe", "\x00", "é", "\xe9", "&;", "&#;", "&#x;", "&#+9;", "&#9_0;"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, ok := unescape([]byte(s))
		if !ok || strings.ContainsRune(s, '<') {
			return
		}
		var want struct {
			Text string `xml:",chardata"`
		}
		if err := xml.Unmarshal([]byte("<a>"+s+"</a>"), &want); err != nil {
			t.Fatalf("%q: we read %q, the XML reader refuses: %v", s, got, err)
		}
		if string(got) != want.Text {
			t.Fatalf("%q: got %q, want %q", s, got, want.Text)
		}
	})
}

func FuzzDecode(f *testing.F) {
	for _, in := range []*dialect{&cdc2011, &cdc2014} {
		f.Add([]byte(submission(in, vxu)), "")
		f.Add([]byte(envelopeOf(`<`+in.test+` xmlns="`+in.space+`">`+el(in.testEcho, "x")+`</`+in.test+`>`)), "utf-8")
	}
	f.Add([]byte(`<?xml version="1.0" encoding="ISO-8859-1"?><a>`+"\xe9"+`</a>`), "windows-1252")
	f.Add([]byte(`<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>`), "")
	f.Add([]byte("<a b='>' <![CDATA[ ]]> <!-- -- > <? ?>"), "")
	f.Add([]byte(deep(40)), "latin1")
	f.Fuzz(func(t *testing.T, body []byte, charset string) {
		c, err := decode(body, charset)
		if c == nil || c.in == nil {
			t.Fatal("a call without a dialect")
		}
		if err != nil {
			if _, ours := err.(*refusal); !ours {
				t.Fatalf("an error that is not a refusal: %v", err)
			}
			return
		}
		if c.op == opNone {
			t.Fatal("success without an operation")
		}
		// What was read can be written and read again.
		again, err := decode([]byte(envelopeOf(`<connectivityTest xmlns="urn:cdc:iisb:2011">`+el("echoBack", string(c.message.text))+`</connectivityTest>`)), "")
		if err != nil {
			t.Fatalf("our own envelope is refused: %v", err)
		}
		if utf8.Valid(c.message.text) && string(again.echo.text) != string(c.message.text) {
			t.Fatalf("wrote %q, read %q", c.message.text, again.echo.text)
		}
	})
}

func BenchmarkDecode4KB(b *testing.B) {
	body := []byte(submission(&cdc2011, vxu+strings.Repeat("OBX|1|CE|64994-7^Vaccine funding program eligibility category^LN|1|V02^VFC eligible^HL70064||||||F\r", 36)))
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := decode(body, "utf-8"); err != nil {
			b.Fatal(err)
		}
	}
}

package soap

import (
	"bytes"
	"context"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/is"
)

const vxu = "MSH|^~\\&|EHR|CLINIC|IIS|IIS|20250102||VXU^V04^VXU_V04|1|P|2.5.1\rPID|1||77^^^CLINIC^MR||Example^Ada\r"

const ack = "MSH|^~\\&|IIS|IIS|EHR|CLINIC|20250102||ACK^V04^ACK|2|P|2.5.1\rMSA|AA|1\r"

// registry is the rest of the program as a test wants it to behave.
type registry struct {
	senderErr, messageErr error
	reply                 string

	asked, took int    // calls of Sender and Message
	raw         string // what Message got
	from        iis.Sender
}

func (g *registry) service() Service {
	return Service{
		Sender: func(_ context.Context, _, username, password string) (iis.Sender, error) {
			g.asked++
			if g.senderErr != nil {
				return iis.Sender{}, g.senderErr
			}
			if username != "clinic" || password != " s3 & <ret> " {
				return iis.Sender{}, fault.New(fault.Denied, "The username or password is wrong.")
			}
			return iis.Sender{ID: 7, Facility: "CLINIC"}, nil
		},
		Message: func(_ context.Context, from iis.Sender, door iis.Door, raw []byte) ([]byte, error) {
			g.took++
			g.raw, g.from = string(raw), from
			if door != iis.DoorSOAP {
				return nil, fmt.Errorf("wrong door %q", door)
			}
			return []byte(g.reply), g.messageErr
		},
	}
}

func newRegistry() *registry { return &registry{reply: ack} }

// escaped is text as a client writes it in XML.
func escaped(s string) string {
	var b bytes.Buffer
	escape(&b, []byte(s))
	return b.String()
}

func envelopeOf(body string) string {
	return `<?xml version="1.0" encoding="UTF-8"?><s:Envelope xmlns:s="` + soap12 + `"><s:Header/><s:Body>` + body + `</s:Body></s:Envelope>`
}

// submission is a right request in a dialect.
func submission(in *dialect, hl7 string) string {
	return envelopeOf(`<` + in.submit + ` xmlns="` + in.space + `">` +
		el(in.username, "clinic") + el(in.password, " s3 & <ret> ") + el(in.facility, "whatever") + el(in.message, hl7) +
		`</` + in.submit + `>`)
}

func el(name, text string) string { return "<" + name + ">" + escaped(text) + "</" + name + ">" }

func post(t testing.TB, s Service, body string) *httptest.ResponseRecorder {
	t.Helper()
	return postAs(t, s, "application/soap+xml; charset=utf-8", body)
}

func postAs(t testing.TB, s Service, contentType, body string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(http.MethodPost, "/soap", strings.NewReader(body))
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	w := httptest.NewRecorder()
	Handler(s).ServeHTTP(w, r)
	return w
}

// node is an element of an answer.
type node struct {
	XMLName xml.Name
	Attrs   []xml.Attr `xml:",any,attr"`
	Text    string     `xml:",chardata"`
	Kids    []node     `xml:",any"`
}

func parsed(t testing.TB, w *httptest.ResponseRecorder) node {
	t.Helper()
	var n node
	if err := xml.Unmarshal(w.Body.Bytes(), &n); err != nil {
		t.Fatalf("the answer is not XML: %v\n%s", err, w.Body)
	}
	return n
}

// at is the one element at a path of local names below n; the test ends when
// there is none or more than one.
func (n node) at(t testing.TB, path ...string) node {
	t.Helper()
	for _, name := range path {
		found := n.named(name)
		if len(found) != 1 {
			t.Fatalf("%s has %d elements %s, want 1", n.XMLName.Local, len(found), name)
		}
		n = found[0]
	}
	return n
}

func (n node) named(name string) []node {
	var out []node
	for _, k := range n.Kids {
		if k.XMLName.Local == name {
			out = append(out, k)
		}
	}
	return out
}

// faultName is the typed fault of an answer, "plain" for one without, "" when
// the answer is no fault.
func faultName(t testing.TB, w *httptest.ResponseRecorder) string {
	t.Helper()
	body := parsed(t, w).at(t, "Body")
	if len(body.named("Fault")) == 0 {
		return ""
	}
	f := body.at(t, "Fault")
	if len(f.named("Detail")) == 0 {
		return "plain"
	}
	return f.at(t, "Detail").Kids[0].XMLName.Local
}

func TestAMessageIsHandedOnAndItsAnswerComesBackInTheSenderVersion(t *testing.T) {
	for _, in := range []*dialect{&cdc2011, &cdc2014} {
		g := newRegistry()
		w := post(t, g.service(), submission(in, vxu))
		if w.Code != http.StatusOK {
			t.Fatalf("%s: status %d\n%s", in.year, w.Code, w.Body)
		}
		is.Equal(t, "content type", w.Header().Get("Content-Type"), "application/soap+xml; charset=utf-8")
		is.Equal(t, "what was handed on", g.raw, vxu)
		is.Equal(t, "from", g.from, iis.Sender{ID: 7, Facility: "CLINIC"})
		answer := parsed(t, w).at(t, "Body", in.submitAnswer)
		is.Equal(t, "namespace", answer.XMLName.Space, in.space)
		is.Equal(t, "answer", answer.at(t, in.submitReturn).Text, ack)
	}
}

func TestCarriageReturnsSurviveAnXMLReaderInBothDirections(t *testing.T) {
	g := newRegistry()
	body := post(t, g.service(), submission(&cdc2011, vxu)).Body.String()
	if strings.Contains(body, "\r") || strings.Count(body, "&#xD;") != 2 {
		t.Errorf("want both carriage returns as &#xD;, got\n%q", body)
	}
	// A sender's bare CR or CRLF is a line feed by the time it is read; that
	// ends a segment too.
	bare := strings.ReplaceAll(submission(&cdc2011, vxu), "&#xD;", "\r\n")
	post(t, g.service(), bare)
	is.Equal(t, "bare CRLF", g.raw, strings.ReplaceAll(vxu, "\r", "\n"))
	cdata := envelopeOf(`<submitSingleMessage xmlns="urn:cdc:iisb:2011"><username>clinic</username><password> s3 &amp; &lt;ret> </password><hl7Message><![CDATA[` + "MSH|^~\\&|<b>\nPID|1\n" + `]]></hl7Message></submitSingleMessage>`)
	post(t, g.service(), cdata)
	is.Equal(t, "CDATA", g.raw, "MSH|^~\\&|<b>\nPID|1\n")
}

func TestElementsMayComeInAnyOrderAndWithoutNamespace(t *testing.T) {
	g := newRegistry()
	w := post(t, g.service(), envelopeOf(`<x:submitSingleMessage xmlns:x="urn:cdc:iisb:2011"><hl7Message>MSH|1</hl7Message> <!-- then --> <x:password> s3 &amp; &lt;ret&gt; </x:password><x:username>
		clinic </x:username></x:submitSingleMessage>`))
	if w.Code != http.StatusOK || g.raw != "MSH|1" {
		t.Errorf("status %d, handed on %q\n%s", w.Code, g.raw, w.Body)
	}
}

func TestTheConnectivityTestEchoesWithoutCredentials(t *testing.T) {
	const text = "Grüße, 你好 & <b>\r\n\tx"
	for _, in := range []*dialect{&cdc2011, &cdc2014} {
		g := newRegistry()
		w := post(t, g.service(), envelopeOf(`<`+in.test+` xmlns="`+in.space+`">`+el(in.testEcho, text)+`</`+in.test+`>`))
		is.Equal(t, "status", w.Code, http.StatusOK)
		is.Equal(t, "echo", parsed(t, w).at(t, "Body", in.testAnswer, in.testReturn).Text, text)
		is.Equal(t, "credentials asked", g.asked, 0)
	}
	w := post(t, newRegistry().service(), envelopeOf(`<ConnectivityTestRequest xmlns="urn:cdc:iisb:2014"/>`))
	is.Equal(t, "2014 without text", faultName(t, w), "")
	w = post(t, newRegistry().service(), envelopeOf(`<connectivityTest xmlns="urn:cdc:iisb:2011"/>`))
	is.Equal(t, "2011 without text", faultName(t, w), "fault")
}

func TestWhatIsWrongIsAFaultOfItsKindAndReachesNobody(t *testing.T) {
	submit := func(inside string) string {
		return envelopeOf(`<submitSingleMessage xmlns="urn:cdc:iisb:2011">` + inside + `</submitSingleMessage>`)
	}
	who := `<username>clinic</username><password> s3 &amp; &lt;ret&gt; </password>`
	in2014 := func(inside string) string {
		return envelopeOf(`<SubmitSingleMessageRequest xmlns="urn:cdc:iisb:2014">` + inside + `</SubmitSingleMessageRequest>`)
	}
	whole := submission(&cdc2011, vxu)
	for _, c := range []struct{ name, body, want string }{
		{"no message", submit(who), "fault"},
		{"an empty message", submit(who + `<hl7Message> &#xD;</hl7Message>`), "fault"},
		{"an empty message in 2014", in2014(`<Username>u</Username><Hl7Message/>`), "plain"},
		{"two messages", submit(who + el("hl7Message", vxu+vxu)), "MessageTooLargeFault"},
		{"two messages, line feeds and blanks", submit(who + el("hl7Message", "\xef\xbb\xbfMSH|1\n \tMSH|2")), "MessageTooLargeFault"},
		{"two messages in a batch", submit(who + el("hl7Message", "FHS|^~\\&\rBHS|^~\\&\r"+vxu+vxu+"BTS|2\r")), "MessageTooLargeFault"},
		{"two messages in 2014", in2014(el("Hl7Message", vxu+vxu)), "MessageTooLargeFault"},
		{"no credentials", submit(el("hl7Message", vxu)), "SecurityFault"},
		{"no password", submit(`<username>clinic</username>` + el("hl7Message", vxu)), "SecurityFault"},
		{"wrong password", submit(`<username>clinic</username><password>no</password>` + el("hl7Message", vxu)), "SecurityFault"},
		{"endless password", submit(`<username>clinic</username>` + el("password", strings.Repeat("x", 2000)) + el("hl7Message", vxu)), "SecurityFault"},
		{"wrong password in 2014", in2014(`<Username>u</Username><Password>p</Password>` + el("Hl7Message", vxu)), "SecurityFault"},
		{"unknown element", submit(who + `<hl7message>MSH|</hl7message>`), "UnsupportedOperationFault"},
		{"an element of the other version", submit(`<Username>u</Username>`), "UnsupportedOperationFault"},
		{"unknown operation", envelopeOf(`<deleteAll xmlns="urn:cdc:iisb:2011"/>`), "UnsupportedOperationFault"},
		{"unknown operation in 2014", envelopeOf(`<submitSingleMessage xmlns="urn:cdc:iisb:2014"/>`), "UnsupportedOperationFault"},
		{"unknown namespace", envelopeOf(`<submitSingleMessage xmlns="urn:cdc:iisb:2099"/>`), "UnsupportedOperationFault"},
		{"an element twice", submit(who + el("hl7Message", vxu) + el("hl7Message", vxu)), "fault"},
		{"markup in the message", submit(who + `<hl7Message>MSH|<b>x</b></hl7Message>`), "fault"},
		{"two operations", envelopeOf(`<connectivityTest xmlns="urn:cdc:iisb:2011"><echoBack>x</echoBack></connectivityTest><b/>`), "fault"},
		{"nothing", "", "fault"},
		{"blanks", " \n ", "fault"},
		{"a comment only", "<!-- x -->", "fault"},
		{"not XML", "USERID=x&PASSWORD=y", "fault"},
		{"bare HL7", vxu, "fault"},
		{"cut short", whole[:len(whole)-60], "fault"},
		{"cut in a tag", whole[:strings.Index(whole, "<username")+4], "fault"},
		{"bad nesting", strings.Replace(whole, "</username>", "</password>", 1), "fault"},
		{"unescaped ampersand", strings.Replace(whole, "&amp;", "& ", 1), "fault"},
		{"an entity of their own", strings.Replace(whole, "&amp;", "&nbsp;", 1), "fault"},
		{"a character XML forbids", strings.Replace(whole, "PID", "&#11;PID", 1), "fault"},
		{"not UTF-8", strings.Replace(whole, "Ada", "Ad\xe9", 1), "fault"},
		{"a document type", `<!DOCTYPE x [<!ENTITY a "b">]>` + whole, "fault"},
		{"an entity bomb", `<?xml version="1.0"?><!DOCTYPE z [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><z>&b;</z>`, "fault"},
		{"an external entity", `<!DOCTYPE z SYSTEM "file:///etc/passwd"><z/>`, "fault"},
		{"a document type inside", strings.Replace(whole, "<s:Body>", "<!DOCTYPE x><s:Body>", 1), "fault"},
		{"deep nesting", deep(10_000), "fault"},
		{"a tag without end", `<s:Envelope xmlns:s="` + soap12 + `" ` + strings.Repeat(`a="" `, 10_000), "fault"},
		{"a second document", whole + whole, "fault"},
		{"text after the end", whole + "x", "fault"},
		{"two bodies", strings.Replace(whole, "</s:Envelope>", "<s:Body/></s:Envelope>", 1), "fault"},
		{"a header after the body", strings.Replace(whole, "</s:Envelope>", "<s:Header/></s:Envelope>", 1), "fault"},
		{"no body", `<Envelope xmlns="` + soap12 + `"/>`, "fault"},
		{"an empty body", envelopeOf(""), "fault"},
		{"text in the body", envelopeOf("hello"), "fault"},
		{"not an envelope", `<html><body/></html>`, "fault"},
		{"UTF-16", "\xff\xfe<\x00a\x00/\x00>\x00", "fault"},
		{"a character set of their own", `<?xml version="1.0" encoding="shift_jis"?><a/>`, "fault"},
	} {
		g := newRegistry()
		w := post(t, g.service(), c.body)
		if got := faultName(t, w); got != c.want {
			t.Errorf("%s: fault %q, want %q\n%s", c.name, got, c.want, w.Body)
		}
		if w.Code != http.StatusInternalServerError {
			t.Errorf("%s: status %d, want 500", c.name, w.Code)
		}
		if g.took != 0 {
			t.Errorf("%s: the message was taken", c.name)
		}
	}
}

// deep is a connectivity test, right but for a header nested n deep.
func deep(n int) string {
	return `<Envelope xmlns="` + soap12 + `"><Header>` + strings.Repeat("<a>", n) + strings.Repeat("</a>", n) +
		`</Header><Body><connectivityTest xmlns="urn:cdc:iisb:2011"><echoBack>x</echoBack></connectivityTest></Body></Envelope>`
}

func TestHeadersMayNestThirtyDeepAndNoDeeper(t *testing.T) {
	is.Equal(t, "30 deep", faultName(t, post(t, newRegistry().service(), deep(maxDepth-2))), "")
	is.Equal(t, "31 deep", faultName(t, post(t, newRegistry().service(), deep(maxDepth-1))), "fault")
}

func TestAFaultIsWrittenInTheVersionThatWasSpoken(t *testing.T) {
	w := post(t, newRegistry().service(), submission(&cdc2014, vxu+vxu))
	detail := parsed(t, w).at(t, "Body", "Fault", "Detail", "MessageTooLargeFault")
	is.Equal(t, "namespace", detail.XMLName.Space, "urn:cdc:iisb:2014")
	is.Equal(t, "size", detail.at(t, "Size").Text, fmt.Sprint(2*len(vxu)))
	is.Equal(t, "largest size", detail.at(t, "MaxSize").Text, fmt.Sprint(DefaultMaxBytes))
	w = post(t, newRegistry().service(), strings.Replace(submission(&cdc2014, vxu), "clinic", "x", 1))
	security := parsed(t, w).at(t, "Body", "Fault", "Detail", "SecurityFault")
	is.Equal(t, "namespace", security.XMLName.Space, "urn:cdc:iisb:2014")
	is.Equal(t, "content", len(security.Kids), 0)
}

func TestAnEnvelopeOfSOAP11IsAnsweredInSOAP11(t *testing.T) {
	w := post(t, newRegistry().service(), strings.Replace(submission(&cdc2011, vxu), soap12, soap11, 1))
	root := parsed(t, w)
	is.Equal(t, "status", w.Code, http.StatusInternalServerError)
	is.Equal(t, "content type", w.Header().Get("Content-Type"), "text/xml; charset=utf-8")
	is.Equal(t, "envelope", root.XMLName, xml.Name{Space: soap11, Local: "Envelope"})
	is.Equal(t, "code", root.at(t, "Body", "Fault", "faultcode").Text, "S:VersionMismatch")
	is.Equal(t, "upgrade", root.at(t, "Header", "Upgrade", "SupportedEnvelope").XMLName.Space, soap12)
}

func TestAnEnvelopeOfNoKnownSOAPIsAVersionMismatch(t *testing.T) {
	w := post(t, newRegistry().service(), strings.Replace(submission(&cdc2011, vxu), soap12, "urn:soap:2030", 1))
	is.Equal(t, "code", parsed(t, w).at(t, "Body", "Fault", "Code", "Value").Text, "VersionMismatch")
}

func TestHeadersAreIgnoredUnlessTheyInsist(t *testing.T) {
	for _, c := range []struct{ name, header, code string }{
		{"WS-Addressing", `<a:Action xmlns:a="http://www.w3.org/2005/08/addressing" s:mustUnderstand="1">urn:cdc:iisb:2011:submitSingleMessage</a:Action><a:ReplyTo xmlns:a="http://www.w3.org/2005/08/addressing" s:mustUnderstand="true"><a:Address>x</a:Address></a:ReplyTo>`, ""},
		{"of the hub", `<h:HubRequestHeader xmlns:h="urn:cdc:iisb:hub:2014"><h:DestinationId>ms</h:DestinationId></h:HubRequestHeader>`, ""},
		{"of somebody", `<x:Trace xmlns:x="urn:x"><x:a><x:b/></x:a></x:Trace>`, ""},
		{"insisting", `<x:Sign xmlns:x="urn:x" s:mustUnderstand="1"/>`, "MustUnderstand"},
		{"insisting on another", `<x:Sign xmlns:x="urn:x" s:mustUnderstand="1" s:role="urn:proxy"/>`, ""},
		{"insisting on the next", `<x:Sign xmlns:x="urn:x" s:mustUnderstand="true" s:role="` + soap12 + `/role/next"/>`, "MustUnderstand"},
	} {
		w := post(t, newRegistry().service(), strings.Replace(submission(&cdc2011, vxu), "<s:Header/>", "<s:Header>"+c.header+"</s:Header>", 1))
		got := ""
		if f := parsed(t, w).at(t, "Body").named("Fault"); len(f) == 1 {
			got = f[0].at(t, "Code", "Value").Text
		}
		is.Equal(t, "header "+c.name, got, c.code)
	}
}

func TestOnlyXMLContentTypesAreTaken(t *testing.T) {
	for typ, want := range map[string]int{
		"application/soap+xml": 200, "text/xml; charset=utf-8": 200, "Application/XML": 200, "": 200,
		`application/soap+xml; charset="UTF-8"; action="urn:cdc:iisb:2011:submitSingleMessage"`: 200,
		`application/soap+xml;charset=utf-8;action=urn:cdc:iisb:2011:submitSingleMessage`:       200,
		"application/json": 415, "text/html": 415, "multipart/related; boundary=x": 415, "application/hl7-v2": 415,
		"text/xml; charset=utf-16": 500,
	} {
		w := postAs(t, newRegistry().service(), typ, submission(&cdc2011, vxu))
		if w.Code != want {
			t.Errorf("%q: status %d, want %d", typ, w.Code, want)
		}
		if f := faultName(t, w); (f == "fault") != (want != 200) {
			t.Errorf("%q: fault %q", typ, f)
		}
	}
	r := httptest.NewRequest(http.MethodPost, "/soap", strings.NewReader(submission(&cdc2011, vxu)))
	r.Header.Set("Content-Type", "text/xml")
	r.Header.Set("Content-Encoding", "gzip")
	w := httptest.NewRecorder()
	Handler(newRegistry().service()).ServeHTTP(w, r)
	is.Equal(t, "compressed", w.Code, http.StatusUnsupportedMediaType)
}

func TestWesternCharacterSetsAreReadAsUTF8(t *testing.T) {
	latin := strings.Replace(submission(&cdc2011, strings.Replace(vxu, "Ada", "Zo#", 1)), "Zo#", "Zo\xeb\x92", 1)
	declared := strings.Replace(latin, "UTF-8", "ISO-8859-1", 1)
	for _, c := range []struct{ name, typ, body string }{
		{"by the declaration", "text/xml", declared},
		{"by the declaration of Windows", "text/xml", strings.Replace(latin, "UTF-8", "windows-1252", 1)},
		{"by the header, against the declaration", "text/xml; charset=iso-8859-1", latin},
		{"by both", "text/xml; charset=ISO-8859-1", declared},
	} {
		g := newRegistry()
		w := postAs(t, g.service(), c.typ, c.body)
		if !strings.Contains(g.raw, "Zoë’") {
			t.Errorf("%s: status %d, handed on %q", c.name, w.Code, g.raw)
		}
	}
	g := newRegistry()
	postAs(t, g.service(), "text/xml", byteOrderMark+submission(&cdc2011, strings.Replace(vxu, "Ada", "Zoë", 1)))
	if !strings.Contains(g.raw, "Zoë") {
		t.Errorf("with a byte order mark: handed on %q", g.raw)
	}
}

func TestAnAnswerHoldsOnlyWhatXMLCanHold(t *testing.T) {
	g := newRegistry()
	g.reply = "MSH|\x0b\x00|\xff|\ufffe|]]>|<é&\"'\r"
	w := post(t, g.service(), submission(&cdc2011, vxu))
	is.Equal(t, "answer", parsed(t, w).at(t, "Body", "submitSingleMessageResponse", "return").Text, "MSH|\ufffd\ufffd|\ufffd|\ufffd|]]>|<é&\"'\r")
}

func TestAnEmptyAnswerIsAFaultAndNotASuccess(t *testing.T) {
	g := newRegistry()
	g.reply = ""
	w := post(t, g.service(), submission(&cdc2011, vxu))
	is.Equal(t, "fault", faultName(t, w), "fault")
	is.Equal(t, "code", parsed(t, w).at(t, "Body", "Fault", "Code", "Value").Text, "Receiver")
}

// endless gives x for ever and counts.
type endless struct{ read int64 }

func (e *endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'x'
	}
	e.read += int64(len(p))
	return len(p), nil
}

func TestAHugeRequestIsRefusedWithoutReadingItAll(t *testing.T) {
	s := newRegistry().service()
	s.MaxBytes = 100_000
	for _, announced := range []int64{100 << 20, -1} {
		body := &endless{}
		r := httptest.NewRequest(http.MethodPost, "/soap", io.LimitReader(body, 100<<20))
		r.ContentLength = announced
		r.Header.Set("Content-Type", "application/soap+xml")
		w := httptest.NewRecorder()
		Handler(s).ServeHTTP(w, r)
		is.Equal(t, "fault", faultName(t, w), "MessageTooLargeFault")
		if announced > 0 && body.read > 0 || body.read > 1<<20 {
			t.Errorf("read %d bytes of a request of %d", body.read, announced)
		}
	}
}

func TestTheLimitIsThatOfTheMessageAndNotOfItsEscapes(t *testing.T) {
	g := newRegistry()
	s := g.service()
	fit := "MSH|" + strings.Repeat("\r", 1000)
	s.MaxBytes = int64(len(fit))
	is.Equal(t, "at the limit", faultName(t, post(t, s, submission(&cdc2014, fit))), "")
	w := post(t, s, submission(&cdc2014, fit+"\r"))
	detail := parsed(t, w).at(t, "Body", "Fault", "Detail", "MessageTooLargeFault")
	is.Equal(t, "size over the limit", detail.at(t, "Size").Text, "1005")
	is.Equal(t, "the limit", detail.at(t, "MaxSize").Text, "1004")
}

func TestAConnectionThatBreaksIsAFault(t *testing.T) {
	r := httptest.NewRequest(http.MethodPost, "/soap", io.MultiReader(strings.NewReader("<a"), brokenReader{}))
	r.Header.Set("Content-Type", "text/xml")
	w := httptest.NewRecorder()
	Handler(newRegistry().service()).ServeHTTP(w, r)
	is.Equal(t, "fault", faultName(t, w), "fault")
}

type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func TestOtherMethodsAreNotAllowed(t *testing.T) {
	w := httptest.NewRecorder()
	Handler(newRegistry().service()).ServeHTTP(w, httptest.NewRequest(http.MethodPut, "/soap", nil))
	is.Equal(t, "status", w.Code, http.StatusMethodNotAllowed)
	is.Equal(t, "allow", w.Header().Get("Allow"), "GET, HEAD, POST")
}

// TestNothingOfTheRequestIsEverInAFault sends unmistakable text in every place
// of a request and breaks the request in every way.
func TestNothingOfTheRequestIsEverInAFault(t *testing.T) {
	const canary = "Zzyzxqueen"
	hl7 := "MSH|^~\\&|" + canary + "|\rPID|1||" + canary + "\r"
	whole := envelopeOf(`<submitSingleMessage xmlns="urn:cdc:iisb:2011">` + el("username", canary) + el("password", canary) + el("facilityID", canary) + el("hl7Message", hl7) + `</submitSingleMessage>`)
	bodies := []string{
		whole, strings.ReplaceAll(whole, "2011", "2014"), hl7,
		strings.ReplaceAll(whole, "hl7Message", canary),
		strings.ReplaceAll(whole, "submitSingleMessage", canary),
		strings.ReplaceAll(whole, "urn:cdc:iisb:2011", "urn:"+canary),
		strings.ReplaceAll(whole, soap12, "urn:"+canary),
		strings.ReplaceAll(whole, soap12, soap11),
		strings.ReplaceAll(whole, "UTF-8", canary),
		strings.Replace(whole, "</username>", "</"+canary+">", 1),
		strings.Replace(whole, "&amp;", "&"+canary+";", 1),
		strings.Replace(whole, "&amp;", "&"+canary, 1),
		strings.Replace(whole, "<s:Header/>", `<s:Header><`+canary+` s:mustUnderstand="1"/></s:Header>`, 1),
		strings.Replace(whole, "<s:Body>", "<s:Body>"+canary, 1),
		`<!DOCTYPE ` + canary + `>` + whole,
		strings.Replace(whole, "</hl7Message>", escaped(hl7)+"</hl7Message>", 1),
		strings.Replace(whole, "<username>", `<username `+canary+`>`, 1),
		strings.Replace(whole, "<username>", `<username a=`+canary+`>`, 1),
		whole + canary,
	}
	for i := 0; i < len(whole); i += 3 { // cut short everywhere
		bodies = append(bodies, whole[:i], whole[i:])
	}
	g := newRegistry()
	g.messageErr = fmt.Errorf("parse %s: bad", canary)
	for _, body := range bodies {
		for _, typ := range []string{"text/xml", canary + "/" + canary, "text/xml; charset=" + canary} {
			w := postAs(t, g.service(), typ, body)
			if anyFaultName(t, w) == "" {
				t.Errorf("no fault for %q", body)
			}
			sent := w.Body.String() + fmt.Sprint(w.Header())
			if strings.Contains(strings.ToLower(sent), strings.ToLower(canary)) {
				t.Errorf("the fault repeats what was sent:\n%s\n%s", sent, body)
			}
			for _, leak := range []string{"goroutine", ".go:", "encoding/xml", "panic"} {
				if strings.Contains(sent, leak) {
					t.Errorf("the fault shows our insides (%s): %s", leak, sent)
				}
			}
		}
	}
}

// anyFaultName is faultName for either version of SOAP.
func anyFaultName(t testing.TB, w *httptest.ResponseRecorder) string {
	t.Helper()
	if parsed(t, w).XMLName.Space == soap11 {
		return "SOAP 1.1"
	}
	return faultName(t, w)
}

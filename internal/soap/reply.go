package soap

import (
	"bytes"
	"encoding/xml"
	"net/http"
	"strconv"
)

const (
	xmlHead    = `<?xml version="1.0" encoding="UTF-8"?>` + "\n"
	soap12Type = "application/soap+xml; charset=utf-8"
	soap11Type = "text/xml; charset=utf-8"
)

// testReply is the envelope that gives back what was sent.
func (in *dialect) testReply(echo []byte) []byte {
	return in.reply(in.testAnswer, in.testReturn, echo)
}

// submitReply is the envelope of an HL7 answer.
func (in *dialect) submitReply(hl7 []byte) []byte {
	return in.reply(in.submitAnswer, in.submitReturn, hl7)
}

func (in *dialect) reply(answer, element string, text []byte) []byte {
	var b bytes.Buffer
	b.Grow(len(text) + len(text)/8 + 512)
	b.WriteString(xmlHead + `<Envelope xmlns="` + soap12 + `"><Body><` + answer + ` xmlns="` + in.space + `"><` + element + `>`)
	escape(&b, text)
	b.WriteString(`</` + element + `></` + answer + `></Body></Envelope>`)
	return b.Bytes()
}

// escape writes text as XML. HL7's carriage returns become &#xD;, because a
// reader of XML makes a line feed of a bare one, in CDATA too (XML 1.0, 2.11).
// What XML cannot hold, escaped or not (most control characters, bytes that are
// not UTF-8), becomes U+FFFD.
func escape(b *bytes.Buffer, text []byte) {
	_ = xml.EscapeText(b, text) // a buffer does not fail
}

// write sends an answer. It may be about a patient: no cache keeps it.
func write(w http.ResponseWriter, status int, contentType string, body []byte) {
	h := w.Header()
	h.Set("Content-Type", contentType)
	h.Set("Content-Length", strconv.Itoa(len(body)))
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_, _ = w.Write(body) // the client went away: there is nobody to tell
}

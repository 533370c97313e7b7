// Package soap is the SOAP 1.2 door: the CDC transport interface of
// immunization information systems, versions 2011 and 2014, on one address.
//
// It takes the envelope off a message, asks who sends it, hands it on and wraps
// the answer; what is inside the message it does not read, but for counting
// message headers. A failure becomes a SOAP fault (fault.go) that repeats
// nothing of what was sent. Start at Handler; the envelope is read in
// decode.go, the answers are written in reply.go, the WSDL is in wsdl/.
package soap

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"openiis/internal/fault"
	"openiis/internal/iis"
)

// DefaultMaxBytes is the largest HL7 message taken when Service.MaxBytes is 0:
// 4 MB, which is what the IZ Gateway may send.
const DefaultMaxBytes = 4 << 20

// maxCredential is the longest username or password, in bytes, that is worth
// checking. Hashing a longer one would be work for a stranger.
const maxCredential = 1024

// Service is what the door needs of the rest: who may send, and what becomes of
// a message.
type Service struct {
	// Sender finds who sends by their credential; from is the remote address of
	// the request. It fails with fault.Denied for an unknown one and fault.Busy
	// when there were too many attempts.
	Sender func(ctx context.Context, from, username, password string) (iis.Sender, error)
	// Message takes one HL7 message, as UTF-8 text, and answers with one. It
	// fails with fault.Invalid when there is no MSH segment; a message that is
	// wrong in any other way has an answer and no error.
	Message func(ctx context.Context, from iis.Sender, door iis.Door, raw []byte) ([]byte, error)
	// MaxBytes is the limit of the HL7 message; 0 stands for DefaultMaxBytes.
	// The envelope around it may take as much again, for what XML escapes.
	MaxBytes int64
	// TrustProxy believes X-Forwarded-Proto when the WSDL says where the
	// service is. Set it only behind a proxy that sets that header itself.
	TrustProxy bool
	// Certified reports a request whose other end has shown a certificate: it may leave out
	// username and password, and Sender says whether that is enough. Nil: there are none.
	Certified func(ctx context.Context) bool
}

// Handler serves the door at whatever path it is mounted: POST is the service,
// GET ?wsdl and ?xsd describe it (=2014 for that version), GET alone says what
// this is. It is safe for concurrent use. Time limits are the server's to set.
func Handler(s Service) http.Handler {
	if s.MaxBytes <= 0 {
		s.MaxBytes = DefaultMaxBytes
	}
	return &door{s}
}

type door struct{ Service }

func (d *door) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch r.Method {
	case http.MethodPost:
		d.post(w, r)
	case http.MethodGet, http.MethodHead:
		d.describe(w, r)
	default:
		w.Header().Set("Allow", "GET, HEAD, POST")
		http.Error(w, "Send SOAP requests with POST.", http.StatusMethodNotAllowed)
	}
}

func (d *door) post(w http.ResponseWriter, r *http.Request) {
	c, err := d.read(w, r)
	var reply []byte
	if err == nil {
		reply, err = d.perform(r, c)
	}
	if err != nil {
		d.writeFault(w, c, err)
		return
	}
	write(w, http.StatusOK, soap12Type, reply)
}

// read takes the call out of the request. The call's dialect is set even when
// there is an error, so that the fault can be written in it.
func (d *door) read(w http.ResponseWriter, r *http.Request) (*call, error) {
	charset, err := mediaType(r.Header)
	if err != nil {
		return &call{in: &cdc2011}, err
	}
	body, err := d.body(w, r)
	if err != nil {
		return &call{in: &cdc2011}, err
	}
	return decode(body, charset)
}

// perform does what was asked and writes the answer's envelope.
func (d *door) perform(r *http.Request, c *call) ([]byte, error) {
	if c.op == opTest {
		return c.in.testReply(c.echo.text), nil
	}
	reply, err := d.submit(r, c)
	if err != nil {
		return nil, err
	}
	return c.in.submitReply(reply), nil
}

// submit hands one message on. What is wrong with the request comes before who
// sends it: it costs nothing to find out and tells a stranger nothing.
func (d *door) submit(r *http.Request, c *call) ([]byte, error) {
	raw := c.message.text
	switch {
	case isBlank(raw):
		return nil, refuse(invalid, "There is no HL7 message in the request. Send one message in the element "+c.in.message+".")
	case int64(len(raw)) > d.MaxBytes:
		return nil, tooLargeFor(int64(len(raw)), d.MaxBytes)
	case countMessages(raw) > 1:
		return nil, refuse(tooLarge, "The request holds more than one HL7 message. Send one message in each request.")
	}
	username, password := strings.TrimSpace(string(c.username.text)), string(c.password.text)
	byCertificate := username == "" && password == "" && d.Certified != nil && d.Certified(r.Context())
	if (username == "" || password == "") && !byCertificate {
		return nil, refuse(denied, "The request has no username or no password. Send both.")
	}
	if len(username) > maxCredential || len(password) > maxCredential {
		return nil, refuse(denied, "The username or password is wrong.")
	}
	from, err := d.Sender(r.Context(), r.RemoteAddr, username, password)
	if err != nil {
		return nil, err
	}
	reply, err := d.Message(r.Context(), from, iis.DoorSOAP, raw)
	if err == nil && isBlank(reply) {
		// An empty answer would look like success to a sender that does not read it.
		return nil, fault.New(fault.Internal, "the answer to a message is empty")
	}
	return reply, err
}

func tooLargeFor(size, limit int64) error {
	r := refuse(tooLarge, "The message is larger than this service takes: the limit is "+strconv.FormatInt(limit, 10)+" bytes. Send it in smaller parts.")
	r.size = size
	return r
}

// countMessages is the number of MSH segments: those that begin the text or a
// line, blanks and control characters aside. One call carries one message (NIST
// SOAPCON_4).
func countMessages(raw []byte) int {
	n := 0
	for i := 0; i+3 < len(raw); i++ {
		if raw[i] != 'M' || raw[i+1] != 'S' || raw[i+2] != 'H' || isWord(raw[i+3]) {
			continue
		}
		if beginsLine(raw, i) {
			n++
		}
	}
	return n
}

// beginsLine reports whether only blanks stand between at and the end of the
// line before it, or the beginning of the text.
func beginsLine(raw []byte, at int) bool {
	for at > 0 && raw[at-1] <= ' ' {
		at--
		switch raw[at] {
		case '\r', '\n':
			return true
		}
	}
	return at == 0 || string(raw[:at]) == byteOrderMark
}

func isWord(c byte) bool {
	return c <= ' ' || c >= 0x7f || '0' <= c && c <= '9' || 'A' <= c && c <= 'Z' || 'a' <= c && c <= 'z'
}

func isBlank(b []byte) bool {
	for _, c := range b {
		if c > ' ' {
			return false
		}
	}
	return true
}

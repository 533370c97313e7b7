package soap

import (
	"bytes"
	"errors"
	"net/http"
	"strconv"

	"openiis/internal/fault"
)

// trouble is a way for a request to fail, as it looks on the wire.
type trouble struct {
	code   string // SOAP 1.2 fault code: Sender must change something, Receiver must not
	typed  string // the fault of the CDC interface
	number int    // its Code in 2011: the HTTP status of the same meaning
	reason string // its Reason in 2011; NIST fixes those of the three named faults
	status int    // HTTP status: 500, as SOAP over HTTP has it, unless a proxy should understand too
}

// The troubles. The element "fault" is what 2011 has for anything without a
// fault of its own; 2014 has nothing for it, and the plain SOAP fault must do.
var (
	internal      = trouble{"Receiver", "fault", 500, "Internal", http.StatusInternalServerError}
	notFound      = trouble{"Sender", "fault", 404, "NotFound", http.StatusInternalServerError}
	invalid       = trouble{"Sender", "fault", 400, "Invalid", http.StatusInternalServerError}
	denied        = trouble{"Sender", "SecurityFault", 401, "Security", http.StatusInternalServerError}
	conflict      = trouble{"Receiver", "fault", 409, "Conflict", http.StatusInternalServerError}
	busy          = trouble{"Receiver", "fault", 503, "Busy", http.StatusServiceUnavailable}
	tooLarge      = trouble{"Sender", "MessageTooLargeFault", 413, "MessageTooLarge", http.StatusInternalServerError}
	unsupported   = trouble{"Sender", "UnsupportedOperationFault", 501, "UnsupportedOperation", http.StatusInternalServerError}
	badMedia      = trouble{"Sender", "fault", 415, "UnsupportedMediaType", http.StatusUnsupportedMediaType}
	notUnderstood = trouble{"MustUnderstand", "fault", 400, "MustUnderstand", http.StatusInternalServerError}
	otherVersion  = trouble{"VersionMismatch", "fault", 400, "VersionMismatch", http.StatusInternalServerError}
	// oldSOAP is answered in SOAP 1.1, the only language its sender reads (SOAP
	// 1.2 part 1, appendix A).
	oldSOAP = trouble{"VersionMismatch", "", 0, "", http.StatusInternalServerError}
)

// retryAfter is the pause, in seconds, asked of a sender when there is too much
// at once.
const retryAfter = "5"

// troubleOf says how each kind of failure looks to a SOAP client.
func troubleOf(k fault.Kind) trouble {
	switch k {
	case fault.NotFound:
		return notFound
	case fault.Invalid:
		return invalid
	case fault.Denied:
		return denied
	case fault.Conflict:
		return conflict
	case fault.Busy:
		return busy
	case fault.TooLarge:
		return tooLarge
	}
	return internal
}

// refusal is a request that this door turned away itself. Its words are ours
// alone: nothing of the request is in them.
type refusal struct {
	trouble
	say  string
	size int64 // bytes, when the request is too large
}

func (r *refusal) Error() string { return r.say }

func refuse(t trouble, say string) *refusal { return &refusal{trouble: t, say: say} }

// refusalOf is any error as the sender may see it.
func refusalOf(err error) *refusal {
	var r *refusal
	if errors.As(err, &r) {
		return r
	}
	return refuse(troubleOf(fault.KindOf(err)), fault.Public(err))
}

func (d *door) writeFault(w http.ResponseWriter, c *call, err error) {
	r := refusalOf(err)
	if r.trouble == busy {
		w.Header().Set("Retry-After", retryAfter)
	}
	if r.trouble == oldSOAP {
		write(w, r.status, soap11Type, soap11Fault(r.say))
		return
	}
	if r.size == 0 {
		r.size = int64(len(c.message.text))
	}
	write(w, r.status, soap12Type, c.in.fault(r, d.MaxBytes))
}

// fault is the envelope of a fault. SOAP's namespace is the default one, so that
// the fault code, a qualified name, is right without a prefix: NIST's rules want
// it bare.
func (in *dialect) fault(r *refusal, limit int64) []byte {
	var b bytes.Buffer
	b.WriteString(xmlHead + `<Envelope xmlns="` + soap12 + `">`)
	if r.trouble == otherVersion {
		b.WriteString(`<Header>` + upgrade + `</Header>`)
	}
	b.WriteString(`<Body><Fault><Code><Value>` + r.code + `</Value></Code><Reason><Text xml:lang="en">`)
	escape(&b, []byte(r.say))
	b.WriteString(`</Text></Reason>`)
	in.detail(&b, r, limit)
	b.WriteString(`</Fault></Body></Envelope>`)
	return b.Bytes()
}

// detail is the typed fault of the CDC interface.
func (in *dialect) detail(b *bytes.Buffer, r *refusal, limit int64) {
	switch {
	case in.structured:
		b.WriteString(`<Detail><` + r.typed + ` xmlns="` + in.space + `"><Code>` + strconv.Itoa(r.number) +
			`</Code><Reason>` + r.reason + `</Reason><Detail>`)
		escape(b, []byte(r.say))
		b.WriteString(`</Detail></` + r.typed + `></Detail>`)
	case r.typed == "MessageTooLargeFault":
		b.WriteString(`<Detail><MessageTooLargeFault xmlns="` + in.space + `"><Size>` + strconv.FormatInt(r.size, 10) +
			`</Size><MaxSize>` + strconv.FormatInt(limit, 10) + `</MaxSize></MessageTooLargeFault></Detail>`)
	case r.typed != "fault":
		b.WriteString(`<Detail><` + r.typed + ` xmlns="` + in.space + `"/></Detail>`)
	}
}

// soap11Fault tells a SOAP 1.1 client what to upgrade to.
func soap11Fault(say string) []byte {
	var b bytes.Buffer
	b.WriteString(xmlHead + `<S:Envelope xmlns:S="` + soap11 + `"><S:Header>` + upgrade +
		`</S:Header><S:Body><S:Fault><faultcode>S:VersionMismatch</faultcode><faultstring>`)
	escape(&b, []byte(say))
	b.WriteString(`</faultstring></S:Fault></S:Body></S:Envelope>`)
	return b.Bytes()
}

// upgrade is the header block that names the envelope taken here (SOAP 1.2 part
// 1, 5.4.7).
const upgrade = `<u:Upgrade xmlns:u="` + soap12 + `"><u:SupportedEnvelope qname="u:Envelope"/></u:Upgrade>`

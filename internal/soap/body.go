package soap

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"net/http"
	"strings"

	"golang.org/x/text/encoding/charmap"

	"openiis/internal/fault"
)

// envelopeBytes is what an envelope may take beside the message in it.
const envelopeBytes = 64 << 10

// firstRoom is how many bytes of a body there is room for at most before any of
// it is here.
const firstRoom = 64 << 10

// maxTag is the longest tag, in bytes. The XML reader keeps every attribute of
// a tag in memory at once, so a tag of a megabyte would cost many.
const maxTag = 16 << 10

const byteOrderMark = "\xef\xbb\xbf"

// errCharset is a character set that is not read here.
var errCharset = errors.New("soap: character set not supported")

// mediaType checks what the body is said to be and returns the character set
// that the header names, "" for none. A request that does not say passes: the
// body shows what it is.
func mediaType(h http.Header) (charset string, err error) {
	if e := strings.TrimSpace(h.Get("Content-Encoding")); e != "" && !strings.EqualFold(e, "identity") {
		return "", refuse(badMedia, "The request is compressed. Send it without Content-Encoding.")
	}
	sent := h.Get("Content-Type")
	if sent == "" {
		return "", nil
	}
	typ, params, err := mime.ParseMediaType(sent)
	if err != nil && !errors.Is(err, mime.ErrInvalidMediaParameter) {
		typ, _, _ = strings.Cut(sent, ";")
		typ = strings.ToLower(strings.TrimSpace(typ))
	}
	switch typ {
	case "application/soap+xml", "text/xml", "application/xml":
		return strings.ToLower(params["charset"]), nil
	}
	return "", refuse(badMedia, "The content type is not one of SOAP. Send application/soap+xml, text/xml or application/xml.")
}

// body reads the request's body and stops at the limit. A request that says
// beforehand that it is too large is not read at all.
func (d *door) body(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	limit := 2*d.MaxBytes + envelopeBytes
	if r.ContentLength > limit {
		w.Header().Set("Connection", "close")
		return nil, tooLargeFor(r.ContentLength, d.MaxBytes)
	}
	var body bytes.Buffer
	body.Grow(int(min(max(r.ContentLength, 0), firstRoom)) + bytes.MinRead)
	_, err := body.ReadFrom(http.MaxBytesReader(w, r.Body, limit))
	var over *http.MaxBytesError
	switch {
	case errors.As(err, &over):
		return nil, tooLargeFor(limit+1, d.MaxBytes)
	case fault.KindOf(err) == fault.Busy: // there was no room for it
		return nil, err
	case err != nil:
		return nil, refuse(invalid, "The request ended before its body was complete. Send it again.")
	}
	return body.Bytes(), nil
}

// toUTF8 makes UTF-8 of a body of which the header names the character set (RFC
// 7303, 3: the byte order mark counts first, then the header, then the XML
// declaration). It reports whether the declaration still has to be asked.
func toUTF8(body []byte, charset string) (out []byte, declared bool, err error) {
	if text, marked := bytes.CutPrefix(body, []byte(byteOrderMark)); marked {
		return text, false, nil
	}
	if bytes.HasPrefix(body, []byte("\xfe\xff")) || bytes.HasPrefix(body, []byte("\xff\xfe")) {
		return nil, false, errCharset
	}
	if charset == "" {
		return body, true, nil
	}
	read, err := charsetReader(charset, bytes.NewReader(body))
	if err != nil {
		return nil, false, err
	}
	out, err = io.ReadAll(read)
	return out, false, err
}

// charsetReader reads a character set as UTF-8. ISO-8859-1 is read as
// Windows-1252, as browsers do: the two differ only where the first has
// control characters, and text that is labelled wrongly has letters there.
func charsetReader(charset string, in io.Reader) (io.Reader, error) {
	switch strings.ToLower(charset) {
	case "utf-8", "utf8", "us-ascii", "ascii":
		return in, nil
	case "iso-8859-1", "iso8859-1", "iso_8859-1", "latin1", "windows-1252", "cp1252":
		return charmap.Windows1252.NewDecoder().Reader(in), nil
	}
	return nil, errCharset
}

// checkMarkup passes over the tags before the XML reader sees them. It refuses
// what SOAP forbids and what would cost memory: a document type declaration
// (SOAP 1.2 part 1, 5; with it goes every entity but XML's own five) and a tag
// longer than maxTag. What is not well-formed is left for the reader to find.
func checkMarkup(b []byte) error {
	for {
		i := bytes.IndexByte(b, '<')
		if i < 0 {
			return nil
		}
		b = b[i:]
		end := ""
		switch {
		case bytes.HasPrefix(b, []byte("<!--")):
			end = "-->"
		case bytes.HasPrefix(b, []byte("<![CDATA[")):
			end = "]]>"
		case bytes.HasPrefix(b, []byte("<?")):
			end = "?>"
		case bytes.HasPrefix(b, []byte("<!")):
			return refuse(invalid, "The request has a document type declaration, which SOAP forbids. Send the envelope without it.")
		default:
			n := tagLength(b)
			if n > maxTag {
				return refuse(invalid, "The XML of the request has a tag that is too long.")
			}
			b = b[n:]
			continue
		}
		j := bytes.Index(b, []byte(end))
		if j < 0 {
			return nil
		}
		b = b[j+len(end):]
	}
}

// tagLength is the number of bytes of the tag that b begins with, to its > or
// the end of the text, and more than maxTag when it is longer than that.
func tagLength(b []byte) int {
	quote := byte(0)
	for i, c := range b {
		switch {
		case i > maxTag:
			return i
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '>':
			return i + 1
		}
	}
	return len(b)
}

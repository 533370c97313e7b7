package drive

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/xml"
	"errors"
	"fmt"
	"html"
	"io"
	"net"
	"strconv"
	"time"
)

// Door is a way in.
type Door string

// The doors of the program.
const (
	HTTP  Door = "http"  // POST /hl7
	Batch Door = "batch" // POST /hl7/batch: a file of messages
	MLLP  Door = "mllp"
	SOAP  Door = "soap"
)

// Doors are those that take one message at a time.
var Doors = []Door{HTTP, MLLP, SOAP}

// answerWithin is how long a client waits for one answer.
const answerWithin = 60 * time.Second

// Client is one connection that stays open. It is lean, so that a load
// generator takes little from the server it shares a machine with: HTTP/1.1 is
// written by hand. It is for one goroutine.
type Client struct {
	door Door
	head string // of every request, up to the length of its body
	who  Credential
	conn net.Conn
	in   *bufio.Reader
	out  []byte // reused
}

// Dial connects to a door of a server.
func Dial(s *Server, door Door, who Credential) (*Client, error) {
	c := &Client{door: door, who: who}
	address := s.HTTP
	basic := "Host: " + s.HTTP + "\r\nAuthorization: Basic " +
		base64.StdEncoding.EncodeToString([]byte(who.Username+":"+who.Password)) + "\r\nContent-Type: application/hl7-v2\r\nContent-Length: "
	switch door {
	case HTTP:
		c.head = "POST /hl7 HTTP/1.1\r\n" + basic
	case Batch:
		c.head = "POST /hl7/batch HTTP/1.1\r\n" + basic
	case SOAP:
		c.head = "POST /soap HTTP/1.1\r\nHost: " + s.HTTP + "\r\nContent-Type: application/soap+xml; charset=utf-8\r\nContent-Length: "
	case MLLP:
		address = s.MLLP
	default:
		return nil, fmt.Errorf("there is no door %q", door)
	}
	var err error
	if c.conn, err = net.Dial("tcp", address); err != nil {
		return nil, err
	}
	c.in = bufio.NewReaderSize(c.conn, 16<<10)
	return c, nil
}

// Close ends the connection.
func (c *Client) Close() error { return c.conn.Close() }

// Send sends one message, or a file of them to Batch, and returns the answer.
// After an error the connection is of no use any more.
func (c *Client) Send(message []byte) ([]byte, error) {
	if err := c.conn.SetDeadline(time.Now().Add(answerWithin)); err != nil {
		return nil, err
	}
	if c.door == MLLP {
		return c.sendMLLP(message)
	}
	body := message
	if c.door == SOAP {
		body = c.envelope(message)
	}
	c.out = append(append(c.out[:0], c.head...), strconv.Itoa(len(body))...)
	c.out = append(append(c.out, "\r\n\r\n"...), body...)
	if _, err := c.conn.Write(c.out); err != nil {
		_, why := c.response() // a server that refuses a long body answers before it has read it
		return nil, errors.Join(err, why)
	}
	answer, err := c.response()
	if err != nil || c.door != SOAP {
		return answer, err
	}
	return unwrap(answer)
}

// response reads one HTTP response, which must be 200 and say its length.
func (c *Client) response() ([]byte, error) {
	status, err := c.line()
	if err != nil {
		return nil, err
	}
	ok := bytes.HasPrefix(status, []byte("HTTP/1.1 200"))
	first := string(status)
	length := -1
	for {
		line, err := c.line()
		if err != nil {
			return nil, err
		}
		if len(line) == 0 {
			break
		}
		name, value, _ := bytes.Cut(line, []byte(":"))
		if bytes.EqualFold(name, []byte("Content-Length")) {
			if length, err = strconv.Atoi(string(bytes.TrimSpace(value))); err != nil {
				return nil, err
			}
		}
	}
	if length < 0 {
		return nil, errors.New("the answer does not say its length")
	}
	body := make([]byte, length)
	if _, err := io.ReadFull(c.in, body); err != nil {
		return nil, err
	}
	if !ok {
		return nil, fmt.Errorf("%s: %s", first, body[:min(len(body), 200)])
	}
	return body, nil
}

// line is the next line of a response's head; it is valid until the next read.
func (c *Client) line() ([]byte, error) {
	line, err := c.in.ReadSlice('\n')
	return bytes.TrimRight(line, "\r\n"), err
}

const (
	envelopeHead = `<Envelope xmlns="http://www.w3.org/2003/05/soap-envelope"><Body><submitSingleMessage xmlns="urn:cdc:iisb:2011">`
	envelopeTail = `</submitSingleMessage></Body></Envelope>`
)

// envelope is a message as the CDC interface of 2011 takes it.
func (c *Client) envelope(message []byte) []byte {
	var b bytes.Buffer
	b.Grow(len(message) + len(message)/8 + 512)
	b.WriteString(envelopeHead)
	element := func(name string, text []byte) {
		b.WriteString("<" + name + ">")
		_ = xml.EscapeText(&b, text) // a buffer does not fail
		b.WriteString("</" + name + ">")
	}
	element("username", []byte(c.who.Username))
	element("password", []byte(c.who.Password))
	element("facilityID", []byte(c.who.Facility))
	element("hl7Message", message)
	b.WriteString(envelopeTail)
	return b.Bytes()
}

// unwrap takes the message out of an answer's envelope.
func unwrap(envelope []byte) ([]byte, error) {
	_, rest, found := bytes.Cut(envelope, []byte("<return>"))
	text, _, closed := bytes.Cut(rest, []byte("</return>"))
	if !found || !closed {
		return nil, errors.New("the answer's envelope has no element return")
	}
	return []byte(html.UnescapeString(string(text))), nil
}

// MLLP's frame (HL7 v2.5.1 implementation support, appendix C): VT, message,
// FS, CR.
const (
	frameBegin = 0x0b
	frameEnd   = 0x1c
)

func (c *Client) sendMLLP(message []byte) ([]byte, error) {
	c.out = append(append(append(c.out[:0], frameBegin), c.signed(message)...), frameEnd, '\r')
	if _, err := c.conn.Write(c.out); err != nil {
		return nil, err
	}
	frame, err := c.in.ReadBytes(frameEnd)
	if err != nil {
		return nil, err
	}
	if b, err := c.in.ReadByte(); err != nil || b != '\r' || frame[0] != frameBegin {
		return nil, fmt.Errorf("the answer is not framed as MLLP demands: %w", err)
	}
	return frame[1 : len(frame)-1], nil
}

// signed is a message with the credential in MSH-8, where the program's MLLP
// door looks for it: the field after the seventh separator.
func (c *Client) signed(message []byte) []byte {
	at := 0
	for range 7 {
		next := bytes.IndexByte(message[at:], '|')
		if next < 0 {
			return message
		}
		at += next + 1
	}
	out := make([]byte, 0, len(message)+64)
	out = append(out, message[:at]...)
	out = append(out, c.who.Username+":"+c.who.Password...)
	return append(out, message[at:]...)
}

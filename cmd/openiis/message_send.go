package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"encoding/xml"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"openiis/internal/hl7"
)

// sendWithin is how long one message may take to be answered.
const sendWithin = time.Minute

// maxAnswer is the longest answer that is read, in bytes.
const maxAnswer = 64 << 20

// messageSend is `openiis message send`: each message to another system, and
// its answers to standard output. It stops at the first that is not answered.
func messageSend(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	f := flag.NewFlagSet("message send", flag.ContinueOnError)
	to := f.String("to", "", "http(s)://…/hl7, a SOAP address or mllp(s)://host:port")
	username := f.String("username", "", "user name")
	password := f.String("password-file", "", "file that holds the password")
	isSOAP := f.Bool("soap", false, "the address is one of SOAP, whatever its path")
	files, status, ok := parseFiles(f, args, stderr)
	if !ok {
		return status
	}
	if !need(stderr, f, "to", "username", "password-file") {
		return exitUsage
	}
	secret, err := readSecret(*password)
	if err != nil {
		return failUsage(stderr, "message send", err)
	}
	p := post{username: *username, password: secret, stdout: stdout, stderr: stderr}
	way, err := p.wayTo(*to, *isSOAP)
	if err != nil {
		fmt.Fprintf(stderr, "openiis message send: %v\n", err)
		return exitUsage
	}
	defer p.hangUp()
	return p.send(way, files, stdin)
}

// way delivers one message and returns its answer.
type way func(raw []byte) ([]byte, error)

// post sends messages in the name of one sender.
type post struct {
	username, password string
	stdout, stderr     io.Writer
	address            string
	line               net.Conn      // MLLP: open since the first message
	answers            *bufio.Reader // of line
}

var errNotAnswered = errors.New("the rest was not sent")

func (p *post) send(deliver way, files []string, stdin io.Reader) int {
	acks := map[string]int{}
	sent := 0
	one := func(raw []byte) error {
		sent++
		answer, err := deliver(raw)
		if err != nil {
			return fmt.Errorf("message %d: %w", sent, err)
		}
		acks[ackOf(answer)]++
		if len(answer) > 0 && answer[len(answer)-1] != '\r' {
			answer = append(answer, '\r')
		}
		_, err = p.stdout.Write(answer)
		return err
	}
	stopped := false
	well := eachFile(files, stdin, p.stderr, func(name string, r io.Reader) error {
		if stopped {
			return errNotAnswered
		}
		err := eachMessage(r, defaults().MaxMessageBytes, one, func(stray int, tooLong bool) error {
			if tooLong {
				return errors.New("a message is longer than the limit")
			}
			fmt.Fprintf(p.stderr, "%s: %d lines belong to no message and were not sent\n", name, stray)
			return nil
		})
		stopped = err != nil
		return err
	})
	fmt.Fprintf(p.stderr, "%d messages sent: %d AA, %d AE, %d AR\n", sent, acks["AA"], acks["AE"], acks["AR"])
	if !well {
		return exitFailed
	}
	return exitOK
}

func ackOf(answer []byte) string {
	m, err := hl7.Parse(answer)
	if err != nil {
		return ""
	}
	return m.First("MSA").Field(1).String()
}

// wayTo chooses how to send by the address.
func (p *post) wayTo(address string, isSOAP bool) (way, error) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return nil, errors.New("--to wants an address such as http://host:8080/hl7, http://host:8080/soap or mllp://host:2575")
	}
	p.address = address
	switch u.Scheme {
	case "http", "https":
		if isSOAP || strings.HasSuffix(strings.TrimSuffix(u.Path, "/"), "/soap") {
			return p.soap, nil
		}
		return p.http, nil
	case "mllp", "mllps":
		return func(raw []byte) ([]byte, error) { return p.mllp(u, raw) }, nil
	}
	return nil, fmt.Errorf("--to %s: want http, https, mllp or mllps", address)
}

// http sends as POST /hl7.
func (p *post) http(raw []byte) ([]byte, error) {
	status, body, err := p.request("application/hl7-v2; charset=utf-8", raw)
	if err == nil && status != http.StatusOK {
		err = fmt.Errorf("status %d: %s", status, firstLineOf(body))
	}
	return body, err
}

func (p *post) request(contentType string, body []byte) (status int, answer []byte, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), sendWithin)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, p.address, bytes.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	r.Header.Set("Content-Type", contentType)
	r.SetBasicAuth(p.username, p.password)
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, nil, err
	}
	defer res.Body.Close()
	answer, err = io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	return res.StatusCode, answer, err
}

func firstLineOf(b []byte) string {
	line, _, _ := strings.Cut(string(b), "\n")
	return line
}

// soap sends as the CDC's submitSingleMessage of 2011.
func (p *post) soap(raw []byte) ([]byte, error) {
	var b bytes.Buffer
	b.WriteString(`<?xml version="1.0" encoding="UTF-8"?><Envelope xmlns="http://www.w3.org/2003/05/soap-envelope"><Body><submitSingleMessage xmlns="urn:cdc:iisb:2011"><username>`)
	_ = xml.EscapeText(&b, []byte(p.username)) // a buffer does not fail
	b.WriteString(`</username><password>`)
	_ = xml.EscapeText(&b, []byte(p.password))
	b.WriteString(`</password><facilityID></facilityID><hl7Message>`)
	_ = xml.EscapeText(&b, raw)
	b.WriteString(`</hl7Message></submitSingleMessage></Body></Envelope>`)
	status, body, err := p.request("application/soap+xml; charset=utf-8", b.Bytes())
	if err != nil {
		return nil, err
	}
	var envelope struct {
		Return *string `xml:"Body>submitSingleMessageResponse>return"`
		Reason string  `xml:"Body>Fault>Reason>Text"`
	}
	if err := xml.Unmarshal(body, &envelope); err != nil {
		return nil, fmt.Errorf("status %d and no SOAP envelope", status)
	}
	if envelope.Return == nil {
		return nil, fmt.Errorf("status %d: %s", status, envelope.Reason)
	}
	return []byte(*envelope.Return), nil
}

// mllp sends in a frame, with the credential in MSH-8, on one connection for
// all.
func (p *post) mllp(u *url.URL, raw []byte) ([]byte, error) {
	if p.line == nil {
		if err := p.dial(u); err != nil {
			return nil, err
		}
	}
	if err := p.line.SetDeadline(time.Now().Add(sendWithin)); err != nil {
		return nil, err
	}
	frame := append([]byte{0x0b}, withCredential(raw, p.username, p.password)...)
	if _, err := p.line.Write(append(frame, 0x1c, '\r')); err != nil {
		return nil, err
	}
	answer, err := p.answers.ReadBytes(0x1c)
	if err == io.EOF {
		return nil, errors.New("the connection was closed without an answer")
	}
	if err != nil {
		return nil, err
	}
	return bytes.TrimLeft(answer[:len(answer)-1], "\r\x0b"), nil
}

func (p *post) dial(u *url.URL) error {
	dialer := &net.Dialer{Timeout: sendWithin}
	var err error
	if u.Scheme == "mllps" {
		p.line, err = tls.DialWithDialer(dialer, "tcp", u.Host, nil)
	} else {
		p.line, err = dialer.Dial("tcp", u.Host)
	}
	if err != nil {
		p.line = nil // not an interface that holds nothing
		return err
	}
	p.answers = bufio.NewReader(p.line)
	return nil
}

func (p *post) hangUp() {
	if p.line != nil {
		_ = p.line.Close() // everything was answered
	}
}

// withCredential is a message with MSH-8 as username:password.
func withCredential(raw []byte, username, password string) []byte {
	m, err := hl7.Parse(raw)
	if err != nil {
		return raw
	}
	d, header := m.Delims(), m.MSH().Raw()
	fields := bytes.Split(header, []byte{d.Field}) // MSH-n is the one before the n-th
	for len(fields) < 8 {
		fields = append(fields, nil)
	}
	esc := string(rune(d.Escape))
	escape := strings.NewReplacer(
		esc, esc+"E"+esc, string(rune(d.Field)), esc+"F"+esc, string(rune(d.Component)), esc+"S"+esc,
		string(rune(d.Repetition)), esc+"R"+esc, string(rune(d.Sub)), esc+"T"+esc,
	)
	fields[7] = []byte(escape.Replace(username) + ":" + escape.Replace(password))
	return bytes.Replace(raw, header, bytes.Join(fields, []byte{d.Field}), 1)
}

package mailhost

import (
	"encoding/base64"
	"io"
	"mime"
	"mime/quotedprintable"
	"net/mail"
	"strings"
)

// body is the text of a mail, decoded.
func body(m *mail.Message) (string, error) {
	r := m.Body
	switch strings.ToLower(m.Header.Get("Content-Transfer-Encoding")) {
	case "quoted-printable":
		r = quotedprintable.NewReader(r)
	case "base64":
		r = base64.NewDecoder(base64.StdEncoding, r)
	}
	text, err := io.ReadAll(r)
	return strings.ReplaceAll(string(text), "\r\n", "\n"), err
}

// Subject is a mail's subject, decoded.
func (m Mail) Subject() string {
	s, err := new(mime.WordDecoder).DecodeHeader(m.Message.Header.Get("Subject"))
	if err != nil {
		return err.Error()
	}
	return s
}

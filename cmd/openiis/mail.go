package main

import (
	"crypto/x509"
	"fmt"
	"os"

	"openiis/internal/relay"
)

// mailFile is the file of a relay, as an operator writes it.
type mailFile struct {
	Relay        string `json:"relay"`
	Username     string `json:"username"`
	PasswordFile string `json:"passwordFile"`
	From         string `json:"from"`
	FromName     string `json:"fromName"`
	ReplyTo      string `json:"replyTo"`
	Authorities  string `json:"authorities"`
}

// mailBy has mails be sent, when there is a relay.
func (r *registry) mailBy(c Config) error {
	if c.Mail == "" {
		return nil
	}
	by, err := readRelay(c.Mail)
	if err != nil {
		return fmt.Errorf("--mail %s: %w", c.Mail, err)
	}
	secret, err := readSecret(c.SecretFile)
	if err != nil {
		return fmt.Errorf("--secret-file %s: %w", c.SecretFile, err)
	}
	return r.mails.By(by, c.PagesAt, []byte(secret))
}

// readRelay reads the file of a relay, strictly.
func readRelay(path string) (*relay.Relay, error) {
	var f mailFile
	err := readSettings(path, &f)
	if err != nil {
		return nil, err
	}
	s := relay.Settings{Address: f.Relay, Username: f.Username, From: f.From, FromName: f.FromName, ReplyTo: f.ReplyTo}
	if f.PasswordFile != "" {
		if s.Password, err = readSecret(f.PasswordFile); err != nil {
			return nil, fmt.Errorf("passwordFile: %w", err)
		}
	}
	if f.Authorities != "" {
		pem, err := os.ReadFile(f.Authorities)
		if err != nil {
			return nil, fmt.Errorf("authorities: %w", err)
		}
		if s.Authorities = x509.NewCertPool(); !s.Authorities.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("authorities: %s has no certificate (PEM)", f.Authorities)
		}
	}
	return relay.New(s)
}

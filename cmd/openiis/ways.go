package main

import (
	"context"
	"fmt"
	"strings"

	"openiis/internal/sso"
)

// backPath is where a provider of single sign-on leads people back to.
const backPath = "/signin/provider/back"

// waysIn sets up how people may sign in beside by password, and how fast senders may send.
func (r *registry) waysIn(ctx context.Context, c Config) error {
	r.gate.SendersPerMinute(c.SenderPerMinute)
	if c.PagesAt != "" {
		if err := r.gate.PagesAt(c.PagesAt); err != nil {
			return fmt.Errorf("--pages-at: %w", err)
		}
	}
	if c.SingleSignOn != "" {
		p, err := readProvider(c.SingleSignOn, c.PagesAt)
		if err != nil {
			return fmt.Errorf("--single-sign-on %s: %w", c.SingleSignOn, err)
		}
		r.gate.SingleSignOn(p)
	}
	if c.NoPasswords {
		if err := r.gate.NoPasswords(ctx); err != nil {
			return fmt.Errorf("--no-passwords: %w", err)
		}
	}
	return nil
}

// providerFile is the file of a provider, as an operator writes it.
type providerFile struct {
	Name       string   `json:"name"`
	Issuer     string   `json:"issuer"`
	ClientID   string   `json:"clientId"`
	SecretFile string   `json:"clientSecretFile"`
	Claim      string   `json:"claim"`
	Scopes     []string `json:"scopes"`
	TwoFactors []string `json:"twoFactors"`
}

// readProvider reads the file of a provider, strictly.
func readProvider(path, pages string) (*sso.Provider, error) {
	var f providerFile
	err := readSettings(path, &f)
	if err != nil {
		return nil, err
	}
	s := sso.Settings{
		Name: f.Name, Issuer: f.Issuer, ClientID: f.ClientID, Claim: f.Claim, Scopes: f.Scopes, TwoFactors: f.TwoFactors,
		Back: strings.TrimSuffix(pages, "/") + backPath,
	}
	if f.SecretFile != "" {
		if s.Secret, err = readSecret(f.SecretFile); err != nil {
			return nil, fmt.Errorf("clientSecretFile: %w", err)
		}
	}
	return sso.New(s)
}

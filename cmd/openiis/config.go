package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"net/url"
	"os"
	"slices"
	"strings"
)

// Config is what an operator decides. A state's law and forms are not here:
// they are content.
type Config struct {
	// DB is the database: a SQLite file, created when absent, or postgres://….
	DB string
	// HTTP is the address of SOAP, HTTP and the pages.
	HTTP string
	// MLLP is the address of the MLLP listener; empty: there is none.
	MLLP string
	// State is that of the policy, or a folder with one; empty: what the registry
	// remembers, or else a neutral one.
	State string
	// Matching is the profile by which updates are matched: balanced or strict.
	Matching string
	// MaxMessageBytes is the largest message that is taken.
	MaxMessageBytes int
	// SecureCookies says that the pages are reached by HTTPS only, as behind a
	// proxy that ends TLS.
	SecureCookies bool
	// SecretFile holds what the secrets of second factors are encrypted with; empty:
	// they are as the database keeps them.
	SecretFile string
	// Videos is a folder with the films of courses; empty: there are none.
	Videos string
	// TrustProxy says that X-Forwarded-Proto and X-Forwarded-For come from a
	// proxy of ours.
	TrustProxy bool
	// PagesAt is the address at which people reach the pages: passkeys and single sign-on
	// are for it. Empty: there are neither.
	PagesAt string
	// SingleSignOn is a file that says which provider people may come by; empty: none.
	SingleSignOn string
	// Mail is a file that says through which relay mails are sent; empty: none are.
	Mail string
	// NoPasswords says that passwords let in a few administrators only.
	NoPasswords bool
	// TLSCert and TLSKey are files (PEM) by which every listener speaks TLS; empty: a proxy
	// does.
	TLSCert, TLSKey string
	// ClientCA is a file (PEM) with the authorities whose certificates senders may show.
	ClientCA string
	// Senders is the address of SOAP and HTTP for senders that show certificates, with TLS;
	// empty: there is none.
	Senders string
	// SenderPerMinute is how many messages a sender may send in a minute; 0: as many as it
	// can.
	SenderPerMinute int
}

func defaults() Config {
	return Config{HTTP: "127.0.0.1:8080", Matching: matchingBalanced, MaxMessageBytes: 4 << 20}
}

// The bounds of MaxMessageBytes.
const (
	leastMessageBytes = 1
	mostMessageBytes  = 1 << 30
)

// readConfig reads flags, and below them the file that --config names. What
// cannot be understood in either is an error.
func readConfig(command string, args []string, stderr io.Writer) (c Config, status int, ok bool) {
	c = defaults()
	if path := configPath(args); path != "" {
		if err := c.readFile(path); err != nil {
			return c, failUsage(stderr, command, err), false
		}
	}
	f := flag.NewFlagSet(command, flag.ContinueOnError)
	f.String("config", "", "file with these settings as JSON; flags win")
	f.StringVar(&c.DB, "db", c.DB, "database: a file, created when absent, or postgres://…")
	f.StringVar(&c.HTTP, "http", c.HTTP, "address of SOAP, HTTP and the pages")
	f.StringVar(&c.MLLP, "mllp", c.MLLP, "address of the MLLP listener; none without it")
	f.StringVar(&c.State, "state", c.State, stateFlag)
	f.StringVar(&c.Matching, "matching", c.Matching, matchingUse)
	f.IntVar(&c.MaxMessageBytes, "max-message-bytes", c.MaxMessageBytes, "largest message taken")
	f.BoolVar(&c.SecureCookies, "secure-cookies", c.SecureCookies, "the pages are reached by HTTPS only")
	f.StringVar(&c.SecretFile, "secret-file", c.SecretFile, secretFlag)
	f.StringVar(&c.Videos, "videos", c.Videos, "folder with the films of courses, and their captions")
	f.StringVar(&c.PagesAt, "pages-at", c.PagesAt, "address at which people reach the pages, such as https://registry.example.gov: for passkeys and single sign-on")
	f.StringVar(&c.SingleSignOn, "single-sign-on", c.SingleSignOn, "file with the settings of a provider of single sign-on")
	f.StringVar(&c.Mail, "mail", c.Mail, "file with the settings of an SMTP relay: invitations and notices are sent by mail")
	f.BoolVar(&c.NoPasswords, "no-passwords", c.NoPasswords, "passwords let in those administrators only who have that right")
	f.StringVar(&c.TLSCert, "tls-cert", c.TLSCert, "file with our certificate and those above it: every listener speaks TLS")
	f.StringVar(&c.TLSKey, "tls-key", c.TLSKey, "file with its private key")
	f.StringVar(&c.ClientCA, "client-ca", c.ClientCA, "file with the authorities whose certificates senders may show")
	f.StringVar(&c.Senders, "senders", c.Senders, "address of SOAP and HTTP for senders that show certificates; none without it")
	f.IntVar(&c.SenderPerMinute, "sender-per-minute", c.SenderPerMinute, "messages that a sender may send in a minute; 0: as many as it can")
	f.BoolVar(&c.TrustProxy, "trust-proxy", c.TrustProxy, "X-Forwarded-Proto and X-Forwarded-For come from our own proxy")
	if status, ok := parse(f, args, stderr); !ok {
		return c, status, false
	}
	if f.NArg() > 0 {
		return c, failUsage(stderr, command, fmt.Errorf("%q is not expected here", f.Arg(0))), false
	}
	if command == "serve" && !need(stderr, f, "db") {
		return c, exitUsage, false
	}
	f.Visit(func(given *flag.Flag) {
		if given.Name == "db" && hasPassword(c.DB) {
			fmt.Fprintf(stderr, "openiis %s: --db has a password in it, which everyone reads who lists processes: put the address into the file that --config names, or the password into PGPASSFILE\n", command)
		}
	})
	if err := c.check(); err != nil {
		return c, failUsage(stderr, command, err), false
	}
	return c, exitOK, true
}

// hasPassword reports an address of a database with a password in it.
func hasPassword(address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.User == nil {
		return false
	}
	_, has := u.User.Password()
	return has
}

// secretFlag says what --secret-file is.
const secretFlag = "file with a secret of yours: second factors are encrypted with it"

// stateFlag says what --state is.
const stateFlag = "state policy: ma, mn, ms, or a folder of your own; the registry remembers it (openiis state)"

// check holds the settings against what they may be.
func (c *Config) check() error {
	if c.MaxMessageBytes < leastMessageBytes || c.MaxMessageBytes > mostMessageBytes {
		return fmt.Errorf("the largest message (--max-message-bytes, or maxMessageBytes in the file) is set to %d bytes: want a number from %d to %d",
			c.MaxMessageBytes, leastMessageBytes, mostMessageBytes)
	}
	if err := mayMatch(c.Matching); err != nil {
		return err
	}
	if c.Videos != "" {
		if is, err := os.Stat(c.Videos); err != nil || !is.IsDir() {
			return fmt.Errorf("the folder of films (--videos, or videos in the file) is no folder: %s", c.Videos)
		}
	}
	if err := c.checkDoors(); err != nil {
		return err
	}
	if c.State == "" {
		return nil
	}
	_, err := policyAt(c.State)
	return err
}

// checkDoors holds the settings of TLS and of signing in against each other.
func (c *Config) checkDoors() error {
	switch {
	case (c.TLSCert == "") != (c.TLSKey == ""):
		return errors.New("--tls-cert and --tls-key are given together or not at all")
	case c.ClientCA != "" && c.TLSCert == "":
		return errors.New("--client-ca needs --tls-cert and --tls-key: certificates are shown by TLS only")
	case c.Senders != "" && c.ClientCA == "":
		return errors.New("--senders needs --client-ca: it is for senders that show certificates")
	case c.ClientCA != "" && c.Senders == "" && c.MLLP == "":
		return errors.New("--client-ca needs --senders or --mllp: the pages ask nobody for a certificate")
	case c.SingleSignOn != "" && c.PagesAt == "":
		return errors.New("--single-sign-on needs --pages-at: the provider leads people back there")
	case c.Mail != "" && c.PagesAt == "":
		return errors.New("--mail needs --pages-at: mails have links to the pages")
	case c.Mail != "" && c.SecretFile == "":
		return errors.New("--mail needs --secret-file: links that are secret wait encrypted with it until they are sent")
	case c.SenderPerMinute < 0:
		return fmt.Errorf("--sender-per-minute %d: want 0 or more", c.SenderPerMinute)
	}
	return nil
}

// configPath is the value of --config among arguments that are not parsed yet.
func configPath(args []string) string {
	for i, a := range args {
		name, value, joined := strings.Cut(strings.TrimLeft(a, "-"), "=")
		if name != "config" || !strings.HasPrefix(a, "-") {
			continue
		}
		if joined {
			return value
		}
		if i+1 < len(args) {
			return args[i+1]
		}
	}
	return ""
}

// settings are the keys of the file, with what they set and what they want.
func (c *Config) settings() map[string]setting {
	return map[string]setting{
		"db":              {&c.DB, "a text in quotes"},
		"http":            {&c.HTTP, "a text in quotes"},
		"mllp":            {&c.MLLP, "a text in quotes"},
		"state":           {&c.State, "a text in quotes"},
		"matching":        {&c.Matching, "a text in quotes"},
		"maxMessageBytes": {&c.MaxMessageBytes, "a whole number"},
		"secureCookies":   {&c.SecureCookies, "true or false"},
		"secretFile":      {&c.SecretFile, "a text in quotes"},
		"videos":          {&c.Videos, "a text in quotes"},
		"trustProxy":      {&c.TrustProxy, "true or false"},
		"pagesAt":         {&c.PagesAt, "a text in quotes"},
		"singleSignOn":    {&c.SingleSignOn, "a text in quotes"},
		"mail":            {&c.Mail, "a text in quotes"},
		"noPasswords":     {&c.NoPasswords, "true or false"},
		"tlsCert":         {&c.TLSCert, "a text in quotes"},
		"tlsKey":          {&c.TLSKey, "a text in quotes"},
		"clientCA":        {&c.ClientCA, "a text in quotes"},
		"senders":         {&c.Senders, "a text in quotes"},
		"senderPerMinute": {&c.SenderPerMinute, "a whole number"},
	}
}

// unsettled is why a key cannot be set: it is no setting, or was set before.
func (c *Config) unsettled(name string) error {
	all := c.settings()
	if _, ok := all[name]; ok {
		return fmt.Errorf("%s is set twice: remove one", name)
	}
	return fmt.Errorf("there is no setting %q: there are %s", name, strings.Join(slices.Sorted(maps.Keys(all)), ", "))
}

type setting struct {
	value any
	wants string
}

func (c *Config) readFile(path string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("read the configuration: %w", err)
	}
	at, err := c.read(text)
	if err != nil {
		line := 1 + bytes.Count(text[:min(int(at), len(text))], []byte("\n"))
		return fmt.Errorf("the configuration %s, line %d: %w", path, line, err)
	}
	return nil
}

// read reads one JSON object of settings and nothing else; at is the place of
// an error.
func (c *Config) read(text []byte) (at int64, err error) {
	d := json.NewDecoder(bytes.NewReader(text))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return d.InputOffset(), errors.New(`want one JSON object, such as {"db": "registry.db"}`)
	}
	settings := c.settings()
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return d.InputOffset(), fmt.Errorf("this is not JSON: %w", err)
		}
		name := key.(string) // the decoder lets nothing else be a key
		s, ok := settings[name]
		if !ok {
			return d.InputOffset(), c.unsettled(name)
		}
		delete(settings, name)
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return d.InputOffset(), fmt.Errorf("this is not JSON: %w", err)
		}
		if string(value) == "null" || json.Unmarshal(value, s.value) != nil {
			return d.InputOffset(), fmt.Errorf("%s wants %s", name, s.wants)
		}
	}
	if _, err := d.Token(); err != nil {
		return d.InputOffset(), fmt.Errorf("this is not JSON: %w", err)
	}
	if _, err := d.Token(); err != io.EOF {
		return d.InputOffset(), errors.New("something stands after the settings: remove it")
	}
	return 0, nil
}

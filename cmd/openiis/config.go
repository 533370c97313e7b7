package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
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
	if err := c.check(); err != nil {
		return c, failUsage(stderr, command, err), false
	}
	return c, exitOK, true
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
	if c.State == "" {
		return nil
	}
	_, err := policyAt(c.State)
	return err
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

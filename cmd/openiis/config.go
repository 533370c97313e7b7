package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
)

// Config is what an operator decides. A state's law and forms are not here:
// they are content.
type Config struct {
	// DB is the database: a SQLite file, created when absent, or postgres://….
	DB string `json:"db"`
	// HTTP is the address of SOAP, HTTP and the pages.
	HTTP string `json:"http"`
	// MLLP is the address of the MLLP listener; empty: there is none.
	MLLP string `json:"mllp"`
	// State names the folder of the state's policy; empty: a neutral one.
	State string `json:"state"`
	// MaxMessageBytes is the largest message that is taken.
	MaxMessageBytes int `json:"maxMessageBytes"`
	// SecureCookies says that the pages are reached by HTTPS only, as behind a
	// proxy that ends TLS.
	SecureCookies bool `json:"secureCookies"`
	// TrustProxy says that X-Forwarded-Proto comes from a proxy of ours.
	TrustProxy bool `json:"trustProxy"`
}

func defaults() Config {
	return Config{HTTP: "127.0.0.1:8080", MaxMessageBytes: 4 << 20}
}

// readConfig reads flags, and below them the file that --config names. An
// unknown key in the file is an error.
func readConfig(command string, args []string, stderr io.Writer) (c Config, status int, ok bool) {
	c = defaults()
	if path := configPath(args); path != "" {
		if err := c.readFile(path); err != nil {
			fmt.Fprintf(stderr, "openiis %s: %v\n", command, err)
			return c, exitUsage, false
		}
	}
	f := flag.NewFlagSet(command, flag.ContinueOnError)
	f.String("config", "", "file with these settings as JSON; flags win")
	f.StringVar(&c.DB, "db", c.DB, "database: a file, created when absent, or postgres://…")
	f.StringVar(&c.HTTP, "http", c.HTTP, "address of SOAP, HTTP and the pages")
	f.StringVar(&c.MLLP, "mllp", c.MLLP, "address of the MLLP listener; none without it")
	f.StringVar(&c.State, "state", c.State, "state policy: ma, mn or ms; neutral without it")
	f.IntVar(&c.MaxMessageBytes, "max-message-bytes", c.MaxMessageBytes, "largest message taken")
	f.BoolVar(&c.SecureCookies, "secure-cookies", c.SecureCookies, "the pages are reached by HTTPS only")
	f.BoolVar(&c.TrustProxy, "trust-proxy", c.TrustProxy, "X-Forwarded-Proto comes from our own proxy")
	if status, ok := parse(f, args, stderr); !ok {
		return c, status, false
	}
	if f.NArg() > 0 {
		fmt.Fprintf(stderr, "openiis %s: %q is not expected here\n", command, f.Arg(0))
		return c, exitUsage, false
	}
	if command == "serve" && !need(stderr, f, "db") {
		return c, exitUsage, false
	}
	switch c.State {
	case "", "ma", "mn", "ms":
	default:
		fmt.Fprintf(stderr, "openiis %s: there is no state %q: want ma, mn or ms\n", command, c.State)
		return c, exitUsage, false
	}
	if c.State != "" {
		fmt.Fprintf(stderr, "openiis %s: this version has no state policies yet; the neutral policy holds (sharing is on, nothing is gated)\n", command)
	}
	return c, exitOK, true
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

func (c *Config) readFile(path string) error {
	file, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("read the configuration: %w", err)
	}
	defer file.Close()
	d := json.NewDecoder(file)
	d.DisallowUnknownFields()
	if err := d.Decode(c); err != nil {
		return fmt.Errorf("read the configuration %s: %w", path, err)
	}
	return nil
}

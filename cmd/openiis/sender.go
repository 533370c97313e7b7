package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"strings"

	"openiis/internal/iis"
)

// senderCommand is `openiis sender`: add a sender, or give rules other severities
// for one.
func senderCommand(args []string, _ io.Reader, stdout, stderr io.Writer) int {
	switch {
	case len(args) > 0 && args[0] == "add":
		return senderAdd(args[1:], stdout, stderr)
	case len(args) > 0 && args[0] == "severities":
		return senderSeverities(args[1:], stdout, stderr)
	case len(args) > 0 && args[0] == "certificate":
		return senderCertificate(args[1:], stdout, stderr)
	case len(args) > 0 && args[0] == "proof":
		return senderProof(args[1:], stdout, stderr)
	}
	fmt.Fprint(stderr, "openiis sender: want\n"+
		"  openiis sender add --db … --facility CODE --name \"…\" --username U --password-file F [--kind vital-records]\n"+
		"  openiis sender severities --db … (--username U | --everyone) (--show | --file FILE.tsv)\n"+
		"  openiis sender certificate list --db … [--facility CODE]\n"+
		"  openiis sender certificate add --db … --facility CODE --by sha256|subject|san (--file CERT.pem | --value V)\n"+
		"  openiis sender certificate remove --db … --facility CODE --number N\n"+
		"  openiis sender proof --db … --facility CODE --proof password|certificate|both\n")
	return exitUsage
}

// senderAdd is `openiis sender add`: it registers a sending facility and its
// credential. The same user name again is replaced.
func senderAdd(args []string, stdout, stderr io.Writer) int {
	f := flag.NewFlagSet("sender add", flag.ContinueOnError)
	db := f.String("db", "", "database: a file, created when absent, or postgres://…")
	facility := f.String("facility", "", "the registry's code for the facility")
	name := f.String("name", "", "the facility's name")
	username := f.String("username", "", "user name for SOAP, HTTP and MLLP")
	password := f.String("password-file", "", "file that holds the password")
	kind := f.String("kind", "", "what it is: provider, or vital-records for an office that sends birth certificates; without it, it stays what it is, and a new one is a provider")
	enforce := f.Bool("enforce", false, "refuse messages whose MSH-4 or MSH-22 names another facility")
	if status, ok := parse(f, args, stderr); !ok {
		return status
	}
	if !need(stderr, f, "db", "facility", "username", "password-file") || !usable(stderr, f, *username) {
		return exitUsage
	}
	kindOf, err := senderKind(*kind)
	if err != nil {
		return failUsage(stderr, "sender add", err)
	}
	secret, err := readSecret(*password)
	if err != nil {
		return failUsage(stderr, "sender add", err)
	}
	if *name == "" {
		*name = *facility
	}
	return withRegistry(*db, mayMake, stderr, "sender add", func(ctx context.Context, r *registry) error {
		s, err := r.gate.AddSender(ctx, iis.Sender{Facility: *facility, Name: *name, Enforce: *enforce, Kind: kindOf}, *username, secret)
		if err == nil {
			fmt.Fprintf(stdout, "sender %s (%s) may send as user %s\n", s.Facility, s.Name, *username)
		}
		return err
	})
}

// senderKind is the kind of sender that a word names; "" is none.
func senderKind(word string) (iis.SenderKind, error) {
	switch k := iis.SenderKind(word); k {
	case "", iis.SendsVaccinations, iis.SendsCertificates:
		return k, nil
	}
	return "", fmt.Errorf("there is no kind of sender %q: want %s or %s", word, iis.SendsVaccinations, iis.SendsCertificates)
}

// usable tells what is wrong with a user name or left over on a command line. A
// colon would end the name in HTTP Basic and in MSH-8.
func usable(stderr io.Writer, f *flag.FlagSet, username string) bool {
	if f.NArg() > 0 {
		fmt.Fprintf(stderr, "openiis %s: %q is not expected here\n", f.Name(), f.Arg(0))
		return false
	}
	if strings.ContainsAny(username, ":^ ") {
		fmt.Fprintf(stderr, "openiis %s: a user name has no blank, colon or ^\n", f.Name())
		return false
	}
	return true
}

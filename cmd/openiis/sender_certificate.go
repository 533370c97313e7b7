package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"text/tabwriter"

	"openiis/internal/iis"
)

// senderCertificate is `openiis sender certificate`: which certificates are known as a
// sender's.
func senderCertificate(args []string, stdout, stderr io.Writer) int {
	act := ""
	if len(args) > 0 {
		act, args = args[0], args[1:]
	}
	name := "sender certificate " + act
	f := flag.NewFlagSet(name, flag.ContinueOnError)
	db := f.String("db", "", "database: a file, or postgres://…")
	facility := f.String("facility", "", "the registry's code for the facility")
	var do func(context.Context, *registry) error
	var needs []string
	switch act {
	case "list":
		do = func(ctx context.Context, r *registry) error { return listCertificates(ctx, r, *facility, stdout) }
	case "add":
		by := f.String("by", "", "by what of it: sha256, subject or san (another name)")
		file := f.String("file", "", "the certificate (PEM)")
		value := f.String("value", "", "or the value itself")
		needs = []string{"facility", "by"}
		do = func(ctx context.Context, r *registry) error {
			return addCertificate(ctx, r, *facility, *by, *file, *value, stdout)
		}
	case "remove":
		number := f.String("number", "", "as the list has it")
		needs = []string{"facility", "number"}
		do = func(ctx context.Context, r *registry) error {
			return removeCertificate(ctx, r, *facility, *number, stdout)
		}
	default:
		return failUsage(stderr, "sender certificate", fmt.Errorf("%q is nothing to do with a certificate: want list, add or remove", act))
	}
	if status, ok := parse(f, args, stderr); !ok {
		return status
	}
	if !need(stderr, f, append(needs, "db")...) || !usable(stderr, f, "") {
		return exitUsage
	}
	return withRegistry(*db, mustBeThere, stderr, name, do)
}

// listCertificates lists those of a sender, or of all, with when they end.
func listCertificates(ctx context.Context, r *registry, facility string, stdout io.Writer) error {
	var of iis.SenderID
	if facility != "" {
		s, err := r.gate.SenderNamed(ctx, facility)
		if err != nil {
			return err
		}
		of = s.ID
	}
	list, err := r.gate.Certificates(ctx, of)
	if err != nil {
		return err
	}
	t := tabwriter.NewWriter(stdout, 0, 4, 2, ' ', 0)
	fmt.Fprintln(t, "NUMBER\tSENDER\tBY\tVALUE\tGOOD UNTIL\tLAST USED")
	for _, c := range list {
		until := dayOr(c.Expires)
		switch {
		case c.Expires.IsZero():
			until = "not seen yet"
		case c.Over:
			until += " (over)"
		case c.EndsSoon:
			until += " (soon)"
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\n", c.ID.Public(), c.Sender.Public(), c.Kind, c.Value, until, dayOr(c.Used))
	}
	return t.Flush()
}

// addCertificate makes a certificate known as a sender's.
func addCertificate(ctx context.Context, r *registry, facility, by, file, value string, stdout io.Writer) error {
	if (file == "") == (value == "") {
		return errors.New("give the certificate (--file) or the value (--value)")
	}
	if file != "" {
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		value = string(text)
	}
	s, err := r.gate.SenderNamed(ctx, facility)
	if err == nil {
		err = r.gate.AddCertificate(ctx, byCommand, s.ID, iis.CertificateKind(by), value)
	}
	if err == nil {
		fmt.Fprintf(stdout, "the certificate is known as that of %s\n", s.Facility)
	}
	return err
}

// removeCertificate has a certificate be a sender's no more.
func removeCertificate(ctx context.Context, r *registry, facility, number string, stdout io.Writer) error {
	id, ok := iis.ParseCertificateID(number)
	if !ok {
		return fmt.Errorf("%q is no number of a certificate: openiis sender certificate list has them", number)
	}
	s, err := r.gate.SenderNamed(ctx, facility)
	if err == nil {
		err = r.gate.RemoveCertificate(ctx, byCommand, s.ID, id)
	}
	if err == nil {
		fmt.Fprintf(stdout, "the certificate is not that of %s any more\n", s.Facility)
	}
	return err
}

// senderProof is `openiis sender proof`: by what a sender proves who it is.
func senderProof(args []string, stdout, stderr io.Writer) int {
	f := flag.NewFlagSet("sender proof", flag.ContinueOnError)
	db := f.String("db", "", "database: a file, or postgres://…")
	facility := f.String("facility", "", "the registry's code for the facility")
	proof := f.String("proof", "", "password, certificate or both")
	if status, ok := parse(f, args, stderr); !ok {
		return status
	}
	if !need(stderr, f, "db", "facility", "proof") || !usable(stderr, f, "") {
		return exitUsage
	}
	return withRegistry(*db, mustBeThere, stderr, "sender proof", func(ctx context.Context, r *registry) error {
		s, err := r.gate.SenderNamed(ctx, *facility)
		if err == nil {
			err = r.gate.SetProof(ctx, byCommand, s.ID, iis.SenderProof(*proof))
		}
		if err == nil {
			fmt.Fprintf(stdout, "sender %s proves itself by: %s\n", s.Facility, *proof)
		}
		return err
	})
}

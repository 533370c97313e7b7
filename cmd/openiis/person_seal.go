package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"openiis/internal/iis"
	"openiis/internal/steward"
)

const sealUse = `openiis person: of a former identity that an order has sealed, want one of
  openiis person seal --db … --as USER --order NO --why … [--facility CODE] (--into NEW | --new FILE [--anyway]) PERSON
  openiis person sealed --db … --as USER [SEALING]         what is sealed, or one of it
  openiis person take-over --db … --as USER SEALING        what came since goes over to the new identity
  openiis person sweep --db … --as USER SEALING            seal refused messages and queries that name it, too
  openiis person unseal --db … --as USER --why … SEALING   the former identity is as it was
FILE has a line for each part of the new identity, like "family: Marsh": ` + "%s\n"

// sealActs are what `openiis person` does about sealed identities, each with how many
// numbers it takes.
var sealActs = map[string]struct {
	least, most int
	do          func(*sealTask, context.Context) error
}{
	"seal":      {1, 1, (*sealTask).seal},
	"sealed":    {0, 1, (*sealTask).sealed},
	"take-over": {1, 1, (*sealTask).takeOver},
	"sweep":     {1, 1, (*sealTask).sweep},
	"unseal":    {1, 1, (*sealTask).unseal},
}

// sealTask is one run of a command about sealed identities.
type sealTask struct {
	*registry
	by            iis.Actor
	in            steward.Sealing
	into, newFile string
	numbers       []string
	out           io.Writer
}

// sealCommand is `openiis person seal` and its like. Who runs it acts as a user who
// has the right to seal, by whose number the audit names them.
func sealCommand(name string, args []string, stdout, stderr io.Writer) int {
	act := sealActs[name]
	t := sealTask{out: stdout}
	f := flag.NewFlagSet("person "+name, flag.ContinueOnError)
	db := f.String("db", "", "database: a file, or postgres://…")
	as := f.String("as", "", "user name of an administrator who may seal")
	f.StringVar(&t.in.Why, "why", "", "why, in a sentence; it is kept")
	f.StringVar(&t.in.Order, "order", "", "number of the order")
	f.StringVar(&t.in.Facility, "facility", "", "code of the sender in whose name the history goes over; the programme's staff when empty")
	f.StringVar(&t.into, "into", "", "number of the record that the new identity has")
	f.StringVar(&t.newFile, "new", "", "file that says who the new identity is")
	f.BoolVar(&t.in.Anyway, "anyway", false, "make the record also beside others that are like it")
	if status, ok := parse(f, args, stderr); !ok {
		return status
	}
	if !need(stderr, f, "db", "as") {
		return exitUsage
	}
	if t.numbers = f.Args(); len(t.numbers) < act.least || len(t.numbers) > act.most || name == "seal" && (t.into == "") == (t.newFile == "") {
		fmt.Fprintf(stderr, sealUse, strings.Join(steward.IdentityFields, ", "))
		return exitUsage
	}
	return withRegistry(*db, mustBeThere, stderr, f.Name(), func(ctx context.Context, r *registry) (err error) {
		t.registry = r
		if t.by, err = r.gate.Sealer(ctx, *as); err != nil {
			return err
		}
		return act.do(&t, ctx)
	})
}

func (t *sealTask) seal(ctx context.Context) (err error) {
	if t.in.Person, err = numberOf(t.numbers[0], "person", iis.ParsePersonID); err != nil {
		return err
	}
	if t.into != "" {
		t.in.Into, err = numberOf(t.into, "person", iis.ParsePersonID)
	} else {
		t.in.New, err = readIdentity(t.newFile)
	}
	if err != nil {
		return err
	}
	id, is, err := t.steward.Seal(ctx, t.by, t.in)
	if err == nil {
		fmt.Fprintf(t.out, "sealing %s\nnew identity %s\n", id.Public(), is.Public())
	}
	return err
}

// readIdentity reads a file that says who somebody is from now on.
func readIdentity(name string) (n steward.Identity, err error) {
	file, err := os.Open(name)
	if err != nil {
		return n, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	lines := bufio.NewScanner(file)
	for at := 1; lines.Scan(); at++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" {
			continue
		}
		label, value, ok := strings.Cut(line, ":")
		field := n.Field(strings.TrimSpace(label))
		if !ok || field == nil { // the line itself may name somebody
			return n, fmt.Errorf("line %d of the file is no part of an identity: write one of %s, a colon and its value", at, strings.Join(steward.IdentityFields, ", "))
		}
		*field = strings.TrimSpace(value)
	}
	return n, lines.Err()
}

func (t *sealTask) sealed(ctx context.Context) error {
	if len(t.numbers) == 1 {
		return t.one(ctx)
	}
	for before := iis.SealID(0); ; {
		list, next, err := t.steward.Seals(ctx, t.by, before)
		if err != nil {
			return err
		}
		for _, s := range list {
			fmt.Fprintf(t.out, "sealing %s  %s  order %s\n", s.ID.Public(), s.At.Format(time.DateOnly), s.Order)
		}
		if before = next; next == 0 {
			return nil
		}
	}
}

// one tells of one sealing: numbers, times and reasons.
func (t *sealTask) one(ctx context.Context) error {
	id, err := numberOf(t.numbers[0], "sealing", iis.ParseSealID)
	if err != nil {
		return err
	}
	s, err := t.steward.Sealing(ctx, t.by, id)
	if err != nil {
		return err
	}
	fmt.Fprintf(t.out, "sealing %s  %s  order %s: %s\nformer identity %s\nnew identity %s\n", s.ID.Public(), s.At.Format(time.DateOnly), s.Order, s.Why, s.Person.Public(), s.New.Public())
	fmt.Fprintf(t.out, "%d doses and facts went over, %d came since\n", len(s.Over), len(s.Changes))
	return nil
}

func (t *sealTask) takeOver(ctx context.Context) error {
	id, err := numberOf(t.numbers[0], "sealing", iis.ParseSealID)
	if err != nil {
		return err
	}
	n, err := t.steward.TakeOver(ctx, t.by, id)
	if err == nil {
		fmt.Fprintf(t.out, "%d doses and facts went over\n", n)
	}
	return err
}

func (t *sealTask) sweep(ctx context.Context) error {
	id, err := numberOf(t.numbers[0], "sealing", iis.ParseSealID)
	if err != nil {
		return err
	}
	n, err := t.steward.Sweep(ctx, t.by, id)
	if err == nil {
		fmt.Fprintf(t.out, "%d messages were sealed\n", n)
	}
	return err
}

func (t *sealTask) unseal(ctx context.Context) error {
	id, err := numberOf(t.numbers[0], "sealing", iis.ParseSealID)
	if err != nil {
		return err
	}
	if err := t.steward.Unseal(ctx, t.by, id, t.in.Why); err != nil {
		return err
	}
	fmt.Fprintf(t.out, "sealing %s is undone\n", id.Public())
	return nil
}

package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"strings"
	"time"

	"openiis/internal/codeset"
	"openiis/internal/iis"
	"openiis/internal/record"
	"openiis/internal/store"
)

const personUse = `openiis person: want one of
  openiis person merge --db … --why … KEEP GONE         two records are one person's
  openiis person move --db … --why … SOURCE FROM [TO]   a source is another's, or a new person's
  openiis person apart --db … --why … ONE OTHER         two records are different people's
  openiis person together --db … --why … KEEP GONE      two records are one person's, and no source leaves the others
  openiis person together --db … --why … SOURCE OTHER PERSON
                                                        two sources of a person do not leave each other
  openiis person alive --db … --why … PERSON            a death is another's: the person is alive
  openiis person unmerge --db … --why … DECISION        undo a decision, of whatever kind
  openiis person sources --db … PERSON                  who reports of a person
  openiis person decisions --db … PERSON                what was decided of a person
  openiis person unmatched --db …                       deaths of whom there is no record
  openiis person seal, sealed, take-over, sweep, unseal a former identity that an order has sealed
  openiis person opt-out, opt-in                        somebody is to be left out of the registry, or comes back`

// personActs are what `openiis person` does, each with how many numbers it takes.
var personActs = map[string]struct {
	least, most int
	do          func(*personTask, context.Context) error
}{
	"merge":     {2, 2, (*personTask).merge},
	"move":      {2, 3, (*personTask).move},
	"apart":     {2, 2, (*personTask).apart},
	"together":  {2, 3, (*personTask).together},
	"alive":     {1, 1, (*personTask).alive},
	"unmerge":   {1, 1, (*personTask).unmerge},
	"sources":   {1, 1, (*personTask).sources},
	"decisions": {1, 1, (*personTask).decisions},
	"unmatched": {0, 0, (*personTask).unmatched},
}

// personTask is one run of `openiis person`.
type personTask struct {
	store   *store.Store
	keeper  *record.Keeper
	numbers []string
	why     string
	out     io.Writer
}

// byCommand is who acts by a command.
var byCommand = iis.Actor{Kind: "command"}

// personCommand is `openiis person`: decisions about who is who, for operators.
// It prints numbers, times and reasons, and nothing else of a patient.
func personCommand(args []string, _ io.Reader, stdout, stderr io.Writer) int {
	if len(args) > 0 && sealActs[args[0]].do != nil {
		return sealCommand(args[0], args[1:], stdout, stderr)
	}
	if len(args) > 0 && optActs[args[0]] != nil {
		return optCommand(args[0], args[1:], stdout, stderr)
	}
	if len(args) == 0 || personActs[args[0]].do == nil {
		fmt.Fprintln(stderr, personUse)
		return exitUsage
	}
	act := personActs[args[0]]
	f := flag.NewFlagSet("person "+args[0], flag.ContinueOnError)
	db := f.String("db", "", "database: a file, or postgres://…")
	why := f.String("why", "", "why it is decided, in a sentence; it is kept")
	if status, ok := parse(f, args[1:], stderr); !ok {
		return status
	}
	if !need(stderr, f, "db") {
		return exitUsage
	}
	if f.NArg() < act.least || f.NArg() > act.most {
		fmt.Fprintln(stderr, personUse)
		return exitUsage
	}
	if err := isThere(*db); err != nil {
		return failUsage(stderr, f.Name(), err)
	}
	ctx := context.Background()
	s, err := store.Open(ctx, *db)
	if err != nil {
		return fail(stderr, f.Name(), err)
	}
	defer s.Close()
	codes, err := codeset.Load()
	if err == nil {
		err = act.do(&personTask{s, record.New(s, codes), f.Args(), *why, stdout}, ctx)
	}
	if err != nil {
		return fail(stderr, f.Name(), err)
	}
	return exitOK
}

// number reads one of the numbers that were given.
func number[T any](t *personTask, i int, what string, read func(string) (T, bool)) (T, error) {
	return numberOf(t.numbers[i], what, read)
}

// numberOf reads a number that was given.
func numberOf[T any](text, what string, read func(string) (T, bool)) (T, error) {
	n, ok := read(strings.TrimSpace(text))
	if !ok {
		return n, fmt.Errorf("%q is not the number of a %s: it has 13 letters and digits", text, what)
	}
	return n, nil
}

// persons reads two numbers of persons.
func (t *personTask) persons(i, j int) (a, b iis.PersonID, err error) {
	if a, err = number(t, i, "person", iis.ParsePersonID); err != nil {
		return 0, 0, err
	}
	b, err = number(t, j, "person", iis.ParsePersonID)
	return a, b, err
}

// decided tells the number of a decision, by which it is undone.
func (t *personTask) decided(id iis.DecisionID, err error) error {
	if err == nil {
		fmt.Fprintf(t.out, "decision %s\n", id.Public())
	}
	return err
}

func (t *personTask) merge(ctx context.Context) error {
	keep, gone, err := t.persons(0, 1)
	if err != nil {
		return err
	}
	return t.decided(t.keeper.Merge(ctx, keep, gone, byCommand, t.why))
}

func (t *personTask) apart(ctx context.Context) error {
	a, b, err := t.persons(0, 1)
	if err != nil {
		return err
	}
	return t.decided(t.keeper.Apart(ctx, a, b, byCommand, t.why))
}

// together joins two records for good, or holds two sources of one together.
func (t *personTask) together(ctx context.Context) error {
	if len(t.numbers) == 2 {
		keep, gone, err := t.persons(0, 1)
		if err != nil {
			return err
		}
		return t.decided(t.keeper.Unite(ctx, keep, gone, byCommand, t.why))
	}
	a, err := number(t, 0, "source", iis.ParseSourceID)
	if err != nil {
		return err
	}
	b, err := number(t, 1, "source", iis.ParseSourceID)
	if err != nil {
		return err
	}
	person, err := number(t, 2, "person", iis.ParsePersonID)
	if err != nil {
		return err
	}
	return t.decided(t.keeper.Together(ctx, person, a, b, byCommand, t.why))
}

func (t *personTask) move(ctx context.Context) error {
	source, err := number(t, 0, "source", iis.ParseSourceID)
	if err != nil {
		return err
	}
	var to iis.PersonID
	from, err := number(t, 1, "person", iis.ParsePersonID)
	if err == nil && len(t.numbers) == 3 {
		to, err = number(t, 2, "person", iis.ParsePersonID)
	}
	if err != nil {
		return err
	}
	return t.decided(t.keeper.Move(ctx, source, from, to, byCommand, t.why))
}

func (t *personTask) alive(ctx context.Context) error {
	id, err := number(t, 0, "person", iis.ParsePersonID)
	if err != nil {
		return err
	}
	return t.decided(t.keeper.Alive(ctx, id, byCommand, t.why))
}

func (t *personTask) unmerge(ctx context.Context) error {
	id, err := number(t, 0, "decision", iis.ParseDecisionID)
	if err != nil {
		return err
	}
	return t.decided(t.keeper.Undo(ctx, id, byCommand, t.why))
}

// seen audits that a person's sources or decisions were read, before they are
// shown.
func (t *personTask) seen(id iis.PersonID, act string) error {
	return t.store.AuditRead(store.Audit{At: t.store.Now(), Actor: byCommand, Act: act, Person: id})
}

func (t *personTask) sources(ctx context.Context) error {
	id, err := number(t, 0, "person", iis.ParsePersonID)
	if err != nil {
		return err
	}
	now, linked, err := t.keeper.Sources(ctx, id)
	if err != nil {
		return err
	}
	names, err := t.senderNames(ctx)
	if err != nil {
		return err
	}
	if err := t.seen(now, "list sources"); err != nil {
		return err
	}
	fmt.Fprintf(t.out, "person %s\n", now.Public())
	for _, l := range linked {
		fmt.Fprintf(t.out, "source %s  since %s  %s  (%s)\n", l.Source.Public(), l.Since.Format(time.DateOnly), names[l.Sender], l.Method)
	}
	return nil
}

func (t *personTask) decisions(ctx context.Context) error {
	id, err := number(t, 0, "person", iis.ParsePersonID)
	if err != nil {
		return err
	}
	all, err := t.keeper.Decisions(ctx, id)
	if err != nil {
		return err
	}
	if err := t.seen(id, "list decisions"); err != nil {
		return err
	}
	for _, d := range all {
		fmt.Fprintf(t.out, "%s  %s  %s %s", d.ID.Public(), d.At.Format(time.RFC3339), d.Kind, d.Person.Public())
		if d.Other != 0 {
			fmt.Fprintf(t.out, " %s", d.Other.Public())
		}
		if d.Undoes != 0 {
			fmt.Fprintf(t.out, ", undoes %s", d.Undoes.Public())
		}
		if d.UndoneBy != 0 {
			fmt.Fprintf(t.out, ", undone by %s", d.UndoneBy.Public())
		}
		fmt.Fprintf(t.out, "  by %s: %s\n", d.By.Kind, d.Why)
	}
	return nil
}

// senderNames are the names of all senders.
func (t *personTask) senderNames(ctx context.Context) (names map[iis.SenderID]string, err error) {
	err = t.store.Read(ctx, func(tx *store.Tx) error {
		names, err = tx.SenderNames()
		return err
	})
	return names, err
}

// unmatched lists the certificates of deaths of whom there is no record. By which submission
// each came is not said: that of somebody who is sealed is on no page.
func (t *personTask) unmatched(ctx context.Context) error {
	all, err := t.keeper.Unmatched(ctx)
	if err != nil {
		return err
	}
	names, err := t.senderNames(ctx)
	if err != nil {
		return err
	}
	if err := t.seen(0, "list unmatched deaths"); err != nil {
		return err
	}
	for _, u := range all {
		why := "nobody was found"
		if u.Decision != 0 {
			why = "decision " + u.Decision.Public()
		}
		fmt.Fprintf(t.out, "%s  since %s  %s  (%s)\n", u.Certificate, u.Since.Format(time.DateOnly), names[u.Sender], why)
	}
	return nil
}

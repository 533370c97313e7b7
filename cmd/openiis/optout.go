package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"openiis/internal/codeset"
	"openiis/internal/iis"
	"openiis/internal/record"
	"openiis/internal/steward"
	"openiis/internal/store"
	"openiis/internal/stub"
)

const personOptUse = `openiis person: of somebody who is to be left out of the registry, want one of
  openiis person opt-out --db … --how call|form --relation mother --checked photo --asked DAY --name "…" [--form FILE] (PERSON | --new FILE [--anyway])
  openiis person opt-in --db … (REQUEST | --new FILE)      the opt-out is taken back
FILE has a line for each part of who the person is, like "family: Marsh": ` + "%s\n"

// optTask is one run of a command about opting out.
type optTask struct {
	*registry
	in      steward.OptingOut
	newFile string
	form    string
	numbers []string
	out     io.Writer
}

// optActs are what `openiis person` does about opting out.
var optActs = map[string]func(*optTask, context.Context) error{
	"opt-out": (*optTask).optOut,
	"opt-in":  (*optTask).optIn,
}

// optCommand is `openiis person opt-out` and `opt-in`. It prints numbers and counts, and
// nothing else of a person.
func optCommand(name string, args []string, stdout, stderr io.Writer) int {
	t := optTask{out: stdout}
	f := flag.NewFlagSet("person "+name, flag.ContinueOnError)
	db := f.String("db", "", "database: a file, or postgres://…")
	f.StringVar(&t.newFile, "new", "", "file that says who the person is who has no record")
	if name == "opt-out" {
		f.StringVar(&t.in.How, "how", "", "the way in which they ask: call or form")
		f.StringVar(&t.in.Relation, "relation", "", "who asks: "+codesOf(iis.OptOutRelations))
		f.StringVar(&t.in.Checked, "checked", "", "how their identity was checked: "+codesOf(iis.OptOutChecks))
		f.StringVar(&t.in.Asked, "asked", "", "the day on which they asked")
		f.StringVar(&t.in.Said, "name", "", "the name of who asks; it is erased with the record")
		f.StringVar(&t.form, "form", "", "the signed form; a keyed digest of it is kept")
		f.BoolVar(&t.in.Anyway, "anyway", false, "they have no record, also where others are like them")
	}
	if status, ok := parse(f, args, stderr); !ok {
		return status
	}
	if !need(stderr, f, "db") {
		return exitUsage
	}
	if t.numbers = f.Args(); len(t.numbers) > 1 || (len(t.numbers) == 1) == (t.newFile != "") {
		fmt.Fprintf(stderr, personOptUse, strings.Join(steward.IdentityFields, ", "))
		return exitUsage
	}
	return withRegistry(*db, mustBeThere, stderr, f.Name(), func(ctx context.Context, r *registry) error {
		t.registry = r
		return optActs[name](&t, ctx)
	})
}

// codesOf are the words of a list.
func codesOf(list []iis.Coded) string {
	out := make([]string, len(list))
	for i, c := range list {
		out[i] = c.Code
	}
	return strings.Join(out, ", ")
}

func (t *optTask) optOut(ctx context.Context) (err error) {
	if t.newFile != "" {
		t.in.Who, err = readIdentity(t.newFile)
	} else {
		t.in.Person, err = numberOf(t.numbers[0], "person", iis.ParsePersonID)
	}
	if err == nil && t.form != "" {
		t.in.Form, err = os.ReadFile(t.form)
	}
	if err != nil {
		return err
	}
	o, err := t.steward.OptOut(ctx, byCommand, t.in)
	if err == nil {
		tellOptOut(t.out, o)
	}
	return err
}

func (t *optTask) optIn(ctx context.Context) (err error) {
	var id iis.OptOutID
	if t.newFile != "" {
		who, err := readIdentity(t.newFile)
		if err != nil {
			return err
		}
		if id, err = t.steward.FindOptOut(ctx, byCommand, who); err != nil {
			return err
		}
		if id == 0 {
			return errors.New("nobody who is described so has opted out")
		}
	} else if id, err = numberOf(t.numbers[0], "request", iis.ParseOptOutID); err != nil {
		return err
	}
	o, err := t.steward.OptBack(ctx, byCommand, id)
	if err == nil {
		tellOptOut(t.out, o)
	}
	return err
}

// tellOptOut prints a request.
func tellOptOut(w io.Writer, o *iis.OptOut) {
	fmt.Fprintf(w, "request %s  %s", o.ID.Public(), o.State)
	if o.State == iis.OptOutWaiting {
		if o.Due.IsZero() {
			fmt.Fprint(w, ", to be erased when somebody says so")
		} else {
			fmt.Fprintf(w, ", to be erased from %s on", o.Due.Local().Format(time.DateTime))
		}
	}
	if o.Person != 0 && o.State != iis.OptOutErased {
		fmt.Fprintf(w, "  record %s", o.Person.Public())
	}
	fmt.Fprintln(w)
}

const optOutUse = `openiis optout: want one of
  openiis optout list --db …                      requests that stand, by number and state
  openiis optout erase --db … REQUEST             erase now what would be erased later
  openiis optout export --db … --out FILE         what a backup of before does not have; keep it beside the backups
  openiis optout carry --db … --from FILE         bring a registry that was restored to what was decided since
  openiis optout key --db … --file FILE           hash with the secret of a file, before the first opt-out
  openiis optout scrub --db …                     write the database anew, without what was erased; stop the server first`

// optOutCommand is `openiis optout`.
func optOutCommand(args []string, _ io.Reader, stdout, stderr io.Writer) int {
	acts := map[string]bool{"list": true, "erase": true, "export": true, "carry": true, "key": true, "scrub": true}
	if len(args) == 0 || !acts[args[0]] {
		fmt.Fprintln(stderr, optOutUse)
		return exitUsage
	}
	f := flag.NewFlagSet("optout "+args[0], flag.ContinueOnError)
	db := f.String("db", "", "database: a file, or postgres://…")
	file := ""
	switch args[0] {
	case "export":
		f.StringVar(&file, "out", "", "file to write, which is not there yet")
	case "carry":
		f.StringVar(&file, "from", "", "file that `openiis optout export` wrote")
	case "key":
		f.StringVar(&file, "file", "", "file with at least 32 random bytes, or 64 hexadecimal digits, where every server finds it")
	}
	if status, ok := parse(f, args[1:], stderr); !ok {
		return status
	}
	wanted := []string{"db"}
	if file == "" && (args[0] == "export" || args[0] == "carry" || args[0] == "key") {
		wanted = append(wanted, map[string]string{"export": "out", "carry": "from", "key": "file"}[args[0]])
	}
	if !need(stderr, f, wanted...) {
		return exitUsage
	}
	if err := isThere(*db); err != nil {
		return failUsage(stderr, f.Name(), err)
	}
	ctx, stop := stopSignal()
	defer stop()
	switch args[0] {
	case "scrub":
		if err := store.Scrub(ctx, *db); err != nil {
			return fail(stderr, f.Name(), err)
		}
		fmt.Fprintln(stdout, "the database is written anew, without what was erased")
		return exitOK
	case "carry":
		if err := carryOptOuts(ctx, *db, file, stdout); err != nil {
			return fail(stderr, f.Name(), err)
		}
		return exitOK
	}
	return withRegistry(*db, mustBeThere, stderr, f.Name(), func(_ context.Context, r *registry) error {
		switch args[0] {
		case "list":
			return listOptOuts(ctx, r, stdout)
		case "erase":
			return eraseOptedOut(ctx, r, f.Args(), stdout)
		case "export":
			return exportOptOuts(ctx, r, file, stdout)
		}
		return keyOptOuts(ctx, r, file, stdout)
	})
}

func listOptOuts(ctx context.Context, r *registry, w io.Writer) error {
	for _, state := range iis.OptOutStates {
		for before := iis.OptOutID(0); ; {
			list, next, err := r.steward.OptOuts(ctx, byCommand, state, before)
			if err != nil {
				return err
			}
			for i := range list {
				tellOptOut(w, &list[i].OptOut)
			}
			if before = next; next == 0 {
				break
			}
		}
	}
	return nil
}

func eraseOptedOut(ctx context.Context, r *registry, numbers []string, w io.Writer) error {
	if len(numbers) != 1 {
		return errors.New("want the number of one request")
	}
	id, err := numberOf(numbers[0], "request", iis.ParseOptOutID)
	if err != nil {
		return err
	}
	if _, err := r.steward.EraseOptedOut(ctx, byCommand, id); err != nil {
		return err
	}
	o, err := r.steward.OpenOptOut(ctx, byCommand, id)
	if err != nil {
		return err
	}
	tellOptOut(w, &o.OptOut)
	for _, e := range o.Erased {
		fmt.Fprintf(w, "  %d %s\n", e.N, e.What)
	}
	fmt.Fprintf(w, "  kept: a stub of %d hashes\n", o.Keys)
	return nil
}

// exportOptOuts writes a file that is whole or not there.
func exportOptOuts(ctx context.Context, r *registry, path string, w io.Writer) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	n, err := r.steward.ExportOptOuts(ctx, byCommand, f)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return errors.Join(err, os.Remove(path))
	}
	fmt.Fprintf(w, "written to %s: %d opt-outs\n", path, n)
	return nil
}

func keyOptOuts(ctx context.Context, r *registry, path string, w io.Writer) error {
	full, err := filepath.Abs(path)
	if err != nil {
		return err
	}
	content, err := os.ReadFile(full)
	if err != nil {
		return err
	}
	if _, err := stub.ReadKey(content); err != nil {
		return err
	}
	err = r.store.Write(ctx, func(tx *store.Tx) error {
		if err := tx.SetOptOutFile(full); err != nil {
			return err
		}
		return tx.AddAudit(done("set the key of opt-outs"))
	})
	if err == nil {
		fmt.Fprintf(w, "opt-outs are hashed with the secret in %s: keep a copy of it where the backups are not\n", full)
	}
	return err
}

// carryOptOuts carries opt-outs over to a registry that was restored, from a file or
// ("" and a database) from the registry that it replaces, and lets it be opened.
func carryOptOuts(ctx context.Context, db, file string, w io.Writer) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close() //nolint:errcheck // it was only read
	return carryFrom(ctx, db, f, nil, w)
}

// carryFrom carries opt-outs over; from nil there are none. From the registry that is replaced,
// unless it is nil, it carries over who may do what too: without it everybody stays paused.
func carryFrom(ctx context.Context, db string, from io.Reader, replaced *store.Store, w io.Writer) (err error) {
	s, err := store.OpenRestored(ctx, db)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	codes, err := codeset.Load()
	if err != nil {
		return err
	}
	if replaced != nil { // before opt-outs: whose record is closed or erased again is then as it is there
		if err := carryRights(ctx, s, replaced); err != nil {
			return err
		}
		fmt.Fprintln(w, "who may do what is carried over: accounts, sites, senders, certificates, designations and agreements are as in the registry that is replaced; sessions, invitations and links have ended")
		if err := carryHidden(ctx, s, replaced, codes, w); err != nil {
			return err
		}
	}
	if from != nil {
		told, err := record.New(s, codes).CarryOptOuts(ctx, byCommand, from)
		if err != nil {
			return err
		}
		fmt.Fprintf(w, "opt-outs carried over: %d; records erased again: %d, closed again: %d; taken back since: %d\n", told.OptOuts, told.Erased, told.Closed, told.Back)
	}
	return s.Write(ctx, func(tx *store.Tx) error { return tx.CarriedOver() })
}

// carryHidden brings a registry that was restored to what was hidden since in the replaced one.
func carryHidden(ctx context.Context, s, replaced *store.Store, codes *codeset.Tables, w io.Writer) error {
	var restored *store.Restored
	err := s.Read(ctx, func(tx *store.Tx) (err error) {
		restored, err = tx.Restored()
		return err
	})
	if err != nil {
		return err
	}
	if restored == nil {
		return errors.New("the registry was not restored by this program")
	}
	told, err := record.New(s, codes).CarryHidden(ctx, byCommand, replaced, restored.Taken)
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "records of which something was hidden since (objections, PD1-12, confidential marks): %d, of which the backup lacked %d; sealed again: %d\n", told.Records, told.Made, told.Sealed)
	for _, p := range told.Left {
		fmt.Fprintf(w, "record %s stays closed or sealed, for what became of it since could not be carried over: look at it, and seal it anew or take it back\n", p.Public())
	}
	return nil
}

// carryRights has who may do what in a registry that was restored be as in the replaced one.
func carryRights(ctx context.Context, s, replaced *store.Store) error {
	var rights *store.Rights
	err := replaced.Read(ctx, func(tx *store.Tx) (err error) {
		rights, err = tx.Rights()
		return err
	})
	if err != nil {
		return err
	}
	return s.Write(ctx, func(tx *store.Tx) error {
		if err := tx.PutRights(rights, s.Now()); err != nil {
			return err
		}
		return tx.AddAudit(done("carry rights over"))
	})
}

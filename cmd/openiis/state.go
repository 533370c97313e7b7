package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"openiis/internal/course"
	"openiis/internal/form"
	"openiis/internal/policy"
	"openiis/internal/role"
)

const stateUse = `openiis state: want one of
  openiis state list                       the states that are part of the program
  openiis state show [STATE | --db …]      what one decides, or what holds in a registry, with the sources
  openiis state check DIR                  whether a folder of your own can be read
  openiis state papers [--to DIR] [STATE | --db …]
                                           its forms and informing materials; with --to they are made there, as PDF and text
  openiis state set --db … STATE           have a registry go by another state from now on: ma, mn, ms, neutral, or a folder`

// stateCommand is `openiis state`: by which state's policy a registry goes.
func stateCommand(args []string, _ io.Reader, stdout, stderr io.Writer) int {
	acts := map[string]func(f *flag.FlagSet, db string, stdout, stderr io.Writer) int{
		"list": stateList, "show": stateShow, "check": stateCheck, "set": stateSet, "papers": statePapers,
	}
	if len(args) == 0 || acts[args[0]] == nil {
		fmt.Fprintln(stderr, stateUse)
		return exitUsage
	}
	f := flag.NewFlagSet("state "+args[0], flag.ContinueOnError)
	db := f.String("db", "", "database: a file, or postgres://…")
	if args[0] == "papers" {
		f.String(papersTo, "", "folder in which the papers are made")
	}
	if status, ok := parse(f, args[1:], stderr); !ok {
		return status
	}
	return acts[args[0]](f, *db, stdout, stderr)
}

func stateList(f *flag.FlagSet, _ string, stdout, stderr io.Writer) int {
	if f.NArg() > 0 {
		return failUsage(stderr, f.Name(), fmt.Errorf("%q is not expected here", f.Arg(0)))
	}
	for _, code := range policy.States() {
		p := policy.Named(code)
		fmt.Fprintf(stdout, "%s  %s: %s\n", code, p.Name, p.Registry)
	}
	return exitOK
}

func stateShow(f *flag.FlagSet, db string, stdout, stderr io.Writer) int {
	switch {
	case f.NArg() > 1 || f.NArg() == 1 && db != "" || f.NArg() == 0 && db == "":
		return failUsage(stderr, f.Name(), errors.New("say either --db or one state"))
	case f.NArg() == 1:
		p, err := policyAt(f.Arg(0))
		if err != nil {
			return failUsage(stderr, f.Name(), err)
		}
		tellPolicy(stdout, p)
		return exitOK
	}
	return withRegistry(db, mustBeThere, stderr, f.Name(), func(ctx context.Context, r *registry) error {
		p, err := r.keeper.Policy(ctx)
		if err == nil {
			tellPolicy(stdout, p)
		}
		return err
	})
}

func stateCheck(f *flag.FlagSet, _ string, stdout, stderr io.Writer) int {
	if f.NArg() != 1 {
		return failUsage(stderr, f.Name(), errors.New("say which folder"))
	}
	p, err := policyIn(f.Arg(0))
	if err != nil {
		return fail(stderr, f.Name(), err)
	}
	fmt.Fprintf(stdout, "%s can be read: %s (%s)\n", filepath.Join(f.Arg(0), policy.File), p.Name, p.State)
	if p.RegionsText != "" {
		fmt.Fprintf(stdout, "%s can be read: %d regions with %d counties\n", filepath.Join(f.Arg(0), policy.RegionsFile), len(p.Regions), len(p.Counties()))
	}
	tellPapers(stdout, f.Arg(0), p)
	return exitOK
}

func stateSet(f *flag.FlagSet, db string, stdout, stderr io.Writer) int {
	if !need(stderr, f, "db") {
		return exitUsage
	}
	if f.NArg() != 1 {
		return failUsage(stderr, f.Name(), errors.New("say which state"))
	}
	p, err := policyAt(f.Arg(0))
	if err != nil {
		return failUsage(stderr, f.Name(), err)
	}
	return withRegistry(db, mustBeThere, stderr, f.Name(), func(ctx context.Context, r *registry) error {
		changed, err := r.keeper.GoBy(ctx, p, byCommand, true)
		switch {
		case err != nil:
			return err
		case changed:
			fmt.Fprintf(stdout, "the registry goes by the policy of %s (%s) now\n", p.Name, p.State)
		default:
			fmt.Fprintf(stdout, "the registry goes by the policy of %s (%s) already\n", p.Name, p.State)
		}
		return nil
	})
}

// policyAt is the policy of a state that is part of the program, or of a folder of
// one's own.
func policyAt(state string) (*policy.Policy, error) {
	if p := policy.Named(state); p != nil {
		return p, nil
	}
	is, err := os.Stat(state)
	if errors.Is(err, fs.ErrNotExist) || err == nil && !is.IsDir() {
		return nil, policy.NoSuchState(state)
	}
	if err != nil {
		return nil, err
	}
	return policyIn(state)
}

// policyIn is the policy in a folder, with the regions if it has some.
func policyIn(dir string) (*policy.Policy, error) {
	f, err := policy.FolderIn(os.DirFS(dir), "")
	if err != nil {
		return nil, fmt.Errorf("%s: %w", dir, err)
	}
	p, err := policy.ReadFolder(filepath.Clean(dir)+string(filepath.Separator), f)
	if err != nil {
		return nil, err
	}
	for _, r := range p.Training {
		for _, id := range r.Roles {
			if role.Named(id) == nil {
				return nil, fmt.Errorf("%s: training: the course %s is required of the role %q, which is not there: want one of %s", policy.File, r.Course, id, strings.Join(role.IDs(), ", "))
			}
		}
	}
	if _, err := course.Of(p); err != nil {
		return nil, err
	}
	return p, nil
}

// goBy has the registry go by the state that an operator named; "" by the one that it
// remembers.
func (r *registry) goBy(ctx context.Context, state string) error {
	if state == "" {
		p, err := r.keeper.Policy(ctx)
		if err == nil {
			_, err = course.Of(p)
		}
		return err
	}
	p, err := policyAt(state)
	if err == nil {
		_, err = r.keeper.GoBy(ctx, p, byCommand, false)
	}
	return err
}

// tellPolicy tells what a policy decides, and who says so.
func tellPolicy(w io.Writer, p *policy.Policy) {
	yes := map[bool]string{true: "yes", false: "no"}
	fmt.Fprintf(w, "%s (%s)\n%s, %s\n", p.Name, p.State, p.Registry, p.Department)
	if p.Text != "" {
		fmt.Fprintln(w, "from a folder of your own")
	}
	fmt.Fprintf(w, "\nShared when nobody said: %s\n  %s\n", yes[p.Sharing.Default], p.Sharing.Source)
	for _, fact := range p.Sharing.Facts(p) {
		fmt.Fprintf(w, "%s\n  %s\n", fact.Says, fact.Source)
	}
	for i := range p.Rosters {
		r := &p.Rosters[i]
		fmt.Fprintf(w, "A roster is kept by: %s; open of whom is on it: %s; its users may add history: %s\n  %s\n", r.Kind.Words(), r.Opens(), yes[r.History], r.Source)
	}
	fmt.Fprintf(w, "\nBirths are told by: %s; a newborn for %d days\n  %s\n", strings.Join(p.Births.Senders, ", "), p.Births.Newborn, p.Births.Source)
	if n := p.Notice; n == nil {
		fmt.Fprintln(w, "\nNotice to parents of newborns: none")
	} else {
		fmt.Fprintf(w, "\nNotice to parents of newborns: %s, within %d days\n  %s\n", n.Title, n.Within, n.Source)
		for _, l := range n.Languages {
			fmt.Fprintf(w, "  in %s (%s)\n", l.Name, l.Code)
		}
		for _, part := range n.Parts {
			fmt.Fprintf(w, "  %s, %s\n    %s\n", part.Name, part.Given, part.Source)
		}
	}
	o := p.OptOut
	fmt.Fprintf(w, "\nParents may opt out: %s\n  %s\n  %s\n", yes[o.Possible], o.Contact, o.Source)
	if o.Possible {
		fmt.Fprintf(w, "  by %s; the record of a child who has one is closed: %s\n", strings.Join(o.How, ", "), yes[o.Closes])
		if o.Erases {
			fmt.Fprintf(w, "  what is held is erased but for a stub, and may be taken back for %d days\n", o.TakeBack)
		} else {
			fmt.Fprintln(w, "  what is held is kept, closed to all but the programme's staff")
		}
		fmt.Fprintf(w, "  how the identity of who asks was checked must be noted: %s\n", yes[o.Identity])
	}
	tellTraining(w, p)
	tellRegions(w, p)
}

// tellPapers tells which papers of a folder can be read.
func tellPapers(w io.Writer, dir string, p *policy.Policy) {
	for _, folder := range form.Folders {
		n := 0
		for name := range p.Files {
			if path.Dir(name) == folder {
				n++
			}
		}
		if n == 0 {
			fmt.Fprintf(w, "no %s: those of the neutral folder hold\n", folder)
			continue
		}
		fmt.Fprintf(w, "%s can be read: %d\n", filepath.Join(dir, folder), n)
	}
}

// tellTraining tells which courses a state requires, and who says so.
func tellTraining(w io.Writer, p *policy.Policy) {
	if len(p.Training) == 0 {
		fmt.Fprintln(w, "\nCourses that are required: none")
		return
	}
	fmt.Fprintln(w, "\nCourses that are required:")
	for _, r := range p.Training {
		before := "going live"
		if r.Use {
			before = "use"
		}
		fmt.Fprintf(w, "  %s, before %s, of %s\n    %s\n", r.Course, before, strings.Join(r.Roles, ", "), r.Source)
	}
}

// tellRegions tells which regions a state has, and who says so.
func tellRegions(w io.Writer, p *policy.Policy) {
	if r := p.Regional; r != nil {
		yes := map[bool]string{true: "yes", false: "no"}
		fmt.Fprintf(w, "\nStaff of a region see records of whom its sites reported: %s; who lives there: %s\n  %s\n", yes[r.Sites], yes[r.Residents], r.Source)
	}
	if len(p.Regions) == 0 {
		fmt.Fprintln(w, "\nRegions: none")
		return
	}
	fmt.Fprintln(w, "\nRegions:")
	for i := range p.Regions {
		r := &p.Regions[i]
		fmt.Fprintf(w, "  %s (%s): %s\n    %s\n", r.Name, r.Code, cmp.Or(strings.Join(r.Counties, ", "), "its sites are named by hand"), r.Source)
	}
}

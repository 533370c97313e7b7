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

	"openiis/internal/form"
	"openiis/internal/paper"
	"openiis/internal/policy"
)

// papersTo is the flag that names the folder in which papers are made.
const papersTo = "to"

// statePapers is `openiis state papers`: which forms and informing materials a state
// has, and all of them as files to print or copy.
func statePapers(f *flag.FlagSet, db string, stdout, stderr io.Writer) int {
	tell := func(p *policy.Policy) error {
		dir := f.Lookup(papersTo).Value.String()
		if dir == "" {
			listPapers(stdout, p.Papers())
			return nil
		}
		return makePapers(stdout, p.Papers(), dir)
	}
	switch {
	case f.NArg() > 1 || f.NArg() == 1 && db != "" || f.NArg() == 0 && db == "":
		return failUsage(stderr, f.Name(), errors.New("say either --db or one state"))
	case f.NArg() == 1:
		p, err := policyAt(f.Arg(0))
		if err != nil {
			return failUsage(stderr, f.Name(), err)
		}
		if err := tell(p); err != nil {
			return fail(stderr, f.Name(), err)
		}
		return exitOK
	}
	return withRegistry(db, mustBeThere, stderr, f.Name(), func(ctx context.Context, r *registry) error {
		p, err := r.keeper.Policy(ctx)
		if err != nil {
			return err
		}
		return tell(p)
	})
}

// listPapers lists what there is, with languages and sources.
func listPapers(w io.Writer, s *form.Set) {
	fmt.Fprintf(w, "Forms of %s:\n", s.Names.Registry)
	for _, f := range s.Forms {
		fmt.Fprintf(w, "  %s, version %s, in %s: %s\n    signed by: %s%s\n    %s\n", f.Code, f.Version, languageNames(f.Languages()), f.Title("eng"), f.Signer, renewed(f), f.Source)
	}
	fmt.Fprintln(w, "\nInforming materials:")
	for _, m := range s.Materials {
		fmt.Fprintf(w, "  %s, version %s, in %s: %s (%s)\n    %s\n", m.Code, m.Version, languageNames(m.Languages()), m.Title("eng"), m.Layout, m.Source)
	}
}

func renewed(f *form.Form) string {
	if f.Renew == nil {
		return ""
	}
	return ", again after " + f.Renew.Words() + " (" + f.Renew.Source + ")"
}

func languageNames(list []form.Language) string {
	var out []string
	for _, l := range list {
		out = append(out, l.Name)
	}
	return strings.Join(out, " and ")
}

// makePapers makes every paper in every language in a folder.
func makePapers(w io.Writer, s *form.Set, dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("make the folder: %w", err)
	}
	n := 0
	write := func(name string, content []byte, err error) error {
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, name), content, 0o644)
		}
		if err != nil {
			return fmt.Errorf("make %s: %w", name, err)
		}
		n++
		return nil
	}
	for _, f := range s.Forms {
		for _, l := range f.Languages() {
			pdf, err := paper.WriteForm(f.Show(l.Code, nil, nil), f.Version.Time())
			if err := write(f.Code+"-"+l.Tag()+".pdf", pdf, err); err != nil {
				return err
			}
		}
	}
	for _, m := range s.Materials {
		for _, l := range m.Languages() {
			sheet := m.Show(l.Code, nil)
			pdf, err := paper.WriteSheet(sheet, m.Version.Time())
			if err := write(m.Code+"-"+l.Tag()+".pdf", pdf, err); err != nil {
				return err
			}
			if !m.Layout.Copied() {
				continue
			}
			if err := write(m.Code+"-"+l.Tag()+".txt", []byte(sheet.Title+"\n\n"+sheet.Plain()+"\n"), nil); err != nil {
				return err
			}
		}
	}
	fmt.Fprintf(w, "%d files are in %s\n", n, dir)
	return nil
}

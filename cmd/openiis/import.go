package main

import (
	"flag"
	"fmt"
	"io"
)

// importCommand is `openiis import`: files of rows into a registry.
func importCommand(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	f := flag.NewFlagSet("import", flag.ContinueOnError)
	db := f.String("db", "", "database: a file, or postgres://…")
	if status, ok := parse(f, args, stderr); !ok {
		return status
	}
	kinds := map[string]func(db string, args []string, stdin io.Reader, stdout, stderr io.Writer) int{"flat": importFlat}
	do, ok := kinds[f.Arg(0)]
	if !ok {
		fmt.Fprint(stderr, "Use: openiis import --db DATABASE flat FILE --sender USERNAME [--mapping FILE] [--doses given|historical] [--dry-run] [--report FILE.csv]\n")
		return exitUsage
	}
	return do(*db, f.Args()[1:], stdin, stdout, stderr)
}

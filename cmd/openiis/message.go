package main

import (
	"bufio"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"

	"openiis/internal/hl7"
)

const messageUsage = `usage:
  openiis message check [--now YYYY-MM-DD] [FILE…]
        says of each message what the registry would say: one line of JSON
  openiis message import --db … [--sender FACILITY] FILE…
        takes files of messages into a database and writes the answers; without
        --sender they come from the facility FILE
  openiis message send --to URL --username U --password-file F [FILE…]
        sends messages to http(s)://…/hl7, to a SOAP address (its path ends in
        /soap, or --soap says so) or to mllp(s)://host:port
A file holds one message or many, bare or wrapped in FHS and BHS; - is standard
input.
`

// messageCommand is `openiis message …`.
func messageCommand(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	if len(args) == 0 {
		fmt.Fprint(stderr, messageUsage)
		return exitUsage
	}
	switch args[0] {
	case "check":
		return messageCheck(args[1:], stdin, stdout, stderr)
	case "import":
		return messageImport(args[1:], stdin, stdout, stderr)
	case "send":
		return messageSend(args[1:], stdin, stdout, stderr)
	case "help", "-h", "--help":
		fmt.Fprint(stdout, messageUsage)
		return exitOK
	}
	fmt.Fprintf(stderr, "openiis message: there is no command %q\n%s", args[0], messageUsage)
	return exitUsage
}

// parseFiles is parse for a command whose flags may stand before, between and
// after the files it works on.
func parseFiles(f *flag.FlagSet, args []string, stderr io.Writer) (files []string, status int, ok bool) {
	for {
		if status, ok = parse(f, args, stderr); !ok || f.NArg() == 0 {
			return files, status, ok
		}
		files, args = append(files, f.Arg(0)), f.Args()[1:]
	}
}

// eachFile opens files one after the other; none, or -, is standard input. A
// file that fails is told and the rest goes on; it reports whether all went
// well.
func eachFile(files []string, stdin io.Reader, stderr io.Writer, do func(name string, r io.Reader) error) bool {
	if len(files) == 0 {
		files = []string{"-"}
	}
	well := true
	for _, name := range files {
		if err := oneFile(name, stdin, do); err != nil {
			fmt.Fprintf(stderr, "%s: %v\n", name, err)
			well = false
		}
	}
	return well
}

func oneFile(name string, stdin io.Reader, do func(string, io.Reader) error) error {
	if name == "-" {
		return do("standard input", stdin)
	}
	file, err := os.Open(name)
	if err != nil {
		return errors.Unwrap(err) // the name is told already
	}
	defer file.Close()
	return do(name, file)
}

// eachMessage reads the messages of a file. tooLong stands for one over the
// limit, and stray for lines that belong to no message.
func eachMessage(r io.Reader, max int, do func(raw []byte) error, tell func(stray int, tooLong bool) error) error {
	split := hl7.NewSplitter(bufio.NewReader(r), max)
	stray := 0
	for {
		raw, err := split.Next()
		if n := split.Batch.Stray - stray; n > 0 {
			stray = split.Batch.Stray
			if err := tell(n, false); err != nil {
				return err
			}
		}
		switch {
		case err == io.EOF:
			return nil
		case errors.Is(err, hl7.ErrTooLong):
			err = tell(0, true)
		case err == nil:
			err = do(raw)
		}
		if err != nil {
			return err
		}
	}
}

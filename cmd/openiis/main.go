// Command openiis is an immunization information system in one program: the
// server and every command an operator needs.
package main

import (
	"fmt"
	"io"
	"os"
	"strings"
)

// Exit statuses of every command.
const (
	exitOK     = 0
	exitFailed = 1 // the program failed
	exitUsage  = 2 // unusable arguments
)

// command is one subcommand: its name, what it is for, and the function that
// runs it.
type command struct {
	name, use string
	run       func(args []string, stdin io.Reader, stdout, stderr io.Writer) int
}

// commands are all subcommands in the order in which help shows them.
func commands() []command {
	return []command{
		{"serve", "run the registry", serveCommand},
		{"generate", "write files of made-up people for imports and tests", generateCommand},
		{"demo", "run a registry with made-up people in it", demoCommand},
		{"sender", "add a sending facility, or set its severities", senderCommand},
		{"site", "keep organizations, sites and departments: who is who", siteCommand},
		{"user", "add someone who signs in", userCommand},
		{"message", "check, import or send HL7 messages", messageCommand},
		{"import", "bring in an old registry, or files of rows of those without HL7", importCommand},
		{"forecast", "judge doses and say what is due, by the schedule", forecastCommand},
		{"match", "say whether two people are one, find people in a file, or make match keys anew", matchCommand},
		{"dedupe", "say which reports are of one and the same shot", dedupeCommand},
		{"codes", "import or list code sets", codesCommand},
		{"schedule", "import, check or compare releases of the clinical schedule", scheduleCommand},
		{"standing", "renew where everyone stands by the schedule, or count it", standingCommand},
		{"record", "verify that every record is what its reports come to", recordCommand},
		{"person", "decide who is who: merge, part or move records", personCommand},
		{"state", "say by which state's policy a registry goes", stateCommand},
		{"notice", "list the notices to parents, and say what became of them", noticeCommand},
		{"registry", "spread a registry over the servers of a Citus cluster", registryCommand},
		{"audit", "search the audit, and verify its hash chain", auditCommand},
		{"optout", "erase, list and carry over what those who opted out asked for", optOutCommand},
		{"migrate", "bring a registry to this program's schema, and let a role of PostgreSQL serve it", migrateCommand},
		{"backup", "write the whole registry to one encrypted file", backupCommand},
		{"restore", "make a registry of a backup, or check one", restoreCommand},
		{"restored", "let people and senders into a registry that was restored, and confirm it", restoredCommand},
	}
}

func main() {
	os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	if len(args) == 0 {
		usage(stderr)
		return exitUsage
	}
	if args[0] == "help" || args[0] == "-h" || args[0] == "--help" {
		usage(stdout)
		return exitOK
	}
	for _, c := range commands() {
		if c.name == args[0] {
			return c.run(args[1:], stdin, stdout, stderr)
		}
	}
	fmt.Fprintf(stderr, "openiis: there is no command %q\n", args[0])
	usage(stderr)
	return exitUsage
}

func usage(w io.Writer) {
	fmt.Fprint(w, "openiis: an immunization information system\n\nUse: openiis COMMAND [ARGUMENTS]; openiis COMMAND -h tells more.\n\n")
	for _, c := range commands() {
		fmt.Fprintf(w, "  %-9s%s\n", c.name, c.use)
	}
}

// fail tells why a command failed and gives its exit status.
func fail(stderr io.Writer, command string, err error) int {
	fmt.Fprintf(stderr, "openiis %s: %v\n", command, err)
	return exitFailed
}

// failUsage tells why an argument cannot be used.
func failUsage(stderr io.Writer, command string, err error) int {
	fmt.Fprintf(stderr, "openiis %s: %v\n", command, err)
	return exitUsage
}

// readSecret reads a password from a file, without one trailing newline.
func readSecret(path string) (string, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("read the password: %w", err)
	}
	s := strings.TrimSuffix(strings.TrimSuffix(string(b), "\n"), "\r")
	if s == "" {
		return "", fmt.Errorf("the password file %s is empty", path)
	}
	return s, nil
}

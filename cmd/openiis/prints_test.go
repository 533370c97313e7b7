package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"openiis/internal/access"
	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/store"
	"openiis/internal/store/storetest"
)

// patient is somebody of whom commands may print something.
type patient struct {
	standing, family, given, born string
	pd1, obx                      string
	id                            iis.PersonID
}

func (p *patient) update(control string) string {
	return "MSH|^~\\&|EHR|OAK|||20250102120000-0500||VXU^V04^VXU_V04|" + control + "|P|2.5.1|||ER|AL|||||Z22^CDCPHINVS\r" +
		"PID|1||MRN" + p.family + "^^^OAK^MR||" + p.family + "^" + p.given + "^^^^^L||" + p.born + "|F|||7 " + p.family + " Way^^Duluth^MN^55802^USA^H||^PRN^PH^^^218^555" + p.born[4:] + "\r" + p.pd1 +
		"NK1|1|" + p.family + "^Nell" + p.given + "^^^^^L|MTH^Mother^HL70063\r" +
		"ORC|RE||" + p.family + "-1^OAK\rRXA|0|1|20250102||08^Hep B^CVX|0.5|mL^mL^UCUM||00^New^NIP001||||||LOT" + p.family + "||MSD^x^MVX|||CP|A\r" + p.obx
}

func (p *patient) query(control string) string {
	return "MSH|^~\\&|EHR|ELM|||20250102120000-0500||QBP^Q11^QBP_Q11|" + control + "|P|2.5.1|||ER|AL|||||Z34^CDCPHINVS\r" +
		"QPD|Z34^x^CDCPHINVS|T||" + p.family + "^" + p.given + "^^^^^L|" + p.family + "^Nell" + p.given + "^^^^^M|" + p.born + "|F|7 " + p.family + " Way^^Duluth^MN^55802^USA^H|^PRN^PH^^^218^555" + p.born[4:] + "\rRCP|I|5^RD&Records&HL70126\r"
}

// in says what a text tells of somebody: their name, or what a clinic told; or their number alone.
func (p *patient) in(text string) string {
	lower := strings.ToLower(text)
	for _, word := range []string{p.family, p.given, "MRN" + p.family, "LOT" + p.family} {
		if strings.Contains(lower, strings.ToLower(word)) {
			return "name"
		}
	}
	if strings.Contains(text, p.id.Public()) {
		return "number"
	}
	return "–"
}

// commandsPrint are the commands that read a registry and may print something of people, with what each prints of whom: of patients,
// in their order, a name (or what a clinic told), the number alone, or nothing.
var commandsPrint = []struct {
	args string
	of   [5]string // shared, protected, with a confidential dose, closed by an opt-out, sealed
}{
	{"person sources --db DB NUMBER", [5]string{"number", "number", "number", "number", "–"}},
	{"person decisions --db DB NUMBER", [5]string{"number", "number", "–", "–", "–"}},
	{"person unmatched --db DB", nothing},
	{"person sealed --db DB --as bob", nothing},
	{"person sealed --db DB --as ada", nothing}, // the numbers of sealings; one by its number tells whose
	{"audit search --db DB", [5]string{"number", "number", "number", "number", "–"}},
	{"audit search --db DB --person NUMBER", [5]string{"number", "number", "number", "number", "–"}},
	{"audit verify --db DB", nothing},
	{"optout list --db DB", [5]string{"–", "–", "–", "number", "–"}},
	{"optout export --db DB --out FILE", nothing},
	{"notice list --db DB --all", nothing}, // of newborns it writes to whom a letter goes
	{"standing count --db DB", nothing},
	{"standing refresh --db DB", nothing},
	{"record verify --db DB", nothing},
	{"record renew --db DB", nothing},
	{"match review --db DB --all", nothing},
	{"match blocks --db DB", nothing},
	{"match versions --db DB", nothing},
	{"backup --db DB --out FILE --passphrase-file PW", nothing},
	// Answers are made for others: who is protected, closed or sealed is hidden in them (told).
	{"message import --db DB --sender ELM QUERIES", [5]string{"name", "–", "name", "–", "–"}},
}

// commandsOfNobody read no registry, or nothing of patients in one; serve and demo are tested by their pages, import and restore print of
// what they are given.
var commandsOfNobody = strings.Fields("serve demo generate forecast dedupe codes schedule registry migrate restore restored import state site sender user")

var nothing = [5]string{"–", "–", "–", "–", "–"}

// TestWhatCommandsPrintOfPeople runs every command that reads a registry. Whoever runs them holds the database, and sees all of it by other
// means: yet of people they print numbers and no more (but for letters), of a sealed identity nothing, and what is made for others holds nobody who
// is hidden from them.
func TestWhatCommandsPrintOfPeople(t *testing.T) {
	known := slices.Clone(commandsOfNobody)
	for _, c := range commandsPrint {
		known = append(known, strings.Fields(c.args)[0])
	}
	for _, c := range commands() {
		if !slices.Contains(known, c.name) {
			t.Errorf("say what openiis %s prints of people", c.name)
		}
	}
	storetest.EachAddress(t, func(t *testing.T, address string) {
		dir := t.TempDir()
		people := everybodyPrinted(t, address, dir)
		for _, c := range commandsPrint {
			said := map[string]string{}
			for i, p := range people {
				args := strings.NewReplacer("DB", address, "NUMBER", p.id.Public(), "FILE", filepath.Join(dir, "file"), "PW", filepath.Join(dir, "pw"), "QUERIES", filepath.Join(dir, "queries")).Replace(c.args)
				if _, done := said[args]; !done {
					said[args] = saysAll(t, args, filepath.Join(dir, "file"))
				}
				is.Equal(t, c.args+" prints of who is "+p.standing, p.in(said[args]), c.of[i])
			}
		}
	})
}

// saysAll is what a command prints, and writes into a file.
func saysAll(t *testing.T, args, file string) string {
	t.Helper()
	status, said := saidBy(strings.Fields(args)...)
	if status != exitOK && !strings.Contains(said, "There is no") { // a number that is sealed, an administrator who may not seal
		t.Errorf("openiis %s: %s", args, said)
	}
	if b, err := os.ReadFile(file); err == nil {
		said += string(b)
		is.NoError(t, "remove", os.Remove(file))
	}
	var kept []string
	for line := range strings.SplitAfterSeq(said, "\r") { // an answer repeats what was asked
		if !strings.HasPrefix(line, "QPD|") {
			kept = append(kept, line)
		}
	}
	return strings.Join(kept, "")
}

// everybodyPrinted fills a registry of Minnesota with somebody of each standing, of whom Oak told, and asks for them as Elm in a file.
func everybodyPrinted(t *testing.T, address, dir string) []*patient {
	t.Helper()
	ctx := context.Background()
	people := []*patient{
		{standing: "shared", family: "Opalwick", given: "Ottoline", born: "20200304"},
		{standing: "protected", family: "Pellmarch", given: "Philippa", born: "20180515", pd1: "PD1||||||||||||Y|20250102\r"},
		{standing: "with a confidential dose", family: "Quenbury", given: "Quiana", born: "20110626", obx: "OBX|1|CE|CONFIDENTIAL^Confidential dose^L|1|Y^Yes^HL70136||||||F\r"},
		{standing: "closed", family: "Rothwaite", given: "Rosamund", born: "20130717"},
		{standing: "sealed", family: "Sandalore", given: "Sybilla", born: "20150808"},
	}
	r, err := openRegistry(ctx, address)
	is.NoError(t, "open", err)
	for name, may := range map[string]bool{"ada": true, "bob": false} {
		is.NoError(t, "user", r.gate.AddUser(ctx, access.NewUser{Username: name, Name: name, Role: access.Administrator, Seals: may}, "secret password"))
	}
	var oak iis.Sender
	is.NoError(t, "senders", r.store.Write(ctx, func(tx *store.Tx) (err error) {
		if _, err = tx.PutSender(iis.Sender{Facility: "ELM", Name: "Elm Square"}, "elm", "-", r.store.Now()); err == nil {
			oak, err = tx.PutSender(iis.Sender{Facility: "OAK", Name: "Oak Street"}, "oak", "-", r.store.Now())
		}
		return err
	}))
	queries := ""
	for i, p := range people {
		queries += p.query(fmt.Sprint("Q", i))
		_, err := r.desk.Message(ctx, oak, iis.DoorHTTP, []byte(p.update(fmt.Sprint("C", i))))
		is.NoError(t, "send", err)
		is.NoError(t, "read", r.store.Read(ctx, func(tx *store.Tx) error {
			ids, err := tx.PersonsAfter(0, 10)
			is.Equal(t, "people", len(ids), i+1)
			p.id = ids[i]
			return err
		}))
	}
	is.NoError(t, "close", r.Close())
	is.NoError(t, "password", os.WriteFile(filepath.Join(dir, "pw"), []byte("a long password\n"), 0o600))
	is.NoError(t, "queries", os.WriteFile(filepath.Join(dir, "queries"), []byte(queries), 0o600))
	is.NoError(t, "new identity", os.WriteFile(filepath.Join(dir, "new"), []byte("family: Moorland\ngiven: Sorrel\nbirth: 2015-05-05\nsex: F\n"), 0o600))
	for _, args := range [][]string{
		{"state", "set", "--db", address, "mn"},
		{"person", "opt-out", "--db", address, "--how", "call", "--relation", "mother", "--checked", "known", "--asked", "2026-11-01", "--name", "Nell", people[3].id.Public()},
		{"person", "seal", "--db", address, "--as", "ada", "--order", "PR-1", "--why", "adoption", "--new", filepath.Join(dir, "new"), people[4].id.Public()},
		{"person", "apart", "--db", address, "--why", "two", people[0].id.Public(), people[1].id.Public()},
	} {
		status, said := saidBy(args...)
		is.Equal(t, strings.Join(args[:2], " ")+": "+said, status, exitOK)
	}
	return people
}

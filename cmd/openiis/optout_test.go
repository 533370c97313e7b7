package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/store"
	"openiis/internal/store/db"
	"openiis/internal/store/storetest"
)

// TestNothingIsLeftOfSomebodyWhoOptedOut tells of somebody by every door, opts them out,
// and looks for them in every column of every table, and in the file itself.
func TestNothingIsLeftOfSomebodyWhoOptedOut(t *testing.T) {
	storetest.EachAddress(t, func(t *testing.T, address string) {
		ctx := context.Background()
		l := newLeaver(t, address)
		l.everyDoor()
		person := l.found(markedPID)
		_, sources, err := l.keeper.Sources(ctx, person)
		is.NoError(t, "sources", err)
		is.Equal(t, "several sources", len(sources) >= 4, true)
		before, had := l.others(person), l.held(marks)
		is.Equal(t, "they are held in many places", len(had) > 12, true)

		request := l.optOut(person)
		is.Equal(t, "closed until it is erased", request.State, iis.OptOutWaiting)
		is.Equal(t, "a query finds nobody", l.found(markedPID), iis.PersonID(0))
		preview, err := l.steward.PreviewOptOut(ctx, byCommand, person)
		is.NoError(t, "preview", err)
		is.Equal(t, "a preview says what", len(preview) > 5, true)
		erased, err := l.steward.EraseOptedOut(ctx, byCommand, request.ID)
		is.NoError(t, "erase", err)
		is.Equal(t, "erased", erased.State, iis.OptOutErased)

		for _, where := range l.held(marks) {
			t.Errorf("something is left in %s", where)
		}
		is.Equal(t, "keys that lead to a source", l.keysTo(sources), 0)
		after := l.others(person)
		is.Equal(t, "as many others", len(after), len(before))
		for id, f := range before {
			if after[id] == nil || !store.SameFolder(f, after[id]) {
				t.Errorf("the record %s of somebody else is another", id.Public())
			}
		}
		l.verify()

		answer := l.says(l.clinic, vxu("later", markedPID, "D-JAB79"))
		is.Equal(t, "a later message is answered with", strings.Contains(answer, "MSA|AA|later") && strings.Contains(answer, "|0^") && strings.Count(answer, "ERR|") == 1 && strings.Contains(answer, "may not keep"), true)
		l.says(l.other, strings.Replace(strings.Replace(vxu("elsewhere", markedPID, "D-JAB80"), "MRNJAB77^^^CLINIC", "MRNJAB7700^^^OTHER", 1), "EHR|CLINIC", "EHR|OTHER", 1))
		l.says(l.clinic, qbp(markedPID))
		for _, where := range l.held(marks) {
			t.Errorf("something is kept of what came later in %s", where)
		}
		is.Equal(t, "nobody new", len(l.others(person)), len(before))
		l.verify()
		is.NoError(t, "close", l.registry.Close())
		runs(t, "optout", "scrub", "--db", address)
		if l.store.Engine() == db.SQLite {
			for _, name := range []string{address, address + "-wal"} {
				raw, err := os.ReadFile(name)
				if err != nil {
					continue
				}
				for _, m := range marks {
					if bytes.Contains(bytes.ToUpper(raw), []byte(strings.ToUpper(m))) {
						t.Errorf("the file %s holds %s", filepath.Base(name), m)
					}
				}
			}
		}
	})
}

// verify verifies records and the audit.
func (l *leaver) verify() {
	l.t.Helper()
	is.NoError(l.t, "close", l.registry.Close())
	for _, what := range []string{"record", "audit"} {
		if out := runs(l.t, what, "verify", "--db", l.address); strings.Contains(out, "wrong:") || strings.Contains(out, "broken:") {
			l.t.Errorf("%s verify: %s", what, out)
		}
	}
	var err error
	l.registry, err = openRegistry(context.Background(), l.address)
	is.NoError(l.t, "open", err)
}

// TestARestoredBackupHasNobodyBack backs a registry up, has somebody opt out whose sources
// were in two records and in another's then, and restores the backup.
func TestARestoredBackupHasNobodyBack(t *testing.T) {
	storetest.EachAddress(t, func(t *testing.T, address string) {
		ctx := context.Background()
		l := newLeaver(t, address)
		l.says(l.clinic, vxu("1", markedPID, "D-JAB77"))
		l.says(l.clinic, vxu("2", otherPID, "D-1"))
		elsewhere := strings.Replace(strings.Replace(vxu("3", markedPID, "D-JAB78"), "MRNJAB77^^^CLINIC", "MRNJAB77Z^^^OTHER", 1), "20240304", "20240305", 1)
		l.says(l.other, strings.NewReplacer("EHR|CLINIC", "EHR|OTHER", "77 Jabberlane", "78 Jabberlane", "5550177", "5550178", "Momerath^Gyre", "^", "NK1|1|Vorpalwhisker^Gyre^^^^^L|MTH^Mother^HL70063\r", "").Replace(elsewhere))
		before := l.others(0)
		is.Equal(t, "three records", len(before), 3)
		l.fromEveryPart(l.found(markedPID))
		is.NoError(t, "close", l.registry.Close())
		file := filepath.Join(t.TempDir(), "registry.backup")
		runs(t, "backup", "--db", address, "--out", file, "--plain")

		var err error
		l.registry, err = openRegistry(ctx, address)
		is.NoError(t, "open", err)
		person, other := l.found(markedPID), l.found(otherPID)
		var second iis.PersonID
		for id := range before {
			if id != person && id != other {
				second = id
			}
		}
		_, err = l.keeper.Merge(ctx, person, second, byCommand, "one child")
		is.NoError(t, "merge", err)
		request := l.optOut(person)
		_, err = l.steward.EraseOptedOut(ctx, byCommand, request.ID)
		is.NoError(t, "erase", err)
		kept := l.others(0)
		is.Equal(t, "one is left", len(kept), 1)
		l.verify()
		is.NoError(t, "close", l.registry.Close())
		carried := filepath.Join(t.TempDir(), "opt-outs")
		runs(t, "optout", "export", "--db", address, "--out", carried)
		text, err := os.ReadFile(carried)
		is.NoError(t, "read", err)
		for _, m := range append(marks, "20240304", "2024-03-04") {
			is.Equal(t, "what is carried names "+m, strings.Contains(string(text), m), false)
		}

		storetest.EachAddress(t, func(t *testing.T, again string) {
			var out, errs bytes.Buffer
			is.Equal(t, "not without them", run([]string{"restore", "--db", again, "--from", file, "--plain"}, nil, &out, &errs), exitUsage)
			says(t, errs.String(), "want one of --opt-outs, --replaces and --no-opt-outs")
			said := runs(t, "restore", "--db", again, "--from", file, "--plain", "--opt-outs", carried)
			says(t, said, "records erased again: 2")
			back := &leaver{t: t, address: again, clinic: l.clinic, other: l.other}
			back.registry, err = openRegistry(ctx, again)
			is.NoError(t, "open", err)
			for _, where := range back.held(marks) {
				t.Errorf("the backup brought back %s", where)
			}
			now := back.others(0)
			is.Equal(t, "one is left", len(now), 1)
			is.Equal(t, "as before", now[other] != nil && store.SameFolder(now[other], kept[other]), true)
			back.says(back.clinic, vxu("later", markedPID, "D-JAB79"))
			is.Equal(t, "and nobody is made again", len(back.others(0)), 1)
			back.verify()
			is.NoError(t, "close", back.registry.Close())
		})
		storetest.EachAddress(t, func(t *testing.T, again string) {
			says(t, runs(t, "restore", "--db", again, "--from", file, "--plain", "--replaces", address), "records erased again: 2")
		})
	})
}

// TestWhoIsMergedBeforeTheErasingIsErasedToo is about somebody whose other record is found
// between the request and the erasing.
func TestWhoIsMergedBeforeTheErasingIsErasedToo(t *testing.T) {
	storetest.EachAddress(t, func(t *testing.T, address string) {
		ctx := context.Background()
		l := newLeaver(t, address)
		l.says(l.clinic, vxu("1", markedPID, "D-JAB77"))
		l.says(l.clinic, vxu("2", otherPID, "D-1"))
		elsewhere := strings.NewReplacer("MRNJAB77^^^CLINIC", "MRNJAB77Z^^^OTHER", "EHR|CLINIC", "EHR|OTHER", "20240304", "20240615").Replace(vxu("3", markedPID, "D-JAB78"))
		l.says(l.other, elsewhere)
		person, other := l.found(markedPID), l.found(otherPID)
		var second iis.PersonID
		for id := range l.others(0) {
			if id != person && id != other {
				second = id
			}
		}
		is.Equal(t, "another record of theirs", second != 0, true)
		l.fromEveryPart(second)
		request := l.optOut(person)
		_, err := l.keeper.Merge(ctx, second, person, byCommand, "one child")
		is.NoError(t, "merge", err)
		_, err = l.steward.EraseOptedOut(ctx, byCommand, request.ID)
		is.NoError(t, "erase", err)
		for _, where := range l.held(marks) {
			t.Errorf("something is left in %s", where)
		}
		is.Equal(t, "the other child is there", len(l.others(0)), 1)
		l.verify()
		is.NoError(t, "close", l.registry.Close())
	})
}

// TestAnOptOutOfOneLeavesOthersAsTheyAre merges, parts, moves and queues somebody with
// others, and opts them out: every record of others is what it was, and derives so again.
func TestAnOptOutOfOneLeavesOthersAsTheyAre(t *testing.T) {
	storetest.EachAddress(t, func(t *testing.T, address string) {
		ctx := context.Background()
		l := newLeaver(t, address)
		twin := strings.NewReplacer("Quillonia", "Quillonius", "MRNJAB77", "TWIN-1").Replace(markedPID)
		l.says(l.clinic, vxu("1", markedPID, "D-JAB77"))
		l.says(l.clinic, vxu("2", otherPID, "D-1"))
		l.says(l.clinic, vxu("3", twin, "D-3"))
		// a message of the other clinic for Juniper, which was placed with the person and moved
		// away; and one for the person, which was placed with Juniper
		astray := strings.NewReplacer("OTHER-1^^^CLINIC", "J-7^^^OTHER", "EHR|CLINIC", "EHR|OTHER", "20240304", "20240514").Replace(vxu("4", otherPID, "D-4"))
		l.says(l.other, astray)
		mine := strings.NewReplacer("MRNJAB77^^^CLINIC", "MRNJAB77Y^^^OTHER", "EHR|CLINIC", "EHR|OTHER", "20240304", "20240615").Replace(vxu("5", markedPID, "D-JAB80"))
		l.says(l.other, mine)
		person, juniper, other := l.found(markedPID), l.found(otherPID), l.found(twin)
		is.Equal(t, "three are there", person != 0 && juniper != 0 && other != 0 && person != other, true)
		var strays []iis.PersonID
		for id, f := range l.others(0) {
			if id != person && id != juniper && id != other {
				strays = append(strays, id)
				to, from := person, "Marsh" // each goes astray first
				if f.Golden.LegalName().Family != from {
					to = juniper
				}
				_, err := l.keeper.Merge(ctx, to, id, byCommand, "astray: Quillonia Vorpalwhisker")
				is.NoError(t, "merge", err)
			}
		}
		is.Equal(t, "two strays", len(strays), 2)
		l.says(l.other, mine) // again, where it is now: with Juniper
		l.says(l.other, astray)
		move := func(from, to iis.PersonID) {
			_, sources, err := l.keeper.Sources(ctx, from)
			is.NoError(t, "sources", err)
			for _, s := range sources {
				if s.Sender == l.other.ID {
					_, err := l.keeper.Move(ctx, s.Source, from, to, byCommand, "it is of the other")
					is.NoError(t, "move", err)
					return
				}
			}
			t.Fatal("no source to move")
		}
		move(juniper, person)
		_, sources, err := l.keeper.Sources(ctx, person)
		is.NoError(t, "sources", err)
		for _, s := range sources { // that of Juniper goes back; what just came stays
			said, err := l.said(person, s.Source)
			is.NoError(t, "said", err)
			if said == "Marsh" {
				_, err = l.keeper.Move(ctx, s.Source, person, juniper, byCommand, "it is Juniper’s")
				is.NoError(t, "move", err)
			}
		}
		d, err := l.keeper.Merge(ctx, juniper, other, byCommand, "wrong: Quillonia Vorpalwhisker’s twin")
		is.NoError(t, "merge", err)
		_, err = l.keeper.Undo(ctx, d, byCommand, "they are two")
		is.NoError(t, "undo", err)
		_, err = l.keeper.Flag(ctx, person, other, byCommand, "twins")
		is.NoError(t, "flag", err)

		before := l.others(person)
		is.Equal(t, "Juniper and the twin", len(before), 2)
		request := l.optOut(person)
		_, err = l.steward.EraseOptedOut(ctx, byCommand, request.ID)
		is.NoError(t, "erase", err)
		after := l.others(0)
		is.Equal(t, "as many", len(after), 2)
		for id, f := range before {
			if after[id] == nil || !store.SameFolder(f, after[id]) {
				t.Errorf("the record %s of somebody else is another", id.Public())
			}
		}
		for _, where := range l.held([]string{"Quillonia", "MRNJAB77", "LOTJAB80", "D-JAB80"}) {
			if !strings.HasSuffix(where, ": Quillonia") { // the twin is called Quillonius, which has no such word
				t.Errorf("something is left in %s", where)
			}
		}
		is.Equal(t, "Juniper's messages are there", len(l.held([]string{"J-7^^^OTHER"})) > 0, true)
		is.Equal(t, "the twin is found", l.found(twin), other)
		l.says(l.clinic, vxu("6", twin, "D-6"))
		is.Equal(t, "and goes on", l.found(twin), other)
		l.verify()

		_, err = l.steward.OptBack(ctx, byCommand, request.ID)
		is.NoError(t, "back", err)
		l.says(l.clinic, vxu("7", markedPID, "D-JAB77"))
		again := l.found(markedPID)
		is.Equal(t, "a record again", again != 0 && again != person, true)
		l.verify()
		is.NoError(t, "close", l.registry.Close())
	})
}

// said is the family name that a source says; "" when it says none.
func (l *leaver) said(person iis.PersonID, source iis.SourceID) (family string, err error) {
	return family, l.store.Read(context.Background(), func(tx *store.Tx) error {
		f, err := tx.Folder(person)
		if err == nil {
			if s := f.Source(source); s != nil {
				family = s.Person.LegalName().Family
			}
		}
		return err
	})
}

// TestANewbornIsLeftOutByTheBirthFeed has a certificate say so, and a hospital tell of the
// child by another name.
func TestANewbornIsLeftOutByTheBirthFeed(t *testing.T) {
	storetest.EachAddress(t, func(t *testing.T, address string) {
		l := newLeaver(t, address)
		is.NoError(t, "close", l.registry.Close())
		const head = "certificate_no,last_name,first_name,birth_date,sex,plurality,mother_first,mother_maiden,street,zip,phone,opt_out\n"
		const row = "CERTJAB77,Vorpalwhisker,Quillonia,2024-03-04,F,1,Gyre,Momerath,77 Jabberlane,55801,218-555-0177,"
		fed := imports(t, "", "--db", address, "births", written(t, "births.csv", head+row+"Y\n"))
		is.Equal(t, "births: "+fed.errors, fed.status, exitOK)
		var err error
		l.registry, err = openRegistry(context.Background(), address)
		is.NoError(t, "open", err)
		baby := strings.NewReplacer("Vorpalwhisker^Quillonia", "Momerath^Baby Girl", "MRNJAB77", "HOSP-1").Replace(markedPID)
		says(t, l.says(l.clinic, vxu("1", baby, "D-1")), "may not keep")
		says(t, l.says(l.clinic, vxu("2", markedPID, "D-2")), "may not keep")
		l.says(l.clinic, vxu("3", otherPID, "D-3"))
		is.Equal(t, "one record, of another", len(l.others(0)), 1)
		for _, where := range l.held(marks) {
			t.Errorf("something is kept in %s", where)
		}
		namesake := strings.NewReplacer("MRNJAB77", "N-1", "Momerath^Gyre", "Dale^Ada", "77 Jabberlane", "9 Hill Road", "55801", "55802", "5550177", "5550199", "NK1|1|Vorpalwhisker^Gyre", "NK1|1|Vorpalwhisker^Ada").Replace(markedPID)
		l.says(l.clinic, vxu("4", namesake, "D-4"))
		doubts, err := l.steward.OptOutDoubts(context.Background(), byCommand)
		is.NoError(t, "doubts", err)
		is.Equal(t, "a namesake has a record, and somebody looks", len(l.others(0)) == 2 && len(doubts) == 1, true)
		is.NoError(t, "close", l.registry.Close())

		report := imports(t, "", "--db", address, "legacy", "--registry", "OLD", "--out", filepath.Join(t.TempDir(), "out"), "--patients",
			written(t, "p.csv", "patient_id,facility,last_name,first_name,birth_date,sex,phone,mother_maiden\nP1,OTHER,Vorpalwhisker,Quillonia,2024-03-04,F,218-555-0177,Momerath\nP2,OTHER,Fern,Sorrel,2024-05-04,M,,\n"),
			"--doses", written(t, "d.csv", "patient_id,date,cvx\nP1,2025-01-02,08\nP2,2025-01-02,08\n"))
		is.Equal(t, "an old registry", report.status, exitOK)
		for _, line := range []string{"opted out of the registry: nothing of them is kept", "possible + opted out + rejected\n    2 = 2: agrees", "no doses + opted out + rejected\n    2 = 2: agrees"} {
			says(t, report.out, line)
		}
		is.Equal(t, "back by the certificate", imports(t, "", "--db", address, "births", written(t, "back.csv", head+row+"N\n")).status, exitOK)
		l.registry, err = openRegistry(context.Background(), address)
		is.NoError(t, "open", err)
		is.Equal(t, "enrolled", l.found(markedPID) != 0 || len(l.others(0)) == 4, true)
		is.NoError(t, "close", l.registry.Close())
	})
}

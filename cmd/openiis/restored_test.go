package main

import (
	"bytes"
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"openiis/internal/access"
	"openiis/internal/cal"
	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/policy"
	"openiis/internal/record"
	"openiis/internal/store"
	"openiis/internal/store/storetest"
)

// The people of these tests, and the password that each had when the backup was made.
const ofBefore = "correct horse battery 9"

// peopled is a registry with two administrators, two nurses and two record systems, and a backup
// of it.
func peopled(t *testing.T, address string) (l *leaver, file string) {
	t.Helper()
	ctx := context.Background()
	l = newLeaver(t, address)
	for _, u := range []access.NewUser{
		{Username: "ada", Name: "Ada", Role: access.Administrator}, {Username: "ben", Name: "Ben", Role: access.Administrator},
		{Username: "nurse", Name: "Nora", Role: access.Clinic, Facility: "CLINIC"}, {Username: "stays", Name: "Sam", Role: access.Clinic, Facility: "CLINIC"},
	} {
		is.NoError(t, "user "+u.Username, l.gate.AddUser(ctx, u, ofBefore))
	}
	l.says(l.clinic, vxu("1", markedPID, "D-JAB77"))
	is.NoError(t, "close", l.registry.Close())
	runs(t, "sender", "certificate", "add", "--db", address, "--facility", "CLINIC", "--by", "subject", "--value", "CN=clinic")
	invited := runs(t, "user", "invite", "--db", address, "--username", "new", "--name", "New", "--email", "new@example.org", "--role", access.Clinic, "--facility", "CLINIC")
	file = filepath.Join(t.TempDir(), "registry.backup")
	runs(t, "backup", "--db", address, "--out", file, "--plain")
	l.open()
	l.invitation, _, _ = strings.Cut(strings.TrimPrefix(invited, "/invited/"), "\n")
	return l, file
}

func (l *leaver) open() {
	l.t.Helper()
	var err error
	l.registry, err = openRegistry(context.Background(), l.address)
	is.NoError(l.t, "open", err)
}

// back is the registry that was restored to another database.
func (l *leaver) back(address string) *leaver {
	b := &leaver{t: l.t, address: address, clinic: l.clinic, other: l.other, invitation: l.invitation}
	b.open()
	return b
}

// in reports that somebody can sign in, or that a sender can send.
func (l *leaver) in(username, password string) bool {
	l.t.Helper()
	_, err := l.gate.SignIn(context.Background(), access.CallerAt("192.0.2.1:1"), username, password)
	return err == nil
}

func (l *leaver) sends(username, password string) bool {
	l.t.Helper()
	_, err := l.gate.Sender(context.Background(), access.CallerAt("192.0.2.1:1"), username, password)
	return err == nil
}

func (l *leaver) certificates() (n int) {
	l.t.Helper()
	is.NoError(l.t, "certificates", l.store.Read(context.Background(), func(tx *store.Tx) error {
		list, err := tx.CertificatesOf(l.clinic.ID)
		n = len(list)
		return err
	}))
	return n
}

// Somebody who left since the backup, and who knows a password that was exchanged since, comes in
// by it after no restore.
func TestARestoreLetsNobodyInAgain(t *testing.T) {
	storetest.EachAddress(t, func(t *testing.T, address string) {
		l, file := peopled(t, address)
		is.NoError(t, "close", l.registry.Close())

		storetest.EachAddress(t, func(t *testing.T, again string) {
			said := runs(t, "restore", "--db", again, "--from", file, "--plain", "--no-opt-outs", "--administrator", "ada")
			for _, want := range []string{"administrator ada is let in", "This registry is as it was at ", "Paused until they are let in: 3 users and 2 senders", "Administrators who are paused: ben", "protections (PD1-12) above all"} {
				says(t, said, want)
			}
			b := l.back(again)
			for name, want := range map[string]bool{"ada": true, "ben": false, "nurse": false, "stays": false} {
				is.Equal(t, name+" signs in", b.in(name, ofBefore), want)
			}
			is.Equal(t, "a record system sends", b.sends("clinic", "a long enough secret"), false)
			is.Equal(t, "certificates", b.certificates(), 0)
			_, err := b.gate.Invited(context.Background(), b.invitation)
			is.Equal(t, "an invitation of the backup is good", err == nil, false)

			is.NoError(t, "close", b.registry.Close())
			says(t, runs(t, "restored", "list", "--db", again), "sender CLINIC  A clinic  user names clinic; certificates: 1")
			runs(t, "restored", "let-in", "--db", again, "--user", "stays", "--why", "looked at")
			runs(t, "restored", "let-in", "--db", again, "--sender", "CLINIC", "--why", "looked at")
			b = l.back(again)
			is.Equal(t, "who is let in waits until it is confirmed", b.in("stays", ofBefore), false)
			is.Equal(t, "the record system sends", b.sends("clinic", "a long enough secret"), true)
			is.Equal(t, "the other does not", b.sends("other", "another long secret"), false)
			is.Equal(t, "certificates", b.certificates(), 1)
			says(t, b.says(b.clinic, vxu("2", otherPID, "D-1")), "MSA|AA|2")
			says(t, b.says(b.clinic, qbp(markedPID)), "queries are answered again when the programme has confirmed it")
			is.Equal(t, "a query finds nobody yet", b.found(markedPID), iis.PersonID(0))
			is.NoError(t, "close", b.registry.Close())

			says(t, runs(t, "restored", "confirm", "--db", again, "--why", "senders have sent again"), "confirmed")
			b = l.back(again)
			is.Equal(t, "a query is answered", b.found(markedPID) != 0, true)
			is.Equal(t, "who is let in signs in", b.in("stays", ofBefore), true)
			is.Equal(t, "who is not does not", b.in("nurse", ofBefore), false)
			is.NoError(t, "close", b.registry.Close())
			runs(t, "restored", "let-in", "--db", again, "--everybody", "--why", "looked at")
			b = l.back(again)
			is.Equal(t, "all are let in", b.in("nurse", ofBefore) && b.in("ben", ofBefore) && b.sends("other", "another long secret"), true)
			b.verify()
			is.NoError(t, "close", b.registry.Close())
		})
	})
}

// Nobody is locked out for ever: an administrator whom the operator named by mistake is none.
func TestARestoreWithoutAnAdministratorSaysHowToLetOneIn(t *testing.T) {
	l, file := peopled(t, storetest.SQLite(t))
	is.NoError(t, "close", l.registry.Close())
	again := storetest.SQLite(t)
	var out, errs bytes.Buffer
	is.Equal(t, "a nurse is no administrator", run([]string{"restore", "--db", again, "--from", file, "--plain", "--no-opt-outs", "--administrator", "nurse"}, nil, &out, &errs), exitFailed)
	says(t, errs.String(), "openiis restored let-in")
	says(t, out.String(), "Administrators who are paused: ada, ben")
	b := l.back(again)
	is.Equal(t, "nobody is in", b.in("nurse", ofBefore) || b.in("ada", ofBefore), false)
	is.NoError(t, "close", b.registry.Close())
	runs(t, "restored", "let-in", "--db", again, "--user", "ada", "--why", "the operator called her")
	b = l.back(again)
	is.Equal(t, "she is in", b.in("ada", ofBefore), true)
	is.NoError(t, "close", b.registry.Close())
}

// With the registry that is replaced at hand everybody stands as they stood there.
func TestARestoreCarriesOverWhoMayDoWhat(t *testing.T) {
	storetest.EachAddress(t, func(t *testing.T, address string) {
		l, file := peopled(t, address)
		ctx := context.Background()
		_, err := l.gate.AddSender(ctx, l.clinic, "clinic", "another password since")
		is.NoError(t, "another password", err)
		third, err := l.gate.AddSender(ctx, iis.Sender{Facility: "THIRD", Name: "A third"}, "third", "a third long secret")
		is.NoError(t, "a new sender", err)
		is.NoError(t, "a new user", l.gate.AddUser(ctx, access.NewUser{Username: "late", Name: "Lou", Role: access.Clinic, Facility: "THIRD"}, ofBefore))
		is.NoError(t, "close", l.registry.Close())
		runs(t, "user", "end", "--db", address, "--username", "nurse", "--why", "she left")
		runs(t, "user", "end", "--db", address, "--username", "ben", "--why", "he left")
		number := ""
		for _, line := range strings.Split(runs(t, "sender", "certificate", "list", "--db", address), "\n") {
			if strings.Contains(line, "CN=clinic") {
				number = strings.Fields(line)[0]
			}
		}
		runs(t, "sender", "certificate", "remove", "--db", address, "--facility", "CLINIC", "--number", number)

		storetest.EachAddress(t, func(t *testing.T, again string) {
			said := runs(t, "restore", "--db", again, "--from", file, "--plain", "--replaces", address)
			says(t, said, "Who may do what is as in the registry that it replaces.")
			b := l.back(again)
			for name, want := range map[string]bool{"ada": true, "ben": false, "nurse": false, "stays": true, "late": true} {
				is.Equal(t, name+" signs in", b.in(name, ofBefore), want)
			}
			is.Equal(t, "the password of before", b.sends("clinic", "a long enough secret"), false)
			is.Equal(t, "the password since", b.sends("clinic", "another password since"), true)
			is.Equal(t, "the other", b.sends("other", "another long secret"), true)
			is.Equal(t, "the new one", b.sends("third", "a third long secret") && third.ID != 0, true)
			is.Equal(t, "certificates", b.certificates(), 0)
			_, err := b.gate.Invited(ctx, b.invitation)
			is.Equal(t, "an invitation of the backup is good", err == nil, false)
			is.Equal(t, "a query is answered", b.found(markedPID) != 0, true)
			b.verify()
			is.NoError(t, "close", b.registry.Close())
		})
	})
}

// says PD1-12 before the relatives.
func protected(pid string) string {
	return strings.Replace(pid, "NK1|", "PD1||||||||||||Y|20250102\rNK1|", 1)
}

const thirdPID = "PID|1||THIRD-1^^^CLINIC^MR||Sorrel^Fern^^^^^L|Dale^Ada|20240504|M|||9 Hill Road^^Duluth^MN^55802^USA^H||^PRN^PH^^^218^5550199\rNK1|1|Sorrel^Ada^^^^^L|MTH^Mother^HL70063\r"
const fourthPID = "PID|1||FOURTH-1^^^CLINIC^MR||Tansy^Rowan^^^^^L|Alder^May|20240604|F|||3 Mill Lane^^Duluth^MN^55803^USA^H||^PRN^PH^^^218^5550111\rNK1|1|Tansy^May^^^^^L|MTH^Mother^HL70063\r"

// foundBy is whether another site's query finds somebody.
func (l *leaver) foundByOther(pid string) bool {
	l.t.Helper()
	return strings.Contains(l.says(l.other, strings.Replace(qbp(pid), "EHR|CLINIC", "EHR|OTHER", 1)), "^^^OPENIIS^SR")
}

func (l *leaver) confidential(person iis.PersonID) (n int) {
	l.t.Helper()
	is.NoError(l.t, "read", l.store.Read(context.Background(), func(tx *store.Tx) error {
		f, err := tx.Folder(person)
		if err != nil {
			return err
		}
		doses, _ := record.History(f)
		for i := range doses {
			if record.MarkedConfidential(f, &doses[i]) {
				n++
			}
		}
		return nil
	}))
	return n
}

// What was hidden since the backup is hidden after a restore: by PD1-12 of somebody whom the
// backup has and of somebody whom it has not, a confidential dose, and a former identity that was
// sealed.
func TestARestoreHidesWhatWasHiddenSince(t *testing.T) {
	storetest.EachAddress(t, func(t *testing.T, address string) {
		ctx := context.Background()
		l := newLeaver(t, address)
		_, err := l.keeper.GoBy(ctx, policy.Named("ma"), byCommand, true)
		is.NoError(t, "Massachusetts", err)
		said := func(control, pid, dose string) string {
			return strings.Replace(vxu(control, pid, dose), "ORC|RE", "ORC|RE", 1)
		}
		yes := func(pid string) string { return strings.Replace(protected(pid), "|Y|20250102", "|N|20250102", 1) }
		l.says(l.clinic, said("1", yes(markedPID), "D-JAB77"))
		l.says(l.clinic, said("2", yes(otherPID), "D-1"))
		l.says(l.clinic, said("3", yes(fourthPID), "D-4"))
		is.Equal(t, "another site finds them", l.foundByOther(markedPID) && l.foundByOther(otherPID) && l.foundByOther(fourthPID), true)
		is.NoError(t, "close", l.registry.Close())
		file := filepath.Join(t.TempDir(), "registry.backup")
		runs(t, "backup", "--db", address, "--out", file, "--plain")

		l.open()
		l.says(l.clinic, said("4", protected(markedPID), "D-JAB78"))
		l.says(l.clinic, said("5", protected(thirdPID), "D-3"))
		mark := iis.Confidential
		l.says(l.clinic, said("6", yes(fourthPID), "D-44")+"OBX|1|CE|"+mark.Code.Code+"^^"+mark.Code.System+"|1|Y^Yes^HL70136||||||F\r")
		is.Equal(t, "hidden from another site", l.foundByOther(markedPID) || l.foundByOther(thirdPID), false)
		protectedOne, made, marked, sealed := l.found(markedPID), l.found(thirdPID), l.found(fourthPID), l.found(otherPID)
		is.Equal(t, "a confidential dose", l.confidential(marked), 1)
		_, _, err = l.keeper.Seal(ctx, record.Sealing{
			Person: sealed, Sender: l.other, Order: "Order 7", Why: "adopted", By: byCommand,
			New: iis.Person{
				Names: []iis.Name{{Family: "Hazel", Given: "Linden", Type: "L"}}, Birth: cal.Of(2024, 3, 4), Sex: "F",
			},
		})
		is.NoError(t, "seal", err)
		want := l.others(0)
		seals := l.seals()
		is.Equal(t, "one is sealed", len(seals), 1)
		is.NoError(t, "close", l.registry.Close())

		storetest.EachAddress(t, func(t *testing.T, again string) {
			out := runs(t, "restore", "--db", again, "--from", file, "--plain", "--replaces", address)
			says(t, out, "sealed again: 1")
			b := l.back(again)
			is.Equal(t, "hidden from another site", b.foundByOther(markedPID) || b.foundByOther(thirdPID), false)
			is.Equal(t, "the clinic finds its own", b.found(markedPID) == protectedOne && b.found(thirdPID) == made, true)
			is.Equal(t, "a confidential dose", b.confidential(marked), 1)
			is.Equal(t, "the former identity is found", b.foundByOther(otherPID), false)
			is.Equal(t, "it is sealed", len(b.seals()), 1)
			got := b.others(0)
			is.Equal(t, "as many records", len(got), len(want))
			for id, f := range want {
				if got[id] == nil || !store.SameFolder(got[id], f) {
					t.Errorf("record %s is another", id.Public())
				}
			}
			b.verify()
			id := b.seals()[0].ID
			is.NoError(t, "unseal", b.keeper.Unseal(ctx, id, byCommand, "the order was lifted"))
			is.Equal(t, "it is there again", b.found(otherPID), sealed)
			b.verify()
			is.NoError(t, "close", b.registry.Close())
		})
	})
}

func (l *leaver) seals() (out []*store.Sealed) {
	l.t.Helper()
	is.NoError(l.t, "seals", l.store.Read(context.Background(), func(tx *store.Tx) (err error) {
		out, err = tx.Seals(0, 10)
		return err
	}))
	return out
}

// Somebody who opted out since the backup, and whose record is not erased yet, is closed by one
// word: it is open again when that is taken back.
func TestAnOptOutAfterTheBackupIsTakenBackAfterARestore(t *testing.T) {
	storetest.EachAddress(t, func(t *testing.T, address string) {
		l, file := peopled(t, address)
		l.says(l.clinic, vxu("2", thirdPID, "D-3")) // whom the backup has not
		var requests []iis.OptOutID
		for _, pid := range []string{markedPID, thirdPID} {
			requests = append(requests, l.optOut(l.found(pid)).ID)
		}
		is.NoError(t, "close", l.registry.Close())
		storetest.EachAddress(t, func(t *testing.T, again string) {
			runs(t, "restore", "--db", again, "--from", file, "--plain", "--replaces", address)
			b := l.back(again)
			is.Equal(t, "both are closed", b.found(markedPID) == 0 && b.found(thirdPID) == 0, true)
			for _, id := range requests {
				_, err := b.steward.OptBack(context.Background(), byCommand, id)
				is.NoError(t, "back", err)
			}
			is.Equal(t, "both are open", b.found(markedPID) != 0 && b.found(thirdPID) != 0, true)
			b.verify()
			is.NoError(t, "close", b.registry.Close())
		})
	})
}

// Two records that were made one since the backup, and then sealed or objected for, are both hidden
// after a restore, in which they are two.
func TestARestoreHidesBothOfTwoThatWereMadeOne(t *testing.T) {
	storetest.EachAddress(t, func(t *testing.T, address string) {
		ctx := context.Background()
		l := newLeaver(t, address)
		_, err := l.keeper.GoBy(ctx, policy.Named("ma"), byCommand, true)
		is.NoError(t, "Massachusetts", err)
		all := []string{markedPID, thirdPID, otherPID, fourthPID}
		for i, pid := range all {
			shared := strings.Replace(protected(pid), "|Y|20250102", "|N|20250102", 1)
			l.says(l.clinic, vxu("1", shared, fmt.Sprintf("D-%d", i)))
			is.Equal(t, "another site finds them", l.foundByOther(pid), true)
		}
		is.NoError(t, "close", l.registry.Close())
		file := filepath.Join(t.TempDir(), "registry.backup")
		runs(t, "backup", "--db", address, "--out", file, "--plain")
		l.open()
		for _, two := range [][2]string{{markedPID, thirdPID}, {otherPID, fourthPID}} {
			_, err = l.keeper.Merge(ctx, l.found(two[0]), l.found(two[1]), byCommand, "one child")
			is.NoError(t, "merge", err)
		}
		_, _, err = l.keeper.Seal(ctx, record.Sealing{
			Person: l.found(markedPID), Sender: l.other, Order: "Order 7", Why: "adopted", By: byCommand,
			New: iis.Person{Names: []iis.Name{{Family: "Hazel", Given: "Linden", Type: "L"}}, Birth: cal.Of(2024, 3, 4), Sex: "F"},
		})
		is.NoError(t, "seal", err)
		l.says(l.clinic, vxu("2", protected(otherPID), "D-9"))
		is.NoError(t, "close", l.registry.Close())

		storetest.EachAddress(t, func(t *testing.T, again string) {
			out := runs(t, "restore", "--db", again, "--from", file, "--plain", "--replaces", address)
			is.Equal(t, "two are named", strings.Count(out, "stays closed or sealed"), 2)
			b := l.back(again)
			for _, pid := range all {
				is.Equal(t, "another site finds one", b.foundByOther(pid), false)
			}
			is.Equal(t, "the clinic finds who is closed", b.found(markedPID) != 0 || b.found(thirdPID) != 0, false)
			b.verify()
			list, _, err := b.steward.OptOuts(ctx, byCommand, iis.OptOutClosed, 0)
			is.NoError(t, "requests", err)
			is.Equal(t, "requests by which they are opened", len(list), 2)
			for _, o := range list {
				_, err := b.keeper.OptBack(ctx, o.ID, byCommand)
				is.NoError(t, "back", err)
			}
			is.Equal(t, "both are open", b.found(markedPID) != 0 && b.found(thirdPID) != 0, true)
			b.verify()
			is.NoError(t, "close", b.registry.Close())
		})
	})
}

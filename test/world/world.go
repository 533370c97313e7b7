// Package world gives tests a registry with its acts over it, facilities that
// send to it and a log that is watched.
//
// It is for tests only, and holds nobody but made-up people. Start at Open.
package world

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/crypto/argon2"

	"openiis/internal/access"
	"openiis/internal/chart"
	"openiis/internal/codeset"
	"openiis/internal/iis"
	"openiis/internal/intake"
	"openiis/internal/is"
	"openiis/internal/store"
	"openiis/internal/store/storetest"
)

// Canary is a patient's name that must never be in a log.
const Canary = "Zyxwcanary"

// World is an empty registry.
type World struct {
	Store *store.Store
	Gate  *access.Gate
	Desk  *intake.Desk
	Chart *chart.Desk
	Log   *Log

	t      testing.TB
	serial int // of messages
}

// Open opens a registry for the length of a test. When it ends, the log must not
// hold the Canary.
func Open(t testing.TB) *World {
	t.Helper()
	return Over(t, storetest.Open(t, storetest.SQLite(t)))
}

// Over is Open over a registry that is open.
func Over(t testing.TB, s *store.Store) *World {
	t.Helper()
	gate, err := access.NewGate(s)
	is.NoError(t, "gate", err)
	w := &World{Store: s, Gate: gate, Desk: intake.New(s, codeset.Default()), Chart: chart.New(s, codeset.Default()), Log: &Log{}, t: t}
	t.Cleanup(func() { w.NeverLogs(Canary) })
	return w
}

// Sender is a facility that may send, with its password.
func (w *World) Sender(facility, name, username, password string) iis.Sender {
	w.t.Helper()
	s, err := w.Gate.AddSender(context.Background(), iis.Sender{Facility: facility, Name: name}, username, password)
	is.NoError(w.t, "add sender", err)
	return s
}

// AddUser adds somebody who may sign in. The hash of their password is not as costly as those
// that package access makes, where that is tested: most tests are about something else.
func AddUser(t testing.TB, s *store.Store, u access.NewUser, password string) {
	t.Helper()
	is.NoError(t, "add user", s.Write(context.Background(), func(tx *store.Tx) error {
		a := store.Account{Username: u.Username, Name: u.Name, Email: u.Email, Role: u.Role, Hash: cheapHash(password), Seals: u.Seals, Region: u.Region, Active: time.Now()}
		if u.Facility != "" {
			of, err := tx.SenderByFacility(u.Facility)
			if err != nil {
				return err
			}
			a.Sender = of.ID
		}
		_, err := tx.PutAccount(a, s.Now())
		return err
	}))
}

// cheapHash is a hash of a password that is verified at once.
func cheapHash(password string) string {
	const memoryKiB, passes, lanes, size = 8, 1, 1, 16
	salt := []byte("salt of any test")
	enc := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, memoryKiB, passes, lanes,
		enc.EncodeToString(salt), enc.EncodeToString(argon2.IDKey([]byte(password), salt, passes, memoryKiB, lanes, size)))
}

// Facility is a facility that has no password: its messages come past the doors.
func (w *World) Facility(code, name string) iis.Sender {
	w.t.Helper()
	var s iis.Sender
	is.NoError(w.t, "add facility", w.Store.Write(context.Background(), func(tx *store.Tx) (err error) {
		s, err = tx.PutSender(iis.Sender{Facility: code, Name: name}, strings.ToLower(code), "-", time.Now())
		return err
	}))
	return s
}

// Takes takes a VXU of some segments, PID first, which must not be refused.
func (w *World) Takes(from iis.Sender, segments ...string) {
	w.t.Helper()
	w.serial++
	head := fmt.Sprintf("MSH|^~\\&|EHR|X|||20240612093012-0500||VXU^V04^VXU_V04|C%d|P|2.5.1|||ER|AL|||||Z22^CDCPHINVS\r", w.serial)
	reply, err := w.Desk.Message(context.Background(), from, iis.DoorHTTP, []byte(head+strings.Join(segments, "\r")+"\r"))
	is.NoError(w.t, "send", err)
	if reply.Ack == "AR" {
		w.t.Fatalf("refused: %s", reply.Bytes)
	}
}

// NeverLogs fails the test when the log holds a text.
func (w *World) NeverLogs(text string) {
	w.t.Helper()
	if strings.Contains(w.Log.String(), text) {
		w.t.Errorf("the log holds %q:\n%s", text, w.Log)
	}
}

// Update is a good message about Canary: the patient with a number, and one dose
// of the same number; security is MSH-8.
func Update(control, number, security string) string {
	return "MSH|^~\\&|EHR|CLINIC|IIS|STATE|20250102120000-0500|" + security + "|VXU^V04^VXU_V04|" + control + "|P|2.5.1|||ER|AL|||||Z22^CDCPHINVS\r" +
		"PID|1||" + number + "^^^CLINIC^MR||" + Canary + "^Ada^^^^^L||20200304|F\rNK1|1|Example^Eve^^^^^L|MTH^Mother^HL70063\r" +
		"ORC|RE||" + number + "-1^CLINIC\rRXA|0|1|20250102||08^Hep B, adolescent or pediatric^CVX|0.5|mL^mL^UCUM||01^Historical^NIP001|||||||||||CP|A\r"
}

// Log is a log that may be read while it is written.
type Log struct {
	mu   sync.Mutex
	text bytes.Buffer
}

// Logger writes lines of JSON to the log.
func (l *Log) Logger() *slog.Logger { return slog.New(slog.NewJSONHandler(l, nil)) }

func (l *Log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *Log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// Reset forgets what was logged.
func (l *Log) Reset() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.text.Reset()
}

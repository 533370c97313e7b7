package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"openiis/internal/is"
)

// saidBy runs a command and returns how it ended and all that it said.
func saidBy(args ...string) (int, string) {
	var out bytes.Buffer
	status := run(args, strings.NewReader(""), &out, &out)
	return status, out.String()
}

func TestCertificatesAndPasswordsAreKeptByCommand(t *testing.T) {
	dir := t.TempDir()
	db, password, cert := filepath.Join(dir, "registry.db"), filepath.Join(dir, "password"), filepath.Join(dir, "oak.pem")
	is.NoError(t, "password", os.WriteFile(password, []byte("a long password\n"), 0o600))
	_, text, _ := newAuthority(t, "authority").signs("ehr.oak.example", 10*24*time.Hour)
	is.NoError(t, "certificate", os.WriteFile(cert, text, 0o600))
	for _, c := range []struct {
		args   string
		status int
		says   string
	}{
		{"sender add --db DB --facility OAK --name Oak --username oak --password-file PW", exitOK, "may send"},
		{"user add --db DB --username ada --name Ada --role administrator --password-file PW", exitOK, "may sign in"},
		{"user add --db DB --username nora --name Nora --role clinic-staff --facility OAK --password-file PW", exitOK, "may sign in"},
		{"sender proof --db DB --facility OAK --proof certificate", exitFailed, "No certificate is known"},
		{"sender certificate add --db DB --facility OAK --by sha256", exitFailed, "give the certificate (--file) or the value"},
		{"sender certificate add --db DB --facility OAK --by colour --file CERT", exitFailed, "Choose by what of it"},
		{"sender certificate add --db DB --facility ELM --by san --file CERT", exitFailed, `no sender with the facility code "ELM"`},
		{"sender certificate add --db DB --facility OAK --by san --file CERT", exitOK, "is known as that of OAK"},
		{"sender certificate list --db DB", exitOK, "dns:ehr.oak.example"},
		{"sender certificate list --db DB --facility OAK", exitOK, "(soon)"},
		{"sender proof --db DB --facility OAK --proof both", exitOK, "proves itself by: both"},
		{"sender certificate remove --db DB --facility OAK --number x", exitFailed, "is no number"},
		{"sender certificate shred --db DB", exitUsage, "want list, add or remove"},
		{"user password --db DB --username nora --use maybe --why x", exitUsage, "want on or off"},
		{"user password --db DB --username nora --use off --why x", exitFailed, "could not sign in any more"},
		{"user password --db DB --username nora --use on --break-glass --why x", exitFailed, "Only an administrator"},
		{"user password --db DB --username ada --use on --break-glass --why x", exitOK, "the password is on"},
		{"user unlink --db DB --username nora --why x", exitFailed, "is not linked"},
		{"serve --db DB --no-passwords", exitFailed, "there is no other way to sign in"},
		{"serve --db DB --pages-at registry", exitFailed, "--pages-at"},
	} {
		args := strings.Fields(strings.NewReplacer("DB", db, "PW", password, "CERT", cert).Replace(c.args))
		status, said := saidBy(args...)
		is.Equal(t, c.args+": "+said, status, c.status)
		if !strings.Contains(said, c.says) {
			t.Errorf("%s says %q, not %q", c.args, said, c.says)
		}
	}
}

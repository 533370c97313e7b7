// Package drive handles the real openiis program from outside, as its users
// do: it builds and starts it, adds senders, sends to its doors and kills it.
//
// It is for tests and the load generator, and knows nothing of what happens
// inside. It listens and connects on the loopback interface only. Start at
// Program and Dial.
package drive

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"openiis/internal/loopback"
)

// Program is an openiis binary with the database that it is to use.
type Program struct {
	Bin string // path of the binary
	DB  string // address of the database: a file, or postgres://…
}

// Build compiles the program into a folder and returns the binary's path.
func Build(into string) (string, error) {
	if err := lookAtSources(); err != nil {
		return "", err
	}
	bin := filepath.Join(into, "openiis")
	if out, err := exec.Command("go", "build", "-ldflags=-s -w", "-o", bin, "openiis/cmd/openiis").CombinedOutput(); err != nil {
		return "", fmt.Errorf("build openiis: %w\n%s", err, out)
	}
	return bin, nil
}

// lookAtSources lists every folder that the program is built of. What go build
// reads is hidden from go test, which would take the result of another program
// for that of this one: it keeps results by the files that a test itself looked
// at.
func lookAtSources() error {
	root, err := filepath.Abs(".")
	for ; err == nil; root = filepath.Dir(root) {
		if _, absent := os.Stat(filepath.Join(root, "go.mod")); absent == nil {
			break
		}
		if root == filepath.Dir(root) {
			return errors.New("build openiis: there is no go.mod above the test")
		}
	}
	if err == nil {
		_, err = os.ReadDir(filepath.Join(root, "ui")) // not what npm put below it
	}
	for _, folder := range []string{"cmd", "internal", "codes", "ui/dist"} {
		if err == nil {
			err = filepath.WalkDir(filepath.Join(root, folder), func(_ string, _ fs.DirEntry, err error) error { return err })
		}
	}
	return err
}

// Run runs one command of the program to its end and returns what it printed.
func (p Program) Run(args ...string) (string, error) {
	out, err := exec.Command(p.Bin, args...).CombinedOutput()
	if err != nil {
		return string(out), fmt.Errorf("openiis %s: %w\n%s", args[0], err, out)
	}
	return string(out), nil
}

// Credential is what a sender proves itself with.
type Credential struct{ Facility, Username, Password string }

// AddSender registers a sending facility.
func (p Program) AddSender(c Credential) error {
	return p.runWith(c.Password, "sender", "add", "--db", p.DB, "--facility", c.Facility, "--name", c.Facility, "--username", c.Username)
}

// AddUser makes an account of somebody who signs in.
func (p Program) AddUser(username, role, password string) error {
	return p.runWith(password, "user", "add", "--db", p.DB, "--username", username, "--role", role)
}

// Completed notes that a user has completed a course.
func (p Program) Completed(username, course string) error {
	_, err := p.Run("user", "completed", "--db", p.DB, "--username", username, "--course", course)
	return err
}

// runWith runs a command that wants a password, which passes through a file of its own.
func (p Program) runWith(password string, args ...string) error {
	f, err := os.CreateTemp("", "openiis-password-*")
	if err != nil {
		return err
	}
	_, err = f.WriteString(password + "\n")
	err = errors.Join(err, f.Close())
	if err == nil {
		_, err = p.Run(append(args, "--password-file", f.Name())...)
	}
	return errors.Join(err, os.Remove(f.Name()))
}

// Server is a running `openiis serve` or `openiis demo`.
type Server struct {
	HTTP string // host:port
	MLLP string // host:port; "" for a demo

	cmd    *exec.Cmd
	ended  chan struct{} // closed when the process is gone
	status error         // how it ended, once it has
	said   *tail
}

// startWithin is how long a server may take until it is healthy. Recovering a
// database after a crash is part of it.
const startWithin = 60 * time.Second

// Serve starts the server on free ports and returns when it is healthy. What it
// logs goes to log; nil drops it.
func (p Program) Serve(log io.Writer) (*Server, error) {
	httpAt, err := loopback.FreeAddress()
	if err != nil {
		return nil, err
	}
	mllpAt, err := loopback.FreeAddress()
	if err != nil {
		return nil, err
	}
	s := &Server{HTTP: httpAt, MLLP: mllpAt}
	return s, s.start(log, p.Bin, "serve", "--db", p.DB, "--http", httpAt, "--mllp", mllpAt)
}

// Demo starts `openiis demo` on a free port, with a database of its own, and
// returns when it is healthy. What it tells its user goes to told.
func (p Program) Demo(told io.Writer, people int) (*Server, error) {
	httpAt, err := loopback.FreeAddress()
	if err != nil {
		return nil, err
	}
	s := &Server{HTTP: httpAt}
	return s, s.start(told, p.Bin, "demo", "--people", strconv.Itoa(people), "--http", httpAt)
}

// start starts a program that serves, and returns when it is healthy.
func (s *Server) start(out io.Writer, bin string, args ...string) error {
	s.ended, s.said = make(chan struct{}), &tail{}
	s.cmd = exec.Command(bin, args...)
	s.cmd.Stdout, s.cmd.Stderr = out, s.said
	if err := s.cmd.Start(); err != nil {
		return fmt.Errorf("start openiis %s: %w", args[0], err)
	}
	go func() {
		s.status = s.cmd.Wait()
		close(s.ended)
	}()
	if err := s.healthy(); err != nil {
		return errors.Join(err, s.Kill())
	}
	return nil
}

// healthy waits until GET /healthz answers 200.
func (s *Server) healthy() error {
	ctx, cancel := context.WithTimeout(context.Background(), startWithin)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+s.HTTP+"/healthz", nil)
		if err != nil {
			return err
		}
		if answer, err := http.DefaultClient.Do(r); err == nil {
			answer.Body.Close()
			if answer.StatusCode == http.StatusOK {
				return nil
			}
		}
		select {
		case <-s.ended:
			return fmt.Errorf("openiis ended at once: %w\n%s", s.status, s.said)
		case <-ctx.Done():
			return fmt.Errorf("openiis is not healthy after %v\n%s", startWithin, s.said)
		case <-tick.C:
		}
	}
}

// Kill ends the server as a crash of the machine would: SIGKILL, nothing is
// finished. It returns when the process is gone; its exit status does not
// matter.
func (s *Server) Kill() error {
	if err := s.cmd.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("kill openiis: %w", err)
	}
	<-s.ended
	return nil
}

// Stop ends the server as an operator does: SIGTERM, and it must finish what it
// took and exit 0.
func (s *Server) Stop() error {
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("stop openiis: %w", err)
	}
	<-s.ended
	if s.status != nil {
		return fmt.Errorf("openiis ended badly: %w\n%s", s.status, s.said)
	}
	return nil
}

// tail keeps the last words of a program.
type tail struct{ bytes.Buffer }

func (t *tail) Write(p []byte) (int, error) {
	const most = 16 << 10
	if t.Len() > most {
		t.Next(t.Len() - most/2)
	}
	return t.Buffer.Write(p)
}

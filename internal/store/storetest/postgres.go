package storetest

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"

	"openiis/internal/loopback"
)

// script starts a server and ends it, with its files, when standard input
// closes: that is when the test program ends, however it ends.
const script = `"$1/postgres" -D "$2/data" -p "$3" -k "$2" -c listen_addresses=127.0.0.1 \
  -c max_connections=200 -c shared_buffers=128MB -c autovacuum=off $4 >"$2/log" 2>&1 &
server=$!
cat >/dev/null
kill -QUIT $server
wait $server
rm -rf "$2"`

// hasty has a server forget what it committed when the machine fails, which ends the
// tests too. Everything else is as with the settings that are to be used.
const hasty = "-c fsync=off -c full_page_writes=off -c synchronous_commit=off"

// server is a running PostgreSQL. It lives as long as its input is open, and so
// as long as somebody holds it.
type server struct {
	address string
	input   io.WriteCloser // nil: it is not ours

	mu     sync.Mutex
	copied string // the database that template made
}

// startPostgres makes a cluster in a temporary folder and starts it.
func startPostgres(settings string) (*server, error) {
	bin, err := binaries()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "openiis-postgres-")
	if err != nil {
		return nil, err
	}
	as, err := unprivileged(dir)
	if err != nil {
		return nil, err
	}
	initdb := exec.Command(filepath.Join(bin, "initdb"), "-D", filepath.Join(dir, "data"), "-U", "openiis", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
	initdb.SysProcAttr = as
	initdb.Dir = dir
	if out, err := initdb.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("initdb: %w\n%s", err, out)
	}
	port, err := loopback.FreePort()
	if err != nil {
		return nil, err
	}
	run := exec.Command("sh", "-c", script, "sh", bin, dir, strconv.Itoa(port), settings)
	run.SysProcAttr = as
	run.Dir = dir
	input, err := run.StdinPipe() // never written; closes with this program
	if err != nil {
		return nil, err
	}
	if err := run.Start(); err != nil {
		return nil, err
	}
	s := &server{address: fmt.Sprintf("postgres://openiis@127.0.0.1:%d/postgres?sslmode=disable", port), input: input}
	return s, waitFor(s.address)
}

// unprivileged is how a server is started: PostgreSQL refuses to run as root.
func unprivileged(dir string) (*syscall.SysProcAttr, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		return nil, fmt.Errorf("running as root needs the user postgres: %w", err)
	}
	uid, err1 := strconv.Atoi(u.Uid)
	gid, err2 := strconv.Atoi(u.Gid)
	if err1 != nil || err2 != nil {
		return nil, fmt.Errorf("the user postgres has no number")
	}
	if err := os.Chown(dir, uid, gid); err != nil {
		return nil, err
	}
	return &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}, nil
}

// waitFor returns when the server answers.
func waitFor(address string) error {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		c, err := pgx.Connect(ctx, address)
		if err == nil {
			return c.Close(ctx)
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("the server does not start: %w", err)
		case <-tick.C:
		}
	}
}

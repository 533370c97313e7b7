package db

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"runtime"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"
)

// appendPatience is how long what was appended before a write waits for another
// append, such as the receipt of a query. A write itself goes its own way here.
const appendPatience = time.Millisecond

// postgresDB is a pool of connections and one goroutine that commits appended
// transactions in groups.
type postgresDB struct {
	pool    *pgxpool.Pool
	queue   chan *unit
	stopped chan struct{}

	mu     sync.RWMutex
	closed bool
}

// How many connections are used when the address does not say (pool_max_conns).
// More than keep the processors busy only wait for one another inside the server:
// measured with it on the same two cores, 20 take a fifth fewer updates than 6.
const (
	fewestConns  = 6
	connsPerCore = 3
)

func openPostgres(ctx context.Context, address string) (DB, error) {
	config, err := pgxpool.ParseConfig(address)
	if err != nil {
		return nil, fmt.Errorf("open database: the address cannot be read: want postgres://user:password@host:port/name")
	}
	if err := mustEncrypt(address, config.ConnConfig.Host); err != nil {
		return nil, err
	}
	if !strings.Contains(address, "pool_max_conns") {
		config.MaxConns = int32(max(fewestConns, connsPerCore*runtime.NumCPU()))
	}
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	if err := pool.Ping(ctx); err != nil {
		pool.Close()
		return nil, fmt.Errorf("open database: %w", err)
	}
	d := &postgresDB{pool: pool, queue: make(chan *unit, queueMax), stopped: make(chan struct{})}
	go d.appendGroups()
	return d, nil
}

// mustEncrypt is an error when a connection would leave this machine and its address does not say
// whether it is encrypted: without a word, the server would decide.
func mustEncrypt(address, host string) error {
	ip := net.ParseIP(host)
	here := strings.HasPrefix(host, "/") || strings.HasPrefix(host, "@") || host == "localhost" || ip != nil && ip.IsLoopback()
	u, err := url.Parse(address)
	if here || err == nil && u.Query().Has("sslmode") || os.Getenv("PGSSLMODE") != "" {
		return nil
	}
	return errors.New("open database: PostgreSQL is on another machine, and its address does not say how the connection is encrypted: " +
		"end it with ?sslmode=verify-full (and sslrootcert=FILE, for an authority of your own), or with ?sslmode=disable where the network itself is encrypted")
}

func (d *postgresDB) Engine() Engine { return PostgreSQL }

func (d *postgresDB) Read(ctx context.Context, fn func(Tx) error) error {
	c, err := d.pool.Acquire(ctx)
	if err != nil {
		return fmt.Errorf("read: %w", err)
	}
	defer c.Release()
	return fn(&postgresTx{ctx: ctx, c: c, readOnly: true})
}

func (d *postgresDB) Snapshot(ctx context.Context, fn func(Tx) error) error {
	c, err := d.pool.Acquire(ctx)
	if err != nil {
		return fmt.Errorf("read: %w", err)
	}
	defer c.Release()
	tx := &postgresTx{ctx: ctx, c: c, readOnly: true, within: true}
	return tx.between(beginSnapshot, func(tx *postgresTx) error { return fn(tx) })
}

// beginSnapshot begins what reads of one moment.
const beginSnapshot = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"

func (d *postgresDB) Write(ctx context.Context, fn func(Tx) error) error {
	c, err := d.pool.Acquire(ctx)
	if err != nil {
		return fmt.Errorf("write: %w", err)
	}
	defer c.Release()
	for try := 1; ; try++ {
		err = writeOn(ctx, c, func(tx *postgresTx) error { return guarded(fn, tx) })
		if !crossed(err) || try == tries {
			return err
		}
	}
}

// tries is how often a write is tried whose transaction and another's waited
// for each other.
const tries = 4

// crossed reports a transaction that the server ended so that another could go
// on: deadlock_detected and serialization_failure (PostgreSQL, appendix A).
func crossed(err error) bool {
	var p *pgconn.PgError
	return errors.As(err, &p) && (p.Code == "40P01" || p.Code == "40001")
}

// writeOn runs fn in a transaction.
func writeOn(ctx context.Context, c *pgxpool.Conn, fn func(*postgresTx) error) error {
	return (&postgresTx{ctx: ctx, c: c}).between("BEGIN", fn)
}

// between runs fn between BEGIN and COMMIT, which travel with its first and its
// last statements.
func (t *postgresTx) between(begin string, fn func(*postgresTx) error) error {
	t.queue(begin, nil, nil)
	err := fn(t)
	if err == nil {
		t.queue("COMMIT", nil, nil)
		err = t.flush()
		if err == nil {
			return nil
		}
	}
	if t.sent {
		// Without the caller's context: a caller that gave up must not leave a
		// transaction open on a pooled connection.
		if _, rb := t.c.Exec(context.WithoutCancel(t.ctx), "ROLLBACK"); rb != nil {
			_ = t.c.Conn().Close(context.WithoutCancel(t.ctx)) // the pool drops it
		}
	}
	return err
}

func (d *postgresDB) Append(fn func(Tx) error) *Pending { return d.queueUnit(fn, false) }

func (d *postgresDB) AppendBefore(fn func(Tx) error) *Pending { return d.queueUnit(fn, true) }

func (d *postgresDB) queueUnit(fn func(Tx) error, patient bool) *Pending {
	p := &Pending{done: make(chan struct{})}
	d.mu.RLock()
	defer d.mu.RUnlock()
	if d.closed {
		p.err = errClosed
		close(p.done)
		return p
	}
	d.queue <- &unit{fn: fn, done: p.done, pending: p, patient: patient}
	return p
}

// appendGroups commits what is queued, many transactions in one round trip.
func (d *postgresDB) appendGroups() {
	defer close(d.stopped)
	group := make([]*unit, 0, groupMax)
	for u := range d.queue {
		group = gather(d.queue, appendPatience, append(group[:0], u))
		for more := true; more && len(group) < groupMax; {
			select {
			case u, ok := <-d.queue:
				if more = ok; ok {
					group = append(group, u)
				}
			default:
				more = false
			}
		}
		d.commitAppended(group)
		for _, u := range group {
			u.pending.err = u.err
			close(u.done)
		}
	}
}

// commitAppended commits a group; when that fails, each unit alone, so that one
// bad unit does not take others with it.
func (d *postgresDB) commitAppended(group []*unit) {
	ctx := context.Background()
	err := d.Write(ctx, func(tx Tx) error {
		for _, u := range group {
			if err := u.fn(tx); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		return
	}
	for _, u := range group {
		u.err = d.Write(ctx, u.fn)
	}
}

func (d *postgresDB) Close() error {
	d.mu.Lock()
	if d.closed {
		d.mu.Unlock()
		return nil
	}
	d.closed = true
	close(d.queue)
	d.mu.Unlock()
	<-d.stopped
	d.pool.Close()
	return nil
}

// postgresTx holds statements back and sends them together.
type postgresTx struct {
	ctx      context.Context
	c        *pgxpool.Conn
	batch    pgx.Batch
	each     []func(Row) error // per queued statement; nil: no rows wanted
	sent     bool
	readOnly bool
	within   bool // a snapshot that the transaction began
}

func (t *postgresTx) Engine() Engine { return PostgreSQL }

func (t *postgresTx) queue(sql string, args []any, each func(Row) error) {
	for i, a := range args {
		args[i] = plain(a)
	}
	t.batch.Queue(sql, args...)
	t.each = append(t.each, each)
}

// flush sends what was queued and reads every answer, in order.
func (t *postgresTx) flush() error {
	if len(t.each) == 0 {
		return nil
	}
	batch, each := t.batch, t.each
	t.batch, t.each = pgx.Batch{}, nil
	t.sent = true
	res := t.c.SendBatch(t.ctx, &batch)
	var first error
	for _, e := range each {
		if err := readOne(res, e); err != nil {
			first = err
			break
		}
	}
	if err := res.Close(); first == nil {
		first = err
	}
	return first
}

func readOne(res pgx.BatchResults, each func(Row) error) error {
	if each == nil {
		_, err := res.Exec()
		return err
	}
	rows, err := res.Query()
	if err != nil {
		return err
	}
	defer rows.Close()
	row := &postgresRow{fields: nil}
	for rows.Next() {
		if row.fields == nil {
			for _, f := range rows.FieldDescriptions() {
				row.fields = append(row.fields, field{f.DataTypeOID, f.Format})
			}
		}
		row.values = rows.RawValues()
		if err := each(row); err != nil {
			return err
		}
	}
	return rows.Err()
}

func (t *postgresTx) Exec(sql string, args ...any) error {
	if t.readOnly {
		return errors.New("a read cannot change rows")
	}
	t.queue(sql, args, nil)
	return nil
}

func (t *postgresTx) Count(sql string, args ...any) (int64, error) {
	if err := t.flush(); err != nil {
		return 0, err
	}
	for i, a := range args {
		args[i] = plain(a)
	}
	tag, err := t.c.Exec(t.ctx, sql, args...)
	return tag.RowsAffected(), err
}

func (t *postgresTx) Select(queries ...Query) error {
	snapshot := t.readOnly && !t.within && len(queries) > 1
	if snapshot {
		t.queue(beginSnapshot, nil, nil)
	}
	for _, q := range queries {
		each := q.Each
		if each == nil {
			each = func(Row) error { return nil }
		}
		sql := q.SQL
		if q.Hold != "" {
			sql += " FOR UPDATE OF " + q.Hold
		}
		t.queue(sql, q.Args, each)
	}
	if snapshot {
		t.queue("COMMIT", nil, nil)
	}
	err := t.flush()
	if err != nil && snapshot {
		_, _ = t.c.Exec(context.WithoutCancel(t.ctx), "ROLLBACK")
	}
	return err
}

func (t *postgresTx) Lock(keys ...int64) error {
	if len(keys) > 0 { // one after the other, in their order
		t.batch.Queue("SELECT pg_advisory_xact_lock(k) FROM unnest($1::bigint[]) AS k", keys)
		t.each = append(t.each, func(Row) error { return nil })
	}
	return nil
}

func (t *postgresTx) Beside(work func() func(Tx) error) error { return work()(t) }

func (t *postgresTx) Copy(table string, columns []string, next func([]any) (bool, error)) error {
	if err := t.flush(); err != nil {
		return err
	}
	src := &copySource{next: next, row: make([]any, len(columns))}
	_, err := t.c.Conn().CopyFrom(t.ctx, pgx.Identifier{table}, columns, src)
	return err
}

type copySource struct {
	next func([]any) (bool, error)
	row  []any
	err  error
}

func (s *copySource) Next() bool {
	more, err := s.next(s.row)
	s.err = err
	return more && err == nil
}

func (s *copySource) Values() ([]any, error) {
	for i, v := range s.row {
		s.row[i] = plain(v)
	}
	return s.row, nil
}

func (s *copySource) Err() error { return s.err }

// postgresRow decodes the few types that the schema uses.
type postgresRow struct {
	values [][]byte
	fields []field
}

type field struct {
	oid    uint32
	format int16
}

func (r *postgresRow) Null(i int) bool    { return r.values[i] == nil }
func (r *postgresRow) Text(i int) string  { return string(r.values[i]) }
func (r *postgresRow) Bytes(i int) []byte { return append([]byte(nil), r.values[i]...) }
func (r *postgresRow) Int(i int) int64 {
	v := r.values[i]
	if v == nil {
		return 0
	}
	if r.fields[i].format == pgtype.BinaryFormatCode {
		switch len(v) {
		case 8:
			return int64(binary.BigEndian.Uint64(v))
		case 4:
			return int64(int32(binary.BigEndian.Uint32(v)))
		case 2:
			return int64(int16(binary.BigEndian.Uint16(v)))
		case 1:
			return int64(v[0])
		}
	}
	var n int64
	if _, err := fmt.Sscan(string(v), &n); err != nil {
		panic(fmt.Sprintf("db: column %d is not an integer (type %d)", i, r.fields[i].oid))
	}
	return n
}

package storetest

import (
	"context"
	"crypto/rand"
	"fmt"
	"net"
	"net/url"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
)

// node is a server of a cluster as the coordinator knows it.
type node struct {
	group int64 // 0: the coordinator
	host  string
	port  int64
}

// Citus is the address of a new, empty database on the Citus cluster whose
// coordinator OPENIIS_TEST_CITUS names, dropped on all servers when the test ends;
// the test is skipped when it names none. The address is that of a database in which
// the cluster is set up; its user may create databases on every server, and this
// machine reaches each under the name by which the coordinator does.
func Citus(t testing.TB) string {
	t.Helper()
	coordinator := os.Getenv("OPENIIS_TEST_CITUS")
	if coordinator == "" {
		t.Skip("OPENIIS_TEST_CITUS names no coordinator of a Citus cluster (postgres://user:password@host/database): nothing was tried on one")
	}
	name := "openiis_test_" + strings.ToLower(rand.Text()[:12])
	nodes := nodesOf(t, coordinator)
	fresh := makeDatabase(t, coordinator, name)
	for _, n := range nodes {
		if n.group == 0 {
			admin(t, fresh, fmt.Sprintf("SELECT citus_set_coordinator_host('%s', %d)", n.host, n.port))
			continue
		}
		makeDatabase(t, at(t, coordinator, n), name)
		admin(t, fresh, fmt.Sprintf("SELECT citus_add_node('%s', %d)", n.host, n.port))
	}
	return fresh
}

// nodesOf are the servers of a cluster, the coordinator first when it is listed.
func nodesOf(t testing.TB, coordinator string) []node {
	t.Helper()
	ctx := context.Background()
	c, err := pgx.Connect(ctx, coordinator)
	if err != nil {
		t.Fatalf("connect to the coordinator that OPENIIS_TEST_CITUS names: %v", err)
	}
	defer func() { _ = c.Close(ctx) }() // the answer is what matters
	rows, err := c.Query(ctx, `SELECT groupid, nodename, nodeport FROM pg_dist_node WHERE isactive AND noderole = 'primary' ORDER BY groupid`)
	if err != nil {
		t.Fatalf("read the servers of the cluster: %v", err)
	}
	nodes, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (n node, err error) {
		err = r.Scan(&n.group, &n.host, &n.port)
		return n, err
	})
	if err != nil {
		t.Fatalf("read the servers of the cluster (OPENIIS_TEST_CITUS must name a database that has Citus): %v", err)
	}
	return nodes
}

// at is the address of a cluster's server.
func at(t testing.TB, coordinator string, n node) string {
	t.Helper()
	u, err := url.Parse(coordinator)
	if err != nil {
		t.Fatal("the address in OPENIIS_TEST_CITUS cannot be read")
	}
	u.Host = net.JoinHostPort(n.host, strconv.FormatInt(n.port, 10))
	return u.String()
}

// makeDatabase makes a database with Citus on a server, for the length of a test.
func makeDatabase(t testing.TB, server, name string) string {
	t.Helper()
	fresh := newDatabase(t, server, name, emptyTemplate)
	admin(t, fresh, "CREATE EXTENSION citus")
	return fresh
}

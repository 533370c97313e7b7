package db

import (
	"testing"

	"openiis/internal/is"
)

func TestAConnectionThatLeavesTheMachineSaysHowItIsEncrypted(t *testing.T) {
	t.Setenv("PGSSLMODE", "")
	for address, c := range map[string]struct {
		host string
		good bool
	}{
		"postgres://a@127.0.0.1/x":                              {"127.0.0.1", true},
		"postgres://a@[::1]/x":                                  {"::1", true},
		"postgres://a@localhost/x":                              {"localhost", true},
		"postgres:///x?host=/run/postgresql":                    {"/run/postgresql", true},
		"postgres://a@db.example.gov/x":                         {"db.example.gov", false},
		"postgres://a@10.0.0.7/x?pool_max_conns=4":              {"10.0.0.7", false},
		"postgres://a@db.example.gov/x?sslmode=verify-full":     {"db.example.gov", true},
		"postgres://a@db.example.gov/x?sslmode=disable":         {"db.example.gov", true},
		"postgres://a@localhost.example.gov/x?application_name": {"localhost.example.gov", false},
	} {
		is.Equal(t, address, mustEncrypt(address, c.host) == nil, c.good)
	}
}

package relay

import (
	"net/url"
	"strconv"
	"testing"

	smtp "github.com/wneessen/go-mail"

	"openiis/internal/is"
)

// portOf is the option of the port of an address.
func portOf(t *testing.T, address string) smtp.Option {
	t.Helper()
	u, err := url.Parse(address)
	is.NoError(t, "address", err)
	port, err := strconv.Atoi(u.Port())
	is.NoError(t, "port", err)
	return smtp.WithPort(port)
}

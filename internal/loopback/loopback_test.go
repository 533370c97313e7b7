package loopback

import (
	"net"
	"os"
	"strconv"
	"strings"
	"testing"

	"openiis/internal/is"
)

func TestNoOutgoingConnectionTakesAFreePort(t *testing.T) {
	port, err := FreePort()
	is.NoError(t, "free port", err)
	l, err := net.Listen("tcp", at(port))
	is.NoError(t, "listen", err)
	is.NoError(t, "close", l.Close())
	if first := firstOutgoing(); port >= first {
		t.Errorf("port %d is one that outgoing connections use (from %d on)", port, first)
	}
}

// firstOutgoing is the lowest port that Linux gives to outgoing connections; its
// default where the system does not say.
func firstOutgoing() int {
	if b, err := os.ReadFile("/proc/sys/net/ipv4/ip_local_port_range"); err == nil {
		if low, _, found := strings.Cut(strings.Join(strings.Fields(string(b)), " "), " "); found {
			if n, err := strconv.Atoi(low); err == nil && n > lastPort {
				return n
			}
		}
	}
	return 32768
}

// Package loopback finds addresses of this machine for programs that a test
// starts and that cannot say which port they were given.
//
// It is for tests and the load generator. Start at FreePort.
package loopback

import (
	"errors"
	"math/rand/v2"
	"net"
	"strconv"
)

const (
	// firstPort and lastPort enclose the ports that neither the system keeps for
	// itself nor, as it usually is, gives to outgoing connections: such a
	// connection would take a free port away before the program could listen.
	firstPort = 10_000
	lastPort  = 32_000

	attempts = 100
)

// FreePort is a TCP port of the loopback interface that nobody listens on now,
// and that no outgoing connection is likely to take before the caller's program
// does. It fails when a hundred ports in a row are taken.
func FreePort() (int, error) {
	var err error
	for range attempts {
		port := firstPort + rand.IntN(lastPort-firstPort)
		var l net.Listener
		if l, err = net.Listen("tcp", at(port)); err == nil {
			return port, l.Close()
		}
	}
	return 0, errors.Join(errors.New("no port of the loopback interface is free"), err)
}

// FreeAddress is FreePort as an address to listen on.
func FreeAddress() (string, error) {
	port, err := FreePort()
	return at(port), err
}

func at(port int) string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(port)) }

// Package loopback finds ports for the services that tests start.
package loopback

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"strconv"
	"syscall"
)

// The ports are below those that systems give to outgoing connections: tests
// that run at the same time open many, and one of them could take a free port
// before the service that is to listen there does.
const first, last = 20_000, 32_000

// Ports returns n ports of 127.0.0.1 that nobody listens on.
func Ports(n int) ([]string, error) {
	var ports []string
	for range 100 + n {
		if len(ports) == n {
			return ports, nil
		}
		port := strconv.Itoa(first + rand.IntN(last-first))
		l, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", port))
		if errors.Is(err, syscall.EADDRINUSE) {
			continue
		}
		if err != nil {
			return nil, err
		}
		defer func() { _ = l.Close() }() // not before all are found, so that each is another
		ports = append(ports, port)
	}
	return nil, fmt.Errorf("no %d free ports on 127.0.0.1", n)
}

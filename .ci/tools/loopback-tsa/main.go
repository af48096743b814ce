// Command loopback-tsa is sigstore's RFC 3161 timestamp authority with a key
// in memory, on loopback only. The command timestamp-server of that project
// always binds a port on all addresses as well, for its metrics.
package main

import (
	"flag"
	"log"
	"time"

	"github.com/sigstore/timestamp-authority/v2/pkg/server"
	"github.com/spf13/viper"
)

func main() {
	port := flag.Int("port", 3004, "port on 127.0.0.1")
	flag.Parse()
	viper.Set("timestamp-signer", "memory")
	viper.Set("timestamp-signer-hash", "sha256")
	viper.Set("default-policy-oid", "1.3.6.1.4.1.57264.2") // as the command's default
	const limit = 10 * time.Second
	s := server.NewRestAPIServer("127.0.0.1", *port, []string{"http"}, false, limit, limit)
	log.Fatal(s.Serve())
}

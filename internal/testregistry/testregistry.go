// Package testregistry starts registries for tests: olareg, which has the
// referrers interface, in this process, and docker-registry, which has not.
package testregistry

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/olareg/olareg"
	"github.com/olareg/olareg/config"

	"github.com/release-dossier/dossier/internal/loopback"
)

// Olareg starts a registry with the referrers interface, whose lists have at
// most limit bytes a page (0 is its default), and returns its host.
func Olareg(limit int64) (host string, stop func()) {
	yes := true
	r := olareg.New(config.Config{
		Storage: config.ConfigStorage{StoreType: config.StoreMem},
		API:     config.ConfigAPI{Referrer: config.ConfigAPIReferrer{Limit: limit}, DeleteEnabled: &yes},
	})
	s := httptest.NewServer(r)
	return strings.TrimPrefix(s.URL, "http://"), func() { s.Close(); _ = r.Close() }
}

// Docker starts Debian's docker-registry (2.8). The error wraps
// [exec.ErrNotFound] where it is not installed.
func Docker() (host string, stop func(), err error) {
	program, err := exec.LookPath("docker-registry")
	if err != nil {
		return "", nil, err
	}
	dir, err := os.MkdirTemp(inMemory(), "docker-registry")
	if err != nil {
		return "", nil, err
	}
	host, end, err := docker(program, dir)
	if err != nil {
		return "", nil, errors.Join(err, os.RemoveAll(dir))
	}
	return host, func() { end(); _ = os.RemoveAll(dir) }, nil
}

// inMemory is a directory whose files need not be written to a disk; "" is that
// of temporary files.
func inMemory() string {
	const shm = "/dev/shm"
	if info, err := os.Stat(shm); err == nil && info.IsDir() {
		return shm
	}
	return ""
}

func docker(program, dir string) (host string, stop func(), err error) {
	ports, err := loopback.Ports(1)
	if err != nil {
		return "", nil, err
	}
	host = "127.0.0.1:" + ports[0]
	file := filepath.Join(dir, "docker-registry.yml")
	text := fmt.Sprintf("version: 0.1\nlog:\n  level: error\n  accesslog:\n    disabled: true\nstorage:\n  filesystem:\n    rootdirectory: %s\n  delete:\n    enabled: true\nhttp:\n  addr: %s\n", filepath.Join(dir, "docker-registry"), host)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		return "", nil, err
	}
	cmd := exec.Command(program, "serve", file)
	if err := cmd.Start(); err != nil {
		return "", nil, err
	}
	stop = func() { _ = cmd.Process.Kill(); _ = cmd.Wait() }
	for range 3000 { // a minute, on a machine that does much else
		resp, err := http.Get("http://" + host + "/v2/")
		if err == nil {
			resp.Body.Close()
			return host, stop, nil
		}
		time.Sleep(20 * time.Millisecond)
	}
	stop()
	return "", nil, errors.New("docker-registry does not answer")
}

// Each runs a test on a registry of each kind.
func Each(t *testing.T, test func(t *testing.T, host string)) {
	t.Run("referrers", func(t *testing.T) {
		host, stop := Olareg(0)
		t.Cleanup(stop)
		test(t, host)
	})
	t.Run("tags", func(t *testing.T) {
		host, stop, err := Docker()
		if errors.Is(err, exec.ErrNotFound) {
			t.Skip("NOT TESTED: docker-registry is not installed (apt-get install docker-registry)")
		}
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(stop)
		test(t, host)
	})
}

package attest_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/release-dossier/dossier/attest"
)

// startAgent runs a real ssh-agent with keys and returns a connection to it.
func startAgent(t *testing.T, keys ...[]byte) net.Conn {
	t.Helper()
	if _, err := exec.LookPath("ssh-agent"); err != nil {
		t.Skip("ssh-agent is not installed: agents are not tested")
	}
	dir, err := os.MkdirTemp("", "a") // short, as sockets need it
	if err != nil {
		t.Fatal(err)
	}
	socket := filepath.Join(dir, "s")
	cmd := exec.Command("ssh-agent", "-D", "-a", socket)
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait(); os.RemoveAll(dir) })
	bufio.NewReader(out).ReadString('\n') // it prints where it listens
	for i, k := range keys {
		file := write(t, k, dir, "k"+string(rune('a'+i)))
		add := exec.Command("ssh-add", "-q", file)
		add.Env = append(cmd.Env, "SSH_AUTH_SOCK="+socket)
		if msg, err := add.CombinedOutput(); err != nil {
			t.Fatalf("ssh-add: %v\n%s", err, msg)
		}
	}
	conn, err := net.Dial("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}

func TestAgent(t *testing.T) {
	var private, public [][]byte
	for _, args := range []string{"-t ed25519", "-t ecdsa -b 256", "-t ecdsa -b 384", "-t rsa -b 3072", "-t rsa -b 2048", "-t ecdsa -b 521"} {
		a, b := sshKey(t, "", strings.Fields(args)...)
		private, public = append(private, a), append(public, b)
	}
	conn := startAgent(t, private...)
	keys, err := attest.ListAgent(conn)
	if err != nil || len(keys) != 4 || keys[0].Comment != "a comment" {
		t.Fatalf("the agent has %d usable keys, want 4: %v", len(keys), err)
	}
	for i := range keys {
		t.Run(keys[i].Algorithm(), func(t *testing.T) {
			s, err := attest.AgentSigner(conn, publicKey(t, public[i]))
			if err != nil {
				t.Fatal(err)
			}
			for range 20 { // ECDSA numbers have various lengths
				raw, err := attest.Sign(t.Context(), s, payload(t, "app"))
				if err != nil {
					t.Fatal(err)
				}
				b, err := attest.ParseBundle(raw)
				if err != nil {
					t.Fatal(err)
				}
				if err := publicKey(t, publicKey(t, public[i]).PEM()).Verify(b.SignedBytes(), b.Signature); err != nil {
					t.Fatal(err)
				}
			}
			largest := bytes.Repeat([]byte("x"), 255<<10)
			if _, err := s.Sign(t.Context(), largest); err != nil {
				t.Errorf("the largest message: %v", err)
			}
			if _, err := s.Sign(t.Context(), append(largest, 'x')); err == nil || !strings.Contains(err.Error(), "key file") {
				t.Errorf("a message too large: got %v", err)
			}
		})
	}
	if _, err := attest.AgentSigner(conn, publicKey(t, public[4])); err == nil || !strings.Contains(err.Error(), "3072") {
		t.Errorf("RSA 2048: got %v", err)
	}
	_, other := sshKey(t, "", "-t", "ed25519")
	if _, err := attest.AgentSigner(conn, publicKey(t, other)); err == nil || !strings.Contains(err.Error(), "ssh-add") {
		t.Errorf("a key that is not there: got %v", err)
	}
}

// TestAgentThatWaits has an agent that lists a key and then never answers, as
// one does whose user is away.
func TestAgentThatWaits(t *testing.T) {
	private, public := sshKey(t, "", "-t", "ed25519")
	real := startAgent(t, private)
	ours, theirs := net.Pipe()
	defer theirs.Close()
	go func() { // passes on one question and its answer
		buf := make([]byte, 1<<16)
		n, _ := theirs.Read(buf)
		real.Write(buf[:n])
		n, _ = real.Read(buf)
		theirs.Write(buf[:n])
		for {
			if _, err := theirs.Read(buf); err != nil {
				return
			}
		}
	}()
	s, err := attest.AgentSigner(ours, publicKey(t, public))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := s.Sign(ctx, []byte("m")); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v, want the context's error", err)
	}
}

// TestHostileAgent has an agent that answers nonsense.
func TestHostileAgent(t *testing.T) {
	for _, answer := range []string{"\xff\xff\xff\xff", "\x00\x00\x00\x00", "\x00\x00\x00\x05\x0c\xff\xff\xff\xff", "\x00\x00\x00\x01\x05", ""} {
		if keys, err := attest.ListAgent(rw{new(bytes.Buffer), strings.NewReader(answer)}); err == nil {
			t.Errorf("%q: %d keys", answer, len(keys))
		}
	}
}

// rw writes to one place and reads from another.
type rw struct {
	out *bytes.Buffer
	in  *strings.Reader
}

func (c rw) Write(p []byte) (int, error) { return c.out.Write(p) }
func (c rw) Read(p []byte) (int, error)  { return c.in.Read(p) }

// Package kms signs with keys that stay where they are: in a key management
// service, a hardware security module, a token.
//
// A key is named NAME://REFERENCE. The program sigstore-kms-NAME on PATH does the
// rest, by Sigstore's KMS plugin protocol, version 1
// (github.com/sigstore/sigstore/pkg/signature/kms/cliplugin): any plugin made for
// cosign works here, and sigstore-kms-pkcs11, which comes with this module, works
// there. The protocol is spoken here rather than through that package, because a
// plugin that hangs has to be stopped, with all that it has started, and one that
// never stops talking has to be bounded.
//
// A plugin runs with the rights and the environment of this process; that is how it
// gets its credentials. Which one runs is decided by the reference and PATH alone,
// so a reference must never come from what is being verified.
package kms

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"time"

	"github.com/sigstore/sigstore/pkg/signature/kms/cliplugin/common"

	"github.com/release-dossier/dossier/attest"
)

const (
	prefix         = "sigstore-kms-"
	maxReference   = 4 << 10
	maxAnswer      = 1 << 20
	maxComplaint   = 2 << 10 // of standard error
	defaultTimeout = 30 * time.Second
	// grace is how long the pipes of a plugin that was stopped may stay open.
	grace = time.Second
)

// Options change how a plugin is run.
type Options struct {
	// Timeout is for each call; zero is 30 seconds. A person may have to touch a
	// token in that time.
	Timeout time.Duration
	// Env is the plugin's environment; nil is that of this process.
	Env []string
}

// IsReference reports whether text names a key of a plugin, and not a file.
func IsReference(text string) bool {
	name, rest, ok := strings.Cut(text, "://")
	return ok && rest != "" && plain(name)
}

// plain reports whether a plugin's name is one: what else could be a path.
func plain(name string) bool {
	return name != "" && strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789-_") == ""
}

// Open asks the plugin for the public key, and returns a signer.
func Open(ctx context.Context, reference string, o Options) (*attest.KeySigner, error) {
	if !IsReference(reference) || len(reference) > maxReference {
		return nil, fmt.Errorf("%.100q is not a key reference: want NAME://KEY, for a plugin %sNAME", reference, prefix)
	}
	name, id, _ := strings.Cut(reference, "://")
	path, err := exec.LookPath(prefix + name)
	if err != nil {
		return nil, fmt.Errorf("key %s://...: there is no plugin %s on PATH: install it", name, prefix+name)
	}
	if o.Timeout <= 0 {
		o.Timeout = defaultTimeout
	}
	p := &plugin{name: prefix + name, path: path, id: id, o: o, ctx: ctx}
	key, err := p.key()
	if err != nil {
		return nil, fmt.Errorf("plugin %s: %w", p.name, err)
	}
	p.public = key
	return attest.NewKeySigner(p)
}

// plugin is a key behind a plugin; it is a crypto.Signer.
type plugin struct {
	name, path, id string
	o              Options
	ctx            context.Context // of the command that signs: crypto.Signer has none
	public         crypto.PublicKey
}

func (p *plugin) key() (crypto.PublicKey, error) {
	resp, err := p.call(crypto.SHA256, nil, &common.MethodArgs{
		MethodName: common.PublicKeyMethodName, PublicKey: &common.PublicKeyArgs{PublicKeyOptions: &common.PublicKeyOptions{}},
	})
	if err != nil {
		return nil, err
	}
	if resp.PublicKey == nil {
		return nil, errors.New("it answers without a public key")
	}
	block, rest := pem.Decode(resp.PublicKey.PublicKeyPEM)
	if block == nil || block.Type != "PUBLIC KEY" || len(bytes.TrimSpace(rest)) > 0 {
		return nil, errors.New("it answers with something that is no public key in PEM")
	}
	return x509.ParsePKIXPublicKey(block.Bytes)
}

// Public implements crypto.Signer.
func (p *plugin) Public() crypto.PublicKey { return p.public }

// Sign implements crypto.Signer. What it returns, attest.KeySigner verifies.
func (p *plugin) Sign(_ io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	args := &common.SignMessageArgs{SignOptions: &common.SignOptions{}}
	hash := opts.HashFunc()
	var message []byte
	if hash == 0 { // Ed25519, which signs the message itself
		message, hash = digest, hashOf(p.public)
	} else {
		args.SignOptions.MessageOptions = common.MessageOptions{Digest: &digest, HashFunc: &hash}
	}
	resp, err := p.call(hash, message, &common.MethodArgs{MethodName: common.SignMessageMethodName, SignMessage: args})
	switch {
	case err != nil:
		return nil, fmt.Errorf("plugin %s: %w", p.name, err)
	case resp.SignMessage == nil || len(resp.SignMessage.Signature) == 0:
		return nil, fmt.Errorf("plugin %s: it answers without a signature", p.name)
	}
	return resp.SignMessage.Signature, nil
}

// hashOf is the hash that a plugin is told for a key.
func hashOf(key crypto.PublicKey) crypto.Hash {
	if k, ok := key.(*ecdsa.PublicKey); ok && k.Curve == elliptic.P384() {
		return crypto.SHA384
	}
	return crypto.SHA256
}

// call runs the plugin once.
func (p *plugin) call(hash crypto.Hash, stdin []byte, method *common.MethodArgs) (*common.PluginResp, error) {
	ctx, cancel := context.WithTimeoutCause(p.ctx, p.o.Timeout, fmt.Errorf("no answer within %s: it was stopped", p.o.Timeout))
	defer cancel()
	deadline, _ := ctx.Deadline()
	args, err := json.Marshal(&common.PluginArgs{
		InitOptions: &common.InitOptions{CtxDeadline: &deadline, ProtocolVersion: common.ProtocolVersion, KeyResourceID: p.id, HashFunc: hash, RPCOptions: &common.RPCOptions{}},
		MethodArgs:  method,
	})
	if err != nil {
		return nil, err
	}
	out, complaint := &bounded{limit: maxAnswer, stop: cancel}, &bounded{limit: maxComplaint}
	cmd := exec.CommandContext(ctx, p.path, common.ProtocolVersion, string(args))
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(stdin), out, complaint
	cmd.Env, cmd.WaitDelay = p.o.Env, grace
	killAll(cmd)
	err = cmd.Run()
	// A plugin says what is wrong in its answer, whatever its exit status is.
	var exit *exec.ExitError
	switch {
	case out.over:
		return nil, fmt.Errorf("it answers with more than %d bytes", maxAnswer)
	case ctx.Err() != nil:
		return nil, context.Cause(ctx)
	case err != nil && !errors.As(err, &exit):
		return nil, err
	}
	var resp common.PluginResp
	if e := json.Unmarshal(out.data, &resp); e != nil {
		if err == nil {
			err = fmt.Errorf("its answer is not JSON: %w", e)
		}
		return nil, withComplaint(err, complaint)
	}
	if resp.ErrorMessage != "" {
		return nil, fmt.Errorf("%s", line(resp.ErrorMessage))
	}
	return &resp, nil
}

func withComplaint(err error, complaint *bounded) error {
	if text := line(string(complaint.data)); text != "" {
		return fmt.Errorf("%w: %s", err, text)
	}
	return err
}

// line is the beginning of what a plugin said, in one printable line.
func line(text string) string {
	text = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(text[:min(len(text), maxComplaint)], "?"))
	return strings.Join(strings.Fields(text), " ")
}

// bounded keeps the first bytes of what is written, and stops the writer where
// there is more, if it can. (Its buffer is not embedded: io.Copy would find the
// buffer's ReadFrom, which knows no bound.)
type bounded struct {
	data  []byte
	limit int
	over  bool
	stop  func()
}

func (b *bounded) Write(data []byte) (int, error) {
	room := b.limit - len(b.data)
	if len(data) <= room {
		b.data = append(b.data, data...)
		return len(data), nil
	}
	b.data = append(b.data, data[:room]...)
	if b.stop != nil && !b.over {
		b.over = true
		b.stop()
	}
	return len(data), nil
}

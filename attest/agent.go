package attest

import (
	"context"
	"encoding/asn1"
	"errors"
	"fmt"
	"io"
	"math/big"
	"time"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/agent"
)

const (
	// maxAgentMessage is below the 256 KiB at which OpenSSH's agent hangs up;
	// the key and the framing need the rest.
	maxAgentMessage = 255 << 10
	maxAgentKeys    = 256
)

// AgentKey is a key that an SSH agent offers.
type AgentKey struct {
	PublicKey
	// Comment is what the user called it; it identifies nothing.
	Comment string
}

// ListAgent returns the keys at the agent behind conn that can sign
// statements. Keys that cannot, as FIDO keys, are left out.
func ListAgent(conn io.ReadWriter) ([]AgentKey, error) {
	offered, err := client(conn).List()
	if err != nil {
		return nil, fmt.Errorf("list the keys of the ssh-agent: %w", err)
	}
	if len(offered) > maxAgentKeys {
		return nil, fmt.Errorf("the ssh-agent offers %d keys, at most %d are read", len(offered), maxAgentKeys)
	}
	var keys []AgentKey
	for _, o := range offered {
		k, err := offeredKey(o)
		if err != nil || k.ForStatements() != nil {
			continue
		}
		keys = append(keys, AgentKey{k, o.Comment})
	}
	return keys, nil
}

func offeredKey(o *agent.Key) (PublicKey, error) {
	key, err := ssh.ParsePublicKey(o.Blob)
	if err != nil {
		return PublicKey{}, err
	}
	return fromSSH(key)
}

// AgentSigner returns a signer whose private key want is held by the SSH agent
// behind conn, the open socket of SSH_AUTH_SOCK. Only one Sign may be under
// way at a time. If conn has SetDeadline, the end of Sign's context ends the
// wait, for an agent may ask its user; conn is of no use after that.
func AgentSigner(conn io.ReadWriter, want PublicKey) (*KeySigner, error) {
	if err := want.ForStatements(); err != nil {
		return nil, err
	}
	keys, err := ListAgent(conn)
	if err != nil {
		return nil, err
	}
	for _, k := range keys {
		if k.Equal(want) {
			a := &agentKey{conn, want}
			return &KeySigner{want, a.sign}, nil
		}
	}
	return nil, fmt.Errorf("the ssh-agent does not hold the key %s: load it with ssh-add", want.Fingerprint())
}

type agentKey struct {
	conn io.ReadWriter
	key  PublicKey
}

func (a *agentKey) sign(ctx context.Context, message []byte) ([]byte, error) {
	if len(message) > maxAgentMessage {
		return nil, fmt.Errorf("the statement has %d bytes, an ssh-agent takes at most %d: sign with the key file", len(message), maxAgentMessage)
	}
	if c, ok := a.conn.(interface{ SetDeadline(time.Time) error }); ok {
		stop := context.AfterFunc(ctx, func() { _ = c.SetDeadline(time.Unix(1, 0)) })
		defer stop()
	}
	var flags agent.SignatureFlags
	if a.key.parts().wire.Type() == ssh.KeyAlgoRSA {
		flags = agent.SignatureFlagRsaSha256
	}
	sig, err := client(a.conn).SignWithFlags(a.key.parts().wire, message, flags)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil {
		return nil, fmt.Errorf("the ssh-agent did not sign: %w", err)
	}
	return rawSignature(sig)
}

// client hides conn's Close: with it, the client would read from conn in a
// goroutine of its own for ever.
func client(conn io.ReadWriter) agent.ExtendedAgent {
	return agent.NewClient(struct{ io.ReadWriter }{conn})
}

// rawSignature turns a signature in SSH's wire form (RFC 4253, section 6.6;
// RFC 5656, section 3.1.2) into the form that DSSE carries. The hash is the
// same in both for the keys that are accepted.
func rawSignature(sig *ssh.Signature) ([]byte, error) {
	switch sig.Format {
	case ssh.KeyAlgoED25519, ssh.KeyAlgoRSASHA256:
		return sig.Blob, nil
	case ssh.KeyAlgoECDSA256, ssh.KeyAlgoECDSA384:
		var rs struct{ R, S *big.Int }
		if err := ssh.Unmarshal(sig.Blob, &rs); err != nil {
			return nil, errors.New("the ssh-agent's ECDSA signature is malformed")
		}
		return asn1.Marshal(rs)
	}
	return nil, fmt.Errorf("the ssh-agent signed with %.40q, which statements do not use", sig.Format)
}

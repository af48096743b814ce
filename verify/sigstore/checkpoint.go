package sigstore

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync/atomic"
	"unicode/utf8"

	"github.com/sigstore/rekor-tiles/v2/pkg/note"
)

// maxNoteSignatures bounds the signatures of a checkpoint: the log's and those
// of witnesses.
const maxNoteSignatures = 64

// checkpoint is a signed tree head: a note (C2SP signed-note) whose text is
// origin, size, root hash and extensions (C2SP tlog-checkpoint).
type checkpoint struct {
	text       string // what is signed, with its last line end
	origin     string
	size       int64
	hash       []byte
	signatures []noteSignature
}

type noteSignature struct {
	name string
	hint [4]byte
	sig  []byte
}

var errCheckpoint = errors.New("the checkpoint is not a signed note with origin, size and root hash")

// parseCheckpoint reads a checkpoint in the one way it can be written.
func parseCheckpoint(envelope string) (*checkpoint, error) {
	if !utf8.ValidString(envelope) || strings.ContainsFunc(envelope, func(r rune) bool { return r < 0x20 && r != '\n' || r == 0x7f }) {
		return nil, errCheckpoint
	}
	split := strings.LastIndex(envelope, "\n\n")
	if split < 0 {
		return nil, errCheckpoint
	}
	c := &checkpoint{text: envelope[:split+1]}
	if err := c.body(); err != nil {
		return nil, err
	}
	block, ok := strings.CutSuffix(envelope[split+2:], "\n")
	if !ok {
		return nil, errCheckpoint
	}
	lines := strings.Split(block, "\n")
	if len(lines) > maxNoteSignatures {
		return nil, fmt.Errorf("the checkpoint has %d signatures, at most %d are read", len(lines), maxNoteSignatures)
	}
	for _, line := range lines {
		s, err := parseNoteSignature(line)
		if err != nil {
			return nil, err
		}
		for _, earlier := range c.signatures {
			if earlier.name == s.name && earlier.hint == s.hint {
				return nil, errors.New("the checkpoint is signed with the same key twice")
			}
		}
		c.signatures = append(c.signatures, s)
	}
	return c, nil
}

func (c *checkpoint) body() error {
	lines := strings.Split(strings.TrimSuffix(c.text, "\n"), "\n")
	if len(lines) < 3 || lines[0] == "" {
		return errCheckpoint
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || size < 1 || strconv.FormatInt(size, 10) != lines[1] {
		return errCheckpoint
	}
	hash, err := base64.StdEncoding.Strict().DecodeString(lines[2])
	if err != nil || len(hash) != sha256.Size {
		return errCheckpoint
	}
	for _, extension := range lines[3:] {
		if extension == "" {
			return errCheckpoint
		}
	}
	c.origin, c.size, c.hash = lines[0], size, hash
	return nil
}

func parseNoteSignature(line string) (noteSignature, error) {
	rest, ok := strings.CutPrefix(line, "— ")
	name, text, found := strings.Cut(rest, " ")
	if !ok || !found || name == "" || strings.Contains(name, "+") {
		return noteSignature{}, errCheckpoint
	}
	raw, err := base64.StdEncoding.Strict().DecodeString(text)
	if err != nil || len(raw) < 5 {
		return noteSignature{}, errCheckpoint
	}
	return noteSignature{name, [4]byte(raw), raw[4:]}, nil
}

// signedV1 reports whether the checkpoint is by a Rekor v1 log: its origin is
// "host - tree ID", and the log's signature bears the host's name and the
// beginning of the key's digest. The ID of the tree is not in the root.
func (c *checkpoint) signedV1(l *log) error {
	host, tree, ok := strings.Cut(c.origin, " - ")
	if _, err := strconv.ParseUint(tree, 10, 64); !ok || err != nil {
		return errors.New("the checkpoint's origin is not that of a Rekor v1 log")
	}
	if len(c.signatures) != 1 {
		return errors.New("the checkpoint of a Rekor v1 log has one signature, the log's")
	}
	return c.signed(l, host, l.hintV1)
}

// signedV2 reports whether the checkpoint is by a Rekor v2 log: origin and name
// are the host of its base URL (rekor-tiles).
func (c *checkpoint) signedV2(l *log) error {
	if l.host == "" {
		return errors.New("the trusted root gives no base URL for the log, which names its checkpoints")
	}
	if c.origin != l.host {
		return fmt.Errorf("the checkpoint is of the log %.200q, not of %.200q", c.origin, l.host)
	}
	id, _, err := note.KeyHash(l.host, l.PublicKey)
	if err != nil {
		return err
	}
	var hint [4]byte
	binary.BigEndian.PutUint32(hint[:], id)
	return c.signed(l, l.host, hint)
}

// signed asks for a signature by the log, which verifies. Others are by
// witnesses, or for other keys.
func (c *checkpoint) signed(l *log, name string, hint [4]byte) error {
	for _, s := range c.signatures {
		if s.name != name || s.hint != hint {
			continue
		}
		if !verifyMessage(l.PublicKey, []byte(c.text), s.sig) {
			return errors.New("the log's signature on the checkpoint does not verify")
		}
		return nil
	}
	return errors.New("the checkpoint is not signed by the log")
}

// Witness is the key of a witness, who vouches that a log shows everybody the
// same tree (C2SP tlog-cosignature, cosignature/v1).
type Witness struct {
	name string
	hint [4]byte
	key  ed25519.PublicKey
}

// algCosignature is the type of a timestamped Ed25519 cosignature.
const algCosignature = 0x04

// ParseWitness reads a verifier key of a witness, "name+hash+base64"
// (C2SP signed-note, vkey).
func ParseWitness(vkey string) (Witness, error) {
	bad := func(why string) (Witness, error) { return Witness{}, fmt.Errorf("witness key %.80q: %s", vkey, why) }
	name, rest, ok := strings.Cut(vkey, "+")
	hash, text, ok2 := strings.Cut(rest, "+")
	if !ok || !ok2 || name == "" {
		return bad("want name+hash+key")
	}
	raw, err := base64.StdEncoding.Strict().DecodeString(text)
	if err != nil || len(raw) != 1+ed25519.PublicKeySize || raw[0] != algCosignature {
		return bad("want a timestamped Ed25519 cosignature key (type 4)")
	}
	id := sha256.Sum256(append([]byte(name+"\n"), raw...))
	if hash != fmt.Sprintf("%08x", id[:4]) {
		return bad("the hash is not that of name and key")
	}
	return Witness{name, [4]byte(id[:4]), raw[1:]}, nil
}

// Name is the name of the witness.
func (w Witness) Name() string { return w.name }

// cosigned reports whether the witness cosigned the checkpoint.
func (w Witness) cosigned(c *checkpoint) bool {
	for _, s := range c.signatures {
		if s.name != w.name || s.hint != w.hint || len(s.sig) != 8+ed25519.SignatureSize {
			continue
		}
		at := binary.BigEndian.Uint64(s.sig)
		message := fmt.Sprintf("cosignature/v1\ntime %d\n%s", at, c.text)
		if ed25519.Verify(w.key, []byte(message), s.sig[8:]) {
			return true
		}
	}
	return false
}

// maxRemembered bounds what is kept of checkpoints that were verified.
const maxRemembered = 4096

// counter counts what is remembered.
type counter struct{ n atomic.Int64 }

func (c *counter) room() bool { return c.n.Add(1) <= maxRemembered }

// checkpoint returns a checkpoint of the log, verified: once for all bundles
// that carry the same one.
func (t *trusted) checkpoint(l *log, v2 bool, envelope string) (*checkpoint, error) {
	id := sha256.Sum256([]byte(l.id + "\n" + strconv.FormatBool(v2) + "\n" + envelope))
	if c, ok := t.checkpoints.Load(id); ok {
		return c.(*checkpoint), nil
	}
	c, err := parseCheckpoint(envelope)
	if err != nil {
		return nil, problemf(LogCheckpoint, "%v", err)
	}
	signed := c.signedV1
	if v2 {
		signed = c.signedV2
	}
	if err := signed(l); err != nil {
		return nil, problemf(LogCheckpoint, "%v", err)
	}
	if t.remembered.room() {
		t.checkpoints.Store(id, c)
	}
	return c, nil
}

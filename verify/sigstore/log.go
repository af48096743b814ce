package sigstore

import (
	"bytes"
	"crypto"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strconv"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/transparency-dev/merkle/proof"
	"github.com/transparency-dev/merkle/rfc6962"
)

// anyJSON is JSON that is read later.
type anyJSON = jsontext.Value

// entry verifies one log entry and reports whether the root names its log, and
// whether that log proves that the entry is there.
func (r *run) entry(i int, key crypto.PublicKey) (known, proven bool) {
	e := &r.b.entries[i]
	id := fmt.Sprintf("log/%d/", i)
	l := r.t.log(e.LogID.KeyID)
	if l == nil {
		r.add(id+"log", NotApplicable, LogUnknown, "not counted: the trusted root names no log %.80s", hex.EncodeToString(e.LogID.KeyID))
		return false, false
	}
	ok := r.settle(id+"entry", r.matches(e, key), "%s %s, index %d, of %s", e.KindVersion.Kind, e.KindVersion.Version, e.LogIndex, l.BaseURL)
	ok = r.promise(id, e, l) && ok
	ok = r.proof(id, e, l) && ok
	if ok {
		r.logged = append(r.logged, l)
	}
	return true, ok
}

// matches is describes, as a problem.
func (r *run) matches(e *entryJSON, key crypto.PublicKey) error {
	if err := r.b.describes(e, key); err != nil {
		return problemf(LogMismatch, "%v", err)
	}
	return nil
}

// promise verifies the signed entry timestamp, by which Rekor v1 says when.
func (r *run) promise(id string, e *entryJSON, l *log) bool {
	switch {
	case e.Promise == nil && r.b.version == "0.1":
		return r.settle(id+"promise", problemf(LogSET, "version 0.1 needs an inclusion promise"), "")
	case e.v2() && e.Promise != nil:
		return r.settle(id+"promise", problemf(LogSET, "a Rekor v2 log gives no inclusion promise"), "")
	case e.v2() && e.IntegratedTime != 0:
		return r.settle(id+"promise", problemf(LogTime, "a Rekor v2 log gives no integrated time"), "")
	case e.v2():
		return true
	case e.Promise == nil:
		r.add(id+"promise", NotApplicable, "", "none: the entry proves no time")
		return true
	}
	if !r.settle(id+"promise", e.signedBy(l), "signed by %s", l.BaseURL) {
		return false
	}
	if !r.settle(id+"time", r.logTime(e.time(), l), "%s", stamp(e.time())) {
		return false
	}
	r.times = append(r.times, Time{"log", l.BaseURL, e.time()})
	return true
}

// signedBy verifies the signed entry timestamp: a signature over the RFC 8785
// form of body, time, log and index.
func (e *entryJSON) signedBy(l *log) error {
	message := make([]byte, 0, len(e.Body)*4/3+256)
	message = append(message, `{"body":"`...)
	message = base64.StdEncoding.AppendEncode(message, e.Body)
	message = append(message, `","integratedTime":`...)
	message = strconv.AppendInt(message, int64(e.IntegratedTime), 10)
	message = append(message, `,"logID":"`...)
	message = hex.AppendEncode(message, e.LogID.KeyID)
	message = append(message, `","logIndex":`...)
	message = strconv.AppendInt(message, int64(e.LogIndex), 10)
	message = append(message, '}')
	if !verifyMessage(l.PublicKey, message, e.Promise.SET) {
		return problemf(LogSET, "the signed entry timestamp does not verify under the key of %s", l.BaseURL)
	}
	return nil
}

// logTime checks the time that a log has signed.
func (r *run) logTime(at time.Time, l *log) error {
	switch {
	case !within(at, l.ValidityPeriodStart, l.ValidityPeriodEnd):
		return problemf(LogTime, "the trusted root does not trust the log at %s", stamp(at))
	case at.After(r.at.Add(clockSkew)):
		return problemf(LogTime, "%s is in the future", stamp(at))
	case r.b.leaf != nil && !r.v.byCompany(r.b.leaf) && !within(at, r.b.leaf.NotBefore, r.b.leaf.NotAfter):
		return problemf(LogTime, "logged at %s, outside of the validity of the certificate, %s to %s", stamp(at), stamp(r.b.leaf.NotBefore), stamp(r.b.leaf.NotAfter))
	}
	return nil
}

// proof verifies checkpoint and inclusion.
func (r *run) proof(id string, e *entryJSON, l *log) bool {
	switch {
	case e.Proof != nil:
	case e.v2() || r.b.version != "0.1":
		return r.settle(id+"inclusion", problemf(LogInclusion, "the entry has no inclusion proof, which version %s and Rekor v2 need", r.b.version), "")
	default:
		r.add(id+"inclusion", NotApplicable, "", "none: version 0.1 has a promise")
		return r.witnessed(id, &checkpoint{}) && e.Promise != nil // nobody has cosigned what is not there
	}
	p := e.Proof
	c, err := r.t.checkpoint(l, e.v2(), p.Checkpoint.Envelope)
	if err == nil {
		switch {
		case c.size != int64(p.TreeSize):
			err = problemf(LogCheckpoint, "the checkpoint is of a tree of %d entries, the proof of one of %d", c.size, p.TreeSize)
		case !bytes.Equal(c.hash, p.RootHash):
			err = problemf(LogCheckpoint, "the checkpoint has another root hash than the proof")
		case e.v2() && p.LogIndex != e.LogIndex, p.LogIndex > e.LogIndex: // v1 counts over all its trees
			err = problemf(LogMismatch, "the entry has index %d, its proof %d", e.LogIndex, p.LogIndex)
		}
	}
	if !r.settle(id+"checkpoint", err, "%d entries, signed by %s", p.TreeSize, l.BaseURL) {
		return false
	}
	ok := r.settle(id+"inclusion", e.included(), "index %d of %d", p.LogIndex, p.TreeSize)
	return r.witnessed(id, c) && ok
}

// included verifies the Merkle inclusion proof (RFC 6962, section 2.1.1).
func (e *entryJSON) included() error {
	hashes := make([][]byte, len(e.Proof.Hashes))
	for i, h := range e.Proof.Hashes {
		hashes[i] = h
	}
	leaf := rfc6962.DefaultHasher.HashLeaf(e.Body)
	if err := proof.VerifyInclusion(rfc6962.DefaultHasher, uint64(e.Proof.LogIndex), uint64(e.Proof.TreeSize), leaf, hashes, e.Proof.RootHash); err != nil {
		return problemf(LogInclusion, "the proof of %d hashes does not lead from the entry to the root hash", len(hashes))
	}
	return nil
}

// witnessed asks for the cosignatures that the caller wants.
func (r *run) witnessed(id string, c *checkpoint) bool {
	if r.v.config.Cosignatures == 0 {
		return true
	}
	n := 0
	for _, w := range r.v.config.Witnesses {
		if w.cosigned(c) {
			n++
		}
	}
	var err error
	if n < r.v.config.Cosignatures {
		err = problemf(LogWitness, "%d of the witnesses asked for have cosigned, want %d", n, r.v.config.Cosignatures)
	}
	return r.settle(id+"witnesses", err, "%d cosignatures", n)
}

package sigstore

import (
	"crypto"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"slices"
	"time"

	"github.com/secure-systems-lab/go-securesystemslib/dsse"
)

// clockSkew is by how much a proven time may lie after the moment of judgement.
const clockSkew = 5 * time.Minute

// Config is what a verifier rests on.
type Config struct {
	// Roots are the trusted roots. Without one only bare keys can be verified,
	// and nothing proves when.
	Roots *Roots
	// LogOptional accepts bundles without a log entry although the trusted root
	// names logs. An entry that is there is verified all the same.
	LogOptional bool
	// TimeOptional accepts signatures of bare keys, and of a company's
	// certificates that are good at the moment of judgement, of which nothing
	// proves when.
	TimeOptional bool
	// Authorities are a company's own certificate authorities; nil for none. With
	// TimeOptional their certificates count, as bare keys do, while they are good.
	Authorities *Authorities
	// RootSent accepts a certificate chain that ends with the root certificate of
	// the authority, as npm and the SLSA generators wrote it in 2023. It must be
	// the one of the trusted root.
	RootSent bool
	// Witnesses are the witnesses that may cosign checkpoints, of which at least
	// Cosignatures have to: with a number above 0 a log entry is asked for,
	// whatever else is optional.
	Witnesses    []Witness
	Cosignatures int
}

// Verifier verifies bundles. It may be used by several goroutines at once, and
// does once what bundles have in common.
type Verifier struct {
	config Config
	roots  []*trusted
}

// New returns a verifier.
func New(c Config) (*Verifier, error) {
	if c.Cosignatures < 0 || c.Cosignatures > len(c.Witnesses) {
		return nil, errors.New("more cosignatures are asked for than there are witnesses")
	}
	for i, w := range c.Witnesses {
		if slices.ContainsFunc(c.Witnesses[:i], func(o Witness) bool { return o.key.Equal(w.key) }) {
			return nil, errors.New("a witness key is given twice")
		}
	}
	v := &Verifier{config: c}
	if c.Roots != nil {
		v.roots = c.Roots.list
	}
	if len(v.roots) == 0 {
		if c.Cosignatures > 0 {
			return nil, errors.New("cosignatures are asked for, and there is no trusted root whose logs could have them")
		}
		v.roots = []*trusted{nil}
	}
	return v, nil
}

// Verify judges one bundle: whether it is about the artifact, by one of the
// signers, and proven to be so at the moment at. It reads nothing but its
// arguments and never stops at the first failure where going on is safe.
func (v *Verifier) Verify(raw []byte, a Artifact, by Signers, at time.Time) *Result {
	b, err := parse(raw)
	return v.verify(b, err, a, by, at)
}

// verify judges a bundle that was parsed, or the error of doing so.
func (v *Verifier) verify(b *parsed, err error, a Artifact, by Signers, at time.Time) *Result {
	first := &Result{Root: -1}
	if !first.settle("form", err, "a Sigstore bundle") {
		first.conclude()
		return first
	}
	first.MediaType = b.mediaType
	key := first.signer(b, by, v.byCompany(b.leaf))
	first.about(b, a)
	if key == nil { // which has failed
		first.conclude()
		return first
	}
	first.signed(b, a, key)
	return v.under(first, b, key, at)
}

// under goes on with what the trusted roots say, each by itself.
func (v *Verifier) under(first *Result, b *parsed, key crypto.PublicKey, at time.Time) *Result {
	var best *Result
	for i, t := range v.candidates(b) {
		r := &run{Result: *first, v: v, b: b, t: t.trusted, at: at}
		if first.Signer != nil {
			signer := *first.Signer
			r.Signer = &signer
		}
		r.Root = t.number
		r.Checks = slices.Clone(first.Checks)
		r.proofs(key)
		r.conclude()
		if i == 0 || better(&r.Result, best) {
			best = &r.Result
		}
		if best.Verdict == Verified {
			break
		}
	}
	return best
}

// better reports whether a says more for the bundle than b.
func better(a, b *Result) bool {
	order := map[Verdict]int{Verified: 0, Unproven: 1, Rejected: 2}
	if a.Verdict != b.Verdict {
		return order[a.Verdict] < order[b.Verdict]
	}
	return a.failures() < b.failures()
}

// candidate is a trusted root, or none, to verify a bundle under.
type candidate struct {
	number int
	*trusted
}

// candidates are the roots of which an authority issued the certificate, else
// all.
func (v *Verifier) candidates(b *parsed) []candidate {
	var issued, all []candidate
	for i, t := range v.roots {
		if t == nil {
			return []candidate{{-1, nil}}
		}
		all = append(all, candidate{i, t})
		if b.leaf == nil || len(v.roots) == 1 || v.byCompany(b.leaf) {
			continue
		}
		if _, err := t.issued(b.leaf); err == nil {
			issued = append(issued, candidate{i, t})
		}
	}
	if len(issued) > 0 {
		return issued
	}
	return all
}

// run is the verification of one bundle under one root.
type run struct {
	Result
	v     *Verifier
	b     *parsed
	t     *trusted
	at    time.Time
	times []Time
	// logged are the logs that prove an entry.
	logged []*log
}

// signer says who the bundle names, and returns the key to verify with.
func (r *Result) signer(b *parsed, by Signers, company bool) crypto.PublicKey {
	if b.leaf == nil {
		return r.keySigner(b, by)
	}
	if err := acceptable(b.leaf.PublicKey); err != nil {
		r.settle("key", problemf(BadSignature, "%v", err), "")
		return nil
	}
	r.Signer = &Signer{Key: keyID(b.leaf.PublicKey), NotBefore: b.leaf.NotBefore.UTC()}
	if company {
		var err error
		if r.Signer.Name, err = nameOf(b.leaf); err == nil {
			err = by.name(r.Signer.Name)
		}
		r.settle("identity", err, "%s", r.Signer.Name)
		return b.leaf.PublicKey
	}
	summary, err := summarize(b.leaf)
	r.Signer.Certificate = summary
	switch {
	case err != nil:
	case len(by.identities) == 0 && len(by.names) > 0:
		err = problemf(WrongIdentity, "the certificate is one of Sigstore: the issuer of its identity is needed too")
	case len(by.identities) == 0 && !by.anyone:
		err = problemf(KeyMissing, "the bundle is signed with a certificate: an identity and its issuer are needed, not a key")
	default:
		err = by.identify(summary)
	}
	if summary == nil {
		r.settle("identity", err, "")
	} else {
		r.settle("identity", err, "%s, by %s", summary.SubjectAlternativeName, summary.Issuer)
	}
	return b.leaf.PublicKey
}

// keySigner finds the key of a bundle that is signed with a bare key.
func (r *Result) keySigner(b *parsed, by Signers) crypto.PublicKey {
	if len(by.keys) == 0 {
		r.settle("key", problemf(KeyMissing, "the bundle is signed with a key: that key is needed"), "")
		return nil
	}
	key := by.keys[0]
	if len(by.keys) > 1 {
		for _, k := range by.keys {
			if b.hinted(k) || b.message == nil && verifyMessage(k, b.pae, b.signature) {
				key = k
				break
			}
		}
	}
	r.Signer = &Signer{Key: keyID(key)}
	var err error
	if b.hintsOther(key) {
		err = problemf(KeyMismatch, "the bundle names the key %.80s, the key given is %s", b.hint, hintOf(key))
	}
	r.settle("key", err, "%s", r.Signer.Key)
	return key
}

func keyID(key crypto.PublicKey) string {
	spki, err := x509.MarshalPKIXPublicKey(key)
	if err != nil {
		return ""
	}
	s := sha256.Sum256(spki)
	return hex.EncodeToString(s[:])
}

// hintOf is how Sigstore clients name a key: base64 of the SHA-256 of its
// SubjectPublicKeyInfo.
func hintOf(key crypto.PublicKey) string {
	spki, err := x509.MarshalPKIXPublicKey(key)
	if err != nil {
		return ""
	}
	s := sha256.Sum256(spki)
	return base64.StdEncoding.EncodeToString(s[:])
}

func (b *parsed) hinted(key crypto.PublicKey) bool { return b.hint != "" && b.hint == hintOf(key) }

// hintsOther reports whether the bundle's hint has the form of a key's digest,
// and is that of another key. A hint of any other form is free text.
func (b *parsed) hintsOther(key crypto.PublicKey) bool {
	raw, err := base64.StdEncoding.DecodeString(b.hint)
	return err == nil && len(raw) == sha256.Size && !b.hinted(key)
}

// about says whether the bundle is about the artifact.
func (r *Result) about(b *parsed, a Artifact) {
	if b.message != nil {
		r.settle("artifact", b.names(a), "%s", hex.EncodeToString(b.message.Digest.Digest))
		return
	}
	if a.read {
		r.Payload = b.payload
		r.pass("artifact", "the statement, as its reader judges it")
		return
	}
	s, err := b.readStatement()
	if !r.settle("statement", err, "an in-toto statement") {
		return
	}
	r.Payload = b.payload
	r.Statement = &Statement{s.Type, s.PredicateType, len(s.Subject)}
	r.settle("artifact", s.about(a), "%s", s.PredicateType)
}

// signed verifies the signature itself.
func (r *Result) signed(b *parsed, a Artifact, key crypto.PublicKey) {
	if b.message != nil {
		r.settle("signature", b.signs(a, key), "over the artifact")
		return
	}
	err := acceptable(key)
	switch {
	case err != nil:
		err = problemf(BadSignature, "%v", err)
	case !verifyMessage(key, b.pae, b.signature):
		err = problemf(BadSignature, "the signature does not verify over the payload")
	}
	if err == nil && b.keyID != "" {
		if id, e := dsse.SHA256KeyID(key); e == nil && id != b.keyID {
			err = problemf(KeyMismatch, "the envelope names the key %.80q, the signature is by %s", b.keyID, id)
		}
	}
	r.settle("signature", err, "over the payload")
}

// proofs verifies what the trusted root can say of the bundle.
func (r *run) proofs(key crypto.PublicKey) {
	company := r.v.byCompany(r.b.leaf)
	if r.t == nil {
		if company {
			r.unlooked()
			r.company()
			return
		}
		r.unrooted()
		return
	}
	var c *issued
	if r.b.leaf != nil && !company {
		c = r.certificate()
	}
	known, proven := 0, 0
	for i := range r.b.entries {
		k, p := r.entry(i, key)
		if k {
			known++
		}
		if p {
			proven++
		}
	}
	for i, der := range r.b.timestamps {
		r.stamped(i, der)
	}
	r.logs(known, proven)
	if company {
		r.company()
		return
	}
	r.when(c)
}

// unrooted is what can be said without a trusted root.
func (r *run) unrooted() {
	if r.b.leaf != nil {
		r.add("root", Fail, TrustRoot, "the bundle is signed with a certificate, and no trusted root was given")
		return
	}
	r.unlooked()
	r.when(nil)
}

// unlooked says so of proofs that nobody here can judge.
func (r *run) unlooked() {
	if len(r.b.entries)+len(r.b.timestamps) > 0 {
		r.add("root", NotApplicable, "", "no trusted root was given: log entries and timestamps are not looked at")
	}
}

// certificate verifies the chain of the signing certificate.
func (r *run) certificate() *issued {
	c, err := r.t.issued(r.b.leaf)
	if err == nil {
		err = usable(r.b.leaf, r.b.chain, c.chain, r.v.config.RootSent)
	}
	if !r.settle("certificate/chain", err, "issued by %s", r.b.leaf.Issuer) {
		return nil
	}
	if len(r.t.material.CTLogs()) == 0 {
		r.add("certificate/sct", NotApplicable, "", "the trusted root names no certificate-transparency log")
	} else {
		r.settle("certificate/sct", c.sct, "a certificate-transparency log vouches for the certificate")
	}
	return c
}

// logs asks for an entry in a log of the root. What is wrong with an entry is
// said where it was looked at.
func (r *run) logs(known, proven int) {
	optional := (r.v.config.LogOptional || len(r.t.logs) == 0) && r.v.config.Cosignatures == 0
	switch n := len(r.b.entries); {
	case proven > 0:
		r.pass("log", "%d of %d entries proven", proven, n)
	case known > 0:
	case optional:
		r.add("log", NotApplicable, "", "no entry of a log that the trusted root names, and none is asked for")
	case n == 0:
		r.add("log", Unknown, UnprovenOffline, "the bundle carries no log entry")
	default:
		r.add("log", Fail, LogUnknown, "no entry is of a log that the trusted root names")
	}
}

// when says what is known of the time, and whether the certificate was valid
// at each of the times that are proven.
func (r *run) when(c *issued) {
	slices.SortStableFunc(r.times, func(x, y Time) int { return x.At.Compare(y.At) })
	r.Times = r.times
	switch {
	case len(r.times) == 0 && r.b.leaf == nil && r.v.config.TimeOptional:
		r.add("time", NotApplicable, "", "nothing proves when, and nothing asks for it")
		return
	case len(r.times) == 0:
		r.add("time", Unknown, NoTime, "nothing in the bundle proves when it was signed")
		return
	}
	r.pass("time", "no later than %s", stamp(r.times[0].At))
	r.logsInForce()
	if c == nil {
		return
	}
	var err error
	for _, t := range r.times {
		if e := c.by.valid(c.chain, t.At); e != nil {
			err = problemf(CertTime, "%v (by %s)", e, t.Authority)
			break
		}
	}
	r.settle("certificate/time", err, "valid at all times that are proven")
}

// logsInForce checks that the trusted root trusts each log that proves an entry
// at all times that are proven: an inclusion proof says nothing of when it was
// made, and the key of a log that has ended may be in anybody's hands.
func (r *run) logsInForce() {
	for _, l := range r.logged {
		for _, t := range r.times {
			if !within(t.At, l.ValidityPeriodStart, l.ValidityPeriodEnd) {
				r.settle("log/time", problemf(LogTime, "the trusted root does not trust %s at %s, by %s", l.BaseURL, stamp(t.At), t.Authority), "")
				return
			}
		}
	}
}

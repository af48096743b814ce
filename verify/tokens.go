package verify

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/bundle"
	"github.com/release-dossier/dossier/verify/trust"
)

// Codes of tokens with which a forge signs an approval. The first ones are those of
// a [TokenVerifier].
const (
	TokenMalformed  = "token-malformed"
	TokenAlgorithm  = "token-algorithm"
	TokenKeyUnknown = "token-key-unknown"
	TokenSignature  = "token-signature"

	codeTokenIssuer     = "token-issuer"
	codeTokenKey        = "token-key-not-trusted"
	codeTokenKeysTime   = "token-keys-time"
	codeTokenAudience   = "token-audience"
	codeTokenReplayed   = "token-replayed"
	codeTokenStatement  = "token-other-statement"
	codeTokenTime       = "token-time"
	codeTokenAttempt    = "token-attempt"
	codeTokenEvent      = "token-event"
	codeTokenRef        = "token-ref"
	codeTokenWorkflow   = "token-workflow"
	codeTokenRepository = "token-repository"
	codeTokenActor      = "token-actor"
)

const (
	// audiencePrefix and the digest of the approval are the audience of its token.
	audiencePrefix = "dossier:"
	maxForgeToken  = 256 << 10
	// keysAge is by how much the forge's keys may have been fetched before or after
	// the token was issued: they are replaced from time to time.
	keysAge = 24 * time.Hour
)

// TokenAudience is the audience of the token that approves a statement.
func TokenAudience(statement evidence.Digest) string { return audiencePrefix + statement.String() }

// TokenVerifier verifies identity tokens of forges.
type TokenVerifier interface {
	// VerifyToken verifies a material of type [evidence.MediaTypeForgeToken]: that
	// the token is one, and that a key of the set beside it has signed it. Its
	// error is a [*ProofError] with one of the codes above.
	VerifyToken(document []byte) (*ForgeToken, error)
}

// ForgeToken is what a token says, which some key has signed.
type ForgeToken struct {
	// Statement is the approval that the token is given for, as its document says.
	Statement evidence.Digest
	// Key has signed the token, KeysAt is when it was one of the forge's, as the
	// document says.
	Key    evidence.Identity
	KeysAt time.Time
	// The claims.
	Issuer, Audience                                 string
	IssuedAt, Expires                                time.Time
	ActorID, Login, Repository, Workflow, Event, Ref string
	// RepositoryID is the forge's number of the repository, which a rename or a
	// new repository of the same name does not change.
	RepositoryID string
	RefProtected bool
	Attempt      int
	Run          string
}

// voucher is an approval that a forge vouches for.
type voucher struct {
	actor evidence.Identity
	proof Proof
}

// tokens judges all tokens among the materials of statements that count. One that
// several list is judged by the word of all of them: that somebody else lists it
// too takes nothing from it.
func (r *run) tokens() {
	r.vouchers = map[evidence.Digest]voucher{}
	type listed struct {
		blob   bundle.Blob
		inputs []Place
		by     []Signer
	}
	found := map[evidence.Digest]*listed{}
	var order []*listed
	for _, st := range r.statements() {
		for i, m := range st.Links.Materials {
			b, ok := r.d.Blob(m.Digest)
			if m.MediaType != evidence.MediaTypeForgeToken || !ok {
				continue
			}
			t := found[m.Digest]
			if t == nil {
				t = &listed{blob: b, inputs: []Place{at(st.ID, fmt.Sprintf("/predicate/materials/%d", i)), material(m.Digest)}}
				found[m.Digest], order = t, append(order, t)
			}
			t.by = append(t.by, r.countedSigners(st)...)
		}
	}
	for _, t := range order {
		c := Check{
			ID: "signatures/forge-token", Layer: Signatures, Outcome: Pass, Title: asks["signatures/forge-token"],
			Expected: "a token for this approval, of the forge and the workflow that trust names", Inputs: t.inputs,
		}
		v, statement, err := r.token(t.by, t.blob)
		var why *ProofError
		switch {
		case errors.As(err, &why):
			c.Outcome, c.Code, c.Title, c.Found = Warn, why.Code, "A token of a forge does not vouch for an approval", why.Detail
			c.Fix = Fix{Now: "have the approval dispatched again, by the person and from the workflow that trust names; the approval counts without it as its signer's word"}
		case err != nil:
			c.Outcome, c.Why, c.Title, c.Found = Warn, codeNoVerifier, "A token of a forge cannot be judged", err.Error()
		default:
			c.Proof, c.Found = v.proof, fmt.Sprintf("%s, for the approval %s", v.actor, statement)
			if before, ok := r.vouchers[statement]; !ok || before.proof.Grade.rank() < v.proof.Grade.rank() {
				r.vouchers[statement] = v
			}
		}
		r.add(c)
	}
}

var errNoTokens = errors.New("no verifier for tokens was given")

// token judges one token, which the signers list.
func (r *run) token(by []Signer, b bundle.Blob) (v voucher, statement evidence.Digest, err error) {
	if r.o.Tokens == nil || r.o.Trust == nil {
		return v, statement, errNoTokens
	}
	raw, err := r.read(b, maxForgeToken)
	if err != nil {
		return v, statement, &ProofError{Code: TokenMalformed, Detail: err.Error()}
	}
	t, err := r.o.Tokens.VerifyToken(raw)
	if err != nil {
		return v, statement, err
	}
	f, ok := r.o.Trust.At(t.IssuedAt).Forge(t.Issuer)
	if !ok {
		return v, statement, &ProofError{Code: codeTokenIssuer, Detail: fmt.Sprintf("trust names no forge whose issuer is %.200q", t.Issuer)}
	}
	v.actor, v.proof, err = r.keyOf(by, f, t)
	if err != nil {
		return v, statement, err
	}
	approval, err := r.approvalOf(t)
	if err != nil {
		return v, statement, err
	}
	return v, approval.ID, r.approves(f, t, approval, v.actor)
}

// keyOf says how it is known that the key is the forge's: pinned by trust, or by
// the word of those who listed the token with the forge's keys.
func (r *run) keyOf(by []Signer, f trust.Forge, t *ForgeToken) (evidence.Identity, Proof, error) {
	actor, err := evidence.ParseIdentity("account:" + f.Host + ":" + t.ActorID)
	if err != nil || t.ActorID == "" {
		return "", Proof{}, &ProofError{Code: codeTokenActor, Detail: "the token names nobody who started the job (actor_id)"}
	}
	// What is revoked, the newest version says, whatever the token says of its time.
	for id, at := range map[evidence.Identity]*time.Time{t.Key: nil, actor: &t.IssuedAt} {
		if why := r.o.Trust.Revoked(id, at); why != "" {
			return actor, Proof{}, &ProofError{Code: codeTokenKey, Detail: fmt.Sprintf("%s is revoked: %s", id, why)}
		}
	}
	if slices.Contains(f.Keys, t.Key) {
		return actor, Proof{Proven, f.Host + ", for " + string(actor)}, nil
	}
	for _, s := range by {
		if f.KeysFrom == "" || !slices.Contains(s.Roles, f.KeysFrom) {
			continue
		}
		if d := t.KeysAt.Sub(t.IssuedAt); d > keysAge || d < -keysAge {
			return actor, Proof{}, &ProofError{Code: codeTokenKeysTime, Detail: fmt.Sprintf("the keys are of %s, and the token was issued at %s", stampOf(t.KeysAt), stampOf(t.IssuedAt))}
		}
		return actor, Proof{Attested, s.Name()}, nil
	}
	return actor, Proof{}, &ProofError{Code: codeTokenKey, Detail: fmt.Sprintf("trust does not pin %s, and nobody whose word it takes says that it is a key of %s", t.Key, f.Host)}
}

// approvalOf finds the approval that the token's audience is.
func (r *run) approvalOf(t *ForgeToken) (*bundle.Statement, error) {
	digest, ok := strings.CutPrefix(t.Audience, audiencePrefix)
	id, err := evidence.ParseDigest(digest)
	if !ok || err != nil {
		return nil, &ProofError{Code: codeTokenAudience, Detail: fmt.Sprintf("the token is for %.200q: want dossier:sha256:<approval statement>", t.Audience)}
	}
	i := slices.IndexFunc(r.statements(), func(st *bundle.Statement) bool { return st.ID == id })
	if i < 0 {
		return nil, &ProofError{Code: codeTokenReplayed, Detail: fmt.Sprintf("the token is for the statement %s, which is not in this dossier or does not count", id)}
	}
	st := r.statements()[i]
	if _, approval := r.predicates[st.ID].own.(*evidence.Approval); !approval || id != t.Statement {
		return nil, &ProofError{Code: codeTokenStatement, Detail: fmt.Sprintf("the token is for the statement %s, and is given for %s", id, t.Statement)}
	}
	return st, nil
}

// approves asks everything else that makes a token the approval of a person: without
// these, any job that somebody's push starts could approve in their name.
func (r *run) approves(f trust.Forge, t *ForgeToken, st *bundle.Statement, actor evidence.Identity) error {
	repository, number := r.facts.Record.Repository.URI, r.facts.Record.Repository.ID
	approval := r.predicates[st.ID].own.(*evidence.Approval)
	inRelease := sameRepository(f.Host, t.Repository, repository)
	refuse := func(code, format string, args ...any) error {
		return &ProofError{Code: code, Detail: fmt.Sprintf(format, args...)}
	}
	workflows, _, _ := strings.Cut(t.Workflow, "/.github/")
	switch {
	case t.Attempt != 1:
		return refuse(codeTokenAttempt, "the job is attempt %d of its run, which somebody else may have started again: want the first", t.Attempt)
	case t.Event != "workflow_dispatch":
		return refuse(codeTokenEvent, "the job was started by %.80q: want workflow_dispatch, a person's own act", t.Event)
	case !t.RefProtected:
		return refuse(codeTokenRef, "the ref %.200q is not protected: whoever pushes to it writes the workflow", t.Ref)
	case !f.Approves(t.Workflow, repository):
		return refuse(codeTokenWorkflow, "trust names no workflow %.200q that approves releases of %s", t.Workflow, repository)
	case !inRelease && t.Repository != workflows:
		return refuse(codeTokenRepository, "the job ran in %.200q, which is neither the repository of this release nor that of the workflow", t.Repository)
	case inRelease && number != "" && t.RepositoryID != number:
		return refuse(codeTokenRepository, "the job ran in the repository with the number %.40q, and the release is of the repository of that name with the number %.40q", t.RepositoryID, number)
	case strings.HasSuffix(t.Login, "[bot]"):
		return refuse(codeTokenActor, "%s (%.80q), a program, started the job: no person decided", actor, t.Login)
	case !r.same(actor, approval.Approver.ID):
		return refuse(codeTokenActor, "%s (%.80q) started the job, and the approval is by %s", actor, t.Login, approval.Approver.ID)
	}
	return r.tokenTime(t, st, approval)
}

func sameRepository(host, path, address string) bool {
	uri, err := evidence.NormalRepository("https://" + host + "/" + path)
	return err == nil && path != "" && uri == address
}

// tokenTime compares the token's life with what is known of the statement's: the
// token names the statement's digest, so it was issued after the statement was
// written, and the job signs right then.
func (r *run) tokenTime(t *ForgeToken, st *bundle.Statement, a *evidence.Approval) error {
	refuse := func(format string, args ...any) error {
		return &ProofError{Code: codeTokenTime, Detail: fmt.Sprintf(format, args...)}
	}
	begin, end := t.IssuedAt.Add(-ClockSkew), t.Expires.Add(ClockSkew)
	life := fmt.Sprintf("the token is valid from %s to %s", stampOf(t.IssuedAt), stampOf(t.Expires))
	switch {
	case t.IssuedAt.After(r.o.AsOf.Add(ClockSkew)):
		return refuse("%s, which is yet to come", life)
	case a.At.Before(begin) || a.At.After(end):
		return refuse("%s, and the approval says it is of %s", life, stampOf(a.At.Time))
	}
	for _, s := range r.countedSigners(st) {
		if s.NotAfter != nil && s.NotAfter.Before(begin) || s.NotBefore != nil && s.NotBefore.After(end) {
			return refuse("%s, and the approval was signed at another time", life)
		}
	}
	return nil
}

func stampOf(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// vouch lets a forge's word count for a record that names the person as its owner.
func (r *run) vouch(f *RecordFact) {
	v, ok := r.vouchers[f.Statement]
	if !ok || f.Source != SourceOwn || f.Owner == nil || !r.same(v.actor, f.Owner.ID) || v.proof.Grade.rank() <= f.Proof.Grade.rank() {
		return
	}
	f.Proof = v.proof
	f.ByOwner = f.ByOwner || v.proof.Grade == Proven
}

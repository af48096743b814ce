package policy

import (
	"bytes"
	"encoding/json"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/internal/strictjson"
	"github.com/release-dossier/dossier/verify"
)

// InputFormat is the format of the document that own rules judge. A member is
// only ever added under the same format.
const InputFormat = "dossier-input/v1"

// Input is what own rules judge, in CEL here or in Rego elsewhere: what
// verification established, nothing that it did not rely on. Times are RFC 3339
// texts. docs/own-rules.md describes it for people who write rules.
type Input struct {
	Format string        `json:"format"`
	AsOf   evidence.Time `json:"asOf"`
	Gate   verify.Gate   `json:"gate"`
	// Kinds are the kinds of release by the evidence: normal, hotfix, emergency,
	// train, manifest.
	Kinds []string `json:"kinds"`
	// Statement is the release statement's digest, Record its predicate.
	Statement evidence.Digest  `json:"statement"`
	Record    *evidence.Record `json:"record"`
	// Signers signed the release statement.
	Signers []verify.Signer `json:"signers"`
	// Tag is what the tag object says, Commits what the commits say, newest
	// first; Complete is whether none is missing.
	Tag      InputTag      `json:"tag"`
	Commits  []InputCommit `json:"commits"`
	Complete bool          `json:"complete"`
	// Approvals and Records are what other statements say that count and stand.
	Approvals []InputApproval `json:"approvals"`
	Records   []InputRecord   `json:"records"`
	// Compared are the names of artifacts that were given to the verifier.
	Compared []string `json:"compared"`
	// SealedUntil is up to when it is known that nothing is missing; absent
	// without a seal.
	SealedUntil *evidence.Time `json:"sealedUntil,omitempty"`
	// Controls are the outcomes of the controls that were asked, by id.
	Controls map[string]verify.Outcome `json:"controls"`
}

// InputTag is the release tag by its own bytes.
type InputTag struct {
	Name      string   `json:"name"`
	Annotated bool     `json:"annotated"`
	Message   string   `json:"message"`
	Tagger    string   `json:"tagger"`
	Signed    bool     `json:"signed"`
	Signer    string   `json:"signer"`
	Roles     []string `json:"roles"`
}

// InputCommit is one commit by its own bytes.
type InputCommit struct {
	ID          string        `json:"id"`
	Parents     []string      `json:"parents"`
	Author      string        `json:"author"`
	Email       string        `json:"email"`
	CommittedAt evidence.Time `json:"committedAt"`
	Message     string        `json:"message"`
}

// InputApproval is one decision.
type InputApproval struct {
	By       string        `json:"by"`
	Person   string        `json:"person"`
	Decision string        `json:"decision"`
	At       evidence.Time `json:"at"`
	Grade    verify.Grade  `json:"grade"`
}

// InputRecord is one record of another statement.
type InputRecord struct {
	Kind   string             `json:"kind"`
	Record evidence.Predicate `json:"record"`
	Person string             `json:"person"`
	Grade  verify.Grade       `json:"grade"`
	// Statement is the digest of the statement that states it.
	Statement evidence.Digest `json:"statement"`
}

// document gathers the input document.
func (f *Facts) document() Input {
	in := Input{
		Format: InputFormat, AsOf: evidence.At(f.AsOf), Gate: f.Gate, Kinds: []string{},
		Statement: f.Release, Record: f.Record, Signers: append([]verify.Signer{}, f.Signers...), Complete: f.Range.Complete,
		Tag: InputTag{
			Name: f.Record.Tag.Name, Annotated: f.Record.Tag.Type == "tag", Message: f.Tag.Object.Message,
			Tagger: f.Tag.Object.Tagger.Email, Signed: f.Tag.Signature.Valid, Signer: f.Tag.Signature.Person, Roles: append([]string{}, f.Tag.Signature.Roles...),
		},
		Commits: []InputCommit{}, Approvals: []InputApproval{}, Records: []InputRecord{}, Compared: []string{},
		Controls: map[string]verify.Outcome{},
	}
	for _, k := range f.kinds() {
		in.Kinds = append(in.Kinds, map[string]string{kindNormal: "normal", kindHotfix: "hotfix", kindEmergency: "emergency", kindTrain: "train", kindManifest: "manifest"}[k])
	}
	for _, c := range f.Range.Commits {
		x := InputCommit{ID: string(c.ID), Author: c.Author.Name, Email: c.Author.Email, CommittedAt: evidence.At(c.Committer.When), Message: c.Message, Parents: []string{}}
		for _, p := range c.Parents {
			x.Parents = append(x.Parents, string(p))
		}
		in.Commits = append(in.Commits, x)
	}
	for _, a := range f.Approvals {
		if a.Approval != nil {
			in.Approvals = append(in.Approvals, InputApproval{By: string(a.Approver.ID), Person: a.Person, Decision: string(a.Decision), At: a.At, Grade: a.Proof.Grade})
		}
	}
	for i := range f.Records {
		if r := &f.Records[i]; r.Replaced == nil {
			in.Records = append(in.Records, InputRecord{Kind: r.Kind, Record: r.Predicate, Person: r.Person, Grade: r.Proof.Grade, Statement: r.Statement})
		}
	}
	for _, a := range f.Artifacts {
		if a.ComparedWith != "" {
			in.Compared = append(in.Compared, a.Name)
		}
	}
	if f.Seal != nil {
		until := evidence.At(f.Seal.Covers)
		in.SealedUntil = &until
	}
	for r, c := range f.outcomes() {
		if !r.own() { // rules do not judge rules
			in.Controls[r.ID] = c.Outcome
		}
	}
	return in
}

// inputMade is the input document, made once.
type inputMade struct {
	doc map[string]any
	err error
}

// Input returns the input document as rules see it: maps, lists, texts, numbers
// and truth values. A whole number is an int64.
func (f *Facts) Input() (map[string]any, error) {
	m := f.input.get(func() inputMade {
		data, err := strictjson.Marshal(f.document())
		if err != nil {
			return inputMade{err: err}
		}
		doc, err := plainJSON(data)
		return inputMade{doc, err}
	})
	return m.doc, m.err
}

// plainJSON reads JSON so that whole numbers stay whole.
func plainJSON(data []byte) (map[string]any, error) {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	var doc map[string]any
	if err := d.Decode(&doc); err != nil {
		return nil, err
	}
	return wholeNumbers(doc).(map[string]any), nil
}

func wholeNumbers(v any) any {
	switch x := v.(type) {
	case map[string]any:
		for k, item := range x {
			x[k] = wholeNumbers(item)
		}
	case []any:
		for i, item := range x {
			x[i] = wholeNumbers(item)
		}
	case json.Number:
		if n, err := x.Int64(); err == nil {
			return n
		}
		n, _ := x.Float64()
		return n
	}
	return v
}

// InputDocument judges facts by the policy, as [Policy.Judge] does, and returns
// the document that own rules judge, for tools beside this one.
func (p *Policy) InputDocument(facts *verify.Facts) ([]byte, error) {
	f := p.facts(facts)
	if _, prevented := p.prevented(f); !prevented {
		p.judgeAll(f)
	}
	return strictjson.Marshal(f.document())
}

// facts are what controls judge of facts under the policy.
func (p *Policy) facts(facts *verify.Facts) *Facts {
	return &Facts{
		Facts: facts, Params: p.Params, strict: strict(p.Profile),
		known: p.knows, rules: p.rules, judged: make([]*verify.Check, len(p.rules)),
	}
}

package verify

import (
	"encoding/hex"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/bundle"
)

// maxListed bounds how many single findings of one kind are listed; what is
// beyond is counted in one more.
const maxListed = 50

// integrity is layer 1: every blob has the digest and size it is named by, what
// is listed is there, what is there is listed.
func (r *run) integrity() error {
	r.redactions()
	var mismatch, unlisted, packaging []Check
	changed := changedBlobs{named: map[string]bool{}, found: map[evidence.Digest]bool{}}
	for _, p := range r.d.Problems() {
		switch p.Code {
		case bundle.DigestMismatch:
			mismatch = append(mismatch, misnamed(p))
			changed.named[p.Entry] = true
			changed.found[p.Digest] = true
		case bundle.UnlistedEntry:
			c := problem("integrity/closed-world", p, "Something is in the file that belongs to nothing",
				"only what a statement lists")
			c.Fix = stray
			unlisted = append(unlisted, c)
		default:
			packaging = append(packaging, problem("integrity/packaging", p, "The packaging is not as this tool writes it",
				"the canonical packaging of the set"))
		}
	}
	blobs := r.d.Blobs()
	unreadable, others := r.unlisted(blobs, changed)
	if len(unreadable) > 0 {
		unlisted = slices.Concat(unreadable, unlisted) // the cause first
		r.releaseUnreadable()
	}
	unlisted = append(unlisted, others...)
	r.group("integrity/digests", len(blobs), mismatch)
	missing, withheld := r.materials(changed)
	r.group("integrity/materials", len(blobs), missing)
	r.group("integrity/closed-world", len(blobs), unlisted)
	for _, c := range append(withheld, r.redactedNothing()...) {
		r.add(c)
	}
	if len(packaging) > 0 {
		c := packaging[0]
		c.Outcome = Warn
		c.Found = fmt.Sprintf("%s; in all %s", c.Found, count(len(packaging), "difference"))
		c.Fix = Fix{Now: "nothing: the packaging carries no evidence"}
		r.add(c)
	}
	return nil
}

// changedBlobs are entries whose bytes were changed: the names they have, and
// the digests of what is in them now. What else is wrong with them follows.
type changedBlobs struct {
	named map[string]bool
	found map[evidence.Digest]bool
}

// cause is the check that a trouble with a blob follows from, if it was changed.
func (c changedBlobs) cause(is bool) string {
	if is {
		return "integrity/digests"
	}
	return ""
}

// group adds the failures of one kind, or the pass if there are none.
func (r *run) group(id string, blobs int, failures []Check) {
	if len(failures) == 0 {
		r.add(Check{
			ID: id, Layer: Integrity, Outcome: Pass, Title: asks[id],
			Found: fmt.Sprintf("%s, %s", count(len(r.all), "statement"), count(blobs, "other blob")),
			Proof: Proof{Proven, "the file's own bytes"},
		})
		return
	}
	for i, c := range failures {
		if i == maxListed {
			c.Title = fmt.Sprintf("%d more like the one before", len(failures)-i)
			r.add(c)
			return
		}
		r.add(c)
	}
}

func problem(id string, p bundle.Problem, title, expected string) Check {
	return Check{
		ID: id, Layer: Integrity, Outcome: Fail, Code: p.Code, Title: title, Expected: expected,
		Found:  fmt.Sprintf("entry %s: %s", p.Entry, p.Detail),
		Inputs: []Place{{File: p.Entry}},
		Fix:    Fix{Now: "fetch the file again from its sender; if it stays so, it was altered"},
	}
}

// stray is the remedy for a file that computers are known to leave in directories.
var stray = Fix{Now: "delete it if a file manager of yours wrote it (.DS_Store, Thumbs.db); else fetch the file again from its sender"}

// misnamed is the failure of a blob that has not the digest it is named by: its
// bytes were changed, or its name.
func misnamed(p bundle.Problem) Check {
	c := problem("integrity/digests", p, "Bytes were changed", "bytes with the digest they are named by")
	name := path.Base(p.Entry)
	switch _, err := hex.DecodeString(name); {
	case name == p.Digest.Hex():
		c.Title, c.Expected = "A blob is not where it belongs", "entry "+bundle.BlobName(p.Digest)
		c.Found = "entry " + p.Entry + "; the bytes are right"
		c.Fix = Fix{Now: "move it there, or fetch the file again from its sender"}
	case strings.EqualFold(name, p.Digest.Hex()):
		c.Title, c.Expected = "A blob is not named in lower case", "the name "+p.Digest.Hex()
		c.Found = "the name " + name + "; the bytes are right"
		c.Fix = Fix{Now: "rename it to lower case, or fetch the file again from its sender"}
	case err != nil || len(name) != 2*len(p.Digest):
		c.Title, c.Expected = "A file among the blobs is named by no digest", "the digest of its bytes in lower-case hex"
		c.Fix = stray
	}
	return c
}

// unlisted returns a failure for each blob that no statement at all lists, apart
// for those that look like signatures: what the statement lists that cannot be
// read there seems to belong to nothing. What only a statement that does not count
// lists is set aside with it.
func (r *run) unlisted(blobs []bundle.Blob, changed changedBlobs) (unreadable, others []Check) {
	listed := make(map[evidence.Digest]bool, len(blobs))
	for _, st := range r.all {
		for _, m := range st.Links.Materials {
			listed[m.Digest] = true
		}
	}
	for _, b := range blobs {
		if listed[b.Digest] {
			continue
		}
		c := problem("integrity/closed-world",
			bundle.Problem{Code: bundle.UnlistedEntry, Entry: bundle.BlobName(b.Digest), Detail: "no statement lists it"},
			"Something is in the file that belongs to nothing", "only what a statement lists")
		c.FollowsFrom = changed.cause(changed.found[b.Digest])
		err := r.d.Unreadable(b.Digest)
		if err == nil {
			others = append(others, c)
			continue
		}
		c.Title, c.Expected = "A signed statement cannot be read", "a Sigstore bundle of one signature over a statement of a dossier"
		c.Found = fmt.Sprintf("%v, in entry %s", err, bundle.BlobName(b.Digest))
		c.Fix = Fix{Now: "fetch the file again; if it stays so, ask its sender to state it again with a tool that keeps to the format"}
		unreadable = append(unreadable, c)
	}
	return unreadable, others
}

// releaseUnreadable says that a release statement is missing because something in
// the file that looks like a statement cannot be read.
func (r *run) releaseUnreadable() {
	for i := range r.report.Checks {
		if c := &r.report.Checks[i]; c.ID == "order/release" && c.Code == codeNoRelease && c.FollowsFrom == "" {
			c.FollowsFrom = "integrity/closed-world"
		}
	}
}

// materials returns a failure for each material that a counted statement lists
// and that is not there or not of the listed size, and a warning for each that
// is withheld.
func (r *run) materials(changed changedBlobs) (missing, withheld []Check) {
	signatures := r.signatureSizes()
	for _, st := range r.statements() {
		for i, m := range st.Links.Materials {
			c, ok := r.absence(st, i, signatures, changed)
			if ok {
				continue
			}
			if w, named := r.redacted[m.Digest]; named && c.Code == codeMissing && c.FollowsFrom == "" {
				withheld = append(withheld, r.withheld(c, m, w))
				continue
			}
			missing = append(missing, c)
		}
	}
	return append(missing, r.removedKeys(signatures, changed)...), withheld
}

// absence is the failure of the i-th material of st, if it is not there as
// listed.
func (r *run) absence(st *bundle.Statement, i int, signatures map[evidence.Digest]int64, changed changedBlobs) (c Check, ok bool) {
	m := st.Links.Materials[i]
	b, ok := r.d.Blob(m.Digest)
	if !ok {
		// A signature of the dossier may be a material as well.
		b.Size, ok = signatures[m.Digest]
	}
	if ok && b.Size == m.Size {
		return Check{}, true
	}
	c = Check{
		ID: "integrity/materials", Layer: Integrity, Outcome: Fail,
		Code: codeMissing, Title: "A listed document is missing", Found: "no bytes with that digest",
		Expected:    fmt.Sprintf("%s, %s, %s", m.Name, count(m.Size, "byte"), m.Digest),
		Inputs:      []Place{at(st.ID, fmt.Sprintf("/predicate/materials/%d", i)), material(m.Digest)},
		Fix:         Fix{Now: "ask the sender for the whole file"},
		FollowsFrom: changed.cause(changed.named[bundle.BlobName(m.Digest)]),
	}
	if ok {
		c.Code, c.Title, c.Found = "size-mismatch", "A listed document has another size", count(b.Size, "byte")
	}
	return c, false
}

// removedKeys returns a failure for each public key that is gone with which a
// statement brought itself that others built upon. Whoever takes the key away
// makes the signature one of nobody, and a rejection one that does not count.
func (r *run) removedKeys(signatures map[evidence.Digest]int64, changed changedBlobs) []Check {
	seen, err := r.d.Reachable(r.report.Heads)
	if err != nil {
		return nil // order/links tells of what is broken
	}
	var list []Check
	done := map[evidence.Digest]bool{}
	for _, p := range seen {
		st, ok := r.d.Statement(p.Statement)
		if !ok || done[st.ID] || r.counts(st) {
			continue
		}
		done[st.ID] = true
		for i, m := range st.Links.Materials {
			if m.MediaType != evidence.MediaTypePublicKey {
				continue
			}
			if c, ok := r.absence(st, i, signatures, changed); !ok {
				c.Title = "The key of a statement that others built upon is missing"
				list = append(list, c)
			}
		}
	}
	return list
}

// signatureSizes returns the sizes of all signatures by their digests.
func (r *run) signatureSizes() map[evidence.Digest]int64 {
	sizes := map[evidence.Digest]int64{}
	for _, st := range r.all {
		for _, sig := range st.Signatures {
			sizes[sig.ID] = sig.Blob().Size
		}
	}
	return sizes
}

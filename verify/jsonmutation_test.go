package verify_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/release-dossier/dossier/evidence/bundle"
	"github.com/release-dossier/dossier/internal/testrelease"
	"github.com/release-dossier/dossier/verify"
)

// edit is one change of a JSON text: what to do at which value.
type edit struct{ at, do string }

// write encodes v with the edit made.
func (e edit) write(b *strings.Builder, v any, at string) {
	if at == e.at && e.do == "retype" {
		v = retyped(v)
	}
	switch v := v.(type) {
	case map[string]any:
		b.WriteByte('{')
		e.members(b, v, at)
		b.WriteByte('}')
	case []any:
		b.WriteByte('[')
		e.elements(b, v, at)
		b.WriteByte(']')
	default:
		text, _ := json.Marshal(v) // a scalar that was decoded
		b.Write(text)
	}
}

func (e edit) members(b *strings.Builder, v map[string]any, at string) {
	sep := ""
	for _, name := range slices.Sorted(maps.Keys(v)) {
		for range e.copies(at + "/" + name) {
			fmt.Fprintf(b, "%s%q:", sep, name)
			e.write(b, v[name], at+"/"+name)
			sep = ","
		}
	}
}

func (e edit) elements(b *strings.Builder, v []any, at string) {
	sep := ""
	for i, x := range v {
		for range e.copies(fmt.Sprint(at, "/", i)) {
			b.WriteString(sep)
			e.write(b, x, fmt.Sprint(at, "/", i))
			sep = ","
		}
	}
}

func (e edit) copies(at string) int {
	switch {
	case at == e.at && e.do == "delete":
		return 0
	case at == e.at && e.do == "duplicate":
		return 2
	}
	return 1
}

func retyped(v any) any {
	switch v := v.(type) {
	case string:
		return []any{v}
	case map[string]any:
		return []any{v}
	case []any:
		return map[string]any{"0": v}
	}
	return fmt.Sprint(v)
}

// edits returns every edit of every value within v.
func edits(v any, at string) []edit {
	var list []edit
	if at != "" {
		for _, do := range []string{"delete", "duplicate", "retype"} {
			list = append(list, edit{at, do})
		}
	}
	switch v := v.(type) {
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(v)) {
			list = append(list, edits(v[name], at+"/"+name)...)
		}
	case []any:
		for i, x := range v {
			list = append(list, edits(x, fmt.Sprint(at, "/", i))...)
		}
	}
	return list
}

func parsed(t *testing.T, text []byte) map[string]any {
	t.Helper()
	var v map[string]any
	if err := json.Unmarshal(text, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

// mutants returns all edits of a Sigstore bundle and of the statement in it,
// none of them signed again.
func mutants(t *testing.T, raw []byte, st *bundle.Statement) map[edit][]byte {
	t.Helper()
	out := map[edit][]byte{}
	whole := parsed(t, raw)
	for _, e := range edits(whole, "") {
		var b strings.Builder
		e.write(&b, whole, "")
		out[e] = []byte(b.String())
	}
	statement := parsed(t, st.Payload)
	for _, e := range edits(statement, "") {
		var payload, b strings.Builder
		e.write(&payload, statement, "")
		whole["dsseEnvelope"].(map[string]any)["payload"] = base64.StdEncoding.EncodeToString([]byte(payload.String()))
		edit{}.write(&b, whole, "")
		out[edit{"payload:" + e.at, e.do}] = []byte(b.String())
	}
	return out
}

// TestJSONMutations edits every value of every bundle and statement and puts
// the result in place of the original under its own digest, as an attacker who
// knows the format would. Nothing is accepted, but for a signature that says
// less of its key and still verifies: then all that counts is as before, and
// who expects the exact state sees it.
func TestJSONMutations(t *testing.T) {
	c := newCast(t)
	e, o := c.expect(t), c.options(t, "solo")
	before := judge(t, c.approved, e, o)
	exact := o
	exact.ExactState = before.State
	judged := 0
	for _, st := range c.approved.Statements() {
		sig := st.Signatures[0]
		for what, raw := range mutants(t, testrelease.Bytes(t, sig.Blob()), st) {
			d := testrelease.Without(t, c.approved, sig.ID)
			if _, err := d.AddSignature(raw); err != nil {
				d.AddBlob(bundle.BytesBlob(raw)) // what an opened file has it as
			}
			judged++
			if r := judge(t, d, e, exact); r.Verdict == verify.Accepted {
				t.Errorf("%s %s: accepted as the exact state", what.do, what.at)
			}
			r := judge(t, d, e, o)
			if r.Verdict == verify.Accepted && !slices.Equal(said(r), said(before)) {
				t.Errorf("%s %s: accepted with another meaning", what.do, what.at)
			}
		}
	}
	if judged < 300 {
		t.Errorf("only %d mutants", judged)
	}
	t.Logf("%d mutants", judged)
}

// said lists which statements count and by whom they are signed.
func said(r *verify.Report) []string {
	var list []string
	for _, s := range r.Signers {
		if s.Allowed {
			list = append(list, s.Statement.String()+" "+string(s.Identity))
		}
	}
	return list
}

// TestStrippedHint is the one mutant that may pass: the hint is outside of what
// is signed.
func TestStrippedHint(t *testing.T) {
	c := newCast(t)
	e, o := c.expect(t), c.options(t, "solo")
	sig := signatureOf(t, c.approved, false)
	v := parsed(t, testrelease.Bytes(t, sig.Blob()))
	delete(v["verificationMaterial"].(map[string]any)["publicKey"].(map[string]any), "hint")
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	d := testrelease.Without(t, c.approved, sig.ID)
	testrelease.AddRaw(t, d, raw)
	before, after := judge(t, c.approved, e, o), judge(t, d, e, o)
	if after.Verdict != verify.Accepted || !slices.Equal(said(before), said(after)) {
		t.Errorf("verdict %s, %v", after.Verdict, said(after))
	}
	if *after.State == *before.State || after.Heads[0].Statement != before.Heads[0].Statement {
		t.Error("the state does not tell the two signatures apart")
	}
}

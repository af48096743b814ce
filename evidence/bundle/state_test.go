package bundle_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/release-dossier/dossier/attest"
	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/bundle"
)

func all(bundle.Pair) bool { return true }

// stateByHand is R8 of the rules of format, written down a second time.
func stateByHand(lines ...string) string {
	slices.Sort(lines)
	sum := sha256.Sum256([]byte("dossier-state/v1\n" + strings.Join(lines, "")))
	return hex.EncodeToString(sum[:])
}

func TestState(t *testing.T) {
	sbom := []byte("sbom") // listed, and not added: a withheld blob changes nothing
	r := newRecord(withMaterials(sbom, []byte("m")))
	d := bundle.New()
	st := add(t, d, signRecord(t, keySigner(t, 1), r))
	one := st.Signatures[0].ID
	root := []bundle.Pair{{Statement: st.ID, Signature: one}}
	add(t, d, signRecord(t, keySigner(t, 2), r)) // a co-signature that nobody pins
	approval := add(t, d, signApproval(t, keySigner(t, 3), "a1", st.ID, root))

	rootLines := []string{
		"statement " + st.ID.Hex() + "\n",
		"signature " + st.ID.Hex() + " " + one.Hex() + "\n",
		fmt.Sprintf("material %s 4\n", evidence.Sum(sbom).Hex()),
		fmt.Sprintf("material %s 1\n", evidence.Sum([]byte("m")).Hex()),
	}
	approvalLines := append(slices.Clone(rootLines),
		"statement "+approval.ID.Hex()+"\n",
		"signature "+approval.ID.Hex()+" "+approval.Signatures[0].ID.Hex()+"\n")
	tests := []struct {
		name  string
		heads []bundle.Pair
		want  string
	}{
		{"nothing", nil, stateByHand()},
		{"release", root, stateByHand(rootLines...)},
		{"release twice", append(root, root...), stateByHand(rootLines...)},
		{"approval", []bundle.Pair{{Statement: approval.ID, Signature: approval.Signatures[0].ID}}, stateByHand(approvalLines...)},
	}
	every := d.States(d.Heads(all))
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got, err := every.Of(tt.heads); err != nil || got.Hex() != tt.want {
				t.Errorf("among others: got %s, %v, want %s", got, err, tt.want)
			}
			got, err := d.State(tt.heads)
			if err != nil || got.Hex() != tt.want {
				t.Errorf("got %s, %v, want %s", got.Hex(), err, tt.want)
			}
		})
	}
}

// TestCoSignedHeads shows that a signature is a head until a statement that
// counts pins it.
func TestCoSignedHeads(t *testing.T) {
	d := bundle.New()
	add(t, d, signRecord(t, keySigner(t, 1), newRecord()))
	st := add(t, d, signRecord(t, keySigner(t, 2), newRecord()))
	both := []bundle.Pair{{Statement: st.ID, Signature: st.Signatures[0].ID}, {Statement: st.ID, Signature: st.Signatures[1].ID}}
	if got := d.Heads(all); !slices.Equal(got, both) {
		t.Errorf("got %v, want both signatures", got)
	}
	approval := add(t, d, signApproval(t, keySigner(t, 3), "a1", st.ID, both[:1]))
	head := bundle.Pair{Statement: approval.ID, Signature: approval.Signatures[0].ID}
	want := []bundle.Pair{both[1], head}
	slices.SortFunc(want, func(a, b bundle.Pair) int { return a.Statement.Compare(b.Statement) })
	if got := d.Heads(all); !slices.Equal(got, want) {
		t.Errorf("got %v, want the approval and the signature nobody pinned", got)
	}
	ours := func(p bundle.Pair) bool { return p.Statement == st.ID }
	if got := d.Heads(ours); !slices.Equal(got, both) {
		t.Errorf("got %v: what does not count took away a head", got)
	}
}

func TestBrokenLinks(t *testing.T) {
	d := bundle.New()
	st := add(t, d, signRecord(t, keySigner(t, 1), newRecord()))
	nobody := evidence.Sum([]byte("nobody"))
	tests := map[string]bundle.Pair{
		"no statement":      {Statement: nobody, Signature: st.Signatures[0].ID},
		"no such signature": {Statement: st.ID, Signature: nobody},
	}
	for name, parent := range tests {
		t.Run(name, func(t *testing.T) {
			a := add(t, d, signApproval(t, keySigner(t, 2), name, st.ID, []bundle.Pair{parent}))
			heads := []bundle.Pair{{Statement: a.ID, Signature: a.Signatures[0].ID}}
			if _, err := d.Reachable(heads); !errors.Is(err, bundle.ErrBrokenLink) {
				t.Errorf("got %v, want ErrBrokenLink", err)
			}
			if _, err := d.State(heads); !errors.Is(err, bundle.ErrBrokenLink) {
				t.Errorf("got %v, want ErrBrokenLink", err)
			}
		})
	}
}

// noSigner writes bundles whose signature is no signature: the set does not
// ask, and ten thousand real ones take long.
type noSigner struct{}

func (noSigner) Sign(context.Context, []byte) (attest.Signed, error) {
	return attest.Signed{Signature: []byte("none"), Hint: "nobody"}, nil
}

// TestLongChain walks a chain of as many statements as are allowed, each the
// parent of the next.
func TestLongChain(t *testing.T) {
	if testing.Short() {
		t.Skip("writes 10,000 statements")
	}
	d := bundle.New()
	st := add(t, d, signRecord(t, noSigner{}, newRecord()))
	root, head := st.ID, bundle.Pair{Statement: st.ID, Signature: st.Signatures[0].ID}
	for i := range 9_999 {
		st = add(t, d, signApproval(t, noSigner{}, fmt.Sprint(i), root, []bundle.Pair{head}))
		head = bundle.Pair{Statement: st.ID, Signature: st.Signatures[0].ID}
	}
	if got := d.Heads(all); !slices.Equal(got, []bundle.Pair{head}) {
		t.Errorf("got %d heads, want the last statement", len(got))
	}
	pairs, err := d.Reachable([]bundle.Pair{head})
	if err != nil || len(pairs) != 10_000 {
		t.Errorf("reached %d, %v", len(pairs), err)
	}
	if _, err := d.AddSignature(signApproval(t, noSigner{}, "one more", root, []bundle.Pair{head})); err == nil {
		t.Error("the limit of 10,000 statements does not hold")
	}
	packed := pack(t, d)
	if got := openBytes(t, packed); len(got.Statements()) != 10_000 || len(got.Problems()) != 0 {
		t.Errorf("opened %d statements, %d problems", len(got.Statements()), len(got.Problems()))
	}
}

// TestManySignatures adds thousands of signatures of one statement.
func TestManySignatures(t *testing.T) {
	payload := sign(t, noSigner{}, newRecord().Subjects(), evidence.RecordType, newRecord())
	d := bundle.New()
	for i := range 3_000 {
		raw := strings.Replace(string(payload), "nobody", fmt.Sprintf("nobody%d", i), 1)
		add(t, d, []byte(raw))
	}
	sigs := d.Statements()[0].Signatures
	sorted := slices.IsSortedFunc(sigs, func(a, b *bundle.Signature) int { return a.ID.Compare(b.ID) })
	if len(sigs) != 3_000 || !sorted {
		t.Errorf("%d signatures, sorted: %v", len(sigs), sorted)
	}
}

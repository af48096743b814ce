package interchange_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/release-dossier/dossier/attest"
	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/evidence/bundle"
	"github.com/release-dossier/dossier/evidence/interchange"
	"github.com/release-dossier/dossier/evidence/provenance"
	"github.com/release-dossier/dossier/internal/testrelease"
)

func payload(i int) []byte {
	return fmt.Appendf(nil, `{"_type":"https://in-toto.io/Statement/v1","subject":[{"name":"a","digest":{"sha256":"%s"}}],"predicateType":"https://example.com/t/v1","predicate":{"n":%d}}`,
		evidence.Sum([]byte("a")).Hex(), i)
}

func signer(t testing.TB) *attest.KeySigner {
	t.Helper()
	private, _, err := attest.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	s, err := attest.LoadSigner(private, nil)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func sign(t testing.TB, s attest.Signer, payload []byte) []byte {
	t.Helper()
	raw, err := attest.Sign(context.Background(), s, payload)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// envelope is the DSSE envelope in a Sigstore bundle.
func envelope(t testing.TB, raw []byte) []byte {
	t.Helper()
	var b struct {
		Envelope json.RawMessage `json:"dsseEnvelope"`
	}
	if err := json.Unmarshal(raw, &b); err != nil {
		t.Fatal(err)
	}
	return b.Envelope
}

func TestRead(t *testing.T) {
	s := signer(t)
	a, b := string(sign(t, s, payload(1))), string(sign(t, s, payload(2)))
	env := string(envelope(t, []byte(a)))
	pretty := strings.Replace(a, "{", "{\n", 1)
	tests := []struct {
		name, in string
		want     []string // bytes of the entries
		numbers  []int
		err      string
	}{
		{"lines", a + "\n" + b + "\n", []string{a, b}, []int{1, 2}, ""},
		{"no end of line", a + "\n" + b, []string{a, b}, []int{1, 2}, ""},
		{"one line", a, []string{a}, []int{1}, ""},
		{"empty lines and CRLF", "\n" + a + "\r\n\r\n" + env + "\r\n", []string{a, env}, []int{2, 4}, ""},
		{"the same twice", a + "\n" + a + "\n", []string{a, a}, []int{1, 2}, ""},
		{"one document on several lines", pretty, []string{pretty}, []int{1}, ""},
		{"list of npm", `{"attestations":[{"bundle":` + a + `},{"bundle":` + b + `}]}`, []string{a, b}, []int{1, 2}, ""},
		{"bare statement", string(payload(1)), []string{string(payload(1))}, []int{1}, ""},
		{"empty", "", nil, nil, "empty"},
		{"white space", " \n\n", nil, nil, "empty"},
		{"not JSON", "hello\n", nil, nil, "invalid"},
		{"cut off", a + "\n" + b[:len(b)/2], nil, nil, "line 2: "},
		{"a line of something else", a + "\n{}\n", nil, nil, "line 2: neither a Sigstore bundle"},
		{"duplicate member", a + "\n" + strings.Replace(b, `{"`, `{"mediaType":"x","`, 1) + "\n", nil, nil, "line 2: "},
		{"not UTF-8", a + "\n\xff\n", nil, nil, "line 2: "},
		{"too many", strings.Repeat(a+"\n", 6), nil, nil, "line 6: more than 5 statements"},
		{"too large", strings.Repeat(" ", 1<<20) + a, nil, nil, "more than 524288 bytes"},
		{"deep", strings.Repeat("[", 10000) + "\n", nil, nil, "deep"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := interchange.Read(strings.NewReader(tt.in), interchange.Limits{Bytes: 1 << 19, Lines: 5})
			if tt.err != "" {
				if err == nil || !strings.Contains(err.Error(), tt.err) {
					t.Errorf("got %v, want %q", err, tt.err)
				}
				return
			}
			if err != nil || len(got) != len(tt.want) {
				t.Fatalf("%d lines, %v", len(got), err)
			}
			for i, l := range got {
				if string(l.Raw) != tt.want[i] || l.Number != tt.numbers[i] {
					t.Errorf("entry %d is line %d, %.40q", i, l.Number, l.Raw)
				}
			}
		})
	}
}

// TestRoundTrip: what is written as Sigstore bundles is read as the same set,
// byte for byte, whatever white space is in a bundle; line breaks are refused.
func TestRoundTrip(t *testing.T) {
	s := signer(t)
	rapid.Check(t, func(rt *rapid.T) {
		var items []interchange.Item
		broken := false
		for i := range rapid.IntRange(1, 5).Draw(rt, "items") {
			space := rapid.SampledFrom([]string{"", " ", "\t ", "\n", "\r"}).Draw(rt, "space")
			broken = broken || strings.ContainsAny(space, "\r\n")
			e, err := provenance.ReadEntry([]byte(strings.Replace(string(sign(t, s, payload(i))), "{", "{"+space, 1)))
			if err != nil {
				rt.Fatal(err)
			}
			items = append(items, interchange.Item{Name: "x", Entry: e})
		}
		var out bytes.Buffer
		_, err := interchange.Write(&out, interchange.Sigstore, items)
		var lineBreak *interchange.LineBreakError
		if broken {
			if !errors.As(err, &lineBreak) || out.Len() > 0 {
				rt.Fatalf("got %v and %d bytes", err, out.Len())
			}
			return
		}
		if err != nil {
			rt.Fatal(err)
		}
		back, err := interchange.Read(&out, interchange.Limits{})
		if err != nil || len(back) != len(items) {
			rt.Fatalf("%d of %d, %v", len(back), len(items), err)
		}
		for i, l := range back {
			if evidence.Sum(l.Raw) != items[i].ID() {
				rt.Fatalf("entry %d has other bytes", i)
			}
		}
	})
}

func TestWriteInToto(t *testing.T) {
	s := signer(t)
	raw := sign(t, s, payload(1))
	var items []interchange.Item
	for _, r := range [][]byte{raw, envelope(t, raw), payload(2)} {
		e, err := provenance.ReadEntry(r)
		if err != nil {
			t.Fatal(err)
		}
		items = append(items, interchange.Item{Name: "x", Entry: e})
	}
	items[0].Bundle.Chain, items[0].Bundle.Timestamps = [][]byte{{1}}, [][]byte{{1}, {2}}
	var out bytes.Buffer
	dropped, err := interchange.Write(&out, interchange.InToto, items)
	if err != nil || dropped != (interchange.Dropped{Certificates: 1, Timestamps: 2, Unsigned: 1}) {
		t.Errorf("dropped %+v, %v", dropped, err)
	}
	back, err := interchange.Read(&out, interchange.Limits{})
	if err != nil || len(back) != 2 {
		t.Fatal(len(back), err)
	}
	for _, l := range back {
		if l.Kind != provenance.Envelope || !bytes.Equal(l.Payload, payload(1)) || !bytes.Equal(l.Bundle.Signature, items[0].Bundle.Signature) {
			t.Errorf("line %d is %s", l.Number, l.Kind)
		}
	}
	out.Reset()
	dropped, err = interchange.Write(&out, interchange.Sigstore, items)
	if err != nil || dropped != (interchange.Dropped{Envelopes: 1, Unsigned: 1}) {
		t.Errorf("dropped %+v, %v", dropped, err)
	}
}

func TestParseFormat(t *testing.T) {
	if f, err := interchange.ParseFormat("intoto"); f != interchange.InToto || err != nil {
		t.Error(f, err)
	}
	if _, err := interchange.ParseFormat("in-toto"); err == nil {
		t.Error("an unknown format was taken")
	}
}

// TestDossier takes the statements out of a dossier and says what they are to
// it and to another.
func TestDossier(t *testing.T) {
	w := testrelease.New(t)
	d := w.Create(t)
	release, _ := testrelease.Release(t, d)
	approved := testrelease.Copy(t, d)
	approval := sign(t, w.Signer, testrelease.Approval(t, d, w.Signer, nil))
	testrelease.AddRaw(t, approved, approval)
	foreign := sign(t, w.Signer, payload(1))

	items, missing, err := interchange.Items(approved)
	if err != nil || len(missing) > 0 {
		t.Fatal(missing, err)
	}
	var names []string
	for _, it := range items {
		names = append(names, it.Name)
	}
	if len(items) != 3 || names[0] != "signature of statement "+release.ID.Short() || !strings.HasPrefix(names[2], "provenance/") {
		t.Fatalf("items %q", names)
	}
	var out bytes.Buffer
	if _, err := interchange.Write(&out, interchange.Sigstore, items); err != nil {
		t.Fatal(err)
	}
	lines, err := interchange.Read(strings.NewReader(out.String()+string(foreign)+"\n"+string(foreign)+"\n"+string(envelope(t, approval))), interchange.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name                string
		d                   *bundle.Dossier
		release             evidence.Digest
		lines               []interchange.Line
		own, foreign, known int
		err                 string
	}{
		{"where they came from", approved, release.ID, lines, 0, 1, 5, ""},
		{"before the approval", d, release.ID, lines[:5], 1, 1, 3, ""},
		{"another release", d, evidence.Sum([]byte("x")), lines, 0, 0, 0, "line 1: it belongs to the dossier of another release"},
		{"an approval without its bundle", d, release.ID, lines[5:], 0, 0, 0, "line 6: a statement of this release without its Sigstore bundle"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := interchange.Sort(tt.d, tt.release, tt.lines)
			if tt.err != "" {
				if err == nil || !strings.Contains(err.Error(), tt.err) {
					t.Errorf("got %v, want %q", err, tt.err)
				}
				return
			}
			if err != nil || len(got.Own) != tt.own || len(got.Foreign) != tt.foreign || len(got.Known) != tt.known {
				t.Errorf("%d own, %d foreign, %d known, %v", len(got.Own), len(got.Foreign), len(got.Known), err)
			}
		})
	}
}

func FuzzRead(f *testing.F) {
	s := signer(f)
	a := sign(f, s, payload(1))
	f.Add(append(append(bytes.Clone(a), '\n'), envelope(f, a)...))
	f.Add([]byte(`{"attestations":[{"bundle":{}}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		lines, err := interchange.Read(bytes.NewReader(data), interchange.Limits{Bytes: 1 << 16, Lines: 50})
		if err != nil {
			return
		}
		var items []interchange.Item
		for _, l := range lines {
			items = append(items, interchange.Item{Name: "x", Entry: l.Entry})
		}
		for _, format := range []interchange.Format{interchange.Sigstore, interchange.InToto} {
			var out bytes.Buffer
			dropped, err := interchange.Write(&out, format, items)
			if err != nil {
				continue // a line break
			}
			back, err := interchange.Read(&out, interchange.Limits{})
			if want := len(items) - dropped.Envelopes - dropped.Unsigned; want > 0 && (err != nil || len(back) != want) {
				t.Fatalf("%s: %d of %d, %v", format, len(back), want, err)
			}
		}
	})
}

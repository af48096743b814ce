package gitobj

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const (
	idA  = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	idB  = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
	id64 = idA + "aaaaaaaaaaaaaaaaaaaaaaaa"
)

const tagHead = "object " + idA + "\ntype commit\ntag v1.0.0\ntagger Ann <ann@example.org> 1700000000 +0100\n"

func TestParseTag(t *testing.T) {
	sig := "-----BEGIN SSH SIGNATURE-----\nAAAA\n-----END SSH SIGNATURE-----\n"
	other := "gpgsig-sha256 -----BEGIN PGP SIGNATURE-----\n \n other\n -----END PGP SIGNATURE-----\n"
	body := tagHead + other + "\nRelease one\n\nReviewed-by: Bob\n" + sig
	got, err := ParseTag([]byte(body))
	if err != nil {
		t.Fatal(err)
	}
	when := got.Tagger.When
	if want := time.Unix(1700000000, 0); !when.Equal(want) || when.Format("-0700") != "+0100" {
		t.Errorf("When = %v, want %v at +0100", when, want)
	}
	got.Tagger.When = time.Time{}
	want := Tag{
		Object: idA, Type: TypeCommit, Name: "v1.0.0",
		Tagger:    Person{Name: "Ann", Email: "ann@example.org"},
		Message:   "Release one\n\nReviewed-by: Bob\n",
		Trailers:  []Trailer{{"Reviewed-by", "Bob"}},
		Signature: []byte(sig),
		Payload:   []byte(tagHead + "\nRelease one\n\nReviewed-by: Bob\n"),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("ParseTag (-want +got):\n%s", diff)
	}
}

// A message may imitate a signature; only the last beginning counts.
func TestParseTagTakesLastSignature(t *testing.T) {
	fake := "-----BEGIN PGP SIGNATURE-----\nfake\n-----END PGP SIGNATURE-----\n"
	sig := "-----BEGIN SIGNED MESSAGE-----\nreal\n-----END SIGNED MESSAGE-----\n"
	got, err := ParseTag([]byte(tagHead + "\nx\n" + fake + " -----BEGIN PGP SIGNATURE-----\n" + sig))
	if err != nil {
		t.Fatal(err)
	}
	if string(got.Signature) != sig || !strings.Contains(got.Message, "fake") {
		t.Errorf("signature %q, message %q", got.Signature, got.Message)
	}
}

func TestParseTagRefuses(t *testing.T) {
	head := func(lines ...string) string { return strings.Join(lines, "\n") + "\n\nm\n" }
	object, typ, tag := "object "+idA, "type commit", "tag v1"
	tagger := "tagger A <a@b> 1 +0000"
	for name, body := range map[string]string{
		"empty":            "",
		"two objects":      head(object, "object "+idB, typ, tag, tagger),
		"late object":      head(object, typ, tag, tagger, "object "+idB),
		"two taggers":      head(object, typ, tag, tagger, tagger),
		"order":            head(typ, object, tag, tagger),
		"no type":          head(object, tag, tagger),
		"unknown type":     head(object, "type thing", tag, tagger),
		"unknown header":   head(object, typ, tag, tagger, "extra x"),
		"short id":         head("object abc", typ, tag, tagger),
		"upper-case id":    head("object "+strings.ToUpper(idA), typ, tag, tagger),
		"folded object":    head(object, " x", typ, tag, tagger),
		"NUL":              head(object, typ, tag, tagger) + "\x00hidden\n",
		"control in name":  head(object, typ, "tag v1\x1b[2J", tagger),
		"empty name":       head(object, typ, "tag ", tagger),
		"two addresses":    head(object, typ, tag, "tagger A <a@b> <c@d> 1 +0000"),
		"no address":       head(object, typ, tag, "tagger A 1 +0000"),
		"cut off":          object + "\n" + typ + "\n" + tag,
		"two signatures":   head(object, typ, tag, tagger, "gpgsig a", "gpgsig b"),
		"begins folded":    head(" x", object, typ, tag, tagger),
		"too large":        head(object, typ, tag, tagger) + strings.Repeat("x", MaxText),
		"header w/o value": head("object", typ, tag, tagger),
	} {
		if got, err := ParseTag([]byte(body)); err == nil {
			t.Errorf("%s: ParseTag = %+v, want an error", name, got)
		}
	}
}

func TestParseCommit(t *testing.T) {
	before := "tree " + idA + "\nparent " + idB + "\nparent " + idA +
		"\nauthor Ann <ann@example.org> 1700000000 +0100\ncommitter Bob <bob@example.org> 1700000001 -0230\n"
	merge := "mergetag object " + idA + "\n type commit\n \n text\n"
	sig := "gpgsig -----BEGIN PGP SIGNATURE-----\n \n abc\n -----END PGP SIGNATURE-----\n"
	other := "gpgsig-sha256 x\n y\n"
	message := "\ntitle\n\nbody\n\nCo-authored-by: Cy <cy@example.org>\n(cherry picked from commit " + idB + ")\n"
	c, err := ParseCommit([]byte(before + merge + sig + other + message))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before+merge+message, string(c.Payload)); diff != "" {
		t.Errorf("payload (-want +got):\n%s", diff)
	}
	if want := "-----BEGIN PGP SIGNATURE-----\n\nabc\n-----END PGP SIGNATURE-----\n"; string(c.Signature) != want {
		t.Errorf("signature = %q, want %q", c.Signature, want)
	}
	wantTrailers := []Trailer{{"Co-authored-by", "Cy <cy@example.org>"}}
	if diff := cmp.Diff(wantTrailers, c.Trailers); diff != "" {
		t.Errorf("trailers (-want +got):\n%s", diff)
	}
	if c.Tree != idA || len(c.Parents) != 2 || c.Parents[0] != idB || c.Author.Name != "Ann" || c.Committer.Email != "bob@example.org" {
		t.Errorf("ParseCommit = %+v", c)
	}
	if _, offset := c.Committer.When.Zone(); offset != -(2*60+30)*60 {
		t.Errorf("committer offset = %d", offset)
	}
}

func TestParseCommitRefuses(t *testing.T) {
	tree, parent := "tree "+idA+"\n", "parent "+idB+"\n"
	author, committer := "author A <a@b> 1 +0000\n", "committer A <a@b> 1 +0000\n"
	for name, body := range map[string]string{
		"two trees":         tree + tree + author + committer,
		"late parent":       tree + author + committer + parent,
		"parent after":      tree + author + parent + committer,
		"two authors":       tree + author + author + committer,
		"late author":       tree + author + committer + "encoding x\n" + author,
		"no committer":      tree + author,
		"mixed formats":     tree + "parent " + id64 + "\n" + author + committer,
		"two signatures":    tree + author + committer + "gpgsig a\ngpgsig b\n",
		"unsigned header":   tree + author + committer + "gpgsigx a\n",
		"too many parents":  tree + strings.Repeat(parent, maxParents+1) + author + committer,
		"too many headers":  tree + author + committer + strings.Repeat("x y\n", maxFields),
		"NUL in the header": tree + "author A\x00 <a@b> 1 +0000\n" + committer,
	} {
		if _, err := ParseCommit([]byte(body + "\nm\n")); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestParsePersonTimes(t *testing.T) {
	for in, want := range map[string]string{
		"A <a> 1700000000 +0100":             "2023-11-14T23:13:20+01:00",
		"A <a> 1700000000 +051800":           "2023-11-14T22:13:20Z",
		"A <a> 1700000000":                   "2023-11-14T22:13:20Z",
		"A <a> 1700000000 +9999":             "2023-11-14T22:13:20Z",
		"A <a>":                              "0001-01-01T00:00:00Z",
		"A <a> -5 +0000":                     "0001-01-01T00:00:00Z",
		"A <a> 99999999999999999999 +0000":   "0001-01-01T00:00:00Z",
		"A <a> 253402300800 +0000":           "0001-01-01T00:00:00Z",
		"  A  B  <a@b> 0 -0800":              "1969-12-31T16:00:00-08:00",
		"<> 1 +0000":                         "1970-01-01T00:00:01Z",
		"Jürgen Groß <j@example.org> 1 +000": "1970-01-01T00:00:01Z",
	} {
		p, err := parsePerson(in)
		if err != nil || p.When.Format(time.RFC3339) != want {
			t.Errorf("parsePerson(%q) = %v, %v, want %s", in, p.When.Format(time.RFC3339), err, want)
		}
	}
}

func TestParseTree(t *testing.T) {
	entry := func(mode, name string) string { return mode + " " + name + "\x00" + strings.Repeat("\xaa", 20) }
	good := entry("100644", "a.b") + entry("40000", "a") + entry("120000", "b") + entry("160000", "c")
	got, err := ParseTree(SHA1, []byte(good))
	if err != nil || len(got) != 4 || got[1] != (TreeEntry{ModeDir, "a", idA}) {
		t.Errorf("ParseTree = %v, %v", got, err)
	}
	for name, body := range map[string]string{
		"order":       entry("100644", "b") + entry("100644", "a"),
		"twice":       entry("100644", "a") + entry("100644", "a"),
		"file, dir":   entry("100644", "a") + entry("100644", "a.b") + entry("40000", "a"),
		"dot dot":     entry("40000", ".."),
		"git":         entry("40000", ".GIT"),
		"slash":       entry("100644", "a/b"),
		"no name":     entry("100644", ""),
		"zero padded": entry("040000", "a"),
		"mode":        entry("777", "a"),
		"cut off":     entry("100644", "a")[:20],
		"no NUL":      "100644 a",
		"no space":    "100644",
	} {
		if _, err := ParseTree(SHA1, []byte(body)); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if _, err := ParseTree("md5", nil); err == nil {
		t.Error("unknown format: no error")
	}
}

// A megabyte of lines of one kind must not take quadratic time: this test would
// not end.
func TestTrailersAreLinear(t *testing.T) {
	for _, s := range []string{" x\n", "#\n", "x\n", "\n", " "} {
		if got := ParseTrailers("t\n\nA: b\n" + strings.Repeat(s, MaxText/len(s))); len(got) > 1 {
			t.Errorf("%q repeated: %d trailers", s, len(got))
		}
	}
	if got := ParseTrailers("t\n\n" + strings.Repeat("A: b\n", maxTrailers+5)); len(got) != maxTrailers {
		t.Errorf("%d trailers, want at most %d", len(got), maxTrailers)
	}
}

func TestTrailers(t *testing.T) {
	for _, tt := range []struct {
		message string
		want    string
	}{
		{"A: b\n", ""},
		{"t\n\nA: b\n", "A=b;"},
		{"t\n\nA: b\nnot a trailer\n", ""},
		{"t\n\nfree text\nSigned-off-by: x\n", "Signed-off-by=x;"},
		{"t\n\nA: b\n  c\nD: e\n\n\n", "A=b c;D=e;"},
		{"t\n\nA: b\n\nlast words\n", ""},
		{"t\r\n\r\nA: b\r\n", "A=b;"},
		{"\n\nt\nA: b", ""},
		{"", ""},
	} {
		var got string
		for _, tr := range ParseTrailers(tt.message) {
			got += fmt.Sprintf("%s=%s;", tr.Key, tr.Value)
		}
		if got != tt.want {
			t.Errorf("ParseTrailers(%q) = %q, want %q", tt.message, got, tt.want)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(tagHead + "\nm\n-----BEGIN SSH SIGNATURE-----\n"))
	f.Add([]byte("tree " + idA + "\nauthor A <a> 1 +0000\ncommitter A <a> 1 +0000\ngpgsig a\n b\n\nm\n\nA: b\n c\n"))
	f.Add([]byte("40000 a\x00" + strings.Repeat("a", 20)))
	f.Fuzz(func(t *testing.T, body []byte) {
		if tag, err := ParseTag(body); err == nil {
			if n := len(tag.Payload) + len(tag.Signature); n > len(body) || !strings.HasSuffix(string(body), string(tag.Signature)) {
				t.Errorf("payload and signature are no parts of the tag")
			}
			if len(tag.Signature) > 0 && !beginsSignature(tag.Signature) {
				t.Errorf("signature %q", tag.Signature)
			}
		}
		if c, err := ParseCommit(body); err == nil {
			if again, err := ParseCommit(c.Payload); err != nil || !cmp.Equal(again.Payload, c.Payload) || again.Signature != nil {
				t.Errorf("the payload is no unsigned commit: %v", err)
			}
		}
		for _, format := range []Format{SHA1, SHA256} {
			_, _ = ParseTree(format, body)
		}
	})
}

package gitobj

import (
	"encoding/base64"
	"errors"
	"strings"
	"testing"
)

func TestParseID(t *testing.T) {
	for _, tt := range []struct {
		in   string
		want Format // "" is an error
	}{
		{strings.Repeat("a1", 20), SHA1},
		{strings.Repeat("0f", 32), SHA256},
		{strings.Repeat("A1", 20), ""},
		{strings.Repeat("a1", 20)[:39], ""},
		{strings.Repeat("0", 40), ""},
		{strings.Repeat("0", 64), ""},
		{strings.Repeat("g", 40), ""},
		{"", ""},
		{"HEAD", ""},
	} {
		id, f, err := ParseID(tt.in)
		if f != tt.want || (err != nil) != (tt.want == "") {
			t.Errorf("ParseID(%q) = %q, %q, %v, want format %q", tt.in, id, f, err, tt.want)
		}
		if err == nil && (string(id) != tt.in || id.Format() != f) {
			t.Errorf("ParseID(%q) = %q with Format %q", tt.in, id, id.Format())
		}
	}
}

// The ids of the empty blob and tree are constants of git.
func TestHash(t *testing.T) {
	for _, tt := range []struct {
		f    Format
		t    Type
		want ID
	}{
		{SHA1, TypeBlob, "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"},
		{SHA1, TypeTree, "4b825dc642cb6eb9a060e54bf8d69288fbee4904"},
		{SHA256, TypeBlob, "473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813"},
		{SHA256, TypeTree, "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321"},
		{"md5", TypeTree, ""},
		{SHA1, "thing", ""},
	} {
		got, err := Hash(tt.f, tt.t, nil)
		if got != tt.want || (err != nil) != (tt.want == "") {
			t.Errorf("Hash(%s, %s) = %q, %v, want %q", tt.f, tt.t, got, err, tt.want)
		}
	}
}

// shattered is the beginning of the first of the two PDF files that share one
// SHA-1 (shattered.io). Its collision needs the file to begin with it, so it
// is hashed without git's prefix here.
const shattered = `
JVBERi0xLjMKJeLjz9MKCgoxIDAgb2JqCjw8L1dpZHRoIDIgMCBSL0hlaWdodCAzIDAgUi9UeXBl
IDQgMCBSL1N1YnR5cGUgNSAwIFIvRmlsdGVyIDYgMCBSL0NvbG9yU3BhY2UgNyAwIFIvTGVuZ3Ro
IDggMCBSL0JpdHNQZXJDb21wb25lbnQgOD4+CnN0cmVhbQr/2P/+ACRTSEEtMSBpcyBkZWFkISEh
ISGFL+wJIzl1nDmxocY8TJfh//4Bc0bckWa2fhGPApq2IbJWD/nKZ8yox/hbqEx5AwwrPeIY+G2z
qQkB1d9FwU8m/t+z3DjpasIv571yjw5FvOBG0jxXD+sUE5i7VS71oKgr4zH+pIA3uLXXHw4zLt+T
rDUA603cDezBqGR5DHgsdiFWYN0wl5HQa9CvP5jNpLxGKbE=
`

func TestCollisionIsDetected(t *testing.T) {
	data, err := base64.StdEncoding.DecodeString(strings.ReplaceAll(shattered, "\n", ""))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := sumSHA1(data, nil); !errors.Is(err, ErrCollision) {
		t.Errorf("sumSHA1 = %v, want ErrCollision", err)
	}
	if _, err := sumSHA1(data[1:], nil); err != nil {
		t.Errorf("sumSHA1 of harmless bytes = %v", err)
	}
}

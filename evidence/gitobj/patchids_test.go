package gitobj

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestPatchIDs(t *testing.T) {
	list := []PatchID{{Commit: idA, Patch: idB}, {Commit: idB, Patch: idA, Reverse: idB}}
	var file bytes.Buffer
	if err := WritePatchIDs(&file, SHA1, list); err != nil {
		t.Fatal(err)
	}
	want := "dossier patch-ids v1 sha1\n" + idA + " " + idB + "\n" + idB + " " + idA + " " + idB + "\nend 2\n"
	if diff := cmp.Diff(want, file.String()); diff != "" {
		t.Errorf("list (-want +got):\n%s", diff)
	}
	got, err := ReadPatchIDs(strings.NewReader(want), SHA1)
	if diff := cmp.Diff(list, got); diff != "" || err != nil {
		t.Errorf("ReadPatchIDs: %v\n%s", err, diff)
	}
	if p, ok := FindPatchID(got, idB); !ok || p.Reverse != idB {
		t.Errorf("FindPatchID = %v, %v", p, ok)
	}
	if _, ok := FindPatchID(got, ID(strings.Repeat("c", 40))); ok {
		t.Error("FindPatchID finds what is not there")
	}
	if err := WritePatchIDs(&file, SHA1, []PatchID{list[1], list[0]}); err == nil {
		t.Error("wrong order: no error")
	}
}

func TestPatchIDsThatAreNone(t *testing.T) {
	const head = "dossier patch-ids v1 sha1\n"
	for name, text := range map[string]string{
		"empty":        "",
		"other format": "dossier patch-ids v1 sha256\nend 0\n",
		"cut off":      head + idA + " " + idB + "\n",
		"one id":       head + idA + "\nend 1\n",
		"two spaces":   head + idA + "  " + idB + "\nend 1\n",
		"final space":  head + idA + " " + idB + " \nend 1\n",
		"four ids":     head + strings.Repeat(idA+" ", 3) + idB + "\nend 1\n",
		"upper case":   head + strings.ToUpper(idA) + " " + idB + "\nend 1\n",
		"repeated":     head + strings.Repeat(idA+" "+idB+"\n", 2) + "end 2\n",
		"long id":      head + idA + " " + idB + strings.Repeat("b", 24) + "\nend 1\n",
		"wrong count":  head + "end 1\n",
		"rest":         head + "end 0\n\n",
		"long line":    head + strings.Repeat("a", 1000) + "\nend 1\n",
	} {
		if _, err := ReadPatchIDs(strings.NewReader(text), SHA1); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func FuzzReadPatchIDs(f *testing.F) {
	f.Add("dossier patch-ids v1 sha1\n" + idA + " " + idB + "\n" + idB + " " + idA + " " + idB + "\nend 2\n")
	f.Fuzz(func(t *testing.T, text string) {
		list, err := ReadPatchIDs(strings.NewReader(text), SHA1)
		if err != nil {
			return
		}
		var again bytes.Buffer
		if err := WritePatchIDs(&again, SHA1, list); err != nil || again.String() != text {
			t.Errorf("%q was written as %q, %v", text, again.String(), err)
		}
	})
}

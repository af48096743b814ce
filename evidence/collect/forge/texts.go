package forge

import (
	"encoding/hex"
	"fmt"
	"io"
	"slices"

	"github.com/release-dossier/dossier/evidence"
	"github.com/release-dossier/dossier/internal/strictjson"
)

// Text is the free text of a change: title, description, and the messages of
// its commits and of its merge commit.
type Text struct {
	Title, Body string
	Commits     []string
}

// Texts is the free text of all changes as a material of its own, so that it
// can be withheld, or one line of it shown, apart from everything else (rules
// of format, R2). Its lines are JSON, sorted as the changes are:
//
//	{"change":"12","salt":"...","title":"...","description":"..."}
//
// A change's digest is that of its line without the line's end.
type Texts struct {
	Forge string
	// Lines are without their ends.
	Lines [][]byte
}

// textLine is one change in the material. The salt keeps the digest of a short
// title from giving it away.
type textLine struct {
	Change      string `json:"change"`
	Salt        string `json:"salt"`
	Title       string `json:"title"`
	Description string `json:"description"`
}

// newTexts writes the changes' texts and sets their digests. The salts have
// nothing to do with that of the answers, which may be at hand when the texts
// are withheld.
func newTexts(forge string, random io.Reader, changes []Change) (*Texts, error) {
	if len(changes) == 0 {
		return nil, nil
	}
	t := &Texts{Forge: forge}
	for i := range changes {
		ch := &changes[i]
		var salt [SaltSize]byte
		if _, err := io.ReadFull(random, salt[:]); err != nil {
			return nil, fmt.Errorf("no salt for the changes' texts: %w", err)
		}
		line, err := strictjson.Marshal(textLine{ch.ID, hex.EncodeToString(salt[:]), ch.Free.Title, ch.Free.Body})
		if err != nil {
			return nil, err
		}
		digest := evidence.Sum(line)
		ch.Text = &digest
		t.Lines = append(t.Lines, line)
	}
	return t, nil
}

// Write writes the material.
func (t *Texts) Write(w io.Writer) error {
	for _, line := range t.Lines {
		if _, err := w.Write(append(slices.Clone(line), '\n')); err != nil {
			return err
		}
	}
	return nil
}

// name is the material's name.
func (t *Texts) name() string { return "forge/" + t.Forge + "-texts.jsonl" }

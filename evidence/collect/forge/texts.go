package forge

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"

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

// newTexts writes the changes' texts and sets their digests. Each salt comes
// from that of the answers, so that the same recording gives the same texts.
func newTexts(forge string, salt [SaltSize]byte, changes []Change) (*Texts, error) {
	if len(changes) == 0 {
		return nil, nil
	}
	t := &Texts{Forge: forge}
	for i := range changes {
		ch := &changes[i]
		mac := hmac.New(sha256.New, salt[:])
		mac.Write([]byte("change-text " + ch.ID))
		line, err := strictjson.Marshal(textLine{ch.ID, hex.EncodeToString(mac.Sum(nil)), ch.Free.Title, ch.Free.Body})
		if err != nil {
			return nil, err
		}
		digest := evidence.Sum(line)
		ch.Text = &digest
		t.Lines = append(t.Lines, line)
	}
	return t, nil
}

// Material returns the material's bytes and its entry for a statement.
func (t *Texts) Material() (evidence.Material, []byte) {
	data := append(bytes.Join(t.Lines, []byte("\n")), '\n')
	return evidence.Material{
		Name: "forge/" + t.Forge + "-texts.jsonl", MediaType: evidence.MediaTypeChangeTexts,
		Digest: evidence.Sum(data), Size: int64(len(data)),
	}, data
}

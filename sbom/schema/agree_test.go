package schema

import (
	"encoding/json"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestAgreesOnMadeValues judges values that were made for each schema and for
// each definition.
func TestAgreesOnMadeValues(t *testing.T) {
	rounds := 100
	if testing.Short() {
		rounds = 30
	}
	valid, invalid := 0, 0
	for i, p := range pairs() {
		rounds := rounds
		if strings.HasPrefix(p.name, spdx3File) {
			rounds /= 10 // it has more definitions than all others together
		}
		for round := range rounds {
			g := &generator{rand.New(rand.NewPCG(uint64(i), uint64(round))), []int{0, 5, 50}[round%3]}
			if p.agree(t, g.value(p.ours, 6)) {
				valid++
			} else {
				invalid++
			}
		}
	}
	t.Logf("%d valid, %d invalid values", valid, invalid)
	if valid < 20*rounds || invalid < 20*rounds {
		t.Errorf("only %d valid and %d invalid values", valid, invalid)
	}
}

// TestAgreesOnChangedDocuments changes valid documents step by step.
func TestAgreesOnChangedDocuments(t *testing.T) {
	rounds := 400
	if testing.Short() {
		rounds = 20
	}
	for i, file := range documentSchemas {
		p := newPair(t, file, "")
		rounds := rounds
		if file == spdx3File {
			rounds /= 10
		}
		for round := range rounds {
			g := &generator{rand.New(rand.NewPCG(uint64(i), uint64(round))), 0}
			v := g.value(p.ours, 7)
			for range 8 {
				v = g.mutate(v)
				p.agree(t, v)
			}
		}
	}
}

// TestAgreesOnTheCorpus judges third-party documents, and each changed in
// many ways.
func TestAgreesOnTheCorpus(t *testing.T) {
	root := os.Getenv("DOSSIER_CORPUS")
	if root == "" {
		t.Skip("DOSSIER_CORPUS is not set: the third-party documents are not read")
	}
	n := 0
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".json") {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if p, ok := pairFor(t, text); ok {
			agreeOnChanges(t, p, text)
			n++
		}
		return nil
	})
	if err != nil || n < 70 {
		t.Errorf("%d documents, %v", n, err)
	}
	t.Logf("%d documents", n)
}

// pairFor returns the schema for a document.
func pairFor(t *testing.T, text []byte) (pair, bool) {
	var claims struct {
		SpecVersion, SpdxVersion string
		Context                  string `json:"@context"`
	}
	if json.Unmarshal(text, &claims) != nil {
		return pair{}, false
	}
	file := "bom-" + claims.SpecVersion + ".schema.json"
	switch {
	case claims.SpdxVersion != "":
		file = "spdx-" + strings.TrimPrefix(claims.SpdxVersion, "SPDX-") + ".schema.json"
	case strings.Contains(claims.Context, "spdx.org/rdf/3.0.1"):
		file = spdx3File
	}
	if !slices.Contains(documentSchemas, file) {
		return pair{}, false
	}
	return newPair(t, file, ""), true
}

func agreeOnChanges(t *testing.T, p pair, text []byte) {
	t.Helper()
	rounds := 40
	if len(text) > 1<<17 || testing.Short() {
		rounds = 2
	}
	for round := range rounds {
		v, ok := decode(text)
		if !ok {
			return
		}
		p.agree(t, v)
		g := &generator{rand.New(rand.NewPCG(uint64(len(text)), uint64(round))), 0}
		for range 5 {
			v = g.mutate(v)
			p.agree(t, v)
		}
	}
}

// TestAgreesOnFormats judges text that is nearly of a format.
func TestAgreesOnFormats(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		seed := rapid.SampledFrom(samples).Draw(t, "seed")
		cut := rapid.IntRange(0, len(seed)).Draw(t, "cut")
		insert := rapid.StringOfN(rapid.RuneFrom([]rune("0129:+-.TtZz/%[]\\ é#")), 0, 4, -1).Draw(t, "insert")
		skip := rapid.IntRange(0, len(seed)-cut).Draw(t, "skip")
		agreeOnFormats(t, seed[:cut]+insert+seed[cut+skip:])
	})
}

func FuzzSchemaAgrees(f *testing.F) {
	for i, p := range pairs() {
		g := &generator{rand.New(rand.NewPCG(uint64(i), 1)), 2}
		f.Add(uint16(i), []byte(encoded(g.value(p.ours, 5))))
	}
	f.Fuzz(func(t *testing.T, i uint16, text []byte) {
		if v, ok := decode(text); ok {
			pairs()[int(i)%len(pairs())].agree(t, v)
		}
	})
}

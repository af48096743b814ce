package evidence_test

import (
	"strings"
	"testing"

	"github.com/release-dossier/dossier/evidence"
)

func TestCheckWritten(t *testing.T) {
	for text, bad := range map[string]bool{
		"production": false, "two\nlines\tand a tab\r\n": false, "żółć \u200d": false,
		"a\x1b[31mb": true, "a\x00": true, "a\u0085": true, "\u202eproduction": true, "\u2067": true, "\x7f": true,
	} {
		p := &evidence.Promotion{Environment: "staging", Targets: []string{"a", text}}
		err := evidence.CheckWritten(p)
		if (err != nil) != bad || bad && !strings.Contains(err.Error(), "/targets/1") {
			t.Errorf("%q: %v", text, err)
		}
	}
}

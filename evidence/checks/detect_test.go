package checks

import (
	"strings"
	"testing"
)

func TestDetect(t *testing.T) {
	tests := []struct {
		name, in string
		want     Format
	}{
		{"JUnit", "<?xml version='1.0'?><!-- c --><testsuites/>", JUnit},
		{"JUnit with document type", "<!DOCTYPE x><testsuite/>", JUnit},
		{"Cobertura", `<coverage line-rate="1">`, Cobertura},
		{"Clover", `<coverage generated="1">`, ""},
		{"other XML", `<html>`, ""},
		{"SARIF by schema", `{"$schema":"https://json.schemastore.org/sarif-2.1.0.json"`, SARIF},
		{"SARIF by runs, cut", `{"version":"2.1.0","runs":[{"tool":`, SARIF},
		{"CycloneDX with mark", "\ufeff" + bomHead, CycloneDX},
		{"OpenVEX", vexHead, OpenVEX},
		{"statement after predicate", `{"predicate":{},"predicateType":"` + testResultType + `"}`, TestStatement},
		{"vulns", stmHead + `"predicateType":"` + vulnsTypeV02 + `"`, VulnStatement},
		{"other statement", stmHead + `"predicateType":"x"}`, ""},
		{"go test", `{"Time":"x","Action":"start"}`, GoTest},
		{"go test after other lines", "go: downloading\n{\"Action\":\"start\"}", GoTest},
		{"profile", "mode: set\n", CoverProfile},
		{"LCOV", "SF:a\n", LCOV},
		{"empty", "", ""},
		{"text", "hello", ""},
		{"UTF-16", "\xff\xfe<\x00", ""},
		{"array", `[{"Action":"start"}]`, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := Detect([]byte(tt.in)); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestReadRefuses(t *testing.T) {
	tests := []struct{ name, in, check, want string }{
		{"findings for tests", oneRun("", ""), "unit-test", "sarif holds findings"},
		{"not recognised", "hello", "lint", "the format is not recognised"},
		{"empty", "", "sast", "the file is empty"},
		{"place", `{"version":1,"$schema":"sarif"}`, "sast", "sarif: at /version"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := Read(strings.NewReader(tt.in), Options{Check: tt.check}); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}

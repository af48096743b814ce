package http_test

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	httprec "github.com/release-dossier/dossier/evidence/collect/http"
)

var update = flag.Bool("update", false, "write what the mappings make of the fixtures")

type builtinTest struct {
	id         string
	routes     map[string]string
	parameters map[string]string
	include    []string
	ticket     string
}

func builtinTests() []builtinTest {
	production := map[string]string{"application": "payments", "namespace": "payments", "environment": "production"}
	with := func(name, value string) map[string]string {
		m := map[string]string{name: value}
		for k, v := range production {
			if _, ok := m[k]; !ok && (k != "application" || name != "selector") {
				m[k] = v
			}
		}
		return m
	}
	approvals := []string{"approvals"}
	return []builtinTest{
		{id: "jira-cloud", include: approvals, ticket: "PAY-1201", routes: map[string]string{
			"/rest/api/3/issue/PAY-1201?fields=issuetype%2Cstatus%2Cresolution%2Cassignee%2Creporter%2Ccreated%2Cupdated%2Cresolutiondate%2Cproject%2Cpriority": "jira-cloud/issue.json",
			"/rest/api/3/issue/PAY-1201/changelog?maxResults=100":           "jira-cloud/changelog-1.json",
			"/rest/api/3/issue/PAY-1201/changelog?maxResults=100&startAt=2": "jira-cloud/changelog-2.json",
			"/rest/servicedeskapi/request/PAY-1201/approval?limit=100":      "jira-cloud/approval.json",
		}},
		{id: "jira-data-center", include: approvals, ticket: "PAY-1201", routes: map[string]string{
			"/rest/api/2/issue/PAY-1201?fields=issuetype%2Cstatus%2Cresolution%2Cassignee%2Creporter%2Ccreated%2Cupdated%2Cresolutiondate%2Cpriority&expand=changelog": "jira-data-center/issue.json",
			"/rest/servicedeskapi/request/PAY-1201/approval?limit=100": "jira-data-center/approval.json",
		}},
		{id: "servicenow-change", ticket: "CHG0030042", routes: map[string]string{
			"/api/now/table/change_request?sysparm_query=number%3DCHG0030042&sysparm_fields=number%2Csys_id%2Ctype%2Cstate%2Capproval%2Crisk%2Cstart_date%2Cend_date%2Cwork_start%2Cwork_end%2Crequested_by%2Cassigned_to%2Copened_at%2Cclosed_at%2Cclose_code&sysparm_display_value=all&sysparm_exclude_reference_link=true&sysparm_limit=2": "servicenow-change/change.json",
			"/api/now/table/sysapproval_approver?sysparm_query=sysapproval.number%3DCHG0030042%5EORDERBYsys_created_on&sysparm_fields=sys_id%2Cstate%2Capprover%2Capprover.internal_integration_user%2Csysapproval%2Csys_created_on%2Csys_updated_on&sysparm_display_value=all&sysparm_exclude_reference_link=true&sysparm_limit=200":         "servicenow-change/approvals.json",
		}},
		{id: "argocd", parameters: map[string]string{"application": "payments", "environment": "production"}, routes: map[string]string{
			"/api/v1/applications/payments": "argocd/application.json",
		}},
		{id: "flux-kustomization", parameters: with("namespace", "flux-system"), routes: map[string]string{
			"/apis/kustomize.toolkit.fluxcd.io/v1/namespaces/flux-system/kustomizations/payments": "flux-kustomization/kustomization.json",
		}},
		{id: "flux-helmrelease", parameters: production, routes: map[string]string{
			"/apis/helm.toolkit.fluxcd.io/v2/namespaces/payments/helmreleases/payments": "flux-helmrelease/helmrelease.json",
		}},
		{id: "kubernetes", parameters: with("selector", "app.kubernetes.io/name=payments"), routes: map[string]string{
			"/api/v1/namespaces/payments/pods?labelSelector=app.kubernetes.io%2Fname%3Dpayments&limit=200":                                                         "kubernetes/pods-1.json",
			"/api/v1/namespaces/payments/pods?continue=eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6OTE4MzAwfQ&labelSelector=app.kubernetes.io%2Fname%3Dpayments&limit=200": "kubernetes/pods-2.json",
		}},
	}
}

func (tt builtinTest) source(t *testing.T, base string) httprec.Source {
	return httprec.Source{
		Mapping: builtin(t, tt.id), Base: base, Parameters: tt.parameters, Include: tt.include,
		Credential: httprec.Credential{Variable: "USER_TOKEN"},
	}
}

func (tt builtinTest) targets() httprec.Targets {
	return httprec.Targets{Tickets: []string{tt.ticket}}
}

func collectBuiltin(t *testing.T, tt builtinTest, base string) *httprec.Result {
	t.Helper()
	got, err := httprec.Collect(t.Context(), tt.source(t, base), tt.targets(), options())
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// TestBuiltin compares what each mapping makes of its fixture with
// testdata/<id>/want.json, and replays it from the material alone.
func TestBuiltin(t *testing.T) {
	ids, err := httprec.BuiltinIDs()
	if err != nil || len(ids) != len(builtinTests()) {
		t.Errorf("%d mappings, %d tests, %v", len(ids), len(builtinTests()), err)
	}
	for _, tt := range builtinTests() {
		t.Run(tt.id, func(t *testing.T) {
			server := system(t, tt.routes)
			got := collectBuiltin(t, tt, server.URL)
			golden(t, tt.id, server.URL, got)
			checkAnswers(t, got, len(tt.routes))
			server.Close()
			checkReplay(t, tt.source(t, server.URL), tt.targets(), got)
		})
	}
}

func golden(t *testing.T, id, base string, got *httprec.Result) {
	t.Helper()
	data, err := json.MarshalIndent(map[string]any{"records": got.Records, "unknown": got.Unknown}, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	text := strings.ReplaceAll(string(data), base, "{{base}}") + "\n"
	name := filepath.Join("testdata", id, "want.json")
	if *update {
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), text); diff != "" {
		t.Errorf("records (-want +got):\n%s", diff)
	}
}

func checkAnswers(t *testing.T, got *httprec.Result, want int) {
	t.Helper()
	if len(got.Answers) != want {
		t.Errorf("%d answers, want %d", len(got.Answers), want)
	}
	for _, a := range got.Answers {
		if !a.Complete || a.Failure != "" || a.Note != "" || !a.RetrievedAt.Equal(now) || a.Status != 200 {
			t.Errorf("answer %+v is not whole", a)
		}
	}
}

// checkReplay collects again from the material and wants the same bytes.
func checkReplay(t *testing.T, source httprec.Source, targets httprec.Targets, got *httprec.Result) {
	t.Helper()
	material, data, ok, err := got.Material()
	if err != nil || !ok || material.Validate() != nil {
		t.Fatalf("material %+v, %t, %v", material, ok, err)
	}
	noSecret(t, "the material", string(data))
	recorded, err := httprec.ReadRecorded(strings.NewReader(string(data)), 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	o := options()
	o.Transport, o.Random, o.Environ = recorded, nil, nil
	again, err := httprec.Collect(t.Context(), source, targets, o)
	if err != nil {
		t.Fatal(err)
	}
	if _, data2, _, err := again.Material(); err != nil || string(data2) != string(data) {
		t.Errorf("the material differs after a replay (%v)", err)
	}
	if diff := cmp.Diff(got.Records, again.Records); diff != "" {
		t.Errorf("records after a replay (-first +second):\n%s", diff)
	}
}

// TestPersonalData looks for names and mail addresses in the records.
func TestPersonalData(t *testing.T) {
	files, err := filepath.Glob("testdata/*/want.json")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, word := range []string{"@fintech.example", "Lena", "Ana Ruiz", "Automation"} {
			if strings.Contains(string(data), word) {
				t.Errorf("%s holds %q, which belongs into the material only", f, word)
			}
		}
	}
}

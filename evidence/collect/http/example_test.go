package http_test

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"time"

	httprec "github.com/release-dossier/dossier/evidence/collect/http"
)

func ExampleCollect() {
	jira := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if r.Header.Get("Authorization") != "Bearer example-token" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		fmt.Fprint(w, `{"key": "PAY-7", "fields": {"status": {"name": "Approved"}}}`)
	}))
	defer jira.Close()

	mapping, err := httprec.ParseMapping("tickets.yaml", []byte(`
id: tickets
version: 1
title: the state of a ticket
credential: { scheme: Bearer }
variables: { ticket: "PAY-[0-9]+" }
requests:
  - name: issue
    path: /rest/api/2/issue/{ticket}
    query: { fields: "status,assignee" }
    records:
      - kind: ticket
        fields:
          /id: { from: /key, required: true }
          /state: { from: /fields/status/name }
          /owner/id: { from: /fields/assignee/key, as: account }
`))
	if err != nil {
		log.Fatal(err)
	}
	result, err := httprec.Collect(context.Background(),
		httprec.Source{Mapping: mapping, Base: jira.URL, Credential: httprec.Credential{Variable: "JIRA_TOKEN"}},
		httprec.Targets{Tickets: []string{"PAY-7"}},
		httprec.Options{Environ: map[string]string{"JIRA_TOKEN": "example-token"}, Now: time.Now})
	if err != nil {
		log.Fatal(err)
	}
	for _, r := range result.Records {
		fmt.Println(r.Basis, r.Kind, r.ID, r.Fields["state"])
	}
	for _, u := range result.Unknown {
		fmt.Println("unknown:", u.ID, u.Field, u.From, u.Why)
	}
	// Output:
	// fetched ticket PAY-7 Approved
	// unknown: PAY-7 /owner/id /fields/assignee/key is not there
}

func ExampleCollect_referenceOnly() {
	mapping, err := httprec.Builtin("jira-cloud")
	if err != nil {
		log.Fatal(err)
	}
	result, err := httprec.Collect(context.Background(),
		httprec.Source{Mapping: mapping, Base: "https://fintech.atlassian.net", ReferenceOnly: true},
		httprec.Targets{Tickets: []string{"PAY-7"}}, httprec.Options{Now: time.Now})
	if err != nil {
		log.Fatal(err)
	}
	r := result.Records[0]
	fmt.Println(r.Basis, r.ID, r.Fields["uri"])
	// Output: referenced-only PAY-7 https://fintech.atlassian.net/browse/PAY-7
}

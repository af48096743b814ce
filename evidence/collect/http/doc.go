// Package http records facts from systems that have no collector of their own:
// ticket systems, deployment tools, clusters. It asks with GET, keeps every
// answer as it came, and maps the JSON to records by a [Mapping], which is data.
//
// The package is named after its folder, and files of it import net/http under
// the same name; a caller that needs both renames this one, for example to
// httprec.
//
// # What becomes a record
//
// A mapping selects values by RFC 6901 pointers. What a pointer does not lead
// to is unknown, never empty: the record lacks the field and [Result.Unknown]
// says why. A value of the wrong type, a word that the mapping does not list or
// a time in another form is unknown as well. Only where a mapping says
// "optional", because the system's documentation says that it leaves the member
// out, is absence a fact.
//
// A record holds what one system knows, in the members of the evidence types;
// [Record.Into] fills these. What a ticket system says of a decision is a
// "signoff" and never the approver's own approval (rules of format, R18). Where
// the system gives no time of an event, its time is an interval.
//
// A control that needs no more than an id is served without asking anybody:
// with [Source.ReferenceOnly] the records hold the id and [ReferencedOnly] as
// their basis. Nothing about the ticket is then known, not even that it exists.
//
// [System] makes these records the facts of a release record, as a source for
// package collect: tickets with their log and approvals, deployments and
// workloads. Accounts whose kind the system does not tell are unspecified, and
// so nobody's until a verifier's trust document lists them. What failed, what no
// answer gave and what nobody was asked is listed as unread, with the controls
// that it leaves unknown.
//
// # What is kept
//
// [Result.Material] returns all answers as one salted document: address, time,
// status, retriever, completeness and the exact bytes. Free text and e-mail
// addresses stay there and are not mapped; where a configuration withholds them
// ("emails", "comments"), they are cut out and make a document of their own.
// [ReadRecorded] turns the document into a transport that answers the same
// requests, for air-gapped use and tests.
//
// # Credentials
//
// A credential is named by its environment variable and taken from the map that
// the caller passes in. It is sent in one header, over https or to the own
// machine only, and never to another host or to what is not below the base
// address. An answer that repeats it is not kept, and no error shows it.
package http

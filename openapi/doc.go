// Package openapi is the one way in for programs. A module registers an
// operation with one line: method, path, permission, summary, handler. From that
// line come the route, the permission check, the decoding and checking of the
// input, the transaction, and the entry in the published document, so that none
// of them can be forgotten and none can drift from the others.
//
// # The gate
//
// A request passes, in this order: a request id, the bearer credential, the
// permission (403 before a byte of the body is decoded), decoding and checking
// against the very schema that the document publishes (422 with every refused
// field), one unit of work for the caller's party, the handler, the commit, the
// answer. Every refusal is a fault and leaves as application/problem+json.
//
// # Inputs
//
// An input is a struct. Fields tagged path, query or header come from there; a
// field named Body is the JSON body, or the raw body when it is an Upload. Tags
// say the rest: required, min, max, minlen, maxlen, enum, pattern, format, doc,
// example, default. On slices minlen and maxlen count the elements and all other
// tags speak of one element. Body fields are required unless they are pointers
// or omitempty; unknown fields and unknown query parameters are refused.
//
// A type with a wire form of its own says its schema through Schema or OpenAPI
// (see Schemer and Describer).
//
// # Answers
//
// The answer's type is the schema. An answer with ETag() string is sent with its
// tag and honours If-None-Match; PUT, PATCH and DELETE must name the version
// they change in If-Match. Every acting POST carries an Idempotency-Key and is
// done once. Every act can be tried: with Dry-Run: true it is done, answered and
// taken back. A File is written inside a read-only snapshot and sent whole.
package openapi

SHELL := /bin/bash
.DEFAULT_GOAL := help
DIST := web/assets/dist/manifest.json
TEMPL := go tool -modfile=tools/templ/go.mod templ

help: ## what there is to do
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 24

demo: machine $(DIST) ## run the demonstration: Kingsmere, its agencies, ten weeks of shifts
	@mkdir -p bin && go build -o bin/wardbridge ./cmd/wardbridge
	@exec ./bin/wardbridge demo $(ARGS)

test: machine $(DIST) ## every test: unit, database and browser
	@scripts/test

bench: machine $(DIST) ## measures against a raw limit of the same run
	@go run ./cmd/bench

verify: generate lint verify-fast ## what a change must pass before its tests
	@git diff --exit-code --stat

verify-fast: $(DIST) ## vet and the tests of the house itself, in seconds
	@test -z "$$(gofmt -l cmd internal migrations modules openapi rbac tenants web)" || { gofmt -l cmd internal migrations modules openapi rbac tenants web; exit 1; }
	@go vet ./...
	@go test ./internal/housetest

generate: ## templates and golden files
	@$(TEMPL) generate -path web >/dev/null
	@gofmt -w web

lint: ## golangci-lint, pinned
	@go tool -modfile=tools/golangci-lint/go.mod golangci-lint run ./...

machine:
	@scripts/machine

$(DIST): web/package-lock.json $(wildcard web/scss/*.scss web/js/*.js web/build.mjs web/images/*)
	@cd web && npm ci --no-audit --no-fund --silent && npm run --silent build && touch assets/dist/manifest.json

.PHONY: help demo test bench verify verify-fast generate lint machine

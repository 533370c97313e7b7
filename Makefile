# OpenIIS: `make run` to try it, `make check` to prove it.

export CGO_ENABLED := 0
STATICCHECK := bin/staticcheck
STATICCHECK_VERSION := v0.8.2

.PHONY: run build styles check packages npm format vet lint test short fuzz bench clean

# where `make run` serves
HTTP := 127.0.0.1:8080

## run: build, and start a registry with made-up people in it
run: build
	bin/openiis demo --people 300 --http $(HTTP)

build: styles
	go build -trimpath -o bin/openiis ./cmd/openiis

## styles: the style sheet, from the U.S. Web Design System and our settings
styles: ui/dist/styles.css

NPM_CI := npm ci --ignore-scripts --no-audit --no-fund --silent

ui/dist/styles.css: ui/package-lock.json ui/build.js $(wildcard ui/styles/*.scss)
	cd ui && $(NPM_CI) && npm run --silent build

## check: all that must pass before anything lands
check: packages npm format vet lint test fuzz
	@echo "all checks passed"

packages:
	scripts/packages.sh

npm:
	cd ui && $(NPM_CI) && npm run --silent build
	cd test/clients && $(NPM_CI)

format:
	@out=$$(gofmt -l $$(git ls-files '*.go')); test -z "$$out" || { echo "not formatted: run gofmt -w on"; echo "$$out"; exit 1; }

vet:
	go vet ./...

$(STATICCHECK):
	GOBIN=$(CURDIR)/bin go install honnef.co/go/tools/cmd/staticcheck@$(STATICCHECK_VERSION)

lint: $(STATICCHECK)
	$(STATICCHECK) ./...

## test: house rules, unit, both databases, browser, real clients, crashes. The two
## packages that take longest begin, and more run at once than there are cores, for they wait
## for disks and browsers; vet is a check of its own
test:
	go test -vet=off -p 4 -parallel 4 -timeout 45m ./internal/web ./test/journeys ./...

## short: what needs neither PostgreSQL nor a browser
short:
	go test -short ./...

## fuzz: every fuzz target for FUZZTIME (5s) each
fuzz:
	scripts/fuzz.sh

## bench: the figures of docs/benchmarks.md
bench: build
	scripts/bench.sh

clean:
	rm -rf bin

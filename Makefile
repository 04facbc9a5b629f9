# What each target does stands beside it; `make` alone lists them.
SWIFT ?= swift
BUILD := .build/release/thalweg
B ?= all

.PHONY: help setup build run test kills test-faults format lint bench clean
help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

setup: ## install the system libraries that the build needs
	@scripts/setup

build: setup ## build the command line, optimised and linked statically
	$(SWIFT) build -c release --static-swift-stdlib -Xlinker -s --product thalweg

run: build ## run the flights example
	cd Examples/flights && ../../$(BUILD) run flights.thal

test: ## install what the tests talk to, and run every test
	@scripts/setup tests
	@SWIFT=$(SWIFT) scripts/test

kills: ## kill streams at a hundred random points each
	@scripts/setup tests
	@THALWEG_KILLS=100 SWIFT=$(SWIFT) scripts/test --filter 'CommandTests.*killed'

test-faults: ## break the scheduler in every way, at length
	@scripts/setup tests
	@THALWEG_FAULTS=10 SWIFT=$(SWIFT) scripts/test --filter 'FaultTests|FaultCommandTests|SimulationTests'

format: ## format the Swift sources
	$(SWIFT) format -i -r -p Package.swift Sources Tests

lint: ## check the format of the Swift sources
	$(SWIFT) format lint --strict -r -p Package.swift Sources Tests

bench: build ## measure against the peers: make bench [B=start|check|lint|flights|quote|nexmark|submit|tasks|planes|burden]
	@Benchmarks/run $(B)

clean: ## remove what was built
	rm -rf .build .build-*

# Two commands matter: `make run` and `make test`. Everything else is below; the work is done by the scripts in .ci/.
SHELL := bash
.DEFAULT_GOAL := help
.PHONY: help setup build run test interop check check-long bench watch look clean
MAKEFLAGS += --no-print-directory

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## install what is missing, one line each with the reason; other targets do it by themselves
	@.ci/setup build test check

build: ## server, WebAssembly and styles into target/dist/
	@.ci/setup build
	@.ci/phase build .ci/build

run: build ## start Portico with its demo provider: no account needed anywhere
	@.ci/serve

test: ## every test: Rust, then a real browser
	@.ci/setup build test
	@.ci/test

interop: ## sign-in at other people's providers, set up by script: Canaille, Glewlwyd, LemonLDAP::NG
	@.ci/setup build
	@.ci/interop

check: ## format, lints, documentation, dependency arrows, licences, checklist
	@.ci/setup build check
	@.ci/check

check-long: ## generated policies and fuzzing, a minute for each way in; needs a nightly compiler
	@.ci/check-long

bench: ## release build, measured; results in target/bench.json and docs/performance.md
	@.ci/setup build bench
	@.ci/bench

watch: ## rebuild and reload while you edit
	@.ci/setup build
	@.ci/watch

look: ## the views in the browser alone, for work on the look; beside a server that runs
	@.ci/setup look
	@.ci/look

clean: ## remove this clone's build results (the shared dependencies stay)
	rm -rf target end2end/test-results end2end/playwright-report

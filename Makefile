# Every target first installs what it needs (tools/bootstrap.sh), so any of them works on a bare
# Debian-like machine.
SHELL := /bin/sh
CACHE := $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/a2a-operator
# The cache has a Go only where the machine's own was missing or too old.
export PATH := $(CURDIR)/node_modules/.bin:$(CACHE)/go/bin:$(PATH)
export NODE_NO_WARNINGS := 1
JEST := node --experimental-vm-modules node_modules/jest/bin/jest.js

.DEFAULT_GOAL := help
.PHONY: help bootstrap up down dev test check unit e2e generate verify golden fmt bench bench-operator soak

help: ## Show this help
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' Makefile

bootstrap:
	@tools/bootstrap.sh

up: bootstrap ## Start a cluster, install everything and talk to an agent (CLUSTER=current: use your own)
	@node e2e/demo/main.ts up

down: bootstrap ## Stop the cluster; nothing of it stays but caches (CACHES=delete: not even they)
	@node e2e/demo/main.ts down

dev: bootstrap ## Run the runtime alone with config/samples (AGENTS=folder: your own agents)
	@node tools/dev.ts

test: bootstrap ## Everything that CI runs; the last line counts
	@node tools/test/main.ts

check: bootstrap ## Format, types, lint, import rules, generated files, chart
	@node tools/test/main.ts check

unit: bootstrap ## Unit tests and goldens
	@$(JEST) --selectProjects=unit

e2e: bootstrap ## Stories on the embedded cluster (CASE=pattern: only these)
	@$(JEST) --selectProjects=e2e --runInBand $(if $(CASE),'--testPathPatterns=$(CASE)')

generate: bootstrap ## Rewrite what is derived from crds/ and the chart
	@node tools/generate/main.ts

verify: bootstrap ## Fail when a generated file differs from its source
	@node tools/generate/main.ts --check

golden: bootstrap ## Rewrite the goldens; read the difference before you commit it
	@GOLDEN=write $(JEST) --selectProjects=unit --testPathPatterns=operator/test/golden

fmt: bootstrap ## Format everything
	@prettier --write --log-level warn .

bench: bootstrap ## Start time, memory and apply-to-Ready, beside an empty Node process
	@node e2e/bench/main.ts

bench-operator: bootstrap ## The operator beside a bare loop, on pretended pods (SERVERS=n: 1000; PROFILE=1: hot functions)
	@node e2e/bench/operator/main.ts

soak: bootstrap ## Every fault at every place; takes long (FAULTS=crash,stale: only these)
	@SOAK=1 $(JEST) --selectProjects=api --runInBand --testPathPatterns=operator/test/faults

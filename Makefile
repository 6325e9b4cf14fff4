# `make help` lists everything. The work is done by scripts/storybot.py, which needs
# nothing but Python 3.9; checks run in a container (scripts/toolbox).
.DEFAULT_GOAL := help
PYTHON ?= python3
STORYBOT := $(PYTHON) scripts/storybot.py
# Settings that may stand on make's command line.
export IMAGES ID CLEAN SERVICE LINES_BACK SCENARIOS UPGRADE FILE RESTORE LAB_RUNS LAB_PAGES

##@ Run
up: ## Start everything, from nothing if need be, and print the addresses
	@$(STORYBOT) up
dev: ## The same from the working tree: code changes reach the running services
	@$(STORYBOT) dev
down: ## Stop; the stories are kept
	@$(STORYBOT) down
ps: ## Show the containers and their health
	@$(STORYBOT) ps
logs: ## Follow the logs (SERVICE=story-worker for one)
	@$(STORYBOT) logs
trace: ## What happened to one story, from the logs (ID=trace id or story id)
	@$(STORYBOT) trace
clean: ## Remove the containers and all stories; asks first (CLEAN=yes does not)
	@$(STORYBOT) clean

settings: ## Show how stories are written; SET="temperature=0.9 length=short" changes it
	@docker compose exec -T prompt-api python -m storybot_common.story_settings $(SET)
dead-letters: ## List the messages that no worker could use, with the reasons
	@docker compose exec -T story-worker python -m story_worker.dead_letters list
requeue: ## Put the dead letters back on the queue
	@docker compose exec -T story-worker python -m story_worker.dead_letters requeue

##@ Production
secrets: ## Make strong secrets in secrets/ and .env; what is there stays as it is
	@$(STORYBOT) secrets
backup: ## One file with everything people made, in backups/ (BACKUP_AGE_RECIPIENT=… encrypts it)
	@$(STORYBOT) backup
restore: ## Put a backup back (FILE=backups/storybot-….tar.gz); asks first (RESTORE=yes does not)
	@$(STORYBOT) restore

##@ Check
test: check ## The same as check
check: ## Everything that has to be green
	@$(STORYBOT) check
config fmt-check lint types secret-scan api-document observability-files test-unit test-web test-integration test-e2e test-security-short test-security test-observability test-production test-upgrade screenshots lab test-elk bench-quick test-faults test-faults-short test-deploy test-swarm:
	@$(STORYBOT) check $(subst fmt-check,fmt,$@)
config: ## Compose files, every combination
fmt-check: ## Formatting
lint: ## ruff, shellcheck, eslint
types: ## mypy, tsc
secret-scan: ## Secrets anywhere in the history (ACCEPT=1 writes what was found into the baseline)
api-document: ## web/openapi.json and the app's API client are those of the code
test-unit: ## Python tests without network
test-web: ## Tests and build of the app
test-integration: ## Python tests on real Postgres and RabbitMQ
test-e2e: ## The whole stack in a browser
test-security-short: ## Attacks through the gateway on the whole stack: TLS, headers, smuggling, other owners, …
test-security: ## The same with those that take minutes; not part of check
screenshots: ## Pictures of every screen and state, to be looked at: test-results/screenshots; not part of check
observability-files: ## Generated files, Prometheus' rules and their tests, configurations
test-observability: ## The whole stack under Prometheus: metrics, rules, dashboards, logs, privacy
test-production: ## The production overlay: secrets, rights, networks, certificates, backup and restore
test-upgrade: ## The release before is replaced by this one under load; not part of check
test-elk: ## The same with the real Elasticsearch, Logstash, Filebeat and Kibana; not part of check
bench-quick: ## The bench with small counts: it works, nothing is timed; not part of check
test-faults-short: ## Containers killed and frozen under load (SEED=… repeats a run)
test-faults: ## More and longer faults with 200 stories in flight; not part of check
test-deploy: ## A deployment with Fabric to a machine with sshd, rehearsed under load; not part of check
test-swarm: ## A Swarm of two engines, one drained under load, and a broken update; not part of check

##@ Measure
bench: ## Speed, delays, memory and growth beside their goals (SCENARIOS="limits accepting" for some)
	@$(STORYBOT) bench

lab: ## Lighthouse on the app, as a phone on a slow network (LAB_RUNS=5 for more runs); not part of check

##@ Change
fmt: toolbox ## Format everything
	@scripts/toolbox sh -c 'ruff format && ruff check --fix --silent; cd web && npm run --silent format'
observability: toolbox ## Write the files of observability/ that come from code, and the tables of docs/observability.md
	@scripts/toolbox env PYTHONPATH=observability:services/common:services/prompt-api:services/story-worker \
		python -m observability_as_code
openapi: toolbox ## Write web/openapi.json and the app's API client from the code
	@scripts/toolbox sh -c 'PYTHONPATH=services/common:services/prompt-api python -m prompt_api.openapi \
		> web/openapi.json && cd web && npm run --silent api:generate'
cloudflare-ranges: ## Write Cloudflare's addresses of today into the gateway's configuration
	@$(STORYBOT) cloudflare-ranges
sbom: toolbox ## What each image is made of, as CycloneDX, into sbom/ (after make up)
	@scripts/toolbox env PYTHONPATH=scripts python -m supply_chain.sbom $${STORYBOT_RELEASE:-local}
audit: toolbox ## Known vulnerabilities of the locked packages: pip-audit, npm audit
	@scripts/toolbox env PYTHONPATH=scripts python -m supply_chain.audit
lock: toolbox ## Lock the Python dependencies (UPGRADE=1 takes newer versions)
	@scripts/toolbox scripts/lock
toolbox: ## Make the image that the checks run in
	@$(STORYBOT) toolbox

help: ## This list
	@awk 'BEGIN { FS = ":.*## " } /^##@/ { printf "\n%s\n", substr($$0, 5) } \
		/^[a-z0-9-]+:.*## / { printf "  make %-17s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: up dev down ps logs trace clean settings dead-letters requeue secrets backup restore test check config fmt-check lint types secret-scan \
	api-document observability-files test-unit test-web test-integration test-e2e test-security-short test-security test-observability \
	test-production test-upgrade test-elk test-faults test-faults-short test-deploy test-swarm screenshots lab bench bench-quick fmt \
	observability openapi cloudflare-ranges sbom audit lock toolbox help

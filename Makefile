# Everything begins here. `make run` and `make test` need nothing but Debian: they install what they need.
SHELL := /bin/bash
.ONESHELL:
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

export DESCANT_HOME ?= $(CURDIR)/var
export DESCANT_PORT ?= 8000
jobs := $(shell nproc)
FUZZ_SECONDS ?= 10
stack := deploy/local/stack

help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

run: ## build and run the platform here, until Ctrl-C
	@deploy/local/install run build web demo
	deploy/local/build release descant-user descant-content descant-conversion
	deploy/local/web
	exec $(stack) run

stop: ## stop the platform that `make run` started
	@$(stack) down

status: ## what of it runs
	@$(stack) status

logs: ## what it says
	@$(stack) logs

clean-data: ## delete all its data
	@$(stack) clean

demo: ## upload a song and a video to the platform that runs, and check the streams
	@deploy/local/install demo
	exec deploy/local/demo

build: ## build the services (release)
	@deploy/local/install build web
	deploy/local/build release descant-user descant-content descant-conversion
	deploy/local/web

web: ## build the web app
	@deploy/local/install web
	deploy/local/web

screenshots: ## pictures of the web app on the platform that runs, into build/screenshots
	@deploy/local/install web test
	DESCANT_URL=http://localhost:$$DESCANT_PORT deploy/local/web node e2e/screenshots.js $(CURDIR)/build/screenshots

bench-web: ## measure the web app on the platform that runs: from click to sound, between tracks, while loading
	@deploy/local/install web test
	DESCANT_URL=http://localhost:$$DESCANT_PORT deploy/local/web node ../bench/web/bench.js

test: ## build and run all tests
	@deploy/local/install run build web test
	deploy/local/build dev all
	deploy/local/web
	ctest --preset dev -j $(jobs) --timeout 600
	/usr/bin/python3 -m pytest -q -p no:cacheprovider tests

test-web: ## check the web app: types, logic, and a real browser on the whole platform
	@deploy/local/install run build web test
	deploy/local/build dev descant-user descant-content descant-conversion
	/usr/bin/python3 -m pytest -q -p no:cacheprovider tests/web

test-asan: ## unit and integration tests under AddressSanitizer and UBSan
	@deploy/local/install run build test
	deploy/local/build asan all
	ctest --preset asan -j $(jobs) --timeout 900

test-tsan: ## the same under ThreadSanitizer, but for what links gRPC
	@deploy/local/install run build test
	deploy/local/build tsan all
	ctest --preset tsan -j $(jobs) --timeout 900

fuzz: ## fuzz what reads untrusted text and bytes, FUZZ_SECONDS (10) for each target
	@deploy/local/install run build test
	deploy/local/build fuzz fuzz_targets
	tests/fuzz/run build/fuzz $(FUZZ_SECONDS)

bench-api: ## measure the API through the gateway (bench/README.md)
	@deploy/local/install run build test bench
	deploy/local/build release descant-user descant-content descant-conversion
	bench/api/bench.py

bench-media: ## measure how soon media can be played, and for how many bits (bench/README.md)
	@deploy/local/install run build test bench
	deploy/local/build release descant-user descant-content descant-conversion
	bench/media/bench.py
	bench/media/workers.py
	bench/media/bits.py

bench-storage: ## measure transfers with S3 (bench/README.md)
	@deploy/local/install run build test
	deploy/local/build release descant_storage_bench
	build/release/tests/descant_storage_bench

create-network: ## containers: make the network that the gateway is reached by
	@deploy/docker/services network

build-images: ## containers: build the images
	@deploy/docker/services build

start-services: ## containers: start the platform (SCALE_CONVERSION=3: with so many copies)
	@deploy/docker/services start

stop-services: ## containers: stop it
	@deploy/docker/services stop

test-docker: ## containers: build the images, run the platform, and try it out
	@deploy/local/install test
	/usr/bin/python3 -m pytest -q -x -p no:cacheprovider tests/docker/check_docker.py

docker-logs: ## containers: what it says
	@deploy/docker/services logs

format: ## format the C++ code
	@deploy/local/install lint
	git ls-files '*.cpp' '*.h' | xargs clang-format-19 -i

lint: ## check the format and run clang-tidy
	@deploy/local/install build lint
	git ls-files '*.cpp' '*.h' | xargs clang-format-19 --dry-run -Werror
	deploy/local/build dev descant_proto
	git ls-files 'platform/*.cpp' 'services/*.cpp' | xargs -P $(jobs) -n 4 clang-tidy-19 --quiet -p build/dev

.PHONY: help run stop status logs clean-data demo build web screenshots test test-web test-asan test-tsan fuzz bench-web bench-api bench-media bench-storage create-network build-images start-services stop-services docker-logs test-docker format lint

# The front door only: CMakePresets.json, tools/ and bench/ do the work.
.PHONY: all test unit check tsan asan bench format db-up db-down quickstart

all:
	@tools/setup && cmake --preset release && cmake --build --preset release
unit:
	@tools/test --unit
test:
	@tools/test
check:
	@.ci/run --checks && tools/test --preset asan --core
asan tsan:
	@tools/test --preset $@ --core
bench:
	@bench/run
format:
	@git ls-files -z '*.h' '*.cpp' | xargs -0 clang-format -i
db-up:
	@tools/servers start mariadb mysql56 postgres15 postgres18 --dir $${TMPDIR:-/tmp}/millrace-db
db-down:
	@tools/servers stop --dir $${TMPDIR:-/tmp}/millrace-db
quickstart:
	@tools/quickstart

#!/bin/sh
# Runs every fuzz target for a while: FUZZTIME each (default 5s).
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
corpus=$(go env GOCACHE)/fuzz
for package in $(grep -rlE '^func Fuzz' --include='*_test.go' cmd internal test | xargs -n 1 dirname | sort -u); do
	go test -c -fuzz . -ldflags '-s -w' -o "$dir/fuzz" "./$package"
	for target in $(sed -n 's/^func \(Fuzz[A-Za-z0-9]*\).*/\1/p' "$package"/*_test.go); do
		echo "fuzz $package $target"
		out=$(cd "$package" && "$dir/fuzz" -test.run '^$' -test.fuzz "^$target\$" -test.fuzztime "${FUZZTIME:-5s}" \
			-test.fuzzminimizetime 20x -test.fuzzcachedir "$corpus/openiis/$package" 2>&1) || {
			# The fuzzer sometimes ends its own time with this word and no input.
			if echo "$out" | grep -q 'Failing input written' || ! echo "$out" | grep -q 'context deadline exceeded'; then
				echo "$out"
				exit 1
			fi
		}
	done
done

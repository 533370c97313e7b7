#!/bin/sh
# Runs every fuzz target for a while: FUZZTIME each (default 5s).
set -eu
grep -rlE '^func Fuzz' --include='*_test.go' . | while read -r file; do
	for target in $(sed -n 's/^func \(Fuzz[A-Za-z0-9]*\).*/\1/p' "$file"); do
		echo "fuzz $(dirname "$file") $target"
		out=$(go test "$(dirname "$file")" -run '^$' -fuzz "^$target\$" -fuzztime "${FUZZTIME:-5s}" -fuzzminimizetime 20x 2>&1) || {
			# The fuzzer sometimes ends its own time with this word and no input.
			echo "$out" | grep -q 'Failing input written' || echo "$out" | grep -q 'context deadline exceeded' || { echo "$out"; exit 1; }
			if echo "$out" | grep -q 'Failing input written'; then echo "$out"; exit 1; fi
		}
	done
done

#!/usr/bin/env bash
# The tests that find more the longer they run. usage: tests/soak.sh BUILD_FOLDER N; SEED=n replays
set -u
cd "$(dirname "$0")/.."
build=$1 n=$2 seed=${SEED:-$((RANDOM * 32768 + RANDOM))}
export BM_TOOL_DIR=$build/tool BM_BIN_DIR=$build/bin
failed=0
echo "seed $seed, N $n (SEED=$seed make soak N=$n replays it)"
step() { # what, command...
    local what=$1
    shift
    echo "== $what"
    "$@" < /dev/null | grep -vE '^\[ (RUN|      OK)' || failed=$((failed + 1))
    [ "${PIPESTATUS[0]}" -eq 0 ] || { failed=$((failed + 1)); echo "FAILED: $what"; }
}
step "random histories, each in several orders of arrival" env SEED="$seed" BM_HISTORIES=$((1000000 * n)) "$build/test/test_histories"
step "the fold against the executable model" python3 tests/differential/timeline.py "$build/tool/timeline_dump" $((5000 * n)) "$seed"
step "the branch against the executable model" python3 tests/differential/whole.py "$build/tool/branch_dump" $((5000 * n)) "$seed"
step "every short history" "$build/tool/exhaustive" 4 12
step "every history of five acts" "$build/tool/exhaustive" 5 8
step "simulated laptops and branch" env SEED="$seed" "$build/tool/sim" $((150 * n))
step "every named case can fail" tests/mutants/run.sh
for round in $(seq "$n"); do step "kill -9, round $round" bash tests/e2e/test_kill.sh; done
for round in $(seq "$n"); do
    step "the queue at the page, round $round" node tests/browser/test_queue.mjs
    step "the queue with everything killed in it, round $round" node tests/browser/test_kills.mjs
done
echo "soak: $failed failed"
[ "$failed" -eq 0 ]

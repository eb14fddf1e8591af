#!/usr/bin/env bash
# Runs everything that must hold and adds it up; ends with "N passed, N failed, N skipped".
# usage: tests/run.sh BUILD_FOLDER check|quick|browser [NAME...]
set -u
cd "$(dirname "$0")/.."
build=$1 what=$2
shift 2
export BM_TOOL_DIR=$build/tool BM_BIN_DIR=$build/bin
passed=0 failed=0 skipped=0 broken=() cases_ok='' cases_bad=''
log=$(mktemp)
trap 'rm -f "$log"' EXIT

count() { # name, status: add up what the log of one run says
    local ok bad skip
    # cmocka's closing lines, or "N passed, N failed[, N skipped]"
    ok=$(sed -nE 's/.*\[  PASSED  \] ([0-9]+) test.*/\1/p' "$log" | tail -1)
    bad=$(sed -nE 's/.*\[  FAILED  \] ([0-9]+) test.*/\1/p' "$log" | tail -1)
    skip=$(sed -nE 's/.*\[  SKIPPED \] ([0-9]+) test.*/\1/p' "$log" | tail -1)
    [ -n "$skip" ] || skip=$(grep -c '^skipped:' "$log")
    if [ -z "$ok" ]; then
        ok=$(sed -nE 's/^([0-9]+) passed, .*/\1/p' "$log" | tail -1)
        bad=$(sed -nE 's/^[0-9]+ passed, ([0-9]+) failed.*/\1/p' "$log" | tail -1)
    fi
    ok=${ok:-0} bad=${bad:-0}
    if [ "$2" -ne 0 ] && [ "$bad" -eq 0 ]; then bad=1; fi
    if [ "$2" -eq 0 ] && [ "$ok" -eq 0 ] && [ "$skip" -eq 0 ]; then bad=1; echo "    (it said nothing of any test)"; fi
    cases_ok+=$(sed -nE 's/^\[ +OK \] test_case_([0-9]+)_.*/\1/p' "$log" | tr '\n' ' ')
    cases_bad+=$(sed -nE 's/^\[  FAILED  \] test_case_([0-9]+)_.*/\1/p' "$log" | tr '\n' ' ')
    passed=$((passed + ok)) failed=$((failed + bad)) skipped=$((skipped + skip))
    [ "$bad" -gt 0 ] && broken+=("$1")
    printf '%-44s %4d passed %3d failed %3d skipped %6ds\n' "$1" "$ok" "$bad" "$skip" "$3"
}

run() { # name, command...
    local name=$1 from=$SECONDS status
    shift
    "$@" > "$log" 2>&1 < /dev/null
    status=$?
    count "$name" "$status" $((SECONDS - from))
    if [ "$status" -ne 0 ]; then tail -40 "$log" | sed 's/^/    /'; fi
}

browser() { # NAME...: the pages in a real browser; nothing named = all
    local t name
    for t in tests/browser/test_*.mjs; do
        [ -e "$t" ] || continue
        name=${t##*/test_} name=${name%.mjs}
        [ $# -eq 0 ] || [[ " $* " == *" $name "* ]] || continue
        run "browser $name" node "$t"
    done
}

[ "$what" = check ] && run lint tests/lint.sh "$build" $CC $LINT_FLAGS
[ "$what" = browser ] && browser "$@"
for t in "$build"/test/test_*; do
    [ "$what" = browser ] && break
    case $t in *.d|*.o) continue;; esac
    if [ "$what" = quick ]; then
        case $t in */test_gps) continue;; esac # a real daemon takes its time
    fi
    run "unit ${t##*/}" "$t"
done
if [ "$what" = check ]; then
    for t in build/asan/test/test_*; do # once more under the address and undefined-behaviour sanitizers
        case $t in */test_gps|*.d|*.o) continue;; esac
        run "sanitized ${t##*/}" env BM_TOOL_DIR=build/asan/tool BM_BIN_DIR=build/asan/bin "$t"
    done
    for t in build/asan/fuzz/fuzz_*; do # what fuzzing started from, and what it found
        run "fuzz corpus ${t##*/}" "$t" "tests/fuzz/corpus/${t##*/}"
    done
    run "differential timeline" python3 tests/differential/timeline.py "$build/tool/timeline_dump" 2000
    run "differential whole" python3 tests/differential/whole.py "$build/tool/branch_dump" 600
    run "exhaustive histories" "$build/tool/exhaustive" 3 18
    run "random histories" env BM_HISTORIES=20000 "$build/test/test_histories"
    run "random histories, links cut" env BM_HISTORIES=2500 "$build/test/test_redact_histories"
    run "simulated laptops and branch" "$build/tool/sim"
    for t in tests/e2e/test_*.sh; do run "e2e ${t##*/}" bash "$t"; done
    browser
fi
# the named cases of circulation: each counts once, and only if it passed everywhere
echo "cases $(comm -23 <(tr ' ' '\n' <<< "$cases_ok" | sort -u) <(tr ' ' '\n' <<< "$cases_bad" | sort -u) | grep -c .) passed"
[ ${#broken[@]} -gt 0 ] && printf 'failed: %s\n' "${broken[*]}"
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]

#!/usr/bin/env bash
# Shows that each named case can fail: breaks its rule by one small patch in a scratch copy, and expects its test to say so.
# A patch that no longer applies, does not compile, or is not caught is a failure; so is a case without one.
# usage: tests/mutants/run.sh [NN...]    the cases asked for; all without
set -u
unset MAKEFLAGS MFLAGS # the copy is built one way, whatever make called us
cd "$(dirname "$0")/../.."
patches=$PWD/tests/mutants caught=0 failed=0
copy=$(mktemp -d "${TMPDIR:-/tmp}/bm-mutants-XXXXXX")
trap 'rm -rf "$copy"' EXIT
export TMPDIR=$copy # a mutant that aborts leaves its folders here
cp -r Makefile common sync mobile schema tests "$copy"
cd "$copy" || exit 3
export GIT_CEILING_DIRECTORIES=${copy%/*} # git apply passes over files where it finds a repository around it

# The test of a case: the program that has it, and its name.
program_of() { grep -l "^static void test_case_$1_" tests/unit/test_cases_*.c | head -1 | sed 's:.*/::; s:\.c$::'; }
name_of() { sed -nE "s/^static void (test_case_$1_[a-z0-9_]+)\(.*/\1/p" tests/unit/test_cases_*.c | head -1; }
build() { make --no-print-directory -j2 OPT=-O0 WARN= HARDEN= "$@" > log 2>&1; }
broken() { echo "case_$1 $2"; tail -5 log | sed 's/^/    /'; failed=$((failed + 1)); }

mutant() {
    local n=$1 program test
    program=$(program_of "$n") test=$(name_of "$n")
    : > log
    [ -n "$test" ] || { broken "$n" "has no test"; return; }
    [ -f "$patches/case_$n.patch" ] || { broken "$n" "has no mutant"; return; }
    if ! git apply "$patches/case_$n.patch" > log 2>&1; then # all of it or nothing
        broken "$n" "the patch does not apply any more: make it anew"
        return
    fi
    if ! build "build/test/$program"; then
        broken "$n" "the mutant does not compile"
    elif { CASE=$n timeout 120 "build/test/$program" > log 2>&1; } 2> /dev/null; then # no word of the shell if it aborts
        broken "$n" "NOT CAUGHT by $test"
    else
        echo "case_$n caught by $test"
        caught=$((caught + 1))
    fi
    git apply -R "$patches/case_$n.patch"
}

programs=$(cd tests/unit && ls test_cases_*.c | sed 's:^:build/test/:; s:\.c$::')
build $programs || { cat log; exit 1; }
for p in $programs; do "$p" > log 2>&1 || { cat log; echo "$p fails as it is"; exit 1; }; done
[ $# -gt 0 ] || set -- $(seq -w 1 66)
for n in "$@"; do mutant "$n"; done
echo "mutants: $caught caught, $failed failed"
[ "$failed" -eq 0 ]

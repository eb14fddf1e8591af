#!/usr/bin/env bash
# Did the vans come home: the branch's status reckons what a laptop made against what is here, also in the middle of a sync
# that broke off.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

main=$work/branch van=$work/van1
b() { "$branch" --data "$main" "$@"; }
v() { "$bookmobile" --data "$van" "$@"; }
sum() { b status --json | tr '{' '\n' | grep '"device":"van1"' | sed -nE "s/.*\"$1\":([^,}]*).*/\1/p"; }
adds_up() { # when
    equal "made = home + waiting $1" "$(sum made)" "$(($(sum home) + $(sum waiting)))"
    equal "home = what became of it $1" "$(sum home)" "$(($(sum applied) + $(sum exceptions) + $(sum quarantined) + $(sum unapplied)))"
    equal "it says so $1" true "$(sum adds_up)"
    b status --json > "$work/said"
    also "of all laptops $1" '"adds_up":true\}?$'
}

make_library
make_branch "$main"
make_certificates
serve "$main"
invite "$main" van1 > "$work/check.out"
equal "nobody was heard of" null "$(sum made)"
enrol "$main" "$van" van1
forward 60
says "a first sync" 0 'copy and branch agree' v sync
adds_up "after a first sync"
says "in words" 0 'the numbers add up' b status
also "a row for the laptop" '^van1 +[0-9]+ +[0-9]+ +0 '
also "and the tasks" '^ +[0-9]+ tasks'

b patron bar "${cards[1]}" > "$work/check.out"
for i in 0 1 2 3; do v checkout "${cards[$i]}" "${free[$i]}" > "$work/check.out" || not_ok "lent aboard" "$work/check.out"; done
forward 3600
BOOKMOBILE_CRASH=push.ready:1 v sync > "$work/check.out" 2>&1
[ "$(sum waiting)" -ge 4 ] && ok "broken off before the push: what was told of is waiting" || not_ok "waiting is $(sum waiting)"
adds_up "while it waits"
says "home at last" 0 'copy and branch agree' v sync
equal "nothing waits" 0 "$(sum waiting)"
equal "the barred patron's loan is an exception" 1 "$(sum exceptions)"
adds_up "when all is home"
equal "laptop and branch count alike" "$(v status --json | sed -nE 's/.*"entries":([0-9]+).*/\1/p')" "$(($(sum made) + $(v status --json | sed -nE 's/.*"unanswered":([0-9]+).*/\1/p')))"
clean_branch "$main" "reckoned"
finish

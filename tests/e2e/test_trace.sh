#!/usr/bin/env bash
# Slip codes: a receipt's eight digits tell an act's whole life, aboard and at the branch.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

main=$work/branch van=$work/van1
b() { "$branch" --data "$main" "$@"; }
v() { "$bookmobile" --data "$van" "$@"; }

make_library
make_branch "$main"
make_certificates
serve "$main"
enrol "$main" "$van" van1
card=${cards[0]} bad=${cards[1]} item=${free[0]} other=${free[1]}

forward 60
code=$(v checkout "$card" "$item" --staff ann --json | json slip)
says "aboard, before the sync" 0 'came out +not answered by the branch yet' v trace "$code"
also "what was done" "what +lent to $card \(.+\), due"
also "by whom" 'by +ann'
also "where" 'where +this laptop'
also "when" 'when +2026-10-05 0'
also "how it stands" 'now +pending'
says "the same as one value" 0 '"outcome_first":null,"outcome_now":"pending"' v trace "$code" --json
says "six digits will do, in capitals" 0 "lent to $card" v trace "$(echo "${code:0:6}" | tr a-f A-F)"
says "five do not" 2 '6 will do' v trace "${code:0:5}"
says "a code of nothing" 1 'no act has the code' v trace 00000000
says "the branch has not heard of it" 1 'no act has the code' b trace "$code"

says "barred at the branch meanwhile" 0 '' b patron bar "$bad"
badcode=$(v checkout "$bad" "$other" --json | json slip)
entry=$(v trace "$badcode" --json | sed -nE 's/.*"entry":"([^"]+)".*/\1/p')
forward 3600
says "home" 0 'copy and branch agree' v sync
says "aboard, after it" 0 'exception +barred: ' v trace "$badcode"
says "at the branch" 0 "what +lent to $bad" b trace "$badcode"
also "when it came in" 'received +2026-10-05 '
also "how it came out" 'came out +exception barred'
also "how the loan stands" 'loan +on loan, due'
exception=$(sed -nE 's/ +exception +([0-9a-f]{8}) barred.*/\1/p' "$work/said")
says "its exception by the id that staff use" 0 'barred' b exceptions show "$exception"
says "settled" 0 'SETTLED' b exceptions settle "$exception" --as accept
says "and the trace says so" 0 "exception +$exception barred: .*Settled as accept" b trace "$badcode"
also "now" 'now +applied; what it led to is settled'
says "by its id too" 0 "^$badcode" b trace "$entry"

void=$(v void "$(v trace "$code" --json | sed -nE 's/.*"entry":"([^"]+)".*/\1/p')" --json | json slip)
says "taken back aboard" 0 "taken back .*\[$void\]" v trace "$code"
forward 60
says "home again" 0 'copy and branch agree' v sync
says "taken back at the branch" 0 "taken back .*\[$void\]" b trace "$code"
also "now" 'now +taken back'
says "the void's own life" 0 'took back the checkout' b trace "$void"
own=$(b checkin "$other" --json | json slip)
says "the branch's own acts" 0 'where +the branch' b trace "$own"
says "what ended the loan" 0 "loan +ended .*checkin" b trace "$badcode"
also "by which act" "since .*taken back   \[$own\]"
clean_branch "$main" "with traces"
clean_laptop "$van" "with traces"
finish

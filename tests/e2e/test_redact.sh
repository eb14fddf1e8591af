#!/usr/bin/env bash
# A loan of long ago: after its days, nothing on either side says whose it was (I12), and all goes on.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

van=$work/van main=$work/branch
day=$((24 * 3600))
on_van() { "$bookmobile" --data "$van" "$@" > "$work/last" 2>&1 < /dev/null || not_ok "bookmobile $*" "$work/last"; }
at_branch() { "$branch" --data "$main" "$@" > "$work/last" 2>&1 < /dev/null || not_ok "branch $*" "$work/last"; }
redact() { "$branch" --data "$main" redact "$@"; }
# Lines of entries in which both stand, in whatever file of a folder.
together() { cat "$1"/* 2>/dev/null | grep -aoE '"op":"[^}]*}' | grep -acE "\"item\":\"$2\".*\"patron\":\"$3\""; }

make_library
make_branch "$main"
make_certificates
serve "$main"
enrol "$main" "$van" van1
card=${cards[0]} item=${free[0]} other=${cards[1]} out=${free[1]} late=${free[2]}

forward 3600
on_van checkout "$card" "$item" --request r1
on_van checkout "$other" "$out"
forward "$day"
at_branch checkout "$card" "$late"
on_van sync
forward $((10 * day))
on_van checkin "$item"
on_van sync
forward $((20 * day))
at_branch checkin "$late" # nine days late
check "at first both sides know whose it was" test "$(together "$main" "$item" "$card")" -gt 0 -a "$(together "$van" "$item" "$card")" -gt 0
says "nothing is cut while the books are open" 0 'nothing is cut before the books are closed' redact

forward $((200 * day))
on_van sync
says "after so long a silence the clock is doubted first" 1 'nothing came in from .* is it right' "$branch" --data "$main" horizon --advance
says "nothing has moved" 0 'never closed' "$branch" --data "$main" horizon
says "the books are closed" 0 'horizon moved' "$branch" --data "$main" horizon --advance --clock-is-right
says "only counting counts" 0 'would be cut .*: 1 loans, 0 holds' redact --dry-run
also "what is owed on is kept" '1 .*money is still owed'
check "and changes nothing" test "$(together "$main" "$item" "$card")" -gt 0
says "what is over long enough is cut" 0 'cut of what ended before .*: 1 loans' redact
says "once" 0 ': 0 loans, 0 holds, 0 other acts' redact
equal "the branch does not know any more whose it was" 0 "$(together "$main" "$item" "$card")"
check "it knows who has the other" test "$(together "$main" "$out" "$other")" -gt 0
says "verify says how far" 0 'links from loans to patrons are cut up to .*, in 1 entries' "$branch" --data "$main" verify
also "and is clean" '^clean$'

says "the laptop follows at its next sync" 0 'old entries no longer say whose they were' "$bookmobile" --data "$van" sync
equal "it does not know any more either" 0 "$(together "$van" "$item" "$card")"
clean_laptop "$van" "once it has forgotten"

owed=$("$branch" --data "$main" patron show "$card" --json | json balance_cents)
at_branch pay "$card" 0.90
equal "what was owed is paid" 90 "$owed"
forward $((100 * day))
on_van sync
at_branch horizon --advance --clock-is-right
says "then its loan goes too, with the payment" 0 'cut of what ended before .*: 1 loans, .* 1 payments' redact
equal "nothing is left of it" 0 "$(together "$main" "$late" "$card")"
says "days are kept for later" 0 '"link_days": ?30' redact --link-days 30 --save --json
says "and used" 0 '"link_days": ?30' redact --json
says "days alone are saved" 2 'give both' redact --save
on_van checkin "$out"
on_van checkout "$card" "$item"
on_van sync
clean_branch "$main" "at the end"
clean_laptop "$van" "at the end"
serve_end
finish

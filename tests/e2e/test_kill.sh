#!/usr/bin/env bash
# kill -9 of `bookmobile` and of `branch` in every phase, at foretold places and at random: what was acknowledged is at the
# branch after the next sync, once. The script keeps its own list of who has what, without our engine.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
exec 2> "$work/stderr" # the shell's own "Killed" lines

declare -A kills=() who=()
van=$work/van main=$work/branch
requests=0 slips=0
: > "$work/acked"
killed() { kills[$1]=$((${kills[$1]:-0} + 1)); }
enough() { # phase, kills at least
    if [ "${kills[$1]:-0}" -ge "$2" ]; then ok "$1: ${kills[$1]} kills"; else not_ok "$1: only ${kills[$1]:-0} kills, $2 are meant"; fi
}
pause() { sleep "0.$(printf '%03d' $((RANDOM % $1)))"; } # up to so many milliseconds

# An act with a request id of its own, the program killed at a tick (or not at all); asked again until it is answered.
act() { # phase, TICK:N or '', program, data folder, command...
    local phase=$1 crash=$2 program=$3 data=$4 status
    shift 4
    requests=$((requests + 1))
    forward 2
    if [ -n "$crash" ]; then
        status=0
        BOOKMOBILE_CRASH=$crash "$program" --data "$data" "$@" --request "r$requests" --json > "$work/answer" || status=$?
        if [ "$status" -eq 137 ]; then killed "$phase"; else not_ok "$* is killed at $crash (exit $status)" "$work/answer"; fi
    fi
    status=0
    "$program" --data "$data" "$@" --request "r$requests" --json > "$work/answer" || status=$?
    [ "$status" -eq 0 ] || { not_ok "$* is answered when asked again (exit $status)" "$work/answer"; return 1; }
    json entry < "$work/answer" >> "$work/acked"
}
van_act() { act "$1" "$2" "$bookmobile" "$van" "${@:3}"; }
main_act() { act "$1" "$2" "$branch" "$main" "${@:3}"; }
van_lends() { van_act "$1" "$2" checkout "$3" "$4" && who[$4]=$3; } # phase, crash, card, item
van_takes() { van_act "$1" "$2" checkin "$3" && unset "who[$3]"; }
next=0
some_act() { # phase, crash: something the branch must learn; the same copies go out and come back
    local item=${free[$((next % 60 + 40))]}
    next=$((next + 1))
    if [ -n "${who[$item]:-}" ]; then van_takes "$1" "$2" "$item"; else van_lends "$1" "$2" "${cards[$((next % ${#cards[@]}))]}" "$item"; fi
}
sync_killed() { # phase, TICK:N
    local status=0
    BOOKMOBILE_CRASH=$2 "$bookmobile" --data "$van" sync > "$work/answer" 2>&1 || status=$?
    if [ "$status" -eq 137 ]; then killed "$1"; else not_ok "sync is killed at $2 (exit $status)" "$work/answer"; fi
}
# The laptop's journal in a file of another identity, as after a restore: a new epoch, hence a batch of its own.
new_file() { cp -a "$van/journal.db" "$work/journal.copy" && mv "$work/journal.copy" "$van/journal.db"; }

# Sync in peace; then everything must be there, once, and both sides sound.
all_there() { # after what
    forward 5
    says "$1: the next sync goes through" 0 'copy and branch agree' "$bookmobile" --data "$van" sync
    clean_laptop "$van" "$1"
    clean_branch "$main" "$1"
    own_acts "$van" > "$work/own"
    branch_acts "$main" van1 > "$work/there"
    same_files "$1: the branch has the laptop's $(wc -l < "$work/own") acts, each once" "$work/own" "$work/there"
    sort "$work/acked" > "$work/acked.sorted"
    equal "$1: no act has been given to two requests" "" "$(uniq -d "$work/acked.sorted")"
    branch_acts "$main" branch | sort - "$work/there" | comm -13 - "$work/acked.sorted" > "$work/lost"
    equal "$1: all $(wc -l < "$work/acked") acknowledged acts are at the branch" "" "$(head -3 "$work/lost")"
    comm -23 "$work/own" "$work/acked.sorted" > "$work/extra"
    equal "$1: nothing is there that nobody was told of" "" "$(head -3 "$work/extra")"
    for item in "${!who[@]}"; do echo "$item,${who[$item]}"; done | sort > "$work/own.loans"
    "$branch" --data "$main" report loans --csv | tail -n +2 | cut -d, -f1,2 | tr -d '\r' | sort > "$work/branch.loans"
    same_files "$1: the branch's $(wc -l < "$work/own.loans") loans are those of the script's own list" "$work/own.loans" "$work/branch.loans"
    "$bookmobile" --data "$van" verify --json | grep -oE '"digests": ?\{[^}]*\}' | grep -oE '\{.*' > "$work/own.digest"
    "$branch" --data "$main" digest --json | grep -oE '"feed": ?\{[^}]*\}' | grep -oE '\{.*' > "$work/branch.digest"
    same_files "$1: replica and branch have the same digests" "$work/branch.digest" "$work/own.digest"
}

make_library
make_branch "$main"
make_certificates
serve "$main"
enrol "$main" "$van" van1
forward 60

# --- act: before the entry, before the commit, after it ----------------------------------------------------------------------
card=${cards[0]} other=${cards[1]}
for tick in journal.append act.before act.durable; do
    n=${#who[@]}
    van_lends act $tick:1 "$card" "${free[$n]}"
    van_act act $tick:1 renew "${free[$n]}"
    van_act act $tick:1 hold place "$other" "${free[$n]}"
    van_lends act $tick:1 "$other" "${free[$((n + 1))]}"
    van_takes act $tick:1 "${free[$((n + 1))]}"
    van_act act $tick:1 item damaged "${free[$((n + 2))]}"
    van_act act $tick:1 patron add --card "2099$tick" --name "Test $tick"
    van_act act $tick:1 tally visitors $((n + 1))
    van_lends act '' "$other" "${free[$((n + 1))]}"
done
# several acts of one command: the first are done, one is killed, the rest are done when asked again
for tick in journal.append:2 act.before:3 act.durable:3; do
    n=${#who[@]}
    status=0 requests=$((requests + 1))
    for again in 1 2; do
        crash=$tick
        [ $again = 2 ] && crash=
        BOOKMOBILE_CRASH=$crash "$bookmobile" --data "$van" checkout "$card" "${free[@]:$n:4}" --request "r$requests" --json > "$work/answer" || status=$?
        [ $again = 1 ] && if [ "$status" -eq 137 ]; then killed act; else not_ok "four loans are killed at $tick" "$work/answer"; fi
    done
    grep -oE '"entry": ?"[^"]*"' "$work/answer" | json_of() { sed -nE 's/.*"([^"]*)"$/\1/p'; } && json_of < <(grep -oE '"entry": ?"[^"]*"' "$work/answer") >> "$work/acked"
    for i in 0 1 2 3; do who[${free[$((n + i))]}]=$card; done
    forward 5
done
for i in 1 2 3 4; do main_act "act at the branch" journal.append:1 tally visitors $i; done
for i in 1 2 3 4; do
    main_act "act at the branch" journal.append:1 checkout "$other" "${free[$((100 + i))]}" && who[${free[$((100 + i))]}]=$other
done
enough act 24
all_there "killed in the act"

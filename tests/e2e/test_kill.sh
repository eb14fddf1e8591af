#!/usr/bin/env bash
# kill -9 of `bookmobile` and of `branch` in every phase, at foretold places and at random: what was acknowledged is at the
# branch after the next sync, once. The script keeps its own list of who has what, without our engine.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
exec 2> "$work/stderr" # the shell's own "Killed" lines

declare -A kills=() who=()
van=$work/van main=$work/branch
requests=0 next=0
: > "$work/acked"  # ids of entries that were acknowledged
: > "$work/slips"  # slip codes that were acknowledged
killed() { kills[$1]=$((${kills[$1]:-0} + 1)); }
enough() { # phase
    if [ "${kills[$1]:-0}" -ge 20 ]; then ok "$1: ${kills[$1]} kills"; else not_ok "$1: only ${kills[$1]:-0} kills"; fi
}
pause() { sleep "0.$(printf '%03d' $((RANDOM % $1)))"; } # below so many milliseconds
entries_in() { grep -oE '"entry": ?"[^"]*"' "$1" | cut -d'"' -f4; }

# Acts of one command under one request id, the program killed at a tick (or not at all); asked again until answered.
act() { # phase, TICK:N or '', program, data folder, command...
    local phase=$1 crash=$2 program=$3 data=$4 status=0
    shift 4
    requests=$((requests + 1))
    forward 2
    if [ -n "$crash" ]; then
        BOOKMOBILE_CRASH=$crash "$program" --data "$data" "$@" --request "r$requests" --json > "$work/answer" || status=$?
        if [ "$status" -eq 137 ]; then killed "$phase"; else not_ok "$* is killed at $crash (exit $status)" "$work/answer"; fi
        status=0
    fi
    "$program" --data "$data" "$@" --request "r$requests" --json > "$work/answer" || status=$?
    if [ "$status" -ne 0 ]; then not_ok "$* is answered when asked again (exit $status)" "$work/answer"; fi
    entries_in "$work/answer" >> "$work/acked"
    return "$status"
}
van_act() { act "$1" "$2" "$bookmobile" "$van" "${@:3}"; }
main_act() { act "$1" "$2" "$branch" "$main" "${@:3}"; }
van_lends() { # phase, crash, card, items...
    local item
    van_act "$1" "$2" checkout "${@:3}" && for item in "${@:4}"; do who[$item]=$3; done
}
van_takes() { van_act "$1" "$2" checkin "$3" && unset "who[$3]"; } # phase, crash, item
some_act() { # phase, crash: something the branch must learn; the same copies go out and come back
    local item=${free[$((next % 40 + 60))]}
    next=$((next + 1))
    if [ -n "${who[$item]:-}" ]; then
        van_takes "$1" "$2" "$item"
    else
        van_lends "$1" "$2" "${cards[$((next % ${#cards[@]}))]}" "$item"
    fi
}
sync_killed() { # phase, TICK:N
    local status=0
    BOOKMOBILE_CRASH=$2 "$bookmobile" --data "$van" sync > "$work/answer" 2>&1 || status=$?
    if [ "$status" -eq 137 ]; then killed "$1"; else not_ok "sync is killed at $2 (exit $status)" "$work/answer"; fi
}
# The journal in a file of another identity, as after a restore: a new epoch, hence a batch of its own.
new_file() { cp -a "$van/journal.db" "$work/journal.copy" && mv "$work/journal.copy" "$van/journal.db"; }

digests() { grep -oE "\"$1\": ?\{[^}]*\}" | grep -oE '\{.*'; }
# Sync in peace; then everything must be there, once, and both sides sound.
all_there() { # after what
    local item
    forward 5
    says "$1: the next sync goes through" 0 'copy and branch agree' "$bookmobile" --data "$van" sync
    clean_laptop "$van" "$1"
    clean_branch "$main" "$1"
    own_acts "$van" > "$work/own"
    branch_acts "$main" van1 > "$work/there"
    same_files "$1: the branch has the laptop's $(wc -l < "$work/own") acts, each once" "$work/own" "$work/there"
    branch_acts "$main" branch | sort - "$work/there" > "$work/all"
    sort "$work/acked" > "$work/acked.sorted"
    equal "$1: no entry has answered two requests" "" "$(uniq -d "$work/acked.sorted")"
    comm -13 "$work/all" "$work/acked.sorted" > "$work/lost"
    equal "$1: all $(wc -l < "$work/acked") acknowledged acts are at the branch" "" "$(head -3 "$work/lost")"
    comm -23 "$work/all" "$work/acked.sorted" > "$work/extra"
    equal "$1: no act is there that nobody was told of" "" "$(head -3 "$work/extra")"
    "$bookmobile" --data "$van" journal --last 100000 --json | grep -oE '"slip": ?"[^"]*"' | cut -d'"' -f4 | sort > "$work/own.slips"
    equal "$1: all slips printed so far are in the journal" "" "$(sort -u "$work/slips" | comm -13 "$work/own.slips" - | head -3)"
    for item in "${!who[@]}"; do echo "$item,${who[$item]}"; done | sort > "$work/own.loans"
    "$branch" --data "$main" report loans --csv | tail -n +2 | cut -d, -f1,2 | tr -d '\r' | sort > "$work/branch.loans"
    same_files "$1: the branch's $(wc -l < "$work/own.loans") loans are those of the script's own list" "$work/own.loans" "$work/branch.loans"
    "$branch" --data "$main" digest --json | digests feed > "$work/branch.digest"
    "$bookmobile" --data "$van" verify --json | digests digests > "$work/own.digest"
    same_files "$1: replica and branch have the same digests" "$work/branch.digest" "$work/own.digest"
}

make_library
make_branch "$main"
make_certificates
serve "$main"
enrol "$main" "$van" van1
forward 60

# --- act: before the entry, before the commit, after it; then at random -------------------------------------------------------
n=0
for tick in journal.append act.before act.durable; do
    van_lends act $tick:1 "${cards[0]}" "${free[n]}"
    van_act act $tick:1 renew "${free[n]}"
    van_act act $tick:1 hold place "${cards[1]}" "${free[n]}"
    van_lends act $tick:1 "${cards[1]}" "${free[n + 1]}"
    van_takes act $tick:1 "${free[n + 1]}"
    van_act act $tick:1 item damaged "${free[n + 2]}"
    van_act act $tick:1 patron add --card "2099777700000$n" --name "Test Person"
    van_act act $tick:1 tally visitors $((n + 1))
    # several acts in one command: some are done, one is killed, the rest are done when asked again
    van_lends act $tick:2 "${cards[2]}" "${free[@]:n + 3:4}"
    van_lends act $tick:4 "${cards[3]}" "${free[@]:n + 7:4}"
    n=$((n + 11))
done
for i in 1 2 3 4 5; do
    main_act "act at the branch's desk" journal.append:1 tally visitors $i
    main_act "act at the branch's desk" journal.append:1 checkout "${cards[4]}" "${free[100 + i]}" && who[${free[100 + i]}]=${cards[4]}
done
all_there "killed in the act"

# A long row of acts, killed from outside at any moment, the same command again until it gets through.
printf '%s\n' "${free[@]:110:60}" > "$work/items"
many() { # phase, program, data folder, kills, command...: lends or takes back all of $work/items
    local phase=$1 program=$2 data=$3 goal=$((${kills[$1]:-0} + $4)) status pid
    shift 4
    requests=$((requests + 1))
    forward 10
    while [ "${kills[$phase]:-0}" -lt "$goal" ]; do
        : > "$work/answer" # here, not by the child: one that is killed before it opens it would leave what the last one said
        "$program" --data "$data" "$@" --stdin --request "r$requests" < "$work/items" > "$work/answer" &
        pid=$!
        pause 40
        kill -9 "$pid" 2> /dev/null
        status=0
        wait "$pid" || status=$?
        # whole lines only; a line that says "done before" gives the entry, not the slip
        [ "$data" = "$van" ] && sed -nE 's/.*\[([0-9a-f]{8})\]$/\1/p' "$work/answer" >> "$work/slips"
        if [ "$status" -eq 137 ]; then killed "$phase"; else break; fi # it got through first
    done
    "$program" --data "$data" "$@" --stdin --request "r$requests" --json < "$work/items" > "$work/answer" || not_ok "$* gets through" "$work/answer"
    entries_in "$work/answer" >> "$work/acked"
}
for i in $(seq 80); do
    [ "${kills[act at random]:-0}" -ge 20 ] && [ $((i % 2)) -eq 1 ] && break
    if [ $((i % 2)) -eq 1 ]; then
        many "act at random" "$bookmobile" "$van" 5 checkout "${cards[i % 20]}"
        while read -r item; do who[$item]=${cards[i % 20]}; done < "$work/items"
    else
        many "act at random" "$bookmobile" "$van" 5 checkin
        while read -r item; do unset "who[$item]"; done < "$work/items"
    fi
done
printf '%s\n' "${free[@]:170:30}" > "$work/items"
for i in $(seq 80); do
    [ "${kills[act at the branch\'s desk]:-0}" -ge 20 ] && [ $((i % 2)) -eq 1 ] && break
    if [ $((i % 2)) -eq 1 ]; then
        many "act at the branch's desk" "$branch" "$main" 5 checkout "${cards[i % 20]}"
        while read -r item; do who[$item]=${cards[i % 20]}; done < "$work/items"
    else
        many "act at the branch's desk" "$branch" "$main" 5 checkin
        while read -r item; do unset "who[$item]"; done < "$work/items"
    fi
done
all_there "killed at random in a row of acts"
enough act
enough "act at random"
enough "act at the branch's desk"

# --- push: built and not sent, sent and not answered, answered and not stored, stored ------------------------------------------
for i in 1 2 3 4; do
    for tick in push.ready:1 link.sent:3 link.reply:3 push.answered:1 push.stored:1; do
        some_act act ''
        sync_killed push $tick
    done
done
# Three batches, killed in each of them in turn.
for i in 1 2 3; do
    some_act act ''
    new_file
done
some_act act ''
sync_killed push push.answered:2
sync_killed push push.ready:2
sync_killed push push.stored:2
enough push
all_there "killed in a push"

# --- apply: the branch dies between its commits --------------------------------------------------------------------------------
serve_end
for i in 1 2 3 4 5; do
    for tick in ingest.storing:1 ingest.stored:1 ingest.applying:1 ingest.applied:1; do
        some_act act ''
        serve "$main" BOOKMOBILE_CRASH=$tick
        status=0
        "$bookmobile" --data "$van" sync > "$work/answer" 2>&1 || status=$?
        if gone "$server_pid" && [ "$status" -eq 3 ]; then killed apply; else not_ok "the branch is killed at $tick (exit $status)" "$work/answer"; fi
        # curl tries a connection that it had kept once more, so that it is cut or refused, as it happens
        grep -qE 'was cut|refused the connection|no TLS' "$work/answer" || not_ok "the laptop says that the branch went away ($tick)" "$work/answer"
    done
done
# Two batches, the second one killed; and the start, when it applies what the last run left, killed at random.
for tick in ingest.storing:2 ingest.stored:2 ingest.applying:2 ingest.applied:2; do
    some_act act ''
    new_file
    some_act act ''
    serve "$main" BOOKMOBILE_CRASH=$tick
    "$bookmobile" --data "$van" sync > "$work/answer" 2>&1
    if gone "$server_pid"; then killed apply; else not_ok "the branch is killed at $tick" "$work/answer"; fi
    "$branch" --data "$main" serve --listen 127.0.0.1:0 > "$work/serve.log" 2>&1 &
    pid=$!
    pause 20
    kill -9 $pid && killed "the branch's start"
    wait $pid
done
serve "$main"
enough apply
all_there "killed while applying"

# --- pull: answered and not staged, staged and not shown; a whole copy ----------------------------------------------------------
for i in 1 2 3 4; do
    for tick in link.sent:4 link.reply:4 pull.answered:1 pull.staged:1; do
        some_act act ''
        main_act act '' tally reference $i
        sync_killed pull $tick
    done
done
for tick in link.reply:3 link.reply:4 link.reply:5 link.sent:5 link.sent:6 pull.answered:2; do
    rm -f "$van"/base-* "$van"/replica-*
    sync_killed pull $tick
done
enough pull
says "killed while a whole copy is fetched: the next sync fetches it" 0 'copy and branch agree' "$bookmobile" --data "$van" sync
all_there "killed in a pull"

# --- rebuild: at the end of a sync, after a void, because the replica is gone ----------------------------------------------------
for i in 1 2 3; do
    for tick in rebuild.copied:1 rebuild.replayed:1 rebuild.swapped:1; do
        some_act act ''
        sync_killed rebuild $tick
        van_lends act '' "${cards[5]}" "${free[50 + i]}"
        id=$(json entry < "$work/answer")
        van_act rebuild $tick void "$id" && unset "who[${free[50 + i]}]"
    done
    for tick in rebuild.copied:1 rebuild.replayed:1; do
        rm -f "$van"/replica-*
        some_act rebuild $tick
    done
done
enough rebuild
all_there "killed while rebuilding"

# --- either side of a sync at any moment ------------------------------------------------------------------------------------------
for i in $(seq 200); do
    [ "${kills[laptop in a sync, at random]:-0}" -ge 20 ] && break
    some_act act ''
    "$bookmobile" --data "$van" sync > "$work/answer" 2>&1 &
    pid=$!
    pause 40
    kill -9 $pid 2> /dev/null
    status=0
    wait $pid || status=$?
    [ "$status" -eq 137 ] && killed "laptop in a sync, at random"
done
for i in $(seq 200); do
    [ "${kills[branch in a sync, at random]:-0}" -ge 20 ] && break
    some_act act ''
    main_act act '' tally reference $i
    "$bookmobile" --data "$van" sync > "$work/answer" 2>&1 &
    pid=$!
    pause 40
    serve_end KILL
    status=0
    wait $pid || status=$?
    [ "$status" -eq 3 ] && killed "branch in a sync, at random"
    serve "$main"
done
enough "laptop in a sync, at random"
enough "branch in a sync, at random"
all_there "killed at random in a sync"
serve_end

line=
for phase in act "act at random" "act at the branch's desk" push apply "the branch's start" pull rebuild "laptop in a sync, at random" \
    "branch in a sync, at random"; do
    line+=", $phase ${kills[$phase]:-0}"
done
echo "kills: ${line#, }"
grep -v Killed "$work/stderr" | head -5 # faults of the script itself
finish

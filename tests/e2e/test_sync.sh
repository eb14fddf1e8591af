#!/usr/bin/env bash
# Sync that is done twice, whose reply is lost, whose line is cut at any byte; codes that are wrong; branches that are others.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

van=$work/van main=$work/branch
sync() { "$bookmobile" --data "$van" sync --quiet; }
lend() { forward 3 && "$bookmobile" --data "$van" checkout "$@" > "$work/last" 2>&1 || not_ok "lend $*" "$work/last"; }
counts() { # what must not change when nothing happens
    "$branch" --data "$main" digest
    "$branch" --data "$main" status --json | grep -oE '"(loans_open|holds_live|exceptions_open|messages_set_aside|entries_quarantined)": ?[0-9]+'
    branch_acts "$main" van1
}
unsent() { "$bookmobile" --data "$van" status --json | json unanswered; }
# Put a folder's files back as they were, in the same files: a copy would be a restored laptop, with an epoch of its own.
put_back() { # from, to
    local f
    for f in "$2"/*; do [ -e "$1/${f##*/}" ] || rm -rf "$f"; done
    cp "$1"/* "$2/"
}

make_library
make_branch "$main"
make_certificates
serve "$main"

# --- codes ----------------------------------------------------------------------------------------------------------------------
code=$(invite "$main" van1)
try_code() { "$bookmobile" --data "$van" enroll "https://localhost:$port" "$1" --cacert "$work/ca.pem" --mobile VAN1 --place VAN1; }
says "a code that never was is refused" 3 'wrong, used or too old' try_code AAAA-AAAA-AAAA-AAAA
says "a code with a slip of the finger is refused" 3 'wrong, used or too old' try_code "${code%?}$([ "${code: -1}" = 2 ] && echo 3 || echo 2)"
says "a refused laptop knows that it is not enrolled" 1 'not enrolled' "$bookmobile" --data "$van" status
says "the right code is taken after all that" 0 'enrolled as van1' try_code "$code"
says "enrolling twice is refused" 1 'enrolled already' try_code "$code"
says "the same code does not serve a second laptop" 3 'wrong, used or too old' \
    "$bookmobile" --data "$work/thief" enroll "https://localhost:$port" "$code" --cacert "$work/ca.pem"
late=$(invite "$main" van2)
forward $((25 * 3600))
says "a code of yesterday is refused" 3 'wrong, used or too old' \
    "$bookmobile" --data "$work/van2" enroll "https://localhost:$port" "$late" --cacert "$work/ca.pem"
says "a certificate of somebody else is refused" 3 'not trusted' "$bookmobile" --data "$work/van3" enroll "https://localhost:$port" "$late"
says "the name of a laptop that is there is not given twice" 1 'enrolled already' "$branch" --data "$main" device add van1
says "the list of laptops tells who is enrolled" 0 'van2 .*invited' "$branch" --data "$main" device list

cp -a "$main" "$work/before" # a backup of the branch from the time before some laptop was enrolled
enrol "$main" "$work/van4" van4
serve_end
serve "$work/before"
says "a laptop that the branch does not know is refused" 3 'not enrolled at this branch' "$bookmobile" --data "$work/van4" sync
serve_end
serve "$main"

# --- twice, and after a lost reply ---------------------------------------------------------------------------------------------------
says "a first sync" 0 'copy and branch agree' sync
forward 60
"$branch" --data "$main" checkout "${cards[1]}" "${free[0]}" > /dev/null # the van does not know: its loan becomes an exception
forward 60
lend "${cards[0]}" "${free[@]:0:5}"
"$bookmobile" --data "$van" hold place "${cards[2]}" "${free[9]}" > /dev/null
"$bookmobile" --data "$van" checkin "${free[3]}" > /dev/null
serve_end
cp -a "$van" "$work/van.was" && cp -a "$main" "$work/branch.was"
serve "$main"
forward 60 # an act cannot lie later than its arrival: with the clock at a stand it would be dated back
says "acts are pushed" 0 'copy and branch agree' sync
grep outcome -A9 "$work/said" | grep -v -e '^copy' > "$work/outcomes"
also "one of them came out as an exception" 'exception lent_over_loan'
counts > "$work/counts"
for i in 2 3; do
    forward 5
    says "sync number $i has nothing to send" 0 'sent: +0 entries in 0 batches' sync
done
counts > "$work/again"
same_files "syncing again changes nothing at the branch" "$work/counts" "$work/again"
clean_branch "$main" "synced three times"
clean_laptop "$van" "synced three times"

for fault in link.reply:3 link.sent:3 push.answered:1 push.stored:1; do # the reply to the push is thrown away, here and there
    serve_end
    put_back "$work/van.was" "$van" && put_back "$work/branch.was" "$main"
    serve "$main"
    says "the reply to a push is lost at $fault" 3 'cut in the middle|made to fail' env BOOKMOBILE_FAIL=$fault "$bookmobile" --data "$van" sync
    says "the sync after it goes through ($fault)" 0 'copy and branch agree' sync
    if [ $fault != push.stored:1 ]; then
        grep outcome -A9 "$work/said" | grep -v -e '^copy' > "$work/again"
        same_files "the same outcomes are printed ($fault)" "$work/outcomes" "$work/again"
    fi
    counts > "$work/again"
    same_files "no second effect ($fault)" "$work/counts" "$work/again"
    clean_branch "$main" "after $fault"
    clean_laptop "$van" "after $fault"
done
for fault in link.reply:1 link.reply:2 link.reply:4 push.ready:1 pull.answered:1 pull.staged:1 rebuild.copied:1 rebuild.replayed:1; do
    lend "${cards[3]}" "${free[20]}"
    says "sync fails at $fault" 3 '' env BOOKMOBILE_FAIL=$fault "$bookmobile" --data "$van" sync
    says "the sync after it goes through ($fault)" 0 'copy and branch agree' sync
    "$bookmobile" --data "$van" checkin "${free[20]}" > "$work/last" 2>&1 || not_ok "check in" "$work/last"
done
sync > /dev/null
for fault in ingest.storing:1 ingest.stored:1 ingest.applying:1 ingest.applied:1; do
    serve_end
    serve "$main" BOOKMOBILE_FAIL=$fault
    lend "${cards[3]}" "${free[20]}"
    says "the branch fails at $fault" 3 'the branch answers' sync
    says "the sync after it goes through ($fault)" 0 'copy and branch agree' sync
    "$bookmobile" --data "$van" checkin "${free[20]}" > "$work/last" 2>&1 || not_ok "check in" "$work/last"
done
sync > /dev/null
clean_branch "$main" "after failures everywhere"
clean_laptop "$van" "after failures everywhere"

# --- the branch is down, is another one, has forgotten -------------------------------------------------------------------------------------
serve_end
lend "${cards[4]}" "${free[30]}"
says "the branch is down" 3 'refused the connection; is the branch.s server running' sync
equal "nothing was lost" 1 "$(unsent)"
lend "${cards[4]}" "${free[31]}"
make_branch "$work/other"
serve "$work/other"
says "another branch at this address is not spoken to" 3 'another branch answers' sync
equal "nothing went there" 2 "$(unsent)"
serve_end
serve "$main"
says "back at its own branch it syncs" 0 'sent: +2 entries' sync

# --- the line is cut at any byte -----------------------------------------------------------------------------------------------------------
serve_end
door=$port port=0 # the laptop knows the door; the branch is behind the proxy now
serve "$main"
proxy_start() {
    : > "$work/proxy.log"
    "$tools/cut_proxy" "$door" "$port" "$@" > "$work/proxy.log" 2>&1 &
    proxy_pid=$!
    disown "$proxy_pid"
    pids+=("$proxy_pid")
    for _ in $(seq 200); do grep -q listening "$work/proxy.log" && return; sleep 0.01; done
    die "the proxy listens" "$work/proxy.log"
}
proxy_end() {
    kill "$proxy_pid" 2>/dev/null
    gone "$proxy_pid"
    up=$(sed -nE 's/^up ([0-9]+) .*/\1/p' "$work/proxy.log") down=$(sed -nE 's/.* down ([0-9]+)$/\1/p' "$work/proxy.log")
}
proxied() { # [up|down BYTES]: a sync through the proxy
    local status=0
    proxy_start "$@"
    sync || status=$?
    proxy_end
    return $status
}
busy() { # many acts, so that the push is long
    forward 5
    printf '%s\n' "${free[@]:40:80}" | "$bookmobile" --data "$van" checkin --stdin > "$work/last" 2>&1 || not_ok "80 acts" "$work/last"
}
says "a sync through the proxy" 0 'copy and branch agree' proxied
short_up=$up short_down=$down
busy
says "and one with 80 acts" 0 'sent: +80 entries' proxied
long_up=$up
push=$((long_up - short_up))
[ "$push" -gt 500 ] || not_ok "80 acts make a push of $push bytes: too short to be cut in"
cuts=0
for i in $(seq 0 15); do
    busy
    at=$((short_up - 360 + push * i / 15)) # from the push's first bytes to its last
    says "cut $at bytes up, of $long_up" 3 'was cut in the middle' proxied up $at && cuts=$((cuts + 1))
    pending=$(unsent)
    [ "$pending" -eq 80 ] || not_ok "after a cut $at bytes up, $pending of 80 acts are unsent: the push was not cut"
    if [ $((i % 2)) -eq 0 ]; then
        says "cut again, in another place" 3 'was cut in the middle' proxied up $((at + 37))
    fi
    says "the next sync sends all of them" 0 'sent: +80 entries' proxied
done
for i in $(seq 0 7); do
    lend "${cards[5]}" "${free[$((130 + i))]}"
    at=$((short_down - 500 + 480 * i / 7)) # the replies to hello, push and pull
    says "cut $at bytes down, of $short_down" 3 'was cut in the middle' proxied down $at
    says "the next sync goes through" 0 'copy and branch agree' proxied
done
for at in 1 100 400; do
    says "cut $at bytes up, in the handshake" 3 'localhost' proxied up $at
done
says "cut in the first bytes of an answer" 3 'localhost' proxied down 1
says "the next sync goes through" 0 'copy and branch agree' proxied
own_acts "$van" > "$work/own" && branch_acts "$main" van1 > "$work/there"
same_files "after all cuts the branch has the laptop's $(wc -l < "$work/own") acts, each once" "$work/own" "$work/there"
clean_branch "$main" "after all cuts"
clean_laptop "$van" "after all cuts"
says "nothing was set aside or quarantined" 1 '' grep -E '"(messages_set_aside|entries_quarantined)": ?[1-9]' <("$branch" --data "$main" status --json)
serve_end
finish

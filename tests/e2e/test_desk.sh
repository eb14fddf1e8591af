#!/usr/bin/env bash
# `bookmobile desk` and `branch serve --pages`, the real programs: gps and sync beside the desk are killed, the branch goes away, the
# desk itself is killed: nothing acknowledged is lost, sessions go on, and nothing is left running.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
exec 2> "$work/stderr" # the shell's own "Killed" lines
van=$work/van main=$work/branch phrase="three green words"
desk_port=0 desk_pid='' url='' pages='' more=()

page() { python3 tests/e2e/page.py "$work/jar" "$url" "$@"; }
branch_page() { python3 tests/e2e/page.py "$work/jar.branch" "$pages" --ca "$work/ca.pem" "$@"; }
desk() { # [VARIABLE=value...]: started, on the same port as before
    local i
    for i in 1 2 3 4 5; do
        : > "$work/desk.log" # here, not by the child: what the last desk said is no sign of this one
        env "$@" "$bookmobile" --data "$van" desk --listen "127.0.0.1:$desk_port" --gps-port 1 --no-sync ${more[@]+"${more[@]}"} > "$work/desk.log" 2>&1 &
        desk_pid=$!
        disown "$desk_pid"
        pids+=("$desk_pid")
        for _ in $(seq 300); do
            grep -q listening "$work/desk.log" && break 2
            kill -0 "$desk_pid" 2>/dev/null || break
            sleep 0.02
        done
    done
    url=$(sed -nE 's|.*listening on (http://[^ ]*)/$|\1|p' "$work/desk.log" | head -1)
    [ -n "$url" ] || die "the desk serves" "$work/desk.log"
    desk_port=${url##*:}
}
gps_pid() { page get /api/state | sed -nE 's/.*"gps": \{[^}]*"pid": ([0-9]+).*/\1/p'; }
no_children() { # what, pid...: none of these runs any more
    local what=$1 p
    shift
    for p in "$@"; do gone "$p" || { not_ok "$what: $p still runs"; return; }; done
    ok "$what"
}

make_library
make_branch "$main"
make_certificates
for who in "ada admin" "sam staff" "vera viewer"; do
    echo "$phrase" | "$branch" --data "$main" staff add "${who% *}" --name "${who% *}" --role "${who#* }" --phrase-stdin > "$work/said" 2>&1 ||
        die "an account can be made" "$work/said"
done
serve "$main"
enrol "$main" "$van" van1

# --- where it listens --------------------------------------------------------------------------------------------
says "plain HTTP beyond this machine is refused" 2 'this machine alone' "$bookmobile" --data "$van" desk --listen 0.0.0.0:0 --no-gps --no-sync
says "an address that is none is wrong usage" 2 'not an address' "$bookmobile" --data "$van" desk --listen here --no-gps --no-sync
says "branch pages beyond this machine need a certificate" 2 'this machine alone' "$branch" --data "$main" serve --listen 127.0.0.1:0 --pages 0.0.0.0:0
says "a laptop that is none has no desk" 1 'not enrolled' "$bookmobile" --data "$work/nowhere" desk --listen 127.0.0.1:0
desk
says "a second desk of the same laptop is refused" 3 'another `bookmobile desk`' "$bookmobile" --data "$van" desk --listen 127.0.0.1:0

# --- acts ----------------------------------------------------------------------------------------------------------
says "without a login nothing is told" 0 '^401 ' page get /api/state
says "a phrase that is not theirs lets nobody in" 0 '^401 ' page login sam "three red words"
waits=
for _ in $(seq 8); do # each wrong one makes the wait longer, however slow this machine is
    page login sam "three red words" > "$work/said"
    grep -q '^429 ' "$work/said" && waits=yes && break
done
equal "and after some of them one waits" yes "$waits"
for _ in $(seq 300); do
    page login sam "$phrase" > "$work/said"
    grep -q '^200 ' "$work/said" && break
    sleep 0.2
done
also "staff log in with the account that the branch made" '^200 .*"role": "staff"'
says "the page tells whose desk it is" 0 '"library": "Marrowdale Libraries"' page get /api/session
says "an act" 0 '^200 .*"exit": 0.*"word": "lent"' page run checkout "${cards[0]}" "${free[0]}" --request r1
says "the act is in the journal" 0 'checkout' "$bookmobile" --data "$van" journal
says "a scan of what is lent, in return mode" 0 '"kind": "act".*"word": "returned"' page post /api/scan "{\"text\":\"A${free[0]}B\\r\",\"mode\":\"return\"}"

# --- the follower of gpsd is killed -----------------------------------------------------------------------------------
first=$(gps_pid)
kill -9 "$first"
says "the follower is started again" 0 '^200 ' page until /api/state gps.starts 2
second=$(gps_pid)
if [ -n "$second" ] && [ "$second" != "$first" ]; then ok "as another process"; else not_ok "as another process: $first, $second"; fi
says "and the desk has gone on" 0 '"exit": 0' page run checkout "${cards[1]}" "${free[1]}" --request r2

# --- the desk is killed ------------------------------------------------------------------------------------------------
second=$(gps_pid)
kill -9 "$desk_pid"
gone "$desk_pid" || die "the desk can be killed"
no_children "the follower ends with the desk, however that ended" "$second"
desk
says "the session goes on in the desk started anew" 0 '^200 .*"id": "sam"' page get /api/session
says "an act asked for again, its answer lost, is done once" 0 '"again": true' page run checkout "${cards[1]}" "${free[1]}" --request r2

# --- syncs -----------------------------------------------------------------------------------------------------------------
says "a sync is begun" 0 '"started": true' page post /api/sync '{}'
says "and comes to its end" 0 '"last_exit": 0' page until /api/state sync.runs 1
also "nothing is only here any more" '"unsent_acts": 0'
also "its answer is told" '"last": \{"pushed": [1-9]'
same_files "the branch has every act" <(own_acts "$van") <(branch_acts "$main" van1)

kill "$desk_pid"
gone "$desk_pid" || die "the desk ends when told to"
desk BOOKMOBILE_CRASH=pull.answered:1 # a place that only a sync passes
page post /api/sync '{}' > /dev/null
says "a sync that is killed is told" 0 '"last_exit": -1' page until /api/state sync.runs 1
says "and the desk has gone on" 0 '"exit": 0' page run checkout "${cards[2]}" "${free[2]}" --request r3
kill "$desk_pid"
gone "$desk_pid" || die "the desk ends when told to"

serve_end KILL
desk
page post /api/sync '{}' > /dev/null
says "a branch that is away is told" 0 '"last_exit": 3' page until /api/state sync.runs 1
also "what it was is said" '"error": "enet"'
says "and the desk has gone on" 0 '"exit": 0' page run checkout "${cards[3]}" "${free[3]}" --request r4

# --- the branch's pages --------------------------------------------------------------------------------------------------
: > "$work/serve.log"
"$branch" --data "$main" serve --listen "127.0.0.1:$port" --pages 127.0.0.1:0 --cert "$work/server.pem" --key "$work/server.key" > "$work/serve.log" 2>&1 &
server_pid=$!
disown "$server_pid"
pids+=("$server_pid")
for _ in $(seq 300); do
    grep -q listening "$work/serve.log" && grep -q '^pages at' "$work/serve.log" && break
    sleep 0.02
done
pages=$(sed -nE 's|^pages at (https://[^ ]*)/$|\1|p' "$work/serve.log")
[ -n "$pages" ] || die "the branch serves pages" "$work/serve.log"
page post /api/sync '{}' > /dev/null
says "once the branch is back a sync goes through" 0 '"last_exit": 0' page until /api/state sync.runs 2
says "the branch's page needs a login too" 0 '^401 ' branch_page get /api/state
says "those who look may log in there" 0 '^200 .*"role": "viewer"' branch_page login vera "$phrase"
says "and see what came" 0 '"state": "enrolled"' branch_page get /api/state
says "but not act" 0 '^403 .*"role"' branch_page run checkin "${free[2]}"
says "nor see the accounts" 0 '^403 .*"role"' branch_page run "staff list"
branch_page login ada "$phrase" > /dev/null
says "an administrator may" 0 '"exit": 0' branch_page run checkin "${free[2]}" --request b1
says "and make an account, the phrase on standard input" 0 '"word": "added"' branch_page post /api/run \
    '{"command":"staff add","words":["tom"],"options":{"--name":"Tom","--role":"staff"},"input":"another good phrase\n"}'
says "what was done there is the branch's" 0 'checkin' "$branch" --data "$main" entries --device branch
page post /api/sync '{}' > /dev/null
page until /api/state sync.runs 3 > /dev/null
says "the new account can log in on the van" 0 '^200 ' page login tom "another good phrase"
same_files "the branch has every act of the van" <(own_acts "$van") <(branch_acts "$main" van1)

# --- a second screen over the van's network ------------------------------------------------------------------------------------
kill "$desk_pid"
gone "$desk_pid" || die "the desk ends when told to"
says "a second screen's address is one of this laptop" 2 'own address' "$bookmobile" --data "$van" desk --listen 127.0.0.1:0 --lan 0.0.0.0:0
more=(--lan 127.0.0.1:0)
desk
for _ in $(seq 200); do # said after the first line
    grep -q 'other screens' "$work/desk.log" && break
    sleep 0.02
done
lan=$(sed -nE 's|^other screens at (https://[^ ]*)/ .*|\1|p' "$work/desk.log")
screen() { python3 tests/e2e/page.py "$work/jar.screen" "$lan" --ca "$van/lan-127.0.0.1.pem" "$@"; }
says "it speaks TLS by the desk's own certificate, and knows nobody" 0 '^401 .*"paired": false' screen get /api/session
says "no login before it is paired" 0 '^401 .*"pair"' screen login sam "$phrase"
page login sam "$phrase" > /dev/null
code=$(page post /api/pair-code '{}' | sed -nE 's/.*"code": "([^"]*)".*/\1/p')
says "the main screen's code lets it in" 0 '^200 ' screen post /api/pair "{\"code\":\"$code\"}"
says "then staff log in there" 0 '^200 ' screen login sam "$phrase"
says "and act, in the same journal" 0 '"exit": 0' screen run checkout "${cards[4]}" "${free[4]}" --request l1
says "as the main screen sees" 0 "\"patron\": \"${cards[4]}\"" page run "item show" "${free[4]}"
page post /api/sync '{}' > /dev/null
says "the branch hears of it" 0 '"unsent_acts": 0' page until /api/state sync.runs 1

# --- the whole screen --------------------------------------------------------------------------------------------------------
kill "$desk_pid"
gone "$desk_pid" || die "the desk ends when told to"
mkdir "$work/bin"
printf '#!/bin/sh\necho "$@" > "%s/chromium.said"\nexec sleep 300\n' "$work" > "$work/bin/chromium"
chmod +x "$work/bin/chromium"
more=(--kiosk)
desk PATH="$work/bin:$PATH"
for _ in $(seq 200); do
    [ -s "$work/chromium.said" ] && break
    sleep 0.02
done
if grep -q -- "--kiosk --app=$url/" "$work/chromium.said"; then ok "a kiosk is started on the page"; else not_ok "a kiosk is started on the page" "$work/chromium.said"; fi
kiosk=$(pgrep -P "$desk_pid" sleep)
kill "$desk_pid"
gone "$desk_pid" || die "the desk ends when told to"
no_children "and ends with the desk" "$kiosk"
more=()
desk

# --- the end ----------------------------------------------------------------------------------------------------------------
third=$(gps_pid)

kill "$desk_pid"
gone "$desk_pid" || not_ok "the desk ends when told to"
no_children "nothing is left running beside it" "$third"
serve_end
clean_laptop "$van" "after all that"
clean_branch "$main" "after all that"
finish

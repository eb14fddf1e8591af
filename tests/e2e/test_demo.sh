#!/usr/bin/env bash
# The demo, whole: on the made sample, and on the data of a real library and a real timetable where they are at hand.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

mkdir "$work/build" # a build folder of its own, so that the one of `make demo` stays to be looked around in
ln -s "$(dirname "$branch")" "$work/build/bin"
ln -s "$tools" "$work/build/tool"

demo() { # what, [data folder]
    local what=$1 status=0
    shift
    tests/demo/run.sh "$work/build" "$@" > "$work/said" 2>&1 < /dev/null || status=$?
    if [ $status -ne 0 ]; then
        not_ok "$what ends with exit $status" "$work/said"
        return
    fi
    ok "$what ends 0"
    also "$what: every act came out as foretold" '^[0-9]+ acts .*, 0 not as expected'
    also "$what: some acts were to be refused" '\([1-9][0-9]* of them to be refused\)'
    also "$what: the laptop's acts went over" 'sent: +[1-9][0-9]* entries in [1-9]'
    also "$what: syncing again sends nothing" 'sent: +0 entries in 0 batches'
    also "$what: replica and branch agree by digest" 'copy and branch agree'
    also "$what: GPS saw the van come and go" '[1-9][0-9]* arrivals, [1-9][0-9]* departures'
    also "$what: visits are reported, planned against actual" '^date +stop +planned +actual'
    also "$what: circulation is reported per stop" '^stop +planned +made'
    also "$what: there are exceptions, with reasons" '^[1-9][0-9]* exceptions?$'
    also "$what: the branch is clean" '^clean$'
    also "$what: the laptop's replica is what base and journal say" '^rebuilt: +sound'
    also "$what: the script's own list is the branch's" 'open loans, the same in the script.s list'
    also "$what: it says how to look around" 'all well after [0-9]+ s'
    grep -E 'all well after|not as expected' "$work/said" | tr -d '=' | sed 's/^ */    /'
}
demo "the demo"
data=${BM_SHARED:-../shared}/data
if [ ! -d "$data" ]; then
    skip "the demo on real data: $data is not there"
elif [ ! -x "$tools/make_from_data" ]; then
    skip "the demo on real data: the tool make_from_data is not built"
else
    demo "the demo on real data" "$(realpath "$data")"
fi
finish

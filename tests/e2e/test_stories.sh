#!/usr/bin/env bash
# Five exceptions that a librarian must understand, each come about as in life, with real programs: told in the list, told as
# a story without our words, as JSON; settled, taken back, settled again.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

main=$work/branch
b() { "$branch" --data "$main" "$@"; }
v1() { "$bookmobile" --data "$work/van1" "$@"; }
v2() { "$bookmobile" --data "$work/van2" "$@"; }
at() { # local time: the clock goes there
    local ms=$(($(TZ=Europe/London date -d "$1" +%s) * 1000))
    forward $(((ms - now_ms) / 1000))
}
does() { # what, words, command...: must be done; what was said is in $work/said
    says "$1" 0 "$2" "${@:3}"
}
entry_of() { "$@" --json < /dev/null 2>> "$work/errors" | json entry; } # command: the entry it wrote
open_id() { b exceptions list --json | tr '{' '\n' | grep "\"code\":\"$1\"" | json id; }
listed() { # code: $id, or nothing
    id=$(open_id "$1")
    if [ -n "$id" ]; then ok "$1 is in the list"; else not_ok "$1 is not in the list"; fi
}
tell() { # code: its story
    listed "$1"
    says "$1 is told" 0 "$id" b exceptions show "$id"
    [ -n "${SHOW:-}" ] && cat "$work/said"
    sed '/^What to do next/,$d' "$work/said" | sed -E 's/arrived here \([^)]*\)//' > "$work/told"
    check "$1: no id of an entry is in the words" bash -c '! grep -E "[0-9a-f]{16}\.[0-9]" "$1"' - "$work/told"
    b exceptions show "$id" --json > "$work/json" 2>&1
    check "$1: the JSON is valid, and of that exception" python3 -c 'import json, sys
x = json.load(open(sys.argv[1]))
assert x["id"] == sys.argv[2] and x["code"] == sys.argv[3], x
assert x["sentence"] and x["now"] and x["events"] and x["next"], x
assert all(e["when"] and e["where"] and e["words"] for e in x["events"]), x' "$work/json" "$id" "$1"
    b exceptions list --json > "$work/list" 2>&1
    check "$1: the list has it with what the story says" python3 -c 'import json, sys
x = next(x for x in json.load(open(sys.argv[1])) if x["id"] == sys.argv[3])
story = json.load(open(sys.argv[2]))
assert all(x[k] == story[k] for k in ("code", "card", "patron")), (x, story)
assert all(x[k] in (None, story[k]) for k in ("item", "title")), (x, story)
act = [e for e in story["events"] if e["part"] == "entry"]
assert [x["words"], x["t_ms"], x["where"]] == ([act[0][k] for k in ("words", "t_ms", "where")] if act else [None] * 3), (x, act)' "$work/list" "$work/json" "$id"
}
tasks() { # what, [list how-many]...: how many the list of tasks has of each
    local what=$1
    shift
    b tasks --json > "$work/json" 2>&1
    check "$what" python3 -c 'import json, sys
x = json.load(open(sys.argv[1]))
lists = [k for k in x if k != "count"]
assert lists == ["exceptions", "pull", "clear", "ready"] and x["count"] == sum(len(x[k]) for k in lists), x
assert all(t["do"] and t["command"].startswith("branch ") for k in lists for t in x[k]), x
wanted = dict(zip(sys.argv[2::2], map(int, sys.argv[3::2])))
assert {k: len(x[k]) for k in lists} == {k: wanted.get(k, 0) for k in lists}, x' "$work/json" "$@"
    says "$what, in words" 0 '' b tasks
    [ -n "${SHOW:-}" ] && cat "$work/said"
}
settle_twice() { # code: settled, taken back, settled again
    local word
    word=$(entry_of b exceptions settle "$id" --as accept --why "spoken with the patron")
    says "$1: settled, it is no longer open" 0 'settled' b exceptions show "$id"
    also "$1: and says how to undo that" "branch void $word"
    also "$1: and why" ': spoken with the patron;'
    equal "$1: not in the list" "" "$(open_id "$1")"
    says "$1: settled is settled" 1 'settled already' b exceptions settle "$id" --as accept
    does "$1: the settlement is taken back" '' b void "$word" --why "not yet"
    equal "$1: it is open again" "$id" "$(open_id "$1")"
    does "$1: and settled again" 'SETTLED' b exceptions settle "$id" --as accept
    equal "$1: for good" "" "$(open_id "$1")"
}

make_library
make_branch "$main"
make_certificates
serve "$main"
ann=2000000001 ben=2000000002 cat=2000000003 dan=2000000004 eve=2000000005
tasks "a new branch has none"
also "and says so" '^nothing to do$'
for who in "$ann:Ann Invented" "$ben:Ben Made-Up" "$cat:Cat Imagined" "$dan:Dan Fabled" "$eve:Eve Supposed"; do
    does "${who#*:} is registered" REGISTERED b patron add --card "${who%%:*}" --name "${who#*:}" --category ADULT
done
at '2026-10-05 09:00'
enrol "$main" "$work/van1" van1
enrol "$main" "$work/van2" van2
does "the first laptop has a name" '' b device set van1 --name "Van North"
# Of the copies in no loan: two of one title, for the hold, and others of other titles.
declare -A title=() first=()
wanted= rest=()
for i in "${free[@]:0:40}"; do
    title[$i]=$(b item show "$i" --json 2>> "$work/errors" | json title)
    t=${title[$i]}
    [ -n "$t" ] || continue
    if [ -z "$wanted" ] && [ -n "${first[$t]:-}" ]; then wanted=$t y=${first[$t]} x=$i; fi
    first[$t]=${first[$t]:-$i}
done
for i in "${free[@]:0:40}"; do [ -n "${title[$i]}" ] && [ "${title[$i]}" != "$wanted" ] && rest+=("$i"); done
if [ -z "$wanted" ] || [ ${#rest[@]} -lt 4 ]; then die "the sample has too few copies"; fi
does "Eve borrows on Monday, for three weeks" 'due Mon 26 Oct 2026' b checkout "$eve" "${rest[2]}"
does "Dan waits for a title" 'HOLD' b hold place "$dan" "$wanted" --pickup MAIN
at '2026-10-05 17:00'
does "the vans hear of it" '' v1 sync
does "both of them" '' v2 sync

# --- 1: lent twice, and the van came home late ----------------------------------------------------------------------------------
item=${rest[0]}
at '2026-10-05 18:02'
does "1: the branch lends a copy to Ann" LENT b checkout "$ann" "$item"
at '2026-10-06 10:02'
does "1: the van lends it to Ben, who found it in the van's book box" LENT v1 checkout "$ben" "$item"
at '2026-10-08 16:30'
does "1: on Thursday the van comes home" '' v1 sync
tasks "tasks: one clash, and a hold that waits with a copy free" exceptions 1 pull 1
also "tasks: the clash by its id and sentence" "^  $(open_id lent_over_loan)  $item .*: Lent while"
also "tasks: what to type to see it" "^      branch exceptions show $(open_id lent_over_loan)$"
also "tasks: who waits, for what, and where it is fetched" "^  fetch ($x|$y) \".*for $dan \(Dan Fabled\), to collect at MAIN"
also "tasks: what to type then" "^      branch hold capture ($x|$y)$"
tell lent_over_loan
for words in 'Tue 6 Oct 10:02' 'Mon 5 Oct 18:02' "$ann \(Ann Invented\)" "$ben \(Ben Made-Up\)" 'Van North' 'the branch' 'Thu 8 Oct 16:30' \
    "Now: on loan to $ben \(Ben Made-Up\)" "branch exceptions settle $id --as accept" "branch void "; do
    b exceptions show "$id" > "$work/said"
    also "1: the story says: $words" "$words"
done
settle_twice lent_over_loan

# --- 2: a card that was replaced while the van was out -----------------------------------------------------------------------------
item=${rest[1]} new=2000000093
at '2026-10-09 09:30'
does "2: Cat lost her card, the branch gives a new one" '' b patron replace "$cat" "$new" --why "lost on the bus"
at '2026-10-09 14:10'
does "2: somebody borrows with the old one on the van" LENT v1 checkout "$cat" "$item"
at '2026-10-09 17:00'
does "2: the van comes home" '' v1 sync
tell card_replaced
for words in 'Fri 9 Oct 09:30' 'Fri 9 Oct 14:10' "card $cat \(Cat Imagined\) was replaced by card $new" 'lost on the bus' 'who used it' \
    "branch patron show $new" "branch void "; do
    also "2: the story says: $words" "$words"
done
settle_twice card_replaced

# --- 3: one hold, two copies ---------------------------------------------------------------------------------------------------------
at '2026-10-12 10:00'
does "3: one van sets a copy aside for Dan" 'SET ASIDE' v1 hold capture "$y"
at '2026-10-12 11:00'
does "3: the other van another" 'SET ASIDE' v2 hold capture "$x"
at '2026-10-12 17:00'
does "3: both come home" '' v1 sync
does "3: one after the other" '' v2 sync
tasks "tasks: one copy to hand over, one to put back" exceptions 1 clear 1 ready 1
also "tasks: which to put back, and why" "^  take $x .* off the hold shelf: another copy fills the hold"
also "tasks: which to hand over, to whom" "^  $y .*hand it to $dan \(Dan Fabled\) at MAIN"
tell hold_taken
for words in "$x" "the hold of $dan \(Dan Fabled\)" "$y" 'Mon 12 Oct 10:00' 'Mon 12 Oct 11:00' 'Van North' "branch checkin $x"; do
    also "3: the story says: $words" "$words"
done
never "3: holds are told by patron and title" 'set aside for hold'
settle_twice hold_taken

does "3: the copy goes back to its shelf" '' b checkin "$x"
tasks "tasks: what is put back is off the list" ready 1
does "3: Dan gets his" LENT b checkout "$dan" "$y"
tasks "tasks: all is done again"

# --- 4: paid, and then it had come back in time -----------------------------------------------------------------------------------------
item=${rest[2]}
at '2026-10-24 15:00'
does "4: Eve gives her book back on the van, in time" RETURNED v2 checkin "$item"
at '2026-10-30 10:00'
does "4: it is unpacked at the branch before the van has synced: four days late" '0\.40' b checkin "$item"
at '2026-10-30 10:05'
does "4: Eve pays" '' b pay "$eve" 0.40
at '2026-10-30 17:00'
does "4: the van comes home" '' v2 sync
tell credit
for words in "Eve Supposed" 'Sat 24 Oct 15:00' 'Fri 30 Oct 10:05' '0\.40' 'to .*credit' "branch refund $eve 0\.40"; do
    also "4: the story says: $words" "$words"
done
settle_twice credit

# --- 5: taken back by telephone, before it was known ------------------------------------------------------------------------------------
item=${rest[3]}
at '2026-11-02 10:00'
slip=$(entry_of v1 checkout "$ben" "$item")
at '2026-11-02 10:20'
says "5: what is not here is taken back only if staff say so" 1 'no such entry here.*--override' b void "$slip" --why "the driver rang: wrong patron"
does "5: the driver rings: that was a slip" 'has not arrived here' b void "$slip" --override --why "the driver rang: wrong patron"
tasks "tasks: what settles itself is none"
tell void_waits
for words in 'Mon 2 Nov 10:20' 'the driver rang' 'Van North' 'has not arrived' 'Now: waiting for Van North, which synced last on Mon 12 Oct 17:00' 'goes by itself'; do
    also "5: the story says: $words" "$words"
done
settle_twice void_waits
at '2026-11-02 17:00'
does "5: the van comes home" '' v1 sync
says "5: it has gone by itself" 1 'no exception' b exceptions show "$id"
says "5: and nobody has the copy" 0 '' b item show "$item"
never "5: no loan" 'ON LOAN'

# --- what a story tells staff to type exists ---------------------------------------------------------------------------------------------
while read -r line; do
    read -ra words <<< "${line%%[A-Z\{-]*}" # the command's own words
    "$branch" "${words[@]:1}" --help > "$work/said" 2>&1 || { not_ok "no such command: $line" "$work/said"; continue; }
    ok "there is: ${words[*]}"
    for option in $(grep -oE -- '--[a-z]+' <<< "$line"); do also "${words[*]} takes $option" "$option"; done
done < <(grep -oE '"branch [a-z][^"]*"' sync/story_next.c | tr -d '"' | sort -u)

clean_branch "$main" "at the end"
serve_end
finish

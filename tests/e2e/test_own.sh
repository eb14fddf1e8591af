#!/usr/bin/env bash
# What a bookmobile has and a branch has not: visits that do not take place and the due dates on them, card numbers of its
# own, holds to collect at a stop, loading and unloading by scanning, the shelf aboard.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

main=$work/branch van=$work/van1
b() { "$branch" --data "$main" "$@"; }
v() { "$bookmobile" --data "$van" "$@"; }
both() { # forward, then both hear of each other
    forward 60
    says "sync: $1" 0 'copy and branch agree' v sync
}

make_library
cat > "$work/rules.csv" <<'CSV'
branch,category,itype,loan,renew_max,renew_loan,limit,closed,rate,grace,max,price,keep,age_min,overridable
*,*,*,"next_visit(5,30)",50,,500,keep,10,0,500,,0,,expired held loaned limit unfit missing renewals wanted
CSV
cat > "$work/day/routes.csv" <<'CSV'
organisation,mobile,route,community,stop,address,postcode,geox,geoy,day,type,arrival,departure,frequency,start,end,exceptions,timetable
Lib,VAN1,Monday,Eastmere,Green,,,-1.40,51.20,Monday,Public,10:00,10:30,FREQ=WEEKLY,2026-01-05,,,
Lib,VAN1,Monday,Norby,Church,,,-1.30,51.20,Monday,Public,11:00,11:30,FREQ=WEEKLY,2026-01-05,,,
Lib,VAN1,Tuesday,Oldham,Pump,,,-1.20,51.20,Tuesday,Public,9:00,10:00,FREQ=WEEKLY,2026-01-06,,,
Lib,VAN2,Monday,Westby,Inn,,,-1.10,51.20,Monday,Public,9:00,10:00,FREQ=WEEKLY,2026-01-05,,,
CSV
make_branch "$main"
make_certificates
serve "$main"

# --- card numbers ------------------------------------------------------------------------------------------------------
invite "$main" van1 > /dev/null
says "a laptop is given card numbers" 0 'card numbers 770001-770003, 3 free' b device set van1 --cards 770001-770003
says "a new laptop does not get numbers of another" 1 'van1 has numbers of this range' b device add van2 --cards 770003-770009
says "and is not there then" 1 'no laptop is called van2' b device set van2 --cards 780001-780009
says "a range is two numbers" 2 'FIRST-LAST' b device set van1 --cards 770001
enrol "$main" "$van" van1
says "how many are left stands in the status" 0 '^cards: +770001-770003, 3 numbers left; ask the branch' v status
says "they came with the enrolment" 0 'card 770001' v patron add --name "Ann New"
also "few are left: it says so" '2 card numbers are left'
says "a card given by hand" 0 'card 770003' v patron add --name "Ben New" --card 770003
says "the next number nobody has" 0 'card 770002' v patron add --name "Cat New" --request r-1
says "asked again: the same" 0 'card 770002' v patron add --name "Cat New" --request r-1
says "used up: a clear word" 1 'no card number is left.*770001-770003' v patron add --name "Dan New"
says "none left, says the status" 0 '"cards_left": ?0' v status --json
says "entries of a laptop that is none" 1 'no laptop is called nosuch here' b entries --device nosuch
says "entries of a laptop" 0 "van1\." b entries --device van1 --json
says "a new range at the branch" 0 'it hears of it at its next sync' b device set van1 --cards 770101-770199
both "the new range"
says "it came with the sync" 0 'card 770101' v patron add --name "Dan New"
says "the list of laptops shows it" 0 '770101-770199' b device list
both "patrons"
says "no number came twice" 0 '^0 exceptions' b exceptions list

# --- visits that do not take place ----------------------------------------------------------------------------------------
a=770001 c=770002
forward 3600
says "at Eastmere" 0 'OPENED' v stop open
says "due at the next visit" 0 'due Mon 12 Oct 2026' v checkout "$a" "${free[0]}"
says "the van leaves" 0 'CLOSED' v stop close
both "a loan"
says "routes and stops are listed" 0 'VAN1/Norby/Church' b route list
says "a name of two vehicles is not guessed" 2 'VAN1/Monday' b route suspend Monday 2026-10-12 2026-10-12 --why "gearbox"
says "a route nobody has" 1 'no route or vehicle' b route suspend Friday 2026-10-12 2026-10-12 --why "gearbox"
says "a day that is none" 2 'dates' b route suspend VAN1/Monday 2026-13-12 2026-10-12 --why "gearbox"
says "a suspension needs a reason" 2 'why' b route suspend VAN1/Monday 2026-10-12 2026-10-12
says "a route is suspended, and due dates move" 0 "^$a,${free[0]},2026-10-12,2026-10-19$" \
    b route suspend VAN1/Monday 2026-10-12 2026-10-12 --why "gearbox" --move-due --csv
says "again: nothing moves twice" 0 'SUSPENDED ALREADY' b route suspend VAN1/Monday 2026-10-12 2026-10-12 --why "gearbox" --move-due
also "again: nothing moved" '^0 due dates moved'
says "the loan is due a week later" 0 "${free[0]} .*2026-10-19" b report loans
says "the suspension is listed" 0 'VAN1/Monday +2026-10-12 +2026-10-12 +gearbox' b route list
entry=$(b route list --json | tr '{' '\n' | grep gearbox | json entry)
both "a suspension"
says "the laptop shows the date moved" 0 '2026' v patron show "$a"
says "a loan there now skips the visit" 0 'OPENED' v stop open "Norby, Church"
says "due a week later still" 0 'due Mon 19 Oct 2026' v checkout "$c" "${free[1]}"
says "closed" 0 'CLOSED' v stop close
forward $((6 * 86400)) # Sunday
says "the next call is Tuesday's" 0 'next: Oldham, Pump, 2026-10-13' v stop next
forward $((3 * 86400))
both "the week after"
says "reported as suspended" 0 'VAN1/Norby/Church .*suspended' b report visits --from 2026-10-12 --to 2026-10-12
also "the other van missed its own" 'VAN2/Westby/Inn .*missed'
says "and counted by stop" 0 '^VAN1/Norby/Church +0 +0 +0 +1 ' b report stops --from 2026-10-12 --to 2026-10-12
clean_branch "$main" "with a suspension"
says "what is no suspension is not resumed" 1 'no suspension' b route resume branch.0000000000000001.1
says "taken back" 0 'RESUMED' b route resume "$entry"
says "then it was missed" 0 'VAN1/Norby/Church .*missed' b report visits --from 2026-10-12 --to 2026-10-12
says "the date told stays" 0 "${free[0]} .*2026-10-19" b report loans

# --- loading, the shelf, checking, unloading ----------------------------------------------------------------------------------
printf '%s\r\n' "${free[@]:10:6}" "${free[10]}" > "$work/load"
printf 'not known 1\n\x01\n' >> "$work/load"
says "loaded by scanning; junk and strangers are named" 1 '^LOADED  6 to VAN1' v manifest load --from "$work/load"
also "junk by its line" '^line 9 is no barcode'
also "twice by its number" '^1 line of copies scanned before'
also "a stranger" 'not known 1 .*not known here'
says "aboard, in shelving order" 0 "${free[12]}" v shelf --csv
cut -d, -f2 "$work/said" | grep -E '^[0-9]+$' > "$work/aboard"
says "the shelf of a place by --place" 0 '' v shelf --place VAN1 --json
grep -v "${free[11]}" "$work/aboard" > "$work/found"
elsewhere=$(printf '%s\n' "${free[@]:20}" | grep -vxFf "$work/aboard" | head -1)
printf '%s\n' "${free[0]}" "$elsewhere" >> "$work/found"
before=$(own_acts "$van" | wc -l)
says "checked: one is missing, two are not expected" 0 '1 missing, 2 not expected; nothing was changed' v manifest check --from "$work/found"
also "the missing with its number" "${free[11]}"
also "one of another place" "$elsewhere .*belongs to"
also "one on loan" "${free[0]} .*on loan to $a"
equal "a check writes nothing" "$before" "$(own_acts "$van" | wc -l)"
says "recorded" 0 'recorded' v manifest check --from "$work/found" --record --missing
equal "three entries" $((before + 3)) "$(own_acts "$van" | wc -l)"
says "checked again: all as expected" 0 ' 0 missing, 0 not expected' v manifest check --from "$work/found"
says "a scanner may be standard input" 0 '0 aboard as expected' bash -c '"$1" --data "$2" manifest check --from - < /dev/null' - "$bookmobile" "$van"
says "a list must be given" 2 'from' v manifest check
seq 1 5001 > "$work/many"
says "too many lines: nothing is begun" 3 'more than 5000 lines' v manifest load --from "$work/many"
both "the load"
says "the branch knows what is aboard" 0 'VAN1' b item show "${free[12]}"
says "a book that was in a hand is no longer on loan" 0 'seen_on_loan' b exceptions list
says "unloaded to the branch" 0 'UNLOADED  1 to MAIN' bash -c 'echo "$3" | "$1" --data "$2" manifest unload --from -' - "$bookmobile" "$van" "${free[13]}"

# --- holds to collect at a stop ---------------------------------------------------------------------------------------------------
says "a hold for a stop" 0 'collect at VAN1/Oldham/Pump' v hold place "$a" "${free[12]}" --copy --pickup VAN1/Oldham/Pump
says "it is to be set aside, and is aboard" 0 'TO SET ASIDE' v holds
also "that copy" "${free[12]} +VAN1 +VAN1/Oldham/Pump +$a"
says "set aside" 0 'SET ASIDE' v hold capture "${free[12]}"
says "for the next visit there" 0 "Tue 20 Oct 2026 09:00 +VAN1/Oldham/Pump +$a +${free[12]}" v holds --stop oldham
says "not for another stop" 0 '^nothing' v holds --stop norby
both "a hold"
says "the branch sees the same" 0 "Tue 20 Oct 2026 09:00 +VAN1/Oldham/Pump +$a +${free[12]}" b holds
says "and has it among its tasks, with the visit" 0 "${free[12]}.*hand it to $a .* at VAN1/Oldham/Pump on Tue 20 Oct 09:00" b tasks
says "suspended meanwhile" 0 'SUSPENDED  VAN1' b route suspend van1 2026-10-15 2026-10-21 --why "strike"
both "a strike"
says "the next visit is later" 0 "Tue 27 Oct 2026 09:00 +VAN1/Oldham/Pump" v holds
says "cancelled: its slip is for nobody" 0 '' v hold cancel "$(v holds --json | tr '{' '\n' | grep "${free[12]}" | json hold)"
says "to be put back" 0 'TO PUT BACK' v holds
also "that copy" "${free[12]} .*the hold is over"

# --- the end ----------------------------------------------------------------------------------------------------------------------
both "the end"
clean_branch "$main" "at the end"
clean_laptop "$van" "at the end"
serve_end
finish

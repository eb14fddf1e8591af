#!/usr/bin/env bash
# Every act there is, once on the laptop and once at the branch's desk, by the same commands; then a sync, and both show the same.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

main=$work/branch van=$work/van
van() { "$bookmobile" --data "$van" "$@"; }
main() { "$branch" --data "$main" "$@"; }
here() { "$at" "$@"; } # the program that is being driven: van or main
says_here() { # what, exit status, words, command...
    forward 5
    says "$at: $1" "$2" "$3" "$at" "${@:4}"
}
said_entry() { json entry < "$work/said"; }

make_library
cat >> "$work/rules.csv" <<'CSV'
*,GROUP,*,14d,50,14d,500,keep,0,0,0,2000,200,,expired held loaned limit unfit missing renewals wanted
*,ADULT,*,21d,50,21d,500,keep,10,0,500,2000,200,,expired held loaned limit unfit missing renewals wanted
CSV
make_branch "$main"
make_certificates
serve "$main"
enrol "$main" "$van" van1
forward 60

drive() { # van or main, first card, first copy: every act
    at=$1
    local a=${cards[$2]} b=${cards[$2 + 1]} i=("${free[@]:$3:30}") class="77$2" lost charge act short
    echo "# at $at"
    # people
    says_here "a class gets a card" 0 'REGISTERED' patron add --card "$class" --name "Class $2" --category GROUP --staff ann
    says_here "a patron is changed" 0 'UPDATED' patron update "$a" --name "New Name" --why "married"
    says_here "a name alone needs a card that is known" 1 'no such card' patron update 29990000000001 --name X

    # a list of barcodes for the class
    printf '%s\n' "${i[0]}" "${i[1]}" 39990000000001 "${i[2]}" > "$work/list"
    says_here "a class is lent a list" 1 'SUMMARY  3 done, 1 refused, 0 not done' checkout "$class" --from "$work/list"
    also "with the reason of each that was refused" '^  39990000000001 .* No such item here'
    says_here "a date of its own needs an override" 2 'needs --override' checkout "$class" "${i[3]}" --due 2027-01-31
    says_here "and a reason" 2 'needs --why' checkout "$class" "${i[3]}" --due 2027-01-31 --override
    says_here "then the date stands" 0 'LENT.*due Sun 31 Jan 2027' checkout "$class" "${i[3]}" --due 2027-01-31 --override --why "deposit collection"
    says_here "no date that lies behind" 2 'in the past' checkout "$class" "${i[4]}" --due 2025-01-31 --override --why x
    says_here "no date that is none" 2 'takes a date' checkout "$class" "${i[4]}" --due soon --override --why x
    seq 501 > "$work/long"
    says_here "a list of more than 500" 3 'more than 500 lines' checkin --from "$work/long"
    says_here "a list that is not there" 1 'No such file' checkin --from "$work/nowhere"
    says_here "a later due date" 0 'DUE DATE CHANGED.*Sun 28 Feb 2027' due "${i[0]}" --to 2027-02-28 --why "the stop is suspended"
    says_here "no earlier one" 1 'not taken back' due "${i[0]}" --to 2026-12-01 --why x
    says_here "not without a reason" 2 'needs --to DATE, and --why' due "${i[0]}" --to 2027-03-01

    # copies
    says_here "an unknown barcode is added, with a title nobody knows" 0 'ADDED  A gift / Somebody' item add "8000$2" --name "A gift" --author Somebody --price 9.00
    says_here "only once" 1 'known already' item add "8000$2" --name "A gift"
    says_here "a second copy of it" 0 'ADDED  A gift' item add "8001$2" --title "8000$2"
    says_here "an amount that is none" 2 'write it as 2.50' item add "8002$2" --name X --price 2,50
    says_here "found again by its words" 0 'A gift' search gift
    says_here "it is lent" 0 'LENT  A gift' checkout "$a" "8000$2"
    says_here "copies go to another place" 0 'MOVED' item move "${i[5]}" "${i[6]}" --to depot
    says_here "one that is on loan does not" 1 'REFUSED.*check it in first' item move "${i[1]}" --to depot
    says_here "a place must be said" 2 'needs --to' item move "${i[5]}"
    says_here "used in the house" 0 'USED HERE' item use "${i[7]}"
    says_here "damaged" 0 'DAMAGED' item damaged "${i[7]}" --why "coffee"
    says_here "coming back it is told" 0 'ALERT  It is marked damaged' checkin "${i[7]}"
    says_here "to be mended, at the cost of who is named" 0 'ALERT  Charged for the damage: 3.00' item mend "${i[7]}" --charge 3.00 --patron "$b"
    says_here "in order again" 0 'OK' item ok "${i[7]}"
    says_here "missing" 0 'MISSING' item missing "${i[8]}"
    says_here "found" 0 'OK' item found "${i[8]}"
    says_here "withdrawn" 0 'WITHDRAWN' item withdrawn "${i[8]}"
    says_here "not one that nobody knows" 1 'no item 39990000000001 here' item damaged 39990000000001

    # loss, and what is late
    says_here "three are lent" 0 'LENT' checkout "$a" "${i[10]}" "${i[11]}" "${i[12]}"
    says_here "one is lost" 0 'ALERT  Charged for the loss: ' item lost "${i[10]}" --charge 18.50
    says_here "not twice" 1 'lost already' item lost "${i[10]}"
    says_here "one was brought back, he says" 0 'CLAIMED RETURNED' item claimed "${i[11]}"
    says_here "one is lost from the shelf" 0 'LOST FROM THE SHELF' item lost "${i[13]}"
    forward $((23 * 86400))
    printf '%s\n' "${i[1]}" "${i[2]}" > "$work/list"
    says_here "the class is late" 0 'SUMMARY  2 done, 0 refused, 0 not done' checkin --from "$work/list"
    never "and owes nothing: its rule has no fine" 'ALERT'
    says_here "a late return is charged" 0 'ALERT  Overdue; charged for being late: 0.[0-9]0' checkin "${i[12]}"
    says_here "a lost one is found" 0 'ALERT  It was lost and is found' checkin "${i[10]}"

    # money
    says_here "a charge" 0 '"word":"charged".*"amount_cents":250' charge "$a" 2.50 --why photocopies --json
    charge=$(json charge < "$work/said")
    says_here "a charge needs a reason" 2 'needs --why' charge "$a" 2.50
    says_here "what is owed is shown" 0 'OWES [0-9.]+' patron show "$a"
    also "with each charge" '/manual +.* 2.50 +0.00 +0.00 +2.50'
    short=$(grep -oE '^[a-z0-9-]+\.[0-9]+/manual' "$work/said" | head -1)
    says_here "a part of it is paid, by its short name" 0 'PAID .* 1.00' pay "$a" 1.00 --for "$short"
    says_here "a part is forgiven" 0 'WAIVED .* 0.50' waive "$charge" 0.50 --why kindness
    says_here "no more than is owed" 1 'REFUSED.*Only 1.00 is owed' waive "$charge" 1.50 --why kindness
    says_here "too much is refused" 1 'REFUSED.*--credit leaves the rest' pay "$a" 500
    says_here "nonsense is no amount" 2 'write it as 2.50' pay "$a" 2.5
    says_here "nor is nothing" 2 'write it as 2.50' pay "$a" 0
    says_here "the oldest charges are paid first" 0 '"word":"paid"' pay "$a" 2.00 --json
    also "an entry each" '"parts":\[\{"entry":"[^"]+","charge":"[^"]+/(lost|overdue)","cents":[0-9]+\}'
    says_here "more than owed stays as credit when told so" 0 'credit' pay "$a" 50 --credit
    says_here "credit is paid back" 0 'PAID BACK' refund "$a" 10 --why "paid too much"
    says_here "not without a reason" 2 'needs --why' refund "$a" 1
    says_here "not more than there is" 1 'REFUSED.*stands to his credit' refund "$a" 500 --why x
    says_here "a charge that there is not" 1 'no charge .*patron show lists them' pay "$a" 1 --for "$([ "$at" = van ] && echo van1 || echo branch).1/lost"

    # cards
    says_here "a card is replaced" 0 'CARD REPLACED.*new card 66'"$2" patron replace "$b" "66$2" --why lost
    says_here "the old one says by which" 1 'REFUSED.*replaced by 66'"$2" checkout "$b" "${i[14]}"
    says_here "the new one is the same patron" 0 'LENT' checkout "66$2" "${i[14]}"
    says_here "and has the old one's debts" 0 'damage' patron show "66$2"
    says_here "not by one in use" 1 'in use already' patron replace "66$2" "$a" --why lost

    # the day
    says_here "a note" 0 'NOTED' note "the ramp is stuck" --staff ann
    says_here "the odometer" 0 'NOTED' odometer 48213.4
    says_here "which shows a number" 2 'no reading' odometer far
    says_here "a cost" 0 'NOTED' cost fuel 50.12
    says_here "a programme" 0 'COUNTED' tally programme 14
    says_here "caught up from paper" 0 'COUNTED' tally visitors 3 --when 2026-10-05T09:30 --source paper

    # asked twice, taken back
    forward 5
    here charge "$a" 1.00 --why copies --request "$at-1" --json > "$work/once"
    forward 5
    here charge "$a" 1.00 --why copies --request "$at-1" --json | sed 's/"again": *true, *//' > "$work/twice"
    same_files "$at: a request asked again gets the same answer" "$work/once" "$work/twice"
    act=$(json entry < "$work/once")
    says_here "the charge is taken back" 0 '"word":"taken back"' void "$act" --why "wrong patron" --json
    says_here "a void is not" 1 'a void cannot be taken back' void "$(said_entry)"
    says_here "no entry" 2 'not the id of an entry' void nonsense
}

drive van 0 0
drive main 4 40

# --- at the branch only -----------------------------------------------------------------------------------------------------
at=main
says_here "a copy is of another title" 0 'RECATALOGUED' item recat "80014" --title "${free[90]}"
says_here "a notice needs its ground" 1 'not on loan' notice "${free[91]}" --kind overdue
main checkout "${cards[7]}" "${free[91]}" > /dev/null
forward $((40 * 86400))
says_here "who is late is told" 0 'TOLD' notice "${free[91]}" --kind overdue --staff ann
says_here "two cards of one person" 0 'MERGED' patron merge "${cards[6]}" "${cards[7]}"
says_here "a patron is barred" 0 'BARRED' patron bar "${cards[7]}" --why "nuisance" --when 2026-11-30T10:00
says_here "and no longer" 0 'NO LONGER BARRED' patron unbar "${cards[7]}"
says "the laptop has none of these commands" 2 'no command' van item recat x --title y

# --- both show the same -------------------------------------------------------------------------------------------------------
forward 60
open_charges() { sed -E 's/\{"charge":[^}]*"owed_cents":0\},?//g; s/,\]/]/'; } # laptops are sent no others
for n in "${cards[0]}" "${cards[1]}" 660 770; do van patron show "$n" --json | open_charges > "$work/before.$n"; done
says "sync" 0 'copy and branch agree' van sync
for n in "${cards[0]}" "${cards[1]}" 660 770; do
    van patron show "$n" --json | open_charges > "$work/after.$n"
    same_files "the branch sees patron $n as the laptop did on the road" "$work/before.$n" "$work/after.$n"
done
check "branch verify is clean" main verify
check "bookmobile verify is clean" van verify
for n in "${cards[0]}" "${cards[1]}" 660 770 "${cards[4]}" 664 774 "${cards[7]}"; do
    van patron show "$n" --json | open_charges > "$work/patron.van"
    main patron show "$n" --json | open_charges > "$work/patron.main"
    same_files "laptop and branch show the same of patron $n" "$work/patron.main" "$work/patron.van"
done
for n in "${free[@]:0:15}" "${free[@]:40:15}" 80000 80010 80004 80014; do
    van item show "$n" --json > "$work/item.van"
    main item show "$n" --json > "$work/item.main"
    cmp -s "$work/item.main" "$work/item.van" || same_files "laptop and branch show the same of item $n" "$work/item.main" "$work/item.van"
done
equal "what each wrote is at the branch" "$(own_acts "$van" | wc -l)" "$(branch_acts "$main" van1 | wc -l)"
serve_end
finish

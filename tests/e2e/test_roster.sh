#!/usr/bin/env bash
# Patrons without a card: found by name, stop and class at the branch and aboard; classes come from Koha's sort1 and are
# changed at either desk.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

main=$work/branch van=$work/van1
b() { "$branch" --data "$main" "$@"; }
v() { "$bookmobile" --data "$van" "$@"; }

make_library
make_branch "$main"
make_certificates
serve "$main"
class=$(tr -d '\r' < "$work/day/patrons.csv" | cut -d, -f22 | grep Year | sort | uniq -c | sort -rn | head -1 | sed 's/^ *[0-9]* //')
pupils=$(tr -d '\r' < "$work/day/patrons.csv" | grep -c ",$class\$")
says "classes, and how many are in each" 0 "^$class +$pupils " b patron groups
says "who is in one" 0 'CARD' b patron find --group "$class"
equal "all of them" "$pupils" "$(b patron find --group "$class" --json | tr '{' '\n' | grep -c '"card"')"

invite "$main" van1 > /dev/null
b device set van1 --cards 770001-770099 > "$work/check.out"
enrol "$main" "$van" van1
says "registered aboard" 0 'card 770001' v patron add --name "O'Neill, Zoë" --group "Year 4 Oak"
says "found by part of the name, in any order" 0 '770001 .*Year 4 Oak' v patron find zo one
says "and by class" 0 'O.Neill' v patron find --group "year 4 oak"
says "the class stands with the patron" 0 '^group +Year 4 Oak' v patron show 770001
says "nobody" 1 'Nobody of this name' v patron find zo smithereens
says "no stop of this name" 1 'no stop is called' v patron find --stop Atlantis
says "nothing was asked" 2 'part of the name' v patron find
says "a class of endless name" 2 'longer than' v patron add --name X --group "$(printf 'x%.0s' {1..65})"
forward 60
says "both hear of it" 0 'copy and branch agree' v sync
says "and at the branch" 0 '"group":"Year 4 Oak","loans":0,"barred":false,"expires":null,"expired":false' b patron find zoe --json
says "a loan" 0 'LENT' b checkout 770001 "${free[0]}"
says "is counted" 0 '"loans":1' b patron find zoe --json
says "left the class" 0 'UPDATED' b patron update 770001 --group none
says "which has nobody now" 1 'Nobody there' b patron find --group "Year 4 Oak"
says "another name" 0 'UPDATED' b patron update 770001 --name "Łukowska, Zoë"
forward 60
says "the van hears of both" 0 'copy and branch agree' v sync
says "found by the new name" 0 '770001' v patron find luk
says "no more by the old" 1 'Nobody' v patron find neill
clean_branch "$main" "with classes"
clean_laptop "$van" "with classes"
finish

#!/usr/bin/env bash
# Acts on real data, with what must come of them reasoned by hand: concerto_acts.txt says which and why. Titles, copies,
# patrons, loans, holds and closed days of a consortium with a bookmobile, its timetable, and rules that use the rule book.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

data=${BM_SHARED:-../shared}/data
list=tests/e2e/concerto_acts.txt
if [ ! -d "$data/concerto" ]; then
    skip "acts on real data: $data is not there"
    finish
fi
main=$work/branch van=$work/van1
export TZ=Europe/London # of the list's times

moment() { # local time: the practice clock goes there, and time since boot by as much
    local ms=$(($(date -d "${1/T/ }" +%s) * 1000))
    boot_ms=$((boot_ms + (ms > now_ms ? ms - now_ms : 0))) now_ms=$ms
    clock_set
}
member() { grep -oE "\"$1\":(\"[^\"]*\"|-?[0-9]+|true)" "$work/answer" | head -1 | sed -E 's/^"[^"]*"://; s/"//g'; }
money() { printf '%d.%02d' $(($1 / 100)) $(($1 % 100)); }
# What a desk answered, as the list writes it.
summary() {
    local out word due hold fine owes loans
    out=$(member op) word=$(member word) due=$(member due) hold=$(member hold_for) fine=
    grep -q overdue_charged "$work/answer" && fine=$(member cents)
    owes=$(member balance_cents) loans=$(member loans)
    if grep -q '"done":true' "$work/answer"; then
        out=${word:-$out}
        [ -n "$due" ] && out+=" due=$(date -d "@$due" +%F)"
        due=
    else
        out=refused
    fi
    [ -n "$hold" ] && out+=" for=$hold"
    [ -n "$fine" ] && [ "$fine" != 0 ] && out+=" fine=$(money "$fine")"
    [ -n "$owes" ] && out+=" owes=$(money "$owes")"
    if [ "${out%% *}" = refused ] && grep -qE '"name":"over_(type_)?limit"' "$work/answer"; then out+=" loans=$loans/$(member limit)"; fi
    echo "$out$(grep -oE '"name":"[a-z_]*","sentence"' "$work/answer" | sed -E 's/"name":"([a-z_]*)".*/ \1/' | tr -d '\n')"
}

moment 2026-10-01T09:00
"$tools/make_from_data" "$data" "$work/day" --date 2026-10-01 > "$work/made" 2>&1 || die "make_from_data" "$work/made"
{
    "$branch" --data "$main" init --zone Europe/London --code SPLS --name "Shire Public Library System" --practice-clock "$work/clock" &&
        "$branch" --data "$main" import marc "$data/concerto/bibs.xml" --items evergreen852 &&
        "$branch" --data "$main" import patrons "$work/day/patrons.csv" &&
        "$branch" --data "$main" rules import tests/e2e/concerto_rules.csv &&
        "$branch" --data "$main" import calendar "$work/day/calendar.csv" &&
        "$branch" --data "$main" import routes "$work/day/routes.csv" &&
        "$branch" --data "$main" import loans "$work/day/loans.csv" &&
        "$branch" --data "$main" import holds "$work/day/holds.csv"
} > "$work/made" 2>&1 || die "the data can be imported" "$work/made"
make_certificates
serve "$main"
"$bookmobile" --data "$van" enroll "https://localhost:$port" "$(invite "$main" van1)" --cacert "$work/ca.pem" --mobile Mobile --place SPLS-BKM \
    > "$work/made" 2>&1 || die "a laptop can be enrolled" "$work/made"

number=0
while IFS= read -r line <&3; do
    number=$((number + 1))
    [[ "$line" =~ ^(#|$) ]] && continue
    read -r when desk status rest <<< "$line"
    moment "$when"
    if [ "$desk" = sync ]; then
        says "line $number: $when: laptop and branch agree" 0 'copy and branch agree' "$bookmobile" --data "$van" sync
        continue
    fi
    wanted=${rest%% ::*} got=0
    eval "words=(${rest##*:: })" # quoted as for a shell; the list is ours
    if [ "$desk" = van ]; then set -- "$bookmobile" --data "$van"; else set -- "$branch" --data "$main"; fi
    "$@" "${words[@]}" --json > "$work/answer" 2> "$work/said" < /dev/null || got=$?
    [ -n "${SHOW:-}" ] && cat "$work/answer"
    equal "line $number: $when $desk: ${words[*]:0:4}" "$status $wanted" "$got $(summary)"
done 3< "$list"

acts=$(grep -cE '^[0-9].*::' "$list")
outcomes=$(sed -nE 's/^[0-9T:-]+ +[a-z]+ +[0-9] (.*) ::.*/\1/p' "$list" | sed -E 's/ (due|for|fine|owes|loans)=[^ ]*//g' | sort -u | wc -l)
check "the list has at least 16 acts, here $acts" test "$acts" -ge 16
check "and at least 10 outcomes, here $outcomes" test "$outcomes" -ge 10
clean_branch "$main" "at the end"
clean_laptop "$van" "at the end"
serve_end
finish

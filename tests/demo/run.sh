#!/usr/bin/env bash
# A bookmobile's whole day on real parts: HTTP over TLS, gpsd, SQLite files. See `make demo`.
# usage: tests/demo/run.sh BUILD_FOLDER [DATA_FOLDER]
# The script keeps its own list of who has what, without our engine, and compares it at the end.
set -euo pipefail
cd "$(dirname "$0")/../.."
build=$(realpath "$1") data=${2:-}
out=$build/demo
branch=$build/bin/branch bookmobile=$build/bin/bookmobile
rm -rf "$out" && mkdir -p "$out"
export BRANCH_DATA=$out/branch BOOKMOBILE_DATA=$out/van
pids=()
cleanup() {
    local p
    for p in "${pids[@]}"; do kill "$p" 2>/dev/null || true; done
    wait 2>/dev/null || true
}
trap cleanup EXIT
die() { echo "demo: $*" >&2; exit 1; }
say() { printf '\n== %s\n' "$*"; }
ini() { sed -nE "s/^$1 *= *//p" "$out/day/library.ini" | head -1; }
json() { sed -nE "s/.*\"$1\": ?\"?([^\",}]*)\"?.*/\1/p" | head -1; }
# branch/category/itype COLUMN VALUE: the rules with one cell changed. A comma inside quotes is no border.
change_rule() {
    awk -F, -v OFS=, -v key="$1" -v column="$2" -v value="$3" '
        { for (line = ""; match($0, /"[^"]*"/); $0 = substr($0, RSTART + RLENGTH)) {
              cell = substr($0, RSTART, RLENGTH); gsub(",", "\001", cell)
              line = line substr($0, 1, RSTART - 1) cell }
          $0 = line $0 }
        NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; split(key, k, "/") }
        NR > 1 && $1 == k[1] && $2 == k[2] && $3 == k[3] { $at[column] = value }
        { gsub("\001", ","); print }'
}
began=$SECONDS

say "the sample"
if [ -n "$data" ]; then
    "$build/tool/make_from_data" "$data" "$out/day"
else
    "$build/tool/make_sample" "$out/day"
    echo "2,000 invented titles, 5,000 items, 800 patrons, a fortnightly route, a day's drive"
fi
bibs=$(ini bibs) items=$(ini items) place=$(ini place)
bibs=${bibs:-$out/day/bibs.mrc} items=${items:-koha952}
van=$(ini van) day=$(ini service_day) zone=$(ini zone) main=$(ini main)
place=${place:-$van}

say "certificates for TLS on loopback (for this demo alone)"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj "/CN=Demo CA" \
    -keyout "$out/ca.key" -out "$out/ca.pem" 2>/dev/null
openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=localhost" \
    -keyout "$out/server.key" -out "$out/server.csr" 2>/dev/null
printf 'subjectAltName=DNS:localhost,IP:127.0.0.1\n' > "$out/san"
openssl x509 -req -in "$out/server.csr" -CA "$out/ca.pem" -CAkey "$out/ca.key" -CAcreateserial -days 2 \
    -extfile "$out/san" -out "$out/server.pem" 2>/dev/null
echo "done"

# The feeder gives gpsd the day's NMEA faster than life and keeps the clock that all programs follow.
coproc FEED { exec "$build/tool/nmea_feed" "$out/day/day.nmea" --clock "$out/clock"; }
feed_pid=$FEED_PID
pids+=("$feed_pid")
read -r -u "${FEED[0]}" line
feed_port=$(grep -oE '[0-9]+' <<< "$line" | tail -1)
feed_until() { # HH:MM:SS, UTC
    echo "until $1" >&"${FEED[1]}"
    read -r -t 60 -u "${FEED[0]}" line || die "the feeder does not answer"
}

say "the branch: imports"
"$branch" init --zone "$zone" --code "$main" --name "$(ini name)" --practice-clock "$out/clock"
"$branch" import marc "$bibs" --items "$items"
"$branch" import patrons "$out/day/patrons.csv"
"$branch" rules import "$out/day/rules.csv"
"$branch" import calendar "$out/day/calendar.csv"
"$branch" import routes "$out/day/routes.csv"
"$branch" import loans "$out/day/loans.csv"
"$branch" import holds "$out/day/holds.csv"

say "staff, and the branch serves: laptops and their pages; the laptop is enrolled"
phrase="a phrase for the demo"
"$branch" staff add ann --name "Ann Invented" --role admin --phrase-stdin <<< "$phrase"
"$branch" serve --listen 127.0.0.1:0 --pages 127.0.0.1:0 --cert "$out/server.pem" --key "$out/server.key" > "$out/serve.log" 2>&1 &
pids+=($!)
for _ in $(seq 100); do grep -q listening "$out/serve.log" && grep -q '^pages at' "$out/serve.log" && break; sleep 0.1; done
port=$(sed -nE 's/.*listening.*:([0-9]+).*/\1/p' "$out/serve.log" | head -1)
[ -n "$port" ] || die "the branch does not serve: $(cat "$out/serve.log")"
code=$("$branch" device add van1 --json | json code)
grep '^pages at' "$out/serve.log" || die "the branch serves no pages: $(cat "$out/serve.log")"
"$bookmobile" enroll "https://localhost:$port" "$code" --cacert "$out/ca.pem" --mobile "$van" --place "$place"

say "gpsd and the van's GPS"
gpsd=$(command -v gpsd || echo /usr/sbin/gpsd)
gps_port=$(tests/free_port.sh)
"$gpsd" -N -D1 -S "$gps_port" "tcp://127.0.0.1:$feed_port" > "$out/gpsd.log" 2>&1 &
pids+=($!)
"$bookmobile" gps --port "$gps_port" > "$out/gps.log" 2>&1 &
gps_pid=$!
pids+=("$gps_pid")
echo "gpsd on port $gps_port, fed by tests/tools/nmea_feed"

# --- the day --------------------------------------------------------------------------------------
# who[item] = card, by what the desks acknowledged and by nothing else
declare -A who
while IFS=, read -r card item _ _ _ returned _; do
    [ "$card" = cardnumber ] || [ -n "$returned" ] || who[$item]=$card
done < "$out/day/loans.csv"

say "the day on the road ($day, $van), and at the branch"
acts=0 refused=0 surprises=0
day_began=$SECONDS
{
    read -r _
    while IFS=, read -r time where op a b c expect; do
        feed_until "$time"
        if [ "$where" = van ]; then desk=$bookmobile; else desk=$branch; fi
        status=0
        case $op in
        checkout) "$desk" checkout "$a" "$b" > "$out/last" 2>&1 || status=$? ;;
        checkin | renew) "$desk" "$op" "$a" > "$out/last" 2>&1 || status=$? ;;
        hold) "$desk" hold place "$a" "$b" ${c:+--pickup "$c"} > "$out/last" 2>&1 || status=$? ;;
        damaged) "$desk" item damaged "$a" ${b:+--why "$b"} > "$out/last" 2>&1 || status=$? ;;
        register) "$desk" patron add --card "$a" --name "$b" --category "$c" > "$out/last" 2>&1 || status=$? ;;
        bar) "$desk" patron bar "$a" --why demo > "$out/last" 2>&1 || status=$? ;;
        rule)
            change_rule "$a" "$b" "$c" < "$out/day/rules.csv" > "$out/day/rules-changed.csv"
            "$desk" rules import "$out/day/rules-changed.csv" > "$out/last" 2>&1 || status=$? ;;
        *) die "an act that the demo does not know: $op" ;;
        esac
        acts=$((acts + 1))
        case $expect in
        ok) [ "$status" -eq 0 ] || { surprises=$((surprises + 1)); echo "NOT AS EXPECTED $time $where $op $a $b: $(cat "$out/last")"; } ;;
        *)
            refused=$((refused + 1))
            if [ "$status" -ne 1 ] ; then surprises=$((surprises + 1)); echo "NOT REFUSED $time $where $op $a $b ($expect): $(cat "$out/last")"; fi ;;
        esac
        { echo "$time $where $op $a $b $c"; cat "$out/last"; } >> "$out/acts.log"
        if [ "$status" -eq 0 ]; then
            case $op in
            checkout) who[$b]=$a ;;
            checkin) unset "who[$a]" ;;
            esac
        fi
    done
} < "$out/day/day.csv"
end=$(awk -F, 'NR > 1 && $5 != "" { t = $5 } END { print substr(t, 12, 8) }' "$out/day/truth.csv")
feed_until "$(printf '%02d:%02d:00' $((10#${end%%:*} + 1)) 10)"
for _ in $(seq 100); do # the last departure is known some minutes after it
    "$bookmobile" stop status --json 2>/dev/null | grep -q '"visit": *null' && break
    sleep 0.1
done
kill "$gps_pid" && wait "$gps_pid" || true
echo "$acts acts ($refused of them to be refused), $surprises not as expected, $((SECONDS - day_began)) s"
cat "$out/gps.log"

say "home: the laptop syncs"
"$bookmobile" sync
say "synced again: nothing happens twice"
"$bookmobile" sync

say "visits planned against actual, and circulation at each ($day)"
"$branch" report visits --from "$day" --to "$day"
say "per stop"
"$branch" report stops --from "$day" --to "$day"
say "exceptions, each with its reason"
"$branch" exceptions list

say "did everything come home"
"$branch" status
say "the life of one act, by the code on its slip"
slip=$(sed -nE 's/^LENT.*\[([0-9a-f]{8})\]$/\1/p' "$out/acts.log" | head -1)
"$branch" trace "$slip"

say "the desk's page, over HTTP on this machine alone"
"$bookmobile" desk --listen 127.0.0.1:0 --no-gps --no-sync > "$out/desk.log" 2>&1 &
desk_pid=$!
pids+=("$desk_pid")
for _ in $(seq 100); do grep -q listening "$out/desk.log" && break; sleep 0.1; done
door=$(sed -nE 's|.*listening on http://127.0.0.1:([0-9]+)/$|\1|p' "$out/desk.log")
[ -n "$door" ] || die "the desk's page is not served: $(cat "$out/desk.log")"
ask_page() { # method, path, body: status line and body of the answer
    exec {link}<> "/dev/tcp/127.0.0.1/$door"
    printf '%s %s HTTP/1.1\r\nHost: 127.0.0.1:%s\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: %s\r\n\r\n%s' \
        "$1" "$2" "$door" "${#3}" "$3" >&"$link"
    tr -d '\r' <&"$link" | sed -n '1p; /^$/,$p'
    exec {link}>&-
}
ask_page GET / '' > "$out/page"
grep -q '^HTTP/1.1 200' "$out/page" && grep -q '<title>' "$out/page" || die "no page: $(head -3 "$out/page")"
ask_page POST /api/run '{"command":"status"}' > "$out/nobody"
ask_page POST /api/login "{\"who\":\"ann\",\"phrase\":\"$phrase\"}" > "$out/login"
echo "the page: $(head -1 "$out/page"); asked by nobody: $(head -1 "$out/nobody"); logged in: $(tail -1 "$out/login" | json name)"
grep -q '^HTTP/1.1 401' "$out/nobody" && grep -q '^HTTP/1.1 200' "$out/login" || die "the page lets in whom it should not, or not whom it should"
kill "$desk_pid"

say "verify: chains, and every row recomputed from the entries"
"$branch" verify
"$bookmobile" verify

say "who has what: the script's own list against the branch's"
for item in "${!who[@]}"; do echo "$item,${who[$item]}"; done | sort > "$out/own.csv"
"$branch" report loans --csv | tail -n +2 | cut -d, -f1,2 | tr -d '\r' | sort > "$out/branch.csv"
if ! diff "$out/own.csv" "$out/branch.csv" > "$out/who.diff"; then
    echo "they differ:"; head -20 "$out/who.diff"; die "the branch's loans are not what the desks said"
fi
tail -n +2 "$out/day/who_has_what.csv" | tr -d '\r' | grep -v ',$' | sort > "$out/foretold.csv"
if ! diff "$out/foretold.csv" "$out/branch.csv" > "$out/foretold.diff"; then
    echo "the sample foretold another end:"; head -20 "$out/foretold.diff"; die "not what was foretold"
fi
echo "$(wc -l < "$out/own.csv") open loans, the same in the script's list, in what the sample foretold, and at the branch"
[ "$surprises" -eq 0 ] || die "$surprises acts did not come out as expected"

say "all well after $((SECONDS - began)) s. Look around:"
cat <<TXT
  export BRANCH_DATA=$BRANCH_DATA BOOKMOBILE_DATA=$BOOKMOBILE_DATA
  $branch status                      $bookmobile status
  $branch exceptions list --all       $bookmobile journal --last 20
  $branch report visits --csv         $bookmobile search tea
  $branch redact --dry-run            $bookmobile trace $slip
In a browser, with the account ann and "$phrase":
  $bookmobile desk --open             $branch serve --listen 127.0.0.1:0 --pages 127.0.0.1:8471
  $out/acts.log holds what the desks said, $out/gps.log what the GPS saw
TXT

#!/usr/bin/env bash
# What goes wrong around the programs: damaged files, wrong scans, a full disk, commands at the same moment, a gpsd that is not
# there. Each gets a clear message and the documented exit status, and nothing is lost or half done.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

main=$work/branch van=$work/van day=$work/day
van() { "$bookmobile" --data "$van" "$@"; }
main() { "$branch" --data "$main" "$@"; }
counted() { main status --json | json "$1"; }
state() { main digest; main status --json | grep -oE '"(titles|items|patrons|entries_own)": ?[0-9]+'; }
unchanged() { # what: the branch holds what it held when `state > before` was said
    state > "$work/after"
    same_files "$1" "$work/before" "$work/after"
}

make_library
make_certificates

# --- MARC ---------------------------------------------------------------------------------------------------------------------------
main init --zone Europe/London --code MAIN --practice-clock "$work/clock" > /dev/null || die "a branch can be made"
state > "$work/before"
says "a file that is no MARC" 3 'neither ISO 2709 nor MARCXML' main import marc "$day/patrons.csv" --items koha952
: > "$work/empty"
says "an empty MARC file" 3 'the file is empty' main import marc "$work/empty" --items koha952
says "a MARC file that is not there" 1 'no such file' main import marc "$work/nowhere" --items koha952
printf '<?xml version="1.0"?>\n<collection xmlns="http://www.loc.gov/MARC21/slim"><record><leader>00000nam' > "$work/cut.xml"
says "MARCXML that ends in its first record" 3 'nothing could be taken|ends in the middle' main import marc "$work/cut.xml" --items koha952
says "copies in a layout that there is not" 2 'koha952' main import marc "$day/bibs.mrc" --items koha999
says "an import that fails half way" 3 'made to fail' env BOOKMOBILE_FAIL=import.row:50 "$branch" --data "$main" import marc "$day/bibs.mrc" --items koha952
{ BOOKMOBILE_CRASH=import.row:200 "$branch" --data "$main" import marc "$day/bibs.mrc" --items koha952 > /dev/null; } 2> /dev/null
equal "an import that is killed half way is gone" 137 $?
unchanged "none of these has changed anything"
size=$(stat -c %s "$day/bibs.mrc")
head -c $((size * 6 / 10)) "$day/bibs.mrc" > "$work/cut.mrc"
says "a truncated MARC file: its last record is told" 0 'record [0-9]+ left out: the file ends in the middle' main import marc "$work/cut.mrc" --items koha952
cut=$(counted titles)
equal "what was whole in it is in" "$(($(tr -dc '\035' < "$work/cut.mrc" | wc -c)))" "$cut"
rm -rf "$main"
main init --zone Europe/London --code MAIN --practice-clock "$work/clock" > /dev/null
# the tenth record's directory damaged, the thirtieth's leader: the rest go on
awk 'BEGIN { RS = ORS = "\035" } NR == 10 { $0 = substr($0, 1, 24) "xxxxx" substr($0, 30) } NR == 30 { $0 = "abcde" substr($0, 6) } 1' \
    "$day/bibs.mrc" | head -c "$size" > "$work/damaged.mrc"
says "damaged records are told with their numbers and reasons" 0 'record 10 left out: .*directory' main import marc "$work/damaged.mrc" --items koha952
also "each of them" 'record 30 left out: .* no record'
equal "the other records are in, each once" 98 "$(counted titles)"
says "the whole file afterwards" 0 '^100 titles' main import marc "$day/bibs.mrc" --items koha952
equal "every title is there once" 100 "$(counted titles)"
equal "every copy is there once" 250 "$(counted items)"
check "branch verify is clean after all of it" main verify
rm -rf "$main"

# --- CSV ------------------------------------------------------------------------------------------------------------------------------
make_branch "$main"
state > "$work/before"
lacks() { # what, column, file, command...
    local n
    n=$(head -1 "$3" | tr ',' '\n' | grep -nx "$2" | cut -d: -f1)
    cut -d, --complement -f"$n" "$3" > "$work/lacks.csv"
    says "$1 without the column $2" 3 "column $2 is missing; the first row has" main "${@:4}" "$work/lacks.csv"
}
lacks "patrons" cardnumber "$day/patrons.csv" import patrons
lacks "loans" date_due "$day/loans.csv" import loans
lacks "holds" requested "$day/holds.csv" import holds
lacks "a calendar" last_day "$day/calendar.csv" import calendar
lacks "routes" frequency "$day/routes.csv" import routes
lacks "rules" loan "$work/rules.csv" rules import
says "an empty CSV" 3 'the file is empty' main import patrons "$work/empty"
says "a CSV that is not there" 1 'no such file' main import loans "$work/nowhere.csv"
says "a header and nothing else" 3 'nothing' main import routes <(head -1 "$day/routes.csv")
cp "$work/rules.csv" "$work/bad_rules.csv" && echo 'MAIN,ADULT,*,soon,3,21d,20,keep,10,0,500,,0,,' >> "$work/bad_rules.csv"
says "one bad rule: no rule is changed" 3 'line 3.*no rule was changed' main rules import "$work/bad_rules.csv"
unchanged "none of these has changed anything"
sed '3s/.*/a row of another table/' "$day/loans.csv" > "$work/bad_loans.csv"
says "one bad line among loans is told, the rest go on" 0 'line 3 left out' main import loans "$work/bad_loans.csv"
equal "all but that one are in" $(($(wc -l < "$day/loans.csv") - 2)) "$(counted loans_open)"
says "the whole file afterwards brings that one" 0 '^1 loans' main import loans "$day/loans.csv"
check "branch verify is clean after it" main verify

# --- scans ------------------------------------------------------------------------------------------------------------------------------
serve "$main"
enrol "$main" "$van" van1
forward 60
card=${cards[0]} item=${free[0]}
says "lending an unknown barcode" 1 'REFUSED.*No such item here' van checkout "$card" 39990000000001
says "lending to an unknown card" 1 'REFUSED.*No such card here' van checkout 29990000000001 "$item"
says "renewing what nobody has" 1 'REFUSED.*not on loan' van renew "$item"
never "and it says nothing of a card" 'card'
says "showing an unknown barcode" 1 'no item 39990000000001' van item show 39990000000001
says "showing an unknown card" 1 'no such card' van patron show 29990000000001
says "a hold on an unknown barcode" 1 'neither a title here nor' van hold place "$card" 39990000000001
says "a barcode with a control character" 2 'no barcode' van checkin $'3999\001'
says "a barcode without end" 2 'no barcode' van checkin "$(printf '%0300d' 7)"
says "a file of barcodes with one that is none: the others are done" 2 'NOT DONE' bash -c 'printf "%s\n" "$1" "$2" "$3" | "$4" --data "$5" checkin --stdin' - \
    "${free[1]}" $'bad\001one' "${free[2]}" "$bookmobile" "$van"
equal "both of them" 2 "$(grep -c 'NOT ON LOAN' "$work/said")"
says "no command" 2 'say what to do' "$bookmobile"
says "a command that there is not" 2 'no command' van chekout
says "a book that nobody knows comes back all the same" 0 'NOT ON LOAN' van checkin 39990000000002
forward 60
says "the branch makes an exception of it" 0 'exception unknown_item' van sync
equal "the refused acts left nothing" 3 "$(own_acts "$van" | wc -l)"

# --- the line to the branch (more in test_sync.sh) ------------------------------------------------------------------------------------------
says "a wrong code" 3 'wrong, used or too old' "$bookmobile" --data "$work/none" enroll "https://localhost:$port" AAAA-BBBB-CCCC --cacert "$work/ca.pem"
says "an address where nobody is" 3 'cannot find' "$bookmobile" --data "$work/none" enroll "https://nowhere.invalid" AAAA-BBBB-CCCC --cacert "$work/ca.pem"
says "not enrolled" 1 'not enrolled; run: bookmobile enroll' "$bookmobile" --data "$work/none" checkout "$card" "$item"
serve_end
says "a branch that is down" 3 'refused the connection' van sync
says "a certificate that is not there" 2 'No such file' main serve --listen 127.0.0.1:0 --cert "$work/nowhere" --key "$work/server.key"
serve "$main"

# --- commands at the same moment ---------------------------------------------------------------------------------------------------------------
forward 60
slips=() # acts to be taken back
for i in 0 1 2; do slips+=("$(van checkout "$card" "${free[$((50 + i))]}" --json | json entry)"); done
forward 60
before=$(own_acts "$van" | wc -l)
jobs_pids=() jobs_logs=()
job() { # log, command...: at the same moment as the others
    local log=$1
    shift
    "$@" > "$work/$log" 2>&1 &
    jobs_pids+=($!) jobs_logs+=("$log")
}
for i in $(seq 0 11); do
    job "job.$i" "$bookmobile" --data "$van" checkout "${cards[$((i % 4))]}" "${free[$((10 + i))]}" --json
    [ $((i % 4)) -eq 0 ] && job "sync.$i" "$bookmobile" --data "$van" sync
    [ $((i % 4)) -eq 3 ] && job "void.$i" "$bookmobile" --data "$van" void "${slips[$((i / 4))]}" --json
    [ $((i % 4)) -eq 1 ] && job "main.$i" "$branch" --data "$main" checkout "${cards[5]}" "${free[$((30 + i))]}"
done
bad=
for i in "${!jobs_pids[@]}"; do wait "${jobs_pids[i]}" || bad+="${jobs_logs[i]}: $(tail -1 "$work/${jobs_logs[i]}") "; done
equal "12 loans, 3 voids and 3 syncs on the van, 3 loans at the branch, at the same moment: all succeed" "" "$bad"
equal "none is lost" 15 $(($(own_acts "$van" | wc -l) - before))
equal "none is done twice" 15 "$(cat "$work"/job.* "$work"/void.* | grep -oE '"entry": ?"[^"]*"' | sort -u | wc -l)"
forward 60
says "they come to the branch" 0 'copy and branch agree' van sync
check "branch verify is clean after them" main verify
check "bookmobile verify is clean after them" van verify
flock "$van/lock" sleep 1 &
holder=$!
sleep 0.2
says "a command waits for one that is at work" 0 'RENEWED' van renew "${free[10]}"
says "the other had finished first" 1 '' kill -0 "$holder"
wait "$holder"

# --- a full disk ---------------------------------------------------------------------------------------------------------------------------------
small_disk() { # folder, size
    mkdir "$1" && [ "$(id -u)" -eq 0 ] && mount -t tmpfs -o "size=$2" tmpfs "$1" 2> /dev/null && mounted+=("$1")
}
fill() { # folder, bytes to leave free
    dd if=/dev/zero of="$1/filler" bs=4k 2> /dev/null
    truncate -s "-$2" "$1/filler"
}
if small_disk "$work/disk1" 6m && small_disk "$work/disk2" 8m; then
    disk=$work/disk1
    cp -a "$van" "$disk/van" && rm -rf "$van" # as if restored on another disk: it goes on in an epoch of its own
    van=$disk/van
    says "on its new disk the laptop works" 0 'RENEWED' van renew "${free[11]}"
    told=$(own_acts "$van" | wc -l) status=0
    fill "$disk" 4096
    for i in $(seq 0 60); do # what fits into files that are there already may still go
        van checkout "${cards[6]}" "${free[$((60 + i))]}" > "$work/said" 2>&1 || { status=$?; break; }
        told=$((told + 1))
    done
    equal "with a full disk under the journal an act fails with exit 3" 3 "$status"
    also "it says what to do" 'the disk under .* is full .*free some space'
    says "the next one too" 3 'the disk under .* is full' van checkout "${cards[6]}" "${free[$((60 + i))]}"
    rm "$disk/filler"
    equal "what was acknowledged is there, what failed is not" "$told" "$(own_acts "$van" | wc -l)"
    says "with room again the act succeeds" 0 'LENT' van checkout "${cards[6]}" "${free[$((60 + i))]}"
    check "bookmobile verify is clean after a full disk" van verify
    forward 60
    fill "$disk" $((200 * 1024)) # room for the journal, none for another copy of the library
    says "no room for the branch's news" 3 'full' van sync
    rm "$disk/filler"
    says "with room again the sync goes through" 0 'copy and branch agree' van sync
    check "bookmobile verify is clean after a sync without room" van verify

    disk=$work/disk2
    serve_end
    cp -a "$main" "$disk/branch" && rm -rf "$main"
    main=$disk/branch
    says "on its new disk the branch works" 0 'LENT' main checkout "${cards[7]}" "${free[70]}"
    serve "$main"
    fill "$disk" 0
    bytes_mattered=0
    for i in $(seq 71 99); do # its files, too, hold room for some
        forward 5
        van tally visitors 1 > /dev/null
        van sync > "$work/said" 2>&1 || { bytes_mattered=$?; break; }
    done
    equal "with a full disk under the branch a sync fails with exit 3" 3 "$bytes_mattered"
    also "the laptop is told why" 'the branch answers: .*full'
    says "the branch's desk says so too" 3 'full' main checkout "${cards[7]}" "${free[$i]}"
    rm "$disk/filler"
    says "with room again the sync goes through" 0 'copy and branch agree' van sync
    check "branch verify is clean after a full disk" main verify
    own_acts "$van" > "$work/own" && branch_acts "$main" van1 > "$work/there"
    same_files "and has every act of the laptop once" "$work/own" "$work/there"
else
    skip "a full disk: no file system can be mounted here (it takes root)"
fi
serve_end

# --- gpsd absent, killed -----------------------------------------------------------------------------------------------------------------------------
gpsd=$(command -v gpsd || echo /usr/sbin/gpsd)
gps_port=$(tests/free_port.sh)
await() { # what, extended regular expression: the follower says it within 20 s; the clock goes on meanwhile
    local i
    for i in $(seq 200); do
        grep -qE -- "$2" "$work/gps.log" && { ok "$1"; return; }
        kill -0 "$gps_pid" 2> /dev/null || break
        forward 1
        sleep 0.1
    done
    cat "$work/gpsd.log" >> "$work/gps.log" 2> /dev/null
    not_ok "$1" "$work/gps.log"
}
gpsd_start() {
    rm -f "$work/gpsd.sock" # a killed gpsd leaves it
    "$gpsd" -N -D1 -F "$work/gpsd.sock" -S "$gps_port" > "$work/gpsd.log" 2>&1 &
    gpsd_pid=$!
    disown "$gpsd_pid"
    pids+=("$gpsd_pid")
}
"$bookmobile" --data "$van" gps --port "$gps_port" > "$work/gps.log" 2>&1 &
gps_pid=$!
pids+=("$gps_pid")
await "without gpsd the follower says so" "no gpsd at 127.0.0.1 port $gps_port: is it running\? trying again"
forward 60
check "and runs on" kill -0 "$gps_pid"
says "a second follower is refused" 3 'another .bookmobile gps.' van gps --port "$gps_port"
says "the desk works meanwhile" 0 'RENEWED' van renew "${free[12]}"
sleep 1.5
says "the status tells that there is no gpsd" 0 'gps: +no gpsd' van status
if [ -x "$gpsd" ]; then
    gpsd_start
    await "gpsd comes: it is found" 'gpsd answers'
    kill -9 "$gpsd_pid"
    gone "$gpsd_pid"
    await "gpsd is killed: it is missed" 'gpsd is gone; trying to reach it again'
    : > "$work/gps.log"
    gpsd_start
    await "gpsd comes again: it is found again" 'gpsd answers'
    kill "$gpsd_pid"
else
    skip "gpsd killed: there is no gpsd here"
fi
kill -TERM "$gps_pid"
status=0
wait "$gps_pid" || status=$?
equal "told to end, the follower ends in peace" 0 "$status"
check "bookmobile verify is clean at the end" van verify
finish

# tests/e2e/lib.sh -- what the scripts here share: a folder, a clock, a small library served over TLS, laptops, verdicts.
# Sourced by test_*.sh, which run from anywhere. Real programs, real HTTP over TLS on loopback; time is the test's own.
set -u
export LC_ALL=C
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
branch=$(realpath "${BM_BIN_DIR:-build/bin}")/branch
bookmobile=$(realpath "${BM_BIN_DIR:-build/bin}")/bookmobile
tools=$(realpath "${BM_TOOL_DIR:-build/tool}")
work=$(mktemp -d "${TMPDIR:-/tmp}/bookmobile-e2e.XXXXXX")
passed=0 failed=0 skipped=0
pids=()     # of what this script started and must end
mounted=()

cleanup() {
    local p
    for p in ${pids[@]+"${pids[@]}"}; do kill -9 "$p" 2>/dev/null; done
    wait 2>/dev/null
    for p in ${mounted[@]+"${mounted[@]}"}; do umount "$p" 2>/dev/null || umount -l "$p" 2>/dev/null; done
    if [ -n "${KEEP:-}" ]; then echo "kept: $work"; else rm -rf "$work"; fi
}
trap cleanup EXIT
trap 'exit 1' INT TERM

# --- verdicts -----------------------------------------------------------------------------------------------------
ok() { echo "ok - $*"; passed=$((passed + 1)); }
not_ok() { # what, [file with what was said]
    echo "not ok - $1"
    failed=$((failed + 1))
    if [ -n "${2:-}" ] && [ -f "$2" ]; then tail -15 "$2" | cut -c1-400 | sed 's/^/    /'; fi
    return 0
}
skip() { echo "skipped: $*"; skipped=$((skipped + 1)); }
check() { # what, command...: the command must succeed
    local what=$1
    shift
    if "$@" > "$work/check.out" 2>&1; then ok "$what"; else not_ok "$what" "$work/check.out"; fi
}
equal() { # what, wanted, got
    if [ "$2" = "$3" ]; then ok "$1"; else not_ok "$1: wanted '$2', got '$3'"; fi
}
same_files() { # what, wanted, got
    if diff "$2" "$3" > "$work/diff.out" 2>&1; then ok "$1"; else not_ok "$1" "$work/diff.out"; fi
}
# Run a command; its exit status and a word of what it says must be as foretold. Everything said is in $work/said.
says() { # what, exit status, extended regular expression ('' = any), command...
    local what=$1 want=$2 words=$3 status=0
    shift 3
    "$@" > "$work/said" 2>&1 < /dev/null || status=$?
    if [ "$status" -ne "$want" ]; then
        not_ok "$what: exit $status, not $want" "$work/said"
    elif [ -n "$words" ] && ! grep -qE -- "$words" "$work/said"; then
        not_ok "$what: it does not say /$words/" "$work/said"
    else
        ok "$what"
    fi
}
also() { # what, extended regular expression: the command before said this too
    if grep -qE -- "$2" "$work/said"; then ok "$1"; else not_ok "$1: it does not say /$2/" "$work/said"; fi
}
never() { # what, extended regular expression: the command before did not say this
    if grep -qE -- "$2" "$work/said"; then not_ok "$1: it says /$2/" "$work/said"; else ok "$1"; fi
}
finish() {
    echo "$passed passed, $failed failed$([ "$skipped" -gt 0 ] && echo ", $skipped skipped")"
    [ "$failed" -eq 0 ]
    exit
}
die() { not_ok "$1" "${2:-}"; finish; }

# --- time: a practice clock that the test alone moves ----------------------------------------------------------------
now_ms=$(($(date -u -d '2026-10-05 08:00:00' +%s) * 1000))
boot_ms=1000000
clock_set() {
    printf '%d %d\n' "$now_ms" "$boot_ms" > "$work/clock.new"
    mv -f "$work/clock.new" "$work/clock" # whole, so that a reader never sees half of it
}
forward() { # seconds
    now_ms=$((now_ms + $1 * 1000)) boot_ms=$((boot_ms + $1 * 1000))
    clock_set
}
clock_set

# --- a library ------------------------------------------------------------------------------------------------------------
cards=() free=() # who may borrow; copies in no list of loans, with their numbers in the order of the catalogue
make_library() { # 100 titles, 250 copies, 100 patrons, all invented; rules that refuse next to nothing
    "$tools/make_sample" --titles 100 --items 250 --patrons 100 "$work/day" || die "make_sample"
    cat > "$work/rules.csv" <<'CSV'
branch,category,itype,loan,renew_max,renew_loan,limit,closed,rate,grace,max,price,keep,age_min,overridable
*,*,*,21d,50,21d,500,keep,10,0,500,,0,,expired held loaned limit unfit missing renewals wanted
CSV
    local card rest
    while IFS=, read -r card _ _ _ _ _ _ _ _ _ _ _ _ _ category _ expires barred rest; do
        [ "$category" = ADULT ] && [ -z "$barred" ] && [[ "$expires" > 2027-01 ]] && cards+=("$card")
    done < "$work/day/patrons.csv"
    cut -d, -f2 "$work/day/loans.csv" | sort > "$work/lent"
    mapfile -t free < <(grep -aoE '3099[0-9]{10}' "$work/day/bibs.mrc" | sort -u | comm -23 - "$work/lent")
    if [ ${#cards[@]} -lt 8 ] || [ ${#free[@]} -lt 100 ]; then die "the sample has too few adults or copies"; fi
}
make_branch() { # data folder
    {
        "$branch" --data "$1" init --zone Europe/London --code MAIN --name "Marrowdale Libraries" --practice-clock "$work/clock" &&
            "$branch" --data "$1" import marc "$work/day/bibs.mrc" --items koha952 &&
            "$branch" --data "$1" import patrons "$work/day/patrons.csv" &&
            "$branch" --data "$1" rules import "$work/rules.csv" &&
            "$branch" --data "$1" import routes "$work/day/routes.csv"
    } > "$work/make_branch.out" 2>&1 || die "a branch can be made" "$work/make_branch.out"
}
make_certificates() {
    {
        openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj "/CN=Test CA" \
            -keyout "$work/ca.key" -out "$work/ca.pem" &&
            openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=localhost" \
                -keyout "$work/server.key" -out "$work/server.csr" &&
            printf 'subjectAltName=DNS:localhost,IP:127.0.0.1\n' > "$work/san" &&
            openssl x509 -req -in "$work/server.csr" -CA "$work/ca.pem" -CAkey "$work/ca.key" -CAcreateserial -days 2 \
                -extfile "$work/san" -out "$work/server.pem"
    } > "$work/openssl.out" 2>&1 || die "certificates can be made" "$work/openssl.out"
}

# --- the branch serves ------------------------------------------------------------------------------------------------------
port=0 server_pid=
serve() { # data folder, [VARIABLE=value...]: the first time on any free port, later on the same
    local data=$1 i
    shift
    for i in 1 2 3; do
        : > "$work/serve.log"
        env "$@" "$branch" --data "$data" serve --listen "127.0.0.1:$port" --cert "$work/server.pem" --key "$work/server.key" \
            > "$work/serve.log" 2>&1 &
        server_pid=$!
        disown "$server_pid" # its violent end is no news
        pids+=("$server_pid")
        for _ in $(seq 300); do
            grep -q listening "$work/serve.log" && break 2
            kill -0 "$server_pid" 2>/dev/null || break
            sleep 0.02
        done
    done
    grep -q listening "$work/serve.log" || die "the branch serves" "$work/serve.log"
    port=$(sed -nE 's/.*listening.*:([0-9]+).*/\1/p' "$work/serve.log" | head -1)
}
gone() { # pid: wait until it has ended
    local i
    for i in $(seq 500); do
        kill -0 "$1" 2>/dev/null || return 0
        sleep 0.02
    done
    return 1
}
serve_end() { # [signal]
    kill "-${1:-TERM}" "$server_pid" 2>/dev/null
    gone "$server_pid" || die "the branch ends when told to" "$work/serve.log"
}

# --- laptops ----------------------------------------------------------------------------------------------------------------
json() { sed -nE "s/.*\"$1\": ?\"?([^\",}]*)\"?.*/\1/p" | head -1; } # member of one JSON object on standard input
invite() { "$branch" --data "$1" device add "$2" --json | json code; } # branch's folder, device: prints the code
enrol() { # branch's folder, laptop's folder, device
    local code
    code=$(invite "$1" "$3")
    "$bookmobile" --data "$2" enroll "https://localhost:$port" "$code" --cacert "$work/ca.pem" --mobile VAN1 --place VAN1 \
        > "$work/enrol.out" 2>&1 || die "a laptop can be enrolled" "$work/enrol.out"
}
clean_branch() { check "branch verify is clean: $2" "$branch" --data "$1" verify; }        # folder, when
clean_laptop() { check "bookmobile verify is clean: $2" "$bookmobile" --data "$1" verify; } # folder, when

# Ids of a laptop's entries that are acts of people, in its journal and at the branch.
own_acts() { "$bookmobile" --data "$1" journal --last 100000 --json | tr '{' '\n' | grep -vE '"op": ?"(epoch|clock|view|observe)"' | sed -nE 's/.*"entry": ?"([^"]*)".*/\1/p' | sort; }
branch_acts() { "$branch" --data "$1" entries --device "$2" --limit 1000000 --json | tr '{' '\n' | grep -vE '"op": ?"(epoch|clock|view|observe)"' | sed -nE 's/.*"entry": ?"([^"]*)".*/\1/p' | sort; }

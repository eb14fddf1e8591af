#!/usr/bin/env bash
# Rules of the house that a compiler does not check. Each is one line of the result: "ok - ..." or "not ok - ...".
# usage: tests/lint.sh BUILD_FOLDER CC CFLAGS...
set -u
build=$1 cc=$2
shift 2
failed=0 passed=0
verdict() { # what, text of the complaints (empty = fine)
    if [ -z "$2" ]; then
        echo "ok - $1"; passed=$((passed + 1))
    else
        echo "not ok - $1"; printf '%s\n' "$2" | head -20 | sed 's/^/    /'; failed=$((failed + 1))
    fi
}
sources() { git ls-files -co --exclude-standard -- '*.c' '*.h' | grep -v '^build/'; }

# Floors: nothing below includes anything above.
verdict "common includes nothing of sync or mobile" "$(grep -nE '#include "(sync|mobile|tests)/' common/*.[ch])"
verdict "sync includes nothing of mobile" "$(grep -nE '#include "(mobile|tests)/' sync/*.[ch])"
verdict "mobile includes nothing of tests" "$(grep -nE '#include "tests/' mobile/*.[ch])"

# One room alone touches each outside library.
only() { # header, file that may include it
    verdict "$1 is included by $2 alone" "$(grep -lE "#include <$1" common/*.[ch] sync/*.[ch] mobile/*.[ch] | grep -vxE "$2")"
}
only 'sqlite3\.h' 'common/db\.c'
only 'microhttpd\.h' 'common/http\.c'
only 'sodium' 'common/seal\.c'
only 'curl/' 'sync/link\.c'
only 'gps\.h' 'mobile/gps\.c'
only 'yaz/' 'sync/(import_marc|marc_title)\.[ch]'
only 'csv\.h' 'sync/csv\.c'

# Pure rooms ask neither clock nor disk nor database.
for room in policy policy_reason policy_rule timeline unit account callno barcode cents geo timetable clock words; do
    verdict "common/$room is pure" "$(grep -nE '#include "(common/(db|env|journal|circ|desk|http|seal)\.h)|#include <(stdio_ext|unistd|fcntl|time|sys/)' common/$room.c)"
done
verdict "mobile/stops is pure" "$(grep -nE '#include "(common/(db|env|journal|circ|desk|http|seal)\.h)|#include <(unistd|fcntl|time|sys/)' mobile/stops.c)"

verdict "every statement is asked by somebody" "$(comm -23 <(sed -nE 's/^-- name: ([A-Z0-9_]+).*/SQL_\1/p' schema/*.sql | sort) \
    <(sources | xargs grep -ohE '\bSQL_[A-Z0-9_]+' | sort -u))"

# Banned functions.
banned='strcpy|strcat|sprintf|vsprintf|gets|strtok|atoi|atol|scanf|sscanf|system|popen|localtime|gmtime'
verdict "no banned function" "$(sources | xargs grep -nE "(^|[^A-Za-z0-9_.>])($banned) ?\(" | grep -vE '^\S+:\s*(//|\*|/\*)')"

# Pages: text is text, and nothing comes from elsewhere.
pages() { git ls-files -co --exclude-standard -- 'common/ui/*' 'mobile/ui/*' 'sync/ui/*' | grep -E '\.(js|css|html|svg)$' | grep -v leaflet; }
verdict "no markup made from text" "$(pages | xargs grep -nE 'innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|srcdoc|[^a-z_.](eval|Function) ?\(' | grep -vE '^[^:]+:[0-9]+:\s*(//|\*)')"
verdict "no script or style inside a page" "$(pages | grep -E 'html$' | xargs grep -nE '<script[^>]*>[^<]|<style|style=| on[a-z]+=')"
verdict "no page asks elsewhere" "$(pages | xargs grep -nE '(https?:)?//[a-z0-9-]+\.[a-z]' | grep -vE '^[^:]+:[0-9]+:\s*(//|\*)|www\.w3\.org')"

# Sizes and shapes.
verdict "no file past 800 lines" "$(git ls-files -co --exclude-standard -- '*.c' '*.h' '*.sql' '*.sh' '*.py' '*.js' '*.mjs' '*.css' | xargs wc -l | awk '$2 != "total" && $1 > 800 { print $2 ": " $1 }')"
verdict "no tabs, no blanks at line ends" "$(sources | xargs grep -nE $'\t| +$')"
verdict "the top level holds what was agreed" "$(git ls-files -co --exclude-standard | cut -d/ -f1 | sort -u | grep -vxE 'mobile|sync|common|schema|tests|Makefile|README\.md|LICENSE|\..*')"
verdict "nothing names a machine's paths" "$(git ls-files -co --exclude-standard | xargs grep -nE '/(work|home|root)/[a-z]' -- | grep -vE '^(\.|tests/lint\.sh)')"

# Every header compiles alone, as C17.
alone=
for h in $(git ls-files -co --exclude-standard -- 'common/*.h' 'sync/*.h' 'mobile/*.h'); do
    out=$(printf '#include "%s"\n' "$h" | "$cc" "$@" -fsyntax-only -x c - 2>&1) || alone+="$h: $out"$'\n'
done
verdict "every header compiles alone" "$alone"

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]

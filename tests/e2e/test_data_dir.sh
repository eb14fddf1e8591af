#!/usr/bin/env bash
# Data directories that are not there, or lack a file: said so, with the documented exit status, and nothing is done in them.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

main=$work/branch
main() { "$branch" --data "$main" "$@"; }

# --- no branch ------------------------------------------------------------------------------------------------------------------
says "a branch that is not there" 1 'nowhere holds no branch; make one with: branch init' "$branch" --data "$work/nowhere" status
says "a branch in a file" 1 'holds no branch' "$branch" --data "$work/clock" verify
check "none was made by asking" test ! -e "$work/nowhere"

# --- a branch without its key: not one with a key that everybody knows -------------------------------------------------------------
main init --zone Europe/London --code MAIN --practice-clock "$work/clock" > /dev/null || die "a branch can be made"
mv "$main/server.key" "$work/kept.key"
for command in status verify "device add van1" serve; do
    # shellcheck disable=SC2086
    says "without its key a branch is not opened: $command" 3 'key file .*server.key is missing; put it back from a backup' main $command
done
mv "$work/kept.key" "$main/server.key"
says "with its key it is, and still for practice" 0 '^practice branch MAIN' main status
finish

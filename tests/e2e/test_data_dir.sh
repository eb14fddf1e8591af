#!/usr/bin/env bash
# Data directories that are not there, or lack a file: said so, with the documented exit status, and nothing is done in them.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

main=$work/branch
main() { "$branch" --data "$main" "$@"; }

# --- no branch ------------------------------------------------------------------------------------------------------------------
says "a branch that is not there" 1 'nowhere holds no branch; make one with: branch init' "$branch" --data "$work/nowhere" status
says "a laptop that is not there" 1 'not enrolled; run: bookmobile enroll' "$bookmobile" --data "$work/nowhere" status
check "none was made by asking" test ! -e "$work/nowhere"
says "a branch in a file" 3 'clock cannot be used as data directory' "$branch" --data "$work/clock" verify
says "a laptop in a file" 3 'clock cannot be used as data directory' "$bookmobile" --data "$work/clock" verify

# --- a branch without its key: not one with a key that everybody knows -------------------------------------------------------------
main init --zone Europe/London --code MAIN --practice-clock "$work/clock" > /dev/null || die "a branch can be made"
mv "$main/server.key" "$work/kept.key"
for command in status verify "device add van1" serve; do
    # shellcheck disable=SC2086
    says "without its key a branch is not opened: $command" 3 'key file .*server.key is missing; put it back from a backup' main $command
done
mv "$work/kept.key" "$main/server.key"
says "with its key it is, and still for practice" 0 '^practice branch MAIN' main status

# --- a laptop without its key ---------------------------------------------------------------------------------------------------------
make_certificates
serve "$main"
enrol "$main" "$work/van" van1
forward 60
mv "$work/van/device.key" "$work/kept.key"
for command in status verify "tally visitors 1" sync; do
    # shellcheck disable=SC2086
    says "without its key a laptop is not opened: $command" 3 'key file .*device.key is missing; put it back from a backup' \
        "$bookmobile" --data "$work/van" $command
done
mv "$work/kept.key" "$work/van/device.key"
clean_laptop "$work/van" "with its key again"

# --- a directory that is somebody else's: not one that is not enrolled -----------------------------------------------------------------
if [ "$(id -u)" -eq 0 ] && setpriv --reuid=65534 --clear-groups true 2> /dev/null; then
    chmod 755 "$work" # the programs come by descriptor: nobody may perhaps not look into their folder
    says "a laptop that may not be looked into" 3 'van cannot be used as data directory: Permission denied' \
        setpriv --reuid=65534 --clear-groups /proc/self/fd/9 --data "$work/van" status 9< "$bookmobile"
    says "a branch that may not be looked into" 3 'branch cannot be used as data directory: Permission denied' \
        setpriv --reuid=65534 --clear-groups /proc/self/fd/9 --data "$main" status 9< "$branch"
else
    skip "a directory of somebody else: there is nobody else to be (it takes root)"
fi
finish

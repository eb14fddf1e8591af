#!/usr/bin/env bash
# Accounts of staff: made at the branch by a phrase that is typed or piped, told to laptops, and what checks a phrase is
# shown nowhere.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

main=$work/branch van=$work/van1
b() { "$branch" --data "$main" "$@"; }
piped() { # phrase, command...
    local phrase=$1
    shift
    printf '%s\n' "$phrase" | b "$@"
}
# Type lines at a terminal of our own; prints what the screen shows.
typed() { # line, line, command...
    python3 - "$branch" "$main" "$@" <<'PY'
import os, pty, sys
program, data, first, second, *words = sys.argv[1:]
pid, fd = pty.fork()
if pid == 0:
    os.execv(program, [program, "--data", data, *words])
seen = b""
for line, prompt in ((first, b"shown): "), (second, b"again: ")):
    while prompt not in seen.split(b"\n")[-1]:
        try:
            part = os.read(fd, 4096)
        except OSError:
            part = b""
        if not part:
            break
        seen += part
    os.write(fd, line.encode() + b"\n")
while True:
    try:
        part = os.read(fd, 4096)
    except OSError:
        break
    if not part:
        break
    seen += part
sys.stdout.write(seen.decode())
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
PY
}

make_library
make_branch "$main"
make_certificates
serve "$main"

says "nobody can log in at first: it says what to do" 0 'staff add ID --name NAME --role admin' b staff list
says "an account" 0 'added  ann  Ann Keeper, admin' piped "three green words" staff add ann --name "Ann Keeper" --role admin --phrase-stdin
says "another" 0 'added  bob.b' piped "five brown words" staff add bob.b --name "Bob" --role staff --phrase-stdin
says "not twice" 1 'an account ann already' piped "three green words" staff add ann --name "Ann" --role staff --phrase-stdin
says "a short phrase" 2 '8 to 128 bytes' piped "short" staff add cy --name Cy --role staff --phrase-stdin
says "no phrase" 2 'no phrase was given' b staff add cy --name Cy --role staff --phrase-stdin
says "no terminal" 2 'phrase-stdin' b staff add cy --name Cy --role staff
says "a role that is none" 2 'viewer, staff or admin' piped "three green words" staff add cy --name Cy --role boss --phrase-stdin
says "an id that is none" 2 'small letters' piped "three green words" staff add "Cy!" --name Cy --role staff --phrase-stdin

says "typed at a terminal, twice" 0 'added  dee' typed "seven blue words" "seven blue words" staff add dee --name Dee --role viewer
never "the screen does not show it" 'seven blue'
says "typed differently the second time" 2 'differ' typed "seven blue words" "seven blue wards" staff add eli --name Eli --role viewer
says "which made nothing" 0 'dee' b staff list
never "no account" 'eli'

says "the last admin stays" 1 'ann is the last admin' b staff remove ann
says "also in another role" 1 'ann is the last admin' b staff set ann --role staff
says "an override needs a reason" 2 'reason' b staff remove ann --override
says "when there is another, she may" 0 'changed  bob.b  Bob, admin' b staff set bob.b --role admin
says "she may go" 0 'changed  ann  Ann Keeper, viewer' b staff set ann --role viewer
says "nothing to change" 2 'say what is to change' b staff set ann
says "nobody of this id" 1 'no account zoe' b staff set zoe --name Zoe
says "asked again, the same answer" 0 'changed' b staff set bob.b --name "Bob B" --request r1
says "and no second entry" 0 '"again":true' b staff set bob.b --name "Bob B" --request r1 --json
says "the id is of one act" 2 'another act' b staff remove bob.b --request r1 --override --why test

entry=$(b staff set dee --role staff --json | json entry)
says "an act on an account is not taken back: who lost a right must not give it back to himself" 1 'change the account' b void "$entry" --staff dee

enrol "$main" "$van" van1
forward 60
says "laptops have the accounts" 0 'copy and branch agree' "$bookmobile" --data "$van" sync
grep -aq 'argon2id' "$van"/base-*.db "$van"/replica-*.db* && ok "to check logins offline" || not_ok "to check logins offline"
says "removed" 0 'removed  bob.b' b staff remove bob.b --override --why "left us"
says "laptops hear of that" 0 'copy and branch agree' "$bookmobile" --data "$van" sync

# What checks a phrase is printed by nothing.
for words in "staff list" "entries --limit 100" "status" "tasks" "exceptions list" "digest" "verify"; do
    # shellcheck disable=SC2086 # words are words
    for json in "" --json; do says "$words $json" 0 '' b $words $json; never "$words $json does not show it" 'argon2|\$m='; done
done
for words in "status" "journal --last 100" "verify"; do
    # shellcheck disable=SC2086
    for json in "" --json; do says "bookmobile $words $json" 0 '' "$bookmobile" --data "$van" $words $json; never "$words $json does not show it" 'argon2|\$m='; done
done
cp "$work/serve.log" "$work/said"
never "nor is it in the log" 'argon2|\$m='
clean_branch "$main" "with accounts"
clean_laptop "$van" "with accounts"
finish

#!/usr/bin/env bash
# Installs the Debian packages that are missing; says plainly what to install where there is no apt.
# usage: tests/deps.sh PACKAGE...
set -u
missing=()
for p in "$@"; do
    dpkg-query -W -f '${Status}' "$p" 2>/dev/null | grep -q 'ok installed' || missing+=("$p")
done
[ ${#missing[@]} -eq 0 ] && exit 0
if ! command -v apt-get >/dev/null; then
    echo "These are needed (names as Debian 12 has them), and there is no apt-get here to install them with:" >&2
    printf '  %s\n' "${missing[@]}" >&2
    exit 1
fi
as_root=
if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || { echo "As root: apt-get install ${missing[*]}" >&2; exit 1; }
    as_root=sudo
fi
echo "installing: ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
quiet=(-o Dpkg::Use-Pty=0 -qq -y --no-install-recommends)
if ! $as_root apt-get install "${quiet[@]}" "${missing[@]}" >/dev/null 2>&1; then
    $as_root apt-get update -qq && $as_root apt-get install "${quiet[@]}" "${missing[@]}" >/dev/null
fi || { echo "apt-get could not install: ${missing[*]}" >&2; exit 1; }

#!/usr/bin/env bash
# Gets what the browser tests need: Debian's Chromium, fonts to look at, any node from 18 on with its npm, and the npm
# packages that tests/browser/package-lock.json pins, by their hashes, in build/browser. Nothing of it is in the programs.
set -u
cd "$(dirname "$0")/../.."
into=build/browser
wanted=(chromium fonts-dejavu-core fonts-noto-color-emoji)
command -v node > /dev/null || wanted+=(nodejs) # a node that is here already may come from anywhere
command -v npm > /dev/null || wanted+=(npm)
tests/deps.sh "${wanted[@]}" || exit 1
if ! node -e 'process.exit(process.versions.node.split(".")[0] >= 18 ? 0 : 1)'; then
    echo "the browser tests need node 18 or newer; $(command -v node) is $(node --version)" >&2
    exit 1
fi
cmp -s tests/browser/package-lock.json "$into/package-lock.json" && [ -d "$into/node_modules/playwright-core" ] && exit 0
rm -rf "$into" && mkdir -p "$into"
cp tests/browser/package.json "$into"
echo "fetching the browser tests' npm packages"
# No package's script runs. A lock in build/browser says that all it names is there.
cp tests/browser/package-lock.json "$into/package-lock.json"
if ! npm ci --prefix "$into" --ignore-scripts --no-audit --no-fund --loglevel=error > "$into/npm.log" 2>&1; then
    tail -5 "$into/npm.log" >&2
    rm -f "$into/package-lock.json"
    echo "npm could not fetch what tests/browser/package-lock.json names (is the npm registry reachable?); the browser tests will fail" >&2
    exit 1
fi

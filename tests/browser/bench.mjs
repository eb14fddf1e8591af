// tests/browser/bench.mjs -- from the scan to the painted result in a real browser, and what the page weighs. Started by
// tests/bench/page.h: bench.mjs URL WHO PHRASE CARD FROM; prints lines as tests/bench/bench.h does.
import http from 'node:http';
import { gzipSync } from 'node:zlib';
import { launch, openPage, Scanner } from './browser.mjs';
import { Desk } from './desk.mjs';
import { sleep } from './verdict.mjs';
import { withCheck } from './library.mjs';

const [url, id, phrase, , from] = process.argv.slice(2);
const ROUNDS = 5, SCANS = 60, ITEMS = 1500000;

const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];
const quantile = (list, part) => [...list].sort((a, b) => a - b)[Math.min(list.length - 1, Math.floor(list.length * part))];
const number = (x) => x.toFixed(x >= 100 ? 0 : x >= 10 ? 1 : x >= 1 ? 2 : 4);
function line(name, unit, ours, floor, goal) {
    console.log(`bench ${name} ${number(ours)} ${unit} floor ${number(floor)} ratio ${(ours / floor).toFixed(2)} goal ${goal === null ? '- -' : `${number(goal)} ${ours <= goal ? 'ok' : 'short'}`}`);
}

const browser = await launch();
const page = await openPage(browser);
const parts = new Set(); // what the page is made of
page.on('request', (r) => { if (!/\/api\//.test(r.url())) parts.add(r.url()); });
await page.goto(url);
const desk = new Desk(page);
await desk.login({ id, phrase });
await sleep(500);
// As it crosses the wire to a browser; its floor is all of it packed in one piece.
const get = (where, headers) => new Promise((done, fail) => http.get(where, { headers }, (res) => {
    const got = [];
    res.on('data', (d) => got.push(d)).on('end', () => done(Buffer.concat(got)));
}).on('error', fail));
const wire = [], plain = [];
for (const where of parts) {
    wire.push(await get(where, { 'Accept-Encoding': 'gzip' }));
    plain.push(await get(where, {}));
}
line('page_weight', 'kB', Buffer.concat(wire).length / 1000, gzipSync(Buffer.concat(plain), { level: 9 }).length / 1000, 200);

// Enter goes down -> the row of that scan says what came of it -> two frames later it is on the glass.
await page.evaluate(() => {
    window.bench = { at: 0, done: [] };
    addEventListener('keydown', (e) => { if (e.key === 'Enter') window.bench.at = e.timeStamp; }, true);
    const seen = new WeakSet();
    new MutationObserver(() => {
        for (const e of document.querySelectorAll('[data-test=result]')) {
            if (e.dataset.state !== 'done' || seen.has(e)) continue;
            seen.add(e);
            const { at } = window.bench;
            requestAnimationFrame(() => { const c = new MessageChannel(); c.port1.onmessage = () => window.bench.done.push(performance.now() - at); c.port2.postMessage(0); });
        }
    }).observe(document.body, { subtree: true, childList: true, attributes: true, attributeFilter: ['data-state'] });
});
const scanner = new Scanner(page);
let serial = Number(from) + 100000, people = 0;
const itemNumber = (n) => withCheck(`30990${String(n).padStart(8, '0')}`);
const ours = [], floors = [];
for (let round = 0; round < ROUNDS; round++) {
    const first = await page.evaluate(() => window.bench.done.length);
    for (let i = 0; i < SCANS; i++) {
        if (i % 12 === 0) await scanner.scan(withCheck(`20990${String(1000 + 41 * people++).padStart(8, '0')}`));
        else {
            while ((serial * 61) % ITEMS % 10 === 3) serial++; // of these one in ten is lent (big_is_lent)
            await scanner.scan(itemNumber(1 + (serial++ * 61) % ITEMS));
        }
        for (let w = 0; w < 100 && (await page.evaluate(() => window.bench.done.length)) < first + i + 1; w++) await sleep(5);
        if (await desk.alert()) await desk.page.keyboard.press('Escape');
    }
    ours.push(await page.evaluate((n) => window.bench.done.slice(n), first));
    // The least: a key, a request that is answered at once, a line on the glass.
    floors.push(await page.evaluate(async (scans) => {
        const said = [], place = document.createElement('p');
        document.body.append(place);
        for (let i = 0; i < scans; i++) {
            const at = performance.now();
            await (await fetch('/ui/icon.svg', { cache: 'no-store' })).text();
            place.textContent = String(i);
            await new Promise((f) => requestAnimationFrame(() => { const c = new MessageChannel(); c.port1.onmessage = f; c.port2.postMessage(0); }));
            said.push(performance.now() - at);
        }
        place.remove();
        return said;
    }, SCANS));
}
line('page_scan', 'ms', median(ours.map((l) => quantile(l, 0.5))), median(floors.map((l) => quantile(l, 0.5))), null);
line('page_scan_p99', 'ms', median(ours.map((l) => quantile(l, 0.99))), median(floors.map((l) => quantile(l, 0.99))), 50);
await browser.close();
process.exit(0);

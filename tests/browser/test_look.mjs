// tests/browser/test_look.mjs -- every screen, light and dark, in three sizes: axe-core finds nothing, nothing is cut off, covered or
// too small, hostile names are text.
import { SIZES } from './browser.mjs';
import { HOSTILE, cardNumber } from './library.mjs';
import { axeFaults, layoutFaults, scrollFaults } from './layout.mjs';
import { BRANCH, leave, makeStories, VAN } from './scenes.mjs';
import { endVan, pageFaults, startVan } from './start.mjs';
import { STAFF } from './world.mjs';
import { check, full, none, run, sleep, test } from './verdict.mjs';

const plain = (s) => s.replace(/\s+/g, ' ').trim();

async function lookAt(desk, scene, w) {
    const { page } = desk, said = [];
    await page.setViewportSize({ width: SIZES.laptop[0], height: SIZES.laptop[1] });
    await scene.prepare(desk, w);
    const note = (where, faults) => said.push(...faults.map((f) => `${where}: ${f}`));
    if (scene.hostile) {
        const text = plain(await page.evaluate(() => document.body.innerText));
        for (const kind of scene.hostile) if (!text.includes(plain(HOSTILE[kind]))) said.push(`${kind} is not shown as it is`);
        note('markup', await page.evaluate(() => [...document.querySelectorAll('main img, main b, main script, dialog img, dialog b')].map((e) => e.outerHTML.slice(0, 100)).concat(window.__pwned ? ['a name was run as a script'] : [])));
    }
    for (const [size, [width, height]] of Object.entries(SIZES)) {
        await page.setViewportSize({ width, height });
        await page.evaluate(() => new Promise((f) => requestAnimationFrame(() => requestAnimationFrame(f))));
        note(size, await layoutFaults(page));
        if (size !== 'zoomed' && !scene.tall) note(size, await scrollFaults(page));
        if (full && size !== 'laptop') note(`axe ${size}`, await axeFaults(page));
    }
    await page.setViewportSize({ width: SIZES.laptop[0], height: SIZES.laptop[1] });
    note('axe light', await axeFaults(page));
    await page.emulateMedia({ colorScheme: 'dark' });
    await sleep(30);
    note('axe dark', await axeFaults(page, { colours: !full }));
    if (full) note('dark', await layoutFaults(page));
    await page.emulateMedia({ colorScheme: 'light' });
    await leave(desk, scene, w);
    none(`${scene.name}: accessible, whole, readable`, said);
}

for (const scene of VAN) test(`van ${scene.name}`, (w) => lookAt(w.van1, scene, w));
test('van login', async (w) => lookAt(await w.open(w.deskUrl), { name: 'login', prepare: (d) => d.at('login-who').waitFor() }, w));
test('van second screen: from the sync screen to its code, and what the other screen sees', async (w) => {
    await w.van1.go('sync');
    await w.van1.press('second');
    await w.van1.at('pair-code').waitFor();
    check('code, address and fingerprint stand there', /^[0-9 -]{6,}$/.test(await w.van1.at('pair-code').innerText()) && /^([0-9A-F]{2} ){31}[0-9A-F]{2}$/i.test(await w.van1.at('pair-print').innerText()));
    w.pairUrl = await w.van1.at('pair-url').innerText();
    await lookAt(w.van1, { name: 'second', prepare: (d) => d.at('pair-code').waitFor() }, w);
    await lookAt(await w.open(w.pairUrl), { name: 'pair', prepare: (d) => d.at('pair-code').waitFor() }, w);
});
for (const scene of BRANCH) test(`branch ${scene.name}`, (w) => lookAt(w.branch1, scene, w));
test('branch login', async (w) => lookAt(await w.open(w.branchUrl), { name: 'login', prepare: (d) => d.at('login-who').waitFor() }, w));
test('no page did what no page of ours may', (w) => none('no fault, no other origin', pageFaults(w)));

run(async () => {
    const w = await startVan({ words: ['--no-sync', '--lan', '127.0.0.1:0'] });
    w.people.extra = cardNumber(900);
    await makeStories(w);
    w.branch1 = await w.open(w.branchUrl, STAFF.admin);
    return w;
}, endVan);

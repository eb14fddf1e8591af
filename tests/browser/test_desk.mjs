// tests/browser/test_desk.mjs -- a day at the desk by keyboard alone, and what goes wrong there: undo, lock, a class, paper, scanners
// of several kinds, a slow program.
import { Scanner } from './browser.mjs';
import { hook } from './desk.mjs';
import { child, lock, openRoster, syncNow, unlock } from './ways.mjs';
import { endVan, pageFaults, startVan } from './start.mjs';
import { STAFF } from './world.mjs';
import { check, equal, none, run, sleep, test, until } from './verdict.mjs';

let next = 0;
const book = (w) => w.books[next++];
const person = (w, n) => w.people.spare[n].cardnumber;
const has = async (w, card) => (await w.vanJson('patron', 'show', card)).loans.map((l) => l.item).sort();
async function at(desk, card) { // this one is at the desk
    await desk.scan(card);
    await until('at the desk', async () => (await desk.patron()) === card);
}

test('keyboard only: log in, lend, return, renew, find, search, register, count, undo', async (w) => {
    const desk = await w.open(w.deskUrl, STAFF.staff, { login: { keyboard: true } }), { keyboard } = desk.page;
    await desk.page.evaluate(() => { for (const type of ['pointerdown', 'mousedown', 'touchstart']) addEventListener(type, () => { window.__pointed = true; }, true); });
    const [one, two] = [book(w), book(w)], card = person(w, 0);
    await keyboard.press('F1');
    await desk.at('screen-lend').waitFor();
    for (const text of [card, one, two]) { // typed by hand, slowly
        await keyboard.type(text, { delay: 45 });
        await keyboard.press('Enter');
    }
    equal('lent by typing', ['0', 'lent'], await desk.result(two).then((r) => [r.exit, r.word]));
    await keyboard.press('Control+F2');
    await desk.at('screen-renew').waitFor();
    await keyboard.type(one, { delay: 45 });
    await keyboard.press('Enter');
    equal('renewed', '0', (await desk.result(one, { word: 'renewed' })).exit);
    await keyboard.press('Alt+r');
    await desk.at('screen-return').waitFor();
    await keyboard.type(one, { delay: 45 });
    await keyboard.press('Enter');
    equal('returned', '0', (await desk.result(one, { word: 'returned' })).exit);
    await keyboard.press('Alt+z');
    await desk.waitAlert();
    await keyboard.press('Alt+z');
    await until('the return is undone', async () => (await has(w, card)).includes(one));
    await keyboard.press('F4');
    await desk.at('screen-patron').waitFor();
    if (await desk.at('patron-other').count()) await keyboard.press('F4');
    await desk.at('find-name').waitFor();
    await keyboard.type('Agnes Queueham');
    await desk.at('found-patron').first().waitFor();
    await keyboard.press('ArrowDown');
    await keyboard.press('Enter');
    await until('found by name and keys', async () => (await desk.patron()) === w.people.queue[0].cardnumber);
    await keyboard.press('F3');
    await desk.at('screen-search').waitFor();
    await keyboard.type('waited for');
    await desk.at('hit').first().waitFor();
    await keyboard.press('Shift+F1');
    await desk.at('screen-register').waitFor();
    await keyboard.type('Newcomer, Nora', { delay: 45 });
    await keyboard.press('Tab');
    await keyboard.type(w.people.fresh[0], { delay: 45 });
    await desk.at('register-go').focus(); // as Tab brings it
    await keyboard.press('Enter');
    await until('registered, and at the desk', async () => (await desk.patron()) === w.people.fresh[0] || JSON.stringify(await desk.alert()) + (await desk.page.locator('main').innerText()).slice(0, 300));
    for (const [key, screen] of [['F6', 'stop'], ['F7', 'paper'], ['F9', 'sync'], ['F10', 'day'], ['Alt+h', 'help'], ['Alt+u', 'lend']]) {
        await keyboard.press(key);
        await desk.at(`screen-${screen}`).waitFor();
    }
    check('every key brought its screen', true);
    const stops = await desk.page.evaluate(() => [...document.querySelectorAll('button, a[href], input, select, textarea, summary')].filter((e) => e.checkVisibility() && !e.disabled && e.tabIndex < 0).map((e) => e.outerHTML.slice(0, 90)));
    none('nothing that can be pressed is out of Tab\'s reach', stops);
    const unseen = [], walked = new Set();
    for (let i = 0; i < 40; i++) {
        await keyboard.press('Tab');
        const here = await desk.page.evaluate(() => {
            const e = document.activeElement, s = getComputedStyle(e);
            window.__stops ??= new Map();
            if (!window.__stops.has(e)) window.__stops.set(e, window.__stops.size);
            return { what: `${window.__stops.get(e)} ${e.outerHTML.slice(0, 90)}`, body: e === document.body, ring: e === document.body || (s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2) || s.boxShadow !== 'none' || e.matches('.skip') || Boolean(e.closest('.scan-row')) };
        });
        if (!here.ring) unseen.push(here.what);
        if (walked.has(here.what)) break;
        if (!here.body) walked.add(here.what); // past the last there is the browser's own bar
    }
    none('where the focus is can be seen', unseen);
    check(`Tab goes round (${walked.size} stops)`, walked.size > 10, [...walked].join('\n'));
    equal('no mouse was used', undefined, await desk.page.evaluate(() => window.__pointed));
    await desk.page.close();
});

test('undo: by key and by button; the newest; asked first', async (w) => {
    const desk = w.van1, card = person(w, 1), [a, b] = [book(w), book(w)];
    await desk.go('lend');
    await at(desk, card);
    await desk.scan(a);
    await desk.scan(b);
    await desk.result(b);
    await desk.page.keyboard.press('Alt+z');
    const said = await desk.waitAlert();
    check('it says what it will take back', said.text.includes('The Test of Book'), said.text);
    await desk.page.keyboard.press('Enter');
    await sleep(100);
    check('Enter does not do it', (await desk.alert()) !== null && (await has(w, card)).length === 2, JSON.stringify(await has(w, card)));
    await desk.page.keyboard.press('Escape');
    await until('left alone', async () => (await desk.alert()) === null);
    equal('both are lent still', 2, (await has(w, card)).length);
    await desk.page.keyboard.press('Alt+z');
    await desk.waitAlert();
    await desk.page.keyboard.press('Alt+z');
    await until('the newest is taken back', async () => (await desk.results()).find((r) => r.text === b).word === 'undone');
    equal('and only it', [a], await has(w, card));
    await desk.press(desk.page.locator(`${hook('result')}[data-text="${a}"] ${hook('undo')}`));
    await desk.waitAlert();
    await desk.choose('undo');
    await until('by its own button too', async () => (await has(w, card)).length === 0);
});

test('lock and unlock', async (w) => {
    const desk = w.van1, card = person(w, 2), item = book(w);
    await desk.go('lend');
    await at(desk, card);
    await lock(desk);
    check('who is at the desk cannot be read', !(await desk.page.evaluate(() => { const e = document.querySelector('[data-test="screen-lock"]').getBoundingClientRect(); return e.width < innerWidth || e.height < innerHeight; })), 'the cover is smaller than the page');
    await desk.scan(item);
    await desk.page.keyboard.press('F2');
    await sleep(150);
    equal('nothing is done while locked', [], await has(w, card));
    equal('the lock stays', 1, await desk.at('screen-lock').count());
    await desk.at('lock-phrase').fill('not the phrase');
    await desk.press('lock-go');
    await until('a wrong phrase is told', async () => /not the passphrase/.test(await desk.at('login-error').innerText()));
    await unlock(desk, STAFF.staff);
    await until('the same one is at the desk', async () => (await desk.patron()) === card);
    await desk.scan(item);
    equal('and work goes on', '0', (await desk.result(item, { word: 'lent' })).exit);
    await lock(desk);
    await desk.page.reload(); // which does not open it
    await desk.at('screen-lock').waitFor();
    await unlock(desk, STAFF.staff);
    await desk.at('screen-lend').waitFor();
    check('a locked page that is loaded anew is locked', true);
});

test('somebody else at the desk: acts bear their own name', async (w) => {
    const desk = w.van1, item = book(w);
    await desk.go('lend');
    await lock(desk);
    await desk.press('lock-other');
    await desk.at('login-who').waitFor();
    await desk.at('login-who').fill('');
    await desk.login(STAFF.admin);
    equal('the one before stands no longer at the desk', null, await desk.patron());
    await at(desk, person(w, 3));
    await desk.scan(item);
    const row = await desk.result(item);
    equal('lent', '0', row.exit);
    await lock(desk);
    await desk.press('lock-other');
    await desk.at('login-who').fill('');
    await desk.login(STAFF.staff);
    w.byAnna = item;
});

test('what waits when the session ends: done for the same person, not in the name of another', async (w) => {
    const desk = w.van1, { page } = desk, card = person(w, 6);
    const interrupt = async (who, items) => {
        await desk.go('lend');
        await at(desk, card);
        await page.route('**/api/scan', async (route) => { // a program that takes its time
            await sleep(700);
            await route.continue().catch(() => {});
        });
        for (const item of items) await desk.scan(item);
        await page.evaluate(() => import('/ui/api.js').then(({ api }) => api.once('/api/logout', {})));
        await desk.at('screen-login').waitFor();
        await page.unrouteAll({ behavior: 'wait' });
        await desk.at('login-who').fill('');
        await desk.login(who);
        for (const item of items) await desk.result(item);
        return desk.results().then((all) => all.filter((r) => items.includes(r.text)));
    };
    const mine = [book(w), book(w), book(w)], others = [book(w), book(w), book(w)];
    equal('she logs in again: all is lent', mine.map(() => 'lent'), (await interrupt(STAFF.staff, mine)).map((r) => r.word));
    equal('and there', [...mine].sort(), await has(w, card));
    const rows = await interrupt(STAFF.admin, others);
    equal('another logs in: each is told as not done', others.map(() => ['refused', true]), rows.map((r) => [r.state, /who scanned it has gone/.test(r.shown)]));
    equal('with a sound', 'stop', await desk.sound());
    equal('and none was', [...mine].sort(), await has(w, card));
    await page.evaluate(() => import('/ui/api.js').then(({ api }) => api.once('/api/logout', {})));
    await desk.at('screen-login').waitFor();
    await desk.at('login-who').fill('');
    await desk.login(STAFF.staff);
});

test('a class: tap the child, scan the book, at once', async (w) => {
    const desk = w.van1, kids = w.people.children.map((c) => c.cardnumber), lent = [];
    await openRoster(desk, 'Class 2B');
    equal('all of the class are there', 8, (await desk.at('roster-patron').evaluateAll((all) => all.map((e) => e.dataset.card))).filter((c) => kids.includes(c)).length);
    await desk.page.route('**/api/run', async (route) => { // a program that takes its time
        await sleep(250);
        await route.continue().catch(() => {});
    });
    for (const card of kids.slice(0, 5)) {
        const item = book(w);
        await desk.press(child(desk, card));
        await desk.scan(item); // nobody waits for the page
        lent.push([card, item]);
    }
    for (const [, item] of lent) await desk.result(item, { ms: 15000 });
    await desk.page.unrouteAll({ behavior: 'wait' });
    const wrong = [];
    for (const [card, item] of lent) if (!(await has(w, card)).includes(item)) wrong.push(`${item} is not with ${card}: ${JSON.stringify((await desk.results()).find((r) => r.text === item))}`);
    none('each book is with the child that was tapped', wrong);
    await desk.page.reload();
    await desk.at('screen-lend').waitFor();
});

test('catching up from paper', async (w) => {
    const desk = w.van1, card = person(w, 4), item = book(w), late = book(w);
    await desk.go('paper');
    await desk.at('paper-when').fill('2026-10-05T09:28');
    await desk.at('paper-source').fill('slip 7');
    await desk.press('paper-set');
    await desk.at('banner-paper').waitFor();
    check('the banner says when and from what', /09:28.*slip 7/.test(await desk.at('banner-paper').innerText()), await desk.at('banner-paper').innerText());
    await at(desk, card);
    await desk.scan(item);
    equal('lent', '0', (await desk.result(item)).exit);
    await desk.press('paper-end');
    await desk.at('banner-paper').waitFor({ state: 'detached' });
    await desk.scan(late);
    await desk.result(late);
    await desk.go('paper');
    await desk.at('paper-when').fill('2026-10-06T09:28');
    await desk.press('paper-set');
    await sleep(200);
    equal('a time to come is not taken', 0, await desk.at('banner-paper').count());
    w.paper = { item, late };
});

test('scanners: Tab as suffix, Codabar letters, a stumble, a cursor elsewhere', async (w) => {
    const desk = w.van1, card = person(w, 5);
    await desk.go('lend');
    await at(desk, card);
    const { page } = desk, kinds = {
        'Tab as suffix': new Scanner(page, { suffix: 'Tab' }),
        'Codabar start and stop letters': new Scanner(page, { prefix: 'A', postfix: 'B' }),
        'a stumble in the middle': Object.assign(new Scanner(page), { hiccup: (n) => (n === 6 ? 120 : 0) }),
        'eight milliseconds': new Scanner(page, { gapMs: 8 }),
        'no suffix for a while': Object.assign(new Scanner(page), { hiccup: (n) => (n === 14 ? 60 : 0) }),
    };
    const wanted = [];
    for (const [kind, scanner] of Object.entries(kinds)) {
        const item = book(w);
        await scanner.scan(item);
        wanted.push(item);
        await until(`${kind}: lent`, async () => (await has(w, card)).includes(item) || JSON.stringify((await desk.results())[0]) + JSON.stringify(await desk.alert()));
    }
    await desk.go('patron'); // the cursor in a field for something else
    await desk.press('patron-other');
    await desk.at('find-name').fill('half a na');
    const item = book(w);
    await desk.at('find-name').focus();
    await desk.scan(item);
    await until('a scan into a name goes to the desk', async () => (await has(w, card)).includes(item) || JSON.stringify(await desk.alert()) + (await desk.page.url()));
    equal('each is there once', [...wanted, item].sort(), await has(w, card));
});

test('idle, it locks by itself', async (w) => {
    await w.deskProgram.end();
    await w.desk('--no-sync', '--lock-after', '3');
    const desk = await w.open(w.deskUrl, STAFF.staff);
    await desk.at('screen-lock').waitFor({ timeout: 12000 });
    await unlock(desk, STAFF.staff);
    check('and opens again', (await desk.at('screen-lend').count()) === 1);
    await desk.page.close();
    await w.deskProgram.end();
    await w.desk('--no-sync');
});

test('what the branch has of all that', async (w) => {
    const desk = await w.open(w.deskUrl, STAFF.staff);
    await syncNow(desk);
    const entries = (await w.entries('van1')).filter((e) => e.op === 'checkout'), of = (item) => entries.find((e) => e.item === item);
    equal('the act of somebody else bears her name', 'anna', of(w.byAnna)?.staff);
    equal('paper: the time it really happened, and the source', [Date.UTC(2026, 9, 5, 8, 28), 'slip 7'], [of(w.paper.item)?.when, of(w.paper.item)?.source]);
    equal('afterwards: now again', [undefined, undefined], [of(w.paper.late)?.when, of(w.paper.late)?.source]);
    none('nothing came out differently', (await w.branchJson('exceptions', 'list')).map((e) => JSON.stringify(e)));
    none('no page did what no page of ours may', pageFaults(w));
});

run(async () => {
    const w = await startVan();
    w.people.fresh = [w.cardNumber(910), w.cardNumber(911)];
    return w;
}, endVan);

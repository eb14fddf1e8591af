// tests/browser/test_morning.mjs -- the branch's morning in a real browser, on the real branch over TLS: did the vans come home, an
// exception settled, undone, settled another way, tasks, figures against the program's own, an act's life, a laptop let in by the
// code on the screen, accounts, and what each role sees.
import fs from 'node:fs';
import path from 'node:path';
import { Client } from './api.mjs';
import { launch, openPage } from './browser.mjs';
import { Desk } from './desk.mjs';
import { command, root, STAFF, World } from './world.mjs';
import { check, equal, none, run, test, until } from './verdict.mjs';

const bookmobile = path.resolve(root, process.env.BM_BIN_DIR ?? 'build/bin', 'bookmobile');
const open = async (w) => (await w.branchJson('exceptions', 'list')).map((x) => x.id).sort();
const count = (d, name) => d.at(name).count();
const text = (d, name) => d.at(name).first().innerText();
const said = (what, d, name, pattern) => until(what, async () => pattern.test(await text(d, name).catch(() => '')) || text(d, name).catch((e) => e.message));

// Goes with Tab until the focus stands on a hook.
async function tabTo(page, name, most = 60) {
    for (let i = 0; i < most; i++) {
        if (await page.evaluate((n) => document.activeElement?.dataset.test === n, name)) return;
        await page.keyboard.press('Tab');
    }
    throw new Error(`Tab does not come to ${name}`);
}

test('home: the vans, the numbers, what to do first', async ({ w, d }) => {
    await said('the van is told', d, 'van', /Home/);
    equal('one van, home', [['van1', 'home']], await d.at('van').evaluateAll((all) => all.map((e) => [e.dataset.device, e.dataset.word])));
    equal('the numbers add up', 'right', await d.at('verdict').getAttribute('data-word'));
    const sums = (await w.branchJson('status')).devices[0];
    const row = await d.page.locator('table.sums tbody tr').first().locator('td').allInnerTexts();
    equal('as the program has them', ['made', 'home', 'waiting', 'applied', 'exceptions', 'quarantined', 'unapplied'].map((k) => String(sums[k])), row.slice(0, 7));
    equal('first the exceptions', 'exceptions', await d.at('first').first().getAttribute('data-what'));
});

test('an exception by keyboard alone: settled with a reason, undone, settled another way', async ({ w, d }) => {
    const { page } = d, before = await open(w), clash = (await w.branchJson('exceptions', 'list')).find((x) => x.code === 'lent_over_loan');
    await page.keyboard.press('Alt+x');
    await d.at('x-row').first().waitFor();
    equal('the list is the program\'s', before, (await d.at('x-row').evaluateAll((all) => all.map((e) => e.dataset.id))).sort());
    await tabTo(page, 'x-row');
    for (let i = 0; i < before.length && (await page.evaluate(() => document.activeElement.dataset.id)) !== clash.id; i++) await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await d.at('x-title').waitFor();
    equal('told in the program\'s words', clash.sentence, await text(d, 'x-title'));
    equal('the heading has the focus', 'x-title', await page.evaluate(() => document.activeElement.dataset.test));
    const story = await w.branchJson('exceptions', 'show', clash.id), shown = await text(d, 'x-events');
    none('every act of the story is told', story.events.filter((e) => !shown.includes(e.words)).map((e) => e.words));
    check('both sides have their lane', (await d.page.locator('.event.here').count()) > 0 && (await d.page.locator('.event.there').count()) > 0);
    await tabTo(page, 'way-exceptions_settle');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Enter'); // without a reason
    await said('a reason is asked for', d, 'x-ways', /Fill in what is asked for/);
    equal('nothing was settled', before, await open(w));
    await page.keyboard.type('spoken with both', { delay: 40 });
    await page.keyboard.press('Enter');
    await said('it is settled, by whom and why', d, 'x-decided', /Anna|anna[^]*spoken with both/);
    equal('at the branch too', before.filter((id) => id !== clash.id), await open(w));
    await tabTo(page, 'x-undo');
    await page.keyboard.press('Enter');
    await page.keyboard.type('not yet', { delay: 40 });
    await page.keyboard.press('Enter');
    await d.at('x-ways').waitFor();
    equal('open again', before, await open(w));
    await tabTo(page, 'way-void');
    await page.keyboard.press('Enter');
    await page.keyboard.type('the later loan was a slip', { delay: 40 });
    await page.keyboard.press('Enter');
    await d.at('x-over').waitFor();
    equal('the act that was taken back ended it', before.filter((id) => id !== clash.id), await open(w));
    equal('and the earlier loan goes on', w.people.spare[4].cardnumber, (await w.branchJson('item', 'show', w.books[120])).patron);
});

test('exceptions are filtered, walked through, left and come back to', async ({ w, d }) => {
    await d.go('exceptions');
    await d.at('x-row').first().waitFor();
    await d.at('x-which').selectOption('all');
    const all = (await w.branchJson('exceptions', 'list', '--all')).length;
    await until('all of them', async () => (await count(d, 'x-row')) === all);
    await d.at('x-code').selectOption('barred');
    check('one kind', (await d.at('x-row').evaluateAll((rows) => rows.every((e) => e.dataset.code === 'barred'))) && (await count(d, 'x-row')) > 0);
    await d.at('x-code').selectOption('');
    await d.at('x-words').fill('no such words anywhere');
    equal('none', 0, await count(d, 'x-row'));
    await d.at('x-words').fill('');
    await d.at('x-which').selectOption('open');
    await d.press(d.at('x-row').first());
    await d.at('x-title').waitFor();
    await d.page.keyboard.press('Escape');
    equal('Escape comes back to the list', 'x-row', await d.page.evaluate(() => document.activeElement.dataset.test));
    await d.page.goBack();
    await d.at('x-row').first().waitFor();
});

test('a task is done from its line', async ({ w, d }) => {
    await d.go('tasks');
    await d.at('task-pull').first().waitFor();
    const before = (await w.branchJson('tasks')).pull, item = await d.at('task-pull').first().getAttribute('data-item');
    await d.press(d.at('task-pull').first());
    await until('it is set aside', async () => (await w.branchJson('item', 'show', item)).aside !== null);
    await until('and its line is gone', async () => (await d.page.locator(`[data-test="task-pull"][data-item="${item}"]`).count()) === 0);
    equal('one less', before.length - 1, (await w.branchJson('tasks')).pull.length);
});

test('figures are the program\'s; sorted, saved; bad days are told', async ({ w, d }) => {
    await d.page.evaluate(() => { location.hash = 'figures/stops'; });
    await d.at('figures-stops').waitFor();
    await d.at('figures-from').fill('5.10.2026');
    await d.at('figures-to').fill('2026-10-05');
    await d.press('figures-go');
    await said('the table is of that day', d, 'figures-stops', /2026-10-05 to 2026-10-05/);
    const own = (await w.branchJson('report', 'stops', '--from', '2026-10-05', '--to', '2026-10-05')).stops;
    equal('a row a stop', own.length, await d.page.locator('table.figures tbody tr').count());
    await d.press('sort-planned');
    await d.press('sort-checkouts');
    const lent = await d.page.locator('table.figures tbody tr td:nth-child(9)').allInnerTexts();
    equal('largest first', [...own.map((s) => String(s.checkouts))].sort((a, b) => b - a), lent);
    const [file] = await Promise.all([d.page.waitForEvent('download'), d.press('figures-csv')]);
    const lines = fs.readFileSync(await file.path(), 'utf8').trim().split('\r\n');
    equal('saved: a line a stop', own.length + 1, lines.length);
    await d.at('figures-from').fill('31.2.2026');
    await d.press('figures-go');
    await said('no such day', d, 'figures-error', /31\.2\.2026.* is no day/);
    await d.page.evaluate(() => { location.hash = 'figures/day/2026-10-05'; });
    await d.page.locator('.map.leaflet-container').waitFor();
    const day = await w.branchJson('report', 'day', '2026-10-05');
    equal('the day\'s visits and what was missed', day.calls.length + day.planned.filter((p) => p.status !== 'made').length, await d.page.locator('table.figures tbody tr').count());
    check('stops stand on the map', (await d.page.locator('.leaflet-marker-icon').count()) > 0);
});

test('one box finds a card, a copy, a name, a title, and an act by its slip', async ({ w, d }) => {
    const look = async (what, part) => {
        await d.page.evaluate((t) => { location.hash = `lookup/${encodeURIComponent(t)}`; }, what);
        await d.at(`found-${part}`).first().waitFor();
        return text(d, `found-${part}`);
    };
    const person = w.people.spare[5];
    check('a card', (await look(person.cardnumber, 'patron')).includes(person.surname));
    check('a copy', (await look(w.books[121], 'item')).includes('The Test of Book 122'));
    check('a name', (await look(person.surname, 'people')).includes(person.cardnumber));
    check('words of a title', (await look('waited for', 'titles')).includes('The Book That Is Waited For'));
    await look(w.both.items[0], 'item');
    equal('a number that is both shows both', [1, 1], [await count(d, 'found-patron'), await count(d, 'found-item')]);
    const life = await look(w.slip, 'trace'), [act] = (await w.branchJson('trace', w.slip)).acts;
    check('a slip: what was done', life.includes(act.words), life);
    equal('its whole life', ['done', 'arrived', 'outcome', 'exception'], (await d.at('timeline').locator('li').evaluateAll((all) => all.map((e) => e.dataset.what))).slice(0, 4));
    await d.scan(w.books[121]); // wherever the cursor is
    await until('a scan is looked up', async () => (await d.page.evaluate(() => location.hash)).endsWith(w.books[121]));
    await d.at('found-item').waitFor();
    await d.page.evaluate(() => { location.hash = 'lookup/%3Ci%3Ezzqx%3C%2Fi%3E'; });
    await said('what is not there is told as text', d, 'lookup-none', /<i>zzqx<\/i>/);
});

test('a laptop is let in by the code on the screen', async ({ w, d }) => {
    await d.go('devices');
    await d.at('device-id').fill('van7');
    await d.at('device-name').fill('Van Seven');
    await d.press('device-go');
    await d.at('device-code').waitFor();
    const code = (await text(d, 'device-code')).match(/[0-9A-Z]{4}(?:-[0-9A-Z]{4})+/)[0];
    check('shown large', (await d.page.locator('.code').evaluate((e) => parseFloat(getComputedStyle(e).fontSize))) >= 32);
    await command(bookmobile, ['enroll', `https://localhost:${w.syncPort}`, code, '--cacert', path.join(w.dir, 'ca.pem'), '--mobile', 'VAN1', '--place', 'VAN1', '--data', path.join(w.dir, 'van7')]);
    await d.go('home');
    await d.go('devices');
    await said('it is among the laptops', d, 'devices', /Van Seven[^]*enrolled|enrolled[^]*Van Seven/);
});

test('accounts: made, changed, removed; a short phrase is refused', async ({ w, d }) => {
    const ned = { id: 'ned', phrase: 'quite a long phrase' }, login = async () => (await new Client(w.branchUrl).login(ned)).status;
    await d.go('accounts');
    await d.at('account-id').fill('ned');
    await d.at('account-name').fill('Ned <b>New</b>');
    await d.at('account-phrase').fill('short');
    await d.at('account-again').fill('short');
    await d.press('account-go');
    await said('too short', d, 'trouble', /at least 8/);
    for (const name of ['account-phrase', 'account-again']) await d.at(name).fill(ned.phrase);
    await d.press('account-go');
    await said('he is in the list, as text', d, 'accounts', /Ned <b>New<\/b>/);
    equal('he can log in', 200, await login());
    await d.press(d.page.locator('[data-test="account-edit"][data-id="ned"]'));
    await d.at('account-role').selectOption('viewer');
    await d.press('account-go');
    await until('he looks only', async () => (await w.branchJson('staff', 'list')).find((a) => a.id === 'ned').role === 'viewer');
    await d.press(d.page.locator('[data-test="account-remove"][data-id="ned"]'));
    await d.waitAlert();
    await d.choose('yes');
    await until('he is gone', async () => !(await w.branchJson('staff', 'list')).some((a) => a.id === 'ned'));
    equal('and can log in no more', 401, await login());
    equal('nobody removes himself', 0, await d.page.locator('[data-test="account-remove"][data-id="anna"]').count());
});

test('a viewer reads all and acts nowhere; staff act, and have no accounts', async ({ w }) => {
    const viewer = new Desk(await openPage(w.browser, { url: w.branchUrl })), staff = new Desk(await openPage(w.browser, { url: w.branchUrl }));
    w.pages.push(viewer.page, staff.page);
    await viewer.login(STAFF.viewer);
    await staff.login(STAFF.staff);
    none('no screens of the desk, none of administrators', (await viewer.screens()).filter((id) => ['lend', 'return', 'renew', 'register', 'devices', 'accounts'].includes(id)));
    await viewer.go('exceptions');
    await viewer.press(viewer.at('x-row').first());
    await viewer.at('x-title').waitFor();
    equal('the story without deeds', [0, 0], [await count(viewer, 'way-exceptions_settle'), await count(viewer, 'way-void')]);
    await viewer.go('tasks');
    await viewer.at('tasks-pull').waitFor();
    equal('tasks without buttons', 0, await count(viewer, 'task-pull'));
    await viewer.page.evaluate(() => { location.hash = 'accounts'; });
    await viewer.at('screen-home').waitFor();
    const screens = await staff.screens();
    equal('staff: the desk, but not the administrators\' part', [true, false], [screens.includes('lend'), screens.includes('devices')]);
    await staff.go('exceptions');
    await staff.press(staff.at('x-row').first());
    await staff.at('way-exceptions_settle').waitFor();
});

test('no page did what no page of ours may', ({ w }) => {
    const own = new URL(w.branchUrl).origin;
    none('no fault, no other origin', w.pages.flatMap((p) => [...p.faults, ...[...p.origins].filter((o) => o !== own).map((o) => `asked ${o}`)]));
});

await run(async () => {
    const w = await World.make(), [a, b, c] = [4, 5, 6].map((i) => w.people.spare[i].cardnumber);
    await w.serve();
    await w.enrol();
    await w.branch('checkout', a, w.books[120]);
    await w.branch('patron', 'bar', b, '--why', 'books in the bath');
    w.clock.forward(60);
    await w.van('checkout', c, w.books[120]); // the van does not know that A has it
    w.slip = (await w.vanJson('checkout', b, w.books[121])).slip; // nor that B is barred
    await w.van('stop', 'open', 'VAN1/Mistlebury/Market Square');
    w.clock.forward(600);
    await w.van('checkout', a, w.books[122], w.books[123]);
    await w.van('stop', 'close');
    await w.van('sync');
    await w.branch('hold', 'place', w.people.spare[7].cardnumber, w.books[124]);
    w.browser = await launch();
    const d = new Desk(await openPage(w.browser, { url: w.branchUrl }));
    w.pages = [d.page];
    await d.login(STAFF.admin);
    return { w, d, onFailure: async (name) => (process.env.KEEP ? d.page.screenshot({ path: `${w.dir}/failed-${name.replace(/\W+/g, '-').slice(0, 40)}.png` }) : null) };
}, async ({ w }) => {
    await w.browser.close();
    await w.end();
});

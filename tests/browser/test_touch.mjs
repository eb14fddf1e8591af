// tests/browser/test_touch.mjs -- fingers alone, no key but the scanner's: log in, lend, an alert, undo, return, a patron without a card,
// a class, the stop, the sync, lock.
import { hook } from './desk.mjs';
import { child, findByName, openRoster, syncNow, unlock } from './ways.mjs';
import { endVan, pageFaults, startVan } from './start.mjs';
import { STAFF } from './world.mjs';
import { check, equal, none, run, test, until } from './verdict.mjs';

const has = async (w, card) => (await w.vanJson('patron', 'show', card)).loans.map((l) => l.item);

test('touch only', async (w) => {
    const desk = w.van1, [a, b] = w.books, card = w.people.spare[0].cardnumber;
    await desk.page.evaluate(() => addEventListener('keydown', (e) => { if (e.ctrlKey || e.altKey || /^F\d|Escape|Arrow/.test(e.key)) window.__keyed = e.key; }, true));
    await desk.press('nav-lend');
    await desk.scan(w.people.spare[1].cardnumber);
    await desk.scan(w.held.items[0]);
    await desk.waitAlert();
    await desk.press(desk.page.locator(`${hook('alert')} .box-choices button`).first());
    await until('an alert goes by a touch', async () => (await desk.alert()) === null);
    await desk.scan(card);
    await desk.scan(a);
    await desk.scan(b);
    equal('lent', '0', (await desk.result(b)).exit);
    await desk.press(desk.page.locator(`${hook('result')}[data-text="${b}"] ${hook('undo')}`));
    await desk.waitAlert();
    await desk.choose('undo');
    await until('undone', async () => JSON.stringify(await has(w, card)) === JSON.stringify([a]));
    await desk.press('patron-done');
    await until('nobody at the desk', async () => (await desk.patron()) === null);
    await findByName(desk, w.people.queue[3]);
    await desk.scan(b);
    equal('lent to who was found by name', '0', (await desk.result(b, { word: 'lent' })).exit);
    equal('to whom', [b], await has(w, w.people.queue[3].cardnumber));
    await desk.press('nav-return');
    await desk.at('screen-return').waitFor();
    await desk.scan(b);
    equal('returned', '0', (await desk.result(b, { word: 'returned' })).exit);
});

test('a class, by touch', async (w) => {
    const desk = w.van1, kid = w.people.children[2].cardnumber;
    await openRoster(desk, 'Class 2B');
    await desk.press(child(desk, kid));
    await desk.scan(w.books[10]);
    await desk.result(w.books[10], { word: 'lent' });
    equal('with the child', [w.books[10]], await has(w, kid));
});

test('the stop, counting, the menu on a small screen, lock', async (w) => {
    const desk = w.van1;
    await desk.press('chip-stop');
    await desk.at('stop-now').waitFor();
    for (let i = 0; i < 3; i++) await desk.press('tally-visitors-add');
    await desk.press('tally-visitors-less');
    await until('counted', async () => (await w.vanJson('journal', '--last', '40')).filter((e) => e.op === 'tally').length === 4);
    await desk.page.setViewportSize({ width: 683, height: 384 });
    await desk.press('menu');
    await desk.press('nav-search');
    await desk.at('screen-search').waitFor();
    await desk.at('search').tap();
    await desk.at('search').fill('waited for');
    await desk.at('hit').first().waitFor();
    await desk.press(desk.at('hit').first());
    await desk.at('copy').first().waitFor();
    await desk.page.setViewportSize({ width: 1366, height: 768 });
    await desk.press('lock');
    await desk.at('screen-lock').waitFor();
    await unlock(desk, STAFF.staff);
    await desk.press('nav-sync');
    await syncNow(desk);
    check('home', true);
    equal('no key was needed', undefined, await desk.page.evaluate(() => window.__keyed));
    none('no page did what no page of ours may', pageFaults(w));
});

run(() => startVan({ page: { touch: true } }), endVan);

// tests/browser/test_kills.mjs -- the desk, gpsd, the line and the branch are killed, each in the middle of the queue: nothing that
// the page acknowledged is lost, the page says what is going on, and goes on by itself.
import { hook } from './desk.mjs';
import { allHome, findByName } from './ways.mjs';
import { serveQueue } from './queue.mjs';
import { endVan, pageFaults, startVan } from './start.mjs';
import { STAFF } from './world.mjs';
import { check, equal, none, run, sleep, test, until } from './verdict.mjs';

const alive = (pid) => { try { process.kill(pid, 0); return true; } catch { return false; } };
const gpsState = (w) => w.van('status', '--json').then((s) => JSON.parse(s));

test('the desk, gpsd, the line and the branch are killed in the middle of the queue', async (w) => {
    const desk = w.van1, seen = {};
    let helper;
    const during = async (k, n) => {
        if (k === 2 && n === 2) { // the desk, between two books of one person
            helper = w.children(w.deskProgram.pid).find((c) => c.words.includes('gps'))?.pid;
            await w.deskProgram.end('SIGKILL');
            seen.back = sleep(1200).then(async () => {
                seen.lost = await desk.at('banner-lost').innerText().catch(() => '');
                await until('the killed desk took its gps with it', () => !alive(helper));
                await w.desk('--no-sync');
            });
        }
        if (k === 5 && n === 1) { // gpsd
            await w.gps.daemon.end('SIGKILL');
            seen.gpsd = true;
        }
        if (k === 8 && n === 0) {
            seen.noGps = (await gpsState(w)).gps;
            const chip = desk.at('chip-gps');
            seen.bar = await until('the bar says that gpsd is gone', async () => (await chip.isVisible()) && { text: await chip.innerText(), icon: await chip.locator('svg').count() }, 8000);
            await desk.page.evaluate(() => { location.hash = 'stop'; });
            seen.stop = await desk.at('stop-gps').evaluate((e) => ({ key: e.dataset.gps, text: e.innerText, icon: e.querySelectorAll('svg').length }));
            await desk.page.evaluate(() => { location.hash = 'lend'; });
            await desk.at('scan').waitFor();
            w.gps.startDaemon();
        }
        if (k === 10 && n === 1) { // the line stands still in the middle of a sync: no end, no answer
            await desk.page.evaluate(() => { location.hash = 'sync'; });
            process.kill(w.proxy.pid, 'SIGSTOP');
            await desk.press('sync-start');
            await desk.page.evaluate(() => { location.hash = 'lend'; });
            await desk.at('scan').waitFor();
        }
        if (k === 15 && n === 3) { // the branch is killed, then the line moves again and finds nobody
            await w.server.end('SIGKILL');
            process.kill(w.proxy.pid, 'SIGCONT');
        }
    };
    const ledger = await serveQueue(desk, w, { during, open: findByName, patience: 20000 });
    await seen.back;
    check('while the desk was gone the page said so', /does not answer/.test(seen.lost), seen.lost);
    equal('and no longer does', 0, await desk.at('banner-lost').count());
    check('while gpsd was gone the laptop knew', JSON.stringify(seen.noGps).includes('no gpsd'), JSON.stringify(seen.noGps));
    equal('the bar said so, with a sign', ['No GPS', 1], [seen.bar.text.trim(), seen.bar.icon]);
    equal('and the stop screen', ['no_gpsd', true, 1], [seen.stop.key, /gpsd.*does not answer/.test(seen.stop.text), seen.stop.icon]);
    await until('gpsd back: followed again', async () => JSON.stringify((await gpsState(w)).gps).includes('fix') || JSON.stringify((await gpsState(w)).gps), 45000);

    await until('and the bar says no more of it', async () => !(await desk.at('chip-gps').isVisible()), 8000);
    await desk.go('sync');
    await until('the page tells that the sync did not come to its end', async () => {
        const said = await desk.page.locator('main').innerText();
        return /did not come to its end|Nothing is lost/.test(said) || said;
    }, 60000);
    const now = await desk.at('sync-now').evaluate((e) => Number(e.dataset.unsent));
    check('and how much is only here', now >= 75, `${now}`);
    equal('the branch has nothing of it yet', 0, (await w.loans().then((l) => [...ledger.has.keys()].filter((i) => l.has(i)))).length);
    await w.serve();
    await desk.press('sync-start'); // what the laptop would do by itself some minutes later
    await allHome(desk, 60000);
    await ledger.compare('after all that', w);
    const entries = (await w.entries('van1')).filter((e) => e.op === 'checkout');
    equal('each act is one entry, and no more', ledger.acknowledged.length, entries.length);
    none('each bears who was at the desk', entries.filter((e) => e.staff !== STAFF.staff.id).map((e) => JSON.stringify(e)));
    none('nothing came out differently at the branch', (await w.branchJson('exceptions', 'list')).map((e) => JSON.stringify(e)));
    none('the page did nothing that no page of ours may', pageFaults(w));
});

test('an act whose answer was lost is asked again, and done once', async (w) => {
    const desk = w.van1, card = w.people.spare[2].cardnumber, item = w.books[100];
    await desk.go('lend');
    await desk.scan(card);
    await desk.result(card);
    let swallowed = 0;
    await desk.page.route('**/api/scan', async (route) => { // the desk does it, the answer never comes
        if (swallowed++ === 0) {
            await route.fetch();
            await route.abort('connectionreset');
        } else await route.continue();
    });
    await desk.scan(item);
    const row = await desk.result(item, { ms: 20000 });
    await desk.page.unroute('**/api/scan');
    equal('done', ['0', 'lent'], [row.exit, row.word]);
    check('it was asked twice', swallowed >= 2, `${swallowed}`);
    equal('and lent once', 1, (await w.vanJson('journal', '--last', '200')).filter((e) => e.op === 'checkout' && e.item === item).length);
    equal('the slip is that of the entry', true, (await w.van('journal', '--last', '3')).includes(row.slip));
    equal('one line of it', 1, (await desk.results()).filter((r) => r.text === item).length);
});

test('a reload in the middle keeps who is in, and loses nothing', async (w) => {
    const desk = w.van1, card = w.people.spare[3].cardnumber, item = w.books[101];
    await desk.scan(card);
    await desk.scan(item);
    await desk.result(item);
    await desk.page.reload();
    await desk.page.locator(`main ${hook('screen-lend')}`).waitFor();
    equal('nobody is asked to log in again', 0, await desk.at('screen-login').count());
    equal('the book is lent', 1, (await w.vanJson('patron', 'show', card)).loans.filter((l) => l.item === item).length);
});

run(() => startVan({ line: true }), endVan);

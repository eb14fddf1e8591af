// tests/browser/test_queue.mjs -- the queue of twenty at the speed of a wedge scanner, and what the branch has of it after the sync.
import { launch, openPage } from './browser.mjs';
import { Desk } from './desk.mjs';
import { findByName, syncNow } from './ways.mjs';
import { serveQueue } from './queue.mjs';
import { STAFF, World } from './world.mjs';
import { check, equal, none, run, test } from './verdict.mjs';

test('the queue of twenty', async (w) => {
    const from = Date.now();
    const ledger = await serveQueue(w.desk1, w, { open: findByName });
    check(`served (${Date.now() - from} ms)`, true);
    await syncNow(w.desk1);
    await ledger.compare('the queue', w);
    const entries = (await w.entries('van1')).filter((e) => e.op === 'checkout');
    equal('each act is one entry, and no more', ledger.acknowledged.length, entries.length);
    none('each bears who was at the desk', entries.filter((e) => e.staff !== STAFF.staff.id).map((e) => JSON.stringify(e)));
    none('each bears the stop where the van stood', entries.filter((e) => !e.visit).map((e) => JSON.stringify(e)));
    none('nothing came out differently at the branch', (await w.branchJson('exceptions', 'list')).map((e) => JSON.stringify(e)));
    none('the page did nothing that no page of ours may', w.page.faults);
    equal('and asked nobody else', [new URL(w.deskUrl).origin], [...w.page.origins]);
});

run(async () => {
    const w = await World.make({ holds: false });
    await w.branch('hold', 'place', w.people.spare[0].cardnumber, w.held.items[0], '--pickup', 'VAN1');
    await w.branch('hold', 'capture', w.held.items[0]);
    await w.serve();
    await w.gps.start('08:24:00');
    await w.enrol();
    await w.desk('--no-sync');
    await w.gps.until('08:33:00');
    w.browser = await launch();
    w.page = await openPage(w.browser, { url: w.deskUrl });
    w.desk1 = new Desk(w.page);
    await w.desk1.login(STAFF.staff);
    w.onFailure = (name) => w.page.screenshot({ path: `/tmp/failed-${name.replace(/\W+/g, '-')}.png` });
    return w;
}, async (w) => {
    await w.browser.close();
    await w.end();
});

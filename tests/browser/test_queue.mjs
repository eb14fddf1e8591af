// tests/browser/test_queue.mjs -- the queue of twenty at the speed of a wedge scanner, and what the branch has of it after the sync.
import { findByName, syncNow } from './ways.mjs';
import { serveQueue } from './queue.mjs';
import { endVan, pageFaults, startVan } from './start.mjs';
import { STAFF } from './world.mjs';
import { check, equal, none, run, test } from './verdict.mjs';

test('the queue of twenty', async (w) => {
    const from = Date.now();
    const ledger = await serveQueue(w.van1, w, { open: findByName });
    check(`served (${Date.now() - from} ms)`, true);
    await syncNow(w.van1);
    await ledger.compare('the queue', w);
    const entries = (await w.entries('van1')).filter((e) => e.op === 'checkout');
    equal('each act is one entry, and no more', ledger.acknowledged.length, entries.length);
    none('each bears who was at the desk', entries.filter((e) => e.staff !== STAFF.staff.id).map((e) => JSON.stringify(e)));
    none('each bears the stop where the van stood', entries.filter((e) => !e.visit).map((e) => JSON.stringify(e)));
    none('nothing came out differently at the branch', (await w.branchJson('exceptions', 'list')).map((e) => JSON.stringify(e)));
    none('the page did nothing that no page of ours may, and asked nobody else', pageFaults(w));
});

run(startVan, endVan);

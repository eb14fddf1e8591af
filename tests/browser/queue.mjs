// tests/browser/queue.mjs -- the queue of twenty: twenty people with four books each, two without cards, one barred, one whose book
// somebody waits for, one whose book bears the number of a card. Used by the scripts that let it run and that break things in it.
import { check, equal, sleep, until } from './verdict.mjs';
import { Ledger } from './ledger.mjs';

export const ODD = { nameless: [4, 9], barred: 11, held: 6, both: 14 };

// in: during(k, n), called before the n-th book of the k-th person; open(desk, person), finds who has no card
export async function serveQueue(desk, world, { during = async () => {}, open, from = 0, to = 20, patience = 8000 } = {}) {
    const ledger = new Ledger(), lost = [], { queue } = world.people;
    for (let k = from; k < to; k++) {
        const person = queue[k], card = person.cardnumber;
        const books = world.books.slice(4 * k, 4 * k + 4);
        if (k === ODD.held) books[2] = world.held.items[0];
        if (k === ODD.both) books[2] = world.both.items[0];
        const stopped = k === ODD.barred;
        if (ODD.nameless.includes(k)) await open(desk, person);
        else await desk.scan(card);
        if (stopped) {
            const said = await desk.waitAlert(patience);
            check('a barred card stops the queue', said.kind === 'stop', JSON.stringify(said));
            await scannedPast(desk, world.books[130]);
            await desk.dismiss();
        }
        for (let n = 0; n < books.length; n++) {
            await during(k, n);
            const stands = await desk.alert();
            if (stands) throw new Error(`${person.firstname} (${k}), before book ${n}: a box that nobody expected: ${JSON.stringify(stands)}`);
            await desk.scan(books[n]);
            const odd = (k === ODD.held || k === ODD.both) && n === 2;
            if (stopped || odd) await answerFor(desk, world, { k, n, stopped });
            else await sleep(15); // the next book is in the hand already
        }
        // Only now does anybody look: what came of it all?
        for (const item of books) {
            const row = await desk.result(item, { ms: patience }).catch((e) => lost.push(`${person.firstname}: ${e.message}`) && null);
            if (!row) continue;
            if (stopped || (k === ODD.held && item === world.held.items[0])) {
                if (row.exit === '0') lost.push(`${item} was lent to ${person.firstname}: ${row.shown}`);
                ledger.not(item);
            } else if (row.exit === '0' && row.state === 'done') {
                if (!/26 Oct/.test(row.shown)) lost.push(`${item}: due in three weeks is 26 Oct; the screen says ${row.shown}`);
                ledger.lent(card, item, row);
            } else lost.push(`${item} for ${person.firstname}: ${JSON.stringify(row)}`);
        }
        const box = await desk.alert();
        if (box) throw new Error(`${person.firstname} (${k}): a box that nobody expected: ${JSON.stringify(box)}\n${lost.join('\n')}`);
        const at = await desk.patron();
        if (at !== card) lost.push(`${person.firstname} stands at the desk, and the page shows ${at}`);
        if (lost.length) throw new Error(`${person.firstname} (${k}): ${lost.join('\n')}\nthe newest: ${JSON.stringify((await desk.results()).slice(0, 6))}`);
    }
    check(`the queue of ${to - from}: every scan came to what it must`, true);
    return ledger;
}

// While an alert stands there, neither a scan nor an Enter gets past it.
export async function scannedPast(desk, item) {
    const before = (await desk.results()).filter((r) => r.text === item && r.exit === '0').length;
    await desk.scan(item);
    await desk.page.keyboard.press('Enter');
    await sleep(150);
    const still = await desk.alert();
    check('an alert is not scanned past, and Enter does not dismiss it', still !== null, JSON.stringify(await desk.results()).slice(0, 400));
    check('what was scanned meanwhile is told on the alert', still?.text.includes(item), still?.text);
    equal('and not done', before, (await desk.results()).filter((r) => r.text === item && r.exit === '0').length);
    equal('it is heard too', 'stop', await desk.sound());
}

async function answerFor(desk, world, { k, n, stopped }) {
    const said = await desk.waitAlert();
    if (k === ODD.both && !stopped) {
        check('a number that is a card and a copy: the page asks', said.choices.includes('card') && said.choices.includes('item'), JSON.stringify(said));
        await desk.choose('item');
        return;
    }
    if (k === ODD.held) {
        check('a book that somebody waits for stops', said.kind === 'stop', JSON.stringify(said));
        await scannedPast(desk, world.books[131]);
    } else check(`what is scanned for who is barred stops (${n + 1})`, said.kind === 'stop', JSON.stringify(said));
    await desk.dismiss();
    await until('the alert goes', async () => (await desk.alert()) === null);
}

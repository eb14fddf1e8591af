// tests/browser/scenes.mjs -- every screen of both pages in the states that staff see it in, with plain and with hostile data: what
// the checks of look and access go through, and what `make shots` takes pictures of.
import { hook } from './desk.mjs';
import { HOSTILE } from './library.mjs';
import { child, openRoster, unlock } from './ways.mjs';
import { STAFF } from './world.mjs';
import { sleep, until } from './verdict.mjs';

// Acts on both sides that end in exceptions, tasks and figures: hostile names among them.
export async function makeStories(w) {
    const [a, b] = [w.people.spare[4].cardnumber, w.people.spare[5].cardnumber];
    const hostile = Object.values(w.people.hostile).map((p) => p.cardnumber);
    await w.branch('checkout', a, w.books[120]);
    await w.branch('checkout', hostile[0], w.hostile.markup.items[0]);
    await w.branch('patron', 'bar', b, '--why', HOSTILE.quotes.slice(0, 60));
    w.clock.forward(60);
    await w.van('checkout', w.people.spare[6].cardnumber, w.books[120]); // the van does not know that A has it
    await w.van('checkout', hostile[4], w.hostile.markup.items[0]);
    await w.van('checkout', b, w.books[121]); // nor that B is barred
    for (const [i, card] of hostile.entries()) await w.van('checkout', card, Object.values(w.hostile)[i].items[1]);
    await w.van('patron', 'add', '--card', w.people.extra, '--name', HOSTILE.emoji, '--category', 'ADULT');
    await w.van('tally', 'visitors', '12');
    await w.van('sync');
    await w.branch('hold', 'place', w.people.spare[7].cardnumber, w.books[122], '--pickup', 'VAN1');
    w.clock.forward(30);
}

// { name, prepare(desk, world), hostile: texts that must stand there as they are }
export const VAN = [
    { name: 'lend', prepare: (d) => d.go('lend') },
    { name: 'lend-queue', async prepare(d, w) {
        await d.go('lend');
        await d.scan(w.people.queue[0].cardnumber);
        for (const item of w.books.slice(0, 3)) await d.scan(item);
        await d.result(w.books[2]);
    } },
    { name: 'lend-hostile', hostile: ['markup', 'quotes', 'rtl', 'long', 'unbroken', 'emoji'], async prepare(d, w) {
        await d.go('lend');
        for (const kind of Object.keys(HOSTILE)) {
            await d.scan(w.people.hostile[kind].cardnumber);
            await d.scan(w.hostile[kind].items[0]);
            await until('the hostile book comes to something', async () => (await d.alert()) !== null || ((await d.results()).find((r) => r.text === w.hostile[kind].items[0]) ?? {}).state === 'done');
            while (await d.alert()) await d.dismiss();
        }
    } },
    { name: 'lend-refused', alert: true, async prepare(d, w) {
        await d.go('lend');
        await d.scan(w.people.queue[1].cardnumber);
        await d.scan(w.held.items[0]);
        await d.waitAlert();
    } },
    { name: 'lend-both', alert: true, async prepare(d, w) {
        await d.go('lend');
        await d.scan(w.people.queue[1].cardnumber);
        await d.result(w.people.queue[1].cardnumber);
        await d.scan(w.both.items[0]);
        const said = await d.waitAlert();
        if (!/Card of \S.* Item \S/.test(said.text) || /Card of Item/.test(said.text)) throw new Error(`the box does not tell whose card and which copy: ${said.text}`);
    } },
    { name: 'lend-unknown', alert: true, async prepare(d) {
        await d.go('lend');
        await d.scan('99999999999999');
        await d.waitAlert();
    } },
    { name: 'lend-roster', hostile: ['markup', 'quotes', 'rtl', 'emoji'], async prepare(d, w) {
        await openRoster(d, 'Class 2B');
        await d.press(child(d, w.people.children[1].cardnumber));
        await until('the child is at the desk', async () => (await d.patron()) === w.people.children[1].cardnumber);
    }, async after(d) {
        await d.page.reload();
        await d.at('screen-lend').waitFor();
    } },
    { name: 'return', async prepare(d, w) {
        await d.go('return');
        await d.scan(w.books[0]);
        await d.result(w.books[0], { word: 'returned' });
    } },
    { name: 'renew', prepare: (d) => d.go('renew') },
    { name: 'patron-find', async prepare(d) {
        await d.go('patron');
        if (await d.at('patron-other').count()) await d.press('patron-other');
        await d.at('find-name').fill('que');
        await d.at('found-patron').first().waitFor();
    } },
    { name: 'patron-hostile', hostile: ['long'], async prepare(d, w) {
        await d.go('lend');
        await d.scan(w.people.hostile.long.cardnumber);
        await until('the patron is at the desk', async () => (await d.patron()) === w.people.hostile.long.cardnumber);
        await d.go('patron');
    } },
    { name: 'patron', async prepare(d, w) {
        await d.go('lend');
        await d.scan(w.people.queue[0].cardnumber);
        await until('the patron is at the desk', async () => (await d.patron()) === w.people.queue[0].cardnumber);
        await d.go('patron');
    } },
    { name: 'search', async prepare(d) {
        await d.go('search');
        await d.at('search').fill('test book');
        await d.at('hit').first().waitFor();
        await d.press(d.at('hit').first());
        await d.at('copy').first().waitFor();
    } },
    { name: 'search-hostile', hostile: ['markup'], async prepare(d) {
        await d.go('search');
        await d.at('search').fill('onerror');
        await until('the hostile title is found', async () => (await d.at('hits').innerText()).includes('onerror'));
        await d.press(d.at('hit').first());
        await d.at('copy').first().waitFor();
    } },
    { name: 'search-shelf', async prepare(d) {
        await d.go('search');
        await d.press('search-shelf');
        await sleep(300);
    }, after: (d) => d.press('search-titles') },
    { name: 'register', prepare: (d) => d.go('register') },
    { name: 'stop', prepare: (d) => d.go('stop') },
    { name: 'paper', prepare: (d) => d.go('paper') },
    { name: 'sync', prepare: (d) => d.go('sync') },
    { name: 'day', prepare: (d) => d.go('day').then(() => sleep(300)) },
    { name: 'help', prepare: (d) => d.go('help') },
    { name: 'lock', async prepare(d) {
        await d.page.keyboard.press('Alt+l');
        await d.at('screen-lock').waitFor();
    }, after: (d) => unlock(d, STAFF.staff) },
];

const chip = (d, name) => d.page.locator(`main ${hook(name)}`);
export const BRANCH = [
    { name: 'home', prepare: (d) => d.go('home').then(() => chip(d, 'home-numbers').waitFor()) },
    { name: 'exceptions', async prepare(d) {
        await d.go('exceptions');
        await d.at('x-row').first().waitFor();
    } },
    ...[0, 1, 2].map((i) => ({ name: `exception-${i}`, async prepare(d) {
        await d.go('exceptions');
        await d.at('x-row').first().waitFor();
        await d.press(d.at('x-row').nth(i));
        await d.at('x-title').waitFor();
    } })),
    { name: 'tasks', prepare: (d) => d.go('tasks').then(() => sleep(400)) },
    { name: 'figures', prepare: (d) => d.go('figures').then(() => sleep(500)) },
    ...['stops', 'day'].map((tab) => ({ name: `figures-${tab}`, async prepare(d) {
        await d.go('figures');
        await d.press(`figures-tab-${tab}`);
        await sleep(700);
    } })),
    { name: 'lookup', prepare: (d) => d.go('lookup') },
    { name: 'lookup-patron', hostile: ['long'], async prepare(d, w) {
        await d.go('lookup');
        await d.at('lookup-box').fill(w.people.hostile.long.cardnumber);
        await d.press('lookup-go');
        await until('the patron is found', async () => (await d.at('lookup-found').innerText()).length > 200);
    } },
    { name: 'lookup-item', hostile: ['markup'], async prepare(d, w) {
        await d.go('lookup');
        await d.at('lookup-box').fill(w.hostile.markup.items[0]);
        await d.press('lookup-go');
        await until('the copy is found', async () => (await d.at('lookup-found').innerText()).includes('onerror'));
    } },
    { name: 'branch-lend', async prepare(d, w) {
        await d.go('lend');
        await d.scan(w.people.spare[8].cardnumber);
        await d.scan(w.books[125]);
        await d.result(w.books[125]);
    } },
    { name: 'branch-return', prepare: (d) => d.go('return') },
    { name: 'devices', prepare: (d) => d.go('devices').then(() => sleep(300)) },
    { name: 'accounts', prepare: (d) => d.go('accounts').then(() => sleep(300)) },
];

// Once a scene has been looked at, the page is as it was.
export async function leave(desk, scene, world) {
    for (let i = 0; i < 4 && (await desk.alert()); i++) {
        await desk.page.keyboard.press('Escape');
        await sleep(80);
    }
    if (scene.after) await scene.after(desk, world);
}

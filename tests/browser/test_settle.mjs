// tests/browser/test_settle.mjs -- the branch's page in the morning after: did the vans come home, an exception settled, undone and
// settled another way, an act traced by its slip, a laptop invited; and nobody does what is not theirs.
import { cardNumber } from './library.mjs';
import { makeStories } from './scenes.mjs';
import { endVan, pageFaults, startVan } from './start.mjs';
import { command, STAFF } from './world.mjs';
import { hook } from './desk.mjs';
import { check, equal, none, run, test, until } from './verdict.mjs';

const open = (w) => w.branchJson('exceptions', 'list');
async function story(desk, about) {
    await desk.go('exceptions');
    await desk.at('x-row').first().waitFor();
    await desk.press(about ? desk.at('x-row').filter({ hasText: about }) : desk.at('x-row').first());
    await desk.at('x-title').waitFor();
}
async function go(desk, button, why) { // a way: what it asks for, and do it
    await desk.press(button);
    await desk.at('way-go').waitFor();
    for (const field of await desk.page.locator('form.way-form input').all()) await field.fill(why);
    await desk.press('way-go');
}

test('home: the numbers add up, and say so', async (w) => {
    const desk = w.admin, read = () => desk.page.locator('main').innerText();
    equal('it begins at home', 1, await desk.at('screen-home').count());
    await until('it has asked how things stand', async () => /van1/.test(await read()) || read());
    const text = await read();
    const counted = await w.branchJson('exceptions', 'list');
    check(`it tells of ${counted.length} exceptions`, text.includes(String(counted.length)), text.slice(0, 600));
    check('and of the van', /van1/.test(text), text.slice(0, 600));
});

test('an exception is settled, undone, settled another way', async (w) => {
    const desk = w.admin, before = await open(w);
    check('there are some', before.length >= 2, JSON.stringify(before));
    const [earlier, later] = [w.people.spare[4].cardnumber, w.people.spare[6].cardnumber], item = w.books[120];
    await story(desk, 'The Test of Book 121'); // lent on the van while the branch had it lent to another
    equal('the later has it', later, (await w.loans()).get(item));
    await go(desk, desk.at('way-exceptions_settle').first(), 'seen with the driver');
    await until('settled', async () => (await open(w)).length === before.length - 1 || (await desk.page.locator('main').innerText()).slice(-400));
    await desk.at('x-undo').first().waitFor();
    await until('the story tells who and why', async () => {
        const said = await desk.page.locator(hook('x-story')).innerText();
        return (said.includes('seen with the driver') && /anna/i.test(said)) || said;
    });
    equal('and the loan is as it was', later, (await w.loans()).get(item));
    await go(desk, desk.at('x-undo').first(), 'the driver was wrong');
    await until('open again', async () => (await open(w)).length === before.length || (await desk.page.locator('main').innerText()).slice(-400));
    await desk.at('way-void').first().waitFor();
    await go(desk, desk.at('way-void').first(), 'the later loan was a slip');
    await until('settled another way: it is gone', async () => (await open(w)).length === before.length - 1);
    equal('the earlier one goes on', earlier, (await w.loans()).get(item));
    const settles = (await w.branchEntries()).filter((e) => e.op === 'settle' || e.op === 'void');
    equal('three entries, in her name', [3, true], [settles.length, settles.every((e) => e.staff === STAFF.admin.id)]);
    await w.branch('verify');
});

test('an act is traced by its slip', async (w) => {
    const desk = w.admin, act = (await w.vanJson('journal', '--last', '100')).find((e) => e.op === 'checkout');
    await desk.go('lookup');
    await desk.at('lookup-box').fill(act.slip);
    await desk.press('lookup-go');
    await desk.at('found-trace').first().waitFor();
    const text = await desk.page.locator('main').innerText();
    check('its life is told: the van, the title, the outcome', /van1/.test(text) && text.includes(act.slip), text.slice(0, 600));
});

test('a laptop is invited by a code, and comes', async (w) => {
    const desk = w.admin;
    await desk.go('devices');
    await desk.press(desk.page.locator('main').getByRole('button').first());
    const form = desk.at('device-add');
    if (await form.count()) {
        for (const [name, value] of [['name', 'van2'], ['id', 'van2'], ['device', 'van2']]) if (await desk.at(`device-${name}`).count()) await desk.at(`device-${name}`).first().fill(value);
        await desk.press('device-go');
    }
    await desk.at('device-code').waitFor();
    const code = (await desk.at('device-code').innerText()).match(/[A-Z0-9]{4}(?:-?[A-Z0-9]{4})+/)?.[0] ?? (await desk.at('device-code').innerText()).trim();
    await w.van2(code);
    equal('it is one of the branch\'s', true, (await w.branchJson('device', 'list')).some((d) => (d.device ?? d.name) === 'van2'));
});

test('nobody does what is not theirs', async (w) => {
    const viewer = await w.open(w.branchUrl, STAFF.viewer), staff = await w.open(w.branchUrl, STAFF.staff);
    const [seen, worked, led] = [await viewer.screens(), await staff.screens(), await w.admin.screens()];
    none('a viewer has no desk, no laptops, no accounts', seen.filter((s) => ['lend', 'return', 'renew', 'patron', 'register', 'paper', 'devices', 'accounts'].includes(s)));
    none('staff have no laptops and accounts', worked.filter((s) => /devices|accounts/.test(s)));
    check('staff have the desk', worked.includes('lend'), worked.join(' '));
    check('an admin has all', led.includes('devices') && led.includes('lend'), led.join(' '));
    await w.admin.go('accounts');
    await viewer.page.evaluate(() => { location.hash = 'accounts'; });
    await viewer.page.waitForTimeout(300);
    equal('an address is no way round', 0, await viewer.at('screen-accounts').count());
    await story(viewer);
    equal('a viewer reads a story and is offered no way', 0, await viewer.at('way-exceptions_settle').count() + await viewer.at('x-undo').count());
    await viewer.page.keyboard.press('F1');
    await viewer.page.waitForTimeout(200);
    equal('nor is a key one', 0, await viewer.at('screen-lend').count());
    await viewer.page.close();
    await staff.page.close();
});

test('the same desk as on the van', async (w) => {
    const desk = await w.open(w.branchUrl, STAFF.staff), card = w.people.spare[9].cardnumber;
    await desk.go('lend');
    await desk.scan(card);
    await desk.scan(w.books[130]);
    equal('lent at the branch', ['0', 'lent'], await desk.result(w.books[130]).then((r) => [r.exit, r.word]));
    equal('and it is', card, (await w.loans()).get(w.books[130]));
    await desk.go('return');
    await desk.scan(w.books[130]);
    equal('returned', 'returned', (await desk.result(w.books[130], { word: 'returned' })).word);
    equal('and gone', undefined, (await w.loans()).get(w.books[130]));
    await desk.page.close();
});

test('figures of the day, with its map', async (w) => {
    const desk = w.admin;
    await desk.go('figures');
    await desk.press('figures-tab-day');
    await until('a map is drawn', async () => (await desk.page.locator(`${hook('map')} svg path, ${hook('map')} canvas, ${hook('map')} .leaflet-interactive`).count()) > 0 || (await desk.page.locator('main').innerText()).slice(0, 300));
    none('from nowhere but here', pageFaults(w));
});

run(async () => {
    const w = await startVan({ login: null });
    w.people.extra = cardNumber(900);
    await makeStories(w);
    w.branchEntries = () => w.entries('branch');
    w.van2 = (code) => command(`${w.bin}/bookmobile`, ['enroll', `https://localhost:${w.syncPort}`, code, '--cacert', `${w.dir}/ca.pem`, '--mobile', 'VAN1', '--place', 'VAN1', '--data', `${w.dir}/van2`]);
    w.admin = await w.open(w.branchUrl, STAFF.admin);
    return w;
}, endVan);

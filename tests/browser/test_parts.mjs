// tests/browser/test_parts.mjs -- the parts of the pages that need no page: scan bursts, the queue, how dates and money read, what
// is told of an answer, the desk's order of things, an act asked again after a lost answer, the texts.
import { Chance, FOLDERS, flatten, sources } from './parts.mjs';
import { check, equal, none, run, sleep, test } from './verdict.mjs';

const type = (burst, text, at, gap) => {
    for (const c of text) burst.add(c, at += gap);
    return at;
};

test('a scan is told from typing by its pace', async ({ load }) => {
    const { Burst, looks_scanned } = await load('burst.js');
    const b = new Burst();
    equal('a number at 5 ms', { fast: '30990000000097', whole: '30990000000097' }, b.end(type(b, '30990000000097', 0, 5) + 5));
    equal('the same by hand', null, b.end(type(b, '30990000000097', 0, 60) + 60));
    equal('too short', null, b.end(type(b, '123', 0, 5) + 5));
    equal('its Enter may be late', '12345678', b.end(type(b, '12345678', 0, 20) + 90)?.fast);
    equal('but not by a second', null, b.end(type(b, '12345678', 0, 20) + 1000));
    let at = type(b, '20990', 0, 5);
    at = type(b, '100000478', at + 80, 5);
    equal('one stumble: the whole number is there', '20990100000478', b.end(at + 5)?.whole);
    at = type(b, '77', 0, 100);
    at = type(b, '20990100000478', at + 1500, 5);
    equal('what was typed long before is no part of it', '20990100000478', b.end(at + 5)?.whole);
    type(b, '2099', 1000, 5);
    equal('a clock that goes back starts anew', '30990000', b.end(type(b, '30990000', 10, 5) + 5)?.whole);
    type(b, '1'.repeat(5000), 0, 1);
    check('a stuck key has an end', b.whole.length <= 200 && b.fast.length <= 200);
    equal('numbers look scanned', [true, true, true], ['30990000000097', 'A123456B', '$12/34.56'].map(looks_scanned));
    equal('words, phrases, amounts, dates typed by a machine do not', [false, false, false, false], ['Wimbleborough', 'correct horse', '2.50', 'Class 2B'].map(looks_scanned));
});

test('the queue does one thing after another and drops none', async ({ load, chance }) => {
    const { Queue, WAITING_MAX } = await load('queue.js');
    const q = new Queue(), done = [], refused = [];
    const all = Array.from({ length: 60 }, (_, i) => i);
    for (const i of all) q.add(async () => { await sleep(chance.below(3)); done.push(i); }, (why) => refused.push([i, why]));
    while (q.count) await sleep(2);
    equal('in order', all, done);
    equal('none refused', [], refused);
    q.add(() => sleep(20).then(() => done.push('slow')), () => {});
    for (let i = 0; i < WAITING_MAX + 3; i++) q.add(async () => {}, (why) => refused.push(why));
    equal('too many are refused, and told', ['full', 'full', 'full'], refused);
    q.refuse_waiting('behind');
    equal('those that wait can be refused', WAITING_MAX, refused.filter((w) => w === 'behind').length);
    while (q.count) await sleep(2);
    const error = console.error;
    console.error = () => {};
    q.add(async () => { throw new Error('a mistake of ours'); }, (why) => refused.push(why));
    q.add(async () => done.push('after'), () => {});
    while (q.count) await sleep(2);
    console.error = error;
    equal('a mistake in one stops none after it', ['fault', 'after'], [refused.at(-1), done.at(-1)]);
});

test('dates, times and money read as the programs write them', async ({ load, chance }) => {
    const f = await load('format.js');
    f.set_zone('Europe/London');
    equal('a day', 'Mon 5 Oct 2026', f.day(1791194400));
    equal('the last second of it, in summer time', 'Mon 5 Oct 2026', f.day(1791241199));
    equal('and the next', 'Tue 6 Oct 2026', f.day(1791241200));
    equal('September has three letters', 'Wed 30 Sep 2026', f.day(Date.UTC(2026, 8, 30, 12) / 1000));
    equal('no day', ['', ''], [f.day(null), f.day(undefined)]);
    equal('a minute in the zone', '2026-10-05T10:40', f.iso_minute(Date.UTC(2026, 9, 5, 9, 40)));
    f.set_zone('No/Such_Zone');
    equal('an unknown zone is UTC, not a dead page', '09:40', f.clock(Date.UTC(2026, 9, 5, 9, 40)));
    equal('money', ['0.00', '0.05', '2.50', '\u221212.34', ''], [0, 5, 250, -1234, null].map(f.money));
    equal('amounts as typed', [250, 250, 300, 205, null, null, null, null], ['2.50', '2,5', '3', ' 2.05 ', '', 'x', '1.234', '-1'].map(f.cents));
    const wrong = Array.from({ length: 500 }, () => chance.below(1000000)).filter((n) => f.cents(f.money(n)) !== n);
    equal('each amount can be read back', [], wrong);
    equal('ages', [[0, 'now'], [5, 'minutes'], [2, 'hours'], [3, 'days']], [1000, 5 * 60000, 2 * 3600000, 3 * 86400000].map(f.age));
    equal('a stop by its key', ['Larkham Green, The Green', 'VAN1', ''], ['VAN1/Larkham Green/The Green', 'VAN1', null].map(f.stop_name));
});

const LENT = { op: 'checkout', done: true, word: 'lent', entry: 'van1.ab.5', slip: '8367cfa3', item: '301', patron: 'P1', due: 1792450799, loans: 2, limit: 20, title: 'Tea', patron_name: 'Ann' };
const REFUSED = { op: 'checkout', done: false, item: '302', patron: 'P1', title: 'Tea', may_override: true, reasons: [{ name: 'held', sentence: 'It is held.', blocks: true, overridable: true }] };

test('what is told of an answer', async ({ load }) => {
    const { act_view, item_view, patron_warnings, view_of } = await load('result.js');
    const tone = (a) => act_view(a).tone;
    equal('done', 'ok', tone(LENT));
    equal('done, and the date is there', 1792450799, act_view(LENT).due);
    equal('refused', ['stop', null, true], [tone(REFUSED), act_view(REFUSED).due, act_view(REFUSED).may_override]);
    equal('every reason is told', ['It is held.'], act_view(REFUSED).lines.map((l) => l.text));
    equal('a note', 'note', tone({ ...LENT, reasons: [{ name: 'due_moved', sentence: 'Closed.', blocks: false }] }));
    equal('an alert though done', ['stop', true], ((v) => [v.tone, v.alert])(act_view({ ...LENT, reasons: [{ name: 'x', sentence: 'Look.', blocks: false, alert: true }] })));
    equal('what was overridden is told', 'line.overridden', act_view({ ...LENT, reasons: REFUSED.reasons }).lines[0].key);
    equal('somebody waits for it', [{ card: 'P9', pickup: 'VAN1' }, 'note'], ((v) => [v.hold, v.tone])(act_view({ ...LENT, op: 'checkin', hold_for: 'P9', hold_pickup: 'VAN1' })));
    equal('set aside is no alert', [null, 'ok'], ((v) => [v.hold, v.tone])(act_view({ op: 'capture_hold', done: true, word: 'set aside', hold_for: 'P9' })));
    equal('the last that may be lent', 'line.limit', act_view({ ...LENT, loans: 20 }).lines[0].key);
    equal('done before', 'line.again', act_view({ ...LENT, again: true }).lines[0].key);
    equal('not heard by the program', ['stop', 'no such command'], ((v) => [v.tone, v.lines[0].text])(view_of({ state: 'done', kind: 'fault', text: 'x', answer: { message: 'no such command' } })));
    equal('unknown', 'unknown', view_of({ state: 'done', kind: 'unknown', text: 'x' }).word);
    equal('turned away', ['stop', 'refused.box'], ((v) => [v.tone, v.lines[0].key])(view_of({ state: 'refused', refused: 'box', text: 'x' })));
    equal('a copy looked at that is out and damaged', ['line.on_loan', 'line.cond.damaged'], item_view({ item: '3', patron: 'P', cond: 'damaged' }).lines.map((l) => l.key));
    const p = { loans: [{ due: 5 }, { due: 500 }], holds: [{ state: 'captured' }, { state: 'waiting' }], balance_cents: 5, expires: 1e6 };
    equal('a patron with something', ['patron.expires', 'patron.overdue', 'patron.owes', 'patron.ready'], patron_warnings(p, 100).map((w) => w.key));
    equal('and one who may not', ['patron.barred', 'patron.replaced', 'patron.expired'], patron_warnings({ barred: true, replaced: true, expires: 1 }, 100).map((w) => w.key));
    equal('and one with nothing', [], patron_warnings({ loans: [], holds: [], balance_cents: 0, expires: 1e9 }, 100));
});

// A desk on a program of our own: cards begin with P, items with I, B is both, all else is unknown; R is refused, H is wanted by P9.
function made(Desk, chance, answers = {}) {
    const log = { asked: [], boxes: [], sounds: [], ran: [] };
    let n = 0;
    const patron = (card) => ({ card, name: card, loans: [], holds: [], charges: [], balance_cents: 0, expires: 1e9 });
    const act = (b) => (b.text[0] === 'R' && !b.options['--override'] ? { exit: 1, kind: 'act', answer: { ...REFUSED, item: b.text, patron: b.card } }
        : { exit: 0, kind: 'act', answer: { ...LENT, item: b.text, patron: b.card, entry: `e${b.request}`, ...(b.text[0] === 'H' ? { hold_for: 'P9' } : {}) } });
    const wait = () => sleep(chance.below(3));
    const desk = new Desk({
        async scan(b) {
            log.asked.push({ ...b });
            await wait();
            if (b.text[0] === 'X') throw new Error('refused by the program');
            if (b.text[0] === 'B' && !b.as) return { exit: 0, kind: 'ask', answer: { card: { name: 'n' }, item: { title: 't' } } };
            if (b.text[0] === 'P' || (b.text[0] === 'B' && b.as === 'card')) return { exit: 0, kind: 'patron', answer: patron(b.text) };
            if (b.as === 'item' && b.text[0] === 'u') return { exit: 0, kind: 'act', answer: { ...LENT, op: 'checkin', word: 'returned', item: b.text, entry: 'u' } };
            if ('IRHB'.includes(b.text[0])) return b.card ? act(b) : { exit: 0, kind: 'item', answer: { item: b.text, name: b.text } };
            return { exit: 1, kind: 'unknown' };
        },
        async patron(card) { await wait(); return card[0] === 'P' || card[0] === 'B' ? { exit: 0, answer: patron(card) } : { exit: 1, answer: { error: 'enotfound' } }; },
        async run(command, words, options) { log.ran.push(Object.keys(options || {}).length ? [command, ...words, options] : [command, ...words]); await wait(); return { exit: 0, answer: { op: command === 'void' ? 'void' : 'capture_hold', done: true, slip: 'abc', entry: `r${log.ran.length}` } }; },
        staff: () => log.staff ?? 'anna', request: () => `q${n += 1}`, now_ms: () => 0, changed() {}, sound: (s) => log.sounds.push(s),
        async ask_which(scan) { log.boxes.push(['ask', scan.text]); await wait(); return answers.which === undefined ? 'card' : answers.which; },
        async alert(scan, view) { log.boxes.push([view.word, scan.text]); await wait(); return view.hold && answers.capture ? 'capture' : view.word === 'unknown' ? answers.unknown ?? null : null; },
        async override(scan) { log.boxes.push(['override', scan.text]); await wait(); return answers.why ?? null; },
        async add() { log.boxes.push(['add']); return answers.add ?? null; },
        async warn_patron(p) { log.boxes.push(['warn', p.card]); },
    });
    return { desk, log, idle: async () => { while (desk.queue.count) await sleep(2); await sleep(4); } };
}

test('the desk: cards and items as fast as they come', async ({ load, chance }) => {
    const { Desk } = await load('desk.js');
    let { desk, log, idle } = made(Desk, chance);
    for (const text of ['P1', 'I1', 'I2', 'P2', 'I3']) desk.scan(text, 'lend', {});
    await idle();
    equal('each item goes to the card before it', [['I1', 'P1'], ['I2', 'P1'], ['I3', 'P2']], log.asked.filter((b) => b.text[0] === 'I').map((b) => [b.text, b.card]));
    equal('newest on top', ['I3', 'P2', 'I2', 'I1', 'P1'], desk.results.map((s) => s.text));
    check('each request has an id of its own', new Set(log.asked.map((b) => b.request)).size === 5);

    ({ desk, log, idle } = made(Desk, chance));
    for (const text of ['P1', 'I1', 'unknown', 'I2', 'I3']) desk.scan(text, 'lend', {});
    await idle();
    equal('behind an unknown number nothing is lent to the one before', ['I3 behind', 'I2 behind'], desk.results.filter((s) => s.refused).map((s) => `${s.text} ${s.refused}`));
    desk.scan('I2', 'lend', {});
    await idle();
    equal('once it is settled, all goes on', 'done', desk.results[0].state);

    ({ desk, log, idle } = made(Desk, chance, { which: 'card' }));
    for (const text of ['P1', 'B7', 'I1']) desk.scan(text, 'lend', {});
    await idle();
    equal('both card and item: asked, then taken as said', ['B7', 'B7'], [desk.patron.card, log.asked.at(-1).card]);
    ({ desk, log, idle } = made(Desk, chance, { which: null }));
    for (const text of ['P1', 'B7', 'I1']) desk.scan(text, 'lend', {});
    await idle();
    equal('not said which: neither, and nothing behind it', [['I1', 'behind'], ['B7', 'not_said']], desk.results.slice(0, 2).map((s) => [s.text, s.refused]));

    ({ desk, log, idle } = made(Desk, chance));
    for (const text of ['P1', 'R1', 'I1']) desk.scan(text, 'lend', {});
    await idle();
    equal('a refusal holds up none behind it', [['I1', true], ['R1', false]], desk.results.slice(0, 2).map((s) => [s.text, s.answer.done]));
    ({ desk, log, idle } = made(Desk, chance, { why: 'said so' }));
    for (const text of ['P1', 'R1']) desk.scan(text, 'lend', { '--when': 'then' });
    await idle();
    equal('overridden with its reason, and with paper\u2019s time', { '--when': 'then', '--override': true, '--why': 'said so' }, log.asked.at(-1).options);
    check('by a request of its own', log.asked.at(-1).request !== log.asked.at(-2).request && desk.results[0].answer.done);

    ({ desk, log, idle } = made(Desk, chance));
    for (const text of ['P1', 'X1', 'I1']) desk.scan(text, 'lend', {});
    await idle();
    equal('what the program will not hear is told, and the next is done', [[3, false], [0, true]], [desk.results[1], desk.results[0]].map((s) => [s.exit, Boolean(s.answer.done)]));
    desk.scan('I9', 'return', {});
    await idle();
    equal('a return asks for no card', null, log.asked.at(-1).card);
});

test('the desk: what waits when another person logs in is not done in her name', async ({ load, chance }) => {
    const { Desk } = await load('desk.js');
    const { desk, log, idle } = made(Desk, chance);
    for (const text of ['P1', 'I1', 'I2', 'I3']) desk.scan(text, 'lend', {});
    const tapped = desk.open_card('P2');
    while (log.asked.at(-1)?.text !== 'I1') await sleep(1);
    log.staff = 'omar';
    await idle();
    equal('two are told as not done', ['I3 other', 'I2 other'], desk.results.filter((s) => s.refused).map((s) => `${s.text} ${s.refused}`));
    equal('with a sound', ['stop', 'stop'], log.sounds.slice(-2));
    equal('nor was either asked for, nor the tapped one opened', ['P1 I1', false], [log.asked.map((b) => b.text).join(' '), await tapped]);
    desk.scan('P3', 'lend', {});
    await idle();
    equal('hers go on', 'P3', desk.patron.card);
    const open = made(Desk, chance, { why: 'said so', capture: true });
    open.desk.ports.override = async () => ((open.log.staff = 'omar'), 'so');
    for (const text of ['P1', 'R1']) open.desk.scan(text, 'lend', {});
    await open.idle();
    equal('a box that was left open overrides nothing', [false, 2], [open.desk.results[0].answer.done, open.log.asked.length]);
});

test('the desk: setting aside, taking back', async ({ load, chance }) => {
    const { Desk } = await load('desk.js');
    const { desk, log, idle } = made(Desk, chance, { capture: true });
    for (const text of ['P1', 'H1', 'I1']) desk.scan(text, 'lend', {});
    await idle();
    equal('set aside from the alert, as an act of its own', [['hold capture', 'H1']], log.ran);
    check('which stands in the list', desk.results.some((s) => s.answer && s.answer.op === 'capture_hold'));
    equal('the newest act is the one to take back', 'I1', desk.undoable().text);
    await desk.undo(desk.undoable(), {});
    equal('by its entry', 'void', log.ran.at(-1)[0]);
    equal('then the one before', 'capture_hold', desk.undoable().answer.op);
    desk.turn_away('I7', 'lend', 'box');
    equal('a scan turned away stands there too', ['I7', 'refused'], [desk.results[0].text, desk.results[0].state]);
    const odd = made(Desk, chance, { unknown: 'add', add: { '--name': 'Tea' } });
    odd.desk.scan('u1', 'return', { '--returned': 'then', '--when': 'now' });
    await odd.idle();
    equal('an unknown copy is added, in paper\u2019s time but not in the book drop\u2019s', [['item add', 'u1', { '--when': 'now', '--name': 'Tea' }]], odd.log.ran);
    const kept = made(Desk, chance, { unknown: 'as_item' });
    kept.desk.scan('u1', 'return', {});
    await kept.idle();
    equal('or taken back all the same', [true, 'returned'], [kept.desk.results[0].answer.done, kept.desk.results[0].answer.word]);
    equal('no such card', false, await desk.open_card('I1'));
    const two = made(Desk, chance);
    two.desk.scan('P1', 'lend', {});
    two.desk.scan('I1', 'lend', {});
    const tapped = two.desk.open_card('P2');
    two.desk.scan('I2', 'lend', {});
    two.desk.close();
    two.desk.scan('I3', 'lend', {});
    check('who is tapped is opened', await tapped);
    await two.idle();
    equal('in turn: what was scanned before a tap or an end is for who was there', [['I1', 'P1'], ['I2', 'P2'], ['I3', null]], two.log.asked.filter((b) => b.text[0] === 'I').map((b) => [b.text, b.card]));
    const late = made(Desk, chance);
    for (const text of ['P1', 'unknown']) late.desk.scan(text, 'lend', {});
    equal('a tap behind an unknown number opens nobody', [false, null], [await late.desk.open_card('P2'), late.desk.patron]);
    await late.idle();
    desk.close();
    equal('nobody at the desk', null, desk.patron);
    desk.scan('I2', 'lend', {});
    await idle();
    equal('then an item is only looked at', 'item', desk.results[0].kind);
});

test('the desk: any order of scans', async ({ load, chance, histories }) => {
    const { Desk } = await load('desk.js');
    for (let round = 0; round < histories; round++) {
        const { desk, log, idle } = made(Desk, chance, { which: chance.of(['card', 'item', null]), why: chance.of([null, 'so']), capture: chance.below(2) === 1 });
        const scans = Array.from({ length: 1 + chance.below(25) }, (_, i) => `${chance.of(['P', 'P', 'I', 'I', 'I', 'R', 'H', 'B', 'X', 'u'])}${i}`);
        for (const text of scans) {
            desk.scan(text, 'lend', {});
            if (chance.below(4) === 0) await sleep(chance.below(8));
        }
        await idle();
        const told = desk.results.filter((s) => scans.includes(s.text) && !(s.answer && s.answer.op === 'capture_hold')).reverse();
        const first = [...new Set(log.asked.map((b) => b.text))];
        // Who was at the desk, by the scans alone: a card stands until the next, whatever comes of what lies between.
        let at = null;
        const wrong = [];
        for (const s of told) {
            if (s.state === 'waiting') wrong.push(`${s.text} has no end`);
            if (s.state === 'done' && s.kind === 'act' && s.answer.patron !== at) wrong.push(`${s.text} went to ${s.answer.patron}, at the desk was ${at}`);
            if (s.state === 'done' && s.kind === 'patron') at = s.text;
        }
        if (told.map((s) => s.text).join() !== scans.join()) wrong.push('one was lost, or stands twice');
        if (first.join() !== scans.filter((x) => first.includes(x)).join()) wrong.push('not in order');
        if (wrong.length) {
            none(`round ${round}: ${scans.join(' ')}`, wrong);
            return;
        }
    }
    check(`${histories} histories`, true);
});

test('an act is asked again with the same id until it is answered', async ({ load }) => {
    const { api } = await load('api.js');
    const sent = [], heard = [];
    let answers = [];
    globalThis.fetch = async (url, o) => {
        sent.push({ url, body: o.body, csrf: o.headers['Bookmobile-Csrf'] });
        const next = answers.shift();
        if (!next) throw new TypeError('connection refused');
        return { status: next[0], text: async () => JSON.stringify(next[1]) };
    };
    api.listen((what) => heard.push(what));
    api.admit('one', 'anna');
    answers = [null, [503, null], [200, { exit: 0, answer: { done: true } }]];
    const got = await api.run('checkout', ['P1', 'I1'], { '--why': '', '--override': false, '--due': null, '--when': 'then' });
    equal('answered in the end', true, got.answer.done);
    equal('three times the very same words', 1, new Set(sent.map((s) => s.body)).size);
    equal('what is not given is left out', { '--when': 'then' }, JSON.parse(sent[0].body).options);
    equal('the page is told', ['lost', 'back'], heard);
    sent.length = heard.length = 0;
    answers = [[423, { error: 'locked' }], [423, { error: 'locked' }]];
    const waits = api.run('checkin', ['I1']), behind = api.run('checkin', ['I2']);
    await sleep(20);
    equal('locked: it waits', ['locked'], [...new Set(heard)]);
    answers = [[200, { exit: 0, answer: 1 }], [200, { exit: 0, answer: 2 }]];
    api.admit('two', 'anna');
    equal('and goes on', [1, 2], [(await waits).answer, (await behind).answer]);
    equal('with the new token', 'two', sent.at(-1).csrf);
    equal('and the same id', JSON.parse(sent[0].body).request, JSON.parse(sent.find((s, i) => i > 0 && s.body === sent[0].body).body).request);
    answers = [[401, { error: 'auth' }], null, [401, { error: 'auth' }]];
    const told = (e) => e.body.error, gone = api.run('checkin', ['I3']).catch(told), unsure = api.run('checkin', ['I4']).catch(told);
    await sleep(400);
    sent.length = 0;
    answers = [[200, { exit: 0, answer: 3 }]];
    api.admit('three', 'omar');
    equal('another person is in: not done in the wrong name, and said when it may have been', ['other', 'other_unsure'], await Promise.race([Promise.all([gone, unsure]), sleep(3000)]));
    equal('nothing of it is sent', [3, 1], [(await api.run('checkin', ['I5'])).answer, sent.length]);
    answers = [[403, { error: 'role' }]];
    equal('what may not be is said at once', 403, await api.run('patron show', ['P1']).catch((e) => e.status));
});

test('the day in figures', async ({ load }) => {
    const { sums } = await load('day_sums.js');
    const row = (op, time_s, outcome, cents) => ({ entry: 'e', slip: 's', op, time_s, outcome, cents: cents ?? null });
    const s = sums([row('checkout', 5, 'applied lent'), row('checkout', 15, 'pending'), row('checkout', 16, 'exception lent_while_held'), row('pay', 17, 'applied', 250), row('pay', 18, 'pending', -50),
        row('clock', 19, 'applied'), row('view', 19, 'pending')], (ms) => ms >= 10000);
    equal('acts of the day, most often first', [['checkout', 2], ['pay', 2]], s.ops);
    equal('money', [250, 50], [s.taken_cents, s.paid_back_cents]);
    equal('odd', ['checkout'], s.odd.map((o) => o.op));
    equal('waiting', 2, s.waiting);
});

test('every text that a page asks for is in the catalogue', async ({ dir }) => {
    const texts = {};
    for (const folder of FOLDERS)
        for (const [name] of sources(folder)) {
            if (!name.startsWith('texts')) continue;
            const parts = flatten([folder]);
            for (const one of Object.values(await parts.load(name))) if (one && typeof one === 'object') Object.assign(texts, one);
        }
    check(`${Object.keys(texts).length} texts (${dir})`, Object.keys(texts).length > 100);
    const missing = [];
    for (const folder of FOLDERS)
        for (const [name, text] of sources(folder))
            for (const [, n, key] of text.matchAll(/\bt(\.n)?\('([^'$]+)'/g)) if (texts[n ? `${key}.other` : key] === undefined) missing.push(`${folder}/${name}: ${key}`);
    none('none is missing', missing);
    none('each plural has both forms', Object.keys(texts).filter((k) => k.endsWith('.one') && texts[k.replace(/one$/, 'other')] === undefined));
    none('no page writes markup', FOLDERS.flatMap((folder) => sources(folder).filter(([, text]) => /innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(/.test(text.replace(/\/\/.*/g, ''))).map(([name]) => `${folder}/${name}`)));
    none('no file is past 400 lines', FOLDERS.flatMap((folder) => sources(folder).filter(([name, text]) => !name.startsWith('texts') && text.split('\n').length > 400).map(([name]) => `${folder}/${name}`)));
});

run(async () => {
    const seed = Number(process.env.SEED) || Date.now() % 1000000;
    console.log(`seed ${seed}`);
    return { ...flatten(), chance: new Chance(seed), histories: Number(process.env.BM_HISTORIES) || 60 };
});

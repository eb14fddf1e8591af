// tests/browser/test_branch_logic.mjs -- what the branch's page reckons and decides, without a browser: its pure modules, and
// that its texts know every kind of exception and every way to deal with one that the program has.
import fs from 'node:fs';
import path from 'node:path';
import { check, equal, none, run, test } from './verdict.mjs';

const root = path.resolve(import.meta.dirname, '../..'), ui = path.join(root, 'sync/ui');
const load = (name) => import(path.join(ui, name));
const text = (...parts) => fs.readFileSync(path.join(root, ...parts), 'utf8');
const { take_apart, fill, with_reason, only_looks, kind_of, BLANKS } = await load('ways.js');
const figures = await load('figures_math.js'), sums = await load('home_sums.js'), { first_things } = await load('home_first.js');
const { chosen, choices, beside, FILTER_NONE } = await load('exceptions_list.js'), { by_place, act_of } = await load('tasks_lists.js');
const day = await load('day_lists.js'), { ways_to_ask } = await load('lookup_ask.js'), { steps_of, mark_of } = await load('trace_steps.js');
const { texts_branch } = await load('texts_branch.js');

// --- ways --------------------------------------------------------------------------------------------------------------------

test('every way to deal with an exception that the program tells is understood, and has its texts', () => {
    const lines = [...text('sync/story_next.c').matchAll(/"(branch [a-z][^"]*)"/g)].map((m) => m[1]), all = [...lines, 'branch void {entry} --why TEXT', 'branch checkin {item}'];
    check('there are some', lines.length > 15, lines.length);
    for (const line of all) {
        const act = take_apart(line.replace(/\{\w+\}/g, '1234'));
        check(`understood: ${line}`, act, line);
        const help = texts_branch[`way.${kind_of(act)}`] || texts_branch[`way.settle.${act.options['--as']}`];
        check(`has a name: ${line}`, help, `no text way.${kind_of(act)}`);
        none(`what is asked for has texts: ${line}`, act.blanks.filter((b) => !texts_branch[`way.ask.${b.name}`]).map((b) => b.name));
        const left = [...act.words, ...Object.values(act.options)].filter((w) => /^[A-Z]{4,}$/.test(w) && !BLANKS.includes(w));
        none(`nothing in capitals is sent as it is: ${line}`, left);
    }
});
test('a way takes what staff fill in, and nothing else', () => {
    const act = take_apart('branch charge 2000000001 AMOUNT --why TEXT');
    equal('command', ['charge', ['2000000001', 'AMOUNT'], {}], [act.command, act.words, act.options]);
    equal('filled in', { words: ['2000000001', '2.50'], options: { '--why': 'late; again' } }, fill(act, { AMOUNT: ' 2.50 ', TEXT: 'late; again' }));
    equal('not without a reason', null, fill(act, { AMOUNT: '2.50', TEXT: '  ' }));
    const lend = take_apart('branch checkout 1 2 --due DATE --override --why TEXT');
    equal('flags stay', { '--override': true }, lend.options);
    equal('a settlement asks why', ['TEXT'], with_reason(take_apart('branch exceptions settle aa --as accept')).blanks.map((b) => b.name));
    equal('looking is no deed', [true, false], [only_looks(take_apart('branch patron show 1')), only_looks(lend)]);
    equal('what is no command of the branch', [null, null, null], [take_apart('rm -rf /'), take_apart(null), take_apart('branch')]);
});
test('every kind of exception has a name', () => {
    const codes = [...text('common/timeline.h').matchAll(/X\([A-Z_]+, "([a-z_]+)", [01], [01], [01]/g)].map((m) => m[1]);
    check('there are some', codes.length > 30, codes.length);
    none('without a name', codes.filter((code) => !texts_branch[`code.${code}`]));
});

// --- home --------------------------------------------------------------------------------------------------------------------

const van = (more) => ({ device: 'van1', state: 'enrolled', last_sync_ms: 1000, made: 10, home: 8, waiting: 2, applied: 6, exceptions: 1, quarantined: 1, unapplied: 0, ...more });
test('the numbers add up, or say by how much not', () => {
    equal('they do', { out: 0, in: 0, sent_ok: true, fate_ok: true }, sums.reckon(van()));
    equal('one made is nowhere', [1, false], [sums.reckon(van({ made: 11 })).out, sums.reckon(van({ made: 11 })).sent_ok]);
    equal('one home has no outcome', [1, false], [sums.reckon(van({ applied: 5 })).in, sums.reckon(van({ applied: 5 })).fate_ok]);
    equal('one outcome too many', -1, sums.reckon(van({ quarantined: 2 })).in);
    equal('not known is not judged', null, sums.reckon(van({ made: null })).sent_ok);
});
test('a van is home for a day, away for three, then missing', () => {
    const state = (hours, more) => sums.van_state(van({ last_sync_ms: 1, ...more }), 1 + hours * sums.HOUR_MS).word;
    equal('by hours', ['home', 'home', 'late', 'late', 'missing'], [0, 24, 25, 72, 73].map((hours) => state(hours)));
    equal('others', ['invited', 'revoked', 'never'], [state(0, { state: 'invited' }), state(0, { state: 'revoked' }), state(0, { last_sync_ms: null })]);
});
test('what to do first: what is wrong before what is work, nothing if there is nothing', () => {
    const now = 100 * sums.HOUR_MS, tasks = { exceptions: [1, 2], pull: [1], clear: [], ready: [1] };
    const wrong = first_things({ now_ms: now, devices: [van({ made: 12, last_sync_ms: now })], exceptions_open: 5, entries_quarantined: 1 }, tasks).map((x) => [x.what, x.n]);
    equal('in order', [['sums', 1], ['quarantined', 1], ['exceptions', 2], ['know', 3], ['pull', 1], ['ready', 1]], wrong);
    equal('nothing', [], first_things({ now_ms: now, devices: [van({ last_sync_ms: now })], exceptions_open: 0 }, { exceptions: [], pull: [], clear: [], ready: [] }));
    for (const name of ['sums', 'missing', 'never', 'quarantined', 'aside', 'unapplied', 'exceptions', 'know', 'clear', 'pull', 'ready'])
        check(`${name} has its words`, texts_branch[`first.${name}.one`] && texts_branch[`first.${name}.other`]);
});

// --- exceptions, tasks ---------------------------------------------------------------------------------------------------------

const x = (id, more) => ({ id, code: 'barred', status: 'open', task: true, device: 'van1', other_device: null, t_ms: 1, title: 'The Tiger', ...more });
test('exceptions are filtered and ordered', () => {
    const all = [x('a'), x('b', { t_ms: 5, task: false }), x('c', { t_ms: 9, device: 'branch', other_device: 'van2', code: 'lent_over_loan' }), x('d', { status: 'settled', t_ms: 99 }), x('e', { t_ms: null })];
    const ids = (filter) => chosen(all, { ...FILTER_NONE, ...filter }).map((one) => one.id).join('');
    equal('open: to act on first, newest first', 'caeb', ids({}));
    equal('to act on', 'cae', ids({ which: 'act' }));
    equal('settled', 'd', ids({ which: 'settled' }));
    equal('all', 'caebd', ids({ which: 'all' }));
    equal('a van on either side', 'c', ids({ van: 'van2' }));
    equal('a kind', 'c', ids({ code: 'lent_over_loan' }));
    equal('words in any order, any case', 'caeb', ids({ words: 'tiger THE' }));
    equal('words that are not there', '', ids({ words: 'tigers' }));
    equal('what can be chosen', [['barred', 3], ['lent_over_loan', 1]], choices(all).codes);
    equal('the next, the end, one that is gone', ['b', null, 'a'], [beside([x('a'), x('b')], 'a', 1).id, beside([x('a'), x('b')], 'b', 1), beside([x('a')], 'zz', 1).id]);
});
test('tasks stand in the order in which one walks', () => {
    const rows = [{ item: '1', place: 'VAN1', callno: 'B' }, { item: '2', place: 'MAIN', callno: '100.5 B' }, { item: '3', place: 'MAIN', callno: '20 A' }, { item: '4', place: null, callno: null }];
    equal('by place, then shelf', [['', ['4']], ['MAIN', ['3', '2']], ['VAN1', ['1']]], by_place(rows).map(([place, list]) => [place, list.map((r) => r.item)]));
    equal('the act that ends a line', ['hold capture', 'checkin', 'checkout'], ['pull', 'clear', 'ready'].map((list) => act_of(list, { item: '1', card: '2' }).command));
});

// --- figures ------------------------------------------------------------------------------------------------------------------

test('rates, sums and order of figures', () => {
    equal('an hour', 18, figures.per_hour({ checkouts: 12, renewals: 3, open_min: 50 }));
    equal('never open', null, figures.per_hour({ checkouts: 1, renewals: 0, open_min: 0 }));
    equal('sums', { a: 3 }, figures.sums([{ a: 1 }, { a: 2 }, {}], ['a']));
    const rows = [{ n: 2 }, { n: null }, { n: 10 }, { n: 1 }];
    equal('numbers as numbers, unknown last', [1, 2, 10, null], figures.sorted(rows, (r) => r.n, false).map((r) => r.n));
    equal('and downwards', [10, 2, 1, null], figures.sorted(rows, (r) => r.n, true).map((r) => r.n));
    equal('axes', [5, 0.2, 1, 200, 1], [18, 0.9, 0, 1000, 5].map((top) => figures.axis_step(top, 5)));
});
test('a file for a spreadsheet is safe and whole', () => {
    equal('cells', ['\'=1+1', '"a,""b"""', '', '7', '-3', '"\'-x,y"'], ['=1+1', 'a,"b"', null, 7, -3, '-x,y'].map(figures.csv_cell));
    equal('lines', 'a,b\r\n1,\r\n', figures.csv_text(['a', 'b'], [[1, null]]));
});
test('days are read as people type them', () => {
    equal('read', ['2026-03-05', '2026-03-05', '2026-03-05', '2028-02-29'], ['2026-3-5', '5.3.2026', ' 5/3/2026 ', '29.2.2028'].map(figures.read_day));
    equal('not days', [null, null, null, null, null], ['31.2.2026', '2026-13-01', 'yesterday', '', '5.3.26'].map(figures.read_day));
    equal('counted on', ['2026-03-01', '2025-12-31'], [figures.add_days('2026-02-28', 1), figures.add_days('2026-01-01', -1)]);
});
test('a day on the map', () => {
    const call = (device, arrival_s, lat, more) => ({ device, arrival_s, departure_s: arrival_s + 60, planned_arrival_s: null, lat, lon: -2, leg_m: 1500, ...more });
    const calls = day.calls_of({ calls: [call('van1', 0, 51), call('van1', 600, 52, { planned_arrival_s: 480 }), call('van1', 900, 51.0001), call('van2', 0, 53), call('van2', 60, null)] });
    equal('numbered by van', [1, 2, 3, 1, 2], calls.map((c) => c.number));
    equal('late', [null, 2], [calls[0].late_min, calls[1].late_min]);
    equal('lines, without what has no place', [[0, 3], [1, 1]], day.lines_of(calls).map((l) => [l.van, l.points.length]));
    equal('one spot for the same place', [['1', '3'], ['2'], ['1']], day.spots_of(calls).map((s) => s.calls.map((c) => String(c.number))));
    equal('driven', '7.5', day.kilometres(calls));
    equal('missed', 1, day.missed_of({ planned: [{ status: 'made' }, { status: 'missed' }] }).length);
});

// --- look-up ------------------------------------------------------------------------------------------------------------------

test('what is looked up is asked for in every way it may be meant', () => {
    const parts = (typed) => ways_to_ask(typed).map((w) => w.part).join(' ');
    equal('a number: card and copy', 'patron item', parts('20990100000528'));
    equal('a slip code is perhaps a number too', 'trace patron item people titles', parts('0284c5d1'));
    equal('eight letters may be a word', 'trace people titles', parts('deadbeef'));
    equal('words', 'people titles', parts('ann  thorn'));
    equal('an entry', 'trace', parts('van1.c153cf10c84ca6b1.30'));
    equal('an ISBN is a title', true, parts('9780306406157').includes('titles'));
    equal('a dash begins no option', '', parts('--data /etc'));
    equal('nothing', '', parts('   '));
});
test('an act\'s life is told in order', () => {
    const act = { at_ms: 1, received_ms: 50, outcome_first: 'exception(barred)', outcome_now: 'exception(barred)', loan: null, taken_back: { entry: 'e2', at_ms: 70 },
        since: [{ entry: 'e3', at_ms: 80 }, { entry: 'e1', at_ms: 60 }], exceptions: [{ code: 'barred', status: 'settled', settled_by: 'e4', settled_ms: 75 }] };
    equal('steps', ['done', 'arrived', 'outcome', 'exception', 'event', 'taken_back', 'settled', 'event', 'now'], steps_of(act).map((s) => s.what));
    equal('one that waits', ['done', 'waiting'], steps_of({ ...act, received_ms: null, outcome_first: null, outcome_now: null, taken_back: null, since: [], exceptions: [] }).map((s) => s.what));
    equal('marks', ['ok', 'note', 'stop', 'stop', 'wait'], ['applied', 'adjusted', 'exception(x)', 'quarantined(y)', null].map(mark_of));
    for (const s of ['done', 'arrived', 'outcome', 'waiting', 'exception', 'settled', 'event', 'taken_back', 'now']) check(`${s} has its words`, texts_branch[`trace.step.${s}`]);
});

// --- the page's files ------------------------------------------------------------------------------------------------------------

test('the page\'s files keep the rules', () => {
    const files = fs.readdirSync(ui).filter((name) => name.endsWith('.js')), common = text('common/ui/texts.js');
    const known = new Set([...Object.keys(texts_branch), ...[...common.matchAll(/'([\w.]+)':/g)].map((m) => m[1])]);
    const wrong = [];
    for (const name of files) {
        const code = text('sync/ui', name);
        if (/innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(/.test(code)) wrong.push(`${name}: makes markup of text`);
        if (code.split('\n').length > 400) wrong.push(`${name}: longer than 400 lines`);
        if (/https?:\/\/(?!www\.w3\.org)/.test(code)) wrong.push(`${name}: names another place`);
        for (const [, key] of code.matchAll(/\bt\('([\w.]+)'/g)) if (!known.has(key)) wrong.push(`${name}: no text ${key}`);
        for (const [, key] of code.matchAll(/\bt\.n\('([\w.]+)'/g)) if (!known.has(`${key}.other`)) wrong.push(`${name}: no text ${key}.other`);
        for (const [, key] of code.matchAll(/\btitle: '([\w.]+)'/g)) if (!known.has(key)) wrong.push(`${name}: no text ${key}`);
    }
    none('wrong', wrong);
});

await run(async () => ({}));

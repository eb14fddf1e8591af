// home.js -- the first page of the morning: did the vans come home, what needs a person, do the numbers add up.
import { h, fresh, icon, bdi, t, day, clock, age } from './kit.js';
import { ask, load, Life } from './ask.js';
import { table } from './table.js';
import { van_state, reckon, right, told } from './home_sums.js';
import { keep_devices } from './devices_names.js';
import { first_things } from './home_first.js';

const AGAIN_MS = 30000;

/** @type {Life | null} */
let life = null;

export const home = {
    id: 'home', title: 'home.title', key: 'Alt+M', role: 'viewer',
    /** @param {any} root @param {any} app */
    show(root, app) {
        const mine = (life = new Life());
        const first = h('section', { class: 'panel home-first', 'aria-labelledby': 'home-first', 'data-test': 'home-first' });
        const vans = h('section', { class: 'home-vans', 'aria-labelledby': 'home-vans', 'data-test': 'home-vans' });
        const numbers = h('section', { class: 'panel home-numbers', 'aria-labelledby': 'home-numbers', 'data-test': 'home-numbers' });
        const asked = h('p', { class: 'quiet', 'data-test': 'home-asked' });
        fresh(root, h('div', { class: 'row ends' }, h('h1', {}, t('home.title')), asked), h('div', { class: 'home' }, vans, first, numbers));
        const read = () => load(mine, vans, () => gather(mine), (all) => {
            fresh(first, draw_first(all));
            fresh(numbers, draw_numbers(all));
            loud(numbers, wrong_of(all).length > 0);
            fresh(asked, t('home.asked', { when: clock(all.status.now_ms) }));
            return draw_vans(all);
        });
        read();
        mine.every(AGAIN_MS, read);
        mine.at_end(app.on('state', changed(read)));
    },
    hide() {
        if (life) life.end();
        life = null;
    },
};

/** Asks again when what the program says of itself is another than before. @param {() => void} read */
function changed(read) {
    let was = '';
    return (/** @type {any} */ state) => {
        const is = JSON.stringify([state.exceptions, state.tasks, (state.devices || []).map((/** @type {any} */ d) => d.last_sync_ms)]);
        if (was && is !== was) read();
        was = is;
    };
}

/** @param {Life} mine */
async function gather(mine) {
    const more = { signal: mine.signal };
    const [status, tasks] = await Promise.all([ask('status', [], {}, more), ask('tasks', [], {}, more)]);
    keep_devices(status.devices);
    return { status, tasks };
}

// --- what to do first -----------------------------------------------------------------------------------------------------

/** @param {any} all */
function draw_first(all) {
    const things = first_things(all.status, all.tasks);
    return [
        h('h2', { id: 'home-first' }, t('home.first')),
        things.length ? h('ol', { class: 'first' }, things.map((one) => h('li', { class: one.mark, 'data-test': 'first', 'data-what': one.what },
            one.to ? h('a', { href: one.to }, icon(one.mark), h('span', {}, t.n(`first.${one.what}`, one.n, one.values))) : h('p', {}, icon(one.mark),
                h('span', {}, t.n(`first.${one.what}`, one.n, one.values))))))
            : h('p', { class: 'all-well ok' }, icon('ok'), t('home.nothing')),
    ];
}

// --- vans -----------------------------------------------------------------------------------------------------------------

/** @param {any} all */
function draw_vans(all) {
    const list = all.status.devices, now = all.status.now_ms, out = list.filter((/** @type {any} */ d) => d.state === 'enrolled'),
        others = list.filter((/** @type {any} */ d) => d.state !== 'enrolled');
    return [
        h('h2', { id: 'home-vans' }, t('home.vans')),
        out.length ? h('ul', { class: 'vans' }, out.map((/** @type {any} */ d) => van(d, now, all.status.practice))) : h('p', { class: 'empty' },
            t('home.no_vans')),
        others.length ? h('ul', { class: 'vans-others' },
            others.map((/** @type {any} */ d) => h('li', { 'data-test': 'van', 'data-device': d.device, 'data-word': d.state },
            icon('wait'), h('span', {}, h('strong', {}, bdi(d.name || d.device)), `: ${t(`van.why.${d.state}`)}`)))) : null,
    ];
}

/** @param {any} d @param {number} now @param {boolean} practice all of this is practice, and the page says so */
function van(d, now, practice) {
    const { mark, word } = van_state(d, now), [n, unit] = d.last_sync_ms ? age(now - d.last_sync_ms) : [0, 'now'];
    return h('li', { class: `van ${mark}`, 'data-test': 'van', 'data-device': d.device, 'data-word': word },
        h('p', { class: 'van-word' }, icon(mark), h('strong', {}, t(`van.${word}`))),
        h('h3', {}, bdi(d.name || d.device), d.name && d.name !== d.device ? h('span', { class: 'quiet' }, ` ${d.device}`) : null),
        d.last_sync_ms ? h('p', { class: 'van-sync' }, t('van.sync', { day: near_day(d.last_sync_ms, now), time: clock(d.last_sync_ms) }), h('br'),
            h('strong', {}, unit === 'now' ? t('age.now') : t.n(`age.${unit}`, n))) : h('p', { class: 'van-sync' }, t(`van.why.${word}`)),
        d.last_sync_ms && d.waiting ? h('p', { class: 'van-waiting' }, t.n('van.waiting', d.waiting)) : null,
        d.practice && !practice ? h('p', { class: 'quiet' }, t('van.practice')) : null);
}

/** Without the year while it is this one. @param {number} ms @param {number} now */
function near_day(ms, now) {
    const text = day(ms / 1000), year = day(now / 1000).slice(-5);
    return text.endsWith(year) ? text.slice(0, -5) : text;
}

// --- the numbers ------------------------------------------------------------------------------------------------------------

const FATES = ['applied', 'exceptions', 'quarantined', 'unapplied'];

/** Vans whose numbers do not add up. @param {any} all */
function wrong_of(all) {
    return all.status.devices.filter(told).map((/** @type {any} */ d) => ({ d, r: reckon(d) })).filter((/** @type {any} */ x) => !right(x.r));
}

/** Numbers that do not add up come before all else. @param {any} numbers @param {boolean} wrong */
function loud(numbers, wrong) {
    const all = numbers.parentElement;
    if (all.classList.contains('wrong') === wrong) return;
    all.classList.toggle('wrong', wrong);
    if (wrong) all.prepend(numbers);
    else all.append(numbers);
}

/** @param {any} all */
function draw_numbers(all) {
    const rows = all.status.devices.filter(told);
    if (rows.length === 0) return [h('h2', { id: 'home-numbers' }, t('home.numbers')), h('p', { class: 'empty' }, t('home.no_numbers'))];
    const wrong = wrong_of(all);
    const number = (/** @type {string} */ key) => ({ key, label: t(`sum.${key}`), num: true,
        cell: (/** @type {any} */ d) => (d[key] === null || d[key] === undefined ? '?' : String(d[key])) });
    return [
        h('h2', { id: 'home-numbers' }, t('home.numbers')),
        h('p', { class: `verdict ${wrong.length ? 'stop' : 'ok'}`, role: 'status', 'data-test': 'verdict',
            'data-word': wrong.length ? 'wrong' : 'right' },
            icon(wrong.length ? 'stop' : 'ok'), h('span', {}, t(wrong.length ? 'sum.wrong' : 'sum.right'))),
        wrong.length ? h('ul', { class: 'wrongs' }, wrong.map((/** @type {any} */ x) => h('li', {}, bdi(x.d.name || x.d.device), ': ',
            why_wrong(x.r)))) : null,
        table({
            caption: t('sum.caption'), quiet: true, rows, cls: 'sums',
            columns: [
                { key: 'name', label: t('sum.van'), head: true, cls: 'words', cell: (d) => bdi(d.name || d.device) },
                number('made'), { ...number('home'), cls: 'eq' }, { ...number('waiting'), cls: 'plus' },
                    ...FATES.map((key, i) => ({ ...number(key), cls: i ? 'plus' : 'eq' })),
                { key: 'ok', label: t('sum.adds'), cell: (d) => adds(reckon(d)) },
            ],
        }),
        h('p', { class: 'hint' }, t('sum.hint')),
    ];
}

/** @param {any} r */
function why_wrong(r) {
    return [r.sent_ok === false ? t(r.out > 0 ? 'sum.out.less' : 'sum.out.more', { n: Math.abs(r.out) }) : '',
        r.fate_ok ? '' : t(r.in > 0 ? 'sum.in.less' : 'sum.in.more', { n: Math.abs(r.in) })].join(' ');
}

/** @param {any} r */
function adds(r) {
    const ok = right(r);
    return h('span', { class: `chip ${ok ? 'ok' : 'stop'}` }, icon(ok ? 'ok' : 'stop'), t(ok ? 'sum.yes' : 'sum.no'));
}

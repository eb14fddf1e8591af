// tasks.js -- what hands have to do: fetch and set aside, put back, hand over. Made to be printed and walked with;
// each line has the act that ends it.
import { h, fresh, icon, bdi, t, day, clock, request_id, stop_name } from './kit.js';
import { ask, load, deed, Refused, refusal, Life } from './ask.js';
import { table } from './table.js';
import { by_place, act_of } from './tasks_lists.js';

const LISTS = ['pull', 'clear', 'ready'];

/** @type {Life | null} */
let life = null;

export const tasks = {
    id: 'tasks', title: 'tasks.title', key: 'Alt+T', role: 'viewer',
    /** @param {any} root @param {any} app */
    show(root, app) {
        const mine = (life = new Life());
        const place = h('div', { class: 'stack', 'data-test': 'tasks' }), error = h('div', { 'data-test': 'tasks-error' });
        const read = () => load(mine, place, () => ask('tasks', [], {}, { signal: mine.signal }), (all) => draw(all, app, error, read));
        fresh(root, h('div', { class: 'row ends' }, h('h1', {}, t('tasks.title')),
            h('button', { type: 'button', class: 'no-print', onclick: () => window.print(), 'data-test': 'tasks-print' }, t('tasks.print'))), error,
                place);
        read().then(() => {
            const list = location.hash.split('/')[1];
            if (list && LISTS.includes(list)) document.getElementById(`tasks-${list}`)?.scrollIntoView();
        });
    },
    hide() {
        if (life) life.end();
        life = null;
    },
};

/** @param {any} all @param {any} app @param {any} error @param {() => void} read */
function draw(all, app, error, read) {
    const look = all.exceptions.length;
    return [
        look ? h('p', { class: 'note-text stop no-print' }, icon('stop'), h('a', { class: 'tall', href: '#exceptions', 'data-test': 'tasks-look' },
            t.n('tasks.look', look))) : null,
        LISTS.map((list) => group(list, all[list], app, error, read)),
        all.count === 0 ? h('p', { class: 'all-well ok' }, icon('ok'), t('tasks.none')) : null,
    ];
}

/** @param {string} list @param {any[]} rows @param {any} app @param {any} error @param {() => void} read */
function group(list, rows, app, error, read) {
    if (rows.length === 0) return null;
    return h('section', { class: 'panel', id: `tasks-${list}`, 'data-test': `tasks-${list}` },
        h('h2', {}, `${t(`tasks.${list}`)}: ${rows.length}`), h('p', { class: 'hint' }, t(`tasks.${list}.what`)),
        by_place(rows).map(([where, mine]) => table({
            caption: t('tasks.at', { place: place_name(where) }),
                label: `${t(`tasks.${list}`)}: ${t('tasks.at', { place: place_name(where) })}`, rows: mine, cls: 'tasks',
            columns: [
                { key: 'item', label: t('tasks.item'), head: true, cell: (x) => h('a',
                    { href: `#lookup/${encodeURIComponent(x.item)}`, class: 'number' }, x.item) },
                { key: 'callno', label: t('tasks.callno'), cell: (x) => bdi(x.callno || '') },
                { key: 'title', label: t('found.title'), cell: (x) => bdi(x.title || '') },
                { key: 'card', label: t('tasks.for'),
                    cell: (x) => (x.card ? [h('a', { href: `#lookup/${encodeURIComponent(x.card)}` }, bdi(x.patron || x.card)),
                    x.patron ? h('span', { class: 'quiet number' }, ` ${x.card}`) : null] : bdi(why_clear(x))) },
                { key: 'pickup', label: t('tasks.pickup'), cell: (x) => [place_name(x.pickup),
                    x.visit_s ? h('span', { class: 'quiet' }, ` ${day(x.visit_s)} ${clock(x.visit_s * 1000)}`) : null] },
                ...(app.may('staff') ? [{ key: 'act', label: t('tasks.act'), cls: 'no-print stay',
                    cell: (/** @type {any} */ x) => act_button(list, x, error, read) }] : []),
            ],
        })));
}

/** Of a copy that nobody waits for the program says why. @param {any} x */
function why_clear(x) {
    return / off the hold shelf: (.*)$/.exec(x.do)?.[1] || x.do;
}

/** @param {string | null} place */
function place_name(place) {
    return place ? stop_name(place) : t('tasks.no_place');
}

/** @param {string} list @param {any} x @param {any} error @param {() => void} read */
function act_button(list, x, error, read) {
    const act = act_of(list, x), request = request_id();
    const button = h('button', {
        type: 'button', class: 'small', 'data-test': `task-${list}`, 'data-item': x.item, 'aria-label': `${t(`tasks.${list}.act`)}: ${x.item}`,
        onclick: async () => {
            button.disabled = true;
            const done = await deed(() => run(act, request),
                (answer) => `${t.or(`word.${answer.word}`, answer.word)}: ${answer.title || x.item} [${answer.slip}]`, error);
            button.disabled = false;
            if (done) read();
        },
    }, t(`tasks.${list}.act`));
    return button;
}

/** The desk's answer to one copy may be a list of one. @param {{ command: string, words: string[] }} act @param {string} request */
async function run(act, request) {
    const answer = await ask(act.command, act.words, {}, { request }), one = Array.isArray(answer) ? answer[0] : answer;
    if (one && one.done === false) throw new Refused(1, { ...one, message: refusal(one) });
    return one;
}

// exceptions.js -- what a person must look at: the list on one side, the story on the other. All of it by keyboard:
// arrows walk the list, Enter opens, Escape comes back to the list, Alt+N opens the next.
import { h, fresh, icon, field, t, keys, day, clock } from './kit.js';
import { ask, load, Life, Refused } from './ask.js';
import { chosen, choices, beside, FILTER_NONE } from './exceptions_list.js';
import { code_name } from './codes.js';
import { story, over } from './story.js';
import { device_name, read_devices } from './devices_names.js';

const LIST_MAX = 300; // rows drawn; who has more filters

/** @type {Life | null} */
let life = null;
/** @type {any} */
let now = null; // what the screen holds while it is on
let filter = { ...FILTER_NONE }; // kept when staff come back

export const exceptions = {
    id: 'exceptions', title: 'exceptions.title', key: 'Alt+X', role: 'viewer',
    /** @param {any} root @param {any} app */
    show(root, app) {
        life = new Life();
        const list = h('div', { class: 'x-list', 'data-test': 'x-list', onkeydown: walk });
        const place = h('section', { class: 'x-story', 'aria-label': t('exceptions.story'), 'data-test': 'x-story' });
        const form = h('form', { class: 'filters', 'data-test': 'x-filters', onsubmit: (/** @type {Event} */ e) => e.preventDefault() });
        now = { app, list, place, form, all: [], shown: [], id: asked_id(), side: null };
        now.side = h('section', { class: 'x-side', 'aria-label': t('exceptions.list') }, form, list);
        fresh(root, h('h1', {}, t('exceptions.title')), h('div', { class: 'x-both' }, now.side, place));
        root.addEventListener('keydown', (/** @type {KeyboardEvent} */ e) => e.key === 'Escape' && !e.defaultPrevented && to_list());
        life.at_end(keys.add({ combo: 'Alt+N', label: t('exceptions.next'), run: () => step(1) }));
        life.at_end(keys.add({ combo: 'Alt+P', label: t('exceptions.previous'), run: () => step(-1) }));
        read().then(() => now && now.id && open(now.id));
        if (!now.id) fresh(place, h('p', { class: 'x-none' }, t('exceptions.choose')));
    },
    hide() {
        if (life) life.end();
        life = now = null;
    },
};

function asked_id() {
    const id = decodeURIComponent(location.hash).split('/')[1] || '';
    return /^[0-9a-f]{4,8}$/.test(id) ? id : '';
}

/** Years of settled ones are read only when they are asked for. */
function wants_all() {
    return ['settled', 'all'].includes(filter.which);
}

async function read() {
    const mine = /** @type {Life} */ (life);
    await load(mine, now.list, async () => {
        await read_devices();
        return ask('exceptions list', [], { '--all': wants_all() }, { signal: mine.signal });
    }, (all) => {
        now.all = all;
        now.has_all = wants_all();
        draw_filters();
        return draw_list();
    });
}

// --- the list -------------------------------------------------------------------------------------------------------------

/** @param {string} name @param {[string, string][]} options */
function chooser(name, options) {
    const select = h('select', {
        'data-test': `x-${name}`,
        onchange: () => {
            filter = { ...filter, [name]: select.value };
            if (wants_all() && !now.has_all) read().then(() => now && now.form.querySelector(`[data-test="x-${name}"]`)?.focus());
            else fresh(now.list, draw_list());
        },
    }, options.map(([value, label]) => h('option', { value, selected: /** @type {any} */ (filter)[name] === value }, label)));
    return field(t(`exceptions.filter.${name}`), select);
}

function draw_filters() {
    const { codes, vans } = choices(now.all);
    const count = (/** @type {string} */ label, /** @type {number} */ n) => `${label} (${n})`;
    const words = h('input', {
        type: 'search', value: filter.words, autocomplete: 'off', spellcheck: 'false', maxlength: 100, 'data-scan': '', 'data-test': 'x-words',
        oninput: () => {
            filter = { ...filter, words: words.value };
            fresh(now.list, draw_list());
        },
    });
    if (filter.code && !codes.some(([code]) => code === filter.code)) filter = { ...filter, code: '' };
    fresh(now.form,
        chooser('which', ['act', 'open', 'settled', 'all'].map((w) => [w, t(`exceptions.which.${w}`)])),
        chooser('van', [['', t('exceptions.any')], ...vans.map(([v, n]) => /** @type {[string, string]} */ ([v, count(device_name(v), n)]))]),
        chooser('code', [['', t('exceptions.any')], ...codes.map(([c, n]) => /** @type {[string, string]} */ ([c, count(code_name(c), n)]))]),
        field(t('exceptions.filter.words'), words));
}

function draw_list() {
    now.shown = chosen(now.all, filter);
    const drawn = now.shown.slice(0, LIST_MAX);
    return [
        h('p', { class: 'count', role: 'status', 'data-test': 'x-count' }, t.n('exceptions.count', now.shown.length)),
        now.all.length === 0 ? h('p', { class: 'all-well ok' }, icon('ok'), t('exceptions.none')) : null,
        h('ul', { class: 'x-rows' }, drawn.map((/** @type {any} */ x, /** @type {number} */ i) => row(x, i))),
        now.shown.length > LIST_MAX ? h('p', { class: 'hint' }, t('exceptions.more', { n: LIST_MAX })) : null,
    ];
}

/** @param {any} x @param {number} at */
function row(x, at) {
    const open = x.id === now.id, mark = x.status !== 'open' ? 'ok' : x.task ? 'stop' : 'note';
    return h('li', {}, h('a', {
        href: `#exceptions/${x.id}`, class: `x-row ${mark}`, 'data-test': 'x-row', 'data-id': x.id, 'data-code': x.code, 'data-status': x.status,
        'aria-current': open ? 'true' : null, tabindex: open || (at === 0 && !now.shown.some((/** @type {any} */ y) => y.id === now.id)) ? '0' : '-1',
        onclick: (/** @type {MouseEvent} */ e) => {
            if (e.ctrlKey || e.metaKey || e.shiftKey) return;
            e.preventDefault();
            open_row(x.id);
        },
    },
    icon(mark),
    h('span', { class: 'x-what' }, h('strong', {}, code_name(x.code)), h('bdi', { class: 'x-title', title: about(x) }, about(x))),
    h('span', { class: 'x-when' }, h('span', {}, x.t_ms ? `${short_day(x.t_ms)} ${clock(x.t_ms)}` : ''),
        h('span', {}, x.device ? device_name(x.device) : t('exceptions.account'))),
    h('span', { class: 'sr-only' }, t(`exceptions.mark.${x.status !== 'open' ? 'settled' : x.task ? 'act' : 'know'}`))));
}

/** In a line: the whole stands in the story. @param {any} x */
function about(x) {
    return x.title || x.item || x.patron || x.card || '';
}

/** "Mon 5 Oct" @param {number} ms */
function short_day(ms) {
    return day(ms / 1000).split(' ').slice(0, 3).join(' ');
}

/** @param {string} id */
function open_row(id) {
    history.pushState(null, '', `#exceptions/${id}`); // no hashchange: the list stays as it is
    open(id);
}

/** @param {string} id @param {boolean} [after] an act about it: it may be over */
async function open(id, after) {
    now.id = id;
    for (const one of now.list.querySelectorAll('.x-row')) {
        const mine = one.dataset.id === id;
        one.setAttribute('tabindex', mine ? '0' : '-1');
        if (mine) {
            one.setAttribute('aria-current', 'true');
            one.scrollIntoView({ block: 'nearest' });
        } else one.removeAttribute('aria-current');
    }
    const mine = /** @type {Life} */ (life);
    now.place.closest('.x-both').classList.add('has-story');
    fresh(now.place);
    const next = beside(now.shown, id, 1), around = {
        app: now.app, back: to_list, next: () => step(1), has_next: !!next && next.id !== id,
        changed: async () => {
            await read();
            if (!mine.over && now.id === id) await open(id, true);
        },
    };
    await load(mine, now.place, async () => {
        try {
            return await ask('exceptions show', [id], {}, { signal: mine.signal });
        } catch (fault) {
            if (fault instanceof Refused && fault.exit === 1) return null; // what staff did ended it, or others did
            throw fault;
        }
    }, (told) => (told ? story(told, around) : over(around, !!after)));
    if (!mine.over) now.place.querySelector('h2')?.focus();
}

/** @param {number} by */
function step(by) {
    const next = beside(now.shown, now.id, by);
    if (next) open_row(next.id);
}

function to_list() {
    now.place.closest('.x-both').classList.remove('has-story');
    (now.list.querySelector('.x-row[tabindex="0"]') || now.list.querySelector('.x-row'))?.focus();
}

/** Arrows, Home and End walk the rows. @param {KeyboardEvent} event */
function walk(event) {
    const rows = [...now.list.querySelectorAll('.x-row')], at = rows.indexOf(/** @type {any} */ (document.activeElement));
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: rows.length - 1 }[event.key];
    if (to === undefined || event.ctrlKey || event.altKey || at < 0) return;
    event.preventDefault();
    rows[Math.max(0, Math.min(rows.length - 1, to))].focus();
}

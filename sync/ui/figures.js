// figures.js -- how the stops are doing: each stop or each visit over days that staff type, a chart, the day's map, a file.
import { h, fresh, icon, field, t, iso_day } from './kit.js';
import { ask, Life } from './ask.js';
import { read_day, add_days } from './figures_math.js';
import { stops_view } from './figures_stops.js';
import { visits_view } from './figures_visits.js';
import { day_view } from './figures_day.js';

const DAYS = 28, VIEWS = ['stops', 'visits', 'day'];

/** @type {Life | null} */
let life = null;
/** @type {{ from: string, to: string, day: string } | null} kept while staff are elsewhere */
let span = null;
/** @type {Map<string, string> | null} */
let names = null;

export const figures = {
    id: 'figures', title: 'figures.title', key: 'Alt+G', role: 'viewer',
    /** @param {any} root @param {any} app */
    show(root, app) {
        life = new Life();
        const parts = decodeURIComponent(location.hash.slice(1)).split('/'), today = iso_day(app.now());
        const view = VIEWS.includes(parts[1]) ? parts[1] : 'stops';
        if (!span) span = { from: add_days(today, 1 - DAYS), to: today, day: today };
        if (view === 'day' && read_day(parts[2] || '')) span.day = /** @type {string} */ (read_day(parts[2]));
        const place = h('div', { class: 'figures-view stack', 'data-test': `figures-${view}` });
        fresh(root, h('div', { class: 'row ends' }, h('h1', {}, t('figures.title')), tabs(view)),
            view === 'day' ? day_form(app) : span_form(app, today), place);
        draw(view, place, app);
    },
    hide() {
        if (life) life.end();
        life = null;
    },
};

/** @param {string} view */
function tabs(view) {
    return h('nav', { class: 'tabs', 'aria-label': t('figures.views') }, VIEWS.map((v) => h('a', {
        class: 'button', href: `#figures/${v}`, 'aria-current': v === view ? 'page' : null, 'data-test': `figures-tab-${v}`,
    }, t(`figures.${v}`))));
}

/** @param {string} view @param {any} place @param {any} app */
async function draw(view, place, app) {
    const mine = /** @type {Life} */ (life), all = /** @type {{ from: string, to: string, day: string }} */ (span);
    const views = /** @type {Record<string, any>} */ ({ stops: stops_view, visits: visits_view, day: day_view });
    names = names || await stop_names();
    if (!mine.over) await views[view](mine, place, { ...all, names, now_ms: app.now() });
}

/** What people call a stop, by its key. */
async function stop_names() {
    try {
        const routes = await ask('route list');
        return new Map(routes.stops.map((/** @type {any} */ s) => [s.stop, s.name]));
    } catch {
        return new Map(); // keys will do
    }
}

// --- which days ------------------------------------------------------------------------------------------------------------

/** @param {string} name @param {string} value */
function day_input(name, value) {
    return h('input', { value, name, inputmode: 'numeric', autocomplete: 'off', maxlength: 12, size: 11, placeholder: '2026-03-05',
        'data-test': `figures-${name}` });
}

/** A field that is no day says so, and takes the focus. ret: the day, or null @param {any} input @param {any} error */
function day_of(input, error) {
    const day = read_day(input.value);
    input.setAttribute('aria-invalid', day ? 'false' : 'true');
    if (!day) {
        fresh(error, icon('stop'), t('figures.no_day', { text: input.value || '\u2013' }));
        input.focus();
    }
    return day;
}

/** @param {any} app @param {string} today */
function span_form(app, today) {
    const all = /** @type {any} */ (span), error = h('p', { class: 'trouble-line', role: 'alert', 'data-test': 'figures-error' });
    const from = day_input('from', all.from), to = day_input('to', all.to);
    const take = (/** @type {string} */ first, /** @type {string} */ last) => {
        span = { ...all, from: first, to: last };
        app.route();
    };
    const quick = (/** @type {string} */ name, /** @type {string} */ first) => h('button',
        { type: 'button', class: 'small', 'data-test': `figures-${name}`, onclick: () => take(first, today) }, t(`figures.${name}`));
    return h('form', {
        class: 'filters', onsubmit: (/** @type {Event} */ e) => {
            e.preventDefault();
            const first = day_of(from, error), last = first && day_of(to, error);
            if (!first || !last) return;
            if (last < first) fresh(error, icon('stop'), t('figures.backwards'));
            else take(first, last);
        },
    }, field(t('figures.from'), from), field(t('figures.to'), to), h('button', { type: 'submit', class: 'main', 'data-test': 'figures-go' },
        t('figures.show')),
    h('div', { class: 'quick' }, quick('week', add_days(today, -6)), quick('month', add_days(today, 1 - DAYS)), quick('quarter', add_days(today, -90)),
        quick('year', `${today.slice(0, 4)}-01-01`)), error);
}

/** @param {any} app */
function day_form(app) {
    const all = /** @type {any} */ (span), error = h('p', { class: 'trouble-line', role: 'alert', 'data-test': 'figures-error' });
    const input = day_input('day', all.day);
    const step = (/** @type {number} */ n) => h('button', {
        type: 'button', 'aria-label': t(n < 0 ? 'figures.day_before' : 'figures.day_after'), 'data-test': n < 0 ? 'figures-before' : 'figures-after',
        onclick: () => app.go(`figures/day/${add_days(all.day, n)}`),
    }, n < 0 ? '\u25c0' : '\u25b6');
    return h('form', {
        class: 'filters', onsubmit: (/** @type {Event} */ e) => {
            e.preventDefault();
            const day = day_of(input, error);
            if (day) app.go(`figures/day/${day}`);
        },
    }, step(-1), field(t('figures.day_of'), input), step(1), h('button', { type: 'submit', class: 'main', 'data-test': 'figures-go' },
        t('figures.show')), error);
}

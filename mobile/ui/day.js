// day.js -- the day in figures: how often each act was done, the money taken, and what did not come out as meant.
import { h, fresh, t, api, money, day, iso_day } from './kit.js';
import { outcomes } from './sync.js';
import { sums } from './day_sums.js';
import { slip_panel } from './slip.js';

const LAST = 5000;

/** @param {import('./shell.js').App} app */
export function day_screen(app) {
    /** @type {any} */
    let root = null;
    const draw = async () => {
        const place = root;
        const { exit, answer } = await api.run('journal', [], { '--last': LAST });
        if (root !== place || !place) return;
        const today = iso_day(app.now());
        const s = sums(exit === 0 && Array.isArray(answer) ? answer : [], (utc_ms) => iso_day(utc_ms) === today);
        fresh(place, h('h1', {}, t('day.title', { day: day(app.now() / 1000) })), h('div', { class: 'two' },
            h('div', { class: 'stack' }, h('section', { class: 'panel' }, h('h2', {}, t('day.acts')),
                s.ops.length ? h('table', {}, h('thead', {}, h('tr', {}, h('th', { scope: 'col' }, t('day.act')),
                h('th', { scope: 'col', class: 'amount' }, t('day.count')))),
                h('tbody', {}, s.ops.map(([op, n]) => h('tr', { 'data-test': 'day-op', 'data-op': op, 'data-count': n },
                    h('td', {}, t.or(`op.${op}`, op)), h('td', { class: 'amount' }, n))))) : h('p', { class: 'empty' }, t('day.none'))),
            slip_panel()),
            h('div', { class: 'stack' },
                h('section', { class: 'panel' }, h('h2', {}, t('day.money')),
                    h('dl', { class: 'facts' }, h('dt', {}, t('day.taken')),
                    h('dd', { class: 'big-figure number', 'data-test': 'day-taken' }, money(s.taken_cents)),
                    s.paid_back_cents ? [h('dt', {}, t('day.paid_back')), h('dd', { class: 'number' }, money(s.paid_back_cents))] : null,
                    s.paid_back_cents ? [h('dt', {}, t('day.in_till')), h('dd', { class: 'number' }, money(s.taken_cents - s.paid_back_cents))] : null)),
                h('section', { class: 'panel' }, h('h2', {}, t('day.odd')), s.odd.length ? outcomes(s.odd) : h('p', { class: 'empty' }, t('day.no_odd'))),
                h('section', { class: 'panel' }, h('h2', {}, t('day.waiting')), h('p', { class: 'big-figure number' }, s.waiting),
                    h('p', { class: 'quiet' }, t('day.waiting_hint'))))));
    };
    return {
        id: 'day', title: 'nav.day', key: 'F10', role: 'staff',
        show: (/** @type {any} */ place) => {
            root = place;
            fresh(place, h('h1', {}, t('nav.day')));
            draw();
        },
        hide: () => {
            root = null;
        },
    };
}

// figures_day.js -- one day on the road: where the vans stood and in what order, on a map and as a table that says the same.
import { h, fresh, bdi, t, clock, stop_name } from './kit.js';
import { ask, load } from './ask.js';
import { table } from './table.js';
import { calls_of, missed_of, kilometres } from './day_lists.js';
import { deviation } from './figures_columns.js';
import { status_chip } from './figures_visits.js';
import { draw_map } from './daymap.js';

/** @param {import('./ask.js').Life} life @param {any} place @param {any} span */
export function day_view(life, place, span) {
    return load(life, place, () => ask('report day', [span.day], {}, { signal: life.signal }), (day) => draw(life, day));
}

/** @param {import('./ask.js').Life} life @param {any} day */
function draw(life, day) {
    const calls = calls_of(day), missed = missed_of(day), vans = new Set(calls.map((c) => c.device));
    if (calls.length + missed.length === 0) return h('p', { class: 'empty', 'data-test': 'day-none' }, t('day.none'));
    const map = h('div', { class: 'map', 'data-test': 'map', role: 'group', 'aria-label': t('day.map_told', { n: calls.length }) });
    const name = (/** @type {any} */ c) => c.name || (c.stop ? stop_name(c.stop) : t('figures.elsewhere'));
    draw_map(life, map, calls, missed, name).catch((fault) => {
        console.error(fault);
        if (!life.over) fresh(map, h('p', { class: 'empty' }, t('day.no_map')));
    });
    return h('div', { class: 'day-both' },
        h('figure', { class: 'panel day-map' }, map, h('figcaption', { class: 'hint' }, t('day.line'), ' ',
            t('day.driven', { km: kilometres(calls) }))),
        h('section', { class: 'day-table' }, table({
            caption: t('day.caption', { day: day.date }), cls: 'figures', rows: [...calls, ...missed],
            columns: [
                { key: 'number', label: t('day.number'), head: true, cell: (c) => h('span',
                    { class: `spot v${c.van ?? 0}${c.missed ? ' missed' : ''}` }, c.missed ? '\u2013' : c.number) },
                ...(vans.size > 1 ? [{ key: 'device_name', label: t('day.van'),
                    cell: (/** @type {any} */ c) => bdi(c.device_name || c.device || '') }] : []),
                { key: 'name', label: t('figures.stop'), cls: 'words', cell: (c) => [bdi(name(c)),
                    c.missed ? h('span', {}, ' ', status_chip(c.status)) : null] },
                { key: 'planned', label: t('figures.planned_time'), cls: 'nowrap', cell: (c) => times(c.planned_arrival_s, c.planned_departure_s) },
                { key: 'actual', label: t('figures.actual_time'), cls: 'nowrap', cell: (c) => (c.missed ? '' : times(c.arrival_s, c.departure_s)) },
                { key: 'late', label: t('figures.late'), num: true, cell: (c) => deviation(c.late_min) },
                { key: 'leg_m', label: t('day.km'), num: true, cell: (c) => (c.leg_m ? (c.leg_m / 1000).toFixed(1) : '') },
            ],
        })));
}

/** @param {number | null} from_s @param {number | null} to_s */
function times(from_s, to_s) {
    return from_s === null || from_s === undefined ? '' : `${clock(from_s * 1000)}\u2013${to_s === null ? '' : clock(to_s * 1000)}`;
}

// figures_visits.js -- each visit over some days: planned against actual.
import { h, fresh, bdi, icon, t, clock, stop_name, iso_minute } from './kit.js';
import { ask, load } from './ask.js';
import { table } from './table.js';
import { COUNTS, sums } from './figures_math.js';
import { counts_columns, hours, deviation, sum_row, csv_button } from './figures_columns.js';

const MARKS = /** @type {Record<string, any>} */ ({ made: 'ok', missed: 'stop', unscheduled: 'note', expected: 'wait', suspended: 'wait' });
let sort = { key: 'date', down: true };

/** @param {import('./ask.js').Life} life @param {any} place @param {any} span */
export function visits_view(life, place, span) {
    return load(life, place, () => ask('report visits', [], { '--from': span.from, '--to': span.to }, { signal: life.signal }), (report) => {
        const all = h('div', { class: 'stack' });
        const redraw = (/** @type {any} */ next) => {
            sort = next || sort;
            fresh(all, draw(report, span, redraw));
            if (next) all.querySelector(`[data-test="sort-${sort.key}"]`)?.focus();
        };
        redraw(null);
        return all;
    });
}

/** "10:20-10:50" @param {number | null} from_s @param {number | null} to_s */
function times(from_s, to_s) {
    return from_s === null ? '' : `${clock(from_s * 1000)}\u2013${to_s === null ? '' : clock(to_s * 1000)}`;
}

/** How a visit came out, by icon and word. @param {string} status */
export function status_chip(status) {
    return h('span', { class: `status ${MARKS[status] || 'wait'}` }, icon(MARKS[status] || 'wait'), t(`visit.${status}`));
}

/** @param {any} report @param {any} span @param {(sort: any) => void} redraw */
function draw(report, span, redraw) {
    const name = (/** @type {any} */ row) => (row.stop ? span.names.get(row.stop) || stop_name(row.stop) : t('figures.elsewhere'));
    const first = (/** @type {any} */ row) => row.planned_arrival_s ?? row.arrival_s;
    const columns = [
        { key: 'date', label: t('figures.date'), head: true, value: first, cell: (/** @type {any} */ row) => h('a',
            { href: `#figures/day/${row.date}`, class: 'nowrap' }, row.date) },
        { key: 'stop', label: t('figures.stop'), cls: 'words', value: name, cell: (/** @type {any} */ row) => bdi(name(row)) },
        { key: 'status', label: t('figures.status'), cell: (/** @type {any} */ row) => status_chip(row.status) },
        { key: 'planned_arrival_s', label: t('figures.planned_time'), cls: 'nowrap',
            cell: (/** @type {any} */ row) => times(row.planned_arrival_s, row.planned_departure_s) },
        { key: 'arrival_s', label: t('figures.actual_time'), cls: 'nowrap', cell: (/** @type {any} */ row) => times(row.arrival_s, row.departure_s) },
        { key: 'deviation_min', label: t('figures.late'), num: true, hint: t('figures.late.hint'),
            cell: (/** @type {any} */ row) => deviation(row.deviation_min) },
        { key: 'open_min', label: t('figures.open'), num: true, cell: (/** @type {any} */ row) => hours(row.open_min) },
        ...counts_columns(),
    ];
    const total = sums(report.visits, ['open_min', ...COUNTS]), off = report.off_stop, visits = report.visits;
    const how_many = (/** @type {string} */ status) => visits.filter((/** @type {any} */ v) => v.status === status).length;
    const csv_time = (/** @type {number | null} */ s) => (s === null ? null : iso_minute(s * 1000).replace('T', ' '));
    const csv_head = ['date', 'stop', 'name', 'planned_arrival', 'planned_departure', 'arrival', 'departure', 'deviation_min', 'status', 'open_min',
        ...COUNTS];
    return [
        h('ul', { class: 'outcomes' }, ['made', 'missed', 'unscheduled', 'suspended',
            'expected'].filter(how_many).map((status) => h('li', {}, h('strong', {}, how_many(status)), ' ', status_chip(status)))),
        table({
            caption: t('figures.visits.caption', span), columns, rows: visits, sort, cls: 'figures', empty: t('figures.none'),
            foot: [
                sum_row(t('figures.off_stop'), ['', '', '', '', '', '', ...COUNTS.map((key) => off[key])]),
                sum_row(t('figures.total'), ['', '', '', '', '', hours(total.open_min), ...COUNTS.map((key) => total[key] + off[key])]),
            ],
        }, redraw),
        h('div', { class: 'row ends' }, h('p', { class: 'hint' }, t('figures.late.hint')),
            csv_button(`visits-${span.from}-${span.to}.csv`, csv_head,
                () => visits.map((/** @type {any} */ v) => [v.date, v.stop, name(v), csv_time(v.planned_arrival_s), csv_time(v.planned_departure_s),
                csv_time(v.arrival_s), csv_time(v.departure_s), v.deviation_min, v.status, v.open_min, ...COUNTS.map((key) => v[key])]))),
    ];
}

// figures_stops.js -- each stop over some days: planned and made visits, hours, what was lent; loans per open hour as a chart.
import { h, fresh, bdi, t, stop_name } from './kit.js';
import { ask, load } from './ask.js';
import { table } from './table.js';
import { bars } from './chart.js';
import { COUNTS, per_hour, kept, sums, sorted } from './figures_math.js';
import { counts_columns, hours, sum_row, csv_button } from './figures_columns.js';

let sort = { key: 'rate', down: true }; // kept when the days change

/** @param {import('./ask.js').Life} life @param {any} place @param {any} span */
export function stops_view(life, place, span) {
    return load(life, place, () => ask('report stops', [], { '--from': span.from, '--to': span.to }, { signal: life.signal }), (report) => {
        const all = h('div', { class: 'figures-both' });
        const redraw = (/** @type {any} */ next) => {
            sort = next || sort;
            fresh(all, draw(report, span, redraw));
            if (next) all.querySelector(`[data-test="sort-${sort.key}"]`)?.focus();
        };
        redraw(null);
        return all;
    });
}

/** @param {any} report @param {any} span @param {(sort: any) => void} redraw */
function draw(report, span, redraw) {
    const name = (/** @type {any} */ row) => (row.stop ? span.names.get(row.stop) || stop_name(row.stop) : t('figures.elsewhere'));
    const rate = (/** @type {any} */ row) => (row.stop ? per_hour(row) : null);
    /** @type {import('./table.js').Column[]} */
    const columns = [
        { key: 'stop', label: t('figures.stop'), head: true, cls: 'words', value: name, cell: (/** @type {any} */ row) => bdi(name(row)) },
        { key: 'planned', label: t('figures.planned'), num: true, hint: t('figures.planned.hint') },
        { key: 'made', label: t('figures.made'), num: true,
            cell: (/** @type {any} */ row) => (row.planned && row.made < row.planned ? h('strong', {}, row.made) : row.made) },
        { key: 'missed', label: t('figures.missed'), num: true,
            cell: (/** @type {any} */ row) => (row.missed ? h('strong', { class: 'stop tone' }, row.missed) : 0) },
        { key: 'suspended', label: t('figures.suspended'), num: true },
        { key: 'unscheduled', label: t('figures.unscheduled'), num: true },
        { key: 'deviation_min', label: t('figures.deviation'), num: true, hint: t('figures.deviation.hint'),
            cell: (/** @type {any} */ row) => row.deviation_min ?? '' },
        { key: 'open_min', label: t('figures.open'), num: true, cell: (/** @type {any} */ row) => hours(row.open_min) },
        ...counts_columns(),
        { key: 'rate', label: t('figures.rate'), num: true, value: rate, hint: t('figures.rate.hint'),
            cell: (/** @type {any} */ row) => rate(row)?.toFixed(1) ?? '' },
    ];
    const by = columns.find((c) => c.key === sort.key) || columns[0];
    const rows = sorted(report.stops, by.value || ((row) => row[by.key]), sort.down), known = rows.filter((row) => row.stop && row.open_min);
    const total = sums(report.stops, ['planned', 'made', 'missed', 'suspended', 'unscheduled', 'open_min', ...COUNTS]);
    const known_sum = sums(report.stops.filter((/** @type {any} */ row) => row.stop), ['open_min', 'checkouts', 'renewals']), off = report.off_stop,
        whole = { ...total, ...Object.fromEntries(COUNTS.map((key) => [key, total[key] + off[key]])) };
    const whole_of = (/** @type {string} */ key) => /** @type {any} */ (whole)[key];
    const csv_head = ['stop', 'name', 'planned', 'made', 'missed', 'suspended', 'unscheduled', 'deviation_min', 'open_min', ...COUNTS,
        'loans_per_open_hour'];
    return [
        h('section', { class: 'panel figures-chart' }, h('h2', {}, t('figures.chart.rate')),
            bars({
                title: t('figures.chart.rate'), unit: t('figures.chart.unit'),
                    data: known.map((row) => ({ label: name(row), value: rate(row) || 0, text: (rate(row) || 0).toFixed(1) })),
                empty: t('figures.chart.none'),
            })),
        h('section', { class: 'panel figures-whole', 'data-test': 'figures-whole' }, h('h2', {}, t('figures.whole')),
            h('dl', {}, [['visits', `${total.made} / ${total.planned}`], ['hours', hours(known_sum.open_min)],
                ['loans', whole_of('checkouts') + whole_of('renewals')], ['returned', whole_of('checkins')],
                ['visitors', whole_of('visitors')], ['joined', whole_of('registrations')]].map(([key, value]) => h('div', {}, h('dd', {}, value),
                    h('dt', {}, t(`figures.whole.${key}`))))),
            h('p', { class: 'hint' }, total.planned ? t('figures.kept',
                { made: total.made, planned: total.planned, percent: Math.round(100 * (kept(/** @type {any} */ (total)) || 0)) }) : t('figures.none_planned'))),
        h('section', { class: 'figures-table' },
            table({
                caption: t('figures.stops.caption', span), columns, rows: report.stops, sort, cls: 'figures', empty: t('figures.none'),
                foot: [
                    sum_row(t('figures.off_stop'), ['', '', '', '', '', '', '', ...COUNTS.map((key) => off[key]), '']),
                    sum_row(t('figures.total'), [total.planned, total.made, total.missed, total.suspended, total.unscheduled, '',
                        hours(known_sum.open_min),
                        ...COUNTS.map(whole_of), per_hour(known_sum)?.toFixed(1) ?? '']),
                ],
            }, redraw),
            h('div', { class: 'row ends' }, h('p', { class: 'hint' }, t('figures.off_stop.hint')),
                csv_button(`stops-${span.from}-${span.to}.csv`, csv_head,
                    () => rows.map((row) => [row.stop, name(row), row.planned, row.made, row.missed, row.suspended, row.unscheduled,
                    row.deviation_min, row.open_min, ...COUNTS.map((key) => row[key]),
                        rate(row) === null ? null : Math.round((rate(row) || 0) * 100) / 100])))),
    ];
}

// chart.js -- bars with their numbers, in plain SVG. The table beside it says the same, so it is one picture for screen readers.
import { h, svg, t } from './kit.js';
import { axis_step } from './figures_math.js';

const ROW = 30, LABEL = 300, WIDTH = 720, NUMBER = 60, TOP = 26, LABEL_MAX = 36;

/** @param {{ title: string, unit: string, data: { label: string, value: number, text: string }[], empty: string }} chart */
export function bars(chart) {
    if (chart.data.length === 0) return h('p', { class: 'empty' }, chart.empty);
    const top = Math.max(...chart.data.map((d) => d.value)), step = axis_step(top, 5), end = Math.max(step, Math.ceil(top / step) * step);
    const room = WIDTH - LABEL - NUMBER, height = TOP + chart.data.length * ROW + 4;
    const x = (/** @type {number} */ value) => LABEL + (value / end) * room;
    const best = chart.data.reduce((a, b) => (b.value > a.value ? b : a));
    const lines = [];
    for (let at = 0; at <= end + step / 1000; at += step)
        lines.push(svg('line', { x1: x(at), x2: x(at), y1: TOP - 4, y2: height, class: 'chart-line' }),
            svg('text', { x: x(at), y: TOP - 9, class: 'chart-tick', 'text-anchor': 'middle' }, String(Math.round(at * 100) / 100)));
    return h('div', { class: 'chart', 'data-test': 'chart' }, svg('svg', {
        viewBox: `0 0 ${WIDTH} ${height}`, role: 'img', preserveAspectRatio: 'xMinYMin meet',
        'aria-label': t('chart.told', { title: chart.title, n: chart.data.length, best: best.label, value: `${best.text} ${chart.unit}` }),
    }, lines, chart.data.map((d, i) => bar(d, TOP + i * ROW, x(d.value)))));
}

/** @param {{ label: string, value: number, text: string }} d @param {number} y @param {number} to */
function bar(d, y, to) {
    const short = [...d.label].length > LABEL_MAX ? `${[...d.label].slice(0, LABEL_MAX - 1).join('')}\u2026` : d.label;
    return svg('g', { class: 'chart-row' }, svg('title', {}, `${d.label}: ${d.text}`),
        svg('text', { x: LABEL - 10, y: y + ROW / 2, class: 'chart-label', 'text-anchor': 'end', 'dominant-baseline': 'central' }, short),
        svg('rect', { x: LABEL, y: y + 4, width: Math.max(to - LABEL, 1), height: ROW - 8, rx: 2, class: 'chart-bar' }),
        svg('text', { x: to + 8, y: y + ROW / 2, class: 'chart-number', 'dominant-baseline': 'central' }, d.text));
}

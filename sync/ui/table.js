// table.js -- tables with a caption, scopes, and columns that sort by their heading.
import { h, t } from './kit.js';
import { sorted } from './figures_math.js';

/** @typedef {Record<string, any>} Row
 * @typedef {{ key: string, label: string, num?: boolean, cell?: (row: Row) => any, value?: (row: Row) => any, head?: boolean, cls?: string,
 *   hint?: string }} Column
 * cell: what is shown; value: what it sorts by (absent = row[key]); head: it names the row; hint: what it means */

/** @typedef {{ caption: any, columns: Column[], rows: Row[], sort?: { key: string, down: boolean } | null, foot?: any[], cls?: string,
 *   row_attributes?: (row: Row) => Record<string, any>, empty?: string, quiet?: boolean, label?: string }} Table
 * sort: what it is sorted by; none: as the rows come and headings do nothing; quiet: the caption is for screen readers;
 * label: of the part that scrolls, where the caption alone is not the only one such */

/** @param {Table} table @param {(sort: { key: string, down: boolean }) => void} [on_sort] */
export function table(table, on_sort) {
    const by = table.sort && table.columns.find((c) => c.key === table.sort?.key);
    const rows = by ? sorted(table.rows, by.value || ((row) => row[by.key]), !!table.sort?.down) : table.rows;
    const part = h('div', { class: 'table-scroll' },
        h('table', { class: table.cls || null },
            h('caption', { class: table.quiet ? 'sr-only' : null }, table.caption),
            h('thead', {}, h('tr', {}, table.columns.map((c) => heading(table, c, on_sort)))),
            h('tbody', {}, rows.map((row) => one_row(table, row)),
                rows.length ? null : h('tr', {}, h('td', { colspan: table.columns.length, class: 'empty' }, table.empty || t('table.empty')))),
            table.foot ? h('tfoot', {}, table.foot) : null));
    new ResizeObserver(() => reach(part, table.label || text_of(table.caption))).observe(part);
    return part;
}

/** Who has only keys must be able to scroll what is wider than its place; else it is no stop on the way. @param {any} part @param {string} label */
function reach(part, label) {
    const wide = part.scrollWidth > part.clientWidth;
    for (const [name, value] of [['tabindex', '0'], ['role', 'region'], ['aria-label', label]]) {
        if (wide) part.setAttribute(name, value);
        else part.removeAttribute(name);
    }
}

/** @param {any} caption */
function text_of(caption) {
    return caption instanceof Node ? caption.textContent : caption;
}

/** @param {Table} table @param {Column} c @param {((sort: { key: string, down: boolean }) => void)} [on_sort] */
function heading(table, c, on_sort) {
    const cls = [c.num ? 'amount' : '', c.cls || ''].join(' ').trim() || null, now = table.sort && table.sort.key === c.key;
    if (!on_sort || !table.sort) return h('th', { scope: 'col', class: cls, title: c.hint || null }, c.label);
    const down = now ? !table.sort.down : !!c.num; // of numbers the largest are looked for first
    return h('th', { scope: 'col', class: cls, 'aria-sort': now ? (table.sort.down ? 'descending' : 'ascending') : null },
        h('button', { type: 'button', class: 'sort', title: c.hint || null, 'data-test': `sort-${c.key}`,
            onclick: () => on_sort({ key: c.key, down }) },
            c.label, h('span', { class: 'sort-mark', 'aria-hidden': 'true' }, now ? (table.sort.down ? '\u25bc' : '\u25b2') : '\u2195')));
}

/** @param {Table} table @param {Row} row */
function one_row(table, row) {
    return h('tr', table.row_attributes ? table.row_attributes(row) : null, table.columns.map((c) => {
        const content = c.cell ? c.cell(row) : row[c.key], cls = [c.num ? 'amount' : '', c.cls || ''].join(' ').trim() || null;
        return c.head ? h('th', { scope: 'row', class: cls }, content) : h('td', { class: cls }, content);
    }));
}

// figures_columns.js -- what tables of figures have in common: columns of counts, minutes, the sum below, the file.
import { h, t } from './kit.js';
import { COUNTS, csv_text } from './figures_math.js';

export const counts_columns = () => COUNTS.map((key) => ({ key, label: t(`count.${key}`), num: true }));

/** "1:05" of 65; "" for none. @param {number | null | undefined} minutes */
export function hours(minutes) {
    if (minutes === null || minutes === undefined) return '';
    return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, '0')}`;
}

/** "+4", "\u22123", "0"; "" for none. @param {number | null | undefined} minutes */
export function deviation(minutes) {
    if (minutes === null || minutes === undefined) return '';
    return minutes > 0 ? `+${minutes}` : minutes < 0 ? `\u2212${-minutes}` : '0';
}

/** A last line of a table: texts and numbers, by columns. @param {string} label @param {any[]} cells */
export function sum_row(label, cells) {
    return h('tr', {}, h('th', { scope: 'row' }, label), cells.map((cell) => h('td', { class: 'amount' }, cell)));
}

/** Save what stands in the table as a file that a spreadsheet opens. @param {string} name @param {string[]} head @param {() => any[][]} rows */
export function csv_button(name, head, rows) {
    return h('button', {
        type: 'button', 'data-test': 'figures-csv',
        onclick: () => {
            const url = URL.createObjectURL(new Blob(['\ufeff', csv_text(head, rows())], { type: 'text/csv;charset=utf-8' }));
            const link = h('a', { href: url, download: name });
            document.body.append(link);
            link.click();
            link.remove();
            setTimeout(() => URL.revokeObjectURL(url), 60000);
        },
    }, t('figures.csv'));
}

// figures_math.js -- what the stop figures are made of: sums, rates, the order of rows, a file for a spreadsheet. Pure.

/** @typedef {Record<string, any>} Row */

export const COUNTS = ['checkouts', 'renewals', 'checkins', 'holds', 'registrations', 'visitors'];

/** Loans for each hour at the stop: null where it was not open. @param {Row} row @returns {number | null} */
export function per_hour(row) {
    if (!row.open_min) return null;
    return ((row.checkouts + row.renewals) * 60) / row.open_min;
}

/** Of the visits planned, how many took place, 0 to 1; null = none was planned. @param {Row} row */
export function kept(row) {
    return row.planned ? row.made / row.planned : null;
}

/** @param {Row[]} rows @param {string[]} names @returns {Record<string, number>} */
export function sums(rows, names) {
    return Object.fromEntries(names.map((name) => [name, rows.reduce((sum, row) => sum + (row[name] || 0), 0)]));
}

/** Sorted copy; what is not known comes last whichever way. Equal rows stay in their order.
 * @param {Row[]} rows @param {(row: Row) => any} value @param {boolean} down */
export function sorted(rows, value, down) {
    const none = (/** @type {any} */ x) => x === null || x === undefined || x === '';
    return rows.map((row, at) => ({ row, at, x: value(row) })).sort((a, b) => {
        if (none(a.x) || none(b.x)) return none(a.x) && none(b.x) ? a.at - b.at : none(a.x) ? 1 : -1;
        const order = typeof a.x === 'number' && typeof b.x === 'number' ? a.x - b.x : String(a.x).localeCompare(String(b.x));
        return order === 0 ? a.at - b.at : down ? -order : order;
    }).map((one) => one.row);
}

/** A step for an axis: 1, 2 or 5 times a power of ten, so that at most `most` of them reach `top`.
 * @param {number} top @param {number} most */
export function axis_step(top, most) {
    if (!(top > 0)) return 1;
    const rough = top / most, power = 10 ** Math.floor(Math.log10(rough));
    return ([1, 2, 5, 10].find((n) => n * power >= rough * 0.999999) || 10) * power;
}

/** One cell: what a spreadsheet would take for a formula is guarded, quotes doubled. @param {any} value */
export function csv_cell(value) {
    if (value === null || value === undefined) return '';
    if (typeof value === 'number') return String(value);
    const text = /^[=+\-@\t\r]/.test(String(value)) ? `'${value}` : String(value);
    return /[",\r\n]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text;
}

/** @param {string[]} head @param {any[][]} rows */
export function csv_text(head, rows) {
    return [head, ...rows].map((row) => row.map(csv_cell).join(',')).join('\r\n') + '\r\n';
}

/** A day as people type it: 2026-03-05, 5.3.2026, 5/3/2026, 5 3 2026 (day first). ret: 2026-03-05, or null
 * @param {string} text */
export function read_day(text) {
    const iso = /^\s*(\d{4})-(\d{1,2})-(\d{1,2})\s*$/.exec(text), own = /^\s*(\d{1,2})[./ ](\d{1,2})[./ ](\d{4})\s*$/.exec(text);
    if (!iso && !own) return null;
    const [y, m, d] = iso ? [iso[1], iso[2], iso[3]] : own ? [own[3], own[2], own[1]] : [];
    const date = new Date(Date.UTC(Number(y), Number(m) - 1, Number(d)));
    if (date.getUTCMonth() !== Number(m) - 1 || date.getUTCDate() !== Number(d)) return null;
    return date.toISOString().slice(0, 10);
}

/** n days later. @param {string} iso @param {number} n */
export function add_days(iso, n) {
    const [y, m, d] = iso.split('-').map(Number);
    return new Date(Date.UTC(y, m - 1, d + n)).toISOString().slice(0, 10);
}

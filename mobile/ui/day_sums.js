// day_sums.js -- the journal's rows of one day, added up. Pure.

/** What the laptop writes by itself is nobody's act. */
const OWN = new Set(['epoch', 'clock', 'view', 'observe', 'track']);

const AS_MEANT = new Set(['applied', 'stored', 'duplicate', 'pending']);

/** An outcome is a word, then what it means there: "applied lent", "exception lent_while_held".
 * @param {string} outcome @returns {[string, string]} */
export function outcome_parts(outcome) {
    const cut = outcome.indexOf(' ');
    return cut < 0 ? [outcome, ''] : [outcome.slice(0, cut), outcome.slice(cut + 1)];
}

/** Did the branch make something else of it? @param {Row} row */
export function is_odd(row) {
    return !AS_MEANT.has(outcome_parts(row.outcome)[0]);
}

/** @typedef {{ entry: string, time_s: number, op: string, slip: string, outcome: string, cents?: number, item?: string }} Row */

/** in: rows of `journal`, oldest first; is_day, whether a moment (UTC ms) is of the day
 * @param {Row[]} rows @param {(utc_ms: number) => boolean} is_day
 * @returns {{ ops: [string, number][], taken_cents: number, paid_back_cents: number, odd: Row[], waiting: number }} */
export function sums(rows, is_day) {
    /** @type {Map<string, number>} */
    const ops = new Map();
    let taken_cents = 0, paid_back_cents = 0, waiting = 0;
    const odd = [];
    for (const row of rows) {
        if (OWN.has(row.op)) continue;
        if (row.outcome === 'pending') waiting += 1; // of any day
        if (!is_day(row.time_s * 1000)) continue;
        ops.set(row.op, (ops.get(row.op) || 0) + 1);
        if (row.op === 'pay' && row.cents) {
            if (row.cents > 0) taken_cents += row.cents;
            else paid_back_cents -= row.cents;
        }
        if (is_odd(row)) odd.push(row);
    }
    return { ops: [...ops].sort((a, b) => b[1] - a[1]), taken_cents, paid_back_cents, odd, waiting };
}

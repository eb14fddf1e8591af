// day_sums.js -- the journal's rows of one day, added up. Pure.

/** What the laptop writes by itself is nobody's act. */
const OWN = new Set(['epoch', 'clock', 'view', 'observe', 'track']);

/** @typedef {{ entry: string, time_s: number, op: string, slip: string, outcome: string, cents?: number }} Row */

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
        if (row.outcome !== 'pending' && row.outcome !== 'applied' && row.outcome !== 'stored' && row.outcome !== 'duplicate') odd.push(row);
    }
    return { ops: [...ops].sort((a, b) => b[1] - a[1]), taken_cents, paid_back_cents, odd, waiting };
}

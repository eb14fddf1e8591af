// home_sums.js -- did everything come home? The reckoning of the home page. Pure.

/** @typedef {'ok' | 'note' | 'stop' | 'wait'} Mark */

export const HOUR_MS = 3600000;
const FRESH_H = 24, LATE_H = 72;

/** How a van stands: came home within a day, is away longer, far too long, never came, may not come.
 * @param {any} device @param {number} now_ms @returns {{ mark: Mark, word: string }} */
export function van_state(device, now_ms) {
    if (device.state === 'revoked') return { mark: 'wait', word: 'revoked' };
    if (device.state !== 'enrolled') return { mark: 'wait', word: 'invited' };
    if (!device.last_sync_ms) return { mark: 'note', word: 'never' };
    const hours = (now_ms - device.last_sync_ms) / HOUR_MS;
    return hours <= FRESH_H ? { mark: 'ok', word: 'home' } : hours <= LATE_H ? { mark: 'note', word: 'late' } : { mark: 'stop', word: 'missing' };
}

/** The two sums of one laptop: made = home + waiting; home = what became of each entry.
 * in: what is not known is null, and its sum is not judged
 * @param {any} d @returns {{ out: number | null, in: number, sent_ok: boolean | null, fate_ok: boolean }}
 * out: entries made that are in neither heap (above 0: missing; below 0: too many); in: the same of those that are home */
export function reckon(d) {
    const known = d.made !== null && d.made !== undefined;
    const out = known ? d.made - d.home - d.waiting : null;
    const fates = d.applied + d.exceptions + d.quarantined + d.unapplied;
    return { out, in: d.home - fates, sent_ok: known ? out === 0 : null, fate_ok: d.home === fates };
}

/** @param {{ sent_ok: boolean | null, fate_ok: boolean }} r */
export function right(r) {
    return r.sent_ok !== false && r.fate_ok;
}

/** Is there something to reckon: did the laptop ever tell of itself? @param {any} d */
export function told(d) {
    return d.home !== undefined && (d.home > 0 || (d.made !== null && d.made !== undefined));
}

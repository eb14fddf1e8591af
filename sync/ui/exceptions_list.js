// exceptions_list.js -- which exceptions are shown, and in what order. Pure.

/** @typedef {Record<string, any>} Exception
 * @typedef {{ which: string, code: string, van: string, words: string }} Filter
 * which: act (open, somebody must act), open, settled, all; code, van: '' = any; words: parts of what is told */

/** @type {Filter} */
export const FILTER_NONE = { which: 'open', code: '', van: '', words: '' };

/** @param {Exception} x @param {string} which */
function is_of(x, which) {
    if (which === 'all') return true;
    if (which === 'settled') return x.status !== 'open';
    return x.status === 'open' && (which === 'open' || x.task);
}

/** @param {Exception} x @param {string} words */
function says(x, words) {
    const text = [x.id, x.code, x.sentence, x.words, x.item, x.title, x.card, x.patron].join(' ').toLowerCase();
    return words.toLowerCase().split(/\s+/).every((word) => text.includes(word));
}

/** Newest first: what is of this morning stands on top; what has no time (an account's) after what somebody must act on.
 * @param {Exception[]} list @param {Filter} filter @returns {Exception[]} */
export function chosen(list, filter) {
    return list.filter((x) => is_of(x, filter.which) && (!filter.code || x.code === filter.code)
        && (!filter.van || x.device === filter.van || x.other_device === filter.van) && says(x, filter.words))
        .map((x, at) => ({ x, at })).sort((a, b) => (a.x.status !== 'open' ? 1 : 0) - (b.x.status !== 'open' ? 1 : 0)
            || (b.x.task ? 1 : 0) - (a.x.task ? 1 : 0) || (b.x.t_ms || 0) - (a.x.t_ms || 0) || a.at - b.at).map((one) => one.x);
}

/** What a filter can be set to: each code and device once, with how many open ones it has.
 * @param {Exception[]} list @returns {{ codes: [string, number][], vans: [string, number][] }} */
export function choices(list) {
    /** @type {Map<string, number>} */
    const codes = new Map(), vans = new Map();
    for (const x of list) {
        const open = x.status === 'open' ? 1 : 0;
        codes.set(x.code, (codes.get(x.code) || 0) + open);
        for (const device of new Set([x.device, x.other_device])) if (device) vans.set(device, (vans.get(device) || 0) + open);
    }
    const order = (/** @type {Map<string, number>} */ m) => [...m].sort((a, b) => a[0].localeCompare(b[0]));
    return { codes: order(codes), vans: order(vans) };
}

/** Which to look at after this one. @param {Exception[]} shown @param {string} id @param {number} step */
export function beside(shown, id, step) {
    const at = shown.findIndex((x) => x.id === id);
    if (at < 0) return shown[0] || null;
    return shown[at + step] || null;
}

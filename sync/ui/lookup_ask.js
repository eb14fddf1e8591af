// lookup_ask.js -- in which ways a text can be meant. Pure.

/** @typedef {{ part: string, command: string, words: string[], options: Record<string, string> }} Way */

export const FOUND_MAX = 20; // of a kind; who has more says more words

/** @param {string} part @param {string} command @param {string[]} words @param {Record<string, string>} [options] @returns {Way} */
const way = (part, command, words, options) => ({ part, command, words, options: options || {} });

/** @param {string} typed @returns {Way[]} */
export function ways_to_ask(typed) {
    const text = typed.trim();
    if (!text) return [];
    if (text.startsWith('title:')) return [way('title', 'title show', [text.slice(6)])];
    if (is_entry(text)) return [way('trace', 'trace', [text])];
    const one = !/\s/.test(text), ways = [];
    if (is_slip(text)) ways.push(way('trace', 'trace', [text.toLowerCase()]));
    if (one && /\d/.test(text)) ways.push(way('patron', 'patron show', [text]), way('item', 'item show', [text]));
    if (one && /^\d{10,}$/.test(text) && !/^97[89]\d{10}$/.test(text)) return ways;
    const words = text.split(/\s+/).slice(0, 12);
    if (!words.some((word) => word.startsWith('-')))
        ways.push(way('people', 'patron find', words, { '--limit': String(FOUND_MAX) }),
            way('titles', 'search', words, { '--limit': String(FOUND_MAX) }));
    return ways;
}

/** Eight hex digits, as slips show them. @param {string} text */
export function is_slip(text) {
    return /^[0-9a-f]{8}$/i.test(text);
}

/** device.epoch.seq, as entries are named. @param {string} text */
export function is_entry(text) {
    return /^[A-Za-z0-9_-]+\.[0-9a-f]{16}\.\d+(\.\d+)?$/.test(text);
}

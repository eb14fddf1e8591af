// ways.js -- the ways to deal with an exception, as the branch tells them ("branch void X --why TEXT"), taken apart into a
// command of its table with what staff have to fill in. Pure.

/** @typedef {{ name: string, into: 'word' | 'option', at: number | string, required: boolean }} Blank
 * name: TEXT, AMOUNT ...; at: which word, or which option it is
 * @typedef {{ command: string, words: string[], options: Record<string, string | boolean>, blanks: Blank[] }} Act */

/** What stories leave to staff, in capitals (sync/story_next.c). */
export const BLANKS = ['TEXT', 'AMOUNT', 'DATE', 'NAME', 'WORD', 'TITLE', 'NEWCARD'];

/** Commands of two words; all others have one. */
const PAIRS = ['exceptions', 'patron', 'item', 'hold'];

/** ret: null = nothing that this page can do
 * @param {string | null | undefined} line @returns {Act | null} */
export function take_apart(line) {
    const parts = (line || '').trim().split(/\s+/);
    if (parts.shift() !== 'branch' || parts.length === 0) return null;
    const first = /** @type {string} */ (parts.shift());
    const second = PAIRS.includes(first) ? parts.shift() : null;
    if (second === undefined) return null;
    /** @type {Act} */
    const act = { command: second ? `${first} ${second}` : first, words: [], options: {}, blanks: [] };
    while (parts.length) {
        const part = /** @type {string} */ (parts.shift());
        if (!part.startsWith('--')) {
            if (BLANKS.includes(part)) act.blanks.push({ name: part, into: 'word', at: act.words.length, required: true });
            act.words.push(part);
        } else if (parts.length === 0 || parts[0].startsWith('--')) {
            act.options[part] = true;
        } else {
            const value = /** @type {string} */ (parts.shift());
            if (BLANKS.includes(value)) act.blanks.push({ name: value, into: 'option', at: part, required: true });
            else act.options[part] = value;
        }
    }
    return act;
}

/** Does it only look? Then it is a link, not a deed. @param {Act} act */
export function only_looks(act) {
    return ['holds', 'patron show', 'item show'].includes(act.command);
}

/** What kind of deed: names a text (way.KIND) and how careful the page is. @param {Act} act */
export function kind_of(act) {
    return act.command.replace(/ /g, '_');
}

/** The blanks filled in. ret: null = one that is required is empty
 * @param {Act} act @param {Record<string, string>} values by name of the blank
 * @returns {{ words: string[], options: Record<string, string | boolean> } | null} */
export function fill(act, values) {
    const words = [...act.words], options = { ...act.options };
    for (const blank of act.blanks) {
        const value = (values[blank.name] || '').trim();
        if (!value) {
            if (blank.required) return null;
            continue;
        }
        if (blank.into === 'word') words[Number(blank.at)] = value;
        else options[blank.at] = value;
    }
    return { words, options };
}

/** A settlement says why, though the command line does not ask for it. @param {Act} act @returns {Act} */
export function with_reason(act) {
    if (!act.command.startsWith('exceptions settle') || act.blanks.some((b) => b.name === 'TEXT')) return act;
    return { ...act, blanks: [...act.blanks, { name: 'TEXT', into: 'option', at: '--why', required: true }] };
}

// burst.js -- tells a wedge scanner from fingers by the time between characters. Pure: given times, answers.
// A scanner types a whole number with less than 35 ms between two characters and ends with Enter or Tab;
// no hand does that for four characters on end. Times are those of the events, not of their handling, so that
// a busy page does not mistake one for the other.

export const GAP_MS = 35; // between two characters of one scan
export const SUFFIX_MS = 100; // some scanners pause before their Enter
export const LENGTH_MIN = 4; // shorter than any number on a card or a copy
export const LENGTH_MAX = 200; // a stuck key is no scan

export class Burst {
    constructor() {
        this.forget();
    }

    forget() {
        this.text = '';
        this.last = -Infinity;
    }

    /** A character was typed. ret: true when it is the first of a new burst.
     * @param {string} character @param {number} at_ms */
    add(character, at_ms) {
        const first = at_ms - this.last > GAP_MS || at_ms < this.last;
        if (first) this.text = '';
        if (this.text.length < LENGTH_MAX) this.text += character;
        this.last = at_ms;
        return first;
    }

    /** Is a scan under way at this moment? @param {number} at_ms */
    running(at_ms) {
        return this.text.length >= 2 && at_ms - this.last <= GAP_MS;
    }

    /** Enter or Tab was pressed. ret: what was scanned, or null when fingers typed. @param {number} at_ms */
    end(at_ms) {
        const scan = this.text.length >= LENGTH_MIN && at_ms - this.last <= SUFFIX_MS ? this.text : null;
        this.forget();
        return scan;
    }
}

/** Would a number of a card or copy look so? Asked only for a burst that landed in a field for something else:
 * a name typed by a machine stays, a scan is taken out again. @param {string} text */
export function looks_scanned(text) {
    return /^[A-Za-z0-9$*+./:%-]{6,}$/.test(text) && (text.match(/\d/g) || []).length >= 5;
}

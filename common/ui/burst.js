// burst.js -- tells a wedge scanner from fingers by the time between characters. Pure: given times, answers.
// A scanner types a whole number with less than 35 ms between two characters and ends with Enter or Tab;
// no hand does that for four characters on end. Times are those of the events, not of their handling, so that
// a busy page does not mistake one for the other. A scanner too may stumble once (a busy bus, a radio link):
// what came shortly before the last run of fast characters is handed out as well, for the scan box.

export const GAP_MS = 35; // between two characters of one scan
export const PAUSE_MS = 1000; // after this long, what stood before is no part of it
export const SUFFIX_MS = 100; // some scanners pause before their Enter
export const LENGTH_MIN = 4; // shorter than any number on a card or a copy
export const LENGTH_MAX = 200; // a stuck key is no scan

/** @typedef {{ fast: string, whole: string }} Scanned fast: typed without a pause; whole: with what came shortly before */

export class Burst {
    constructor() {
        this.fast = '';
        this.whole = '';
        this.last = -Infinity;
    }

    forget() {
        this.fast = '';
        this.whole = '';
        this.last = -Infinity;
    }

    /** A character was typed. ret: true when it is the first of a fast run.
     * @param {string} character @param {number} at_ms */
    add(character, at_ms) {
        const gap = at_ms - this.last, first = gap > GAP_MS || gap < 0;
        if (first) this.fast = '';
        if (gap > PAUSE_MS || gap < 0) this.whole = '';
        if (this.whole.length < LENGTH_MAX) {
            this.fast += character;
            this.whole += character;
        }
        this.last = at_ms;
        return first;
    }

    /** Is a scan under way at this moment? @param {number} at_ms */
    running(at_ms) {
        return this.fast.length >= 2 && at_ms - this.last <= GAP_MS;
    }

    /** Enter or Tab was pressed. ret: what was scanned, or null when fingers typed. @param {number} at_ms @returns {Scanned | null} */
    end(at_ms) {
        const { fast, whole } = this, scan = fast.length >= LENGTH_MIN && at_ms - this.last <= SUFFIX_MS;
        this.forget();
        return scan ? { fast, whole } : null;
    }
}

/** Would a number of a card or copy look so? Asked only for a burst that landed in a field for something else:
 * a name typed by a machine stays, a scan is taken out again. @param {string} text */
export function looks_scanned(text) {
    return /^[A-Za-z0-9$*+./:%-]{6,}$/.test(text) && (text.match(/\d/g) || []).length >= 5;
}

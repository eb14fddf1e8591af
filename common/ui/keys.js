// keys.js -- who gets a key: the box that is open, a named key (F1, Alt+U), the scan box, or the field it was typed in.
// One listener on the window, in the capture phase, so that the order of these four is written in one place.
import { Burst, looks_scanned } from './burst.js';

/** @typedef {{ combo: string, also?: string[], label: string, run: () => void, when?: () => boolean, always?: boolean }} Key
 * always: in front of an open box too (locking the screen) */

/** What an open box wants to know of keys. ret of press: true = dealt with
 * @typedef {{ press: (event: KeyboardEvent, bursting: boolean) => boolean, scanned: (text: string) => void, last?: boolean }} Modal
 * last: nothing goes past it, keys that always work included */

const burst = new Burst();
/** @type {Map<string, Key>} */
const named = new Map();
/** @type {Modal[]} the newest last: it alone is asked */
const modals = [];
/** @type {{ box: () => HTMLInputElement | null, take: (text: string) => void } | null} */
let scanner = null;
/** @type {{ input: any, value: string } | null} the field in which a burst began, as it was before */
let before = null;

/** "Ctrl+Shift+F1" of an event. @param {KeyboardEvent} event */
export function combo_of(event) {
    const key = event.key.length === 1 ? event.key.toUpperCase() : event.key;
    return `${event.ctrlKey ? 'Ctrl+' : ''}${event.altKey ? 'Alt+' : ''}${event.shiftKey ? 'Shift+' : ''}${key}`;
}

export const keys = {
    /** Name a key. A later one takes it from an earlier. ret: takes it away again
     * @param {Key} key */
    add(key) {
        const all = [key.combo, ...(key.also || [])];
        for (const combo of all) named.set(combo, key);
        return () => {
            for (const combo of all) if (named.get(combo) === key) named.delete(combo);
        };
    },
    /** All of them once, in the order in which they were added. @returns {Key[]} */
    list() {
        return [...new Set(named.values())];
    },
    /** While a box is open it gets all keys. ret: call it when the box is closed
     * @param {Modal} one */
    set_modal(one) {
        modals.push(one);
        return () => {
            const at = modals.indexOf(one);
            if (at >= 0) modals.splice(at, 1);
        };
    },
    /** Where scans go: box gives the scan box if it is on the screen now, take is told each scan.
     * @param {{ box: () => HTMLInputElement | null, take: (text: string) => void } | null} one */
    set_scanner(one) {
        scanner = one;
    },
};

/** @param {EventTarget | null} node */
function is_field(node) {
    return node instanceof HTMLInputElement
        ? !['button', 'checkbox', 'radio', 'range', 'submit', 'reset', 'file', 'color'].includes(node.type)
        : node instanceof HTMLTextAreaElement || node instanceof HTMLSelectElement;
}

/** A field for just such a number (a new card, say). @param {any} target */
function wants_scan(target) {
    return target instanceof HTMLInputElement && target.dataset.scan !== undefined;
}

/** Somebody scanned while a note was being written: the note gets its text back. @param {any} target */
function put_back(target) {
    if (!before || before.input !== target) return;
    target.value = before.value;
    target.dispatchEvent(new Event('input', { bubbles: true }));
}

/** What of a scan that ended in the box is to be believed: all that stands there, if a stumble parted it; a name typed into
 * another field a moment ago is none of it; what an alert swallowed that has just gone still is.
 * @param {string} value @param {import('./burst.js').Scanned} scan */
function standing(value, scan) {
    if (value.endsWith(scan.whole)) return scan.whole;
    return value.endsWith(scan.fast) ? value : scan.fast;
}

/** A box that went away under the mouse can leave the cursor outside the field that has the focus: Chromium then drops what
 * is typed. @param {any} target */
function cursor_back(target) {
    const at = getSelection()?.anchorNode;
    if (at && at.contains(target)) return;
    if (typeof target.selectionStart === 'number') target.setSelectionRange(target.selectionStart, target.selectionEnd);
    else target.focus();
}

/** A scan ended while the cursor stood in `target`. ret: true = dealt with
 * @param {any} target @param {import('./burst.js').Scanned} scan */
function scanned(target, scan) {
    if (!scanner || wants_scan(target)) return false;
    const in_box = target === scanner.box();
    if (is_field(target) && !in_box) {
        if (!looks_scanned(scan.fast)) return false;
        put_back(target);
    }
    scanner.take(in_box ? standing(target.value, scan) : scan.fast);
    return true;
}

/** @param {KeyboardEvent} event */
function on_key(event) {
    if (event.isComposing) return;
    const plain = event.key.length === 1 && !event.ctrlKey && !event.altKey && !event.metaKey;
    const at = event.timeStamp, target = /** @type {any} */ (event.target);
    const suffix = (event.key === 'Enter' || event.key === 'Tab') && !event.ctrlKey && !event.altKey && !event.shiftKey;
    const scan = suffix ? burst.end(at) : null;
    if (plain && burst.add(event.key, at)) before = is_field(target) ? { input: target, value: target.value } : null;
    else if (!plain && !suffix && event.key !== 'Shift') burst.forget();
    const modal = modals.at(-1), key = named.get(combo_of(event));
    if (modal) {
        if (key && key.always && !modal.last) {
            event.preventDefault();
            if (!event.repeat) key.run();
        } else if (scan && !wants_scan(target) && (!is_field(target) || looks_scanned(scan.fast))) {
            modal.scanned(is_field(target) ? scan.fast : scan.whole);
            put_back(target);
            event.preventDefault();
            event.stopPropagation();
        } else if (modal.press(event, burst.running(at))) {
            event.preventDefault();
            event.stopPropagation();
        }
        return;
    }
    if (scan && scanned(target, scan)) {
        event.preventDefault();
        event.stopPropagation();
        return;
    }
    if (key && !(plain && is_field(target)) && (!key.when || key.when())) {
        event.preventDefault();
        if (!event.repeat) key.run();
        return;
    }
    if (plain && is_field(target)) cursor_back(target);
    else if (plain) to_box(event, target);
}

/** A character that lands outside all fields goes into the scan box: the cursor is brought there before the
 * browser puts it in. A space on a button is that button's.
 * @param {KeyboardEvent} event @param {any} target */
function to_box(event, target) {
    const box = scanner && scanner.box();
    if (!box || box === target || is_field(target)) return;
    if (event.key === ' ' && target instanceof Element && target.closest('button, a, summary, [role="button"], input')) return;
    box.focus();
}

window.addEventListener('keydown', on_key, true);

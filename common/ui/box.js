// box.js -- what comes before the page: alerts that take the focus, questions, and toasts.
// An alert cannot be scanned past: while it is open, characters and Enter go nowhere, and a scan is refused with a
// sound and shown in the box. Escape, a key that the box names, or a touch lets it go.
import { h, fresh, icon, unique } from './dom.js';
import { keys, combo_of } from './keys.js';
import { sound } from './sound.js';
import { key_name } from './press.js';
import { t } from './t.js';

/** @typedef {{ label: string, value: any, combo?: string, main?: boolean, cancel?: boolean, check?: () => boolean }} Choice
 * value is what the box answers; combo a key that chooses it (Alt+C); main: what is likeliest; cancel: Escape chooses it;
 * check: asked before, false keeps the box open */

/** @typedef {{ kind: 'ok' | 'note' | 'stop', title: string, body?: any, choices?: Choice[], form?: boolean, focus?: any }} Box
 * form: something to fill in, not a warning: opens without a sound, and Enter in a field chooses what is likeliest */

const SHOWN = 5; // scans refused, in the box; all of them stand in the list of results

let open = false;
/** @type {(() => void)[]} */
const behind = [];

/** @type {(text: string) => void} */
let refused_to = () => {};

/** Be told what was scanned while a box was open, so that it can stand where scans stand.
 * @param {(text: string) => void} listener */
export function on_refused(listener) {
    refused_to = listener;
}

/** Is a box open? */
export const box_open = () => open;

/** Shows a box; answers the value of what was chosen. Boxes asked for meanwhile come after it.
 * @param {Box} box @returns {Promise<any>} */
export async function alertBox(box) {
    if (open) await new Promise((done) => behind.push(() => done(null)));
    open = true;
    const was = document.activeElement;
    const value = await show(box);
    open = false;
    if (was instanceof HTMLElement && was.isConnected) was.focus();
    const next = behind.shift();
    if (next) next();
    return value;
}

/** @param {Box} box @returns {Promise<any>} */
function show(box) {
    return new Promise((done) => {
        const choices = box.choices || [{ label: t('box.ok'), value: null, main: true, cancel: true }];
        const title = unique('box'), body = unique('box');
        /** @type {string[]} */
        const texts = [];
        const refused = h('p', { class: 'box-refused', role: 'alert', 'data-test': 'alert-refused' });
        const dialog = h('dialog', {
            class: `box ${box.form ? 'plain' : box.kind}`, role: box.form ? 'dialog' : 'alertdialog', 'aria-labelledby': title, 'aria-describedby': body,
            'data-test': 'alert', 'data-kind': box.kind,
        });
        /** @param {Choice} choice */
        const choose = (choice) => {
            if (choice.check && !choice.check()) return;
            let_go();
            dialog.close();
            dialog.remove();
            done(choice.value);
        };
        const heading = h('h2', { id: title, tabindex: '-1' }, box.form ? null : icon(box.kind), h('span', {}, box.title));
        fresh(dialog, heading, h('div', { class: 'box-body', id: body }, box.body), refused,
            h('div', { class: 'box-choices' }, choices.map((choice) => choice_button(choice, choose))));
        dialog.addEventListener('cancel', (/** @type {Event} */ event) => event.preventDefault());
        document.body.append(dialog);
        const let_go = keys.set_modal({
            press: (event, bursting) => press(event, bursting, box, choices, choose),
            scanned: (text) => {
                sound('stop');
                texts.push(text);
                fresh(refused, icon('stop'), t('box.refused', { text: texts.slice(-SHOWN).join(', ') }));
                refused_to(text);
            },
        });
        dialog.showModal();
        (box.focus || heading).focus();
        if (!box.form) sound(box.kind);
    });
}

/** @param {Choice} choice @param {(choice: Choice) => void} choose */
function choice_button(choice, choose) {
    const named = choice.combo || (choice.cancel ? 'Escape' : null);
    return h('button', {
        type: 'button', class: choice.main ? 'main' : null, 'data-test': `choice-${choice.value}`,
        onclick: () => choose(choice),
    }, choice.label, named ? h('kbd', {}, key_name(named)) : null);
}

/** ret: true = the key goes no further
 * @param {KeyboardEvent} event @param {boolean} bursting @param {Box} box @param {Choice[]} choices @param {(choice: Choice) => void} choose */
function press(event, bursting, box, choices, choose) {
    const target = /** @type {any} */ (event.target), combo = combo_of(event);
    const writing = target instanceof HTMLTextAreaElement || (target instanceof HTMLInputElement && target.type !== 'checkbox');
    const choice = choices.find((c) => c.combo === combo || (c.cancel && combo === 'Escape'));
    if (choice) {
        if (!event.repeat) choose(choice);
        return true;
    }
    if (event.key === 'Tab') return false;
    if (event.key === 'Enter') {
        const main = choices.find((c) => c.main);
        if (box.form && writing && main && target.dataset.scan === undefined && !event.repeat) choose(main);
        return true; // otherwise the end of somebody's scan, most likely
    }
    if (writing || target instanceof HTMLSelectElement) return false;
    if (event.key === ' ') return bursting; // a space presses the button it stands on
    return event.key.length === 1 || /^F\d+$/.test(event.key) || event.altKey;
}

/** A word that goes by itself; for what needs no answer. @param {string} text @param {'ok' | 'note' | 'stop'} [kind] */
export function toast(text, kind) {
    const place = document.getElementById('toasts');
    if (!place) return;
    const one = h('p', { class: `toast ${kind || 'ok'}` }, icon(kind || 'ok'), h('span', {}, text));
    place.replaceChildren(one); // the newest alone: more would lie over what is worked with
    setTimeout(() => one.remove(), 6000);
}

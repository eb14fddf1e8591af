// asks.js -- the boxes that the desk opens: which of two, an alert, an override with its reason, undo, a card with a warning.
import { h, bdi, field, wild } from './dom.js';
import { t } from './t.js';
import { alertBox } from './box.js';
import { say_line, say_word } from './result_row.js';

/** @param {any} line */
const told = (line) => h('p', {}, say_line(line));

/** @param {any} view */
function what(view) {
    return [wild('p', 'box-title', view.title || view.item), view.who && view.who !== view.title ? wild('p', 'quiet', view.who) : null];
}

/** A number that is both a card and a copy. @param {any} scan @returns {Promise<'card' | 'item' | null>} */
export function ask_which(scan) {
    const a = scan.answer || {};
    return alertBox({
        kind: 'note', title: t('ask.title', { text: scan.text }),
        body: [h('p', {}, t('ask.both')), h('dl', { class: 'facts' }, h('dt', {}, t('ask.card')), h('dd', {}, bdi(a.card && a.card.name)),
            h('dt', {}, t('ask.item')), h('dd', {}, bdi(a.item && (a.item.title || a.item.name))))],
        choices: [
            { label: t('ask.is_card'), value: 'card', combo: 'Alt+C' }, { label: t('ask.is_item'), value: 'item', combo: 'Alt+I' },
            { label: t('box.cancel'), value: null, cancel: true },
        ],
    });
}

/** What staff may do about it, beside reading it. @param {any} scan @param {any} view @returns {import('./box.js').Choice[] | undefined} */
function ways(scan, view) {
    if (view.hold) return [{ label: t('alert.capture'), value: 'capture', combo: 'Alt+S', main: true }, { label: t('alert.later'), value: null, cancel: true }];
    if (view.word !== 'unknown') return undefined;
    return [
        { label: t('box.ok'), value: null, cancel: true, main: true },
        ...(scan.mode === 'return' ? [{ label: t('alert.as_item'), value: 'as_item', combo: 'Alt+T' }] : []),
        { label: t('alert.add'), value: 'add', combo: 'Alt+A' },
    ];
}

/** ret: what staff will do about it @param {any} scan @param {any} view @returns {Promise<'capture' | 'add' | 'as_item' | null>} */
export function tell_alert(scan, view) {
    const unknown = view.word === 'unknown', title = view.hold ? t('alert.hold') : unknown ? t('alert.unknown', { text: scan.text }) : say_word(view.word);
    return alertBox({
        kind: view.hold && !view.alert ? 'note' : view.tone === 'wait' ? 'stop' : view.tone, title,
        body: [
            unknown ? h('p', {}, t(scan.misread ? 'alert.misread' : 'alert.unknown_more')) : what(view),
            view.hold ? h('p', { class: 'box-big' }, say_line({ key: 'line.wanted', text: '', values: { card: view.hold.card, place: view.hold.pickup } })) : null,
            unknown ? null : view.lines.map(told),
        ],
        choices: ways(scan, view),
    });
}

const REASONS = ['teacher', 'parent', 'in_hand', 'last_visit'];

/** ret: the reason, or null: not done @param {any} scan @param {any} view @returns {Promise<string | null>} */
export async function ask_override(scan, view) {
    const why = h('input', { name: 'why', maxlength: 200, autocomplete: 'off', 'data-test': 'override-why' });
    const missing = h('p', { class: 'gate-error', role: 'alert' });
    const presets = REASONS.map((name) => h('button', {
        type: 'button', class: 'small', 'data-test': `why-${name}`,
        onclick: () => {
            why.value = t(`why.${name}`);
            missing.textContent = '';
            why.focus();
        },
    }, t(`why.${name}`)));
    const yes = await alertBox({
        kind: 'stop', title: t('override.title'),
        body: [what(view), view.lines.map(told), h('p', { class: 'quiet' }, t('override.may')), h('div', { class: 'row' }, presets),
            field(t('override.why'), why), missing],
        choices: [
            { label: t('override.leave'), value: 'leave', cancel: true, main: true },
            {
                label: t(`override.go.${scan.mode === 'renew' ? 'renew' : 'lend'}`), value: 'override', combo: 'Alt+O',
                check: () => {
                    if (why.value.trim()) return true;
                    missing.textContent = t('override.missing');
                    why.focus();
                    return false;
                },
            },
        ],
    });
    return yes === 'override' ? why.value.trim() : null;
}

/** @param {any} patron @param {any[]} warnings */
export async function warn_patron(patron, warnings) {
    await alertBox({ kind: 'stop', title: patron.name || patron.card, body: warnings.map(told) });
}

/** May this be taken back? @param {any} view @returns {Promise<boolean>} */
export async function ask_undo(view) {
    const yes = await alertBox({
        kind: 'note', title: t('undo.title'),
        body: [h('p', { class: 'box-big' }, say_word(view.word)), wild('p', 'box-title', view.title || view.item),
            view.who ? wild('p', '', view.who) : null, view.slip ? h('p', { class: 'quiet' }, t('undo.slip', { slip: view.slip })) : null],
        choices: [{ label: t('undo.yes'), value: 'undo', combo: 'Alt+Z', main: true }, { label: t('undo.no'), value: 'keep', cancel: true }],
    });
    return yes === 'undo';
}

/** A plain question before something that is not taken back easily. @param {string} title @param {any} body @param {string} yes
 * @returns {Promise<boolean>} */
export async function ask_sure(title, body, yes) {
    return (await alertBox({
        kind: 'note', title, body,
        choices: [{ label: yes, value: 'yes', combo: 'Alt+O', main: true }, { label: t('box.cancel'), value: 'no', cancel: true }],
    })) === 'yes';
}

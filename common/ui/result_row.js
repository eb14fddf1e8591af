// result_row.js -- one line of the list of results, newest on top: what, when due, what happened and why.
import { h, fresh, bdi, icon } from './dom.js';
import { t } from './t.js';
import { day, clock, money } from './format.js';
import { view_of } from './result.js';

/** A sentence: ours by its key, with days and money written out and plurals chosen, else as the program said it.
 * @param {{ key?: string, text: string, values?: any }} line */
export function say_line(line) {
    if (!line.key) return line.text;
    const values = { ...line.values };
    if (typeof values.day === 'number') values.day = day(values.day);
    if (typeof values.cents === 'number') values.cents = money(values.cents);
    return typeof values.n === 'number' ? t.n(line.key, values.n, values) : t.or(line.key, line.text, values);
}

/** @param {string} word */
export function say_word(word) {
    return t.or(`word.${word}`, word);
}

/** @param {any} view @param {boolean} undone */
function head(view, undone) {
    return h('p', { class: 'result-word' }, icon(undone ? 'undo' : view.tone), h('strong', {}, undone ? t('word.undone') : say_word(view.word)));
}

/** @param {any} view @param {boolean} compact */
function about(view, compact) {
    const who = view.who && view.word !== 'card' ? h('span', { class: 'result-who' }, t('result.to'), ' ', bdi(view.who)) : null;
    const more = [view.author, view.callno].filter(Boolean);
    return h('div', { class: 'result-about' },
        h('p', { class: 'result-title' }, bdi(view.title || view.item)),
        h('p', { class: 'result-more quiet' }, who, more.map((text) => bdi(text)), compact || !view.item ? null : h('span', { class: 'number' }, view.item)),
        view.hold ? h('p', { class: 'note-text note' }, icon('note'), h('span', {}, t('line.hold', { card: view.hold.card, place: view.hold.pickup || t('line.hold_here') }))) : null,
        view.lines.map((/** @type {any} */ line) => h('p', { class: `note-text ${line.tone}` }, h('span', {}, say_line(line)))));
}

/** Fill a row. @param {any} row @param {import('./result.js').Scan} scan @param {(scan: any) => void} undo */
export function fill_row(row, scan, undo) {
    const view = view_of(scan), undone = Boolean(scan.undone);
    const tone = undone ? 'wait' : view.tone;
    row.className = `result ${tone}${undone ? ' undone' : ''}`;
    Object.assign(row.dataset, {
        word: undone ? 'undone' : view.word, item: view.item || scan.text, exit: scan.exit ?? '', state: scan.state, kind: tone, slip: view.slip, text: scan.text,
    });
    const due = view.due !== null && !undone;
    fresh(row, head(view, undone), about(view, false),
        h('div', { class: 'result-end' },
            due ? h('p', { class: 'due', 'data-test': 'due' }, h('span', { class: 'due-word' }, t('result.due')), ' ', day(view.due)) : null,
            h('p', { class: 'result-foot quiet' }, h('span', { class: 'number' }, clock(scan.at_ms)),
                view.slip ? h('span', { class: 'slip', 'data-test': 'slip', title: t('result.slip') }, view.slip) : null,
                undo && view.entry && scan.answer.done && !undone
                    ? h('button', { type: 'button', class: 'small', 'data-test': 'undo', onclick: () => undo(scan) }, t('result.undo')) : null)));
    return view;
}

/** One sentence for those who listen. @param {any} view */
export function spoken(view) {
    const lines = view.lines.map(say_line).join(' ');
    return [say_word(view.word), view.title, view.due !== null ? `${t('result.due')} ${day(view.due)}` : '', lines].filter(Boolean).join('. ');
}

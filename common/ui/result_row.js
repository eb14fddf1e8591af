// result_row.js -- one line of the list of results, newest on top: what, when due, what happened and why.
import { h, fresh, icon, wild } from './dom.js';
import { t } from './t.js';
import { day, clock, money, stop_name } from './format.js';
import { view_of } from './result.js';

/** A sentence: ours by its key, with days and money written out and plurals chosen, else as the program said it.
 * @param {{ key?: string, text: string, values?: any }} line */
export function say_line(line) {
    if (!line.key) return line.text;
    const values = { ...line.values };
    if (typeof values.day === 'number') values.day = day(values.day);
    if (values.place !== undefined) values.place = stop_name(values.place) || t('line.hold_here');
    if (typeof values.cents === 'number') values.cents = money(values.cents);
    return typeof values.n === 'number' ? t.n(line.key, values.n, values) : t.or(line.key, line.text, values);
}

/** @param {string} word */
export function say_word(word) {
    return t.or(`word.${word.replace(/[^a-z]+/g, '_')}`, word);
}

/** @typedef {{ undo: (scan: any) => void, mark: (scan: any) => void }} Does */

/** What happened, and what staff may want of it. @param {any} view @param {any} scan @param {Does} does */
function head(view, scan, does) {
    const undone = Boolean(scan.undone), may = view.entry && scan.answer.done && !undone;
    return [
        h('p', { class: 'result-word' }, icon(undone ? 'undo' : view.tone), h('strong', {}, undone ? t('word.undone') : say_word(view.word)),
            view.who && view.word !== 'card' ? wild('span', 'result-who', view.who) : null),
        h('p', { class: 'result-foot' }, may ? h('button', { type: 'button', class: 'small', 'data-test': 'undo', onclick: () => does.undo(scan) },
            t('result.undo')) : null,
            scan.kind === 'item' ? h('button', { type: 'button', class: 'small', 'data-test': 'mark', onclick: () => does.mark(scan) }, t('result.mark')) : null),
    ];
}

/** The year, small: it is seldom what is looked for. @param {number} utc_s */
function due_date(utc_s) {
    const text = day(utc_s), cut = text.lastIndexOf(' ');
    return h('p', { class: 'due', 'data-test': 'due', 'aria-label': `${t('result.due')} ${text}` }, text.slice(0, cut),
        h('span', { class: 'due-year' }, text.slice(cut)));
}

/** @param {any} view @param {any} scan */
function about(view, scan) {
    return h('div', { class: 'result-about' },
        wild('p', 'result-title', view.title || view.item),
        h('p', { class: 'result-more quiet' }, [view.author, view.callno].filter(Boolean).map((text) => wild('span', '', text)),
            view.item && view.title ? h('span', { class: 'number' }, view.item) : null,
            h('span', { class: 'number' }, clock(scan.at_ms)), view.slip ? h('span', { class: 'slip', 'data-test': 'slip', title: t('result.slip') },
                view.slip) : null));
}

/** @param {any} view */
function lines(view) {
    const hold = view.hold ? [{ tone: 'note', key: 'line.wanted', text: '', values: { card: view.hold.card, place: view.hold.pickup } }] : [];
    const all = [...hold, ...view.lines];
    return all.length ? h('ul', { class: 'result-lines' }, all.map((line) => h('li', { class: `note-text ${line.tone}` }, say_line(line)))) : null;
}

/** Fill a row. @param {any} row @param {any} scan a Scan of result.js @param {Does} does */
export function fill_row(row, scan, does) {
    const view = view_of(scan), undone = Boolean(scan.undone);
    const tone = undone ? 'wait' : view.tone;
    row.className = `result ${tone}${undone ? ' undone' : ''}`;
    Object.assign(row.dataset, {
        word: undone ? 'undone' : view.word, item: view.item || scan.text, exit: scan.exit ?? '', state: scan.state, kind: tone, slip: view.slip, text: scan.text,
    });
    fresh(row, head(view, scan, does), about(view, scan), view.due !== null && !undone ? due_date(view.due) : null, lines(view));
    return view;
}

/** One sentence for those who listen. @param {any} view */
export function spoken(view) {
    const lines = view.lines.map(say_line).join(' ');
    return [say_word(view.word), view.title, view.due !== null ? `${t('result.due')} ${day(view.due)}` : '', lines].filter(Boolean).join('. ');
}

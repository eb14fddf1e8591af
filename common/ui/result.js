// result.js -- what became of one scan, in the words and the tone that staff see. Pure: from the program's answer to a view.

/** @typedef {'ok' | 'note' | 'stop' | 'wait'} Tone */
/** @typedef {{ name: string, sentence: string, blocks: boolean, overridable?: boolean, alert?: boolean, cents?: number }} Reason */

/** @typedef {{ n: number, text: string, mode: string, state: 'waiting' | 'done' | 'refused', at_ms: number,
 *   kind?: string, exit?: number, answer?: any, refused?: string, undone?: string, order?: number, counted?: boolean, misread?: boolean,
 *   staff?: string }} Scan
 * text: as scanned; kind, exit, answer: what the program said; refused: why it was not even asked (a key of texts);
 * undone: slip of the act that took it back; order: which act it was, by when it was done; counted: among the returns;
 * misread: its check digit is wrong */

/** @typedef {{ tone: Tone, word: string, title: string, author: string, callno: string, due: number | null, who: string,
 *   card: string, item: string, slip: string, entry: string, lines: { tone: Tone, key?: string, text: string, values?: any }[],
 *   hold: { card: string, pickup: string } | null, may_override: boolean, alert: boolean }} View
 * word: a key of texts under word.*; lines: what else to know; key: of texts, if the sentence is ours */

/** @returns {View} */
function blank() {
    return {
        tone: 'wait', word: 'waiting', title: '', author: '', callno: '', due: null, who: '', card: '', item: '', slip: '', entry: '',
        lines: [], hold: null, may_override: false, alert: false,
    };
}

/** Returned, but nobody had it: done, and worth a second look. */
const NOT_OUT = new Set(['not on loan', 'still set aside']);

/** @param {Reason} reason @param {boolean} done @returns {{ tone: Tone, key?: string, text: string, values?: any }} */
function reason_line(reason, done) {
    if (reason.blocks && done) return { tone: 'note', key: 'line.overridden', text: reason.sentence, values: { reason: reason.sentence } };
    const tone = reason.blocks || reason.alert ? 'stop' : 'note';
    return { tone, key: `reason.${reason.name}`, text: reason.sentence };
}

/** An act: lent, returned, renewed, or not. @param {any} a @returns {View} */
export function act_view(a) {
    const view = blank(), reasons = /** @type {Reason[]} */ (a.reasons || []);
    Object.assign(view, {
        word: a.done ? a.word || a.op : 'refused', title: a.title || '', author: a.author || '', callno: a.callno || '',
        due: a.done && typeof a.due === 'number' ? a.due : null, who: a.patron_name || a.patron || '', card: a.patron || '',
        item: a.item || '', slip: a.slip || '', entry: a.entry || '', may_override: Boolean(a.may_override) && !a.done,
    });
    if (!view.title && !view.item) [view.title, view.who] = [view.who, '']; // about a person alone
    view.lines = reasons.map((r) => reason_line(r, a.done));
    if (a.done && a.amount_cents !== undefined) view.lines.push({ tone: 'ok', key: 'line.amount', text: '', values: { cents: a.amount_cents } });
    if (a.done && a.hold_pickup && !a.hold_for) view.lines.push({ tone: 'ok', key: 'line.collect', text: '', values: { place: a.hold_pickup } });
    view.alert = reasons.some((r) => r.alert);
    if (a.hold_for && a.done && a.op === 'capture_hold') view.lines.push({ tone: 'ok', key: 'line.hold', text: '',
        values: { card: a.hold_for, place: a.hold_pickup || '' } });
    else if (a.hold_for && a.done) view.hold = { card: a.hold_for, pickup: a.hold_pickup || '' };
    if (a.done && a.limit !== undefined && a.loans !== undefined && a.op !== 'checkin' && a.loans >= a.limit)
        view.lines.push({ tone: 'note', key: 'line.limit', text: '', values: { loans: a.loans, limit: a.limit } });
    if (a.done && a.cards_left !== undefined && a.cards_left < 20)
        view.lines.push({ tone: 'note', key: 'line.cards_left', text: '', values: { n: a.cards_left } });
    if (a.again) view.lines.push({ tone: 'note', key: 'line.again', text: '' });
    view.tone = !a.done || view.alert ? 'stop' : view.hold || NOT_OUT.has(a.word) || view.lines.some((line) => line.tone !== 'ok') ? 'note' : 'ok';
    return view;
}

/** A copy that was only looked at. @param {any} i @returns {View} */
export function item_view(i) {
    const view = blank();
    Object.assign(view, {
        tone: 'note', word: 'item', title: i.name || '', author: i.author || '', callno: i.callno || '', item: i.item || '',
        due: typeof i.due === 'number' ? i.due : null, who: i.patron_name || i.patron || '', card: i.patron || '',
    });
    if (i.patron) view.lines.push({ tone: 'note', key: 'line.on_loan', text: '', values: { who: view.who } });
    else if (i.place) view.lines.push({ tone: 'note', key: 'line.at', text: '', values: { place: i.place } });
    if (i.cond && i.cond !== 'ok') view.lines.push({ tone: 'stop', key: `line.cond.${i.cond}`, text: i.cond });
    if (i.aside) view.lines.push({ tone: 'note', key: 'line.aside', text: '', values: { card: i.aside_patron || '' } });
    return view;
}

/** What a patron's card says before anything is lent on it: [] when all is well. now_s: the program's time
 * @param {any} p @param {number} now_s @returns {{ tone: Tone, key: string, text: string, values?: any }[]} */
export function patron_warnings(p, now_s) {
    /** @type {{ tone: Tone, key: string, text: string, values?: any }[]} */
    const said = [];
    if (p.barred) said.push({ tone: 'stop', key: 'patron.barred', text: '' });
    if (p.replaced) said.push({ tone: 'stop', key: 'patron.replaced', text: '', values: { card: p.newer_card || '' } });
    if (p.known === false) said.push({ tone: 'stop', key: 'patron.unknown', text: '' });
    if (typeof p.expires === 'number' && p.expires < now_s) said.push({ tone: 'stop', key: 'patron.expired', text: '', values: { day: p.expires } });
    else if (typeof p.expires === 'number' && p.expires < now_s + 30 * 86400) said.push({ tone: 'note', key: 'patron.expires', text: '',
        values: { day: p.expires } });
    const overdue = (p.loans || []).filter((/** @type {any} */ l) => l.due < now_s).length;
    if (overdue) said.push({ tone: 'note', key: 'patron.overdue', text: '', values: { n: overdue } });
    if (p.balance_cents > 0) said.push({ tone: 'note', key: 'patron.owes', text: '', values: { cents: p.balance_cents } });
    const ready = (p.holds || []).filter((/** @type {any} */ one) => one.state === 'captured').length;
    if (ready) said.push({ tone: 'note', key: 'patron.ready', text: '', values: { n: ready } });
    for (const note of p.notes || []) said.push({ tone: 'note', key: '', text: typeof note === 'string' ? note : note.text || '' });
    return said;
}

/** @param {Scan} scan @returns {View} */
export function view_of(scan) {
    const view = blank(), a = scan.answer || {};
    if (scan.state === 'waiting') return { ...view, title: scan.text };
    if (scan.refused) return { ...view, tone: 'stop', word: 'not_done', title: scan.text,
        lines: [{ tone: 'stop', key: `refused.${scan.refused}`, text: scan.refused }] };
    if (scan.kind === 'act' && a.op) return act_view(a);
    if (scan.kind === 'item') return item_view(a);
    if (scan.kind === 'patron') return { ...view, tone: 'ok', word: 'card', title: a.name || a.card, card: a.card || '', who: a.name || '' };
    if (scan.kind === 'title') return { ...view, tone: 'note', word: 'isbn', title: (a.hits && a.hits[0] && a.hits[0].name) || scan.text };
    if (scan.kind === 'unknown') return { ...view, tone: 'stop', word: 'unknown', title: scan.text,
        lines: [{ tone: 'stop', key: scan.misread ? 'refused.misread' : 'refused.unknown', text: '' }] };
    return { ...view, tone: 'stop', word: 'not_done', title: scan.text, lines: [{ tone: 'stop', text: a.message || a.error || '' }] };
}

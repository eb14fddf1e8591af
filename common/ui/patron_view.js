// patron_view.js -- a patron as the desk sees one: who, what may not be overlooked, loans, holds, charges. Short beside the
// scan box, long on the screen of the patron; both from the answer of `patron show`.
import { h, bdi, icon, wild } from './dom.js';
import { t } from './t.js';
import { day, money, stop_name } from './format.js';
import { patron_warnings } from './result.js';
import { say_line } from './result_row.js';

/** @param {any} w */
function warning(w) {
    return h('li', { class: `note-text ${w.tone}` }, icon(w.tone), h('span', {}, say_line(w)));
}

/** Name, card, and what may not be overlooked. @param {any} p @param {number} now_ms @param {number | null} limit */
export function patron_head(p, now_ms, limit) {
    const warnings = patron_warnings(p, now_ms / 1000);
    const most = p.limit ?? limit;
    const loans = most !== null && most !== undefined ? t('patron.loans_of', { n: p.loans.length, limit: most }) : t.n('patron.loans', p.loans.length);
    return h('div', { class: 'patron-head', 'data-test': 'patron', 'data-card': p.card },
        wild('h2', '', p.name || t('patron.no_name')),
        h('p', { class: 'quiet patron-facts' }, h('span', { class: 'number' }, p.card), p.category ? h('span', {}, bdi(p.category)) : null,
            p.group ? h('span', {}, bdi(p.group)) : null, p.stop ? h('span', {}, bdi(stop_name(p.stop))) : null),
        h('p', { class: 'patron-count', 'data-test': 'patron-loans', 'data-count': p.loans.length }, loans),
        warnings.length ? h('ul', { class: 'stack-tight' }, warnings.map(warning)) : null);
}

/** Oldest date first: what to ask back is on top.
 * @param {any} p @param {number} now_ms @param {((items: string[]) => void) | null} renew */
export function patron_loans(p, now_ms, renew) {
    if (!p.loans.length) return h('p', { class: 'empty' }, t('patron.no_loans'));
    const list = [...p.loans].sort((a, b) => a.due - b.due);
    return h('ul', { class: 'list loans' }, list.map((l) => {
        const late = l.due * 1000 < now_ms;
        return h('li', { class: `loan${late ? ' late' : ''}`, 'data-test': 'loan', 'data-item': l.item },
            h('div', { class: 'grow' }, wild('p', '', l.name || l.item), wild('p', 'quiet', l.author, l.renewals ? t.n('patron.renewed', l.renewals) : null)),
            h('p', { class: 'loan-due' }, late ? icon('stop') : null, late ? `${t('patron.late')} ` : '', day(l.due)),
            renew ? h('button', { type: 'button', class: 'small', 'data-test': 'renew-one', onclick: () => renew([l.item]) }, t('patron.renew')) : null);
    }));
}

/** @param {any} p @param {((hold: any) => void) | null} cancel */
export function patron_holds(p, cancel) {
    if (!p.holds.length) return h('p', { class: 'empty' }, t('patron.no_holds'));
    return h('ul', { class: 'list' }, p.holds.map((/** @type {any} */ one) => h('li', { class: 'loan', 'data-test': 'hold' },
        h('div', { class: 'grow' }, wild('p', '', one.name || one.title), h('p', { class: 'quiet' },
            t(one.state === 'captured' ? 'patron.hold_ready' : 'patron.hold_waits'), one.pickup ? ` \u00b7 ${stop_name(one.pickup)}` : '')),
        cancel ? h('button', { type: 'button', class: 'small', 'data-test': 'hold-cancel', onclick: () => cancel(one) }, t('patron.hold_cancel')) : null)));
}

/** @param {any} p @param {((charge: any) => void) | null} pay */
export function patron_charges(p, pay) {
    const open = p.charges.filter((/** @type {any} */ c) => c.owed_cents !== 0);
    if (!open.length) return h('p', { class: 'empty' }, t('patron.no_charges'));
    return h('ul', { class: 'list' }, open.map((/** @type {any} */ c) => h('li', { class: 'loan', 'data-test': 'charge' },
        h('div', { class: 'grow' }, h('p', {}, t.or(`charge.${c.kind}`, c.kind)),
            h('p', { class: 'quiet' }, day(c.since_ms / 1000), c.item ? ` \u00b7 ${c.item}` : '')),
        h('p', { class: 'number' }, money(c.owed_cents)),
        pay ? h('button', { type: 'button', class: 'small', 'data-test': 'pay-one', onclick: () => pay(c) }, t('patron.pay')) : null)));
}

// explain.js -- why a copy may be lent or not, and until when: which rules match, which decides, how the due date comes
// about, every reason. Nothing is done.
import { h, fresh, icon, bdi, field, t, day, stop_name } from './kit.js';
import { ask, load, Life } from './ask.js';
import { table } from './table.js';

/** @type {Life | null} */
let life = null;

export const explain = {
    id: 'explain', title: 'explain.title', key: 'Alt+Y', role: 'viewer', hidden: true, // the look-up leads here
    /** @param {any} root */
    show(root) {
        const mine = (life = new Life()), place = h('div', { class: 'stack', 'data-test': 'explained' });
        const text = (/** @type {string} */ name, /** @type {Record<string, any>} */ more) => h('input',
            { name, autocomplete: 'off', spellcheck: 'false', maxlength: 100, 'data-test': `explain-${name}`, ...more });
        const card = text('card', { 'data-scan': '', required: true }), item = text('item', { 'data-scan': '', required: true }),
            at = text('at', { placeholder: '2026-03-05' });
        const renew = h('input', { type: 'checkbox', 'data-test': 'explain-renew' }),
            where = h('select', { 'data-test': 'explain-where' }, h('option', { value: '' }, t('explain.here')));
        fill_places(mine, where);
        fresh(root, h('h1', {}, t('explain.title')), h('p', { class: 'hint' }, t('explain.what')),
            h('form', {
                class: 'form', novalidate: true, onsubmit: (/** @type {Event} */ e) => {
                    e.preventDefault();
                    const missing = [card, item].find((one) => !one.value.trim());
                    if (missing) missing.focus(); // a scan in the first goes on to the second
                    else load(mine, fresh(place), () => decide(card.value.trim(), item.value.trim(),
                        { '--renew': renew.checked, '--at': at.value.trim(), '--where': where.value }), draw);
                },
            }, field(t('explain.card'), card), field(t('explain.item'), item), field(t('explain.where'), where),
                field(t('explain.at'), at, t('explain.at.hint')),
            h('label', { class: 'check' }, renew, t('explain.renew')), h('div', { class: 'row wide' },
                h('button', { type: 'submit', class: 'main', 'data-test': 'explain-go' }, t('explain.go')))), place);
        card.focus();
    },
    hide() {
        if (life) life.end();
        life = null;
    },
};

/** @param {Life} mine @param {any} where */
async function fill_places(mine, where) {
    try {
        const routes = await ask('route list', [], {}, { signal: mine.signal });
        if (!mine.over) where.append(...routes.stops.map((/** @type {any} */ s) => h('option', { value: s.stop }, s.name)));
    } catch {
        // then here it is
    }
}

/** A refusal by a rule is an answer, and comes with exit status 1. @param {string} card @param {string} item @param {Record<string, any>} options */
async function decide(card, item, options) {
    try {
        return await ask('rules explain', [card, item], options);
    } catch (fault) {
        if (/** @type {any} */ (fault).answer?.rules) return /** @type {any} */ (fault).answer;
        throw fault;
    }
}

/** @param {any} x */
function draw(x) {
    const mark = x.allowed ? 'ok' : x.may_override ? 'note' : 'stop';
    return [
        h('p', { class: `verdict ${mark}`, role: 'status', 'data-test': 'explain-verdict', 'data-word': mark }, icon(mark),
            h('span', {}, t(`explain.${x.allowed ? 'yes' : x.may_override ? 'override' : 'no'}`),
                x.due && (x.allowed || x.may_override) ? ` ${t('explain.due', { day: day(x.due) })}` : '')),
        h('div', { class: 'halves' },
            h('section', { class: 'panel' }, h('h2', {}, t('explain.reasons')),
                x.reasons.length ? h('ul', { class: 'list' }, x.reasons.map(reason)) : h('p', { class: 'empty' }, t('explain.no_reasons'))),
            h('section', { class: 'panel' }, h('h2', {}, t('explain.steps')),
                h('ol', { class: 'list' }, x.steps.map((/** @type {any} */ s) => h('li', {}, h('strong', { class: 'nowrap' }, s.day || ''), ' ',
                s.sentence))),
                h('p', { class: 'hint' }, t('explain.loans', { loans: x.loans ?? '?', limit: x.limit ?? t('explain.unlimited') }),
                    x.stop ? ` ${t('explain.stop', { stop: stop_name(x.stop) })}` : ''))),
        table({
            caption: t('explain.rules'), rows: x.rules,
            columns: [
                { key: 'rule', label: t('explain.rule'), head: true, num: true }, { key: 'branch', label: t('explain.branch') },
                    { key: 'category', label: t('found.category') }, { key: 'itype', label: t('found.type') },
                { key: 'decides', label: t('explain.does'),
                    cell: (r) => [r.decides ? h('span', { class: 'status ok' }, icon('ok'), t('explain.decides')) : null,
                    r.limits ? h('span', { class: 'quiet' }, ` ${t('explain.limits')}`) : null] },
                { key: 'line', label: t('explain.line'), cls: 'words', cell: (r) => h('code', {}, bdi(r.line)) },
            ],
        }),
    ];
}

/** @param {any} r */
function reason(r) {
    const mark = !r.blocks ? 'note' : 'stop';
    return h('li', { class: mark }, h('p', { class: 'status wraps' }, icon(mark), h('span', {}, t.or(`reason.${r.name}`, r.sentence))),
        h('p', { class: 'quiet' }, t('explain.by_rule', { rule: r.rule }),
            r.blocks ? ` ${t(r.overridable ? 'explain.may' : 'explain.may_not')}` : ''));
}

// lookup_parts.js -- a patron, a copy, a title, as the look-up shows them: facts first, each number a link to all about it.
import { h, bdi, icon, t, day, clock, money, stop_name } from './kit.js';
import { table } from './table.js';
import { FOUND_MAX } from './lookup_ask.js';

/** @param {string} what @param {any} [shown] */
export function link(what, shown) {
    return h('a', { href: `#lookup/${encodeURIComponent(what)}`, class: shown ? null : 'number' }, shown || what);
}

/** @param {string} name @param {any} heading @param {any} kind @param {...any} content */
function part(name, heading, kind, ...content) {
    return h('section', { class: 'panel look', 'data-test': `found-${name}` }, h('p', { class: 'look-kind' }, kind), h('h2', {}, heading), content);
}

/** @param {[string, any][]} pairs */
function facts(pairs) {
    return h('dl', { class: 'facts' }, pairs.filter(([, value]) => value !== null && value !== undefined && value !== '')
        .map(([label, value]) => [h('dt', {}, t(label)), h('dd', {}, value)]));
}

/** @param {number | null} due_s @param {any} app */
function due(due_s, app) {
    if (due_s === null || due_s === undefined) return '';
    const over = due_s * 1000 < app.now();
    return h('span', { class: over ? 'status stop nowrap' : 'nowrap' }, over ? [icon('stop'), t('found.overdue', { day: day(due_s) })] : day(due_s));
}

/** To the desk with this patron, for who may act. @param {any} app @param {string} card */
function desk_link(app, card) {
    if (!app.may('staff')) return null;
    return h('p', {}, h('button', { type: 'button', 'data-test': 'found-desk', onclick: () => app.emit('to-desk', card) }, t('found.desk')));
}

/** @param {any} p @param {string} _text @param {any} app */
export function patron_part(p, _text, app) {
    return part('patron', [bdi(p.name || t('found.no_name')), ' ', h('span', { class: 'number quiet' }, p.card)], t('found.patron'),
        p.barred ? h('p', { class: 'note-text stop' }, icon('stop'), t('found.barred')) : null,
        p.replaced ? h('p', { class: 'note-text note' }, icon('note'), h('span', {}, t('found.replaced'), ' ',
            p.newer_card ? link(p.newer_card) : '')) : null,
        facts([
            ['found.category', p.category], ['found.group', p.group], ['found.stop', p.stop ? bdi(stop_name(p.stop)) : null],
                ['found.branch', p.branch],
            ['found.expires', p.expires ? day(p.expires) : t('found.never_expires')], ['found.balance', money(p.balance_cents)],
        ]),
        desk_link(app, p.card),
        table({
            caption: t('found.loans', { n: p.loans.length }), rows: p.loans, empty: t('found.no_loans'),
            columns: [
                { key: 'name', label: t('found.title'), head: true, cls: 'words',
                    cell: (l) => [bdi(l.name || ''), l.author ? h('span', { class: 'quiet' }, ' ', bdi(l.author)) : null] },
                { key: 'item', label: t('found.item'), cell: (l) => link(l.item) },
                { key: 'out_ms', label: t('found.since'), cls: 'nowrap', cell: (l) => day(l.out_ms / 1000) },
                { key: 'due', label: t('found.due'), cell: (l) => due(l.due, app) },
                { key: 'renewals', label: t('found.renewals'), num: true },
                { key: 'loan', label: t('found.life'), cell: (l) => link(l.loan, t('found.trace')) },
            ],
        }),
        p.holds.length ? table({
            caption: t('found.holds', { n: p.holds.length }), rows: p.holds,
            columns: [
                { key: 'name', label: t('found.title'), head: true, cls: 'words', cell: (x) => link(`title:${x.title}`, bdi(x.name || x.title)) },
                { key: 'state', label: t('found.state'), cell: (x) => t.or(`hold.${x.state}`, x.state) },
                { key: 'pickup', label: t('found.pickup'), cell: (x) => stop_name(x.pickup) },
            ],
        }) : null,
        p.charges.length ? table({
            caption: t('found.charges', { n: p.charges.length }), rows: p.charges,
            columns: [
                { key: 'kind', label: t('found.charge'), head: true, cell: (x) => t.or(`charge.${x.kind}`, x.kind) },
                { key: 'item', label: t('found.item'), cell: (x) => (x.item ? link(x.item) : '') },
                { key: 'left', label: t('found.left'), num: true,
                    cell: (x) => money(x.left_cents ?? x.amount_cents - (x.waived_cents || 0) - (x.paid_cents || 0)) },
            ],
        }) : null);
}

/** @param {any} i @param {string} _text @param {any} app */
export function item_part(i, _text, app) {
    const out = i.patron !== null && i.patron !== undefined;
    return part('item', [bdi(i.name || t('found.no_title')), ' ', h('span', { class: 'number quiet' }, i.item)], t('found.copy'),
        facts([
            ['found.author', i.author ? bdi(i.author) : null],
            ['found.now', out ? [t('found.on_loan'), ' ', link(i.patron, bdi(i.patron_name || i.patron)), ', ', t('found.due_at'), ' ',
                due(i.due, app)]
                : i.aside ? [t('found.aside'), ' ', i.aside_patron ? link(i.aside_patron) : '',
                    i.aside_pickup ? `, ${stop_name(i.aside_pickup)}` : ''] : t('found.in')],
            ['found.place', i.place ? bdi(stop_name(i.place)) : null], ['found.home', i.branch], ['found.callno', i.callno], ['found.type', i.itype],
            ['found.cond', i.cond === 'ok' ? null : t.or(`cond.${i.cond}`, i.cond)],
                ['found.price', i.price_cents === null ? null : money(i.price_cents)],
            ['found.last', i.last_ms ? `${day(i.last_ms / 1000)} ${clock(i.last_ms)}, ${t.or(`op.${i.last_op}`, i.last_op)}` : null],
            ['found.of', i.title ? link(`title:${i.title}`, t('found.all_copies')) : null],
                ['found.life', i.loan ? link(i.loan, t('found.trace_loan')) : null],
        ]));
}

/** @param {any} x @param {string} _text @param {any} app */
export function title_part(x, _text, app) {
    return part('title', bdi(x.name || x.key), t('found.a_title'),
        facts([['found.author', x.author ? bdi(x.author) : null], ['found.type', x.itype], ['found.copies', t('found.copies_of', x)]]),
        table({
            caption: t('found.copies'), rows: x.items,
            columns: [
                { key: 'item', label: t('found.item'), head: true, cell: (i) => link(i.item) },
                { key: 'callno', label: t('found.callno') },
                { key: 'place', label: t('found.place'), cell: (i) => stop_name(i.place) },
                { key: 'due', label: t('found.due'), cell: (i) => (i.due ? due(i.due, app) : i.aside ? t('found.aside_short') : '') },
                { key: 'cond', label: t('found.cond'), cell: (i) => (i.cond === 'ok' ? '' : t.or(`cond.${i.cond}`, i.cond)) },
            ],
        }));
}

/** As many as were asked for may not be all. @param {string} key @param {number} n */
function counted(key, n) {
    return t.n(n < FOUND_MAX ? key : `${key}.first`, n);
}

/** @param {any[]} list */
export function people_part(list) {
    return part('people', counted('found.people', list.length), t('found.patrons'), table({
        caption: t('found.people.caption'), quiet: true, rows: list,
        columns: [
            { key: 'name', label: t('found.name'), head: true, cls: 'words', cell: (p) => link(p.card, bdi(p.name)) },
            { key: 'card', label: t('found.card'), cls: 'number' },
            { key: 'category', label: t('found.category') },
            { key: 'stop', label: t('found.stop'), cell: (p) => (p.stop ? bdi(stop_name(p.stop)) : '') },
            { key: 'barred', label: t('found.note'),
                cell: (p) => (p.barred ? h('span', { class: 'status stop' }, icon('stop'), t('found.barred')) : '') },
        ],
    }));
}

/** @param {any} answer */
export function titles_part(answer) {
    return part('titles', counted('found.titles', answer.hits.length), t('found.catalogue'), table({
        caption: t('found.titles.caption'), quiet: true, rows: answer.hits,
        columns: [
            { key: 'name', label: t('found.title'), head: true, cls: 'words', cell: (x) => link(`title:${x.key}`, bdi(x.name)) },
            { key: 'author', label: t('found.author'), cls: 'words', cell: (x) => bdi(x.author || '') },
            { key: 'copies', label: t('found.copies'), num: true }, { key: 'here', label: t('found.here'), num: true },
                { key: 'out', label: t('found.out'), num: true },
        ],
    }));
}

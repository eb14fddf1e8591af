// find.js -- patrons without a card: by parts of the name, the stop, the class. A tap brings one to the desk; a whole class
// comes as a roster: tap the child, scan the book.
import { h, fresh, bdi, icon, field } from './dom.js';
import { t } from './t.js';
import { api } from './api.js';
import { press } from './press.js';
import { stop_name } from './format.js';
import { live } from './live.js';
import { select, of_stops, of_groups } from './choices.js';

const LIMIT = 60;

/** @param {any} root @param {{ open: (card: string) => void, roster: (patrons: any[], name: string) => void, register: (name: string) => void,
 *   here: string }} to here: key of the stop where we stand, or '' */
export function show_find(root, to) {
    const name = h('input', { name: 'name', type: 'search', autocomplete: 'off', spellcheck: 'false', maxlength: 100, 'data-test': 'find-name' });
    const stop = select('find-stop', t('find.any_stop'), of_stops);
    const group = select('find-group', t('find.any_group'), of_groups);
    const found = h('div', { class: 'found', 'data-test': 'found' }, h('p', { class: 'empty' }, t('find.begin')));
    const said = h('p', { class: 'sr-only', role: 'status' });

    const search = live(async (signal) => {
        const words = name.value.trim().split(/\s+/).filter(Boolean);
        if (!words.length && !stop.value && !group.value) {
            fresh(found, h('p', { class: 'empty' }, t('find.begin')));
            return;
        }
        const { exit, answer } = await api.run('patron find', words, { '--stop': stop.value, '--group': group.value, '--limit': LIMIT }, { signal });
        if (signal.aborted) return;
        const list = Array.isArray(answer) ? answer : [];
        const fault = exit > 1 && answer ? answer.message : null;
        said.textContent = t.n('find.found', list.length);
        fresh(found,
            fault ? h('p', { class: 'note-text stop' }, icon('stop'), h('span', {}, fault)) : null,
            group.value && list.length ? h('button', {
                type: 'button', class: 'main big', 'data-test': 'roster-start', onclick: () => to.roster(list, group.value),
            }, t('find.roster', { group: group.value, n: list.length })) : null,
            list.length ? h('ul', { class: 'people' }, list.map((p) => person(p, to.open))) : null,
            !list.length && !fault ? h('div', { class: 'stack' }, h('p', { class: 'empty' }, t('find.none')),
                press('find-register', t('find.register'), () => to.register(name.value.trim()))) : null,
            list.length >= LIMIT ? h('p', { class: 'quiet' }, t('find.more', { n: LIMIT })) : null);
    });
    name.addEventListener('input', search.soon);
    stop.addEventListener('change', search.now);
    group.addEventListener('change', search.now);
    name.addEventListener('keydown', (/** @type {KeyboardEvent} */ event) => {
        const first = found.querySelector('.people button');
        if (event.key === 'ArrowDown' && first instanceof HTMLElement) {
            event.preventDefault();
            first.focus();
        }
    });
    fresh(root, h('h1', {}, t('find.title')), h('p', { class: 'quiet' }, t('find.hint')),
        h('form', { class: 'form', onsubmit: (/** @type {Event} */ event) => { event.preventDefault(); search.now(); } },
            field(t('find.name'), name), field(t('find.stop'), stop), field(t('find.group'), group)), said, found);
    name.focus();
    return search.stop;
}

/** @param {any} p @param {(card: string) => void} open */
function person(p, open) {
    return h('li', {}, h('button', { type: 'button', class: 'person', 'data-test': 'found-patron', 'data-card': p.card, onclick: () => open(p.card) },
        h('span', { class: 'person-name' }, bdi(p.name || p.card), p.barred ? h('span', { class: 'chip stop' }, icon('stop'), t('find.barred')) : null),
        h('span', { class: 'quiet' }, [p.group, p.category, stop_name(p.stop)].filter(Boolean).map((text) => [bdi(text), ' \u00b7 ']),
            h('span', { class: 'number nowrap' }, p.card))));
}

// help.js -- the keys, the signs and their sounds, and how scanning works; from the same registry that acts on them.
import { h, fresh, icon } from './dom.js';
import { t } from './t.js';
import { keys } from './keys.js';
import { key_name } from './press.js';
import { sound } from './sound.js';

/** @param {import('./shell.js').App} app */
export function help_screen(app) {
    return {
        id: 'help', title: 'nav.help', key: 'Alt+H', show: (/** @type {any} */ root) => draw(root, app),
    };
}

/** @param {any} root @param {import('./shell.js').App} app */
function draw(root, app) {
    const signs = /** @type {('ok' | 'note' | 'stop')[]} */ (['ok', 'note', 'stop']);
    fresh(root, h('h1', {}, t('help.title')), h('div', { class: 'two' },
        h('section', { class: 'panel' }, h('h2', {}, t('help.keys')), h('table', {},
            h('thead', {}, h('tr', {}, h('th', { scope: 'col' }, t('help.key')), h('th', { scope: 'col' }, t('help.does')))),
            h('tbody', {}, keys.list().map((k) => h('tr', {}, h('td', {},
                [k.combo, ...(k.also || [])].map((c, i) => [i ? ` ${t('help.or')} ` : '', h('kbd', {}, key_name(c))])), h('td', {}, k.label)))))),
        h('div', { class: 'stack' },
            h('section', { class: 'panel stack' }, h('h2', {}, t('help.signs')),
                signs.map((name) => h('div', { class: 'row' }, h('p', { class: `note-text ${name} grow` }, icon(name),
                h('span', {}, t(`help.sign_${name}`))),
                h('button', { type: 'button', onclick: () => sound(name) }, t('help.hear'))))),
            h('section', { class: 'panel stack' }, h('h2', {}, t('help.scan')), [1, 2, 3, 4, 5].map((n) => h('p', {}, t(`help.scan_${n}`)))),
            h('p', { class: 'quiet' }, t('help.version', { program: app.session.program || '', version: app.session.version || '' })))));
}

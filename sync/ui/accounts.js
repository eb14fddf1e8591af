// accounts.js -- who may log in, here and on the vans; for admins.
import { h, fresh, icon, bdi, field, t, day, api, alertBox, request_id } from './kit.js';
import { ask, load, deed, Refused, Life } from './ask.js';
import { table } from './table.js';
import { admin_head } from './admin_tabs.js';

const ROLES = ['viewer', 'staff', 'admin'], PHRASE_MIN = 8, PHRASE_MAX = 128;

/** @type {Life | null} */
let life = null;

export const accounts = {
    id: 'accounts', title: 'accounts.title', role: 'admin', hidden: true,
    /** @param {any} root @param {any} app */
    show(root, app) {
        const mine = (life = new Life()), list = h('section', { 'data-test': 'accounts' }), side = h('div', {});
        const read = () => load(mine, list, () => ask('staff list', [], {}, { signal: mine.signal }), (all) => draw(all, app, edit, read));
        const edit = (/** @type {any} */ who) => {
            fresh(side, who_form(who, () => {
                edit(null);
                read();
            }, () => edit(null)));
            if (who) side.querySelector('input:not([disabled]), select')?.focus();
        };
        fresh(root, admin_head('accounts'), h('p', { class: 'hint' }, t('accounts.what')), h('div', { class: 'halves accounts' }, list, side));
        edit(null);
        read();
    },
    hide() {
        if (life) life.end();
        life = null;
    },
};

/** @param {any[]} all @param {any} app @param {(who: any) => void} edit @param {() => void} read */
function draw(all, app, edit, read) {
    return table({
        caption: t('accounts.caption'), quiet: true, rows: all,
        columns: [
            { key: 'id', label: t('accounts.id'), head: true },
            { key: 'name', label: t('accounts.name'), cls: 'words', cell: (a) => bdi(a.name) },
            { key: 'role', label: t('accounts.role'), cell: (a) => t(`role.${a.role}`) },
            { key: 'changed_ms', label: t('accounts.changed'), cls: 'nowrap', cell: (a) => day(a.changed_ms / 1000) },
            {
                key: 'act', label: t('accounts.act'), cls: 'stay', cell: (a) => h('div', { class: 'acts' },
                    h('button', { type: 'button', class: 'small', 'data-test': 'account-edit', 'data-id': a.id,
                        'aria-label': `${t('accounts.edit')}: ${a.id}`, onclick: () => edit(a) }, t('accounts.edit')),
                    a.id === app.session.staff.id ? null
                        : h('button', { type: 'button', class: 'small', 'data-test': 'account-remove', 'data-id': a.id,
                            'aria-label': `${t('accounts.remove')}: ${a.id}`, onclick: () => remove(a, read) }, t('accounts.remove'))),
            },
        ],
    });
}

/** @param {any} who @param {() => void} read */
async function remove(who, read) {
    const sure = await alertBox({
        kind: 'note', title: t('accounts.remove_sure', { name: who.name }), body: h('p', {}, t('accounts.remove_what')),
        choices: [{ label: t('accounts.remove'), value: 'yes', combo: 'Alt+R' }, { label: t('box.cancel'), value: 'no', cancel: true, main: true }],
    });
    if (sure !== 'yes') return;
    if (await deed(() => ask('staff remove', [who.id], {}, { request: request_id() }), () => t('accounts.removed', { name: who.name }))) read();
}

/** The phrase goes beside the command, as on standard input: it is no word of any command line.
 * @param {string} command @param {string} id @param {Record<string, any>} options @param {string} phrase */
async function change(command, id, options, phrase) {
    const { exit, answer } = await api.post('/api/run', {
        command, words: [id], options: Object.fromEntries(Object.entries(options).filter(([, v]) => v)), ...(phrase ? { input: `${phrase}\n` } : {}),
            request: request_id(),
    });
    if (exit) throw new Refused(exit, answer);
    return answer;
}

/** @param {any} who an account to change, or null: a new one @param {() => void} done @param {() => void} cancel */
function who_form(who, done, cancel) {
    const text = (/** @type {string} */ name, /** @type {Record<string, any>} */ more) => h('input',
        { name, autocomplete: 'off', autocapitalize: 'none', spellcheck: 'false', 'data-test': `account-${name}`, ...more });
    const id = text('id', { value: who ? who.id : '', disabled: !!who, required: true, maxlength: 32 }),
        name = text('name', { value: who ? who.name : '', required: true, maxlength: 100, autocapitalize: 'words' });
    const role = h('select', { 'data-test': 'account-role' },
        ROLES.map((r) => h('option', { value: r, selected: r === (who ? who.role : 'staff') }, `${t(`role.${r}`)} \u2013 ${t(`role.${r}.may`)}`)));
    const phrase = text('phrase', { type: 'password', autocomplete: 'new-password', maxlength: PHRASE_MAX }),
        again = text('again', { type: 'password', autocomplete: 'new-password', maxlength: PHRASE_MAX });
    const error = h('div', {});
    const wrong = (/** @type {string} */ key, /** @type {any} */ at) => {
        fresh(error, h('p', { class: 'trouble', role: 'alert', 'data-test': 'trouble' }, icon('stop'), t(key)));
        at.focus();
    };
    return h('section', { class: 'panel', 'data-test': 'account-form' }, h('h2', {},
        who ? t('accounts.edit_who', { name: who.name }) : t('accounts.add')),
        h('form', {
            class: 'stack', novalidate: true, onsubmit: async (/** @type {Event} */ e) => {
                e.preventDefault();
                if (!who && !/^[a-z0-9.-]{2,32}$/.test(id.value)) return wrong('accounts.bad_id', id);
                if (!name.value.trim()) return wrong('accounts.no_name', name);
                if ((!who || phrase.value) && new TextEncoder().encode(phrase.value).length < PHRASE_MIN) return wrong('accounts.short', phrase);
                if (phrase.value !== again.value) return wrong('accounts.differ', again);
                const given = phrase.value;
                const made = await deed(() => change(who ? 'staff set' : 'staff add', who ? who.id : id.value,
                    { '--name': name.value.trim(), '--role': role.value }, given),
                    () => t(who ? 'accounts.changed_who' : 'accounts.added', { name: name.value.trim() }), error);
                phrase.value = again.value = '';
                if (made) done();
            },
        }, field(t('accounts.id'), id, who ? null : t('accounts.id.hint')), field(t('accounts.name'), name), field(t('accounts.role'), role),
        field(t(who ? 'accounts.phrase_new' : 'accounts.phrase'), phrase, t(who ? 'accounts.phrase_keep' : 'accounts.phrase.hint')),
            field(t('accounts.again'), again), error,
        h('div', { class: 'row' }, h('button', { type: 'submit', class: 'main', 'data-test': 'account-go' },
            t(who ? 'accounts.save' : 'accounts.add_go')),
            who ? h('button', { type: 'button', onclick: cancel, 'data-test': 'account-cancel' }, t('box.cancel')) : null)));
}

// devices.js -- the vans' laptops: which there are, letting one enrol by a code shown large, its name and card numbers.
import { h, fresh, icon, bdi, field, t, day, clock, request_id } from './kit.js';
import { ask, load, deed, Life } from './ask.js';
import { table } from './table.js';
import { admin_head } from './admin_tabs.js';
import { keep_devices } from './devices_names.js';

const MARKS = /** @type {Record<string, any>} */ ({ enrolled: 'ok', invited: 'note', revoked: 'stop' });

/** @type {Life | null} */
let life = null;

export const devices = {
    id: 'devices', title: 'admin.title', key: 'Alt+V', role: 'admin',
    /** @param {any} root */
    show(root) {
        const mine = (life = new Life()), list = h('section', { 'data-test': 'devices' }), code = h('div', { 'aria-live': 'polite' });
        const read = () => load(mine, list, () => ask('device list', [], {}, { signal: mine.signal }), (all) => {
            keep_devices(all);
            return draw(all);
        });
        fresh(root, admin_head('devices'), list, h('div', { class: 'halves' }, add_form(code, read), set_form(read)));
        read();
    },
    hide() {
        if (life) life.end();
        life = null;
    },
};

/** @param {any[]} all */
function draw(all) {
    return table({
        caption: t('devices.caption'), quiet: true, rows: all, empty: t('home.no_vans'),
        columns: [
            { key: 'device', label: t('devices.device'), head: true },
            { key: 'name', label: t('devices.name'), cls: 'words', cell: (d) => bdi(d.name) },
            { key: 'state', label: t('devices.state'), cell: (d) => h('span', { class: `status ${MARKS[d.state]}` }, icon(MARKS[d.state] || 'wait'),
                t(`device.${d.state}`)) },
            { key: 'last_sync_ms', label: t('devices.sync'), cls: 'nowrap',
                cell: (d) => (d.last_sync_ms ? `${day(d.last_sync_ms / 1000)} ${clock(d.last_sync_ms)}` : '\u2013') },
            { key: 'entries', label: t('devices.entries'), num: true },
            { key: 'cards', label: t('devices.cards'), cls: 'number', cell: (d) => d.cards || '\u2013' },
        ],
    });
}

/** @param {string} name @param {Record<string, any>} [more] */
function input(name, more) {
    return h('input', { name, autocomplete: 'off', autocapitalize: 'none', spellcheck: 'false', maxlength: 100, 'data-test': `device-${name}`,
        ...more });
}

/** @param {any} code @param {() => void} read */
function add_form(code, read) {
    const device = input('id', { required: true, maxlength: 32 }), name = input('name'), cards = input('cards', { inputmode: 'numeric' }),
        error = h('div', { class: 'wide' });
    return h('section', { class: 'panel', 'data-test': 'device-add' }, h('h2', {}, t('devices.add')),
        h('p', { class: 'hint' }, t('devices.add.what')),
        h('form', {
            class: 'form', novalidate: true, onsubmit: async (/** @type {Event} */ e) => {
                e.preventDefault();
                const request = request_id(); // each press is a new code: the one before is void
                const made = await deed(() => ask('device add', [device.value.trim()], { '--name': name.value.trim(), '--cards': cards.value.trim() },
                    { request }),
                    () => t('devices.added'), error);
                if (!made) return device.focus();
                fresh(code, big_code(made));
                for (const one of [device, name, cards]) one.value = '';
                read();
                code.querySelector('.code')?.focus();
            },
        }, field(t('devices.device'), device, t('devices.device.hint')), field(t('devices.name'), name, t('devices.name.hint')),
            field(t('devices.cards'), cards, t('devices.cards.hint')),
        error, h('div', { class: 'row wide' }, h('button', { type: 'submit', class: 'main', 'data-test': 'device-go' }, t('devices.code_make')))),
            code);
}

/** To be read out across the yard. @param {any} made */
function big_code(made) {
    return h('div', { class: 'code-box ok', 'data-test': 'device-code' }, h('h3', {}, t('devices.code', { device: made.device })),
        h('p', { class: 'code', tabindex: '-1' }, made.code), h('p', {},
            t('devices.code_until', { day: day(made.until_s), time: clock(made.until_s * 1000) })),
        h('p', { class: 'hint' }, t('devices.code_how')), h('code', {}, `bookmobile enroll ${location.protocol}//${t('devices.url')} ${made.code}`));
}

/** @param {() => void} read */
function set_form(read) {
    const device = input('set-id', { required: true, maxlength: 32 }), name = input('set-name'), cards = input('set-cards'),
        error = h('div', { class: 'wide' });
    return h('section', { class: 'panel', 'data-test': 'device-set' }, h('h2', {}, t('devices.set')),
        h('p', { class: 'hint' }, t('devices.set.what')),
        h('form', {
            class: 'form', novalidate: true, onsubmit: async (/** @type {Event} */ e) => {
                e.preventDefault();
                const done = await deed(() => ask('device set', [device.value.trim()], { '--name': name.value.trim(), '--cards': cards.value.trim() },
                    { request: request_id() }),
                    (answer) => t('devices.set_done', { device: answer.device }), error);
                if (!done) return device.focus();
                for (const one of [device, name, cards]) one.value = '';
                read();
            },
        }, field(t('devices.device'), device), field(t('devices.name'), name), field(t('devices.cards'), cards, t('devices.cards_none')), error,
        h('div', { class: 'row wide' }, h('button', { type: 'submit', 'data-test': 'device-set-go' }, t('devices.set_go')))));
}

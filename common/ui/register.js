// register.js -- a new patron. What is personal is sealed to the branch as it is saved, and the form says so before.
import { h, fresh, bdi, icon, field } from './dom.js';
import { t } from './t.js';
import { api, request_id } from './api.js';
import { alertBox, toast } from './box.js';
import { sound } from './sound.js';
import { live } from './live.js';
import { select, of_stops, of_groups, of_categories } from './choices.js';
import { act_view } from './result.js';
import { say_line } from './result_row.js';

/** A field for a number: the scanner's Enter goes on to the next field and sends nothing. @param {string} name */
function card_field(name) {
    const input = h('input', { name, autocomplete: 'off', spellcheck: 'false', maxlength: 40, 'data-scan': '', 'data-test': `register-${name}` });
    input.addEventListener('keydown', (/** @type {KeyboardEvent} */ event) => {
        if (event.key !== 'Enter') return;
        event.preventDefault();
        const all = [...input.form.elements];
        const next = all[all.indexOf(input) + 1];
        if (next instanceof HTMLElement) next.focus();
    });
    return input;
}

/** @param {string} name @param {Record<string, any>} [more] */
function text_field(name, more) {
    return h('input', { name, autocomplete: 'off', spellcheck: 'false', maxlength: 200, 'data-test': `register-${name}`, ...more });
}

export class RegisterScreen {
    /** @param {import('./shell.js').App} app @param {import('./desk_screen.js').DeskScreens} desk */
    constructor(app, desk) {
        this.id = 'register';
        this.title = 'nav.register';
        this.key = 'Shift+F1';
        this.role = 'staff';
        this.app = app;
        this.desks = desk;
        this.name = ''; // as it was looked for in vain
        this.stop_look = () => {};
    }

    hide() {
        this.stop_look();
    }

    /** @param {any} root */
    show(root) {
        const visit = this.app.state.visit && this.app.state.visit.open && this.app.state.visit.visit;
        const f = {
            name: text_field('name', { required: true, value: this.name }), card: card_field('card'),
            category: select('register-category', t('register.category_none'), of_categories),
            stop: select('register-stop', t('find.no_stop'), of_stops, (visit && visit.stop) || ''),
            group: select('register-group', t('find.no_group'), of_groups), guarantor: card_field('guarantor'),
            birth: text_field('birth', { type: 'date', min: '1900-01-01' }), address: text_field('address'),
            phone: text_field('phone', { type: 'tel' }), email: text_field('email', { type: 'email' }),
        };
        this.name = '';
        const alike = h('div', { role: 'status', class: 'wide', 'data-test': 'register-alike' });
        const look = live((signal) => this.look_alike(f.name.value, alike, signal), 400);
        this.stop_look = look.stop;
        f.name.addEventListener('input', look.soon);
        if (f.name.value) look.soon();
        const go = h('button', { type: 'submit', class: 'main big', 'data-test': 'register-go' }, t('register.go'));
        // The id stays that of this form: sent twice by an impatient hand, it registers one patron.
        const request = request_id();
        fresh(root, h('h1', {}, t('register.title')), h('form', {
            class: 'stack', onsubmit: (/** @type {Event} */ event) => {
                event.preventDefault();
                this.save(f, go, request);
            },
        },
        h('div', { class: 'form' }, field(t('register.name'), f.name, t('register.name_hint')), field(t('register.card'), f.card, t('register.card_hint')), alike,
            field(t('register.category'), f.category), field(t('register.stop'), f.stop), field(t('register.group'), f.group),
            field(t('register.guarantor'), f.guarantor, t('register.guarantor_hint'))),
        h('fieldset', { class: 'panel sealed' }, h('legend', {}, t('register.sealed')),
            h('p', { class: 'note-text note' }, icon('note'), h('span', {}, t('register.sealed_hint'))),
            h('div', { class: 'form' }, field(t('register.birth'), f.birth, t('register.birth_hint')), field(t('register.address'), f.address),
                field(t('register.phone'), f.phone), field(t('register.email'), f.email))),
        h('div', { class: 'row' }, go)));
        f.name.focus();
    }

    /** Somebody of this name may be here already. @param {string} name @param {any} place @param {AbortSignal} signal */
    async look_alike(name, place, signal) {
        const words = name.replace(/,/g, ' ').split(/\s+/).filter((w) => w.length > 1);
        if (!words.length) {
            fresh(place);
            return;
        }
        const { answer } = await api.run('patron find', words, { '--limit': 5 }, { signal });
        if (signal.aborted) return;
        const list = Array.isArray(answer) ? answer : [];
        fresh(place, list.length ? h('div', { class: 'note-text note' }, icon('note'), h('div', { class: 'alike' }, h('span', {}, t('register.alike')),
            list.map((p) => h('button', { type: 'button', class: 'small', 'data-card': p.card, onclick: () => this.open(p.card) }, bdi(p.name),
                h('span', { class: 'number' }, p.card))))) : null);
    }

    /** @param {string} card */
    async open(card) {
        if (await this.desks.desk.open_card(card)) this.app.go('lend');
        else toast(t('patron.gone'), 'stop');
    }

    /** @param {any} f @param {any} go @param {string} request */
    async save(f, go, request) {
        go.disabled = true;
        const options = Object.fromEntries(Object.entries(f).map(([name, input]) => [`--${name}`, input.value.trim()]));
        const { exit, answer } = await this.app.act('patron add', [], options, { request });
        go.disabled = false;
        if (exit === 0 && answer.done) {
            sound('ok');
            this.desks.log(answer, exit);
            toast(t('register.done', { name: answer.patron_name || f.name.value, card: answer.patron }), 'ok');
            const lines = act_view(answer).lines;
            if (lines.length) await alertBox({ kind: 'note', title: t('register.look'), body: lines.map((line) => h('p', {}, say_line(line))) });
            await this.open(answer.patron);
            return;
        }
        const why = answer.reasons ? act_view(answer).lines.map(say_line) : [answer.message || answer.error || ''];
        await alertBox({ kind: 'stop', title: t('register.not'), body: why.map((text) => h('p', {}, text)) });
    }
}

// desk_screen.js -- lend, return, renew: one scan box and one list of results under three names. The mode that a scan goes
// by is that of the screen on which it was scanned, also when its answer comes later.
import { h, fresh, bdi, icon, scroller } from './dom.js';
import { t } from './t.js';
import { api, request_id } from './api.js';
import { iso_minute } from './format.js';
import { keys } from './keys.js';
import { box_open, on_refused, toast } from './box.js';
import { press } from './press.js';
import { sound } from './sound.js';
import { Desk } from './desk.js';
import { view_of } from './result.js';
import { fill_row, spoken } from './result_row.js';
import { ask_which, tell_alert, ask_override, warn_patron, ask_undo } from './asks.js';
import { ask_add, ask_mark } from './item_box.js';
import { patron_head, patron_loans } from './patron_view.js';

const ROWS_MAX = 60; // on the screen; more would only slow a small laptop down

export class DeskScreens {
    /** @param {import('./shell.js').App} app */
    constructor(app) {
        this.app = app;
        this.mode = 'lend';
        this.drop = ''; // of the book drop: when the books came in, yyyy-mm-ddThh:mm
        this.returned = 0;
        /** @type {Map<number, any>} rows by number of scan */
        this.rows = new Map();
        /** @type {any[]} a class at the desk: tap the child, scan the book */
        this.roster = [];
        this.roster_name = '';
        /** @type {Map<string, number>} items lent since the class came, by card */
        this.served = new Map();
        this.desk = new Desk({
            scan: (body) => api.scan(body),
            patron: (card) => api.run('patron show', [card]),
            run: (command, words, options) => app.act(command, words, options),
            staff: () => api.who,
            request: request_id,
            now_ms: () => app.now(),
            changed: (scan) => this.changed(scan),
            sound,
            ask_which,
            alert: tell_alert,
            add: ask_add,
            override: ask_override,
            warn_patron,
        });
        this.list = h('ol', { class: 'results', 'aria-label': t('desk.results') });
        this.said = h('p', { class: 'sr-only', role: 'status', 'data-test': 'said' });
        this.side = h('aside', { class: 'desk-side scroll', 'aria-label': t('desk.patron') });
        this.box = h('input', {
            class: 'scan', name: 'scan', autocomplete: 'off', autocapitalize: 'characters', spellcheck: 'false', maxlength: 200, 'data-test': 'scan',
                enterkeyhint: 'go',
        });
        on_refused((text) => this.desk.turn_away(text, this.mode, 'box'));
        app.on('staff', () => this.forget());
    }

    /** Another person sits here: the one at the desk and the list are not theirs. But what was scanned and not done is told,
     * for the books lie on the desk. */
    forget() {
        this.desk.shut();
        this.desk.queue.refuse_waiting('other');
        this.desk.results = this.desk.results.filter((s) => s.state === 'waiting' || (s.refused || '').startsWith('other'));
        this.rows.clear();
        this.roster = [];
        fresh(this.list);
        for (const scan of [...this.desk.results].reverse()) this.changed(scan);
    }

    /** The three screens. */
    screens() {
        /** @param {string} id @param {string} key @param {string[]} also */
        const one = (id, key, also) => ({
            id, title: `nav.${id}`, key, also, role: 'staff', show: (/** @type {any} */ root) => this.show(root, id), hide: () => {},
            scan: (/** @type {string} */ text) => this.take(text), box: () => this.box,
        });
        return [one('lend', 'F1', ['Alt+U']), one('return', 'F2', ['Alt+R']), one('renew', 'Ctrl+F2', ['Alt+W'])];
    }

    name_keys() {
        const here = () => ['lend', 'return', 'renew'].includes(this.app.screen?.id || '');
        keys.add({ combo: 'F8', label: t('key.last_patron'), run: () => this.last_patron(), when: () => this.app.may('staff') });
        keys.add({ combo: 'Alt+Z', label: t('key.undo'), run: () => this.undo(), when: () => this.app.may('staff') });
        keys.add({ combo: 'Escape', label: t('key.clear'), run: () => this.clear(), when: here });
    }

    /** @param {string} text */
    take(text) {
        this.box.value = '';
        const clean = text.trim();
        if (!clean) return;
        this.desk.scan(clean, this.mode, this.options());
    }

    options() {
        const drop = this.mode === 'return' && this.drop && !this.app.paper ? { '--returned': this.drop } : {};
        return { ...this.app.times(), ...drop };
    }

    /** An act of another screen: it stands in the list too, where it can be taken back. @param {any} answer @param {number} exit */
    log(answer, exit) {
        this.desk.log({ text: answer.item || answer.patron || '', mode: this.mode, kind: 'act', exit, answer });
    }

    /** What is half typed goes first, then who is at the desk. */
    clear() {
        if (this.box.value === '' && this.desk.patron) this.desk.close();
        this.box.value = '';
        this.box.focus();
    }

    done() {
        this.box.value = '';
        this.clear();
    }

    async last_patron() {
        if (!this.desk.last_card) return;
        if (!(await this.desk.open_card(this.desk.last_card))) toast(t('patron.gone'), 'stop');
        this.app.go('lend');
    }

    /** @param {any} [scan] */
    async undo(scan) {
        const one = scan || this.desk.undoable();
        if (!one) {
            toast(t('undo.none'), 'note');
            sound('note');
            return;
        }
        if (await ask_undo(view_of(one))) await this.desk.undo(one, this.app.times());
    }

    /** A copy that was looked at: damaged, lost, found. @param {any} scan */
    async mark(scan) {
        const how = await ask_mark(scan.answer);
        if (how) await this.desk.also(scan, how.command, scan.answer.item, { ...this.app.times(), ...how.options });
    }

    // --- what stands on the screen ------------------------------------------------------------------------------------

    /** @param {any} root @param {string} mode */
    show(root, mode) {
        this.mode = mode;
        root.classList.add('fixed', 'desk', `mode-${mode}`);
        this.box.setAttribute('aria-label', t(`desk.scan.${mode}`));
        this.box.placeholder = t(`desk.scan.${mode}`);
        const form = h('form', {
            class: 'scan-row', autocomplete: 'off',
            onsubmit: (/** @type {Event} */ event) => {
                event.preventDefault();
                this.take(this.box.value);
            },
        }, h('h1', { class: 'mode' }, t(`nav.${mode}`)), this.box, h('button', { type: 'submit', 'data-test': 'scan-go' }, t('desk.enter')));
        fresh(root, h('div', { class: 'desk-main' }, form, this.said,
            scroller(h('div', { class: 'scroll results-box', role: 'region', 'aria-label': t('desk.results') }, this.list,
                this.desk.results.length ? null : h('p', { class: 'empty', id: 'desk-empty' }, t(`desk.empty.${mode}`))))),
        scroller(this.side));
        this.show_side();
        this.box.focus();
    }

    /** @param {any} scan null: the patron has changed */
    changed(scan) {
        if (!scan) {
            this.show_side();
            this.app.emit('patron', this.desk.patron);
            return;
        }
        let row = this.rows.get(scan.n);
        if (!row) {
            document.getElementById('desk-empty')?.remove();
            row = h('li', { 'data-test': 'result' });
            this.rows.set(scan.n, row);
            this.list.prepend(row);
            if (this.list.parentElement) this.list.parentElement.scrollTop = 0;
            while (this.list.children.length > ROWS_MAX) this.drop_row();
        }
        const view = fill_row(row, scan, { undo: (one) => this.undo(one), mark: (one) => this.mark(one) });
        if (scan.state !== 'waiting') this.said.textContent = spoken(view);
        if (scan.state === 'done' && scan.answer && scan.answer.done && !scan.counted) this.count(scan);
    }

    /** @param {any} scan */
    count(scan) {
        const { op, patron } = scan.answer;
        scan.counted = true;
        this.app.refresh_soon();
        if (op === 'checkin') this.returned += 1;
        if (op === 'checkout' && patron) this.served.set(patron, (this.served.get(patron) || 0) + 1);
        if (op === 'checkin' ? this.mode === 'return' : this.roster.length) this.show_side();
    }

    drop_row() {
        const oldest = this.list.lastElementChild;
        for (const [n, row] of this.rows) if (row === oldest) this.rows.delete(n);
        if (oldest) oldest.remove();
    }

    show_side() {
        const roster = this.mode === 'return' ? null : this.roster_panel();
        this.side.parentElement?.classList.toggle('with-roster', roster !== null);
        if (this.mode === 'return') fresh(this.side, this.drop_panel());
        else fresh(this.side, this.patron_panel(), roster);
    }

    patron_panel() {
        const p = this.desk.patron;
        if (!p)
            return h('section', { class: 'panel none' }, h('h2', {}, t('desk.nobody')), h('p', {}, t(`desk.nobody.${this.mode}`)),
                h('div', { class: 'stack' }, press('no-card', t('desk.no_card'), () => this.app.go('patron'), '', 'F4'),
                    this.desk.last_card ? press('last', t('desk.last'), () => this.last_patron(), '', 'F8') : null));
        return h('section', { class: 'panel patron' }, patron_head(p, this.app.now(), this.desk.limit),
            h('div', { class: 'row' },
                press('patron-done', t('desk.done'), () => this.done(), 'main', 'Escape'),
                press('patron-all', t('desk.all'), () => this.app.go('patron'), '', 'F4'),
                p.loans.length && !this.roster.length ? press('renew-all', t('patron.renew_all'),
                    () => this.renew(p.loans.map((/** @type {any} */ l) => l.item))) : null),
            this.roster.length ? null : patron_loans(p, this.app.now(), this.mode === 'renew' ? (items) => this.renew(items) : null));
    }

    /** Each copy is a scan like any other, so that each is told, and each can be taken back. @param {string[]} items */
    renew(items) {
        for (const item of items) this.desk.scan(item, 'renew', this.app.times(), 'item');
    }

    roster_panel() {
        if (!this.roster.length) return null;
        const open = this.desk.patron && this.desk.patron.card;
        return h('section', { class: 'panel roster', 'data-test': 'roster' },
            h('div', { class: 'row ends' }, h('h2', {}, bdi(this.roster_name)),
                h('button', { type: 'button', class: 'small', onclick: () => this.set_roster([], '') }, t('roster.end'))),
            h('ul', { class: 'roster-list' }, this.roster.map((p) => h('li', {}, h('button', {
                type: 'button', 'data-test': 'roster-patron', 'data-card': p.card, 'aria-pressed': String(p.card === open), onclick: () => this.tap(p.card),
            }, bdi(p.name), p.barred ? icon('stop') : null,
            this.served.get(p.card) ? h('span', { class: 'served' }, icon('ok'), this.served.get(p.card)) : null)))));
    }

    /** @param {string} card */
    async tap(card) {
        if (!(await this.desk.open_card(card))) toast(t('patron.gone'), 'stop');
        if (!box_open()) this.box.focus();
    }

    /** A class comes to the desk. @param {any[]} patrons as `patron find` tells @param {string} name */
    set_roster(patrons, name) {
        this.roster = patrons;
        this.roster_name = name;
        this.served.clear();
        this.show_side();
    }

    drop_panel() {
        const when = h('input', { type: 'datetime-local', name: 'drop', max: iso_minute(this.app.now()), value: this.drop, 'data-test': 'drop-when' });
        when.addEventListener('change', () => {
            this.drop = when.value;
            this.show_side();
        });
        const set = this.drop !== '';
        return h('section', { class: `panel${set ? ' drop-on' : ''}` }, h('h2', {}, t('drop.title')),
            h('label', { class: 'check' }, h('input', {
                type: 'checkbox', checked: set, 'data-test': 'drop',
                onchange: (/** @type {any} */ event) => {
                    this.drop = event.target.checked ? `${iso_minute(this.app.now() - 86400000).slice(0, 10)}T18:00` : '';
                    this.show_side();
                    this.box.focus();
                },
            }), h('span', {}, t('drop.on'))),
            set ? h('div', { class: 'field' }, h('label', { for: (when.id = 'drop-when') }, t('drop.when')), when) : h('p', { class: 'quiet' }, t('drop.hint')),
            set ? h('p', { class: 'note-text note' }, icon('note'), h('span', {}, t('drop.stays'))) : null,
            h('p', { class: 'big-figure number', 'data-test': 'returned' }, this.returned), h('p', { class: 'quiet' }, t('drop.count')));
    }
}

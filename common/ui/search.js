// search.js -- titles as one types: on board, elsewhere, on loan; a title's copies; a hold for a stop; the shelf in its order.
import { h, fresh, bdi, icon, field, scroller, wild } from './dom.js';
import { t } from './t.js';
import { api } from './api.js';
import { day, stop_name } from './format.js';
import { alertBox, toast } from './box.js';
import { press } from './press.js';
import { sound } from './sound.js';
import { live } from './live.js';
import { select, of_stops } from './choices.js';
import { act_view } from './result.js';
import { say_line } from './result_row.js';

const LIMIT = 40, SHELF_LIMIT = 300;

export class SearchScreen {
    /** @param {import('./shell.js').App} app @param {import('./desk_screen.js').DeskScreens} desk */
    constructor(app, desk) {
        this.id = 'search';
        this.title = 'nav.search';
        this.key = 'F3';
        this.also = ['Alt+Q'];
        this.app = app;
        this.desks = desk;
        this.words = '';
        this.shelf = false;
        this.input = h('input', { type: 'search', name: 'words', autocomplete: 'off', spellcheck: 'false', maxlength: 200, 'data-test': 'search' });
        this.input.setAttribute('aria-label', t('search.words'));
        this.hits = h('div', { class: 'scroll hits', role: 'region', 'aria-label': t('search.hits'), 'data-test': 'hits' });
        this.one = h('div', { class: 'scroll hit-one', role: 'region', 'aria-label': t('search.title_region'), 'data-test': 'title' });
        this.said = h('p', { class: 'sr-only', role: 'status' });
        this.search = live((signal) => (this.shelf ? this.ask_shelf(signal) : this.ask(signal)));
        this.input.addEventListener('input', this.search.soon);
        this.input.addEventListener('keydown', (/** @type {KeyboardEvent} */ event) => {
            const first = this.hits.querySelector('button');
            if (event.key === 'ArrowDown' && first instanceof HTMLElement) {
                event.preventDefault();
                first.focus();
            }
        });
    }

    box() {
        return this.input;
    }

    /** A barcode or an ISBN finds its title. @param {string} text */
    scan(text) {
        this.input.value = text;
        this.shelf = false;
        this.search.now();
    }

    hide() {
        this.search.stop();
    }

    /** @param {any} root */
    show(root) {
        root.classList.add('fixed');
        const turn = (/** @type {boolean} */ shelf) => {
            this.shelf = shelf;
            this.input.value = '';
            this.show(root);
        };
        this.input.placeholder = t(this.shelf ? 'search.shelf_from' : 'search.words');
        fresh(root, h('h1', { class: 'sr-only' }, t('nav.search')),
            h('form', { class: 'row', role: 'search', onsubmit: (/** @type {Event} */ event) => { event.preventDefault(); this.search.now(); } },
                h('div', { class: 'grow' }, this.input),
                h('div', { class: 'row' }, [false, true].map((shelf) => h('button', {
                    type: 'button', 'aria-pressed': String(this.shelf === shelf), onclick: () => turn(shelf), 'data-test': shelf ? 'search-shelf' : 'search-titles',
                }, t(shelf ? 'search.by_shelf' : 'search.by_words'))))),
            this.said, h('div', { class: 'search-screen' }, scroller(this.hits), this.shelf ? null : scroller(this.one)));
        if (!this.one.firstChild) fresh(this.one, h('p', { class: 'empty' }, t('search.choose')));
        this.search.now();
        this.input.focus();
    }

    /** @param {AbortSignal} signal */
    async ask(signal) {
        const words = this.input.value.trim();
        if (!words) {
            fresh(this.hits, h('p', { class: 'empty' }, t('search.begin')));
            return;
        }
        const { answer } = await api.run('search', words.split(/\s+/), { '--limit': LIMIT }, { signal });
        if (signal.aborted) return;
        const list = (answer && answer.hits) || [];
        this.said.textContent = t.n('search.found', list.length);
        fresh(this.hits, list.length ? h('ul', { class: 'people' }, list.map((/** @type {any} */ hit) => this.hit(hit)))
            : h('p', { class: 'empty' }, (answer && answer.message) || t('search.none')),
        answer && answer.more ? h('p', { class: 'quiet' }, t('search.more')) : null);
        this.hits.scrollTop = 0;
        if (list.length === 1) this.open(list[0].key);
    }

    /** @param {any} hit */
    hit(hit) {
        return h('li', {}, h('button', { type: 'button', class: 'person', 'data-test': 'hit', 'data-key': hit.key, onclick: () => this.open(hit.key, true) },
            h('span', { class: 'person-name' }, bdi(hit.name || hit.key)),
            h('span', { class: 'quiet' }, bdi(hit.author), hit.callno ? [' \u00b7 ', bdi(hit.callno)] : null), where(hit)));
    }

    /** @param {string} key @param {boolean} [go] bring it into view */
    async open(key, go) {
        const { exit, answer } = await api.run('title show', [key]);
        if (exit !== 0) return;
        for (const one of this.hits.querySelectorAll('[data-key]')) one.setAttribute('aria-current', String(/** @type {any} */ (one).dataset.key === key));
        fresh(this.one, h('section', { class: 'panel stack' }, wild('h2', '', answer.name || answer.key), wild('p', 'quiet', answer.author), where(answer),
            this.app.may('staff') ? h('div', { class: 'row' }, press('hold-place', t('search.hold'), () => this.hold(answer), 'main')) : null,
            answer.items.length ? h('table', {}, h('thead', {},
                h('tr', {}, ['callno', 'place', 'state', 'item'].map((c) => h('th', { scope: 'col' }, t(`search.col_${c}`))))),
                h('tbody', {}, answer.items.map((/** @type {any} */ i) => h('tr', { 'data-test': 'copy' }, h('td', {}, bdi(i.callno)), h('td', {}, bdi(i.place)),
                    h('td', {}, copy_state(i)), h('td', { class: 'number' }, i.item))))) : h('p', { class: 'empty' }, t('search.no_copies'))));
        if (go && matchMedia('(max-width: 56rem)').matches) this.one.scrollIntoView();
    }

    /** @param {any} title */
    async hold(title) {
        const open = this.desks.desk.patron;
        const card = h('input', { name: 'card', autocomplete: 'off', maxlength: 40, 'data-scan': '', value: open ? open.card : '', 'data-test': 'hold-card' });
        const stop = select('hold-stop', t('search.own_stop'), of_stops);
        const error = h('p', { class: 'gate-error', role: 'alert' });
        const yes = await alertBox({
            kind: 'note', form: true, focus: open ? null : card, title: t('search.hold_title'),
            body: [h('p', { class: 'box-title' }, bdi(title.name)), open ? h('p', {}, bdi(open.name)) : null, field(t('search.hold_card'), card),
                field(t('search.hold_stop'), stop), error],
            choices: [{ label: t('search.hold_yes'), value: 'yes', combo: 'Alt+O', main: true, check: () => {
                error.textContent = card.value.trim() ? '' : t('search.hold_card_missing');
                return card.value.trim() !== '';
            } }, { label: t('box.cancel'), value: null, cancel: true }],
        });
        if (!yes) return;
        const { exit, answer } = await this.app.act('hold place', [card.value.trim(), title.key], { '--pickup': stop.value });
        if (exit === 0 && answer.done) {
            sound('ok');
            this.desks.log(answer, exit);
            toast(t('search.held', { title: title.name, place: stop_name(answer.hold_pickup) || '' }), 'ok');
            if (open) this.desks.desk.refresh(open.card);
            return;
        }
        const why = answer.reasons ? act_view(answer).lines.map(say_line) : [answer.message || answer.error || ''];
        await alertBox({ kind: 'stop', title: t('search.hold_not'), body: why.map((text) => h('p', {}, text)) });
    }

    /** What should stand here, in the order of the shelf. @param {AbortSignal} signal */
    async ask_shelf(signal) {
        const { answer } = await api.run('shelf', [], { '--from': this.input.value.trim(), '--limit': SHELF_LIMIT }, { signal });
        if (signal.aborted) return;
        const list = (answer && answer.items) || [];
        fresh(this.hits, list.length ? h('table', {}, h('caption', { class: 'sr-only' }, t('search.by_shelf')),
            h('thead', {}, h('tr', {}, ['callno', 'title', 'state', 'item'].map((c) => h('th', { scope: 'col' }, t(`search.col_${c}`))))),
            h('tbody', {}, list.map((/** @type {any} */ i) => h('tr', { 'data-test': 'shelf-item' }, h('td', {}, h('strong', {}, bdi(i.callno))),
                h('td', { class: 'text' }, bdi(i.name), ' ', h('span', { class: 'quiet' }, bdi(i.author))), h('td', {}, copy_state(i)),
                    h('td', { class: 'number' }, i.item)))))
            : h('p', { class: 'empty' }, (answer && answer.message) || t('search.shelf_none')),
        answer && answer.more ? h('p', { class: 'quiet' }, t('search.shelf_more')) : null);
    }
}

/** Where its copies are, in one line. @param {any} hit */
function where(hit) {
    const away = hit.copies - hit.here - hit.out;
    return h('span', { class: 'chips-line' }, hit.here > 0 ? h('span', { class: 'chip ok' }, icon('ok'), t('search.here', { n: hit.here })) : null,
        away > 0 ? h('span', { class: 'chip' }, t('search.away', { n: away })) : null,
        hit.out > 0 ? h('span', { class: 'chip' }, t('search.out', { n: hit.out })) : null,
        hit.copies === 0 ? h('span', { class: 'chip' }, t('search.no_copies')) : null);
}

/** @param {any} i */
function copy_state(i) {
    if (typeof i.due === 'number') return t('search.due', { day: day(i.due) });
    if (i.aside) return t('search.aside');
    return i.cond && i.cond !== 'ok' ? t.or(`cond.${i.cond}`, i.cond) : t('search.in');
}

// stop.js -- where we stand: which stop, since when, how long still, what comes next; opening and closing a visit by a tap when
// GPS does not; counting visitors and questions by tapping.
import { h, fresh, bdi, icon, field, press, t, clock, day, toast, sound, alertBox, stop_name } from './kit.js';
import { choices } from './choices.js';
import { ask_sure } from './asks.js';
import { gps_said } from './gps.js';

const COUNTED = ['visitors', 'reference', 'programme'];

export class StopScreen {
    /** @param {import('./shell.js').App} app */
    constructor(app) {
        this.id = 'stop';
        this.title = 'nav.stop';
        this.key = 'F6';
        this.role = 'staff';
        this.app = app;
        /** @type {any} */
        this.root = null;
        this.drawn = '';
        /** @type {Record<string, number>} */
        this.counts = {};
        app.on('state', () => this.root && this.draw());
    }

    hide() {
        this.root = null;
    }

    /** @param {any} root */
    show(root) {
        this.root = root;
        this.drawn = '';
        this.draw();
    }

    /** The visit that is open, or null. */
    visit() {
        const v = this.app.state.visit;
        return v && v.open ? v.visit : null;
    }

    /** Only when something changed: a list that is drawn anew under a finger loses the tap. */
    draw() {
        const state = this.app.state.visit, now = JSON.stringify([state && { ...state, now_s: 0 }, this.app.state.gps,
            Math.floor(this.app.now() / 60000), this.counts]);
        if (now === this.drawn) return;
        this.drawn = now;
        const v = this.visit();
        fresh(this.root, h('h1', { class: 'sr-only' }, t('nav.stop')), h('div', { class: 'two' },
            h('div', { class: 'stack' }, v ? this.at_stop(v) : this.off_stop(state), this.next_call(state)),
            h('div', { class: 'stack' }, this.tally(v))));
    }

    /** @param {any} v */
    at_stop(v) {
        const left = v.planned_departure_s ? Math.round((v.planned_departure_s * 1000 - this.app.now()) / 60000) : null;
        return h('section', { class: 'panel stack stop-now', 'data-test': 'stop-now' },
            h('p', { class: 'quiet' }, t(v.source === 'gps' ? 'stop.by_gps' : 'stop.by_hand')),
            h('h2', { class: 'big-figure' }, bdi(v.name || stop_name(v.stop))),
            h('dl', { class: 'facts wide-facts' }, h('dt', {}, t('stop.since')), h('dd', { class: 'number' }, clock(v.arrival_s * 1000)),
                v.planned_departure_s ? [h('dt', {}, t('stop.until')), h('dd', { class: 'number' }, clock(v.planned_departure_s * 1000), ' ',
                    left !== null ? h('span', { class: `chip ${left < 0 ? 'stop' : left < 10 ? 'note' : ''}` },
                        left < 0 ? t('stop.over', { n: -left }) : t('stop.left', { n: left })) : null)] : null),
            this.gps_line(),
            h('div', { class: 'row' }, press('stop-close', t('stop.close'), () => this.close(v), 'big')));
    }

    /** @param {any} state */
    off_stop(state) {
        return h('section', { class: 'panel stack', 'data-test': 'stop-none' }, h('h2', { class: 'big-figure' }, t('stop.none')),
            this.gps_line(),
            h('div', { class: 'row' }, state && state.next ? press('stop-open', t('stop.open_here', { name: state.next.name }),
                () => this.open([state.next.stop], {}), 'main big') : null,
                press('stop-choose', t('stop.choose'), () => this.choose(), 'big')));
    }

    gps_line() {
        const gps = this.app.state.gps, said = gps_said(gps);
        if (!said) return gps ? h('p', { class: 'quiet', 'data-test': 'stop-gps', 'data-gps': 'off' }, t('gps.off')) : null;
        return h('p', { class: said.tone === 'ok' ? 'row quiet' : `note-text ${said.tone}`, 'data-test': 'stop-gps', 'data-gps': said.key },
            icon(said.tone), h('span', {}, t(`gps.${said.key}`)));
    }

    /** @param {any} state */
    next_call(state) {
        const n = state && state.next;
        return h('section', { class: 'panel', 'data-test': 'stop-next' }, h('h2', {}, t('stop.next')),
            n ? h('p', {}, h('strong', {}, bdi(n.name)), ' ', h('span', { class: 'nowrap' },
                `${day(n.arrival_s)}, ${clock(n.arrival_s * 1000)}\u2013${clock(n.departure_s * 1000)}`))
                : h('p', { class: 'empty' }, t('stop.no_next')));
    }

    /** @param {any} v */
    tally(v) {
        return h('section', { class: 'panel stack' }, h('h2', {}, t('tally.title')), h('p', { class: 'quiet' }, t(v ? 'tally.hint' : 'tally.off_stop')),
            COUNTED.map((kind) => h('div', { class: 'tally', 'data-test': `tally-${kind}` },
                h('button', { type: 'button', class: 'tally-add', 'data-test': `tally-${kind}-add`, onclick: () => this.count(kind, 1) },
                    h('span', {}, t(`tally.${kind}`)), h('strong', { class: 'number' }, this.counted(kind))),
                h('button', { type: 'button', 'data-test': `tally-${kind}-less`, 'aria-label': t('tally.less', { what: t(`tally.${kind}`) }),
                    disabled: this.counted(kind) < 1, onclick: () => this.count(kind, -1) }, '\u2212 1'),
                h('button', { type: 'button', 'aria-label': t('tally.more', { what: t(`tally.${kind}`) }), onclick: () => this.count(kind, 10) }, '+ 10'))),
            h('p', { class: 'quiet' }, t('tally.here')));
    }

    /** What was tapped at this visit on this page: kept over a reload, not the record. @param {string} kind */
    counted(kind) {
        const key = this.count_key(kind);
        if (this.counts[key] === undefined) this.counts[key] = Number(sessionStorage.getItem(key)) || 0;
        return this.counts[key];
    }

    /** @param {string} kind */
    count_key(kind) {
        const v = this.visit();
        return `bm-tally-${v ? v.visit : 'none'}-${kind}`;
    }

    /** @param {string} kind @param {number} n */
    async count(kind, n) {
        const key = this.count_key(kind);
        this.counts[key] = this.counted(kind) + n; // at once; taken back should it be refused
        this.draw();
        const { exit, answer } = await this.app.act('tally', [kind, n], {});
        if (exit === 0) sessionStorage.setItem(key, String(this.counts[key]));
        else {
            this.counts[key] -= n;
            sound('stop');
            toast(answer.message || t('word.not_done'), 'stop');
        }
        if (this.root) this.draw();
    }

    // --- opening and closing --------------------------------------------------------------------------------------------

    /** @param {string[]} words @param {Record<string, any>} options */
    async open(words, options) {
        await this.act('stop open', words, options);
    }

    /** @param {any} v */
    async close(v) {
        if (await ask_sure(t('stop.close_title'), h('p', { class: 'box-title' }, bdi(v.name || v.stop)), t('stop.close'))) await this.act('stop close', [], {});
    }

    /** @param {string} command @param {string[]} words @param {Record<string, any>} options */
    async act(command, words, options) {
        const { exit, answer } = await this.app.act(command, words, command.startsWith('stop') ? { ...options, '--when': null, '--source': null } : options);
        if (exit !== 0) {
            await alertBox({ kind: 'stop', title: t('word.not_done'), body: h('p', {}, answer.message || answer.error) });
            return;
        }
        sound('ok');
        this.app.refresh();
    }

    async choose() {
        const { stops } = await choices();
        const where = h('select', { name: 'stop', 'data-test': 'stop-where' }, h('option', { value: '' }, t('stop.elsewhere')),
            stops.map((s) => h('option', { value: s.key }, s.name || stop_name(s.key))));
        const name = h('input', { name: 'name', maxlength: 100, autocomplete: 'off', 'data-test': 'stop-name' });
        const at = h('input', { name: 'at', type: 'time', 'data-test': 'stop-at' });
        const named = field(t('stop.place_name'), name);
        const turn = () => (named.hidden = where.value !== '');
        where.addEventListener('change', turn);
        if (stops.length) where.value = stops[0].key;
        turn();
        const yes = await alertBox({
            kind: 'note', form: true, focus: where, title: t('stop.choose'),
            body: [field(t('stop.which'), where), named, field(t('stop.at'), at, t('stop.at_hint'))],
            choices: [{ label: t('stop.open'), value: 'yes', combo: 'Alt+O', main: true,
                check: () => where.value !== '' || name.value.trim() !== '' }, { label: t('box.cancel'), value: null, cancel: true }],
        });
        if (yes) await this.open([where.value || name.value.trim()], { '--unscheduled': where.value === '', '--at': at.value });
    }
}

/** In the bar: where we are. @param {import('./shell.js').App} app */
export function stop_chip(app) {
    const chip = h('a', { class: 'chip', href: '#stop', 'data-test': 'chip-stop' });
    app.on('state', () => {
        const state = app.state.visit, v = state && state.open ? state.visit : null;
        fresh(chip, v ? [icon('ok'), bdi(v.name || stop_name(v.stop))] : state && state.next ? t('chip.road',
            { name: state.next.name, time: clock(state.next.arrival_s * 1000) }) : t('chip.no_stop'));
        chip.className = `chip ${v ? 'ok' : ''}`;
    });
    return chip;
}

/** In the bar, when GPS is gone: a visit that nobody opens is lost to the figures. @param {import('./shell.js').App} app */
export function gps_chip(app) {
    const chip = h('a', { class: 'chip', href: '#stop', 'data-test': 'chip-gps', hidden: true });
    app.on('state', () => {
        const said = gps_said(app.state.gps);
        chip.hidden = !said || !said.gone;
        if (!said || chip.dataset.gps === said.key) return;
        chip.dataset.gps = said.key;
        chip.className = `chip ${said.tone}`;
        fresh(chip, said.gone ? [icon(said.tone), t(`chip.gps.${said.key}`)] : '');
    });
    return chip;
}

// sync.js -- what is only on this laptop, how old its copy of the library is, and the way home: start, progress, what came out
// differently. The first question it answers: may I close the lid?
import { is_odd, outcome_parts } from './day_sums.js';
import { h, fresh, icon, press, t, api, age, clock, day, toast, sound } from './kit.js';

const SHOWN = 60;

/** @param {number | null | undefined} then_ms @param {number} now_ms */
export function ago(then_ms, now_ms) {
    if (!then_ms) return t('age.never');
    const [n, unit] = age(Math.max(0, now_ms - then_ms));
    return unit === 'now' ? t('age.now') : t.n(`age.${unit}`, n);
}

export class SyncScreen {
    /** @param {import('./shell.js').App} app */
    constructor(app) {
        this.id = 'sync';
        this.title = 'nav.sync';
        this.key = 'F9';
        this.role = 'staff';
        this.app = app;
        /** @type {any} */
        this.root = null;
        this.drawn = '';
        app.on('state', () => this.root && this.draw());
    }

    hide() {
        this.root = null;
    }

    /** Whether the lid may be closed is not answered from what was known two seconds ago. @param {any} root */
    async show(root) {
        this.root = root;
        this.drawn = '';
        fresh(root, h('h1', {}, t('nav.sync')), h('p', { class: 'empty' }, t('sync.wait')));
        await this.app.refresh();
        if (this.root === root) this.draw();
    }

    draw() {
        const s = this.app.state.sync;
        const now = JSON.stringify([s, Math.floor(this.app.now() / 60000)]);
        if (now === this.drawn) return;
        this.drawn = now;
        if (!s) {
            fresh(this.root, h('h1', {}, t('nav.sync')), h('p', { class: 'empty' }, t('sync.wait')));
            return;
        }
        const only = s.unsent_acts || 0, tone = s.running ? 'note' : only ? 'note' : 'ok';
        fresh(this.root, h('h1', { class: 'sr-only' }, t('nav.sync')),
            h('section', { class: `panel sync-now ${tone}`, 'data-test': 'sync-now', 'data-unsent': only, 'data-running': String(Boolean(s.running)) },
                h('p', { class: 'sync-big' }, icon(tone), h('span', {}, s.running ? t('sync.running') : only ? t.n('sync.only_here', only) : t('sync.home'))),
                h('p', {}, t(s.running ? 'sync.lid_wait' : only ? 'sync.lid_only' : 'sync.lid_ok')),
                only && s.oldest_ms ? h('p', {}, t('sync.oldest', { age: ago(s.oldest_ms, this.app.now()) })) : null),
            h('div', { class: 'two' },
                h('section', { class: 'panel stack' }, h('h2', {}, t('sync.copy')), h('p', { class: 'big-figure' }, ago(s.last_ms, this.app.now())),
                    h('p', { class: 'quiet' }, s.last_ms ? t('sync.last_at', { day: day(s.last_ms / 1000), time: clock(s.last_ms) }) : t('sync.never')),
                    s.running ? this.progress(s) : press('sync-start', t('sync.start'), () => this.start(), 'main big')),
                this.last(s)),
            this.second());
    }

    /** Where other screens are let in (--lan): the way to the code. It is a page of its own, so that it stays readable from afar. */
    second() {
        if (!this.app.session.second_screen) return null;
        return h('section', { class: 'panel row ends' }, h('p', {}, t('sync.second_hint')),
            h('a', { class: 'button', href: '/ui/second.html', 'data-test': 'second' }, t('sync.second')));
    }

    /** @param {any} s */
    progress(s) {
        const bar = h('progress', { max: s.total || 1, 'aria-label': t('sync.progress') });
        if (s.total) bar.value = s.done;
        return h('div', { class: 'stack', role: 'status', 'data-test': 'sync-progress' },
            h('p', {}, t.or(`sync.phase.${s.phase}`, s.phase || t('sync.running')), s.total ? ` ${s.done} / ${s.total}` : ''), bar);
    }

    /** @param {any} s */
    last(s) {
        const r = s.last, failed = s.last_exit !== null && s.last_exit !== undefined && s.last_exit !== 0;
        if (!r && !failed && !s.last_message) return h('section', { class: 'panel' }, h('h2', {}, t('sync.last')), h('p', { class: 'empty' }, t('sync.not_yet')));
        const odd = ((r && r.outcomes) || []).filter(is_odd);
        return h('section', { class: 'panel stack', 'data-test': 'sync-last', 'data-exit': s.last_exit ?? '' }, h('h2', {}, t('sync.last')),
            failed ? h('p', { class: 'note-text stop' }, icon('stop'), h('span', {}, s.last_message || (r && r.message) || t('sync.failed'))) : null,
            failed ? h('p', {}, t('sync.failed_more')) : null,
            r && r.pushed !== undefined ? h('dl', { class: 'facts' }, h('dt', {}, t('sync.sent')), h('dd', { class: 'number' }, r.pushed),
                h('dt', {}, t('sync.as_meant')), h('dd', { class: 'number' }, r.applied),
                h('dt', {}, t('sync.odd')), h('dd', { class: 'number' }, r.adjusted + r.exceptions + r.quarantined), h('dt', {}, t('sync.rows')),
                    h('dd', { class: 'number' }, r.snapshot ? t('sync.whole') : r.rows),
                h('dt', {}, t('sync.agreed')), h('dd', {}, t(r.agreed ? 'sync.yes' : 'sync.no'))) : null,
            odd.length ? [h('h3', {}, t('sync.odd_title')), outcomes(odd.slice(0, SHOWN))] : null);
    }

    async start() {
        try {
            await api.post('/api/sync', {});
            sound('ok');
        } catch (fault) {
            toast(/** @type {Error} */ (fault).message, 'stop');
        }
        this.app.refresh();
    }
}

/** Acts of which the branch made something else. @param {any[]} list */
export function outcomes(list) {
    return h('ul', { class: 'list' }, list.map((o) => {
        const [word, what] = outcome_parts(o.outcome);
        return h('li', { class: 'loan', 'data-test': 'outcome' },
            h('div', { class: 'grow' }, h('p', {}, t.or(`op.${o.op}`, o.op), o.item ? h('span', { class: 'number' }, ` ${o.item}`) : null),
                h('p', { class: 'quiet' }, clock(o.time_s * 1000), ' ', h('span', { class: 'slip' }, o.slip))),
            h('span', { class: `chip ${word === 'adjusted' ? 'note' : 'stop'}` }, t.or(`outcome.${word}`, word), what ? `: ${what.replace(/_/g, ' ')}` : ''));
    }));
}

/** In the bar: what is only here, and how old the copy is. @param {import('./shell.js').App} app */
export function sync_chip(app) {
    const chip = h('a', { class: 'chip', href: '#sync', 'data-test': 'chip-sync' });
    app.on('state', () => {
        const s = app.state.sync;
        if (!s) return;
        const tone = s.running ? '' : s.unsent_acts ? 'note' : 'ok';
        fresh(chip, s.running ? t('sync.running') : s.unsent_acts ? t.n('chip.only_here', s.unsent_acts) : t('chip.home'),
            h('span', { class: 'nowrap' }, ` \u00b7 ${ago(s.last_ms, app.now())}`));
        chip.className = `chip ${tone}`;
    });
    return chip;
}

// paper.js -- catching up from paper: every act counts as done at the time that is set here, until it is cleared. The banner
// that the frame shows meanwhile is loud on purpose.
import { h, fresh, icon, field } from './dom.js';
import { t } from './t.js';
import { iso_minute } from './format.js';
import { press } from './press.js';
import { sound } from './sound.js';

export class PaperScreen {
    /** @param {import('./shell.js').App} app */
    constructor(app) {
        this.id = 'paper';
        this.title = 'nav.paper';
        this.key = 'F7';
        this.role = 'staff';
        this.app = app;
        /** @type {any} */
        this.root = null;
        app.on('paper', () => this.root && this.draw());
    }

    hide() {
        this.root = null;
    }

    /** @param {any} root */
    show(root) {
        this.root = root;
        this.draw();
    }

    draw() {
        const paper = this.app.paper, now = iso_minute(this.app.now());
        const when = h('input', { type: 'datetime-local', name: 'when', required: true, max: now, value: (paper && paper.when) || now, 'data-test': 'paper-when' });
        const source = h('input', { name: 'source', required: true, maxlength: 100, autocomplete: 'off',
            value: (paper && paper.source) || t('paper.source_paper'), 'data-test': 'paper-source' });
        const error = h('p', { class: 'gate-error', role: 'alert', 'data-test': 'paper-error' });
        fresh(this.root, h('h1', {}, t('paper.title')), h('p', {}, t('paper.what')),
            h('form', {
                class: 'panel stack narrow', novalidate: true, onsubmit: (/** @type {Event} */ event) => {
                    event.preventDefault();
                    if (!when.value || when.value > iso_minute(this.app.now())) {
                        error.textContent = t('paper.future');
                        sound('stop');
                        return;
                    }
                    this.app.set_paper({ when: when.value, source: source.value.trim() || t('paper.source_paper') });
                    sound('note');
                    this.app.go('lend');
                },
            }, field(t('paper.when'), when, t('paper.when_hint')),
            h('div', { class: 'row' }, [-5, 5, -60].map((m) => h('button', {
                type: 'button', class: 'small', onclick: () => {
                    const at = new Date(`${when.value}Z`).getTime() + m * 60000;
                    if (!Number.isNaN(at)) when.value = new Date(at).toISOString().slice(0, 16);
                },
            }, t('paper.step', { m: m > 0 ? `+${m}` : `\u2212${-m}` })))),
            field(t('paper.source'), source, t('paper.source_hint')), error,
            h('div', { class: 'row' }, h('button', { type: 'submit', class: 'main big', 'data-test': 'paper-set' }, t(paper ? 'paper.change' : 'paper.set')),
                paper ? press('paper-clear', t('banner.paper_end'), () => this.app.set_paper(null), 'big') : null)),
            h('p', { class: 'note-text note' }, icon('note'), h('span', {}, t('paper.order'))));
    }
}

// slip.js -- what became of an act, by the eight characters on its slip: for a patron who says that he brought it back.
import { h, fresh, bdi, icon, field, t, api, clock, day, wild } from './kit.js';
import { outcome_parts } from './day_sums.js';

/** A form, and below it what is known. */
export function slip_panel() {
    const input = h('input', { name: 'slip', autocomplete: 'off', spellcheck: 'false', maxlength: 8, 'data-test': 'slip-code' });
    const told = h('div', { class: 'stack', role: 'status', 'data-test': 'slip-told' });
    return h('section', { class: 'panel stack' }, h('h2', {}, t('slip.title')), h('form', {
        class: 'stack', onsubmit: async (/** @type {Event} */ event) => {
            event.preventDefault();
            const code = input.value.trim().toLowerCase();
            if (!code) return;
            const { exit, answer } = await api.run('trace', [code]);
            const acts = exit === 0 && answer ? answer.acts : [];
            fresh(told, acts.length ? acts.map(act) : h('p', { class: 'note-text note' }, icon('note'), h('span', {}, t('slip.none'))));
        },
    }, field(t('slip.code'), input, t('slip.hint')), h('div', { class: 'row' }, h('button', { type: 'submit', 'data-test': 'slip-go' }, t('slip.go')))), told);
}

/** @param {any} a one act of `trace` */
function act(a) {
    const [word, what] = outcome_parts(a.outcome_now || 'pending');
    return h('div', { class: 'panel', 'data-test': 'slip-act' }, h('h3', {}, t.or(`op.${a.op}`, a.op)),
        a.item_words ? wild('p', '', a.item_words) : null,
        a.patron_words ? wild('p', '', a.patron_words) : null,
        h('p', { class: 'quiet' }, day(a.at_ms / 1000), ', ', clock(a.at_ms), a.staff ? [' \u00b7 ', bdi(a.staff)] : null),
        h('p', {}, t('slip.now'), ' ', h('span', { class: `chip ${word === 'exception' || word === 'quarantined' ? 'stop' : word === 'adjusted' ? 'note' : ''}` },
            t.or(`outcome.${word}`, word), what ? `: ${what.replace(/_/g, ' ')}` : '')),
        a.taken_back ? h('p', { class: 'note-text note' }, icon('undo'), h('span', {}, t('slip.taken_back'))) : null);
}

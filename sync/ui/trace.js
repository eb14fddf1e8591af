// trace.js -- an act's whole life, as a timeline; several if they share the slip's code.
import { h, bdi, icon, t, day, clock } from './kit.js';
import { steps_of } from './trace_steps.js';
import { code_name } from './codes.js';

/** @param {any} trace what `branch trace` says */
export function trace_part(trace) {
    return [
        trace.acts.length > 1 ? h('p', { class: 'note-text note' }, icon('note'), h('span', {}, t('trace.many', { n: trace.acts.length }))) : null,
        trace.acts.map(one_act),
        trace.more ? h('p', { class: 'hint' }, t('trace.more')) : null,
    ];
}

/** @param {any} act */
function one_act(act) {
    return h('section', { class: 'panel look', 'data-test': 'found-trace', 'data-entry': act.entry }, h('p', { class: 'look-kind' }, t('trace.title')),
        h('h2', {}, bdi(act.words || act.op)),
        h('dl', { class: 'facts' },
            fact('trace.slip', act.slip ? h('span', { class: 'slip-code' }, act.slip) : null), fact('trace.staff', act.staff),
                fact('story.item', act.item ? to(act.item, act.item_words) : null),
            fact('story.patron', act.patron ? to(act.patron, act.patron_words) : null),
                fact('trace.entry', h('span', { class: 'entry-id' }, act.entry))),
        h('ol', { class: 'timeline', 'data-test': 'timeline' }, steps_of(act).map(step)));
}

/** @param {string} label @param {any} value */
function fact(label, value) {
    return value ? [h('dt', {}, t(label)), h('dd', {}, value)] : null;
}

/** @param {string} what @param {string} [words] */
function to(what, words) {
    return h('a', { href: `#lookup/${encodeURIComponent(what)}` }, bdi(words || what));
}

/** @param {number | null} ms */
function moment(ms) {
    return ms === null || ms === undefined ? '' : `${day(ms / 1000)} ${clock(ms)}`;
}

/** @param {import('./trace_steps.js').Step} s */
function step(s) {
    return h('li', { class: `step ${s.mark}`, 'data-what': s.what }, icon(s.mark),
        h('div', {}, h('p', { class: 'step-when' }, h('strong', {}, t(`trace.step.${s.what}`)), s.at_ms === null ? '' : ` \u00b7 ${moment(s.at_ms)}`),
            h('div', { class: 'step-words' }, words(s))));
}

/** @param {import('./trace_steps.js').Step} s @returns {any} */
function words({ what, x }) {
    if (what === 'done') return [h('p', {}, bdi(`${x.where || x.device_name || ''}`)), doubts(x)];
    if (what === 'arrived') return h('p', {}, x.device === 'branch' ? t('trace.here') : t('trace.from', { device: x.device_name || x.device }));
    if (what === 'outcome') return h('p', {}, outcome(x));
    if (what === 'waiting') return h('p', {}, t('trace.waiting'));
    if (what === 'exception') return h('p', {}, h('a', { href: `#exceptions/${x.id}` }, code_name(x.code)),
        ` ${x.sentence} (${t.or(`trace.status.${x.status}`, x.status)})`);
    if (what === 'settled') return h('p', {}, `${code_name(x.code)}: ${t.or(`how.${x.settled_how}`, x.settled_how)}`);
    if (what === 'now') return [x.loan ? h('p', {}, bdi(x.loan)) : null, x.taken_back ? h('p', {}, t('story.taken_back')) : h('p', {},
        outcome(x.outcome_now))];
    return h('p', {}, bdi(x.words), x.where ? h('span', { class: 'quiet' }, ' ', bdi(x.where)) : null, ' ',
        x.slip ? h('a', { href: `#lookup/${x.slip}`, class: 'slip-link' }, x.slip) : null,
        x.taken_back ? h('span', { class: 'quiet' }, ` ${t('story.taken_back')}`) : null);
}

/** "applied", "exception(barred)" in words. @param {string} text */
function outcome(text) {
    const [, word, inside] = /^(\w+)(?:[(: ]+([^)]*)\)?)?$/.exec(text || '') || [null, text, ''];
    const codes = (inside || '').split(/[ ,]+/).filter(Boolean).map(code_name).join('; ');
    return `${t.or(`outcome.${word}`, word || '')}${codes ? `: ${codes}` : ''}`;
}

/** How sure its time is, and where it was written down first. @param {any} act */
function doubts(act) {
    return [
        act.source ? h('p', { class: 'quiet' }, t('trace.source'), ' ', bdi(act.source)) : null,
        act.corrected && Math.abs(act.at_ms - act.clock_ms) >= 60000 ? h('p', { class: 'quiet' },
            t('trace.corrected', { when: moment(act.clock_ms) })) : null,
        act.uncertainty_ms > 60000 ? h('p', { class: 'quiet' }, t('trace.unsure', { n: Math.round(act.uncertainty_ms / 60000) })) : null,
    ];
}

// trace.js -- an act's whole life, as a timeline.
import { h, bdi, icon, t } from './kit.js';

/** @param {any} x what `branch trace` says */
export function trace_part(x) {
    return h('section', { class: 'panel look', 'data-test': 'found-trace' }, h('p', { class: 'look-kind' }, t('trace.title')), h('pre', {}, JSON.stringify(x, null, 1)), bdi(''), icon('ok'));
}

// home_first.js -- what staff do first in the morning, worst on top. Pure.
import { van_state, reckon, right, told } from './home_sums.js';

/** @typedef {{ what: string, mark: 'stop' | 'note', n: number, to: string | null, values?: Record<string, any> }} Thing */

/** @param {any} status @param {any} tasks @returns {Thing[]} */
export function first_things(status, tasks) {
    /** @type {Thing[]} */
    const things = [];
    const add = (/** @type {string} */ what, /** @type {'stop' | 'note'} */ mark, /** @type {number} */ n, /** @type {string | null} */ to,
        /** @type {Record<string, any>} */ values = {}) => n > 0 && things.push({ what, mark, n, to, values });
    const devices = status.devices || [], now = status.now_ms;
    const wrong = devices.filter((/** @type {any} */ d) => told(d) && !right(reckon(d)));
    add('sums', 'stop', wrong.length, null);
    for (const d of devices) {
        const { word } = van_state(d, now);
        if (word === 'missing' || word === 'never') add(word, word === 'missing' ? 'stop' : 'note', 1, null, { van: d.name || d.device });
    }
    add('quarantined', 'stop', status.entries_quarantined || 0, null);
    add('aside', 'stop', status.messages_set_aside || 0, null);
    add('unapplied', 'stop', status.entries_not_applied_yet || 0, null);
    add('exceptions', 'stop', (tasks.exceptions || []).length, '#exceptions');
    add('know', 'note', Math.max(0, (status.exceptions_open || 0) - (tasks.exceptions || []).length), '#exceptions');
    add('clear', 'note', (tasks.clear || []).length, '#tasks/clear');
    add('pull', 'note', (tasks.pull || []).length, '#tasks/pull');
    add('ready', 'note', (tasks.ready || []).length, '#tasks/ready');
    return things;
}

// choices.js -- what there is to choose from: stops, categories, item types, classes. Asked once, then kept for a while.
import { h } from './dom.js';
import { t } from './t.js';
import { api } from './api.js';
import { stop_name } from './format.js';

const KEPT_MS = 60000;

/** @typedef {{ stops: { key: string, name: string }[], categories: string[], itypes: string[], groups: { group: string, patrons: number }[] }} Choices */

/** @type {{ at: number, list: Choices | null }} */
const kept = { at: 0, list: null };

/** @param {string} command @returns {Promise<any>} null when this program has no such command yet, or nothing to tell */
async function ask(command) {
    try {
        const { exit, answer } = await api.run(command);
        return exit === 0 ? answer : null;
    } catch {
        return null;
    }
}

/** @returns {Promise<Choices>} */
export async function choices() {
    if (kept.list && Date.now() - kept.at < KEPT_MS) return kept.list;
    const [c, g] = await Promise.all([ask('choices'), ask('patron groups')]);
    const groups = Array.isArray(g) ? g : (g && g.groups) || [];
    kept.list = {
        stops: (c && c.stops) || [], categories: (c && c.categories) || [], itypes: (c && c.itypes) || [],
        groups: groups.map((/** @type {any} */ one) => ({ group: one.group ?? one.name, patrons: one.patrons ?? one.count ?? 0 })),
    };
    kept.at = Date.now();
    return kept.list;
}

/** A list to choose from, filled when it is known. first: the line for none.
 * @param {string} name @param {string} first @param {(c: Choices) => [string, string][]} pick pairs of value and text @param {string} [value] */
export function select(name, first, pick, value) {
    const node = h('select', { name, 'data-test': name }, h('option', { value: '' }, first));
    choices().then((all) => {
        for (const [key, text] of pick(all)) node.append(h('option', { value: key }, text));
        if (value && ![...node.options].some((o) => o.value === value)) node.append(h('option', { value }, stop_name(value)));
        if (value) node.value = value;
    });
    return node;
}

/** @type {(c: Choices) => [string, string][]} */
export const of_stops = (c) => c.stops.map((s) => [s.key, s.name || stop_name(s.key)]);
/** @type {(c: Choices) => [string, string][]} */
export const of_groups = (c) => c.groups.map((g) => [g.group, t('find.group_count', { group: g.group, n: g.patrons })]);
/** @type {(c: Choices) => [string, string][]} */
export const of_categories = (c) => c.categories.map((one) => [one, one]);

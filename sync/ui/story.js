// story.js -- one exception told: what the van did, what the branch did, how it stands, what was decided; and what can be done.
import { h, bdi, icon, t, day, clock, key_name } from './kit.js';
import { take_apart, only_looks, with_reason } from './ways.js';
import { way_form, way_link, undo_form } from './way_form.js';

const LATE_MS = 600000;

/** @typedef {{ app: any, back: () => void, next: () => void, has_next: boolean, changed: () => Promise<void> }} Around */

/** @param {any} x what exceptions show says @param {Around} around */
export function story(x, around) {
    const open = x.status === 'open', mark = !open ? 'ok' : x.task ? 'stop' : 'note';
    return [
        h('div', { class: 'x-head' },
            h('p', { class: `x-state ${mark}`, 'data-test': 'x-state', 'data-status': x.status }, icon(mark),
                h('span', {}, t(`exceptions.state.${!open ? 'settled' : x.task ? 'act' : 'know'}`)), h('span', { class: 'x-code' }, x.id)),
            h('button', { type: 'button', class: 'x-back', onclick: around.back, 'data-test': 'x-back' }, t('exceptions.back'),
                h('kbd', {}, t('key.Escape'))),
            around.has_next ? h('button', { type: 'button', onclick: around.next, 'data-test': 'x-next' }, t('exceptions.next'),
                h('kbd', {}, key_name('Alt+N'))) : null),
        h('h2', { tabindex: '-1', 'data-test': 'x-title' }, x.sentence),
        about(x),
        x.settled_by ? decided(x, around) : null,
        h('h3', {}, t('story.happened')),
        lanes(x.events),
        x.now ? h('p', { class: 'x-now', 'data-test': 'x-now' }, h('strong', {}, t('story.now')), ' ', bdi(x.now)) : null,
        open ? ways(x, around) : null,
    ];
}

/** Whom and what it is about; each a link to all about it. @param {any} x */
function about(x) {
    /** @param {string} label @param {string} key @param {string | null} name */
    const fact = (label, key, name) => h('div', {}, h('dt', {}, label),
        h('dd', {}, h('a', { href: `#lookup/${encodeURIComponent(key)}` }, name ? bdi(name) : key),
            name ? h('span', { class: 'num-id' }, key) : null));
    return h('dl', { class: 'x-about' },
        x.item ? fact(t('story.item'), x.item, x.title) : null,
        x.card ? fact(t('story.patron'), x.card, x.patron) : null,
        x.other_card && x.other_card !== x.card ? fact(t('story.other'), x.other_card, x.other_patron) : null);
}

// --- what happened ----------------------------------------------------------------------------------------------------------

/** Two lanes: the branch on the left, vans on the right, true time downwards. A list, so that it reads in order without eyes.
 * @param {any[]} events */
function lanes(events) {
    return h('div', { class: 'lanes' },
        h('p', { class: 'lane-head here', 'aria-hidden': 'true' }, t('story.lane.branch')),
            h('p', { class: 'lane-head there', 'aria-hidden': 'true' }, t('story.lane.vans')),
        h('ol', { class: 'lane-events', 'data-test': 'x-events' }, events.map(event)));
}

/** @param {any} e */
function event(e) {
    const here = e.device ? e.device === 'branch' : !/ at /.test(e.where) && (e.where === 'the branch' || e.where === 'import');
    const late = e.slip && e.received_ms - e.t_ms > LATE_MS;
    return h('li', { class: `event ${here ? 'here' : 'there'} ${e.part}${e.taken_back ? ' undone' : ''}`, 'data-part': e.part },
        e.part !== 'beside' ? h('p', { class: 'event-part' }, t(`story.part.${e.part}`)) : null,
        h('p', { class: 'event-when' }, h('strong', {}, e.when), ' \u00b7 ', h('span', {}, bdi(e.where))),
        h('p', { class: 'event-words' }, bdi(e.words)),
        e.taken_back ? h('p', { class: 'event-note' }, icon('undo'), t('story.taken_back')) : null,
        h('p', { class: 'event-foot' },
            e.staff ? h('span', {}, t('story.by', { staff: e.staff })) : null,
            late ? h('span', {}, t('story.known', { when: `${day(e.received_ms / 1000)} ${clock(e.received_ms)}` })) : null,
            e.slip ? h('a', { href: `#lookup/${e.slip}`, class: 'slip-link' }, e.slip) : null));
}

// --- what was decided, what can be done -----------------------------------------------------------------------------------------

/** @param {any} x @param {Around} around */
function decided(x, around) {
    return h('section', { class: 'x-decided', 'data-test': 'x-decided' }, h('h3', {}, t('story.decided')),
        h('p', {}, icon('ok'), h('span', {}, t('story.settled', { how: t.or(`how.${x.settled_how}`, x.settled_how), when: x.settled_when || '' }),
            x.settled_staff ? ` ${t('story.by', { staff: x.settled_staff })}` : '')),
        x.settled_why ? h('blockquote', {}, bdi(x.settled_why)) : null,
        around.app.may('staff') ? undo_form(x.settled_by, around) : null);
}

/** @param {any} x @param {Around} around */
function ways(x, around) {
    /** @type {any[]} */
    const told = [], acts = [];
    for (const step of x.next) {
        const act = take_apart(step.command);
        if (!act) told.push(h('p', { class: 'way-told' }, step.what, step.command ? h('code', {}, step.command) : null));
        else if (only_looks(act)) acts.push(way_link(act, step.what));
        else if (around.app.may('staff')) acts.push(way_form(with_reason(act), step.what, around));
    }
    return h('section', { class: 'x-ways', 'data-test': 'x-ways' }, h('h3', {}, t('story.ways')), told,
        around.app.may('staff') ? null : h('p', { class: 'note-text' }, icon('note'), t('story.viewer')), h('ul', { class: 'ways' }, acts));
}

/** It is no more. @param {Around} around @param {boolean} by_us what was done here ended it */
export function over(around, by_us) {
    return [
        h('h2', { tabindex: '-1' }, t('story.over')), h('p', { class: 'all-well ok', 'data-test': 'x-over' }, icon('ok'),
            t(by_us ? 'story.gone' : 'story.gone_before')),
        around.has_next ? h('p', {}, h('button', { type: 'button', class: 'main', onclick: around.next, 'data-test': 'x-next' }, t('exceptions.next'),
            h('kbd', {}, key_name('Alt+N')))) : null,
    ];
}

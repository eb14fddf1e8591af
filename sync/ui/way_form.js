// way_form.js -- a way to deal with an exception as a button that opens what it asks for: a reason, a card, an amount.
// What was done is told with its slip and, where it can be taken back, how.
import { h, fresh, icon, field, unique, t, request_id } from './kit.js';
import { ask, deed } from './ask.js';
import { fill, kind_of } from './ways.js';

/** @typedef {import('./ways.js').Act} Act */

/** @param {Act} act @param {string} what */
export function way_link(act, what) {
    const to = act.words.length ? `#lookup/${encodeURIComponent(act.words[0])}` : '#tasks';
    return h('li', { class: 'way' }, h('a', { class: 'button', href: to }, t(`way.${kind_of(act)}`)), h('span', { class: 'way-what' }, what));
}

/** @param {string} name */
function blank_input(name) {
    const attributes = { 'data-test': `way-${name}`, required: true, autocomplete: 'off', maxlength: name === 'TEXT' ? 500 : 100 };
    if (name === 'DATE') return h('input', { ...attributes, type: 'date' });
    if (name === 'AMOUNT') return h('input', { ...attributes, inputmode: 'decimal' });
    if (name === 'NEWCARD') return h('input', { ...attributes, 'data-scan': '', inputmode: 'numeric' });
    return h('input', attributes);
}

/** A button; pressed, it opens its form. @param {Act} act @param {string} what @param {import('./story.js').Around} around */
export function way_form(act, what, around) {
    const id = unique('way'), kind = kind_of(act), settle = kind === 'exceptions_settle';
    const place = h('div', { id, class: 'way-open', hidden: true });
    const button = h('button', {
        type: 'button', class: settle ? 'main' : null, 'aria-expanded': 'false', 'aria-controls': id, 'data-test': `way-${kind}`,
        onclick: () => toggle(button, place, () => form(act, around, () => toggle(button, place))),
    }, t(settle ? `way.settle.${act.options['--as']}` : `way.${kind}`));
    return h('li', { class: 'way' }, button, h('span', { class: 'way-what' }, what), place);
}

/** @param {any} button @param {any} place @param {() => any} [make] */
function toggle(button, place, make) {
    const open = place.hidden && !!make;
    place.hidden = !open;
    button.setAttribute('aria-expanded', String(open));
    fresh(place, open && make ? make() : null);
    if (open) place.querySelector('input')?.focus();
    else button.focus();
}

/** @param {Act} act @param {import('./story.js').Around} around @param {() => void} close */
function form(act, around, close) {
    /** @type {Record<string, any>} */
    const inputs = Object.fromEntries(act.blanks.map((b) => [b.name, blank_input(b.name)]));
    const error = h('div', {}), request = request_id(); // pressed twice, done once
    const go = h('button', { type: 'submit', class: 'main', 'data-test': 'way-go' }, t('way.go'));
    const submit = async (/** @type {Event} */ event) => {
        event.preventDefault();
        const full = fill(act, Object.fromEntries(Object.entries(inputs).map(([name, input]) => [name, input.value])));
        if (!full) {
            const missing = Object.values(inputs).find((input) => !input.value.trim());
            fresh(error, h('p', { class: 'trouble', role: 'alert' }, icon('stop'), t('way.missing')));
            missing?.focus();
            return;
        }
        go.disabled = true;
        const done = await deed(() => ask(act.command, full.words, full.options, { request }), (answer) => said(act, answer), error);
        go.disabled = false;
        if (done) await around.changed();
        else go.focus();
    };
    return h('form', {
        class: 'way-form', onsubmit: submit, novalidate: true,
        onkeydown: (/** @type {KeyboardEvent} */ e) => {
            if (e.key !== 'Escape') return;
            e.preventDefault();
            e.stopPropagation();
            close();
        },
    }, act.blanks.map((b) => field(t(`way.ask.${b.name}`), inputs[b.name], t.or(`way.hint.${b.name}`, ''))),
    error, h('div', { class: 'row' }, go, h('button', { type: 'button', onclick: close, 'data-test': 'way-cancel' }, t('way.cancel'))));
}

/** @param {Act} act @param {any} answer */
function said(act, answer) {
    return t.or(`way.done.${kind_of(act)}`, t('way.done')) + (answer && answer.slip ? ` [${answer.slip}]` : '');
}

/** A settlement is taken back, by voiding its entry. @param {string} entry @param {import('./story.js').Around} around */
export function undo_form(entry, around) {
    /** @type {Act} */
    const act = { command: 'void', words: [entry], options: {}, blanks: [{ name: 'TEXT', into: 'option', at: '--why', required: true }] };
    const id = unique('undo'), place = h('div', { id, class: 'way-open', hidden: true });
    const button = h('button', {
        type: 'button', 'aria-expanded': 'false', 'aria-controls': id, 'data-test': 'x-undo',
        onclick: () => toggle(button, place, () => form(act, around, () => toggle(button, place))),
    }, icon('undo'), t('story.undo'));
    return h('div', { class: 'way' }, button, h('span', { class: 'way-what' }, t('story.undo_what')), place);
}

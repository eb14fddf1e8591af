// lookup.js -- one box for everything: a card or a name, a copy, a title, an entry or the code on a slip. Scanned or typed.
// What it is is looked up, never guessed by its prefix: a number that is both a card and a copy shows both.
import { h, fresh, icon, t, key_name } from './kit.js';
import { ask, load, Refused, Life } from './ask.js';
import { ways_to_ask } from './lookup_ask.js';
import { patron_part, item_part, title_part, people_part, titles_part } from './lookup_parts.js';
import { trace_part } from './trace.js';
import { read_devices } from './devices_names.js';

/** @type {Life | null} */
let life = null;
/** @type {any} */
let box = null;
/** @type {any} */
let app = null;

export const lookup = {
    id: 'lookup', title: 'lookup.title', key: 'Alt+K', role: 'viewer',
    /** @param {any} root @param {any} the_app */
    show(root, the_app) {
        life = new Life();
        app = the_app;
        const what = location.hash.slice(1).split('/').slice(1).join('/'), text = what ? decodeURIComponent(what) : '';
        box = h('input', {
            type: 'search', id: 'lookup-box', value: text, autocomplete: 'off', autocapitalize: 'none', spellcheck: 'false', maxlength: 200,
                'data-test': 'lookup-box',
        });
        const place = h('div', { class: 'stack', 'data-test': 'lookup-found' });
        fresh(root, h('div', { class: 'row ends' }, h('h1', {}, t('lookup.title')),
            h('a', { href: '#explain', class: 'button', 'data-test': 'lookup-explain' }, t('explain.link'), h('kbd', {}, key_name('Alt+Y')))),
            h('form', {
                class: 'lookup-form', role: 'search', onsubmit: (/** @type {Event} */ e) => {
                    e.preventDefault();
                    look(box.value);
                },
            }, h('label', { for: 'lookup-box' }, t('lookup.box')), h('div', { class: 'row' }, h('div', { class: 'grow' }, box),
                h('button', { type: 'submit', class: 'main', 'data-test': 'lookup-go' }, t('lookup.go')))),
            place);
        if (text) find(text, place);
        else fresh(place, h('p', { class: 'hint' }, t('lookup.hint')));
        box.focus();
        box.select();
    },
    hide() {
        if (life) life.end();
        life = box = null;
    },
    box: () => box,
    /** @param {string} text */
    scan(text) {
        look(text);
    },
};

/** @param {string} text */
function look(text) {
    const what = text.trim();
    if (what) app.go(`lookup/${encodeURIComponent(what)}`);
}

const PARTS = /** @type {Record<string, (answer: any, text: string, app: any) => any>} */ ({
    patron: patron_part, item: item_part, title: title_part, people: people_part, titles: titles_part, trace: trace_part,
});

/** Ask in every way that the text may be meant, at once; show what was found. @param {string} text @param {any} place */
function find(text, place) {
    const mine = /** @type {Life} */ (life);
    load(mine, place, async () => {
        await read_devices();
        const asked = ways_to_ask(text);
        return Promise.all(asked.map(async (way) => {
            try {
                const answer = await ask(way.command, way.words, way.options, { signal: mine.signal });
                return { part: way.part, answer: is_there(way.part, answer) ? answer : null };
            } catch (fault) {
                if (fault instanceof Refused) return { part: way.part, answer: null };
                throw fault;
            }
        }));
    }, (found) => {
        const there = found.filter((/** @type {any} */ f) => f.answer);
        if (there.length === 0) return h('p', { class: 'note-text note', role: 'status', 'data-test': 'lookup-none' }, icon('note'),
            h('span', {}, t('lookup.none', { text })));
        return [
            there.length > 1 && there[0].part === 'patron' && there[1].part === 'item' ? h('p', { class: 'note-text note' }, icon('note'),
                t('lookup.both', { text })) : null,
            there.map((/** @type {any} */ f) => PARTS[f.part](f.answer, text, app)),
        ];
    });
}

/** @param {string} part @param {any} answer */
function is_there(part, answer) {
    if (part === 'people') return answer.length > 0;
    if (part === 'titles') return answer.hits.length > 0;
    return part !== 'patron' || answer.known !== false || answer.loans.length > 0;
}

// item_box.js -- what hands see of a copy: damaged, lost, missing, in order again; and a copy with a barcode that nobody
// knows. Each is an act that answers like any other.
import { h, bdi, field, wild } from './dom.js';
import { t } from './t.js';
import { alertBox } from './box.js';

const MARKS = ['damaged', 'mend', 'lost', 'missing', 'ok'];

/** What is it? ret: the command and its options, or null @param {any} item as `item show` tells
 * @returns {Promise<{ command: string, options: any } | null>} */
export async function ask_mark(item) {
    const why = h('input', { name: 'why', maxlength: 200, autocomplete: 'off', 'data-test': 'mark-why' });
    const mark = await alertBox({
        kind: 'note', form: true, title: t('mark.title'),
        body: [wild('p', 'box-title', item.name || item.item), item.patron ? h('p', {}, t('mark.lent'), ' ',
            bdi(item.patron_name || item.patron)) : null, field(t('mark.why'), why)],
        choices: [...MARKS.map((value) => ({ label: t(`mark.${value}`), value })), { label: t('box.cancel'), value: null, cancel: true }],
    });
    return mark ? { command: `item ${mark}`, options: { '--why': why.value.trim() } } : null;
}

/** A copy that nobody knows: its title's name is enough, cataloguers do the rest. ret: options of `item add`, or null
 * @param {string} barcode @returns {Promise<any>} */
export async function ask_add(barcode) {
    const text = (/** @type {string} */ name) => h('input', { name, maxlength: 200, autocomplete: 'off', 'data-test': `add-${name}` });
    const name = text('name'), author = text('author'), callno = text('callno'), isbn = text('isbn');
    isbn.dataset.scan = ''; // it is on the back of the book
    const error = h('p', { class: 'gate-error', role: 'alert' });
    const yes = await alertBox({
        kind: 'note', form: true, focus: name, title: t('add.title', { text: barcode }),
        body: [h('p', { class: 'quiet' }, t('add.hint')), h('div', { class: 'form' }, field(t('add.name'), name), field(t('add.author'), author),
            field(t('add.callno'), callno), field(t('add.isbn'), isbn)), error],
        choices: [{ label: t('add.yes'), value: 'yes', combo: 'Alt+O', main: true, check: () => {
            error.textContent = name.value.trim() ? '' : t('add.missing');
            return name.value.trim() !== '';
        } }, { label: t('box.cancel'), value: null, cancel: true }],
    });
    return yes ? { '--name': name.value.trim(), '--author': author.value.trim(), '--callno': callno.value.trim(), '--isbn': isbn.value.trim() } : null;
}

// pair.js -- what a screen of the van's network sees before it is paired: the code that the main screen shows, typed once.
import { h, fresh, field } from './dom.js';
import { t, use_texts } from './t.js';
import { texts } from './texts_pair.js';

use_texts(texts);

const code = h('input', { type: 'text', inputmode: 'numeric', autocomplete: 'off', maxlength: 12, required: true, 'data-test': 'pair-code' });
const go = h('button', { type: 'submit', class: 'main big', 'data-test': 'pair-go' }, t('pair.go'));
const error = h('p', { class: 'gate-error', role: 'alert', 'data-test': 'pair-error' });

/** @param {number} left seconds */
function count(left) {
    fresh(error, left > 0 ? t.n('gate.wait', left) : '');
    go.disabled = left > 0;
    if (left > 0) setTimeout(() => count(left - 1), 1000);
}

/** @param {Event} event */
async function send(event) {
    event.preventDefault();
    let status = 0, body = null;
    try {
        const reply = await fetch('/api/pair', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ code: code.value }) });
        status = reply.status;
        body = await reply.json();
    } catch {
        status = 0;
    }
    if (status === 200) location.reload();
    else if (status === 429) count(body.wait_s);
    else fresh(error, t(status === 0 ? 'gate.lost' : status === 401 ? 'pair.wrong' : 'gate.fault'));
    code.select();
}

document.body.append(h('main', {}, h('dialog', { class: 'gate', open: true, 'aria-labelledby': 'title', 'data-test': 'screen-pair' },
    h('div', { class: 'gate-inner' }, h('h1', { id: 'title' }, t('pair.title')),
        h('form', { onsubmit: send }, field(t('pair.ask'), code, t('pair.hint')), error, go)))));
code.focus();

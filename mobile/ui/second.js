// second.js -- on the main screen: the code that lets a second screen in, and how to know that it is this laptop that it speaks to.
import { h, fresh } from './dom.js';
import { t, use_texts } from './t.js';
import { texts } from './texts_pair.js';

use_texts(texts);

const shown = h('div', { class: 'stack', 'aria-live': 'polite' });

async function ask() {
    const session = await (await fetch('/api/session')).json();
    if (!session.csrf || session.locked) {
        fresh(shown, h('p', {}, t('pair.login')));
        return;
    }
    const reply = await fetch('/api/pair-code', {
        method: 'POST', headers: { 'Content-Type': 'application/json', 'Bookmobile-Csrf': session.csrf }, body: '{}',
    });
    const body = await reply.json();
    if (reply.status !== 200) {
        fresh(shown, h('p', {}, reply.status === 404 ? t('pair.off') : body.message || body.error));
        return;
    }
    fresh(shown, h('p', {}, t('pair.open')), h('p', { class: 'big-figure', 'data-test': 'pair-url' }, body.url),
        h('p', {}, t('pair.type')), h('p', { class: 'big-figure', 'data-test': 'pair-code' }, body.code),
        h('p', {}, t('pair.print')), h('p', { class: 'fingerprint', 'data-test': 'pair-print' }, body.fingerprint.replace(/:/g, ' ')),
        h('p', { class: 'quiet' }, t('pair.once', { minutes: Math.round(body.valid_s / 60) })));
}

document.body.append(h('main', {}, h('dialog', { class: 'gate', open: true, 'aria-labelledby': 'title', 'data-test': 'screen-second' },
    h('div', { class: 'gate-inner' }, h('h1', { id: 'title' }, t('pair.title')), shown,
        h('button', { type: 'button', class: 'main big', onclick: ask }, t('pair.again')), h('p', {}, h('a', { class: 'button', href: '/' }, t('pair.back')))))));
ask();

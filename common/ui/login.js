// login.js -- who is at the desk: logging in, and unlocking after a pause. Both cover the whole page, boxes included,
// so that nobody reads over an empty seat's shoulder what stands there.
import { h, fresh, icon, field, unique } from './dom.js';
import { api } from './api.js';
import { keys } from './keys.js';
import { sound } from './sound.js';
import { t } from './t.js';

/** @param {any} facts */
function head(facts) {
    return [
        h('p', { class: 'gate-place' }, [facts.library, facts.mobile || facts.place].filter(Boolean).join(' \u00b7 ')),
        facts.practice ? h('p', { class: 'gate-practice' }, icon('note'), t('practice.short')) : null,
    ];
}

/** Covers the page until `ask` is content.
 * @param {string} name @param {string} title @param {any} facts @param {any[]} content @param {any} error */
function cover(name, title, facts, content, error) {
    const id = unique('gate');
    const dialog = h('dialog', { class: 'gate', closedby: 'none', 'aria-labelledby': id, 'data-test': `screen-${name}` },
        h('div', { class: 'gate-inner' }, head(facts), h('h1', { id }, title), content));
    dialog.addEventListener('cancel', (/** @type {Event} */ event) => event.preventDefault());
    const let_go = keys.set_modal({
        last: true,
        press: (event) => event.key === 'Escape' || /^F\d+$/.test(event.key) || event.altKey,
        scanned: (text) => {
            sound('stop');
            fresh(error, t('gate.scanned', { text }));
        },
    });
    document.body.append(dialog);
    document.body.classList.add('covered');
    dialog.showModal();
    return () => {
        let_go();
        document.body.classList.remove('covered');
        dialog.close();
        dialog.remove();
    };
}

/** Tell why not; for a wait, count it down with the button off.
 * @param {{ status: number, body: any }} answer @param {any} error @param {any} button @param {string} wrong */
function tell(answer, error, button, wrong) {
    sound('stop');
    if (answer.status !== 429) {
        const text = answer.status === 0 ? t('gate.lost') : answer.status === 401 || answer.status === 403 ? wrong
            : (answer.body && (answer.body.message || answer.body.error)) || t('gate.fault');
        fresh(error, text);
        return;
    }
    let left = Math.max(1, Math.ceil((answer.body && answer.body.wait_s) || 1));
    button.disabled = true;
    const count = () => {
        fresh(error, left > 0 ? t.n('gate.wait', left) : '');
        button.disabled = left > 0;
        if (left-- > 0) setTimeout(count, 1000);
    };
    count();
}

/** Until somebody is in. ret: {staff, csrf}
 * @param {any} facts what GET /api/session says @returns {Promise<any>} */
export function login(facts) {
    return new Promise((done) => {
        const who = h('input', {
            name: 'who', autocomplete: 'username', autocapitalize: 'none', spellcheck: 'false', required: true, maxlength: 64,
            value: localStorage.getItem('bm-who') || '', 'data-test': 'login-who',
        });
        const phrase = h('input', {
            name: 'phrase', type: 'password', autocomplete: 'current-password', required: true, maxlength: 512, 'data-test': 'login-phrase',
        });
        const go = h('button', { type: 'submit', class: 'main big', 'data-test': 'login-go' }, t('gate.login'));
        const error = h('p', { class: 'gate-error', role: 'alert', 'data-test': 'login-error' });
        const none = facts.accounts === 0;
        const form = h('form', {
            onsubmit: async (/** @type {Event} */ event) => {
                event.preventDefault();
                if (go.disabled) return;
                go.disabled = true;
                const answer = await api.once('/api/login', { who: who.value.trim(), phrase: phrase.value });
                go.disabled = false;
                phrase.value = '';
                if (answer.status === 200) {
                    localStorage.setItem('bm-who', who.value.trim());
                    close();
                    done(answer.body);
                    return;
                }
                tell(answer, error, go, t('gate.wrong'));
                phrase.focus();
            },
        }, field(t('gate.who'), who), field(t('gate.phrase'), phrase), error, go);
        const close = cover('login', t('gate.title'), facts,
            [none ? h('p', { class: 'note-text', 'data-test': 'login-none' }, t(`gate.none.${facts.program || 'bookmobile'}`)) : null, form], error);
        (who.value ? phrase : who).focus();
    });
}

/** Until the same person is back, or somebody else wants to log in. ret: 'open' | 'other'
 * @param {any} session @returns {Promise<'open' | 'other'>} */
export function unlock(session) {
    return new Promise((done) => {
        const phrase = h('input', {
            name: 'phrase', type: 'password', autocomplete: 'current-password', required: true, maxlength: 512, 'data-test': 'lock-phrase',
        });
        const go = h('button', { type: 'submit', class: 'main big', 'data-test': 'lock-go' }, t('gate.unlock'));
        const error = h('p', { class: 'gate-error', role: 'alert', 'data-test': 'login-error' });
        const end = (/** @type {'open' | 'other'} */ how) => {
            close();
            done(how);
        };
        const form = h('form', {
            onsubmit: async (/** @type {Event} */ event) => {
                event.preventDefault();
                if (go.disabled) return;
                go.disabled = true;
                const answer = await api.once('/api/unlock', { phrase: phrase.value });
                go.disabled = false;
                phrase.value = '';
                if (answer.status === 200) end('open');
                else if (answer.status === 401 && (await api.once('/api/session')).status === 401) end('other'); // the session is over
                else {
                    tell(answer, error, go, t('gate.wrong_phrase'));
                    phrase.focus();
                }
            },
        }, field(t('gate.phrase_of', { name: session.staff.name }), phrase), error,
        h('div', { class: 'row' }, go, h('button', {
            type: 'button', 'data-test': 'lock-other',
            onclick: async () => {
                await api.once('/api/logout', {});
                end('other');
            },
        }, t('gate.other'))));
        const close = cover('lock', t('gate.locked'), session, [form], error);
        phrase.focus();
    });
}

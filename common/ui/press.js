// press.js -- buttons, with the key that does the same shown on them.
import { h } from './dom.js';
import { t } from './t.js';

/** How a key is written on screen. @param {string} combo */
export function key_name(combo) {
    return combo.split('+').map((part) => t.or(`key.${part}`, part)).join('+');
}

/** in: test, its name for tests; cls: main, big, small; key: a combo that does the same
 * @param {string} test @param {any} text @param {() => void} run @param {string} [cls] @param {string} [key] @returns {any} */
export function press(test, text, run, cls, key) {
    return h('button', { type: 'button', class: cls || null, 'data-test': test, onclick: () => run() }, text, key ? h('kbd', {}, key_name(key)) : null);
}

// admin_tabs.js -- what is for administrators: one entry of the navigation, parts of it as tabs.
import { h, t } from './kit.js';

const PARTS = ['devices', 'accounts'];

/** A heading with the tabs beside it. @param {string} id the screen shown */
export function admin_head(id) {
    document.querySelector('#nav a[href="#devices"]')?.setAttribute('aria-current', 'page'); // whichever part it is
    return h('div', { class: 'row ends' }, h('h1', {}, t(`${id}.title`)), h('nav', { class: 'tabs', 'aria-label': t('admin.parts') },
        PARTS.map((part) => h('a', {
        class: 'button', href: `#${part}`, 'aria-current': part === id ? 'page' : null, 'data-test': `admin-${part}`,
    }, t(`${part}.title`)))));
}

// shell.js -- the frame round the screens: bar, navigation, banners, the hash route, what the program says of itself every
// two seconds, idle lock. Both programs start here: start(new App(), { screens, chips }).
import { h, fresh, icon, scroller } from './dom.js';
import { t, use_texts } from './t.js';
import { api } from './api.js';
import { keys } from './keys.js';
import { set_zone, clock } from './format.js';
import { box_open, toast } from './box.js';
import { key_name, press } from './press.js';
import { login, unlock } from './login.js';
import { sound } from './sound.js';

const STATE_MS = 2000, RANK = { viewer: 0, staff: 1, admin: 2 };

/** @typedef {{ id: string, title: string, key?: string, also?: string[], role?: string, hidden?: boolean,
 *   show: (root: any, app: App, again: boolean) => void, hide?: () => void, scan?: (text: string) => void, box?: () => any }} Screen
 * title: a key of texts; key, also: combos (F1, Alt+U); role: the least that may; hidden: not in the navigation;
 * again: asked for while it is on the screen already; scan: takes scans while it is on the screen; box: its scan box */

/** Paper stays set until it is cleared, over a reload too. @returns {{ when: string, source: string } | null} */
function kept_paper() {
    try {
        const kept = JSON.parse(sessionStorage.getItem('bm-paper') || 'null');
        return kept && typeof kept.when === 'string' && typeof kept.source === 'string' ? kept : null;
    } catch {
        return null;
    }
}

export class App {
    constructor() {
        /** @type {{ screens: Screen[], chips?: (app: App) => any }} */
        this.program = { screens: [] };
        /** @type {any} what GET /api/session says */
        this.session = {};
        /** @type {any} what GET /api/state says */
        this.state = {};
        /** @type {Screen | null} */
        this.screen = null;
        /** @type {{ when: string, source: string } | null} acts are caught up from paper while this is set */
        this.paper = kept_paper();
        /** @type {Map<string, Set<(x: any) => void>>} */
        this.listeners = new Map();
        this.clock_off_ms = 0;
        /** @type {any} */
        this.soon = 0;
        this.touched = Date.now();
        this.locked = false; // by this page: the cover stands until the phrase is given
    }

    /** @param {string} event @param {(x: any) => void} listener ret: takes it away again */
    on(event, listener) {
        const set = this.listeners.get(event) || new Set();
        this.listeners.set(event, set.add(listener));
        return () => set.delete(listener);
    }

    /** @param {string} event @param {any} [x] */
    emit(event, x) {
        for (const listener of this.listeners.get(event) || []) listener(x);
    }

    /** The program's time, which in practice is not ours. ret: UTC ms */
    now() {
        return Date.now() + this.clock_off_ms;
    }

    /** @param {string} [role] */
    may(role) {
        return RANK[/** @type {'viewer'} */ (this.session.staff?.role)] >= RANK[/** @type {'viewer'} */ (role || 'viewer')];
    }

    /** @param {string} id */
    go(id) {
        if (location.hash === `#${id}`) this.route();
        else location.hash = id;
    }

    /** An act, with paper's time and source while paper is set.
     * @param {string} command @param {(string | number)[]} [words] @param {Record<string, any>} [options]
     * @param {{ request?: string }} [more] @returns {Promise<{ exit: number, answer: any }>} */
    act(command, words, options, more) {
        return api.run(command, words, { ...this.times(), ...options }, more);
    }

    /** The options of an act that is caught up from paper. */
    times() {
        return this.paper ? { '--when': this.paper.when, '--source': this.paper.source } : {};
    }

    /** @param {{ when: string, source: string } | null} paper */
    set_paper(paper) {
        this.paper = paper;
        if (paper) sessionStorage.setItem('bm-paper', JSON.stringify(paper));
        else sessionStorage.removeItem('bm-paper');
        this.emit('paper', paper);
    }

    screens() {
        return this.program.screens.filter((s) => this.may(s.role));
    }

    route() {
        const id = decodeURIComponent(location.hash.slice(1)).split('/')[0];
        const list = this.screens(), next = list.find((s) => s.id === id) || list[0];
        const main = document.getElementById('main');
        if (!next || !main) return;
        const again = this.screen === next;
        if (this.screen && this.screen.hide) this.screen.hide();
        this.screen = next;
        const root = h('div', { class: `screen screen-${next.id}`, 'data-test': `screen-${next.id}` });
        fresh(scroller(main), root);
        if (!main.hasAttribute('tabindex')) main.setAttribute('tabindex', '-1'); // it is focused when a screen has no field
        main.scrollTop = 0;
        document.title = `${t(next.title)} \u00b7 ${this.session.mobile || this.session.place || t('brand')}`;
        for (const link of document.querySelectorAll('nav a')) {
            if (link.getAttribute('href') === `#${next.id}`) link.setAttribute('aria-current', 'page');
            else link.removeAttribute('aria-current');
        }
        document.body.classList.remove('menu-open');
        document.getElementById('menu')?.setAttribute('aria-expanded', 'false');
        next.show(root, this, again);
        if (!main.contains(document.activeElement) && !box_open()) {
            main.classList.add('by-route'); // for keys and readers; no frame round what nobody chose
            main.focus({ preventScroll: true });
        }
        this.emit('screen', next);
    }

    /** What the program says of itself, now rather than in two seconds. */
    refresh() {
        return look(this);
    }

    /** The same once a flurry of acts is over: how many are only here has changed. */
    refresh_soon() {
        clearTimeout(this.soon);
        this.soon = setTimeout(() => api.closed || look(this), 400);
    }

    /** Covered at once, whether the program answers or not; it is told as soon as it does. */
    async lock() {
        if (this.locked) return;
        this.locked = true;
        api.shut('locked');
        while (this.locked && (await api.once('/api/lock', {})).status === 0) await new Promise((done) => setTimeout(done, 1000));
    }
}

// --- the frame -------------------------------------------------------------------------------------------------------------

/** @param {string} [wish] light, dark; none = as the system */
function set_theme(wish) {
    if (wish) {
        document.documentElement.dataset.theme = wish;
        localStorage.setItem('bm-theme', wish);
    } else {
        const kept = localStorage.getItem('bm-theme');
        if (kept === 'light' || kept === 'dark') document.documentElement.dataset.theme = kept;
    }
}

function turn_theme() {
    const root = document.documentElement;
    const dark = root.dataset.theme ? root.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
    set_theme(dark ? 'light' : 'dark');
}

/** @param {App} app */
function nav_links(app) {
    return app.screens().filter((s) => !s.hidden).map((s) => h('a', { href: `#${s.id}`, 'data-test': `nav-${s.id}` },
        h('span', {}, t(s.title)), s.key ? h('kbd', {}, key_name(s.key)) : null)).concat(
        [h('button', { type: 'button', class: 'theme', onclick: turn_theme, 'data-test': 'theme' }, t('bar.theme'))]);
}

/** What stands in the bar is made once: it listens for as long as the page lives. @type {any} */
let chips = null;

/** @param {App} app */
function bar(app) {
    chips = chips || (app.program.chips ? app.program.chips(app) : null);
    const menu = h('button', {
        type: 'button', id: 'menu', class: 'menu', 'aria-expanded': 'false', 'aria-controls': 'nav', 'data-test': 'menu',
        onclick: () => menu.setAttribute('aria-expanded', String(document.body.classList.toggle('menu-open'))),
    }, t('bar.menu'));
    const place = [app.session.library, app.session.mobile || app.session.place].filter(Boolean).join(' \u00b7 ');
    return h('header', { class: 'bar' }, menu, h('p', { class: 'brand' }, h('strong', {}, place || t('brand')), h('span', { id: 'clock' })),
        h('div', { class: 'chips', id: 'chips' }, chips),
        h('button', { type: 'button', onclick: () => app.lock(), 'data-test': 'lock' },
            h('span', { class: 'staff-name' }, app.session.staff.name), h('span', {}, t('bar.lock')), h('kbd', {}, key_name('Alt+L'))));
}

/** @param {App} app */
function frame(app) {
    document.getElementById('frame')?.remove();
    const main = h('main', { id: 'main', onblur: () => main.classList.remove('by-route') });
    const skip = h('a', {
        class: 'skip sr-only', href: '#main',
        onclick: (/** @type {Event} */ event) => {
            event.preventDefault(); // the hash is the screen
            main.focus();
        },
    }, t('bar.skip'));
    document.body.prepend(h('div', { id: 'frame' }, skip, bar(app),
        h('div', { id: 'banners', role: 'status' }), h('nav', { id: 'nav', 'aria-label': t('bar.screens') }, nav_links(app)), main,
        h('div', { id: 'toasts', role: 'status', 'aria-live': 'polite' })));
    banners(app);
    app.screen = null;
    app.route();
}

let lost_ms = 0;

/** What must not be overlooked, above everything. @param {App} app */
function banners(app) {
    const place = document.getElementById('banners');
    if (!place) return;
    fresh(place,
        lost_ms ? h('p', { class: 'banner stop', 'data-test': 'banner-lost' }, icon('stop'), h('span', {}, t('banner.lost'))) : null,
        app.session.practice ? h('p', { class: 'banner practice', 'data-test': 'banner-practice' }, icon('note'), h('span', {}, t('banner.practice'))) : null,
        app.paper ? h('p', { class: 'banner note', 'data-test': 'banner-paper' }, icon('note'),
            h('span', {}, t('banner.paper', { when: app.paper.when.replace('T', ' '), source: app.paper.source })),
            press('paper-end', t('banner.paper_end'), () => app.set_paper(null))) : null);
}

// --- being in, being out ------------------------------------------------------------------------------------------------------

/** @param {App} app @param {any} facts */
function take_session(app, facts) {
    app.session = facts;
    if (facts.zone) set_zone(facts.zone);
}

/** Until somebody is in. @param {App} app */
async function enter(app) {
    for (;;) {
        if (app.locked && app.session.staff) {
            await unlock(app.session);
            app.locked = false;
        }
        const { status, body } = await api.once('/api/session');
        if (status === 200) {
            take_session(app, body);
            api.token(body.csrf); // what unlocks a page that was loaded while locked needs it too
            app.locked = Boolean(body.locked);
            if (app.locked) continue;
            api.admit(body.csrf, body.staff.id);
            return;
        }
        if (status === 401) {
            take_session(app, body || {});
            await login(body || {});
        } else {
            await new Promise((done) => setTimeout(done, 1000));
        }
    }
}

let entering = false;

/** The program wants to know who is there: cover the page, then go on where it was. @param {App} app */
async function again(app) {
    if (entering) return;
    entering = true;
    const who = app.session.staff && app.session.staff.id;
    try {
        await enter(app);
    } finally {
        entering = false;
    }
    app.touched = Date.now();
    if (!document.getElementById('frame') || (app.session.staff && app.session.staff.id) !== who) {
        app.emit('staff', app.session.staff);
        frame(app);
    }
}

/** @param {App} app */
async function watch(app) {
    for (;;) {
        await new Promise((done) => setTimeout(done, STATE_MS));
        if (api.closed) continue;
        await look(app);
    }
}

/** @param {App} app */
async function look(app) {
    const { status, body } = await api.once('/api/state');
    if (status === 200) {
        app.state = body;
        app.clock_off_ms = body.now_ms - Date.now();
        const time = document.getElementById('clock');
        if (time) fresh(time, clock(app.now()));
        app.emit('state', body);
    } else if (status === 401 || status === 423) {
        api.shut(status === 423 ? 'locked' : 'auth');
    }
}

/** Nobody has touched anything for long: lock. @param {App} app */
function watch_idle(app) {
    const touch = () => (app.touched = Date.now());
    for (const event of ['keydown', 'pointerdown', 'wheel']) window.addEventListener(event, touch, { capture: true, passive: true });
    setInterval(() => {
        const idle = app.session.idle_s;
        if (idle > 0 && !api.closed && Date.now() - app.touched > idle * 1000) app.lock();
    }, 1000);
}

/** @param {App} app */
function name_keys(app) {
    for (const s of app.program.screens) {
        if (!s.key) continue;
        keys.add({ combo: s.key, also: s.also, label: t(s.title), run: () => app.go(s.id), when: () => app.may(s.role) });
    }
    keys.add({ combo: 'Alt+L', label: t('bar.lock'), run: () => app.lock(), always: true });
    keys.set_scanner({
        box: () => (app.screen && app.screen.box ? app.screen.box() : null),
        take: (text) => {
            if (app.screen && app.screen.scan) {
                app.screen.scan(text);
                return;
            }
            sound('stop'); // a screen that takes no scans: heard, and told what to do
            toast(t('scan.nowhere', { text }), 'stop');
        },
    });
}

/** Start the page. in: chips, what stands in the bar; texts, more of them; ready, called once before anybody is in
 * @param {App} app @param {{ screens: Screen[], chips?: (app: App) => any, texts?: Record<string, string>,
 *   ready?: (app: App) => void }} program */
export async function start(app, program) {
    set_theme();
    if (program.texts) use_texts(program.texts);
    app.program = program;
    api.listen((what, since_ms) => {
        if (what === 'auth' || what === 'locked') again(app);
        lost_ms = what === 'lost' ? since_ms : what === 'back' ? 0 : lost_ms;
        banners(app);
    });
    app.on('paper', () => banners(app));
    window.addEventListener('hashchange', () => app.route());
    name_keys(app);
    if (program.ready) program.ready(app);
    await again(app);
    watch_idle(app);
    look(app);
    watch(app);
}

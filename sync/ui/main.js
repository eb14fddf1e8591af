// main.js -- the branch's page: what staff open in the morning, beside the desk that it shares with the vans.
import { start, App, h, icon, t } from './kit.js';
import { DeskScreens } from './desk_screen.js';
import { PatronScreen } from './patron.js';
import { RegisterScreen } from './register.js';
import { SearchScreen } from './search.js';
import { PaperScreen } from './paper.js';
import { help_screen } from './help.js';
import { texts_branch } from './texts_branch.js';
import { home } from './home.js';
import { exceptions } from './exceptions.js';
import { tasks } from './tasks.js';
import { figures } from './figures.js';
import { lookup } from './lookup.js';
import { explain } from './explain.js';
import { devices } from './devices.js';
import { accounts } from './accounts.js';

const app = new App(), desk = new DeskScreens(app), patron = new PatronScreen(app, desk), register = new RegisterScreen(app, desk);
patron.register = (/** @type {string} */ name) => {
    register.name = name;
    app.go('register');
};

/** What stays in sight on every screen: how much waits for a person. */
function chips() {
    const place = h('span', { class: 'chips-counts' });
    const draw = () => {
        const n = app.state.exceptions, tasks_count = app.state.tasks;
        place.replaceChildren(...[chip('exceptions', n), chip('tasks', tasks_count)].filter(Boolean));
    };
    app.on('state', draw);
    draw();
    return place;
}

/** @param {string} id @param {number | undefined} n */
function chip(id, n) {
    if (n === undefined || n === null) return null;
    return h('a', { class: `chip ${n ? 'note' : 'ok'}`, href: `#${id}`, 'data-test': `chip-${id}` }, icon(n ? 'note' : 'ok'), t.n(`chip.${id}`, n));
}

/** Somebody was looked up, and is to be served. */
app.on('to-desk', async (card) => {
    if (await desk.desk.open_card(card)) app.go('lend');
});

start(app, {
    screens: [
        home, exceptions, tasks, figures, lookup, ...desk.screens(), patron, new SearchScreen(app, desk), register, new PaperScreen(app), explain,
            devices, accounts, help_screen(app),
    ],
    texts: texts_branch, chips, ready: () => desk.name_keys(),
});

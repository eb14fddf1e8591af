// main.js -- the page of the program `bookmobile`: its screens, in the order of the navigation.
import { start, App, h } from './kit.js';
import { DeskScreens } from './desk_screen.js';
import { PatronScreen } from './patron.js';
import { RegisterScreen } from './register.js';
import { SearchScreen } from './search.js';
import { PaperScreen } from './paper.js';
import { help_screen } from './help.js';
import { StopScreen, stop_chip, gps_chip } from './stop.js';
import { SyncScreen, sync_chip } from './sync.js';
import { day_screen } from './day.js';

const app = new App();
const desk = new DeskScreens(app);
const patron = new PatronScreen(app, desk), register = new RegisterScreen(app, desk);
patron.register = (name) => {
    register.name = name;
    app.go('register');
};

start(app, {
    screens: [
        ...desk.screens(), patron, new SearchScreen(app, desk), register, new StopScreen(app), new PaperScreen(app), new SyncScreen(app),
            day_screen(app), help_screen(app),
    ],
    chips: () => h('div', { class: 'chips-in' }, stop_chip(app), gps_chip(app), sync_chip(app)),
    ready: () => desk.name_keys(),
});

// main.js -- the page of the program `bookmobile`: its screens, in the order of the navigation.
import { start, App } from './kit.js';
import { DeskScreens } from './desk_screen.js';

const app = new App();
const desk = new DeskScreens(app);

start(app, {
    screens: [...desk.screens()],
    ready: () => desk.name_keys(),
});

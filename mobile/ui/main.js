// main.js -- the page of the program `bookmobile`: its screens, in the order of the navigation.
import { start } from './kit.js';

start({ screens: [] });

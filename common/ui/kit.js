// kit.js -- what every screen stands on, in one import.
//
// A screen is a module that exports { id, title, key, also, role, show(root, app), hide() } and is listed in its program's
// main.js; the URL's hash names the screen. Texts come from t(), elements from h(): never innerHTML.
// app (shell.js): session, state, paper; go(id), on(event, f), emit(event, x), run(...) -> an act with paper's time.
//
// Hooks for tests (data-test=...): scan (the scan box), result (one a scan, newest first; data-word, data-item, data-exit,
// data-state = waiting | done | refused, data-kind = ok | note | stop | wait), alert (a box; data-kind), alert-refused,
// choice-VALUE (a box's buttons), screen-NAME, nav-NAME, login-who, login-phrase, login-go, login-error, lock-phrase, lock-go,
// banner-lost, banner-paper, banner-practice, patron (the open patron; data-card), and what the screens name themselves.
// data-sound on <html> is the sound heard last: ok | note | stop.
// A burst of characters (under 35 ms apart, ended by Enter or Tab) that looks like a number is a scan, wherever the cursor
// stands, but in fields with data-scan; one of letters alone in a field stays there.
export { h, svg, fresh, bdi, wild, icon, field, scroller, unique } from './dom.js';
export { t, use_texts } from './t.js';
export { api, ApiError, request_id } from './api.js';
export { money, day, clock, iso_day, iso_minute, age, cents, stop_name, set_zone } from './format.js';
export { keys } from './keys.js';
export { alertBox, box_open, toast } from './box.js';
export { key_name, press } from './press.js';
export { sound } from './sound.js';
export { start, App } from './shell.js';

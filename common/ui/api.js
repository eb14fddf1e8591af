// api.js -- talks to the program. An act carries a request id of ours: when its answer is lost (the desk was killed, the
// line broke), the same is asked again with the same id until there is an answer, so it is done once (I1).
// Whoever calls waits; the page shows a banner meanwhile and goes on by itself.

import { t } from './t.js';

/** @typedef {{ status: number, body: any }} Answer */

const RETRY_MIN_MS = 250, RETRY_MAX_MS = 2000, TIMEOUT_MS = 20000;

/** @type {Set<(what: 'lost' | 'back' | 'auth' | 'locked', since_ms: number) => void>} */
const listeners = new Set();
let csrf = '';
let who = ''; // staff id of whoever is in, or was in last
let lost_since = 0;
/** @type {Promise<void> | null} resolved when staff are in again */
let gate = null;
/** @type {() => void} */
let open_gate = () => {};

/** An answer that is no answer: the program refused to hear us. */
export class ApiError extends Error {
    /** @param {number} status @param {any} body */
    constructor(status, body) {
        super((body && (body.message || body.error)) || `HTTP ${status}`);
        this.status = status;
        this.body = body || {};
    }
}

/** A new request id: a uuid without dashes. */
export function request_id() {
    return crypto.randomUUID().replace(/-/g, '');
}

/** @param {'lost' | 'back' | 'auth' | 'locked'} what */
function tell(what) {
    for (const listener of listeners) listener(what, lost_since);
}

/** Nothing more is sent until staff have logged in or unlocked. @param {'auth' | 'locked'} what */
function close_gate(what) {
    if (!gate) gate = new Promise((done) => (open_gate = done));
    tell(what);
    return gate;
}

const pause = (/** @type {number} */ ms) => new Promise((done) => setTimeout(done, ms));

/** Once, no retry. ret: status 0 = no answer
 * @param {string} method @param {string} path @param {any} body @param {AbortSignal} [signal] @returns {Promise<Answer>} */
async function once(method, path, body, signal) {
    /** @type {Record<string, string>} */
    const headers = method === 'POST' ? { 'Content-Type': 'application/json', 'Bookmobile-Csrf': csrf } : {};
    const limit = AbortSignal.timeout(TIMEOUT_MS);
    try {
        const reply = await fetch(path, {
            method, headers, credentials: 'same-origin', cache: 'no-store', redirect: 'error',
            body: method === 'POST' ? JSON.stringify(body || {}) : undefined,
            signal: signal ? AbortSignal.any([signal, limit]) : limit,
        });
        const text = await reply.text();
        return { status: reply.status, body: text ? JSON.parse(text) : null };
    } catch (fault) {
        if (signal && signal.aborted) throw fault;
        return { status: 0, body: null };
    }
}

function heard() {
    if (lost_since === 0) return;
    lost_since = 0;
    tell('back');
}

function unheard() {
    if (lost_since) return;
    lost_since = Date.now();
    tell('lost');
}

/** Until there is an answer; through a lost line, a lock and a new login of the same person. What one person asked for is
 * never done in the name of the next: it fails with error 'other', or 'other_unsure' when an answer was lost before.
 * @param {string} method @param {string} path @param {any} [body] @param {AbortSignal} [signal] @returns {Promise<any>} */
async function sure(method, path, body, signal) {
    const mine = who;
    let sent = false;
    for (let wait = RETRY_MIN_MS; ; ) {
        if (gate) await gate;
        if (mine && mine !== who) throw new ApiError(401, { error: sent ? 'other_unsure' : 'other', message: t(sent ? 'refused.other_unsure' : 'refused.other') });
        const { status, body: answer } = await once(method, path, body, signal);
        if (status === 0 || status === 502 || status === 503) {
            sent = true; // and perhaps done
            unheard();
            await pause(wait);
            wait = Math.min(wait * 2, RETRY_MAX_MS);
            continue;
        }
        heard();
        if (status === 200) return answer;
        if (status === 401 || (status === 403 && answer && answer.error === 'csrf')) await close_gate('auth');
        else if (status === 423) await close_gate('locked');
        else throw new ApiError(status, answer);
    }
}

export const api = {
    /** Be told of: lost, back (the line to the program), auth, locked.
     * @param {(what: 'lost' | 'back' | 'auth' | 'locked', since_ms: number) => void} listener */
    listen(listener) {
        listeners.add(listener);
    },
    /** Of a session that is locked: what unlocks it needs it too. @param {string} token */
    token(token) {
        csrf = token;
    },
    /** Staff are in: what they had asked for goes on. @param {string} token @param {string} staff their id */
    admit(token, staff) {
        csrf = token;
        who = staff;
        gate = null;
        open_gate();
    },
    /** Staff are out, by their own wish. @param {'auth' | 'locked'} what */
    shut(what) {
        close_gate(what);
    },
    get who() {
        return who;
    },
    get closed() {
        return gate !== null;
    },
    /** Once, whatever comes of it: login, session, state. @param {string} path @param {any} [body] post this, if given */
    once(path, body) {
        return once(body === undefined ? 'GET' : 'POST', path, body).then((answer) => {
            if (answer.status) heard();
            else unheard();
            return answer;
        });
    },
    /** @param {string} path @param {AbortSignal} [signal] @returns {Promise<any>} */
    get(path, signal) {
        return sure('GET', path, undefined, signal);
    },
    /** @param {string} path @param {any} [body] @returns {Promise<any>} */
    post(path, body) {
        return sure('POST', path, body);
    },
    /** A command of the program's table. ret: its exit status and what it prints with --json.
     * in: options, values true (a flag) or text; what is null or '' is left out
     * @param {string} command @param {(string | number)[]} [words] @param {Record<string, any>} [options]
     * @param {{ request?: string, signal?: AbortSignal }} [more] @returns {Promise<{ exit: number, answer: any }>} */
    run(command, words, options, more) {
        return sure('POST', '/api/run', {
            command, words: (words || []).map(String), options: given(options), request: (more && more.request) || request_id(),
        }, more && more.signal);
    },
    /** Something scanned or typed into the scan box.
     * @param {{ text: string, mode: string, card?: string | null, as?: string | null, options?: Record<string, any>,
     *   request?: string }} scan @returns {Promise<any>} */
    scan(scan) {
        return sure('POST', '/api/scan', {
            text: scan.text, mode: scan.mode, card: scan.card || null, as: scan.as || null,
            options: given(scan.options), request: scan.request || request_id(),
        });
    },
};

/** @param {Record<string, any>} [options] */
function given(options) {
    return Object.fromEntries(Object.entries(options || {}).filter(([, v]) => v !== null && v !== undefined && v !== '' && v !== false));
}

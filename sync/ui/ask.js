// ask.js -- asking the branch from a screen: answers or a refusal in words; what is loading, what went wrong; one life a screen,
// so that an answer that comes after staff went elsewhere draws nothing.
import { h, fresh, icon, t, api, ApiError, toast } from './kit.js';

/** The branch said no: a rule, a wrong word, or nothing found. */
export class Refused extends Error {
    /** @param {number} exit @param {any} answer */
    constructor(exit, answer) {
        super(refusal(answer));
        this.exit = exit;
        this.answer = answer || {};
    }
    /** There is no such thing (any more). */
    get gone() {
        return this.answer.error === 'enotfound';
    }
}

/** Why not, in words: the program's message, else the sentences of the reasons that block. @param {any} answer */
export function refusal(answer) {
    const reasons = (answer && answer.reasons) || [];
    const blocks = reasons.filter((/** @type {any} */ r) => r.blocks).map((/** @type {any} */ r) => t.or(`reason.${r.name}`, r.sentence));
    return (answer && answer.message) || blocks.join(' ') || t('ask.refused');
}

/** @param {string} command @param {(string | number)[]} [words] @param {Record<string, any>} [options]
 * @param {{ request?: string, signal?: AbortSignal }} [more] @returns {Promise<any>} */
export async function ask(command, words, options, more) {
    const { exit, answer } = await api.run(command, words, options, more);
    if (exit) throw new Refused(exit, answer);
    return answer;
}

/** A fault in words for people. @param {any} fault */
export function told(fault) {
    if (fault instanceof ApiError) return t.or(`ask.${fault.body.error}`, fault.message);
    return fault instanceof Refused ? fault.message : t('ask.fault');
}

/** @param {any} fault */
export function is_abort(fault) {
    return fault && fault.name === 'AbortError';
}

/** What a screen shows while it is on: `over` once it is left. */
export class Life {
    constructor() {
        this.control = new AbortController();
        /** @type {(() => void)[]} */
        this.endings = [];
    }
    get signal() {
        return this.control.signal;
    }
    get over() {
        return this.control.signal.aborted;
    }
    /** Done when the screen is left. @param {() => void} ending */
    at_end(ending) {
        this.endings.push(ending);
    }
    /** @param {number} ms @param {() => void} work */
    every(ms, work) {
        const timer = setInterval(() => document.visibilityState === 'visible' && work(), ms);
        this.at_end(() => clearInterval(timer));
    }
    end() {
        this.control.abort();
        for (const ending of this.endings.splice(0)) ending();
    }
}

/** @param {string} [text] */
export function waiting(text) {
    return h('p', { class: 'wait', role: 'status' }, icon('wait'), text || t('ask.wait'));
}

/** @param {any} fault */
export function trouble(fault) {
    if (!(fault instanceof Refused || fault instanceof ApiError)) console.error(fault); // a mistake of ours
    return h('p', { class: 'trouble', role: 'alert', 'data-test': 'trouble' }, icon('stop'), h('span', {}, told(fault)));
}

/** Fill a place with what was asked for; while asking say so (not over what stands there already).
 * @param {Life} life @param {any} place @param {() => Promise<any>} get @param {(answer: any) => any} draw */
export async function load(life, place, get, draw) {
    if (!place.firstChild) fresh(place, waiting());
    place.setAttribute('aria-busy', 'true');
    try {
        const answer = await get();
        if (!life.over) fresh(place, draw(answer));
    } catch (fault) {
        if (!life.over && !is_abort(fault)) fresh(place, trouble(fault));
    } finally {
        place.removeAttribute('aria-busy');
    }
}

/** An act of staff: told when done, or why not. ret: its answer, or null
 * @param {() => Promise<any>} act @param {(answer: any) => string} said @param {any} [error] where to tell why not; else a toast
 * @returns {Promise<any>} */
export async function deed(act, said, error) {
    try {
        const answer = await act();
        if (error) fresh(error);
        toast(said(answer), 'ok');
        return answer;
    } catch (fault) {
        if (is_abort(fault)) return null;
        if (error) fresh(error, trouble(fault));
        else toast(told(fault), 'stop');
        return null;
    }
}

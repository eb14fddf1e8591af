// live.js -- ask while somebody types: after a short pause, one question at a time in flight, older ones given up, so that
// the answer on the screen is always that of the newest text.
import { toast } from './box.js';

const WAIT_MS = 120;

/** @param {(signal: AbortSignal) => Promise<void>} ask shows what it learns, unless signal.aborted @param {number} [wait_ms]
 * @returns {{ soon: () => void, now: () => void, stop: () => void }} */
export function live(ask, wait_ms) {
    /** @type {any} */
    let timer = 0;
    let flight = new AbortController();
    const stop = () => {
        clearTimeout(timer);
        flight.abort();
    };
    const now = () => {
        stop();
        flight = new AbortController();
        const { signal } = flight;
        ask(signal).catch((fault) => {
            if (!signal.aborted) toast(fault.message, 'stop');
        });
    };
    const soon = () => {
        clearTimeout(timer);
        timer = setTimeout(now, wait_ms ?? WAIT_MS);
    };
    return { soon, now, stop };
}

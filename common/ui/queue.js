// queue.js -- one thing after another, in the order in which they were asked for; none is dropped. Pure.
// Scans are put here: while one waits for its answer (or for staff to read an alert), the next ones wait behind it.

export const WAITING_MAX = 200; // a scanner gone mad must not eat the memory

export class Queue {
    constructor() {
        /** @type {{ work: () => Promise<void>, refuse: (why: string) => void }[]} */
        this.waiting = [];
        this.busy = false;
    }

    /** How many are not done yet, the one in hand included. */
    get count() {
        return this.waiting.length + (this.busy ? 1 : 0);
    }

    /** in: work, must tell its own failures; refuse, called instead when the queue is emptied or full
     * @param {() => Promise<void>} work @param {(why: string) => void} refuse */
    add(work, refuse) {
        if (this.waiting.length >= WAITING_MAX) {
            refuse('full');
            return;
        }
        this.waiting.push({ work, refuse });
        if (!this.busy) this.run();
    }

    /** Those that wait will not be done, and are told so. @param {string} why */
    refuse_waiting(why) {
        for (const one of this.waiting.splice(0)) one.refuse(why);
    }

    async run() {
        this.busy = true;
        for (let one = this.waiting.shift(); one; one = this.waiting.shift()) {
            try {
                await one.work();
            } catch (fault) {
                console.error(fault); // a mistake of ours in one scan must not stop the desk
                one.refuse('fault');
            }
        }
        this.busy = false;
    }
}

// desk.js -- the scan box's mind: who is at the desk, what was scanned, in which order it is done. Knows no page: what it
// shows and asks goes through ports, so that node can run it with other ones.
//
// Scans go to the program one after another. A scan that comes while an alert is open is refused by the box itself; those
// that came before it opened wait behind it, and go on when staff have read it. But behind a number that nobody knows they
// are refused too: it may have been the next child's card, and the books must not go to the one before. And what waits when
// one person goes and another logs in is refused: it would be done in the wrong name.
import { Queue } from './queue.js';
import { view_of, act_view, patron_warnings } from './result.js';

/** @typedef {import('./result.js').Scan} Scan */

/** @typedef {{
 *   scan: (body: any) => Promise<any>, patron: (card: string) => Promise<any>, run: (command: string, words: string[], options: any) => Promise<any>,
 *   staff: () => string, request: () => string, now_ms: () => number, changed: (scan: Scan | null) => void, sound: (name: 'ok' | 'note' | 'stop') => void,
 *   ask_which: (scan: Scan) => Promise<'card' | 'item' | null>, alert: (scan: Scan, view: any) => Promise<'capture' | 'add' | 'as_item' | null>,
 *   add: (barcode: string) => Promise<any>,
 *   override: (scan: Scan, view: any) => Promise<string | null>, warn_patron: (patron: any, warnings: any[]) => Promise<void> }} Ports
 * scan, patron, run: the program; staff: the id of who is in, or was in last; request: a new request id; changed: show this scan anew (null: the patron);
 * ask_which: card or copy?; alert: what staff will do about it: set the copy aside, add
 * an unknown one, take it for a copy all the same; add: options of `item add`, or null; override: staff's reason, or null */

export const RESULTS_MAX = 200; // what is kept; the journal has them all

export class Desk {
    /** @param {Ports} ports */
    constructor(ports) {
        this.ports = ports;
        this.queue = new Queue();
        /** @type {Scan[]} newest first */
        this.results = [];
        /** @type {any} as `patron show` tells */
        this.patron = null;
        this.last_card = '';
        /** @type {number | null} of loans, as the last act told */
        this.limit = null;
        this.scanned = 0;
        this.settled = 0; // acts so far: the newest done is not always the newest scanned
        this.asked_patron = 0;
    }

    /** in: mode lend | return | renew; options go with the act; as: what it is, when that is known
     * @param {string} text @param {string} mode @param {Record<string, any>} options @param {'card' | 'item' | null} [as] */
    scan(text, mode, options, as) {
        /** @type {Scan} */
        const scan = { n: (this.scanned += 1), text, mode, state: 'waiting', at_ms: this.ports.now_ms(), staff: this.ports.staff() };
        this.keep(scan);
        this.later(() => this.work(scan, options, as || null), (why) => this.refuse(scan, why));
        return scan;
    }

    /** In its turn, for whoever asked for it only. @param {() => Promise<any>} work @param {(why: string) => void} refuse */
    later(work, refuse) {
        const staff = this.ports.staff();
        this.queue.add(async () => (this.ports.staff() === staff ? work() : refuse('other')), refuse);
    }

    /** A scan that was never asked for: it came while a box was open. @param {string} text @param {string} mode @param {string} why */
    turn_away(text, mode, why) {
        /** @type {Scan} */
        const scan = { n: (this.scanned += 1), text, mode, state: 'refused', refused: why, at_ms: this.ports.now_ms() };
        this.keep(scan);
    }

    /** @param {Scan} scan */
    keep(scan) {
        this.results.unshift(scan);
        this.results.length = Math.min(this.results.length, RESULTS_MAX);
        this.ports.changed(scan);
    }

    /** @param {Scan} scan @param {string} why */
    refuse(scan, why) {
        if (scan.state !== 'waiting') return;
        scan.state = 'refused';
        scan.refused = why;
        this.ports.changed(scan);
        this.ports.sound('stop');
    }

    /** @param {Scan} scan @param {Record<string, any>} options @param {'card' | 'item' | null} as */
    async work(scan, options, as) {
        const body = { text: scan.text, mode: scan.mode, card: scan.mode === 'lend' && this.patron ? this.patron.card : null, as, options,
            request: this.ports.request() };
        let answer = await this.ask(scan, body);
        if (answer && answer.kind === 'ask') {
            scan.answer = answer.answer;
            const which = await this.ports.ask_which(scan);
            if (!which) {
                this.refuse(scan, 'not_said');
                this.queue.refuse_waiting('behind');
                return;
            }
            answer = await this.ask(scan, { ...body, as: which, request: this.ports.request() });
        }
        if (answer) await this.settle(scan, answer, { ...body, as: answer.kind === 'act' ? 'item' : as });
    }

    /** Whether who scanned it is still here; a box that was left open is not answered by the next. @param {Scan} scan */
    still(scan) {
        if (scan.staff === this.ports.staff()) return true;
        if (scan.state === 'waiting') this.refuse(scan, 'other');
        else this.ports.sound('stop');
        return false;
    }

    /** ret: null = the program would not hear it, and the scan says so @param {Scan} scan @param {any} body */
    async ask(scan, body) {
        if (!this.still(scan)) return null;
        try {
            return await this.ports.scan(body);
        } catch (fault) {
            const why = /** @type {any} */ (fault).body?.error;
            if (why === 'other' || why === 'other_unsure') {
                this.refuse(scan, why);
                return null;
            }
            scan.state = 'done';
            scan.kind = 'fault';
            scan.exit = 3;
            scan.answer = { message: /** @type {Error} */ (fault).message };
            this.ports.changed(scan);
            await this.ports.alert(scan, view_of(scan));
            return null;
        }
    }

    /** @param {Scan} scan @param {any} answer @param {any} body */
    async settle(scan, answer, body) {
        Object.assign(scan, { state: 'done', kind: answer.kind, misread: Boolean(answer.misread), exit: answer.exit, answer: answer.answer,
            order: (this.settled += 1) });
        if (scan.kind === 'patron') {
            this.ports.changed(scan);
            await this.open(scan.answer);
            return;
        }
        const view = view_of(scan);
        if (scan.kind === 'act' && view.card && this.patron && view.card === this.patron.card) this.limit = scan.answer.limit ?? this.limit;
        this.ports.changed(scan);
        if (scan.kind === 'unknown' || scan.kind === 'unreadable') {
            this.queue.refuse_waiting('behind');
            await this.unknown(scan, view, body);
        } else if (view.may_override) {
            const why = await this.ports.override(scan, view);
            if (why) return this.go_on(scan, { ...body, options: { ...body.options, '--override': true, '--why': why }, request: this.ports.request() });
        } else if (view.tone === 'stop' || view.hold) {
            const what = await this.ports.alert(scan, view);
            if (what === 'capture') await this.also(scan, 'hold capture', view.item, this.times(body.options));
        } else {
            this.ports.sound(/** @type {'ok' | 'note'} */ (view.tone));
        }
        this.refresh(view.card);
        return undefined;
    }

    /** Nobody knows the number, but what is in the hand is here. @param {Scan} scan @param {any} view @param {any} body */
    async unknown(scan, view, body) {
        const what = await this.ports.alert(scan, view);
        if (what === 'as_item') await this.go_on(scan, { ...body, as: 'item', request: this.ports.request() });
        const options = what === 'add' ? await this.ports.add(scan.text) : null;
        if (options) await this.also(scan, 'item add', scan.text, { ...this.times(body.options), ...options });
    }

    /** Of a return's options those that any act takes. @param {Record<string, any>} options */
    times({ '--returned': _, '--override': __, '--why': ___, ...times }) {
        return times;
    }

    /** Another act about the copy in hand, with a line of its own.
     * @param {Scan} scan @param {string} command @param {string} item @param {Record<string, any>} options */
    async also(scan, command, item, options) {
        if (!this.still(scan)) return;
        const { exit, answer } = await this.ports.run(command, [item], options);
        const view = view_of(this.log({ text: item, mode: scan.mode, kind: 'act', exit, answer }));
        if (view.tone === 'stop') await this.ports.alert(scan, view);
        else this.ports.sound(view.tone === 'ok' ? 'ok' : 'note');
    }

    /** An act that came from no scan stands in the list like one, and can be taken back like one.
     * @param {{ text: string, mode: string, kind: string, exit: number, answer: any }} act @returns {Scan} */
    log(act) {
        /** @type {Scan} */
        const scan = { ...act, n: (this.scanned += 1), state: 'done', at_ms: this.ports.now_ms(), staff: this.ports.staff(), order: (this.settled += 1) };
        if (!scan.answer.op) scan.kind = 'fault';
        this.keep(scan);
        return scan;
    }

    /** Staff gave a reason: the same act once more. @param {Scan} scan @param {any} body @returns {Promise<void>} */
    async go_on(scan, body) {
        const answer = await this.ask(scan, body);
        if (answer) await this.settle(scan, answer, body);
    }

    /** A patron is at the desk from here on. @param {any} patron as `patron show` tells @param {boolean} [quiet] */
    async open(patron, quiet) {
        this.patron = patron;
        this.last_card = patron.card;
        this.limit = null;
        this.ports.changed(null);
        const warnings = patron_warnings(patron, this.ports.now_ms() / 1000);
        if (warnings.some((w) => w.tone === 'stop')) await this.ports.warn_patron(patron, warnings);
        else if (!quiet) this.ports.sound(warnings.length ? 'note' : 'ok');
    }

    /** The same by card number: tapped, not scanned. It keeps its place among the scans, for those before it are for who was
     * there before. ret: false = no such card @param {string} card @returns {Promise<boolean>} */
    open_card(card) {
        return new Promise((done) => {
            this.later(async () => {
                const { exit, answer } = await this.ports.patron(card).catch(() => ({ exit: 3, answer: null }));
                done(exit === 0);
                if (exit === 0) await this.open(answer);
            }, () => {
                this.shut(); // rather nobody than the one before
                done(false);
            });
        });
    }

    /** Done with who is at the desk, once what was scanned for them is done. */
    close() {
        if (this.queue.count === 0) this.shut();
        else this.later(async () => this.shut(), () => this.shut());
    }

    shut() {
        this.patron = null;
        this.limit = null;
        this.ports.changed(null);
    }

    /** The open patron's loans and charges have changed, if the act was his; the last of many asks counts.
     * @param {string} card */
    async refresh(card) {
        if (!this.patron || !card || this.queue.waiting.length > 0) return;
        const mine = (this.asked_patron += 1);
        try {
            const { exit, answer } = await this.ports.patron(this.patron.card);
            if (exit !== 0 || mine !== this.asked_patron || !this.patron || answer.card !== this.patron.card) return;
            this.patron = answer;
            this.ports.changed(null);
        } catch {
            // The panel stays as it was; the act itself is told.
        }
    }

    /** The act done last that can be taken back. @returns {Scan | null} */
    undoable() {
        const all = this.results.filter((s) => s.state === 'done' && !s.undone && s.kind === 'act' && s.answer && s.answer.done && s.answer.entry);
        return all.reduce((newest, s) => (!newest || (s.order || 0) > (newest.order || 0) ? s : newest), /** @type {Scan | null} */ (null));
    }

    /** Take an act back; asked for by staff, who were shown which. @param {Scan} scan @param {Record<string, any>} options */
    undo(scan, options) {
        return new Promise((done) => {
            this.later(async () => {
                const { exit, answer } = await this.ports.run('void', [scan.answer.entry], options);
                if (exit === 0 && answer.done) {
                    scan.undone = answer.slip || 'void';
                    this.ports.sound(act_view(answer).alert ? 'stop' : 'ok');
                } else {
                    await this.ports.alert(scan, { ...act_view(answer), ...view_of({ ...scan, kind: 'fault', answer }) });
                }
                this.ports.changed(scan);
                this.refresh(view_of(scan).card);
                done(exit === 0);
            }, () => done(false));
        });
    }
}

// trace_steps.js -- an act's life in the order in which it went: done, arrived, how it came out, what bore upon it, how it
// stands. Pure.

/** @typedef {{ what: string, at_ms: number | null, mark: 'ok' | 'note' | 'stop' | 'wait', x: any }} Step
 * what: done, waiting, arrived, outcome, event, exception, settled, taken_back, now; x: what it is about */

/** @param {string | null} outcome @returns {'ok' | 'note' | 'stop' | 'wait'} */
export function mark_of(outcome) {
    const word = (outcome || '').split(/[( :]/)[0];
    if (word === 'applied' || word === 'stored' || word === 'duplicate') return 'ok';
    if (word === 'adjusted') return 'note';
    return word ? 'stop' : 'wait';
}

/** @param {any} act one of `branch trace`'s acts @returns {Step[]} */
export function steps_of(act) {
    /** @type {Step[]} */
    const later = act.since.map((/** @type {any} */ e) => ({ what: 'event', at_ms: e.at_ms, mark: e.taken_back ? 'wait' : 'note', x: e }));
    for (const x of act.exceptions) if (x.settled_by) later.push({ what: 'settled', at_ms: x.settled_ms, mark: 'ok', x });
    const back = act.taken_back;
    if (back && !act.since.some((/** @type {any} */ e) => e.entry === back.entry)) later.push({ what: 'taken_back', at_ms: back.at_ms, mark: 'note',
        x: back });
    later.sort((a, b) => (a.at_ms ?? Infinity) - (b.at_ms ?? Infinity));
    /** @type {Step[]} */
    const steps = [{ what: 'done', at_ms: act.at_ms, mark: 'ok', x: act }];
    if (act.received_ms !== null) steps.push({ what: 'arrived', at_ms: act.received_ms, mark: 'ok', x: act });
    if (act.outcome_first) steps.push({ what: 'outcome', at_ms: act.received_ms, mark: mark_of(act.outcome_first), x: act.outcome_first });
    else steps.push({ what: 'waiting', at_ms: null, mark: 'wait', x: act });
    for (const x of act.exceptions) steps.push({ what: 'exception', at_ms: null, mark: x.status === 'open' ? 'stop' : 'ok', x });
    steps.push(...later);
    if (act.loan || back || (act.outcome_now && act.outcome_now !== act.outcome_first)) steps.push({ what: 'now', at_ms: null,
        mark: back ? 'wait' : mark_of(act.outcome_now), x: act });
    return steps;
}

// gps.js -- whether GPS is followed, as the program tells: what the stop screen and the bar say of it. Pure.

/** in: gps of GET /api/state. ret: null = nothing to say: it was not asked for. gone: nobody opens and closes visits by themselves
 * @param {{ state: string, wanted?: boolean } | null | undefined} gps
 * @returns {{ tone: 'ok' | 'note' | 'stop', key: string, gone: boolean } | null} */
export function gps_said(gps) {
    if (!gps) return null;
    if (gps.state === 'fix') return { tone: 'ok', key: 'fix', gone: false };
    if (gps.state === 'searching') return { tone: 'note', key: 'searching', gone: false };
    if (gps.state === 'no gpsd') return { tone: 'stop', key: 'no_gpsd', gone: true };
    if (gps.state === 'receiver silent') return { tone: 'stop', key: 'silent', gone: true };
    return gps.wanted ? { tone: 'note', key: 'starting', gone: false } : null;
}

// day_lists.js -- a day's visits as a map and a table want them. Pure.

/** Visits by van and arrival: a number within the van's day, how late, which van (for its colour).
 * @param {any} day what `branch report day` says @returns {any[]} */
export function calls_of(day) {
    /** @type {Map<string, number>} */
    const count = new Map(), vans = new Map();
    return day.calls.map((/** @type {any} */ c) => {
        if (!vans.has(c.device)) vans.set(c.device, vans.size);
        const number = (count.get(c.device) || 0) + 1;
        count.set(c.device, number);
        const late_min = c.planned_arrival_s === null ? null : Math.round((c.arrival_s - c.planned_arrival_s) / 60);
        return { ...c, number, van: vans.get(c.device), late_min };
    });
}

/** Planned stops at which nobody was: missed, not yet due, or called off. @param {any} day @returns {any[]} */
export function missed_of(day) {
    return day.planned.filter((/** @type {any} */ p) => p.status !== 'made').map((/** @type {any} */ p) => ({ ...p, missed: true, late_min: null }));
}

/** Driven that day, as far as it was told. @param {any[]} calls */
export function kilometres(calls) {
    return (calls.reduce((sum, c) => sum + (c.leg_m || 0), 0) / 1000).toFixed(1);
}

/** The places of each van in order of arrival, those known. @param {any[]} calls @returns {{ van: number, points: [number, number][] }[]} */
export function lines_of(calls) {
    /** @type {Map<number, [number, number][]>} */
    const lines = new Map();
    for (const c of calls) if (is_placed(c)) lines.set(c.van, [...(lines.get(c.van) || []), [c.lat, c.lon]]);
    return [...lines].map(([van, points]) => ({ van, points }));
}

/** @param {any} c */
export function is_placed(c) {
    return typeof c.lat === 'number' && typeof c.lon === 'number';
}

/** One spot for visits at the same place (within some 50 m): their numbers together. @param {any[]} calls */
export function spots_of(calls) {
    /** @type {{ lat: number, lon: number, van: number, calls: any[] }[]} */
    const spots = [];
    for (const c of calls.filter(is_placed)) {
        const near = spots.find((s) => s.van === c.van && Math.abs(s.lat - c.lat) < 0.0005 && Math.abs(s.lon - c.lon) < 0.0008);
        if (near) near.calls.push(c);
        else spots.push({ lat: c.lat, lon: c.lon, van: c.van, calls: [c] });
    }
    return spots;
}

// tasks_lists.js -- the lists of things for hands to do, in the order in which one walks. Pure.

/** By where the copy is; within a place by call number, as shelves stand. in: rows as `branch tasks` has them
 * @param {any[]} rows @returns {[string, any[]][]} */
export function by_place(rows) {
    /** @type {Map<string, any[]>} */
    const places = new Map();
    for (const row of rows) {
        const place = row.place || '';
        places.set(place, [...(places.get(place) || []), row]);
    }
    const shelf = (/** @type {any} */ row) => row.callno || '\uffff';
    for (const list of places.values()) list.sort((a, b) => shelf(a).localeCompare(shelf(b), 'en',
        { numeric: true }) || String(a.item).localeCompare(String(b.item)));
    return [...places].sort((a, b) => a[0].localeCompare(b[0]));
}

/** The act that ends a line. @param {string} list @param {any} x @returns {{ command: string, words: string[] }} */
export function act_of(list, x) {
    if (list === 'pull') return { command: 'hold capture', words: [x.item] };
    if (list === 'clear') return { command: 'checkin', words: [x.item] };
    return { command: 'checkout', words: [x.card, x.item] };
}

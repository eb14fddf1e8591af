// daymap.js -- the day's map by Leaflet, without tiles: no request goes anywhere else. Leaflet is read only when a map is
// looked at. It sets styles through the DOM, which the page's CSP allows.
import { h, bdi, t, clock } from './kit.js';
import { lines_of, spots_of, is_placed } from './day_lists.js';

const VANS = 4; // colours, by van

/** @type {Promise<any> | null} */
let leaflet = null;

function get_leaflet() {
    if (!leaflet) {
        document.head.append(h('link', { rel: 'stylesheet', href: '/ui/leaflet.css' }));
        leaflet = import('/ui/leaflet.js').then((L) => (L.map ? L : /** @type {any} */ (window).L));
        leaflet.catch(() => (leaflet = null));
    }
    return leaflet;
}

/** @param {import('./ask.js').Life} life @param {any} place @param {any[]} calls @param {any[]} missed @param {(c: any) => string} name */
export async function draw_map(life, place, calls, missed, name) {
    const L = await get_leaflet();
    if (life.over) return;
    const map = L.map(place, { attributionControl: false, zoomSnap: 0.25, scrollWheelZoom: false, zoomAnimation: false, fadeAnimation: false,
        markerZoomAnimation: false });
    life.at_end(() => map.remove());
    const bounds = [];
    for (const line of lines_of(calls)) {
        L.polyline(line.points, { className: `way v${line.van % VANS}`, dashArray: '6 6', interactive: false }).addTo(map);
        bounds.push(...line.points);
    }
    for (const p of missed.filter(is_placed)) {
        spot(L, map, p, '\u2013', 'missed', `${name(p)}: ${t(`visit.${p.status}`)}`);
        bounds.push([p.lat, p.lon]);
    }
    for (const s of spots_of(calls)) {
        const text = s.calls.map((c) => `${c.number}. ${name(c)} ${clock(c.arrival_s * 1000)}\u2013${c.departure_s === null ? '' : clock(c.departure_s * 1000)}`).join('\n');
        spot(L, map, s, s.calls.map((c) => c.number).join(', '), `v${s.van % VANS}`, text);
    }
    L.control.scale({ imperial: true, metric: true, position: 'bottomleft' }).addTo(map);
    if (bounds.length) map.fitBounds(bounds, { padding: [36, 36], maxZoom: 15 });
    else map.setView([0, 0], 1);
}

/** @param {any} L @param {any} map @param {{ lat: number, lon: number }} at @param {string} label @param {string} cls @param {string} text */
function spot(L, map, at, label, cls, text) {
    const icon = L.divIcon({ className: `spot-at ${cls}`, html: h('span', { class: `spot ${cls}` }, label), iconSize: null });
    L.marker([at.lat, at.lon], { icon, keyboard: false, alt: '' }).bindTooltip(h('span', { class: 'spot-told' }, bdi(text)),
        { direction: 'top', offset: [0, -14] }).addTo(map);
}

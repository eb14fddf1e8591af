// tests/browser/layout.mjs -- looks over a whole screen: what is cut off, what lies over what, what a gloved finger cannot hit, what is
// too small to read; and axe-core's judgement. Each complaint is one line that names the element.
import { axeSource } from './browser.mjs';

// Runs in the page. in: px that text, touch targets, words that are links must have
function lookOver({ textPx, targetPx, linkPx }) {
    const said = [];
    const doc = document.documentElement;
    const name = (e) => {
        const own = e.dataset?.test ? `[data-test=${e.dataset.test}]` : e.id ? `#${e.id}` : e.className && typeof e.className === 'string' ? `.${e.className.trim().split(/\s+/).join('.')}` : '';
        return `${e.tagName.toLowerCase()}${own} "${(e.innerText ?? e.value ?? '').trim().replace(/\s+/g, ' ').slice(0, 40)}"`;
    };
    const shown = (e) => e.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true }) && e.getClientRects().length > 0;
    const forAll = (e) => e.closest('.sr-only, .only-read, [aria-hidden="true"], .leaflet-container, svg') === null;
    const clips = (v) => v === 'hidden' || v === 'clip';
    const scrolls = (v) => v === 'auto' || v === 'scroll';
    const textOf = (e) => [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim());

    if (doc.scrollWidth > doc.clientWidth) said.push(`the page scrolls sideways: ${doc.scrollWidth} px in ${doc.clientWidth}`);
    const all = [...document.body.querySelectorAll('*')].filter((e) => shown(e) && forAll(e));

    for (const e of all) {
        const style = getComputedStyle(e), box = e.getBoundingClientRect();
        // Cut off: text wider or higher than the box that hides the rest. An ellipsis is a cut too, unless the whole is in reach.
        if (textOf(e) || e.tagName === 'BUTTON') {
            const wide = e.scrollWidth > e.clientWidth + 1 && (clips(style.overflowX) || style.textOverflow === 'ellipsis');
            const high = e.scrollHeight > e.clientHeight + 2 && clips(style.overflowY);
            if (style.display !== 'inline' && (wide || high) && !e.title && !e.closest('[title]')) said.push(`cut off: ${name(e)} ${e.scrollWidth}x${e.scrollHeight} in ${e.clientWidth}x${e.clientHeight}`);
            const overflows = style.display !== 'inline' && e.scrollWidth > e.clientWidth + 1 && style.overflowX === 'visible' && e.clientWidth > 0;
            if (overflows) said.push(`text wider than its box: ${name(e)} ${e.scrollWidth} in ${e.clientWidth}`);
        }
        // Text that a parent cuts away (and that no scrolling brings back), and text off the page to the side.
        if (textOf(e)) {
            const range = document.createRange();
            range.selectNodeContents(e);
            const r = range.getBoundingClientRect();
            if (r.width && (r.right > doc.clientWidth + 1 || r.left < -1)) {
                let p = e.parentElement, reach = false;
                for (; p; p = p.parentElement) if (scrolls(getComputedStyle(p).overflowX)) reach = true;
                if (!reach) said.push(`beyond the edge: ${name(e)} ${Math.round(r.left)}..${Math.round(r.right)} of ${doc.clientWidth}`);
            }
            let p = e.parentElement;
            for (; p && p !== document.body; p = p.parentElement) {
                const ps = getComputedStyle(p);
                if (scrolls(ps.overflowY) || ps.position === 'fixed') break;
                if (!clips(ps.overflowY) && !clips(ps.overflowX)) continue;
                if (ps.webkitLineClamp !== 'none') break; // a line of a list; the whole is one tap away
                const b = p.getBoundingClientRect();
                if ((clips(ps.overflowY) && (r.bottom > b.bottom + 2 || r.top < b.top - 2)) || (clips(ps.overflowX) && r.right > b.right + 2)) {
                    said.push(`hidden by ${name(p).slice(0, 60)}: ${name(e)}`);
                    break;
                }
            }
            for (const n of e.childNodes) { // a word of ordinary length that does not stay whole
                if (n.nodeType !== 3) continue;
                for (const m of n.data.matchAll(/[^\s\u200b\u00ad-]{2,14}(?=[\s\u200b-]|$)/g)) {
                    if (m.index && !/[\s\u200b-]/.test(n.data[m.index - 1])) continue;
                    range.setStart(n, m.index);
                    range.setEnd(n, m.index + m[0].length);
                    const lines = new Set([...range.getClientRects()].filter((q) => q.width > 0).map((q) => Math.round(q.top / 4)));
                    if (lines.size > 1) { said.push(`a word in pieces, "${m[0]}": ${name(e)}`); break; }
                }
            }
            const least = e.closest('kbd') ? textPx - 2 : textPx; // the key's name on its button
            if (parseFloat(style.fontSize) < least - 0.01) said.push(`text of ${style.fontSize}: ${name(e)}`);
        }
        if (e.dataset.test === 'due' && parseFloat(style.fontSize) < 32) said.push(`due date of ${style.fontSize}: ${name(e)}`);
    }

    // What can be pressed: large enough, and nothing over it.
    const pressable = all.filter((e) => e.matches('button, a[href], input:not([type=hidden]), select, textarea, summary, [role=button], [role=tab], [role=option], [tabindex="0"]') && !e.disabled);
    const rects = pressable.map((e) => {
        const label = e.matches('input[type=checkbox], input[type=radio]') && e.closest('label');
        return (label || e).getBoundingClientRect();
    });
    pressable.forEach((e, i) => {
        const r = rects[i];
        const inText = e.tagName === 'A' && getComputedStyle(e).display === 'inline' && textOf(e.parentElement);
        const word = e.tagName === 'A' && e.closest('td, dd, li, p, caption') && !e.matches('.button, .chip'); // a word that leads somewhere
        const least = word ? Math.min(linkPx, targetPx) : targetPx;
        if (!inText && !e.matches('[tabindex]:not(button):not(a):not(input)') && (r.width < least - 0.5 || r.height < least - 0.5))
            said.push(`target of ${Math.round(r.width)}x${Math.round(r.height)}: ${name(e)}`);
        for (let j = i + 1; j < pressable.length; j++) {
            const q = rects[j], f = pressable[j];
            if (e.contains(f) || f.contains(e) || e.closest('label') && e.closest('label') === f.closest('label')) continue;
            const w = Math.min(r.right, q.right) - Math.max(r.left, q.left), h = Math.min(r.bottom, q.bottom) - Math.max(r.top, q.top);
            if (w > 1 && h > 1 && onTop(e, r) && onTop(f, q)) said.push(`overlap by ${Math.round(w)}x${Math.round(h)}: ${name(e)} and ${name(f)}`);
        }
        const x = r.left + r.width / 2, y = r.top + r.height / 2;
        if (x > 0 && y > 0 && x < innerWidth && y < innerHeight) {
            const top = document.elementFromPoint(x, y);
            const modal = document.querySelector('dialog[open], [role=alertdialog]');
            if (top && top !== e && !e.contains(top) && !top.contains(e) && !(e.closest('label') ?? e).contains(top) && !(modal && !modal.contains(e)) && !e.closest('[inert]') && !clippedAway(e, x, y))
                said.push(`covered by ${name(top).slice(0, 50)}: ${name(e)}`);
        }
    });
    function clippedAway(e, x, y) { // scrolled out of the box that holds it
        for (let p = e.parentElement; p; p = p.parentElement) {
            const b = p.getBoundingClientRect(), s = getComputedStyle(p);
            if (s.overflowY !== 'visible' && (y < b.top || y > b.bottom || x < b.left || x > b.right)) return true;
        }
        return false;
    }
    // What acts must not be looked for: with the room of a desk's screen no button lies beyond the edge of a box that scrolls sideways.
    // A heading that sorts goes with its column.
    for (const e of innerWidth >= 1366 ? pressable.filter((p) => p.matches('button:not(.sort), .button')) : []) {
        const r = e.getBoundingClientRect();
        for (let p = e.parentElement; p && p !== document.body; p = p.parentElement) {
            const b = p.getBoundingClientRect();
            if (!scrolls(getComputedStyle(p).overflowX) || (r.right <= b.right + 1 && r.left >= b.left - 1)) continue;
            said.push(`only in reach by scrolling sideways: ${name(e)} ${Math.round(r.left)}..${Math.round(r.right)} in ${Math.round(b.left)}..${Math.round(b.right)}`);
            break;
        }
    }
    function onTop(e, r) {
        const x = r.left + r.width / 2, y = r.top + r.height / 2, top = document.elementFromPoint(x, y);
        return !top || top === e || e.contains(top) || top.contains(e);
    }
    return [...new Set(said)];
}

export async function layoutFaults(page, { textPx = 16, targetPx = 44, linkPx = 24 } = {}) {
    return page.evaluate(lookOver, { textPx, targetPx, linkPx });
}

// The page must not scroll at all where the screen has the room it was made for.
export async function scrollFaults(page) {
    return page.evaluate(() => {
        const d = document.scrollingElement;
        const said = d.scrollHeight > d.clientHeight + 1 ? [`the page scrolls: ${d.scrollHeight} px in ${d.clientHeight}`] : [];
        const nav = document.getElementById('nav'), banner = document.createElement('p'); // the menu has room under practice's banner too
        if (!nav) return said;
        banner.className = 'banner practice';
        banner.textContent = 'practice';
        if (!document.querySelector('.banner.practice')) document.getElementById('banners').append(banner);
        if (nav.scrollHeight > nav.clientHeight) said.push(`in practice the menu scrolls: ${nav.scrollHeight} px in ${nav.clientHeight}`);
        banner.remove();
        return said;
    });
}

let source;
// in: colours, only what another theme can change
export async function axeFaults(page, { colours = false } = {}) {
    source ??= axeSource();
    if (!(await page.evaluate(() => Boolean(window.axe)))) await page.evaluate(source); // past the page's CSP: nothing is added to its document
    return page.evaluate(async (only) => {
        const result = await window.axe.run(document, only ? { resultTypes: ['violations'], runOnly: { type: 'rule', values: ['color-contrast', 'color-contrast-enhanced', 'link-in-text-block'] } } : { resultTypes: ['violations'], runOnly: ['wcag2a', 'wcag2aa', 'wcag2aaa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
            rules: { 'color-contrast-enhanced': { enabled: true } } });
        return result.violations.flatMap((v) => v.nodes.slice(0, 4).map((n) => `${v.id}: ${n.target.join(' ')} ${n.html.slice(0, 120)} ${(n.any[0]?.message ?? n.all[0]?.message ?? '').slice(0, 160)}`));
    }, colours);
}

// dom.js -- the only way in which the page makes elements: text is always text, never markup.
// A hostile title or name can therefore do no more than be long; style.css lets it wrap.

const SVG = 'http://www.w3.org/2000/svg';

/** @param {Element} node @param {string} name @param {any} value */
function put(node, name, value) {
    if (value === null || value === undefined || value === false) return;
    if (name.startsWith('on') && typeof value === 'function') node.addEventListener(name.slice(2), value);
    else if (name === 'value' || name === 'checked') /** @type {any} */ (node)[name] = value;
    else node.setAttribute(name, value === true ? '' : String(value));
}

/** @param {Node} node @param {any[]} children */
function fill(node, children) {
    for (const child of children) {
        if (child === null || child === undefined || child === false) continue;
        if (Array.isArray(child)) fill(node, child);
        else node.appendChild(child instanceof Node ? child : document.createTextNode(String(child)));
    }
}

/** h('p', {class: 'x', onclick: f, hidden: false}, 'text', node, [nodes], null) -> element
 * @param {string} tag @param {Record<string, any> | null} [attributes] @param {...any} children
 * @returns {any} */
export function h(tag, attributes, ...children) {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) put(node, name, value);
    fill(node, children);
    return node;
}

/** The same for drawings.
 * @param {string} tag @param {Record<string, any>} attributes @param {...any} children @returns {any} */
export function svg(tag, attributes, ...children) {
    const node = document.createElementNS(SVG, tag);
    for (const [name, value] of Object.entries(attributes || {})) put(node, name, value);
    fill(node, children);
    return node;
}

/** Put children in the place of what a node held. @param {Element} node @param {...any} children */
export function fresh(node, ...children) {
    const box = document.createDocumentFragment();
    fill(box, children);
    node.replaceChildren(box);
    return node;
}

/** What other people wrote (titles, names, notes): keeps its own direction to itself.
 * @param {string | null | undefined} text @param {string} [cls] */
export function bdi(text, cls) {
    return h('bdi', { class: cls || null }, text || '');
}

const LONG = 160; // characters; more are read by scrolling in their place

/** A line of such text. One of five hundred letters must not push the due date off the screen.
 * @param {string} tag @param {string} cls @param {string | null | undefined} text @param {...any} more */
export function wild(tag, cls, text, ...more) {
    const long = (text || '').length > LONG;
    return h(tag, { class: `${cls}${long ? ' long' : ''}`, tabindex: long ? '0' : null }, bdi(text), more);
}

// Shapes that differ from each other without colour: a tick, an i, a bar across, three dots.
const SHAPES = {
    ok: ['M4 13l5 5L20 6'],
    note: ['M12 10v8', 'M12 5v1'],
    stop: ['M5 5l14 14', 'M19 5L5 19'],
    wait: ['M5 12h.5', 'M12 12h.5', 'M19 12h.5'],
    undo: ['M9 5L4 10l5 5', 'M4 10h9a6 6 0 010 12h-2'],
};

/** @param {'ok' | 'note' | 'stop' | 'wait' | 'undo'} name */
export function icon(name) {
    return svg('svg', { class: 'icon', viewBox: '0 0 24 24', 'aria-hidden': 'true', focusable: 'false' },
        SHAPES[name].map((d) => svg('path', { d })));
}

/** A part that scrolls by itself where the screen is wide is reached by Tab; where all is one column, it does not scroll.
 * @param {any} node */
export function scroller(node) {
    if (matchMedia('(max-width: 56rem)').matches) node.removeAttribute('tabindex');
    else node.setAttribute('tabindex', '0');
    return node;
}

let count = 0;
/** An id that nothing else on the page has. @param {string} name */
export function unique(name) {
    count += 1;
    return `${name}-${count}`;
}

/** A label and its field, one below the other. Sets the field's id.
 * @param {string} label @param {any} input @param {any} [hint] @returns {any} */
export function field(label, input, hint) {
    if (!input.id) input.id = unique('field');
    const told = hint ? h('span', { class: 'hint', id: `${input.id}-hint` }, hint) : null;
    if (told) input.setAttribute('aria-describedby', told.id);
    return h('div', { class: 'field' }, h('label', { for: input.id }, label), input, told);
}

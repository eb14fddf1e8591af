// tests/browser/library.mjs -- people and titles of the tests' own beside the sample's: plain ones to scan, and hostile ones whose
// names are markup, quotes, right-to-left, 500 characters, emoji. Written as the files that `branch import` reads.

// A number with its check digit (mod 10 from the right, as library cards have it).
export function withCheck(digits) {
    let sum = 0;
    [...digits].reverse().forEach((c, i) => {
        let d = Number(c) * (i % 2 ? 1 : 2);
        sum += d > 9 ? d - 9 : d;
    });
    return digits + ((10 - (sum % 10)) % 10);
}
export const cardNumber = (n) => withCheck(`2099777${String(n).padStart(6, '0')}`);
export const itemNumber = (n) => withCheck(`3099777${String(n).padStart(6, '0')}`);

const long = (word, n) => (word + ' ').repeat(Math.ceil(n / (word.length + 1))).slice(0, n).trim();

// Each is a name for a patron and for a title. What a screen shows of it must be this text.
export const HOSTILE = {
    markup: '<img src=x onerror="window.__pwned=1"><script>window.__pwned=1</script><b>bold</b>',
    quotes: `"'\`); DROP TABLE patron; -- \\ &amp; &lt;i&gt; \${1+1} {{1+1}}`,
    rtl: 'ספר הילדים הגדול \u202eاكتشاف القمر\u202c (2)',
    long: long('Wimbleborough', 499) + 'Z',
    unbroken: 'Llanfairpwllgwyngyll'.repeat(12).slice(0, 230),
    emoji: '👩‍👩‍👧‍👦 A Day 🚌📚 at the Sea 🏖️ Z̷̢a͝l̸g̴o',
};

const csv = (cell) => (/[",\n\r]/.test(cell ?? '') ? `"${cell.replaceAll('"', '""')}"` : cell ?? '');
const xml = (s) => s.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

export const PATRON_COLUMNS = ['cardnumber', 'surname', 'firstname', 'othernames', 'dateofbirth', 'address', 'address2', 'city',
    'state', 'zipcode', 'country', 'phone', 'email', 'branchcode', 'categorycode', 'dateenrolled', 'dateexpiry', 'debarred',
    'userid', 'stop', 'guarantor', 'sort1'];

export function patronRow(p) {
    const row = { branchcode: 'VAN1', categorycode: 'ADULT', dateenrolled: '2024-01-02', dateexpiry: '2029-12-31', ...p };
    return PATRON_COLUMNS.map((c) => csv(row[c])).join(',');
}

// Titles with their copies, as MARCXML: { key, title, author, isbn, items: [barcode], itype, place, callno }
export function marcxml(titles) {
    const field = (tag, ind, subs) => `<datafield tag="${tag}" ind1="${ind[0]}" ind2="${ind[1]}">${
        subs.map(([c, v]) => `<subfield code="${c}">${xml(v)}</subfield>`).join('')}</datafield>`;
    const record = (t) => `<record><leader>00000nam a2200000 a 4500</leader><controlfield tag="001">${t.key}</controlfield>` +
        '<controlfield tag="008">200101s2020    xxk           000 1 eng d</controlfield>' +
        (t.isbn ? field('020', '  ', [['a', t.isbn]]) : '') +
        (t.author ? field('100', '1 ', [['a', t.author]]) : '') +
        field('245', '10', [['a', t.title]]) +
        t.items.map((barcode) => field('952', '  ', [['a', t.place ?? 'VAN1'], ['b', t.place ?? 'VAN1'], ['c', 'Fiction'],
            ['o', t.callno ?? 'F TES'], ['p', barcode], ['y', t.itype ?? 'BOOK'], ['v', '8.99']])).join('') + '</record>';
    return `<?xml version="1.0" encoding="UTF-8"?>\n<collection xmlns="http://www.loc.gov/MARC21/slim">\n${
        titles.map(record).join('\n')}\n</collection>\n`;
}

// Twenty in a queue and what else the scripts need. Nothing here knows a rule: what must come of a scan is said by the scripts.
export function makePeople() {
    const people = { queue: [], children: [], hostile: {} };
    const first = ['Agnes', 'Bertram', 'Clara', 'Dougal', 'Edith', 'Fergus', 'Greta', 'Hamish', 'Iris', 'Jasper', 'Kitty', 'Lionel',
        'Maud', 'Ninian', 'Olive', 'Percy', 'Quilla', 'Rupert', 'Saskia', 'Thora'];
    first.forEach((firstname, i) => people.queue.push({
        cardnumber: cardNumber(100 + i), surname: `Queueham${'abcdefghijklmnopqrst'[i]}`, firstname,
        ...(i === 11 ? { debarred: '9999-12-31' } : {}),
    }));
    ['Ada', 'Ben', 'Cal', 'Dot', 'Eve', 'Fay', 'Gus', 'Hal'].forEach((firstname, i) => people.children.push({
        cardnumber: cardNumber(200 + i), surname: 'Smallwood', firstname, categorycode: 'CHILD', dateofbirth: '2018-05-0' + (i + 1),
        stop: 'VAN1/Copperwick/Primary School', sort1: 'Class 2B',
    }));
    Object.entries(HOSTILE).forEach(([kind, name], i) => {
        people.hostile[kind] = { cardnumber: cardNumber(300 + i), surname: name, firstname: '', sort1: 'Class 2B' };
    });
    people.spare = Array.from({ length: 12 }, (_, i) => ({
        cardnumber: cardNumber(400 + i), surname: `Sparewell${'abcdefghijkl'[i]}`, firstname: 'Robin' }));
    return people;
}

export function makeTitles(people) {
    const titles = [];
    const add = (t) => titles.push({ key: `tb${titles.length + 1}`, ...t }) && titles[titles.length - 1];
    const books = Array.from({ length: 140 }, (_, i) => itemNumber(1000 + i));
    books.forEach((barcode, i) => add({ title: `The Test of Book ${i + 1}`, author: `Writer, A${i % 9}.`, items: [barcode], callno: `F W${i % 9}` }));
    const hostile = {};
    Object.entries(HOSTILE).forEach(([kind, name], i) => {
        hostile[kind] = add({ title: name, author: name.slice(0, 120), items: [itemNumber(2000 + 2 * i), itemNumber(2001 + 2 * i)] });
    });
    // Somebody else waits for its only copy; and a copy that bears the number of a person's card.
    const held = add({ title: 'The Book That Is Waited For', author: 'Writer, H.', items: [itemNumber(3000)] });
    const both = add({ title: 'The Book With a Card Number', author: 'Writer, B.', items: [people.spare[11].cardnumber] });
    return { titles, books, hostile, held, both };
}

// tests/browser/ledger.mjs -- who must have what in the end: kept by the scripts from what they hold in their hands and from what
// the screen said, never from our engine.
import { check, equal } from './verdict.mjs';

export class Ledger {
    constructor() {
        this.has = new Map(); // copy -> card
        this.touched = new Set();
        this.acknowledged = []; // { text, word, slip }: what the page said is done
    }
    lent(card, item, row) {
        this.has.set(item, card);
        this.touched.add(item);
        if (row) this.acknowledged.push({ item, card, slip: row.slip, word: row.word });
    }
    back(item, row) {
        this.has.delete(item);
        this.touched.add(item);
        if (row) this.acknowledged.push({ item, slip: row.slip, word: row.word });
    }
    not(item) { this.touched.add(item); } // refused: nobody has it
    // The branch's loans of the copies that went through our hands, and its entries by their slips.
    async compare(what, world) {
        const loans = await world.loans(), wanted = {}, got = {};
        for (const item of [...this.touched].sort()) {
            wanted[item] = this.has.get(item) ?? null;
            got[item] = loans.get(item) ?? null;
        }
        const wrong = Object.keys(wanted).filter((i) => wanted[i] !== got[i]).map((i) => `${i}: the list says ${wanted[i]}, the branch ${got[i]}`);
        check(`${what}: the branch has what the list says (${this.touched.size} copies, ${this.has.size} lent)`, wrong.length === 0, wrong.join('\n'));
        const slips = this.acknowledged.map((a) => a.slip).filter(Boolean);
        equal(`${what}: every act that the screen acknowledged bore a slip of its own`, this.acknowledged.length, new Set(slips).size);
    }
}

// tests/browser/parts.mjs -- the pages' modules for node: copied flat, as the program serves them, and marked as modules (an older
// node takes .js for something else). Only parts that touch no page can be asked here.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
export const FOLDERS = ['common/ui', 'mobile/ui', 'sync/ui'];

// in: folders, whose files are laid over each other. ret: { dir, load(name), end() }
export function flatten(folders = ['common/ui', 'mobile/ui']) {
    const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'bookmobile-parts-'));
    fs.writeFileSync(path.join(dir, 'package.json'), '{"type":"module"}');
    for (const folder of folders)
        for (const f of fs.readdirSync(path.join(root, folder))) if (f.endsWith('.js')) fs.copyFileSync(path.join(root, folder, f), path.join(dir, f));
    process.on('exit', () => fs.rmSync(dir, { recursive: true, force: true }));
    return { dir, load: (name) => import(pathToFileURL(path.join(dir, name)).href) };
}

// Every module of a folder: [name, text].
export function sources(folder) {
    const dir = path.join(root, folder);
    return fs.readdirSync(dir).filter((f) => f.endsWith('.js')).map((f) => [f, fs.readFileSync(path.join(dir, f), 'utf8')]);
}

// Chance that can be had again: SEED=n.
export class Chance {
    constructor(seed) {
        this.state = seed >>> 0 || 1;
    }
    next() { // xorshift32
        let x = this.state;
        x ^= x << 13;
        x ^= x >>> 17;
        x ^= x << 5;
        this.state = x >>> 0;
        return this.state;
    }
    below(n) {
        return this.next() % n;
    }
    of(list) {
        return list[this.below(list.length)];
    }
}

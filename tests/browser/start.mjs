// tests/browser/start.mjs -- what most scripts begin with: the branch serves, the van stands at its first stop with gpsd being fed,
// its desk is open in a browser.
import { launch, openPage } from './browser.mjs';
import { Desk } from './desk.mjs';
import { STAFF, World } from './world.mjs';

export async function startVan({ van = true, gps = true, line = false, page = {}, desk = {}, login = STAFF.staff, world = {}, words = ['--no-sync'] } = {}) {
    const w = await World.make({ holds: false, ...world });
    await w.branch('hold', 'place', w.people.spare[0].cardnumber, w.held.items[0], '--pickup', 'VAN1');
    await w.branch('hold', 'capture', w.held.items[0]);
    await w.serve();
    if (van) {
        if (line) await w.line();
        if (gps) await w.gps.start('08:24:00');
        await w.enrol();
        await w.desk(...words);
        if (gps) await w.gps.until('08:33:00');
    }
    w.browser = await launch();
    w.pages = [];
    w.open = async (url, who, options = {}) => { // a page of its own, somebody logged in
        const p = await openPage(w.browser, { url, ...page, ...options.page });
        w.pages.push(p);
        const d = new Desk(p, { touch: page.touch ?? options.page?.touch, ...desk, ...options.desk });
        if (who) await d.login(who, options.login);
        return d;
    };
    w.onFailure = async (name) => { // KEEP=1 leaves a picture
        if (process.env.KEEP) for (const [i, p] of w.pages.entries()) await p.screenshot({ path: `${w.dir}/failed-${name.replace(/\W+/g, '-')}-${i}.png` });
        if (w.van1 && (await w.van1.alert())) await w.van1.page.keyboard.press('Escape');
    };
    if (van) w.van1 = await w.open(w.deskUrl, login);
    return w;
}

// No page did what no page of ours may do, and none asked anybody else.
export function pageFaults(w) {
    const own = [w.deskUrl, w.branchUrl, w.pairUrl].filter(Boolean).map((u) => new URL(u).origin);
    return w.pages.flatMap((p) => [...p.faults, ...[...p.origins].filter((o) => !own.includes(o)).map((o) => `asked ${o}`)]);
}

export async function endVan(w) {
    await w.browser.close();
    await w.end();
}

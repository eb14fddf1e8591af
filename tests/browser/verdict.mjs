// tests/browser/verdict.mjs -- what a script of this folder says: "ok - ...", "not ok - ..." with the reason, and a last line that
// tests/run.sh adds up. A test that throws has failed; those after it still run, for each names its own ground.

let passed = 0, failed = 0;

export const full = process.env.BROWSER === 'full'; // every size and every kind of input, not one of each

export function ok(what) {
    passed++;
    console.log(`ok - ${what}`);
}

export function notOk(what, why = '') {
    failed++;
    console.log(`not ok - ${what}`);
    for (const line of String(why).split('\n').slice(0, 25)) if (line) console.log(`    ${line.slice(0, 400)}`);
}

export function check(what, holds, why) {
    if (holds) ok(what);
    else notOk(what, why);
    return Boolean(holds);
}

export function equal(what, wanted, got) {
    const [a, b] = [JSON.stringify(wanted), JSON.stringify(got)];
    return check(what, a === b, `wanted ${a}\ngot    ${b}`);
}

// A list of complaints must be empty.
export function none(what, complaints) {
    return check(what, complaints.length === 0, complaints.join('\n'));
}

// Asked again and again until it holds; what it says last is the reason why not.
export async function until(what, ask, ms = 10000) {
    const end = Date.now() + ms;
    for (;;) {
        let said;
        try {
            said = await ask();
            if (said === true || (said && typeof said === 'object')) return said;
        } catch (e) {
            said = e.message;
        }
        if (Date.now() > end) throw new Error(`${what}: not within ${ms} ms${said ? ` (${String(said).slice(0, 600)})` : ''}`);
        await sleep(40);
    }
}

export const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

const tests = [];
export function test(name, body) {
    tests.push({ name, body });
}

// Runs what test() gathered, between before (which gives what the tests get) and after; TEST=word runs those whose name has it.
export async function run(before, after = () => {}) {
    let world, status = 0;
    try {
        world = await before();
    } catch (e) {
        notOk('what the tests stand on can be made', e.stack);
    }
    for (const t of world ? tests : []) {
        if (process.env.TEST && !t.name.includes(process.env.TEST)) continue;
        const from = Date.now(), bad = failed;
        try {
            await t.body(world);
            if (failed === bad) ok(`${t.name} (${Date.now() - from} ms)`);
        } catch (e) {
            notOk(t.name, e.stack);
            if (world.onFailure) await world.onFailure(t.name).catch(() => {});
        }
    }
    try {
        if (world) await after(world);
    } catch (e) {
        notOk('the end', e.stack);
    }
    console.log(`${passed} passed, ${failed} failed`);
    status = failed ? 1 : 0;
    process.exit(status);
}

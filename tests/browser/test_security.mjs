// tests/browser/test_security.mjs -- who may act, and from where: both programs, asked by a client that can forge everything.
import fs from 'node:fs';
import path from 'node:path';
import { Client } from './api.mjs';
import { Program, root, STAFF, World } from './world.mjs';
import { check, equal, none, run, sleep, test, until } from './verdict.mjs';

const PHRASE_WRONG = 'not at all the phrase';
const bin = path.resolve(root, process.env.BM_BIN_DIR ?? 'build/bin');
const both = (w) => [['the desk', w.deskUrl], ['the branch', w.branchUrl]];
let copy = 0; // each test lends copies of its own
const free = (w) => w.books[copy++];
const act = (w, client, how) => client.run('checkout', [w.people.spare[0].cardnumber, free(w)], {}, undefined, how);
const lent = async (w) => (await w.vanJson('patron', 'show', w.people.spare[0].cardnumber)).loans.length;
const lentAt = async (w, name) => (name === 'the desk' ? lent(w) : (await w.branchJson('patron', 'show', w.people.spare[0].cardnumber)).loans.length);
async function fresh(url, who) {
    const c = new Client(url);
    const said = await c.login(who);
    if (said.status !== 200) throw new Error(`login of ${who.id}: ${said.status} ${said.text}`);
    return c;
}

const cookieName = (client) => [...client.cookies.keys()].find((k) => k.startsWith('bm_session')); // it may name the port: hosts' cookies know none

test('no cookie, no act', async (w) => {
    for (const [name, url] of both(w)) {
        const c = new Client(url), before = await lentAt(w, name);
        for (const [method, where, body] of [['POST', '/api/run', { command: 'checkout', words: [w.people.spare[0].cardnumber, free(w)], request: 'aa' }],
            ['POST', '/api/scan', { text: free(w), mode: 'lend', card: w.people.spare[0].cardnumber, request: 'ab' }], ['GET', '/api/state'],
            ['POST', '/api/sync', {}], ['POST', '/api/lock', {}], ['POST', '/api/logout', {}], ['POST', '/api/unlock', { phrase: STAFF.staff.phrase }]]) {
            if (where === '/api/sync' && name !== 'the desk') continue;
            const said = await c.ask(method, where, { body });
            equal(`${name}: ${where} without a cookie is not answered`, [401, { error: 'auth' }], [said.status, said.json]);
        }
        const session = await c.get('/api/session');
        equal(`${name}: who is not logged in learns no name and no token`, [401, null, null], [session.status, session.json.staff ?? null, session.json.csrf ?? null]);
        c.cookies.set(cookieName(await fresh(url, STAFF.staff)), 'f'.repeat(64));
        c.csrf = 'f'.repeat(64);
        equal(`${name}: a made-up cookie is none`, 401, (await act(w, c)).status);
        equal(`${name}: nothing was lent`, before, await lentAt(w, name));
    }
});

test('a cookie alone is not enough: token, origin, type, host', async (w) => {
    for (const [name, url] of both(w)) {
        const c = await fresh(url, STAFF.staff), before = await lentAt(w, name);
        const refused = async (what, status, error, headers) => {
            const said = await act(w, c, { headers });
            equal(`${name}: ${what}`, [status, error], [said.status, said.json?.error]);
        };
        await refused('no token', 403, 'csrf', { 'Bookmobile-Csrf': null });
        await refused('another token', 403, 'csrf', { 'Bookmobile-Csrf': c.csrf.replace(/.$/, (x) => (x === '0' ? '1' : '0')) });
        await refused('a token that is cut short', 403, 'csrf', { 'Bookmobile-Csrf': c.csrf.slice(0, -1) });
        await refused('a foreign origin', 403, 'origin', { Origin: 'http://evil.example' });
        await refused('our own address with another port', 403, 'origin', { Origin: c.origin.replace(/\d+$/, '1') });
        await refused('an origin that only begins like ours', 403, 'origin', { Origin: `${c.origin}.evil.example` });
        await refused('origin "null"', 403, 'origin', { Origin: 'null' });
        for (const host of ['evil.example', `evil.example:${c.url.port}`, '127.0.0.1:1']) {
            const said = await act(w, c, { headers: { Host: host } });
            check(`${name}: a host that is not ours (${host})`, said.status >= 400 && said.status < 500, `${said.status} ${said.text}`);
        }
        for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data', null]) {
            const said = await act(w, c, { headers: { 'Content-Type': type } });
            check(`${name}: what a form could send (${type})`, said.status >= 400 && said.status < 500, `${said.status} ${said.text}`);
        }
        equal(`${name}: nothing was lent`, before, await lentAt(w, name));
        const said = await act(w, c);
        equal(`${name}: with all of them it is done`, [200, 0], [said.status, said.json?.exit]);
        equal(`${name}: once`, before + 1, await lentAt(w, name));
    }
});

test('the cookie, and what comes with every answer', async (w) => {
    for (const [name, url] of both(w)) {
        const c = await fresh(url, STAFF.staff);
        for (const word of ['HttpOnly', 'SameSite=Strict', 'Path=/', ...(url.startsWith('https') ? ['Secure'] : [])])
            check(`${name}: the cookie is ${word}`, new RegExp(`;\\s*${word}(;|$)`, 'i').test(c.setCookie), c.setCookie);
        const page = await c.get('/');
        const assets = [...page.text.matchAll(/(?:src|href)="\/?(ui\/[^"]+)"/g)].map((m) => `/${m[1]}`);
        check(`${name}: the page names its parts`, assets.length > 0, page.text.slice(0, 500));
        for (const where of ['/', ...assets, '/api/session', '/api/state', '/api/none', '/nowhere']) {
            const said = await c.get(where), h = said.headers, bad = [];
            const csp = h['content-security-policy'] ?? '';
            for (const rule of ["default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'none'"])
                if (!csp.includes(rule)) bad.push(`CSP lacks ${rule}: ${csp}`);
            if (/unsafe|\*|https?:/.test(csp)) bad.push(`CSP lets too much pass: ${csp}`);
            if (h['x-content-type-options'] !== 'nosniff') bad.push('no nosniff');
            if (h['referrer-policy'] !== 'no-referrer') bad.push('no referrer policy');
            if (where.startsWith('/api') && !/no-store/.test(h['cache-control'] ?? '')) bad.push('may be stored');
            none(`${name}: ${where} carries the rules`, bad);
        }
        const asset = await c.get(assets[0]);
        equal(`${name}: an asset that has not changed is not sent again`, 304, (await c.get(assets[0], { headers: { 'If-None-Match': asset.headers.etag } })).status);
    }
});

test('the session is a new one at each login', async (w) => {
    for (const [name, url] of both(w)) {
        const c = new Client(url);
        const key = cookieName(await fresh(url, STAFF.staff)), chosen = 'c0ffee'.repeat(20).slice(0, 64);
        c.cookies.set(key, chosen);
        await c.login(STAFF.staff);
        const first = c.cookies.get(key), token = c.csrf;
        check(`${name}: a session id that was brought along is not taken up`, first && first !== chosen, first);
        check(`${name}: it cannot be guessed`, first.length >= 32 && token.length >= 32, `${first} ${token}`);
        await c.login(STAFF.staff);
        check(`${name}: a second login makes another`, c.cookies.get(key) !== first && c.csrf !== token, c.cookies.get(key));
        const old = new Client(url);
        old.cookies.set(key, first);
        old.csrf = token;
        equal(`${name}: the one before is over`, 401, (await old.get('/api/state')).status);
        const late = await fresh(url, STAFF.staff), id = late.cookies.get(key), csrf = late.csrf;
        equal(`${name}: logged out`, 200, (await late.post('/api/logout')).status);
        late.cookies.set(key, id);
        late.csrf = csrf;
        equal(`${name}: after the logout the cookie is worth nothing`, 401, (await act(w, late)).status);
    }
});

test('who may what', async (w) => {
    for (const [name, url] of both(w)) {
        const viewer = await fresh(url, STAFF.viewer), staff = await fresh(url, STAFF.staff), admin = await fresh(url, STAFF.admin);
        const before = await lentAt(w, name);
        equal(`${name}: a viewer reads`, [200, 0], await viewer.run('patron show', [w.people.spare[0].cardnumber]).then((s) => [s.status, s.json?.exit]));
        for (const [cmd, words] of [['checkout', [w.people.spare[0].cardnumber, free(w)]], ['checkin', [free(w)]], ['patron add', []], ['void', ['x']], ['pay', ['x', '1']]])
            equal(`${name}: a viewer does not ${cmd}`, [403, 'role'], await viewer.run(cmd, words).then((s) => [s.status, s.json?.error]));
        const scan = await viewer.post('/api/scan', { text: free(w), mode: 'lend', card: w.people.spare[0].cardnumber, request: 'c1' });
        check(`${name}: nor by scanning`, scan.status === 403 || scan.json?.kind !== 'act', `${scan.status} ${scan.text}`);
        equal(`${name}: nothing was lent`, before, await lentAt(w, name));
        if (name === 'the branch') {
            for (const cmd of ['device add', 'staff add', 'rules import']) {
                const said = await staff.run(cmd, ['x']);
                check(`${name}: staff do not ${cmd}`, said.status === 403 || said.status === 400, `${said.status} ${said.text}`);
            }
            equal(`${name}: an admin invites a laptop`, [200, 0], await admin.run('device add', ['van9']).then((s) => [s.status, s.json?.exit]));
        }
        for (const [cmd, options] of [['checkout', { '--data': '/tmp' }], ['checkout', { '--from': '/etc/passwd' }], ['checkout', { '--stdin': true }],
            ['checkout', { '--staff': 'anna' }], ['status', { '--data': '/tmp' }], ['serve', {}], ['init', {}], ['enroll', {}], ['gps', {}], ['desk', {}], ['help', { '--man': true }]]) {
            const said = await admin.run(cmd, [w.people.spare[0].cardnumber, free(w)], options);
            check(`${name}: ${cmd} ${JSON.stringify(options)} is not for HTTP, whoever asks`, said.status >= 400 && said.status < 500, `${said.status} ${said.text.slice(0, 300)}`);
        }
        for (const words of [['--data', '/tmp'], ['--from', '/etc/passwd'], ['--help']]) {
            const said = await staff.run('checkout', [w.people.spare[0].cardnumber, ...words]);
            check(`${name}: ${words[0]} among the words is a word, no option`, said.status >= 400 || said.json.exit !== 0, `${said.status} ${said.text.slice(0, 300)}`);
        }
    }
    const entries = await w.vanJson('journal', '--last', '200');
    check('no act bears a name that its session had not', entries.every((e) => !e.staff || [STAFF.staff.id, STAFF.admin.id].includes(e.staff)), JSON.stringify(entries.map((e) => e.staff)));
});

test('locked, only the phrase opens', async (w) => {
    for (const [name, url] of both(w)) {
        const c = await fresh(url, STAFF.staff);
        equal(`${name}: locked`, 200, (await c.post('/api/lock')).status);
        equal(`${name}: no act while locked`, [423, 'locked'], await act(w, c).then((s) => [s.status, s.json?.error]));
        equal(`${name}: no look either`, 423, (await c.run('patron show', [w.people.spare[0].cardnumber])).status);
        equal(`${name}: the session says so`, true, (await c.get('/api/session')).json?.locked);
        check(`${name}: another phrase does not open`, [401, 403, 423].includes((await c.post('/api/unlock', { phrase: PHRASE_WRONG })).status), '');
        check(`${name}: nor that of somebody else`, (await c.post('/api/unlock', { phrase: STAFF.admin.phrase })).status !== 200, '');
        let said;
        for (let i = 0; i < 20 && said?.status !== 200; i++) { // those failures make it wait
            said = await c.post('/api/unlock', { phrase: STAFF.staff.phrase });
            if (said.status === 429) await sleep(Math.min(said.json.wait_s, 5) * 1000 + 50);
        }
        equal(`${name}: the own one does`, 200, said.status);
        if (said.json?.csrf) c.csrf = said.json.csrf;
        equal(`${name}: and work goes on`, [200, 0], await act(w, c).then((s) => [s.status, s.json?.exit]));
    }
});

test('login backs off', async (w) => {
    for (const [name, url] of both(w)) {
        const c = new Client(url), said = [];
        for (let i = 0; i < 5; i++) said.push(await c.login({ id: STAFF.viewer.id, phrase: PHRASE_WRONG }));
        check(`${name}: a wrong phrase is refused`, said[0].status === 401 || said[0].status === 403, `${said[0].status} ${said[0].text}`);
        const wait = said.find((s) => s.status === 429);
        check(`${name}: after some it must wait, and is told how long`, wait?.json?.error === 'wait' && wait.json.wait_s > 0, said.map((s) => `${s.status} ${s.text}`).join('\n'));
        equal(`${name}: while it waits even the right phrase is not tried`, 429, (await c.login(STAFF.viewer)).status);
        const unknown = await new Client(url).login({ id: 'nobody', phrase: PHRASE_WRONG });
        equal(`${name}: an account that is none is answered in the same words`, said[0].text, unknown.text);
        let last;
        for (let i = 0; i < 12 && last?.status !== 200; i++) {
            last = await c.login(STAFF.viewer);
            if (last.status === 429) await sleep(Math.min(last.json.wait_s, 8) * 1000 + 50);
        }
        equal(`${name}: afterwards it opens`, 200, last.status);
    }
});

test('what is no question of ours', async (w) => {
    for (const [name, url] of both(w)) {
        const c = await fresh(url, STAFF.staff);
        const is4xx = async (what, said) => { const s = await said; check(`${name}: ${what}`, s.status >= 400 && s.status < 500, `${s.status} ${s.text.slice(0, 200)}`); };
        equal(`${name}: broken JSON`, 400, (await c.ask('POST', '/api/run', { body: '{"command":' })).status);
        equal(`${name}: JSON that is no object`, 400, (await c.ask('POST', '/api/run', { body: '[]' })).status);
        equal(`${name}: a body too large`, 413, (await c.ask('POST', '/api/run', { body: `{"command":"${'x'.repeat(3 << 20)}"}` })).status);
        await is4xx('a command that is none', c.run('make tea'));
        await is4xx('words that are no texts', c.post('/api/run', { command: 'checkout', words: [1, {}], request: 'd1' }));
        await is4xx('a NUL in a word', c.run('patron show', ['a\u0000b']).then((s) => (s.status === 200 && s.json.exit !== 0 ? { status: 400, text: '' } : s)));
        for (const where of ['/ui/../../etc/passwd', '/ui/%2e%2e/%2e%2e/etc/passwd', '/ui//etc/passwd', '/ui/', '/etc/passwd', '/api/../ui/x', '/api/run']) await is4xx(`GET ${where}`, c.get(where));
        await is4xx('POST to the page', c.post('/'));
        equal(`${name}: it is still there`, 200, (await c.get('/api/state')).status);
    }
});

test('one answer for one request', async (w) => {
    const c = await fresh(w.deskUrl, STAFF.staff), words = [w.people.spare[1].cardnumber, free(w)];
    const [one, two, three] = [await c.run('checkout', words, {}, 'e1e1e1e1'), await c.run('checkout', words, {}, 'e1e1e1e1'), await c.run('checkout', [words[0], free(w)], {}, 'e1e1e1e1')];
    const entry = (said) => [said.status, said.json?.exit, said.json?.answer?.entry, said.json?.answer?.due];
    equal('asked again: the same entry', entry(one), entry(two));
    check('and there is one', Boolean(one.json.answer.entry), one.text);
    check('the id for something else is wrong usage', three.status >= 400 || three.json.exit === 2, three.text);
    const many = await Promise.all(Array.from({ length: 12 }, () => c.run('checkout', [words[0], w.books[139]], {}, 'f1f1f1f1')));
    equal('asked twelve times at once: one act', 1, new Set(many.map((m) => JSON.stringify(entry(m)))).size);
});

test('who is removed is out', async (w) => {
    const c = await fresh(w.branchUrl, STAFF.viewer);
    equal('still in', 200, (await c.get('/api/state')).status);
    await w.branch('staff', 'remove', STAFF.viewer.id);
    await until('removed: within seconds nothing more is told', async () => { // the branch asks anew every few seconds
        const said = await c.run('patron show', [w.people.spare[0].cardnumber]);
        return [401, 403].includes(said.status) || `${said.status} ${said.text.slice(0, 200)}`;
    });
    check('nor can they log in', (await new Client(w.branchUrl).login(STAFF.viewer)).status !== 200, '');
});

test('loopback only', async (w) => {
    const listening = fs.readFileSync('/proc/net/tcp', 'utf8').split('\n').map((l) => l.trim().split(/\s+/)).filter((c) => c[3] === '0A').map((c) => c[1]);
    const at = (port) => listening.filter((a) => parseInt(a.split(':')[1], 16) === Number(port)).map((a) => a.split(':')[0]);
    equal('the desk listens on 127.0.0.1 and nowhere else', ['0100007F'], at(w.deskPort));
    const port6 = fs.existsSync('/proc/net/tcp6') ? fs.readFileSync('/proc/net/tcp6', 'utf8') : '';
    check('not on IPv6 either', !new RegExp(`:${Number(w.deskPort).toString(16).toUpperCase().padStart(4, '0')} \\S+ 0A`).test(port6), '');
    await w.deskProgram.end(); // one desk a laptop
    for (const address of ['0.0.0.0:0', '192.0.2.1:0', '[::]:0']) {
        const p = new Program(path.join(bin, 'bookmobile'), ['desk', '--data', w.vanData, '--listen', address, '--no-gps', '--no-sync']);
        const { code } = await Promise.race([p.ended, sleep(3000).then(() => p.end().then(() => ({ code: 'it served' })))]);
        check(`desk --listen ${address} is refused, and says why`, code !== 0 && code !== 'it served' && /this machine|loopback/.test(p.said), `${code} ${p.said}`);
    }
    const plain = new Program(path.join(bin, 'branch'), ['serve', '--data', w.branchData, '--listen', '127.0.0.1:0', '--pages', '0.0.0.0:0']);
    const { code } = await Promise.race([plain.ended, sleep(3000).then(() => plain.end().then(() => ({ code: 'it served' })))]);
    check('the branch shows no pages without TLS beyond loopback', code !== 0 && code !== 'it served', `${code}: ${plain.said}`);
});

run(async () => {
    const w = await World.make();
    await w.serve();
    await w.enrol();
    await w.desk('--no-sync');
    return w;
}, (w) => w.end());

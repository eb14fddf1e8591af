// tests/browser/world.mjs -- what the scripts here drive: a branch serving over TLS, a van enrolled, its desk, gpsd being fed; the
// real programs, each started, killed and started again by its process id, on a practice clock that runs as fast as life.
import { execFile, spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import readline from 'node:readline';
import { fileURLToPath } from 'node:url';
import { cardNumber, makePeople, makeTitles, marcxml, patronRow, PATRON_COLUMNS } from './library.mjs';
import { sleep, until } from './verdict.mjs';

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const bin = path.resolve(root, process.env.BM_BIN_DIR ?? 'build/bin');
const tool = path.resolve(root, process.env.BM_TOOL_DIR ?? 'build/tool');
const DAY_MS = Date.UTC(2026, 9, 5); // the sample's service day
const BOOT_MS = 1000000;
const RULES = `branch,category,itype,loan,renew_max,renew_loan,limit,closed,rate,grace,max,price,keep,age_min,overridable
*,*,*,21d,3,21d,20,keep,10,0,500,,0,,expired held loaned limit unfit missing renewals wanted
`;
export const STAFF = { // the least role for each kind of work; phrases are the tests' own
    admin: { id: 'anna', name: 'Anna Admin', phrase: 'correct horse battery staple' },
    staff: { id: 'sam', name: 'Sam Staff', phrase: 'seven grey geese in fog' },
    viewer: { id: 'vera', name: 'Vera Viewer', phrase: 'only looking thank you' },
};

// --- processes ---------------------------------------------------------------------------------------------------------
const living = new Set();
function mourn() { // nothing outlives this script
    for (const child of living) try { process.kill(child.pid, 'SIGKILL'); } catch { /* gone already */ }
}
process.on('exit', mourn);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(1));
process.on('uncaughtException', (e) => { console.log(`not ok - this script: ${e.stack}`); console.log('0 passed, 1 failed'); process.exit(1); });

// A program in the background; its words are kept, and can be waited for.
export class Program {
    constructor(file, words, options = {}) {
        this.said = '';
        this.child = spawn(file, words, { stdio: ['pipe', 'pipe', 'pipe'], ...options });
        this.name = path.basename(file);
        living.add(this.child);
        this.ended = new Promise((done) => this.child.on('exit', (code, signal) => {
            living.delete(this.child);
            this.over = true;
            done({ code, signal });
        }));
        this.child.on('error', (e) => { this.said += e.message; this.over = true; });
        for (const stream of [this.child.stdout, this.child.stderr]) stream.on('data', (d) => { this.said = (this.said + d).slice(-200000); });
    }
    get pid() { return this.child.pid; }
    says(pattern, ms = 10000) {
        return until(`${this.name} says ${pattern}`, () => {
            const m = this.said.match(pattern);
            if (!m && this.over) throw new Error(`${this.name} ended: ${this.said.slice(-600)}`);
            return m ?? this.said.slice(-300);
        }, ms);
    }
    async end(signal = 'SIGTERM') { // told by its own id, and waited for
        if (!this.over) {
            process.kill(this.pid, signal);
            const late = setTimeout(() => { try { process.kill(this.pid, 'SIGKILL'); } catch { /* gone */ } }, 15000);
            await this.ended;
            clearTimeout(late);
        }
        return this.ended;
    }
}

export function command(file, words, { input, fails } = {}) {
    return new Promise((done, fail) => {
        const child = execFile(file, words, { maxBuffer: 64 << 20 }, (e, out, err) => {
            if (e && !fails) fail(new Error(`${path.basename(file)} ${words.join(' ')}: ${e.code}: ${err || out}`.slice(0, 1500)));
            else done(fails ? { exit: e ? e.code : 0, out, err } : out);
        });
        if (input !== undefined) child.stdin.end(input);
    });
}

// --- time --------------------------------------------------------------------------------------------------------------
export class Clock { // keeps the practice clock's file: whole, so that no reader sees half of it
    constructor(file, fromMs) {
        this.file = file;
        this.from = this.wall = fromMs;
        this.at = performance.now();
        this.timer = setInterval(() => this.set(this.now()), 100);
    }
    now() { return this.still ? this.wall : this.wall + (performance.now() - this.at); }
    set(ms) {
        this.wall = Math.max(ms, this.wall);
        this.at = performance.now();
        fs.writeFileSync(`${this.file}.new`, `${Math.round(this.wall)} ${Math.round(this.wall - this.from) + BOOT_MS}\n`);
        fs.renameSync(`${this.file}.new`, this.file);
    }
    forward(seconds) { this.set(this.now() + seconds * 1000); }
    end() { clearInterval(this.timer); }
}

// gpsd, fed by nmea_feed with the day's sentences, in step with the clock.
class Gps {
    constructor(world) { this.world = world; }
    async start(hms) {
        const { dir, day } = this.world;
        this.feed = new Program(path.join(tool, 'nmea_feed'), [path.join(day, 'day.nmea'), '--clock', path.join(dir, 'feed.clock'), '--wait', '2']);
        this.lines = readline.createInterface({ input: this.feed.child.stdout })[Symbol.asyncIterator]();
        this.feedPort = (await this.lines.next()).value.match(/\d+/)[0];
        this.port = spawnSync(path.join(root, 'tests/free_port.sh')).stdout.toString().trim();
        await this.tell('pace 0');
        await this.tell(`lose ${hms}`);
        this.world.clock.set(DAY_MS + ms(hms));
        this.startDaemon();
    }
    startDaemon() {
        const file = ['/usr/sbin/gpsd', '/usr/bin/gpsd'].find((f) => fs.existsSync(f)) ?? 'gpsd';
        this.daemon = new Program(file, ['-N', '-D1', '-S', this.port, `tcp://127.0.0.1:${this.feedPort}`]);
    }
    async tell(line) {
        this.feed.child.stdin.write(`${line}\n`);
        return (await this.lines.next()).value;
    }
    // The van drives until this time, faster than life; then time goes its own pace again.
    async until(hms) {
        const { clock } = this.world, to = DAY_MS + ms(hms);
        clearTimeout(this.timer);
        await this.busy;
        while (/^error/.test(await this.tell(`until ${utc(clock.now())}`))) continue; // gpsd comes when the first reader asks it to
        clock.still = true;
        for (let t = Math.ceil(clock.wall / 1000) * 1000; t <= to; t += 1000) {
            clock.set(t);
            await this.tell(`until ${utc(t)}`);
        }
        clock.at = performance.now();
        clock.still = false;
        this.live();
    }
    live() { // a report a second; while nobody listens time goes on without
        this.timer = setTimeout(() => { this.busy = this.step().then(() => this.live(), () => {}); }, 1000 - (this.world.clock.now() % 1000));
    }
    async step() {
        const at = utc(this.world.clock.now());
        const said = await this.tell(this.daemon.over ? `lose ${at}` : `until ${at}`);
        if (/^error/.test(said)) await this.tell(`lose ${at}`);
    }
    async end() {
        clearTimeout(this.timer);
        await this.busy;
        if (this.daemon) await this.daemon.end();
        if (this.feed) await this.feed.end();
    }
}
const ms = (hms) => { const [h, m, s] = hms.split(':').map(Number); return ((h * 60 + m) * 60 + (s || 0)) * 1000; };
const utc = (t) => new Date(t).toISOString().slice(11, 19);

// --- the world ---------------------------------------------------------------------------------------------------------
export class World {
    static async make(options = {}) {
        const w = new World();
        w.options = options;
        w.bin = bin;
        w.dir = fs.mkdtempSync(path.join(os.tmpdir(), 'bookmobile-browser.'));
        if (!process.env.KEEP) process.on('exit', () => fs.rmSync(w.dir, { recursive: true, force: true }));
        else console.log(`kept: ${w.dir}`);
        w.day = path.join(w.dir, 'day');
        w.branchData = path.join(w.dir, 'branch');
        w.vanData = path.join(w.dir, 'van');
        w.clock = new Clock(path.join(w.dir, 'clock'), DAY_MS + ms('08:00:00'));
        w.clock.set(w.clock.from);
        w.gps = new Gps(w);
        await Promise.all([w.makeBranch(), w.makeCertificates()]);
        return w;
    }
    branch(...words) { return command(path.join(bin, 'branch'), [...words, '--data', this.branchData]); }
    van(...words) { return command(path.join(bin, 'bookmobile'), [...words, '--data', this.vanData]); }
    async branchJson(...words) { return JSON.parse(await this.branch(...words, '--json')); }
    async vanJson(...words) { return JSON.parse(await this.van(...words, '--json')); }

    async makeBranch() {
        const { titles = 300, items = 800, patrons = 150 } = this.options;
        await command(path.join(tool, 'make_sample'), ['--titles', titles, '--items', items, '--patrons', patrons, this.day].map(String));
        this.people = makePeople();
        Object.assign(this, makeTitles(this.people));
        const all = [...this.people.queue, ...this.people.children, ...this.people.spare, ...Object.values(this.people.hostile)];
        const file = (name, text) => { fs.writeFileSync(path.join(this.dir, name), text); return path.join(this.dir, name); };
        await this.branch('init', '--zone', 'Europe/London', '--code', 'MAIN', '--name', 'Marrowdale Libraries', '--practice-clock', this.clock.file);
        await this.branch('import', 'marc', path.join(this.day, 'bibs.mrc'), '--items', 'koha952');
        await this.branch('import', 'marc', file('own.xml', marcxml(this.titles)), '--items', 'koha952');
        await this.branch('import', 'patrons', path.join(this.day, 'patrons.csv'));
        await this.branch('import', 'patrons', file('own.csv', [PATRON_COLUMNS.join(','), ...all.map(patronRow)].join('\n') + '\n'));
        await this.branch('rules', 'import', file('rules.csv', RULES));
        for (const what of ['calendar', 'routes', 'loans', 'holds'])
            if (what !== 'holds' || this.options.holds !== false) await this.branch('import', what, path.join(this.day, `${what}.csv`));
        if (this.options.staff !== false) for (const [role, s] of Object.entries(STAFF))
            await command(path.join(bin, 'branch'), ['staff', 'add', s.id, '--name', s.name, '--role', role, '--phrase-stdin', '--data', this.branchData], { input: `${s.phrase}\n` });
    }
    async makeCertificates() {
        const at = (name) => path.join(this.dir, name), openssl = (...words) => command('openssl', words);
        await openssl('req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-subj', '/CN=Test CA', '-keyout', at('ca.key'), '-out', at('ca.pem'));
        await openssl('req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', '/CN=localhost', '-keyout', at('server.key'), '-out', at('server.csr'));
        fs.writeFileSync(at('san'), 'subjectAltName=DNS:localhost,IP:127.0.0.1\n');
        await openssl('x509', '-req', '-in', at('server.csr'), '-CA', at('ca.pem'), '-CAkey', at('ca.key'), '-CAcreateserial', '-days', '2', '-extfile', at('san'), '-out', at('server.pem'));
    }

    // The branch serves sync and pages, the first time on any ports, later on the same.
    async serve() {
        const file = (name) => path.join(this.dir, name);
        this.server = new Program(path.join(bin, 'branch'), ['serve', '--data', this.branchData, '--listen', `127.0.0.1:${this.syncPort ?? 0}`,
            '--pages', `127.0.0.1:${this.pagesPort ?? 0}`, '--cert', file('server.pem'), '--key', file('server.key')]);
        this.syncPort = (await this.server.says(/listening[^\n]*?:(\d+)(?![^\n]*pages)/))[1];
        const pages = await this.server.says(/pages[^\n]*?:(\d+)/);
        this.pagesPort = pages[1];
        this.branchUrl = `https://localhost:${this.pagesPort}/`;
    }
    // The network between van and branch: a proxy that can stand still (kill -STOP) or go.
    async line() {
        this.proxy = new Program(path.join(tool, 'cut_proxy'), [this.linePort ?? '0', this.syncPort]);
        [, this.linePort] = await this.proxy.says(/:(\d+)/);
    }
    async enrol(name = 'van1', data = this.vanData) {
        const { code } = await this.branchJson('device', 'add', name);
        await command(path.join(bin, 'bookmobile'), ['enroll', `https://localhost:${this.linePort ?? this.syncPort}`, code, '--cacert', path.join(this.dir, 'ca.pem'),
            '--mobile', 'VAN1', '--place', 'VAN1', '--data', data]);
        await command(path.join(bin, 'bookmobile'), ['sync', '--data', data]);
    }
    // The desk on loopback; again on the same port, as the browser still shows its page.
    async desk(...words) {
        this.deskProgram = new Program(path.join(bin, 'bookmobile'), ['desk', '--data', this.vanData, '--listen', `127.0.0.1:${this.deskPort ?? 0}`,
            ...(this.gps.port ? ['--gps-port', this.gps.port] : ['--no-gps']), ...words]);
        const said = await this.deskProgram.says(/listening on (http:\/\/127\.0\.0\.1:(\d+)\/)/);
        [, this.deskUrl, this.deskPort] = said;
        return this.deskUrl;
    }
    // Children of a program, by their pids.
    children(pid) {
        try { // a child is listed under the thread that started it
            return fs.readdirSync(`/proc/${pid}/task`).flatMap((t) => fs.readFileSync(`/proc/${pid}/task/${t}/children`, 'utf8').trim().split(/\s+/)).filter(Boolean).map(Number)
                .map((p) => ({ pid: p, words: fs.readFileSync(`/proc/${p}/cmdline`, 'utf8').split('\0') }));
        } catch { return []; }
    }
    // A device's entries at the branch, as written: read past our programs.
    async entries(device) {
        const program = 'import json, sqlite3, sys; print(json.dumps([json.loads(r[0]) for r in sqlite3.connect("file:" + sys.argv[1] + "?mode=ro", uri=True)' +
            '.execute("SELECT body FROM entry WHERE dev = ? AND row = 0 AND body IS NOT NULL ORDER BY ep, seq", (sys.argv[2],))]))';
        return JSON.parse(await command('python3', ['-c', program, path.join(this.branchData, 'branch.db'), device]));
    }
    cardNumber(n) { return cardNumber(n); }
    async loans() { // item -> card, as the branch has it
        const rows = await this.branchJson('report', 'loans');
        return new Map(rows.map((r) => [r.item, r.card]));
    }
    async end() {
        for (const p of [this.deskProgram, this.server, this.proxy]) if (p) await p.end();
        await this.gps.end();
        this.clock.end();
    }
}

// tests/browser/browser.mjs -- Debian's Chromium without a window, driven by playwright-core: pages that are watched for what no page
// of ours may do, a wedge scanner, fingers.
import { createRequire } from 'node:module';
import fs from 'node:fs';
import path from 'node:path';
import { root } from './world.mjs';
import { sleep } from './verdict.mjs';

const require = createRequire(path.join(root, 'build/browser/'));
export function fromNpm(name) {
    try {
        return require(name);
    } catch {
        throw new Error(`the npm package ${name} is not in build/browser: run tests/browser/deps.sh, and see what it says`);
    }
}
export const axeSource = () => fs.readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

export const SIZES = { laptop: [1366, 768], wide: [1920, 1080], zoomed: [683, 384] }; // the last is the first at 200 %

export async function launch() {
    const { chromium } = fromNpm('playwright-core');
    const executablePath = process.env.CHROMIUM ?? ['/usr/bin/chromium', '/usr/bin/chromium-browser'].find((f) => fs.existsSync(f));
    if (!executablePath) throw new Error('there is no chromium: run tests/browser/deps.sh, or name one in CHROMIUM');
    const browser = await chromium.launch({ executablePath, headless: true,
        args: ['--no-sandbox', '--disable-gpu', '--mute-audio', '--disable-background-networking', '--disable-component-update', '--no-first-run'] });
    process.on('exit', () => { try { browser.process?.()?.kill('SIGKILL'); } catch { /* gone */ } });
    return browser;
}

// A context of its own (cookies, theme, size) with one page. page.faults gathers what no page of ours may do.
export async function openPage(browser, { size = 'laptop', theme = 'light', touch = false, url } = {}) {
    const [width, height] = SIZES[size];
    const context = await browser.newContext({ viewport: { width, height }, colorScheme: theme, hasTouch: touch, ignoreHTTPSErrors: true,
        deviceScaleFactor: 1, locale: 'en-GB', timezoneId: 'America/Anchorage', reducedMotion: 'reduce' }); // the library's zone is not the browser's
    const page = await context.newPage();
    page.setDefaultTimeout(10000);
    page.faults = [];
    page.origins = new Set();
    page.on('request', (r) => { if (/^(https?|wss?):/.test(r.url())) page.origins.add(new URL(r.url()).origin); });
    page.on('pageerror', (e) => page.faults.push(`error in the page: ${e.message} ${e.stack?.split('\n')[1] ?? ''}`));
    page.on('dialog', (d) => { page.faults.push(`a dialog of the browser: ${d.message()}`); d.dismiss().catch(() => {}); });
    page.on('console', (m) => {
        // A refused request is told by the browser itself; what the page must do about it is asked elsewhere.
        if (m.type() === 'error' && !/Failed to load resource/.test(m.text())) page.faults.push(`console: ${m.text()}`);
    });
    await page.addInitScript(() => {
        document.addEventListener('securitypolicyviolation', (e) => console.error(`policy violated: ${e.violatedDirective} ${e.blockedURI}`));
    });
    if (url) await page.goto(url);
    return page;
}

// --- a wedge scanner: keys at a few milliseconds from each other, with their suffix -------------------------------------------
const keyOf = (c) => (/[0-9]/.test(c) ? { code: `Digit${c}`, keyCode: c.charCodeAt(0) } : /[a-z]/i.test(c)
    ? { code: `Key${c.toUpperCase()}`, keyCode: c.toUpperCase().charCodeAt(0) } : { code: '', keyCode: 0 });
const NAMED = { Enter: { key: 'Enter', code: 'Enter', keyCode: 13, text: '\r' }, Tab: { key: 'Tab', code: 'Tab', keyCode: 9 } };

export class Scanner {
    constructor(page, { gapMs = 5, suffix = 'Enter', prefix = '', postfix = '' } = {}) {
        Object.assign(this, { page, gapMs, suffix, prefix, postfix });
    }
    key(k, atMs) {
        const { key, code, keyCode, text } = NAMED[k] ?? { key: k, text: k, ...keyOf(k) };
        const event = { key, code, windowsVirtualKeyCode: keyCode, nativeVirtualKeyCode: keyCode, timestamp: atMs / 1000 };
        // Both sent without waiting for the answer of the first: a scanner waits for nobody.
        const down = this.cdp.send('Input.dispatchKeyEvent', { type: text ? 'keyDown' : 'rawKeyDown', ...event, ...(text ? { text, unmodifiedText: text } : {}) });
        const up = this.cdp.send('Input.dispatchKeyEvent', { type: 'keyUp', ...event });
        return Promise.all([down, up]);
    }
    // Scan once; resolves when the browser has taken the last key, not when the page has answered.
    async scan(code) {
        this.cdp ??= await this.page.context().newCDPSession(this.page);
        const sent = [];
        let at = Date.now();
        for (const k of [...this.prefix, ...code, ...this.postfix, this.suffix]) {
            sent.push(this.key(k, at)); // stamped with when a scanner would have sent it, however late this machine is
            at += this.gapMs + (this.hiccup?.(sent.length) ?? 0);
            if (at > Date.now()) await sleep(at - Date.now());
        }
        await Promise.all(sent);
    }
}

export async function tap(page, target) { // a finger, where the thing is
    const locator = typeof target === 'string' ? page.locator(target) : target;
    await locator.tap();
}

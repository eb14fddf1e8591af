// tests/browser/desk.mjs -- a page as staff use it, by the hooks that common/ui/kit.js names: log in, scan, read what came of it,
// answer what it asks.
import { Scanner } from './browser.mjs';
import { sleep, until } from './verdict.mjs';

export const hook = (name) => `[data-test="${name}"]`;

export class Desk {
    constructor(page, { scanner = {}, touch = false } = {}) {
        this.page = page;
        this.touch = touch;
        this.scanner = new Scanner(page, scanner);
        this.told = []; // every alert that stood on the screen
    }
    at(name) { return this.page.locator(hook(name)); }
    async press(target) { // as this person does it
        const it = typeof target === 'string' ? this.at(target) : target;
        await (this.touch ? it.tap() : it.click());
    }
    async login(who, { keyboard = false } = {}) {
        await this.at('login-who').waitFor();
        if (keyboard) {
            await this.page.keyboard.type(who.id);
            await this.page.keyboard.press('Tab');
            await this.page.keyboard.type(who.phrase);
            await this.page.keyboard.press('Enter');
        } else {
            await this.at('login-who').fill(who.id);
            await this.at('login-phrase').fill(who.phrase);
            await this.press('login-go');
        }
        await this.at('screen-login').waitFor({ state: 'detached' });
        await this.page.locator('main [data-test^="screen-"]').first().waitFor();
    }
    async go(screen) {
        await this.page.evaluate((id) => { location.hash = id; }, screen);
        await this.at(`screen-${screen}`).waitFor();
    }
    screens() { return this.page.locator('nav a').evaluateAll((all) => all.map((a) => a.dataset.test.replace('nav-', ''))); }

    // --- scanning -------------------------------------------------------------------------------------------------------
    scan(code) { return this.scanner.scan(code); }
    results() { // newest first
        return this.at('result').evaluateAll((all) => all.map((e) => ({ ...e.dataset, shown: e.innerText.replace(/\s+/g, ' ') })));
    }
    // What came of the newest scan of this text, once something has; an alert over the page does not hide it.
    async result(text, { ms = 8000, word } = {}) {
        return until(`something comes of scanning ${text}${word ? ` (${word})` : ''}`, async () => {
            const one = (await this.results()).find((r) => r.text === text);
            if (one && one.state !== "waiting" && (!word || one.word === word)) return one;
            return one ? JSON.stringify(one) : `no line of it; the newest: ${(await this.results()).slice(0, 6).map((r) => r.text).join(" ")}`;
        }, ms);
    }
    idle(ms = 8000) { // nothing waits for its answer
        return until('nothing waits', async () => {
            const waiting = (await this.results()).filter((r) => r.state === 'waiting').length;
            return waiting === 0 || (await this.alert()) !== null || `${waiting} wait`;
        }, ms);
    }

    // --- boxes ----------------------------------------------------------------------------------------------------------
    async alert() {
        return this.page.evaluate((sel) => {
            const e = document.querySelector(sel);
            return e ? { kind: e.dataset.kind, text: e.innerText.replace(/\s+/g, ' ').trim(),
                choices: [...e.querySelectorAll('.box-choices button')].map((b) => b.dataset.test.replace('choice-', '')) } : null;
        }, hook('alert'));
    }
    async waitAlert(ms = 8000) {
        const said = await until('an alert', async () => (await this.alert()) ?? 'none', ms);
        this.told.push(said);
        return said;
    }
    async choose(choice) { // a box's button, by its value
        const box = await this.at('alert').elementHandle();
        await this.press(this.page.locator(`${hook('alert')} ${hook(`choice-${choice}`)}`));
        await box.waitForElementState('hidden').catch(() => {});
    }
    async dismiss() { // what stands before the page and only wants to be read
        const said = await this.waitAlert();
        if (this.touch) await this.choose(said.choices[0]);
        else {
            const box = await this.at('alert').elementHandle();
            await this.page.keyboard.press('Escape');
            await box.waitForElementState('hidden').catch(() => {});
        }
        return said;
    }
    async sound() { return this.page.evaluate(() => document.documentElement.dataset.sound); }
    async patron() { // card of the one at the desk
        return this.page.evaluate((sel) => document.querySelector(sel)?.dataset.card ?? null, hook('patron'));
    }
    async shot(file) { await this.page.screenshot({ path: file }); }
    async settle(ms = 150) { await sleep(ms); }
}

// tests/browser/ways.mjs -- what staff do in several steps, as the pages have it.
import { hook } from './desk.mjs';
import { until } from './verdict.mjs';

// Somebody without a card: by parts of the name, then a tap on the one it is.
export async function findByName(desk, person) {
    if (await desk.patron()) await (desk.touch ? desk.press('patron-done') : desk.page.keyboard.press('Escape'));
    await desk.press('no-card');
    await desk.at('find-name').waitFor();
    const words = `${person.firstname.slice(0, 4)} ${person.surname}`;
    if (desk.touch) await desk.at('find-name').fill(words);
    else await desk.page.keyboard.type(words);
    await desk.press(desk.page.locator(`${hook('found-patron')}[data-card="${person.cardnumber}"]`));
    await until('the one who was found is at the desk', async () => (await desk.patron()) === person.cardnumber);
}

// A class: tap its name, then the child, then scan the book.
export async function openRoster(desk, group) {
    await desk.go('patron');
    if (await desk.at('patron-other').count()) await desk.press('patron-other');
    await desk.at('find-group').waitFor();
    await until(`the class ${group} can be chosen`, async () => (await desk.at('find-group').innerText()).includes(group));
    await desk.at('find-group').selectOption(group);
    await desk.press('roster-start');
    await desk.at('roster').waitFor();
}
export const child = (desk, card) => desk.page.locator(`${hook('roster-patron')}[data-card="${card}"]`);

// Home: until the page itself says that nothing is only here.
export async function syncNow(desk, ms = 30000) {
    await desk.go('sync');
    await desk.at('sync-start').waitFor();
    await desk.press('sync-start');
    await allHome(desk, ms);
}
export async function allHome(desk, ms = 30000) {
    await desk.go('sync');
    await until('the page says that all is home', async () => {
        const now = await desk.at('sync-now').evaluate((e) => ({ ...e.dataset, text: e.innerText }));
        const last = await desk.at('sync-last').evaluateAll((all) => all.map((e) => e.dataset.exit));
        return (now.unsent === '0' && now.running === 'false' && last[0] === '0') || JSON.stringify([now, last]);
    }, ms);
}

export async function lock(desk, { keyboard = true } = {}) {
    if (keyboard) await desk.page.keyboard.press('Alt+l');
    else await desk.press('lock');
    await desk.at('screen-lock').waitFor();
}
// After a wrong phrase the program makes everybody wait: tried again until it opens, as a person would.
export async function unlock(desk, who) {
    await until('unlocked', async () => {
        if ((await desk.at('screen-lock').count()) === 0) return true;
        if (!(await desk.at('lock-go').isEnabled())) return 'the button is off';
        await desk.at('lock-phrase').fill(who.phrase);
        await desk.press('lock-go');
        await until('an answer', async () => (await desk.at('screen-lock').count()) === 0 || ((await desk.at('lock-phrase').inputValue()) === '' && (await desk.at('login-error').innerText()) !== ''));
        return (await desk.at('screen-lock').count()) === 0 || desk.at('login-error').innerText();
    }, 30000);
}

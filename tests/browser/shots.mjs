// tests/browser/shots.mjs -- a picture of every screen, light and dark, in three sizes, for people to look at.
// usage: shots.mjs FOLDER [WORD...]: only scenes whose name has one of the words
import fs from 'node:fs';
import path from 'node:path';
import { SIZES } from './browser.mjs';
import { cardNumber } from './library.mjs';
import { BRANCH, leave, makeStories, VAN } from './scenes.mjs';
import { endVan, startVan } from './start.mjs';
import { STAFF } from './world.mjs';
import { sleep } from './verdict.mjs';

const [folder = 'build/shots', ...words] = process.argv.slice(2);
fs.rmSync(folder, { recursive: true, force: true });
fs.mkdirSync(folder, { recursive: true });
let count = 0, failed = 0;

async function take(desk, program, scene, w) {
    if (words.length && !words.some((word) => `${program}-${scene.name}`.includes(word))) return;
    const { page } = desk;
    await page.setViewportSize({ width: SIZES.laptop[0], height: SIZES.laptop[1] });
    try {
        await scene.prepare(desk, w);
        for (const [size, [width, height]] of Object.entries(SIZES)) {
            await page.setViewportSize({ width, height });
            for (const theme of ['light', 'dark']) {
                await page.emulateMedia({ colorScheme: theme });
                await sleep(60);
                await page.screenshot({ path: path.join(folder, `${program}-${scene.name}-${size}-${theme}.png`) });
                count++;
            }
        }
    } catch (e) {
        failed++;
        console.log(`not taken: ${program} ${scene.name}: ${e.message.split('\n')[0]}`);
    }
    await page.setViewportSize({ width: SIZES.laptop[0], height: SIZES.laptop[1] });
    await leave(desk, scene, w).catch(() => {});
}

const w = await startVan();
w.people.extra = cardNumber(900);
await makeStories(w);
const login = { name: 'login', prepare: (d) => d.at('login-who').waitFor() };
for (const scene of VAN) await take(w.van1, 'van', scene, w);
await take(await w.open(w.deskUrl), 'van', login, w);
const admin = await w.open(w.branchUrl, STAFF.admin);
for (const scene of BRANCH) await take(admin, 'branch', scene, w);
await take(await w.open(w.branchUrl), 'branch', login, w);
await endVan(w);
console.log(`${count} pictures in ${folder}${failed ? `, ${failed} screens could not be shown` : ''}`);
process.exit(failed ? 1 : 0);

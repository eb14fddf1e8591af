// tests/browser/ways.mjs -- what staff do in several steps, as the page has it.
import { Client } from './api.mjs';
import { STAFF } from './world.mjs';
import { until } from './verdict.mjs';

// TEMPORARY until the screens are there
export async function findByName(desk, person) {
    await desk.scan(person.cardnumber);
}

export async function syncNow(desk, world) {
    const c = new Client(world.deskUrl);
    await c.login(STAFF.staff);
    await c.post('/api/sync');
    await until('home', async () => {
        const s = (await c.get('/api/state')).json.sync;
        return (!s.running && s.last_exit === 0 && s.pending === 0) || JSON.stringify(s);
    }, 20000);
}

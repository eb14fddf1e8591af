// devices_names.js -- what people call a device: read once in a while, asked everywhere.
import { t } from './kit.js';
import { ask } from './ask.js';

/** @type {Map<string, string>} */
let names = new Map();
let read_ms = 0;

/** @returns {Promise<any[]>} */
export async function read_devices() {
    if (Date.now() - read_ms < 60000 && names.size) return [];
    const list = await ask('device list');
    keep_devices(list);
    return list;
}

/** @param {any[]} list */
export function keep_devices(list) {
    names = new Map(list.map((d) => [d.device, d.name || d.device]));
    read_ms = Date.now();
}

/** @param {string | null | undefined} device */
export function device_name(device) {
    if (!device) return '';
    return device === 'branch' ? t('device.branch') : names.get(device) || device;
}

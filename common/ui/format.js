// format.js -- money, days and times as people read them, in the library's time zone. Pure.

/** @type {{ zone: string, locale: string }} */
const setting = { zone: 'UTC', locale: 'en-GB' };
/** @type {Map<string, Intl.DateTimeFormat>} */
const made = new Map(); // making one costs more than a whole answer

/** The library's zone, once the desk has told it. @param {string} zone @param {string} [locale] */
export function set_zone(zone, locale) {
    try {
        new Intl.DateTimeFormat(locale || setting.locale, { timeZone: zone });
        setting.zone = zone;
    } catch {
        setting.zone = 'UTC'; // a zone that this browser does not know: better a wrong hour than no page
    }
    if (locale) setting.locale = locale;
    made.clear();
}

/** @param {string} name @param {Intl.DateTimeFormatOptions} options */
function format(name, options) {
    let one = made.get(name);
    if (!one) {
        one = new Intl.DateTimeFormat(setting.locale, { ...options, timeZone: setting.zone });
        made.set(name, one);
    }
    return one;
}

/** @param {number | null | undefined} cents */
export function money(cents) {
    if (cents === null || cents === undefined) return '';
    const whole = Math.trunc(Math.abs(cents) / 100);
    return `${cents < 0 ? '\u2212' : ''}${whole}.${String(Math.abs(cents) % 100).padStart(2, '0')}`;
}

/** Months as the programs write them: this language's short form is "Sept" here and there. @param {string} month */
const short = (month) => month.replace('.', '').replace(/^Sept$/, 'Sep');

/** "Mon 26 Oct 2026"; "" for none. @param {number | null | undefined} utc_s */
export function day(utc_s) {
    if (utc_s === null || utc_s === undefined) return '';
    const parts = format('day', { weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' })
        .formatToParts(new Date(utc_s * 1000));
    const of = (/** @type {string} */ type) => parts.find((p) => p.type === type)?.value || '';
    return `${of('weekday')} ${of('day')} ${short(of('month'))} ${of('year')}`;
}

/** "14:05" @param {number | null | undefined} utc_ms */
export function clock(utc_ms) {
    if (utc_ms === null || utc_ms === undefined) return '';
    return format('clock', { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(new Date(utc_ms));
}

/** "2026-10-26" in the library's zone, as commands and date fields want it. @param {number} utc_ms */
export function iso_day(utc_ms) {
    const parts = format('iso', { year: 'numeric', month: '2-digit', day: '2-digit' }).formatToParts(new Date(utc_ms));
    const of = (/** @type {string} */ type) => parts.find((p) => p.type === type)?.value || '';
    return `${of('year')}-${of('month')}-${of('day')}`;
}

/** "2026-10-26T14:05" in the library's zone. @param {number} utc_ms */
export function iso_minute(utc_ms) {
    return `${iso_day(utc_ms)}T${clock(utc_ms)}`;
}

/** How long ago, in the unit that says it best: [number, unit], unit one of now, minutes, hours, days.
 * @param {number} span_ms @returns {[number, 'now' | 'minutes' | 'hours' | 'days']} */
export function age(span_ms) {
    const minutes = Math.floor(span_ms / 60000);
    if (minutes < 1) return [0, 'now'];
    if (minutes < 90) return [minutes, 'minutes'];
    if (minutes < 36 * 60) return [Math.round(minutes / 60), 'hours'];
    return [Math.round(minutes / 1440), 'days'];
}

/** "2.50", "2,5" or "3" -> cents; null when it is no amount. @param {string} text */
export function cents(text) {
    const m = /^\s*(\d{1,6})(?:[.,](\d{1,2}))?\s*$/.exec(text);
    if (!m) return null;
    return Number(m[1]) * 100 + Number((m[2] || '').padEnd(2, '0'));
}

/** "Larkham Green, The Green" from a stop's key "VAN1/Larkham Green/The Green": for lists that have only the key.
 * @param {string | null | undefined} key */
export function stop_name(key) {
    if (!key) return '';
    const parts = key.split('/');
    return parts.length > 1 ? parts.slice(1).join(', ') : key;
}

// t.js -- texts by key from the one catalogue (texts.js), with {places} filled in and plurals by the language's rules.
// A second language is a second file with the same keys, given to use_texts before the page starts.
import { texts as english } from './texts.js';

/** @type {Record<string, string>} */
let texts = { ...english };
let plural = new Intl.PluralRules('en');

/** A program's own texts (the branch's pages), or another language over all.
 * @param {Record<string, string>} more @param {string} [language] */
export function use_texts(more, language) {
    texts = { ...texts, ...more };
    if (language) plural = new Intl.PluralRules(language);
}

/** @param {string} key @param {Record<string, any>} [values] */
export function t(key, values) {
    const text = texts[key];
    if (text === undefined) return key; // seen at once on screen, and by the test that reads all keys
    if (!values) return text;
    return text.replace(/\{(\w+)\}/g, (all, name) => (values[name] === undefined ? all : String(values[name])));
}

/** A count: keys KEY.one, KEY.other ... with {n}. @param {string} key @param {number} n @param {Record<string, any>} [values] */
t.n = (key, n, values) => {
    const form = `${key}.${plural.select(n)}`;
    return t(texts[form] === undefined ? `${key}.other` : form, { n, ...values });
};

/** The text if there is one, else what the program said itself (reasons come with their English sentence).
 * @param {string} key @param {string} otherwise @param {Record<string, any>} [values] */
t.or = (key, otherwise, values) => (texts[key] === undefined ? otherwise : t(key, values));

// codes.js -- an exception's kind in a few words; the program's own word where the catalogue has none.
import { t } from './kit.js';

/** @param {string} code */
export function code_name(code) {
    return t.or(`code.${code}`, code.replace(/_/g, ' '));
}

// texts.js -- every word the pages say, by key. A second language is a second file with these keys.
// {x} is filled in; keys that end in .one and .other are chosen by number.

/** @type {Record<string, string>} */
export const texts = {
    brand: 'Bookmobile',
    'bar.menu': 'Menu',
    'bar.screens': 'Screens',
    'bar.skip': 'To the content',
    'bar.theme': 'Light / dark',
    'bar.lock': 'Lock',
    'key.Escape': 'Esc',
    'key.Shift': 'Shift',
    'practice.short': 'Practice: nothing here counts',
    'banner.practice': 'PRACTICE \u2014 nothing done here counts, and no real branch takes it.',
    'banner.lost': 'The desk program does not answer. What was scanned waits here and goes on by itself, in order, as soon as it is back. Nothing is lost.',
    'banner.paper': 'FROM PAPER: every act now counts as done at {when} ({source}).',
    'banner.paper_end': 'Back to now',

    'gate.title': 'Log in',
    'gate.locked': 'Locked',
    'gate.who': 'Staff id',
    'gate.phrase': 'Passphrase',
    'gate.phrase_of': 'Passphrase of {name}',
    'gate.login': 'Log in',
    'gate.unlock': 'Unlock',
    'gate.other': 'Somebody else',
    'gate.wrong': 'No such staff id with this passphrase. Try again.',
    'gate.wrong_phrase': 'That is not the passphrase. Try again.',
    'gate.wait.one': 'Too many tries. Wait {n} second.',
    'gate.wait.other': 'Too many tries. Wait {n} seconds.',
    'gate.lost': 'The desk program does not answer yet. Try again in a moment.',
    'gate.fault': 'That did not work. Try again.',
    'gate.scanned': 'Not done: {text} was scanned while nobody was logged in. Log in, then scan it again.',
    'gate.none.bookmobile': 'No accounts are known on this laptop yet. At the branch: branch staff add ID. Then, here: bookmobile sync.',
    'gate.none.branch': 'There are no accounts yet. Make the first one on the branch\u2019s machine: branch staff add ID --role admin.',

    'box.ok': 'Understood',
    'box.cancel': 'Cancel',
    'box.refused': 'Not done: {text} was scanned while this stood here. Deal with this first, then scan it again.',
    'scan.nowhere': 'Not done: {text}. This screen takes no scans. Press F1 to lend, F2 to return.',
};

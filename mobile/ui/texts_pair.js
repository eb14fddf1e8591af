// texts_pair.js -- texts of the pages that let a second screen in; see texts.js.
export const texts = {
    'pair.title': 'A second screen',
    'pair.ask': 'Pairing code',
    'pair.hint': 'The main screen shows it: Second screen. It can be used once, within five minutes.',
    'pair.go': 'Pair this screen',
    'pair.wrong': 'That is not the code that the main screen shows now. Ask for a new one there.',
    'pair.open': 'On the other screen, open',
    'pair.type': 'and type this code:',
    'pair.print': 'Its browser will warn of a certificate that it does not know. Before you go on, compare its SHA-256 fingerprint:',
    'pair.once': 'The code can be used once, within {minutes} minutes. The screen stays paired until this laptop is started again.',
    'pair.again': 'Another code',
    'pair.back': 'Back to the desk',
    'pair.off': 'No other screens are let in. Start the desk with --lan and this laptop\u2019s address in the van\u2019s network.',
    'pair.login': 'Log in at the desk first.',
};

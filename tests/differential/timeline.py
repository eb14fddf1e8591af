"""The timeline in C against the executable model: random histories, folded by both, must end in the same state.
usage: timeline.py DUMP [N] [seed]      DUMP: the built tests/tools/timeline_dump
The model is found in the folder model/ of BM_SHARED, or of ../shared; without it there is nothing to compare with."""
import os
import random
import subprocess
import sys

MODEL = os.path.join(os.environ.get('BM_SHARED') or os.path.join('..', 'shared'), 'model')
if not os.path.exists(os.path.join(MODEL, 'timeline.py')):
    print('skipped: the differential test: no model in', MODEL)
    print('0 passed, 0 failed, 1 skipped')
    sys.exit(0)
sys.dont_write_bytecode = True
sys.path.insert(0, MODEL)

from accounts import People, fold_charge                      # noqa: E402
from check import Maker                                       # noqa: E402
from journal import Journal, HOLD_OPS, ITEM_OPS, MONEY_OPS, PEOPLE_OPS    # noqa: E402
from timeline import DAY, Unit                                # noqa: E402

OPS = {'extend': 'change_due', 'mark': 'mark_item', 'move': 'move_item', 'use': 'in_house_use', 'place': 'place_hold',
       'cancel': 'cancel_hold', 'capture': 'capture_hold', 'register': 'register_patron', 'update': 'update_patron',
       'replace': 'replace_card', 'merge': 'merge_patron'}
MINUTE_S, MINUTE_MS = 60, 60000
NAMES = {'rate': 'rate', 'grace': 'grace', 'max': 'max', 'price': 'price', 'keep': 'keepfee'}
TERMS = [{'rate': 10, 'grace': 0, 'max': 100, 'price': 500, 'keep': 50}, {'rate': 7, 'grace': 2, 'price': 90, 'keep': 900},
         {'rate': 25, 'max': 60, 'price': 0}, {}, {'price': 40, 'keep': 15, 'max': 5}]


def word(i): return '-' if i is None else f'{i[0]}.{i[1]:016x}.{i[2]}' if isinstance(i, tuple) else str(i)
def ms(t): return '-' if t is None else str(t * MINUTE_MS)
def secs(t): return '-' if t is None else str(t * MINUTE_S)
def row(*xs): return '\t'.join(str(x) for x in xs)
def charge_word(ck): return word(ck[0]) + '/' + ck[1]


def make(rng):
    """One history as (entry, cut) pairs: the model's own, with more variety in what desks write."""
    out = Maker(rng, rng.random() < .2).history(rng.choice([14, 20, 30, 45, 120]))
    for k, e in enumerate(out):
        f = dict(e.f)
        if e.op == 'checkout': f['terms'] = rng.choice(TERMS)
        if e.op == 'mark' and rng.random() < .2: f['amount'] = rng.choice([0, 30, 700])
        if e.op == 'mark' and f['as'] in ('mend', 'ok', 'withdrawn', 'missing') and rng.random() < .2: f['patron'] = rng.choice('ab')
        if e.op in ('renew', 'place', 'capture') and rng.random() < .2:
            f['override'] = rng.choice([('barred', 'renewed_while_wanted'), ('expired',), ('hold_out_of_turn', 'card_replaced')])
        if f != e.f: out[k] = e._replace(f=f)
    pairs, cut, horizon = [], 0, rng.random() < .3
    if horizon and rng.random() < .7: rng.shuffle(out)         # stored in another order than it happened
    for e in out:
        if horizon and rng.random() < .05: cut = max(cut, e.mono - rng.choice([0, DAY, 5 * DAY, 30 * DAY]))
        pairs.append((e, cut))
    return pairs


def line(key, e, cut):
    f, out = e.f, []
    for name, x in f.items():
        if x is None: continue
        if name == 'terms': out += [f'{NAMES[k]}={v}' for k, v in x.items()]
        elif name == 'override':
            if x: out.append('over=' + ' '.join(x))
        elif name in ('due', 'expires'): out.append(f'{name}={secs(x)}')
        elif name == 'returned': out.append(f'{name}={ms(x)}')
        elif name == 'charge': out.append('charge=' + charge_word(x))
        elif name == 'keep': out.append(f'keep={int(x)}')
        else: out.append(f'{name}={word(x)}')
    return row(ms(key[0]), ms(cut), ms(e.unc), OPS.get(e.op, e.op), word(e.id), *out)


def fold(pairs):
    """Both languages' view: the readings in key order, and the model's state as lines."""
    journal = Journal()
    journal.add(pairs)
    reads = sorted(r for r in map(journal.read, journal.entries) if r)
    people, unit = People(), Unit()
    unit.declared = {e.id: (key, e, journal.cut[e.id]) for key, e in reads if e.op == 'place'}
    for key, e in reads:
        if e.op in PEOPLE_OPS: people.step(e, key)
        elif e.op in ITEM_OPS | HOLD_OPS: unit.step(e, key, people.standing)
    lines = [line(key, e, journal.cut[e.id]) for key, e in reads]
    return lines, sorted(set(state(unit) + patrons(people, reads) + money(unit, people, reads)))


def state(u):
    out, pending = [], {k for it in u.items.values() for k in it.pending}
    for x in u.items.values():
        t, dev, unc, i, op = x.last or (None,) * 5
        mark, loan = x.lost_for or ((None,), None)
        out.append(row('item', x.id, word(x.title), word(x.place), x.cond, word(x.loan), word(x.aside), word(mark[0]), word(loan),
                       ms(t), ms(unc), word(i), OPS.get(op, op) if op else '-'))
    for x in u.loans.values():
        terms = [x.terms.get(k, '-' if k == 'max' else 0) for k in NAMES]
        end = x.endkey or (None,)
        out.append(row('loan', word(x.id), x.item, x.card, ms(x.key[0]), ms(x.out), secs(x.due), word(x.promise), *terms, ms(x.end),
                       ms(end[0]), word(end[1:] or None), x.how or 'open', x.renewals, ms(x.lost), ms(x.claimed)))
    for x in u.holds.values():
        out.append(row('hold', word(x.id), x.card, x.title, word(x.item), word(x.pickup), ms(x.key[0]), x.state, word(x.by)))
    for k, x in u.charges.items():
        series = ''.join(f' {ms(key[0])}:{word(key[1:])}:{cents}' for key, cents in x.series)
        out.append(row('charge', word(k[0]), k[1], x.card, x.item, series))
    for k, x in u.exc.items():
        out.append(row('exc', k[0], word(k[1]), word(k[2]) if k[2] else '', x.node, x.status, int(k in pending)))
    return out + [row('effect', word(i), w) for i, w in u.effect.items()] + [row('wanted', word(i)) for i in u.wanted]


def patrons(p, reads):
    named = {e.f[k] for _, e in reads if e.op in PEOPLE_OPS for k in ('patron', 'new', 'into') if k in e.f}
    out = [row('exc', k[0], word(k[1]), word(k[2]) if k[2] else '', '-', status, 0) for k, status in p.exc.items()]
    for card in named:
        s = p.standing(card)
        out.append(row('card', card, s.account, word(p.by.get(card)), int(s.dead), int(s.barred), secs(s.expires)))
    return out + [row('effect', word(i), w) for i, w in p.effect.items()]


def money(u, people, reads):
    moves = [(key, e) for key, e in reads if e.op in MONEY_OPS]
    series = {k: (c.card, c.series) for k, c in u.charges.items()}
    series.update({(e.id, 'manual'): (e.f['patron'], [(key, e.f['amount'])]) for key, e in moves if e.op == 'charge'})
    out = []
    for ck in set(series) | {e.f['charge'] for _, e in moves if e.f.get('charge')}:
        card, rows = series.get(ck, (None, []))
        mine = [(key, e.op, e.f['amount'], e.id) for key, e in moves if e.f.get('charge') == ck and
                (e.op == 'waive' or (card is not None and people.account(e.f['patron']) == people.account(card)))]
        amount, waived, paid, refunded, did = fold_charge(rows, mine)
        out.append(row('sum', charge_word(ck), amount, waived, paid, refunded, int(bool(refunded and amount - waived - paid > 0))))
        out += [row('did', word(i), cents) for i, cents in did.items()]
    return out


def with_reloads(rng, lines):
    """The state may be stored and loaded again between any two steps."""
    often = rng.choice([0, 0, .05, .3, 1])
    return [x for y in lines for x in ([y, 'reload'] if rng.random() < often else [y])]


def main(dump, n, seed):
    given, want, entries = [], [], 0
    for k in range(n):
        rng = random.Random(f'{seed}/{k}')
        lines, state_lines = fold(make(rng))
        entries += len(lines)
        given.append('\n'.join(with_reloads(rng, lines) + ['end', '']))
        want.append(state_lines)
    ran = subprocess.run([dump], input=''.join(given), capture_output=True, text=True)
    if ran.returncode:
        sys.exit(f'differential: {dump} ended with {ran.returncode}: {ran.stderr[-2000:]}')
    got = split_states(ran.stdout)
    bad = [k for k in range(n) if k >= len(got) or sorted(got[k]) != want[k]]
    for k in bad[:1]:
        print(f'history {k} of seed {seed} differs; it was', *given[k].split('\n'), sep='\n  ')
        mine = set(got[k]) if k < len(got) else set()
        for x in sorted(set(want[k]) - mine): print('model', x)
        for x in sorted(mine - set(want[k])): print('C    ', x)
    print(f'differential: {n} histories, {entries} entries, {len(bad)} differences')
    print(f'{n - len(bad)} passed, {len(bad)} failed')
    return 1 if bad else 0


def split_states(text):
    states, now = [], []
    for x in text.split('\n')[:-1]:
        if x == '.':
            states.append(now)
            now = []
        else:
            now.append(x)
    return states


if __name__ == '__main__':
    if len(sys.argv) < 2: sys.exit(__doc__)
    sys.exit(main(sys.argv[1], int((sys.argv[2:] or ['2000'])[0]), (sys.argv[3:] or ['1'])[0]))

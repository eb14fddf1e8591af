"""The timeline in C against the executable model: random histories, folded by both, must end in the same state.
usage: timeline.py DUMP [N] [seed]      DUMP: the built tests/tools/timeline_dump
Without the model (see written.py) there is nothing to compare with."""
import random
import subprocess
import sys

from written import charge_word, members, ms, row, secs, unit_rows, vary, word    # first: it finds the model
from accounts import People, fold_charge
from check import Maker
from journal import Journal, HOLD_OPS, ITEM_OPS, MONEY_OPS, PEOPLE_OPS
from timeline import DAY, Unit

def make(rng):
    """One history as (entry, cut) pairs."""
    out = vary(rng, Maker(rng, rng.random() < .2).history(rng.choice([14, 20, 30, 45, 120])))
    pairs, cut, horizon = [], 0, rng.random() < .3
    if horizon and rng.random() < .7: rng.shuffle(out)         # stored in another order than it happened
    for e in out:
        if horizon and rng.random() < .05: cut = max(cut, e.mono - rng.choice([0, DAY, 5 * DAY, 30 * DAY]))
        pairs.append((e, cut))
    return pairs


def line(key, e, cut): return row(ms(key[0]), ms(cut), ms(e.unc), members(e))


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
    out, pending = unit_rows(u), {k for it in u.items.values() for k in it.pending}
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

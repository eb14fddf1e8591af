"""The branch in C against the executable model: random histories in three orders of arrival each, applied by sync/apply, must
end in the state that the model reads off the whole set. A history that does not is printed, shrunk, with its seed.
usage: whole.py DUMP [N] [seed [history]]      DUMP: the built tests/tools/branch_dump; history: that one alone
Without the model (see written.py) there is nothing to compare with."""
import random
import subprocess
import sys
from collections import Counter

from written import exception_about, id_word, members, MINUTE_MS, ms, row, secs, unit_rows, vary, word    # first: it finds the model
import whole as oracle
from check import Maker, arrival
from journal import Entry, MONEY_OPS, PEOPLE_OPS, true_times
from timeline import DAY

# What the branch in C does so far. A part that is not there is left out of the histories and of both states.
COMPARED = {'money': True, 'settle': True, 'over_limit': True}
LATER_OPS = {op for op in MONEY_OPS if not COMPARED['money']} | {op for op in ['settle'] if not COMPARED['settle']}
LATER_CODES = {x for x in ['over_limit'] if not COMPARED['over_limit']}
MODES = ('live', 'device', 'any')
BOOT_MS = 10 ** 10          # of a device's clock at the model's minute 0: the offset that a clock entry tells
NO_CUT = -10 ** 9           # earlier than a wrong clock can say: nothing is beyond the horizon

kept = []                   # what the oracle composed its state from
compose = oracle.compose
oracle.compose = lambda *parts: (kept.append(parts), compose(*parts))[1]


# --- a history, and how it arrives ---------------------------------------------------------------------

def make(rng, horizon):
    out = vary(rng, Maker(rng, horizon).history(rng.choice([14, 20, 30, 45, 120])))
    if rng.random() < .1: out.pop(rng.randrange(len(out)))              # one stays in quarantine for ever
    doubt = {}                                                          # in C an epoch's clock has one width
    return [e._replace(unc=doubt.setdefault((e.dev, e.ep), e.unc)) for e in out if e.op not in LATER_OPS]


def cuts(rng, history):
    """Entry id -> the horizon under which it became readable: it moved on now and then while the entries arrived in one
    order. These are facts of the set: however the entries arrive, and are dated meanwhile, the state is the same."""
    t, out, c = true(history), {}, None
    for batch in arrival(rng, history, rng.choice(MODES)):
        if out and rng.random() < .15:
            c = max([c or NO_CUT] + [t[i] - rng.choice([0, 0, DAY, 5 * DAY]) for i in out])
        for e in batch: out.setdefault(e.id, c)
    return {i: c for i, c in out.items() if c is not None}


def clocks(rng, history):
    """Clock entries for each epoch, so that C dates every entry as the model does in the end: a true one at the start, or
    a wrong one there and GPS at some later entry, which dates all of the epoch anew."""
    runs, out = {}, []
    for e in history: runs.setdefault((e.dev, e.ep), []).append(e)
    for (dev, ep), run in runs.items():
        run.sort(key=lambda e: e.seq)
        def clock(at, seq, src, wrong):
            f = {'wall': 0, 'off': wrong * MINUTE_MS - BOOT_MS, 'unc': at.unc * MINUTE_MS, 'src': src}
            out.append(Entry(dev, ep, seq, at.at, 'clock', f, at.clk, at.boot, at.mono, at.unc))
        if rng.random() < .5:
            clock(run[0], 0, 'sync', 0)
        else:
            if rng.random() < .8: clock(run[0], 0, rng.choice(['wall', 'sync']), rng.choice([-6000, -70, 55, 9000]))
            at = rng.choice(run)
            clock(at, at.seq + .5, 'gps', 0)
    return out


def true(history):
    """Entry id -> the minute when it happened: in the whole set, clock entries as their neighbours."""
    runs, t = {}, {}
    for e in history: runs.setdefault((e.dev, e.ep), []).append(e)
    for run in runs.values():
        t.update(true_times([e for e in run if e.op != 'clock']))
        last = min(t[e.id] for e in run if e.op != 'clock')
        for e in sorted(run, key=lambda e: e.seq): last = t.setdefault(e.id, last)
    return t


def sent(history, batches, cut):
    t = true(history)
    return '\n'.join([x for batch in batches for x in
                      [row(t[e.id] * MINUTE_MS + BOOT_MS, ms(cut.get(e.id)), members(e)) for e in batch] + ['batch']] + ['end', ''])


# --- the two states ---------------------------------------------------------------------------------------

def state(history, cut):
    """What the model says, as the rows that the tool prints."""
    kept.clear()
    s = oracle.whole([(e, cut.get(e.id, NO_CUT)) for e in history])
    journal, reads, account, registered, unit = kept[-1][:5]
    out = unit_rows(unit)
    for k, status in s['exceptions'].items():
        if k[0] not in LATER_CODES: out.append(row('exc', k[0], exception_about(k[1]), word(k[2]), status))
    people = account.__self__
    for card in {e.f[k] for _, e in reads if e.op in PEOPLE_OPS for k in ('patron', 'new', 'into') if k in e.f}:
        x = people.standing(card)
        out.append(row('card', card, x.account, word(people.by.get(card)), int(x.dead), int(x.barred), secs(x.expires)))
    if COMPARED['money']: out += money(s, unit, reads)
    return sorted(out), s


def money(s, unit, reads):
    lines, out = s['lines'], []
    paid = Counter()
    charges = {k: c.card for k, c in unit.charges.items()}
    for key, e in reads:
        if e.op == 'charge':
            charges[e.id, 'manual'] = e.f['patron']
            out.append(row('charge', word(e.id), 'manual', e.f['patron'], '-', f"{ms(key[0])} {word(e.id)} {e.f['amount']}"))
    for key, e in reads:
        other = ('pay_other', e.id, None) in s['exceptions']
        if e.op == 'pay' and e.f.get('charge') in charges and not other: paid[e.f['charge']] += e.f['amount']
    for ck, card in charges.items():
        value = lambda what: lines.get((what, ck), (None, 0))[1]
        out.append(row('sum', word(ck[0]), ck[1], card, value('amount'), -value('waived'), paid[ck]))
    out += [row('balance', a, cents) for a, cents in s['balance'].items()]
    return out + [row('line', what + ' ' + exception_about(k), card, cents) for (what, k), (card, cents) in lines.items()]


def left_out(line):
    """Rows of C that are not compared (yet)."""
    f = line.split('\t')
    return (f[0] == 'took' or f[0] == 'exc' and f[1] in LATER_CODES or f[0] in ('sum', 'balance', 'line') and not COMPARED['money']
            or f[0] == 'balance' and f[2] == '0')


def broken(rows, history, s):
    """What must hold of C's own state, whatever the model says."""
    t = [x.split('\t') for x in rows]
    loans, items = {x[1]: x for x in t if x[0] == 'loan'}, {x[1]: x for x in t if x[0] == 'item'}
    out = [x for x in rows if x.startswith('BUG')]
    open_on = Counter(x[2] for x in loans.values() if x[16] == 'open')
    out += [f'I8: {i} is on {n} open loans' for i, n in open_on.items() if n > 1]
    for x in items.values():
        if x[5] != '-' and (x[6] != '-' or loans[x[5]][16] != 'open'): out.append(f'{x[1]} is lent and on the shelf')
        if (x[5] != '-') != (x[1] in open_on): out.append(f'{x[1]} does not know its loan')
    for h in (x for x in t if x[0] == 'hold' and x[7] == 'captured'):
        if items[h[8]][6] != h[1] or items[h[8]][2] != h[3]: out.append(f'hold {h[1]} is captured by a copy that is not aside for it')
    told, t_of = {}, {id_word(k): v for k, v in true(history).items()}
    for e in history:
        if s['effect'].get(e.id) in ('lent', 'lent, hold filled', 'renewed', 'extended'):
            told.setdefault(e.f['item'], []).append(((t_of[id_word(e.id)],) + e.id, e.f['due']))
    ids = {id_word(e.id): e.id for e in history}
    for x in loans.values():
        start = (int(x[4]) // MINUTE_MS,) + ids[x[1]]
        stop = (int(x[14]) // MINUTE_MS,) + ids[x[15]] if x[15] != '-' else None
        dates = [due for key, due in told.get(x[2], []) if start <= key and (stop is None or key < stop)]
        if not dates or secs(max(dates)) != x[6]: out.append(f'I9: loan {x[1]} is due {x[6]}, told was {dates}')
    return out


# --- running ----------------------------------------------------------------------------------------------

def ask(dump, text):
    ran = subprocess.run([dump], input=text, capture_output=True, text=True)
    states = [x.split('\n') for x in ('\n' + ran.stdout).split('\n.\n')]
    return [[x for x in rows if x] for rows in states[:-1]], ran


def differences(rows, history, cut):
    want, s = state(history, cut)
    got = sorted(x for x in rows if not left_out(x) and not x.startswith('BUG'))
    out = ['model ' + x for x in sorted(set(want) - set(got))] + ['C     ' + x for x in sorted(set(got) - set(want))]
    return out or broken(rows, history, s)


def one(dump, history, batches, cut):
    rows, ran = ask(dump, sent(history, batches, cut))
    return differences(rows[0], plain(history), cut) if rows else ['the tool ended: ' + ran.stderr[-500:]]


def plain(history): return [e for e in history if e.op != 'clock']


def shrink(dump, history, batches, cut):
    """Leave out entries as long as it still differs; the order of arrival stays."""
    batches = [[e] for b in batches for e in b] if one(dump, history, [[e] for b in batches for e in b], cut) else batches
    again = True
    while again:
        again = False
        for e in list(history):
            if e.op == 'clock' and e.f['off'] == -BOOT_MS: continue              # without it the times would be others
            h = [x for x in history if x is not e]
            runs = {x[:2] for x in plain(h)}
            h = [x for x in h if x[:2] in runs]                                  # clocks of an epoch that is no more
            ids = {x.id for x in h}
            b = [[x for x in y if x.id in ids] for y in batches]
            if one(dump, h, b, cut): history, batches, again = h, [x for x in b if x], True
    return history, batches


def show(dump, k, seed, mode, history, batches, cut):
    history, batches = shrink(dump, history, batches, cut)
    print(f'history {k} of seed {seed}, arriving as "{mode}", differs; shrunk ({sys.argv[0]} {dump} 1 {seed} {k} runs it again):')
    t = true(history)
    for b in batches:
        for e in b: print('   t', t[e.id], *e[:3], e.op, e.f, f'horizon {cut[e.id]}' if e.id in cut else '')
        print('   --')
    print(*one(dump, history, batches, cut), sep='\n')


def told(seed, k):
    """History k: its entries with clocks, their horizons, and its three arrivals."""
    rng = random.Random(f'{seed}/{k}')
    horizon = rng.random() < .4
    history = make(rng, horizon and rng.random() < .5)
    history += clocks(rng, history)
    return history, cuts(rng, history) if horizon else {}, [list(arrival(rng, history, mode)) for mode in MODES]


def main(dump, n, seed, only=None):
    numbers, bad, entries, horizons, seen, took, first = range(n) if only is None else [only], 0, 0, 0, Counter(), Counter(), None
    for at in range(0, len(numbers), 100):
        lot = [(k, *told(seed, k)) for k in numbers[at:at + 100]]
        got, ran = ask(dump, ''.join(sent(h, b, cut) for _, h, cut, arrivals in lot for b in arrivals))
        for i, (k, history, cut, arrivals) in enumerate(lot):
            mine = got[3 * i:3 * i + 3]
            entries += len(history)
            horizons += len(cut) > 0
            for mode, rows, batches in zip(MODES, mine + [None] * 3, arrivals):
                if rows is None or differences(rows, plain(history), cut):
                    bad += 1
                    first = first or (k, seed, mode, history, batches, cut)
                    break
            for rows in mine:
                for x in rows:
                    f = x.split('\t')
                    if f[0] == 'exc' and f[1] not in LATER_CODES: seen[f'{f[1]} {f[4]}'] += 1
                    if f[0] == 'took': took.update(steps=int(f[1]), refolds=int(f[2]))
        if ran.returncode: print(f'{dump} ended with {ran.returncode}: {ran.stderr[-1000:]}')
    for name, count in sorted(seen.items()): print(f'  {name:32} {count}')
    if not all(COMPARED.values()): print('left out:', ', '.join(x for x, there in COMPARED.items() if not there))
    if first: show(dump, *first)
    print(f'differential: {len(numbers)} histories, {horizons} with a horizon, {entries} entries, each in 3 orders of arrival: {took["steps"]} steps, '
          f'{took["refolds"]} refolds, {bad} differences')
    print(f'{len(numbers) - bad} passed, {bad} failed')
    return 1 if bad else 0


if __name__ == '__main__':
    if len(sys.argv) < 2: sys.exit(__doc__)
    args = sys.argv[2:] + ['500', '1'][len(sys.argv[2:]):]
    sys.exit(main(sys.argv[1], int(args[0]), args[1], int(args[2]) if len(args) > 2 else None))

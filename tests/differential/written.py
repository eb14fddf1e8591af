"""The model's entries and state in the words of C: what the differential tests send to the tools and compare.
The model is found in the folder model/ of BM_SHARED, or of ../shared; without it there is nothing to compare with."""
import os
import sys

MODEL = os.path.join(os.environ.get('BM_SHARED') or os.path.join('..', 'shared'), 'model')
if not os.path.exists(os.path.join(MODEL, 'timeline.py')):
    print('skipped: the differential test: no model in', MODEL)
    print('0 passed, 0 failed, 1 skipped')
    sys.exit(0)
sys.dont_write_bytecode = True
sys.path.insert(0, MODEL)

OPS = {'extend': 'change_due', 'mark': 'mark_item', 'move': 'move_item', 'use': 'in_house_use', 'place': 'place_hold',
       'cancel': 'cancel_hold', 'capture': 'capture_hold', 'register': 'register_patron', 'update': 'update_patron',
       'replace': 'replace_card', 'merge': 'merge_patron'}
MINUTE_S, MINUTE_MS = 60, 60000
NAMES = {'rate': 'rate', 'grace': 'grace', 'max': 'max', 'price': 'price', 'keep': 'keepfee'}   # terms
SEQS = 10000            # numbers of an epoch; in C a device's numbers go on from epoch to epoch, in the model they do not


def id_word(i): return f'{i[0]}.{i[1]:016x}.{i[1] * SEQS + int(2 * i[2])}'       # halves: clock entries in between
def word(i): return '-' if i is None else id_word(i) if isinstance(i, tuple) else str(i)
def ms(t): return '-' if t is None else str(t * MINUTE_MS)
def secs(t): return '-' if t is None else str(t * MINUTE_S)
def row(*xs): return '\t'.join(str(x) for x in xs)
def charge_word(ck): return word(ck[0]) + '/' + ck[1]


TERMS = [{'rate': 10, 'grace': 0, 'max': 100, 'price': 500, 'keep': 50}, {'rate': 7, 'grace': 2, 'price': 90, 'keep': 900},
         {'rate': 25, 'max': 60, 'price': 0}, {}, {'price': 40, 'keep': 15, 'max': 5}]


def vary(rng, out):
    """More variety in what desks write than the model's own histories have."""
    for k, e in enumerate(out):
        f = dict(e.f)
        if e.op == 'checkout': f['terms'] = rng.choice(TERMS)
        if e.op == 'mark' and rng.random() < .2: f['amount'] = rng.choice([0, 30, 700])
        if e.op == 'mark' and f['as'] in ('mend', 'ok', 'withdrawn', 'missing') and rng.random() < .2: f['patron'] = rng.choice('ab')
        if e.op in ('renew', 'place', 'capture') and rng.random() < .2:
            f['override'] = rng.choice([('barred', 'renewed_while_wanted'), ('expired',), ('hold_out_of_turn', 'card_replaced')])
        if e.op == 'pay' and rng.random() < .2: f['amount'] = -abs(f['amount'])
        if e.op == 'pay' and rng.random() < .2: f['patron'] = rng.choice('abc')
        if f != e.f: out[k] = e._replace(f=f)
    return out


def members(e):
    """Operation, id and members of an entry as the tools read them."""
    out = []
    for name, x in e.f.items():
        if x is None: continue
        if name == 'terms': out += [f'{NAMES[k]}={v}' for k, v in x.items()]
        elif name == 'override':
            if x: out.append('over=' + ' '.join(x))
        elif name in ('due', 'expires'): out.append(f'{name}={secs(x)}')
        elif name == 'returned': out.append(f'{name}={ms(x)}')
        elif name == 'charge': out.append('charge=' + charge_word(x))
        elif name == 'keep': out.append(f'keep={int(x)}')
        elif name == 'exc': out += exception_members(x)
        else: out.append(f'{name}={word(x)}')
    return row(OPS.get(e.op, e.op), word(e.id), *out)


def exception_about(x): return charge_word(x) if isinstance(x, tuple) and isinstance(x[0], tuple) else word(x)


def exception_members(key):
    """The exception that a settle names: code, what it is about (an entry, an account, a charge), counterpart."""
    code, about, other = key
    return [f'code={code}', f'about={exception_about(about)}'] + ([f'other={word(other)}'] if other is not None else [])


def unit_rows(u):
    """Items, loans, holds, charges of a folded unit."""
    out = []
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
        series = ';'.join(f'{ms(key[0])} {word(key[1:])} {cents}' for key, cents in x.series)
        out.append(row('charge', word(k[0]), k[1], x.card, x.item, series))
    return out

// patron.js -- the screen of the patron who is at the desk: all loans, holds, charges, and what can be done about them.
// Nobody at the desk: finding one.
import { h, fresh, bdi, field } from './dom.js';
import { t } from './t.js';
import { money, cents, day, clock } from './format.js';
import { alertBox, toast } from './box.js';
import { sound } from './sound.js';
import { press } from './press.js';
import { patron_head, patron_loans, patron_holds, patron_charges } from './patron_view.js';
import { show_find } from './find.js';
import { ask_sure } from './asks.js';
import { say_line, say_word } from './result_row.js';
import { act_view } from './result.js';
import { select, of_stops, of_groups, of_categories } from './choices.js';

export class PatronScreen {
    /** @param {import('./shell.js').App} app @param {import('./desk_screen.js').DeskScreens} desk */
    constructor(app, desk) {
        this.id = 'patron';
        this.title = 'nav.patron';
        this.key = 'F4';
        this.role = 'staff';
        this.app = app;
        this.desks = desk;
        this.finding = false;
        this.stop_find = () => {};
        /** @type {any} */
        this.root = null;
        this.register = (/** @type {string} */ _name) => app.go('register');
        app.on('patron', () => {
            if (app.screen === this && this.root && !this.finding) this.draw();
        });
    }

    /** F4 on the screen itself: another patron. @param {any} root @param {any} _app @param {boolean} again */
    show(root, _app, again) {
        this.finding = !this.desks.desk.patron || again;
        this.root = root;
        this.draw();
    }

    hide() {
        this.stop_find();
        this.root = null;
    }

    /** A card scanned here opens that patron; nothing is lent from here. @param {string} text */
    scan(text) {
        this.app.go('lend');
        this.desks.take(text);
    }

    draw() {
        this.stop_find();
        if (this.finding) {
            const visit = this.app.state.visit && this.app.state.visit.visit;
            this.stop_find = show_find(this.root, {
                open: (card) => this.open(card), register: (name) => this.register(name), here: (visit && visit.stop) || '',
                roster: (list, name) => {
                    this.desks.set_roster(list, name);
                    this.app.go('lend');
                },
            });
            return;
        }
        this.stop_find = () => {};
        this.draw_patron(this.desks.desk.patron);
    }

    /** @param {string} card */
    async open(card) {
        if (await this.desks.desk.open_card(card)) this.app.go('lend');
        else toast(t('patron.gone'), 'stop');
    }

    /** @param {any} p */
    draw_patron(p) {
        if (!p) {
            this.finding = true;
            this.draw();
            return;
        }
        const now = this.app.now(), owes = p.balance_cents || 0;
        fresh(this.root, h('h1', { class: 'sr-only' }, t('nav.patron')),
            h('div', { class: 'patron-screen' },
                h('div', { class: 'stack' },
                    h('section', { class: 'panel patron' }, patron_head(p, now, this.desks.desk.limit),
                        h('p', { class: 'quiet' }, p.expires ? t('patron.until', { day: day(p.expires) }) : null),
                        h('div', { class: 'row' },
                            press('patron-lend', t('patron.lend'), () => this.app.go('lend'), 'main', 'F1'),
                            press('patron-other', t('patron.other'), () => { this.finding = true; this.draw(); }, '', 'F4'),
                            press('patron-change', t('patron.change'), () => this.change(p)),
                            press('patron-replace', t('patron.new_card'), () => this.replace(p)))),
                    h('section', { class: 'panel' }, h('h2', {}, t('patron.charges'), owes ? ` \u2014 ${money(owes)}` : ''),
                        patron_charges(p, (c) => this.pay(p, c)),
                        h('div', { class: 'row' },
                            owes > 0 ? press('pay', t('patron.pay_all'), () => this.pay(p, null), 'main') : null,
                            press('charge-new', t('patron.charge_new'), () => this.charge(p))))),
                h('div', { class: 'stack' },
                    h('section', { class: 'panel' }, h('div', { class: 'row ends' }, h('h2', {}, t('patron.loans_title')),
                        p.loans.length ? press('renew-all', t('patron.renew_all'), () => this.renew(p.loans.map((/** @type {any} */ l) => l.item)), 'small') : null),
                    patron_loans(p, now, (items) => this.renew(items))),
                    h('section', { class: 'panel' }, h('h2', {}, t('patron.holds')), patron_holds(p, (one) => this.cancel(one))))));
    }

    /** Told where each result stands: on the lend screen's list. @param {string[]} items */
    renew(items) {
        this.app.go('renew');
        this.desks.renew(items);
    }

    /** An act about this patron; told as a toast, or a box when refused. ret: done
     * @param {string} command @param {string[]} words @param {Record<string, any>} options */
    async act(command, words, options) {
        const { exit, answer } = await this.app.act(command, words, options);
        const done = exit === 0 && answer.done !== false;
        if (done) {
            sound('ok');
            this.desks.log(answer, exit);
            toast(t('patron.done', { word: say_word(answer.word || ''), slip: answer.slip || '' }), 'ok');
        } else {
            const lines = answer.reasons ? act_view(answer).lines.map(say_line) : [answer.message || answer.error || ''];
            await alertBox({ kind: 'stop', title: t('word.not_done'), body: lines.map((text) => h('p', {}, text)) });
        }
        const open = this.desks.desk.patron;
        if (open) await this.desks.desk.refresh(open.card);
        return done;
    }

    /** @param {any} p @param {any} charge null: all, oldest first */
    async pay(p, charge) {
        const owed = charge ? charge.owed_cents : p.balance_cents;
        const amount = h('input', { name: 'amount', inputmode: 'decimal', autocomplete: 'off', value: money(owed), 'data-test': 'pay-amount' });
        const why = h('input', { name: 'why', maxlength: 200, autocomplete: 'off', 'data-test': 'waive-why' });
        const error = h('p', { class: 'gate-error', role: 'alert' });
        const sane = () => {
            const given = cents(amount.value);
            error.textContent = given ? '' : t('money.wrong');
            return Boolean(given);
        };
        const how = await alertBox({
            kind: 'note', form: true, focus: amount, title: t('money.title', { sum: money(owed) }),
            body: [h('p', {}, bdi(p.name)), charge ? h('p', { class: 'quiet' }, t.or(`charge.${charge.kind}`, charge.kind), ' \u00b7 ',
                day(charge.since_ms / 1000), ' ', clock(charge.since_ms)) : null,
                field(t('money.amount'), amount), charge ? field(t('money.waive_why'), why) : null, error],
            choices: [
                { label: t('money.take'), value: 'pay', combo: 'Alt+O', main: true, check: sane },
                ...(charge ? [{ label: t('money.waive'), value: 'waive', combo: 'Alt+V', check: () => {
                    if (!sane()) return false;
                    error.textContent = why.value.trim() ? '' : t('override.missing');
                    return Boolean(why.value.trim());
                } }] : []),
                { label: t('box.cancel'), value: null, cancel: true },
            ],
        });
        const sum = money(cents(amount.value));
        if (how === 'pay') await this.act('pay', [p.card, sum], { '--for': charge ? charge.charge : null });
        else if (how === 'waive') await this.act('waive', [charge.charge, sum], { '--why': why.value.trim() });
    }

    /** @param {any} p */
    async charge(p) {
        const amount = h('input', { name: 'amount', inputmode: 'decimal', autocomplete: 'off', 'data-test': 'charge-amount' });
        const why = h('input', { name: 'why', maxlength: 200, autocomplete: 'off', 'data-test': 'charge-why' });
        const error = h('p', { class: 'gate-error', role: 'alert' });
        const yes = await alertBox({
            kind: 'note', form: true, focus: amount, title: t('money.charge_title'),
            body: [h('p', {}, bdi(p.name)), field(t('money.amount'), amount), field(t('money.charge_why'), why), error],
            choices: [{ label: t('money.charge'), value: 'yes', combo: 'Alt+O', main: true, check: () => {
                const good = Boolean(cents(amount.value)) && why.value.trim() !== '';
                error.textContent = good ? '' : t('money.both');
                return good;
            } }, { label: t('box.cancel'), value: null, cancel: true }],
        });
        if (yes) await this.act('charge', [p.card, money(cents(amount.value))], { '--why': why.value.trim() });
    }

    /** @param {any} hold */
    async cancel(hold) {
        if (await ask_sure(t('patron.cancel_title'), h('p', { class: 'box-title' }, bdi(hold.name || hold.title)), t('patron.cancel_yes')))
            await this.act('hold cancel', [hold.hold], {});
    }

    /** @param {any} p */
    async replace(p) {
        const card = h('input', { name: 'card', autocomplete: 'off', maxlength: 40, 'data-scan': '', 'data-test': 'replace-card' });
        const yes = await alertBox({
            kind: 'note', form: true, focus: card, title: t('patron.replace_title'),
                body: [h('p', {}, bdi(p.name)), field(t('patron.replace_card'), card, t('patron.replace_hint'))],
            choices: [{ label: t('patron.replace_yes'), value: 'yes', combo: 'Alt+O', main: true, check: () => card.value.trim() !== '' },
                { label: t('box.cancel'), value: null, cancel: true }],
        });
        if (yes && (await this.act('patron replace', [p.card, card.value.trim()], {}))) await this.desks.desk.open_card(card.value.trim());
    }

    /** @param {any} p */
    async change(p) {
        const name = h('input', { name: 'name', autocomplete: 'off', maxlength: 200, value: p.name || '', 'data-test': 'change-name' });
        const stop = select('change-stop', t('find.no_stop'), of_stops, p.stop), group = select('change-group', t('find.no_group'), of_groups, p.group);
        const category = select('change-category', t('register.category_none'), of_categories, p.category);
        const yes = await alertBox({
            kind: 'note', form: true, focus: name, title: t('patron.change_title'),
            body: h('div', { class: 'form' }, field(t('register.name'), name), field(t('register.category'), category),
                field(t('register.stop'), stop), field(t('register.group'), group)),
            choices: [{ label: t('patron.change_yes'), value: 'yes', combo: 'Alt+O', main: true, check: () => name.value.trim() !== '' },
                { label: t('box.cancel'), value: null, cancel: true }],
        });
        if (!yes) return;
        /** @param {string} now @param {string | null | undefined} was */
        const given = (now, was) => (now && now !== (was || '') ? now : null);
        const options = { '--name': given(name.value.trim(), p.name), '--category': given(category.value, p.category), '--stop': given(stop.value, p.stop),
            '--group': group.value ? given(group.value, p.group) : p.group ? 'none' : null };
        if (Object.values(options).some(Boolean)) await this.act('patron update', [p.card], options);
    }
}

/* sync/commands_staff.c -- see commands.h: who works here. The phrase comes from the terminal or from standard input, never
 * as an argument, where other users of the machine could read it. */
#include <inttypes.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "common/seal.h"
#include "common/staff.h"
#include "sync/commands.h"

enum { LINE_BYTES = SEAL_PHRASE_MAX + 8 }; /* one too long is still seen to be */

/* --- the phrase ------------------------------------------------------------------------------------------ */

/* One line; its end is taken off. ret: BM_OK | BM_EUSAGE */
static enum bm_rc read_line(FILE *in, char line[LINE_BYTES])
{
    line[0] = '\0';
    if (!fgets(line, LINE_BYTES, in)) return err_set(BM_EUSAGE, "no phrase was given");
    line[strcspn(line, "\r\n")] = '\0';
    return BM_OK;
}

/* A line from a terminal that does not show it. Ctrl-C is read like any character, and refused as part of a phrase: the
 * terminal must not stay silent. */
static enum bm_rc ask_line(struct cli *cli, const char *prompt, char line[LINE_BYTES])
{
    struct termios shown, hidden;
    int fd = fileno(cli->in);
    if (tcgetattr(fd, &shown) != 0) return err_set(BM_EIO, "the terminal cannot be told not to show what is typed");
    hidden = shown;
    hidden.c_lflag &= ~(tcflag_t)(ECHO | ISIG);
    if (tcsetattr(fd, TCSAFLUSH, &hidden) != 0) return err_set(BM_EIO, "the terminal cannot be told not to show what is typed");
    fprintf(cli->err, "%s: ", prompt);
    fflush(cli->err);
    enum bm_rc rc = read_line(cli->in, line);
    fputc('\n', cli->err);
    if (tcsetattr(fd, TCSAFLUSH, &shown) != 0 && !rc) rc = err_set(BM_EIO, "the terminal does not show again what is typed: reset it");
    return rc;
}

static enum bm_rc ask_twice(struct cli *cli, char line[LINE_BYTES])
{
    char again[LINE_BYTES] = "";
    enum bm_rc rc = ask_line(cli, "phrase (it is not shown)", line);
    if (!rc) rc = ask_line(cli, "the same again", again);
    if (!rc && strcmp(line, again) != 0) rc = err_set(BM_EUSAGE, "the two differ; nothing was changed");
    seal_wipe(again, sizeof again);
    return rc;
}

/* out: in cli's arena */
static enum bm_rc get_verifier(struct cli *cli, bool from_stdin, const char **out)
{
    char line[LINE_BYTES] = "", hash[SEAL_PHRASE_HASH_MAX];
    enum bm_rc rc;
    if (from_stdin) rc = read_line(cli->in, line);
    else if (isatty(fileno(cli->in))) rc = ask_twice(cli, line);
    else rc = err_set(BM_EUSAGE, "type the phrase at a terminal, or give it as one line of standard input with --phrase-stdin");
    if (!rc) rc = seal_phrase_hash(line, hash);
    seal_wipe(line, sizeof line);
    if (rc) return rc;
    *out = arena_strdup(&cli->arena, hash);
    return *out ? BM_OK : BM_ENOMEM;
}

/* --- acts -------------------------------------------------------------------------------------------------- */

static enum bm_rc tell_done(struct cli *cli, const struct desk_account *ask, const struct desk_answer *answer, const struct staff *now)
{
    struct jsonw w;
    if (!cli->json) {
        cli_print(cli, "%s  %s", answer->word, ask->id);
        if (!ask->gone) cli_print(cli, "  %s, %s", now->name, staff_role_name(now->role));
        cli_print(cli, "   [%s]\n  laptops hear of it at their next sync\n", answer->slip);
        return BM_OK;
    }
    cli_json(cli, &w);
    jsonw_object(&w);
    jsonw_put_text(&w, "word", answer->word);
    jsonw_put_text(&w, "id", ask->id);
    jsonw_put_text(&w, "name", ask->gone ? NULL : now->name);
    jsonw_put_text(&w, "role", ask->gone ? NULL : staff_role_name(now->role));
    jsonw_put_text(&w, "entry", answer->entry);
    jsonw_put_text(&w, "slip", answer->slip);
    jsonw_put_bool(&w, "again", answer->again);
    jsonw_object_end(&w);
    return cli_json_end(cli, &w);
}

static enum bm_rc do_change(struct cli *cli, struct desk_account *ask)
{
    struct branch b;
    struct desk_answer answer = { 0 };
    struct staff now = { 0 };
    enum bm_rc rc = commands_open(cli, &b);
    if (rc) return rc;
    rc = desk_account(&b.desk, &cli->arena, ask, &answer);
    if (!rc && !ask->gone) rc = staff_get(b.db, &cli->arena, ask->id, &now);
    branch_close(&b);
    return rc ? rc : tell_done(cli, ask, &answer, &now);
}

static enum bm_rc run_add(struct cli *cli, const struct cli_args *args)
{
    struct desk_account ask = { .id = args->words[0], .name = cli_value(args, "--name"), .role = cli_value(args, "--role"), .add = true };
    if (!ask.name || !ask.role) return err_set(BM_EUSAGE, "staff add needs --name NAME and --role viewer, staff or admin");
    enum bm_rc rc = desk_account_check(&ask);
    if (!rc) rc = get_verifier(cli, cli_given(args, "--phrase-stdin"), &ask.verifier);
    return rc ? rc : do_change(cli, &ask);
}

static enum bm_rc run_set(struct cli *cli, const struct cli_args *args)
{
    struct desk_account ask = { .id = args->words[0],
                                .name = cli_value(args, "--name"),
                                .role = cli_value(args, "--role"),
                                .why = cli_value(args, "--why"),
                                .override = cli_given(args, "--override") };
    bool asks = cli_given(args, "--phrase"), line = cli_given(args, "--phrase-stdin");
    if (asks && line) return err_set(BM_EUSAGE, "give --phrase or --phrase-stdin, not both");
    if (!ask.name && !ask.role && !asks && !line) return err_set(BM_EUSAGE, "say what is to change: --name, --role, --phrase or --phrase-stdin");
    enum bm_rc rc = desk_account_check(&ask);
    if (!rc && (asks || line)) rc = get_verifier(cli, line, &ask.verifier);
    return rc ? rc : do_change(cli, &ask);
}

static enum bm_rc run_remove(struct cli *cli, const struct cli_args *args)
{
    struct desk_account ask = { .id = args->words[0], .why = cli_value(args, "--why"), .override = cli_given(args, "--override"), .gone = true };
    enum bm_rc rc = desk_account_check(&ask);
    return rc ? rc : do_change(cli, &ask);
}

/* --- list ---------------------------------------------------------------------------------------------------- */

/* Rows of SQL_STAFF_LIST: id, name, role, since. */
static enum bm_rc each_account(struct branch *b, struct cli_table *t, struct jsonw *w)
{
    struct stmt *s;
    char since[ZONE_TEXT_MAX];
    enum bm_rc rc = db_get(b->db, SQL_STAFF_LIST, &s, NULL);
    if (rc) return rc;
    while ((rc = stmt_next(s)) == BM_OK) {
        if (!w) {
            cli_table_row(t, stmt_text(s, 0), stmt_text(s, 1), stmt_text(s, 2), commands_time(stmt_int(s, 3), since));
            continue;
        }
        jsonw_object(w);
        jsonw_put_text(w, "id", stmt_text(s, 0));
        jsonw_put_text(w, "name", stmt_text(s, 1));
        jsonw_put_text(w, "role", stmt_text(s, 2));
        jsonw_put_int(w, "changed_ms", stmt_int(s, 3));
        jsonw_object_end(w);
    }
    return rc == BM_ENOTFOUND ? BM_OK : rc;
}

static enum bm_rc run_list(struct cli *cli, const struct cli_args *args)
{
    struct branch b;
    struct jsonw w;
    struct cli_table t;
    int64_t count = 0;
    (void)args;
    enum bm_rc rc = commands_open(cli, &b);
    if (rc) return rc;
    if (cli->json)
        cli_json(cli, &w), jsonw_array(&w);
    else
        cli_table(&t, &cli->arena, "id", "name", "role", "last changed", NULL);
    rc = each_account(&b, &t, cli->json ? &w : NULL);
    if (!rc) rc = staff_count(b.db, &count);
    branch_close(&b);
    if (rc) return rc;
    if (cli->json) return jsonw_array_end(&w), cli_json_end(cli, &w);
    if (count > 0) return cli_table_end(cli, &t);
    cli_print(cli, "Nobody can log in yet. Make the first account: branch staff add ID --name NAME --role admin\n");
    return BM_OK;
}

/* --- their table --------------------------------------------------------------------------------------------- */

#define PHRASE_STDIN { "--phrase-stdin", NULL, "the phrase is one line of standard input" }
#define LAST_ADMIN                                                                                                     \
    { "--override", NULL, "also if no admin is left then; needs --why" }, { "--why", "TEXT", "reason; goes into the entry" }

static const struct cli_option add_options[] = {
    { "--name", "NAME", "what people read" },
    { "--role", "ROLE", "viewer (looks), staff (acts at the desk) or admin (devices, accounts, rules too)" },
    PHRASE_STDIN,
    { NULL, NULL, NULL },
};
static const struct cli_option set_options[] = {
    { "--name", "NAME", "what people read" },
    { "--role", "ROLE", "viewer, staff or admin" },
    { "--phrase", NULL, "ask for a new phrase at the terminal" },
    PHRASE_STDIN,
    LAST_ADMIN,
    { NULL, NULL, NULL },
};
static const struct cli_option remove_options[] = { LAST_ADMIN, { NULL, NULL, NULL } };

const struct cli_command commands_staff[] = {
    { "Staff", "staff add", "ID", "let somebody log in",
      "ID is what is typed to log in and what acts are signed with: small letters, digits, dots, dashes. The phrase, 8 to "
      "128 bytes, is asked for twice at the terminal and not shown; it is never an argument. Laptops know the account "
      "after their next sync, and then check logins without a network.",
      add_options, 1, 1, run_add },
    { "Staff", "staff set", "ID", "change somebody's name, role or phrase",
      "What is not given stays. The last admin stays one, unless overridden.", set_options, 1, 1, run_set },
    { "Staff", "staff remove", "ID", "let somebody log in no more",
      "Laptops hear of it at their next sync. What was done under the id stays. The last admin stays, unless overridden.",
      remove_options, 1, 1, run_remove },
    { "Staff", "staff list", "", "who can log in", "", NULL, 0, 0, run_list },
    { 0 },
};

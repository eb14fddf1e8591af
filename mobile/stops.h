/* mobile/stops.h -- from position reports to arrivals at and departures from stops.
 * Floor:      mobile. Uses err, mem, geo. Pure: no clock, no database, no input or output;
 *             given values, answers values.
 * Owns:       nothing; the caller owns the state (a plain struct) and the day's list of planned
 *             stops.
 * Invariants: arr_ms <= dep_ms; a departure follows its arrival; times in the state rise with
 *             the reports accepted.
 * Threads:    a state belongs to one thread at a time. */
#ifndef BM_STOPS_H
#define BM_STOPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/mem.h"

enum {
    STOPS_SAMPLES_MAX = 300,    /* slow reports that make the place's median */
    STOPS_EVENTS_MAX = 4,       /* most events one report can bring about */
    STOPS_KEY_MAX = 64,         /* a planned stop's key with its NUL */
    STOPS_SAVED_BYTES_MAX = 16384
};
#define STOPS_NONE INT64_MIN /* a planned time that is not there */

enum { FIX_HAS_LATLON = 1, FIX_HAS_SPEED = 2, FIX_HAS_EPH = 4 };

/* One position report, as the receiver gave it. */
struct fix {
    int64_t t_ms; /* the receiver's UTC */
    double lat_deg, lon_deg;
    double speed_mps;    /* over ground, by Doppler: the most truthful field of all */
    unsigned has;        /* FIX_HAS_x: which of the fields were there */
    int mode;            /* 0, 1 no fix; 2, 3 a fix of two or three dimensions */
    double eph_m;        /* horizontal error, 95 % */
    int64_t boottime_ms; /* this machine's CLOCK_BOOTTIME when it was read; 0 = not known */
};

/* One planned call of the day. The same place twice a day is two of these. */
struct stops_plan {
    char key[STOPS_KEY_MAX];
    double lat_deg, lon_deg;
    int64_t arr_s, dep_s; /* planned for today, UTC seconds, or STOPS_NONE */
    int sequence;         /* order in the day */
};

/* Every number the machine decides by. Origins: facts of 29 real timetables (5,482 stops: no
 * stay under 3 min, 1 in 100 neighbours nearer than 38 m, 1 in 20 nearer than 113 m) and of 463
 * simulated stops, recorded drives. */
struct stops_params {
    double eph_max_m;          /* eph is 19 m x HDOP: 20 would refuse perfect fixes */
    double speed_max_mps;      /* between two reports, and in one: 160 km/h is no van */
    int64_t date_min_s;        /* earliest and latest date believed: under 1,024 weeks apart, */
    int64_t date_max_s;        /* so that of two a week rollover apart only one can be right */
    int64_t jump_max_ms;       /* a larger step of time, or one back, has to wait for */
    int quarantine_count;      /* so many reports that agree with each other */
    int64_t quarantine_gap_ms; /* agree: each this much later at most */
    int reanchor_count;        /* so many refused positions that agree are believed */
    double slow_mps;           /* below: standing. Parked receivers showed 0.78 at most */
    double go_mps;             /* from here on: driving */
    double creep_m;            /* driving and this far from the place: it was no stop */
    int64_t confirm_near_ms;   /* standing so long makes a stop near a planned one... */
    int64_t confirm_far_ms;    /* ...and elsewhere: lights are shorter, stays over 3 min */
    double match_m;            /* "near": the fence of a planned stop */
    double leave_m;            /* outer fence: surely gone; beyond `match_m` because of drift */
    double away_m;             /* driving counts towards leaving from here on */
    int64_t leave_score_ms;    /* leaving needs this score; see `score_rate` in stops.c */
    int64_t gap_ms;            /* no report for longer: what happened has to be concluded */
    double same_place_m;       /* after a gap, or a short drive, still the same place */
    int64_t gap_stay_ms;       /* a gap so long that ends where it began was a stay */
    double gap_speed_mps;      /* as the crow flies, to guess when a drive unseen began */
    int64_t gap_start_ms;      /* doors, belts, pulling out: added to that guess */
    int64_t merge_ms;          /* away for less, and not far: one and the same stop */
    double merge_far_m;        /* so far away that it will not be back in time: tell it */
    double same_stop_m;        /* planned stops this near are one place at different times */
    int64_t window_ms;         /* a planned time this near can be meant */
    int64_t save_ms;           /* while standing, the state asks to be saved this often */
};
extern const struct stops_params stops_params;

/* The gate: what became of a report. Counted one by one. */
#define STOPS_GATES(X)                                                                         \
    X(STOPS_ACCEPTED, "accepted")                                                              \
    X(STOPS_NO_FIX, "no fix")                                                                  \
    X(STOPS_NO_POSITION, "no usable position")                                                 \
    X(STOPS_NO_SPEED, "no usable speed")                                                       \
    X(STOPS_ZERO, "position 0,0")                                                              \
    X(STOPS_POOR, "too inexact")                                                               \
    X(STOPS_BAD_DATE, "impossible date")                                                       \
    X(STOPS_DUPLICATE, "same time again")                                                      \
    X(STOPS_BACKWARD, "time went back")                                                        \
    X(STOPS_FORWARD, "time leapt ahead")                                                       \
    X(STOPS_LEAP, "place leapt")
#define STOPS_GATE_ENUM(code, text) code,
enum stops_gate { STOPS_GATES(STOPS_GATE_ENUM) STOPS_GATE_COUNT };
#undef STOPS_GATE_ENUM
const char *stops_gate_text(enum stops_gate gate);

enum stops_state { STOPS_NOFIX, STOPS_MOVING, STOPS_CANDIDATE, STOPS_STOPPED };

/* One stay at a place: being sampled, confirmed, or left and held back lest the van returns. */
struct stops_call {
    int64_t arr_ms;                /* first slow report; 0 = there is no such call */
    int64_t arr_lo_ms;             /* not before this */
    int64_t dep_ms;                /* last slow report; while standing: so far */
    int64_t dep_lo_ms, dep_hi_ms;  /* left within these */
    int64_t arr_estimated, dep_estimated; /* 1: concluded from a gap, not seen */
    int64_t lat_e7, lon_e7;        /* median of its slow reports, degrees x 10^7 */
    int64_t plan_arr_s, plan_dep_s;
    char key[STOPS_KEY_MAX];       /* planned stop; "" = unscheduled */
};

/* The state. Zero-initialised by stops_init; keep it across restarts by stops_save. */
struct stops {
    enum stops_state state;
    bool dirty;                              /* worth saving: set here, cleared by stops_save */
    int64_t saved_ms;                        /* last_ms when it was saved last */
    int64_t last_ms, last_boot_ms;           /* newest accepted report; 0 = none */
    int64_t last_lat_e7, last_lon_e7;
    int64_t score_ms;                        /* how surely it has left */
    int64_t last_sequence;                   /* of the planned stop matched last */
    int64_t trial_count, trial_ms, trial_boot_ms; /* quarantine of a strange time */
    int64_t leap_count, leap_ms, leap_lat_e7, leap_lon_e7; /* positions refused that agree */
    int64_t counts[STOPS_GATE_COUNT];        /* since stops_init */
    struct stops_call call;                  /* candidate or stop */
    struct stops_call held;                  /* left, departure not yet told */
    int64_t sample_count;
    int32_t lat_e7[STOPS_SAMPLES_MAX], lon_e7[STOPS_SAMPLES_MAX]; /* each sorted by itself */
};

enum stops_event_kind { STOPS_ARRIVED, STOPS_DEPARTED };

struct stops_event {
    enum stops_event_kind kind;
    struct stops_call call; /* dep_* are to be read in STOPS_DEPARTED only */
    double lat_deg, lon_deg;
};

void stops_init(struct stops *s);

/* Take one report.
 * in:  plan, the day's planned stops in any order (may be NULL if plan_count is 0); the caller
 *      changes it as days change
 * out: events, of which *event_count happened, in order. A departure is told once it is sure
 *      that the van does not come back within merge_ms (or is merge_far_m away), with the time
 *      it really left
 * ret: STOPS_ACCEPTED, or why the report was not believed (events can come even then)
 * src: facts gps 9; DESIGN 8 */
enum stops_gate stops_step(struct stops *s, const struct stops_plan *plan, size_t plan_count,
                           const struct fix *fix, struct stops_event events[STOPS_EVENTS_MAX],
                           size_t *event_count);

/* Time passes without a report: shows NOFIX, and tells a departure that was held back. Call
 * every second or so.
 * in:  boottime_ms, as in struct fix */
void stops_idle(struct stops *s, int64_t boottime_ms,
                struct stops_event events[STOPS_EVENTS_MAX], size_t *event_count);

/* Where the van stands (CANDIDATE or STOPPED): the place's median. ret: false: it drives */
bool stops_place(const struct stops *s, double *lat_deg, double *lon_deg);

/* The planned stop a place belongs to at a time, as the machine matches it.
 * in:  after_sequence, of the stop visited before (0 = none)
 * ret: index in plan, or -1: none in the fence */
int stops_match(const struct stops_plan *plan, size_t plan_count, double lat_deg,
                double lon_deg, int64_t at_ms, int64_t after_sequence);

/* The state as text (ASCII, version, checksum), appended to `out`; and back.
 * ret of load: BM_OK | BM_EVERSION | BM_ECORRUPT: *s is as after stops_init, go on with that */
BM_MUST_CHECK enum bm_rc stops_save(struct stops *s, struct buf *out);
BM_MUST_CHECK enum bm_rc stops_load(struct stops *s, const char *text);

#endif

/* tests/unit/test_geo.c -- distances, boxes, millionths of a degree. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#include "common/geo.h"

static void expect_near(double got, double expect, double error)
{
    if (!(fabs(got - expect) <= error)) fail_msg("%.6f, not %.6f", got, expect);
}

static void test_geo_distances_are_those_of_the_sphere(void **state)
{
    (void)state;
    double degree_m = GEO_EARTH_RADIUS_M * 3.14159265358979 / 180; /* 111,195 m */
    expect_near(geo_distance_m(51, -2, 51, -2), 0, 0);
    expect_near(geo_distance_m(0, 0, 0, 1), degree_m, 0.001);
    expect_near(geo_distance_m(0, 0, 1, 0), degree_m, 0.001);
    expect_near(geo_distance_m(60, 0, 60, 1), degree_m / 2,
                10); /* half as long at 60 degrees */
    expect_near(geo_distance_m(90, 0, -90, 77), 180 * degree_m, 0.01);
    expect_near(geo_distance_m(0, 179.5, 0, -179.5), degree_m, 0.001);
    expect_near(geo_distance_m(51.5074, -0.1278, 48.8566, 2.3522), 343556,
                100); /* London to Paris */
    expect_near(geo_distance_m(51.000000, -2, 51.000001, -2), 0.1112, 0.0001);
    expect_near(geo_distance_m(10, 20, -10, -160), 180 * degree_m, 1); /* antipodes: no NaN */
    assert_true(isnan(geo_distance_m(nan(""), 0, 0, 0)));
}

static void test_geo_only_degrees_of_the_earth_are_valid(void **state)
{
    (void)state;
    assert_true(geo_is_valid(90, -180));
    assert_true(geo_is_valid(-90, 180));
    assert_false(geo_is_valid(90.0001, 0));
    assert_false(geo_is_valid(0, -180.0001));
    assert_false(geo_is_valid(nan(""), 0));
    assert_false(geo_is_valid(0, nan("")));
    assert_false(geo_is_valid(0, HUGE_VAL));
}

/* Whatever is within the radius is in the box; what is half again as far to one side is not. */
static void test_geo_a_box_holds_the_whole_circle_and_little_more(void **state)
{
    static const double lats[] = { 0, 51.46, -37.8, 70, -84 },
                        lons[] = { 0, -2.65, 179.9995, -179.9999, 180 };
    static const double radii[] = { 1, 75, 5000, 200000 };
    (void)state;
    for (int i = 0; i < 5; i++)
        for (int j = 0; j < 5; j++)
            for (int k = 0; k < 4; k++) {
                double reach_deg = radii[k] / 111195;
                struct geo_box box = geo_box_around(lats[i], lons[j], radii[k]);
                assert_true(geo_box_has(&box, lats[i], lons[j]));
                assert_false(geo_box_has(&box, lats[i] + 1.5 * reach_deg, lons[j]));
                for (int step = 0; step < 3600; step++) {
                    double turn = step * 3.14159265358979 / 1800,
                           wide = cos(lats[i] * 3.14159265358979 / 180);
                    for (double far = 0.9; far < 1.6; far += 0.1) {
                        double lat = lats[i] + far * reach_deg * cos(turn),
                               lon = lons[j] + far * reach_deg * sin(turn) / wide;
                        if (lon > 180) lon -= 360;
                        if (lon < -180) lon += 360;
                        if (geo_distance_m(lats[i], lons[j], lat, lon) <= radii[k] &&
                            !geo_box_has(&box, lat, lon))
                            fail_msg("%g %g radius %g: lacks %g %g", lats[i], lons[j], radii[k],
                                     lat, lon);
                    }
                }
            }
}

static void test_geo_a_box_over_a_pole_takes_every_meridian(void **state)
{
    (void)state;
    struct geo_box box = geo_box_around(89.9, 0, 20000);
    assert_true(geo_box_has(&box, 89.95, 180));
    assert_true(geo_box_has(&box, 89.95, -90));
    assert_false(geo_box_has(&box, 89, 0));
    assert_false(geo_box_has(&box, nan(""), 0));
}

static void test_geo_millionths_are_rounded_to_the_nearest_and_come_back(void **state)
{
    (void)state;
    assert_int_equal(geo_e6(51.5), 51500000);
    assert_int_equal(geo_e6(-2.6571035169648254), -2657104);
    assert_int_equal(geo_e6(0.0000004), 0);
    assert_int_equal(geo_e6(-0.0000006), -1);
    assert_int_equal(geo_e6(-180), -180000000);
    for (int64_t e6 = -180000000; e6 <= 180000000; e6 += 7919)
        if (geo_e6(geo_deg(e6)) != e6) fail_msg("%lld", (long long)e6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_geo_distances_are_those_of_the_sphere),
        cmocka_unit_test(test_geo_only_degrees_of_the_earth_are_valid),
        cmocka_unit_test(test_geo_a_box_holds_the_whole_circle_and_little_more),
        cmocka_unit_test(test_geo_a_box_over_a_pole_takes_every_meridian),
        cmocka_unit_test(test_geo_millionths_are_rounded_to_the_nearest_and_come_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

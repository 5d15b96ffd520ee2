"""Figures keep what they were divided from, so that days and facilities add up."""

import pytest

from app.records.kpi import MEASURES, Figure, Kpi, together


def test_every_figure_has_a_measure():
    assert set(MEASURES) == set(Kpi)


@pytest.mark.parametrize(
    ("figure", "value"),
    [
        (Figure(Kpi.ON_TIME_ORDERS, 3, 4), 0.75),
        (Figure(Kpi.ON_TIME_ORDERS, 0, 4), 0.0),
        (Figure(Kpi.ON_TIME_ORDERS, 0, 0), None),
        (Figure(Kpi.TARDINESS_SUM, 90.0), 90.0),
        (Figure(Kpi.TARDINESS_SUM, 0.0), 0.0),
    ],
)
def test_nothing_to_divide_by_is_none_and_never_zero(figure, value):
    assert figure.value == value


@pytest.mark.parametrize(
    ("kpi", "parts", "made"),
    [
        (Kpi.ON_TIME_ORDERS, ((1, 1), (1, 3)), Figure(Kpi.ON_TIME_ORDERS, 2, 4)),
        (Kpi.TARDINESS_SUM, ((30, None), (12, None)), Figure(Kpi.TARDINESS_SUM, 42)),
        (Kpi.TARDINESS_MAX, ((30, None), (12, None)), Figure(Kpi.TARDINESS_MAX, 30)),
        (Kpi.PLAN_AGE, ((30, None), (12, None)), Figure(Kpi.PLAN_AGE, 12)),
        (Kpi.PLAN_AGE, (), None),
    ],
)
def test_days_add_up_by_their_parts(kpi, parts, made):
    other = Figure(Kpi.CHANGEOVERS, 99)
    assert together(kpi, [other, *(Figure(kpi, *part) for part in parts)]) == made

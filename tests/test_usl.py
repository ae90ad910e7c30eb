"""The Universal Scalability Law: a published fit, limits by hand, and measurements that cannot be fitted."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tco.inputs import InputError
from tco.usl import fit_usl, usl_peak_count, usl_throughput_rps
from tests.formulas import assert_vector_equals_scalar
from tests.tables import assert_one_sentence

# Requests per second of a Cisco benchmark with 1 to 32 callers, and the parameters that the book fits to them:
# B. Schwartz, "Practical Scalability Analysis with the Universal Scalability Law", as codahale/usl4j carries them in
# its ModelTest (Apache-2.0).
CISCO_RPS = (
    955.16, 1878.91, 2688.01, 3548.68, 4315.54, 5130.43, 5931.37, 6531.08, 7219.8, 7867.61, 8278.71, 8646.7, 9047.84,
    9426.55, 9645.37, 9897.24, 10097.6, 10240.5, 10532.39, 10798.52, 11151.43, 11518.63, 11806, 12089.37, 12075.41,
    12177.29, 12211.41, 12158.93, 12155.27, 12118.04, 12140.4, 12074.39,
)  # fmt: skip
CISCO = (np.arange(1, 33), np.array(CISCO_RPS))
BOOK = {"single_rps": 995.6486, "contention_share": 0.02671591, "coherency_ratio": 7.690945e-4}


@pytest.mark.parametrize("parameter", BOOK)
def test_the_published_fit_is_reproduced(parameter):
    """Lambda, sigma and kappa of the book within 0.02%."""
    assert getattr(fit_usl(*CISCO), parameter).value == pytest.approx(BOOK[parameter], rel=2e-4)


def test_the_published_peak_is_reproduced():
    """sqrt((1 - 0.02671591) / 7.690945e-4) = 35.57: 35 callers, who get 12,341 req/s."""
    lam, sigma, kappa = (estimate.value for estimate in fit_usl(*CISCO))
    peak = float(usl_peak_count(sigma, kappa))
    assert peak == 35
    assert usl_throughput_rps(peak, lam, sigma, kappa) == pytest.approx(12341, rel=2e-4)


def test_intervals_hold_their_values():
    """Each interval is the value and as much either way: t of 29 degrees of freedom is 2.045 standard errors."""
    for estimate in fit_usl(*CISCO):
        assert estimate.low < estimate.value < estimate.high
        assert estimate.high - estimate.value == pytest.approx(2.0452 * estimate.standard_error, rel=1e-4)
        assert estimate.value - estimate.low == pytest.approx(2.0452 * estimate.standard_error, rel=1e-4)


def test_one_caller_gets_the_throughput_of_one():
    """X(1) = lambda, whatever sigma and kappa."""
    assert usl_throughput_rps(1, 123, 0.4, 0.2) == 123


def test_without_contention_and_coherency_callers_add_up():
    """No sigma, no kappa: 10 callers get 10 times as much."""
    assert usl_throughput_rps(10, 50, 0, 0) == 500


def test_contention_alone_is_amdahls_law():
    """With sigma = 0.1 alone X(N) / lambda tends to 1 / 0.1 = 10; for N = 11 it is 11 / (1 + 1) = 5.5."""
    assert usl_throughput_rps(11, 1, 0.1, 0) == pytest.approx(5.5, rel=1e-12)
    assert usl_throughput_rps(1e5, 1, 0.1, 0) == pytest.approx(10, rel=1e-3)


def test_coherency_by_hand():
    """For lambda 100, sigma 0.1, kappa 0.01, N = 11: 1,100 / (1 + 1 + 1.1) = 354.84 req/s."""
    assert usl_throughput_rps(11, 100, 0.1, 0.01) == pytest.approx(1100 / 3.1, rel=1e-12)


@pytest.mark.parametrize(
    ("sigma", "kappa", "peak"),
    [(0, 0.01, 10), (0.19, 0.0001, 90), (0.1, 0, np.inf), (1, 0, 1), (1, 0.1, 1), (0, 4, 1)],
)
def test_peaks_by_hand(sigma, kappa, peak):
    """sqrt(1 / 0.01) = 10; sqrt(0.81 / 0.0001) = 90; none without kappa; and never below one caller."""
    assert usl_peak_count(sigma, kappa) == peak


@given(sigma=st.floats(0, 0.9), kappa=st.floats(1e-6, 0.1), other=st.integers(1, 5000))
def test_no_caller_count_beats_the_peak_and_its_next(sigma, kappa, other):
    """The curve is nowhere higher than at the whole numbers on either side of its peak."""
    peak = usl_peak_count(sigma, kappa)
    best = max(usl_throughput_rps(peak, 1, sigma, kappa), usl_throughput_rps(peak + 1, 1, sigma, kappa))
    assert usl_throughput_rps(other, 1, sigma, kappa) <= best * (1 + 1e-9)


@given(lam=st.floats(0.1, 1e5), sigma=st.floats(0, 0.9), kappa=st.floats(0, 0.05))
def test_a_curve_without_noise_is_found_again(lam, sigma, kappa):
    """Least squares finds the parameters that the data were made with, at the ends of their ranges as well."""
    counts = np.array([1, 2, 3, 5, 8, 16, 32, 64])
    fit = fit_usl(counts, usl_throughput_rps(counts, lam, sigma, kappa))
    assert fit.single_rps.value == pytest.approx(lam, rel=1e-4)
    assert fit.contention_share.value == pytest.approx(sigma, abs=1e-4)
    assert fit.coherency_ratio.value == pytest.approx(kappa, abs=1e-5)


@given(st.lists(st.floats(0.01, 1e6), min_size=4, max_size=4))
def test_parameters_are_never_negative(throughput):
    """Whatever the measurements, even ones that grow faster than the callers, sigma and kappa stay at 0 or above."""
    for estimate in fit_usl([1, 2, 4, 8], throughput):
        assert 0 <= estimate.low <= estimate.value <= estimate.high


@pytest.mark.parametrize("function", [usl_throughput_rps, usl_peak_count])
@given(data=st.data())
def test_a_vector_equals_its_scalars(data, function):
    """Each formula gives for an array what it gives for each of its elements."""
    assert_vector_equals_scalar(data, function)


@pytest.mark.parametrize(
    ("counts", "throughput", "parts"),
    [
        ([1, 2, 4], [10, 20, 30], ["concurrency_count", "4 different", "got 3"]),
        ([1, 2, 2, 4], [10, 20, 20, 30], ["concurrency_count", "4 different", "got 3"]),
        ([], [], ["concurrency_count", "4 different", "got 0"]),
        ([1, 2, 4, 8], [10, 20, 30], ["one length", "(4,)", "(3,)"]),
        ([1, 2, 4, 0], [10, 20, 30, 40], ["concurrency_count", "at least 1", "got 0", "(3,)"]),
        ([1, 2, 4, 8], [10, 0, 30, 40], ["throughput_rps", "above 0", "got 0", "(1,)"]),
        ([1, 2, 4, 8], [10, -5, 30, 40], ["throughput_rps", "got -5", "(1,)"]),
        ([1, 2, 4, 8], [10, np.nan, 30, 40], ["throughput_rps", "got nan", "(1,)"]),
        ([1, np.nan, 4, 8], [10, 20, 30, 40], ["concurrency_count", "got nan", "(1,)"]),
        ([1, 2, 4, np.inf], [10, 20, 30, 40], ["concurrency_count", "got inf", "(3,)"]),
        (["1", "2", "4", "8"], [10, 20, 30, 40], ["concurrency_count", "number"]),
    ],
)
def test_what_cannot_be_fitted_is_refused_in_one_sentence(counts, throughput, parts):
    """The input, the rule, the value and its place."""
    with pytest.raises(InputError) as caught:
        fit_usl(counts, throughput)
    assert_one_sentence(str(caught.value), *parts)

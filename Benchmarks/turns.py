"""Measurements that take turns, so that what disturbs the machine disturbs all of them."""


def alternating(runs, *measurements):
    """Each measurement so many times, turn by turn; a list of results for each."""
    results = [[] for _ in measurements]
    for _ in range(runs):
        for measurement, result in zip(measurements, results):
            result.append(measurement())
    return results


def ratios(above, below):
    return [one / other for one, other in zip(above, below)]


def walls(costs):
    return [cost.wall for cost in costs]

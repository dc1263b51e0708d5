"""What the families of number theory share: arithmetic that only answers use."""

from random import Random


def factored(number: int) -> dict[int, int]:
    """The primes of a positive integer with their exponents, by trial division."""
    primes: dict[int, int] = {}
    prime = 2
    while prime * prime <= number:
        while number % prime == 0:
            primes[prime] = primes.get(prime, 0) + 1
            number //= prime
        prime += 1
    if number > 1:
        primes[number] = primes.get(number, 0) + 1
    return primes


def sieved(limit: int) -> list[int]:
    """The primes up to the limit, by the sieve of Eratosthenes."""
    prime = bytearray([1]) * (limit + 1)
    prime[:2] = b"\0\0"[: limit + 1]
    for number in range(2, int(limit**0.5) + 1):
        if prime[number]:
            prime[number * number :: number] = bytes(len(range(number * number, limit + 1, number)))
    return [number for number in range(limit + 1) if prime[number]]


def common(first: int, second: int) -> int:
    """The greatest common divisor, by Euclid."""
    while second:
        first, second = second, first % second
    return first


def smooth(draw: Random, low: int, high: int) -> int:
    """A number from low to high that has many divisors."""
    while True:
        number = 1
        while number < low:
            number *= draw.choice((2, 2, 2, 3, 3, 5, 7, 11, 13))
        if number <= high:
            return number

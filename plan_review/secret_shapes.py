"""What secrets look like: the last line of defence, after everything that could be one was left out."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterator

# Each shape is unmistakable on its own; published prefixes of the vendors.
SHAPES: dict[str, re.Pattern[str]] = {
    "AWS access key id": re.compile(r"(?:AKIA|ASIA)[A-Z2-7]{16}"),
    "AWS secret access key": re.compile(
        r"(?<![A-Za-z0-9/+])(?=[A-Za-z0-9/+]*[0-9])(?=[A-Za-z0-9/+]*[a-z])(?=[A-Za-z0-9/+]*[A-Z])"
        r"(?=[A-Za-z0-9/]*\+|(?:[A-Za-z]*[0-9]+[A-Za-z/+]+){3})[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=])"
    ),
    "private key": re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----"),
    "JSON web token": re.compile(r"eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}"),
    "GitHub token": re.compile(r"gh[pousr]_[A-Za-z0-9]{30,}|github_pat_[A-Za-z0-9_]{30,}"),
    "GitLab token": re.compile(r"glpat-[A-Za-z0-9_-]{20,}"),
    "Slack token": re.compile(r"xox[abeoprs]-[A-Za-z0-9-]{10,}"),
    "Stripe key": re.compile(r"(?:[sr]k_(?:live|test)|whsec)_[A-Za-z0-9]{16,}"),
    "Google API key": re.compile(r"AIza[A-Za-z0-9_-]{35}"),
    "npm token": re.compile(r"npm_[A-Za-z0-9]{36}"),
    "SendGrid key": re.compile(r"SG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}"),
    "password in a URL": re.compile(r"://[^\s/:@]+:[^\s/@]+@"),
    "password in a connection string": re.compile(r"(?i)(?:password|passwd|pwd)\s*=\s*[^\s;&]+"),
}

# Shorter marked values, and plain words, occur in names that have nothing to do with them.
SHORTEST = 8
# Comparisons of characters, about a second's worth.
MANY = 10**9

_HEXADECIMAL = re.compile(r"(?<![A-Za-z0-9])[0-9a-f]{12,64}(?![A-Za-z0-9])")
# Runs of characters that a generated secret is made of. Separators split names, so that words are judged one by one.
_RUN = re.compile(r"[A-Za-z0-9+=]{12,}")
_DIGIT_RUNS = re.compile(r"[0-9]+")
# Ids that AWS makes (sg-0a1b2c…, a key's UUID) and digests are random too, and public.
_PUBLIC_RANDOM = re.compile(
    r"(?<![A-Za-z0-9])(?:[a-z]{1,10}-(?:[0-9a-f]{17}|[0-9a-f]{8})|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
    r"|sha256:[0-9a-f]{64})(?![A-Za-z0-9])"
)


def looks_random(text: str) -> bool:
    """Whether `text` holds 12 or more letters and digits so mixed that nobody typed them as a name.

    A name has its digits at one or two places (`FromInternet443`); a random string of 12 has three runs or more.
    """
    return any(
        len(_DIGIT_RUNS.findall(run)) >= 3 and re.search("[A-Za-z]", run) is not None
        for run in _RUN.findall(_PUBLIC_RANDOM.sub(" ", text))
    )


def shape_of(text: str) -> str | None:
    """The kind of secret that `text` contains, or None."""
    return next((kind for kind, pattern in SHAPES.items() if pattern.search(text)), None)


def looks_secret(text: str) -> bool:
    return shape_of(text) is not None or looks_random(text)


def leaks(text: str, *, secrets: Collection[str], own: Collection[str]) -> Iterator[str]:
    """What a finished text gives away, each as a sentence that doesn't repeat it.

    `secrets` are values that the plan marks as sensitive, at least SHORTEST long; `own` are fingerprints and digests
    that the review made itself.
    """
    if _contains_any(text, secrets):
        yield "a value that the plan marks as sensitive"
    text = _HEXADECIMAL.sub(lambda match: "" if match[0] in own else match[0], text)
    kind = shape_of(text)
    if kind is not None:
        yield f"something shaped like this: {kind}"
    elif looks_random(text):
        yield "a random string, as generated secrets are"


def _contains_any(text: str, secrets: Collection[str]) -> bool:
    """Whether one of `secrets` is in `text`, in a time that grows with either, not with their product."""
    if len(secrets) * len(text) < MANY:
        return any(secret in text for secret in secrets)
    heads = defaultdict(list)
    for secret in secrets:
        heads[secret[:SHORTEST]].append(secret)
    found = {text[i : i + SHORTEST] for i in range(len(text) - SHORTEST + 1)} & heads.keys()
    return any(secret in text for head in found for secret in heads[head])

"""What is expected of the book: a line for each, and how many of them did not hold."""
_failed = 0


def expect(name, holds, seen=""):
    global _failed
    _failed += not holds
    print(("holds: " if holds else f"FAILS: {str(seen)[-800:]}\n       ") + name, flush=True)


def failed():
    return _failed

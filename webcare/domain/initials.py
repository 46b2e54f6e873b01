"""Who wrote it: initials under an answer, as Dutch webcare does."""


def signed(text: str, initials: str) -> str:
    """Return `text` as it goes out: without outer blanks, with ` ^AB` at its end.

    Initials that are empty, or stand there already, are not added. Nothing to sign
    stays nothing.
    """
    text = text.strip()
    mark = f"^{initials}"
    if not initials or not text or text.endswith(mark):
        return text
    return f"{text} {mark}"

"""Whether a request comes from a page of ours: what stands between a visitor and other websites."""


def is_from_here(fetch_site: str | None, origin: str | None, here: str) -> bool:
    """By the browser's own word where it gives it, else by the Origin that it names.

    fetch_site: the header Sec-Fetch-Site. origin: the header Origin.
    here: scheme and host of this request. "none", an address that was typed, sends no form.
    """
    if fetch_site is not None:
        return fetch_site == "same-origin"
    return origin == here

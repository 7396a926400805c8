"""What a browser calls itself, in two words that its owner knows it by."""

_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_MACHINES = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS", "Mac"),
    ("CrOS", "Chromebook"),
    ("Linux", "Linux"),
)


def device_of(user_agent: str) -> str:
    """`Chrome, Android`; "" for what nobody knows. Nothing else of it is kept."""
    said = [
        next((name for sign, name in known if sign in user_agent), "")
        for known in (_BROWSERS, _MACHINES)
    ]
    return ", ".join(one for one in said if one)

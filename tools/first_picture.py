"""The first picture of the README: one field through all lanes, and on the customer's phone.

Left the drawing with that field lit (made by `tools.drawings`), right the page of the running
demo. `make pictures` makes it; it needs a Chromium.
"""

import tempfile
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright
from tests.running import LINDEMAN, PASSWORD, ROOT, portal

PICTURES = ROOT / "docs" / "pictures"
CHROMIUM = "/usr/bin/chromium"
WHO, WHERE = "sanne@example.nl", "/bestellingen/VO-26088"
LIT = "h1{background:#ffdf70;box-shadow:0 0 0 .3rem #ffdf70;border-radius:.1rem;width:fit-content}"
TOGETHER = """<!doctype html><meta charset=utf-8><style>
body{margin:0;width:1680px;height:940px;background:#fff;position:relative;overflow:hidden}
.drawing{position:absolute;left:0;top:0;width:1290px;height:940px;overflow:hidden}
.drawing img{position:absolute;left:-12px;top:-16px;width:2060px}
.drawing::after{content:"";position:absolute;inset:0 0 0 auto;width:90px;
  background:linear-gradient(90deg,#fff0,#fff)}
.phone{position:absolute;left:1256px;top:40px;width:390px;height:844px;border-radius:44px;
  border:11px solid #1d2430;overflow:hidden;box-shadow:0 18px 50px #1d243059;background:#fff}
.phone img{width:390px;display:block}
</style><div class=drawing><img src="%s"></div><div class=phone><img src="%s"></div>"""


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        scratch = Path(folder)
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        with portal(scratch / "state", LINDEMAN) as running:
            _phone(browser, running.url, scratch / "phone.png")
        _together(browser, scratch)
        browser.close()


def _phone(browser: Browser, url: str, picture: Path) -> None:
    """The order as its customer sees it, its heading lit."""
    context = browser.new_context(
        viewport={"width": 390, "height": 844},
        device_scale_factor=2,
        locale="nl-NL",
        bypass_csp=True,
    )
    page = context.new_page()
    page.goto(f"{url}/accounts/login/")
    page.fill("[name=login]", WHO)
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_load_state()
    for _ in range(2):  # the second time everything is known
        page.goto(url + WHERE)
    page.add_style_tag(content=LIT)
    page.screenshot(path=picture)
    context.close()


def _together(browser: Browser, scratch: Path) -> None:
    both = scratch / "both.html"
    drawing = PICTURES / "drawing-one-field.png"
    both.write_text(TOGETHER % (drawing.as_uri(), (scratch / "phone.png").as_uri()))
    page = browser.new_page(viewport={"width": 1680, "height": 940})
    page.goto(both.as_uri())
    page.screenshot(path=PICTURES / "one-field.png")


if __name__ == "__main__":
    main()

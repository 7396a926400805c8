"""The pictures of drawings in docs/pictures: `make pictures`. It needs the extra `draw`."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import sync_playwright
from tests.drawing.stories import long

from balie.commands.main import main as balie

ROOT = Path(__file__).parents[1]
PICTURES = ROOT / "docs" / "pictures"
CHROMIUM = "/usr/bin/chromium"
PHONE = {"width": 390, "height": 844}


def main() -> None:
    lindeman, fietsen = (ROOT / "blueprints" / name for name in ("lindeman", "fietsen"))
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        generated = long(scratch / "long")
        page = scratch / "lindeman.html"
        for arguments in (
            (lindeman, "-o", PICTURES / "drawing.svg"),
            (lindeman, "-o", PICTURES / "drawing-lindeman.png"),
            (fietsen, "-o", PICTURES / "drawing-fietsen.png"),
            (lindeman, "-o", page),
        ):
            _balie(*arguments)
        for source, sheet, name, more in _sheets(lindeman, generated):
            _balie(source, "--sheets", "-o", scratch / "sheet.png", *more)
            (scratch / f"sheet-{sheet}.png").replace(PICTURES / name)
        _photograph(page, PICTURES / "drawing-cards.png")


def _sheets(lindeman: Path, generated: Path) -> Iterator[tuple[Path, int, str, tuple[str, ...]]]:
    yield lindeman, 1, "drawing-one-field.png", ("--field", "order.status")
    yield generated, 2, "drawing-generated.png", ()


def _balie(*arguments: object) -> None:
    code = balie(["draw", *map(str, arguments)])
    if code:
        raise SystemExit(code)


def _photograph(page: Path, picture: Path) -> None:
    """The cards as a phone shows them: four screens of them."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        shown = browser.new_page(viewport=PHONE, device_scale_factor=2)
        shown.goto(page.as_uri())
        tall = {"x": 0, "y": 0, "width": PHONE["width"], "height": 4 * PHONE["height"]}
        shown.screenshot(path=picture, full_page=True, clip=tall)
        browser.close()


if __name__ == "__main__":
    main()

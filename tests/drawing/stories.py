# ruff: noqa: E501 - texts of YAML are easier to read in one piece
"""Three stories that nobody wrote: a small one, a long one, and one of many systems."""

from pathlib import Path

LONG = (
    "Arbeidsongeschiktheidsverzekeringsvoorwaarden",
    "Hottentottententententoonstellingsmakers",
    "Meervoudigepersoonlijkheidsstoornisbehandelaar",
    "Aansprakelijkheidswaardevaststellingsveranderingen",
)


def write(folder: Path, texts: dict[str, str]) -> Path:
    """A blueprint's folder with these files."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        (folder / name).write_text(text, "utf-8")
    return folder


def small(folder: Path) -> Path:
    """Three steps of customers, and nothing else."""
    story = "service: Kleine zaak\nlanguage: nl\nabout: Drie stappen.\nstory:\n  - phase: Alles\n    steps:\n"
    for number, title in enumerate(("Ik kijk rond", "Ik kies iets", "Ik haal het op")):
        story += f"      - {{step: s{number}, title: {title}, customer does: Doet iets, feels: {number}}}\n"
    return write(folder, {"story.yaml": story})


def long(folder: Path) -> Path:
    """25 steps in 6 phases, branches back and on, words that fit in no column."""
    story = "service: Lange zaak\nlanguage: nl\nabout: Vijfentwintig stappen.\n"
    story += "people:\n  customers: {k: {name: Klant}}\n  staff: {s: {name: Schadebehandeling}}\nstory:\n"
    step = 0
    for phase, steps in enumerate((2, 5, 8, 3, 6, 1)):
        story += f"  - phase: Fase {phase + 1} {LONG[phase % 4]}\n    steps:\n"
        for _ in range(steps):
            story += _step(step)
            step += 1
    return write(folder, {"story.yaml": story})


def _step(step: int) -> str:
    word = LONG[step % 4]
    told = (
        f"      - step: s{step}\n        title: Stap {step + 1} {word}\n        for: [k]\n"
        f"        customer does: Leest de {word} en stuurt een brief\n        feels: {step % 5 - 2}\n"
        f"        customer gets: [{word}, Een bewijs]\n"
    )
    if step % 4 == 1:
        told += f"        frontstage:\n          - {{does: Belt over {word}, who: s}}\n"
    if step % 3 == 2:
        back, on = max(0, step - 4), min(24, step + 3)
        told += (
            f"        backstage:\n          - {{does: Beoordeelt {word}, who: s, within: 2 working days}}\n"
            f"        decision:\n          ja: {{button: Toekennen, next: s{min(24, step + 1)}}}\n"
            f"          nee: {{button: Terugsturen wegens {word}, next: s{back}}}\n"
            f"          later: {{button: Later, next: s{on}}}\n"
        )
    told += "        if it goes wrong:\n          - when: nobody decides\n            then: give to a person\n            then goes to: s\n"
    return told


SYSTEMS = ("erp", "crm", "wms", "tms", "pim", "bank", "mdm", "edi")


def many_systems(folder: Path) -> Path:
    """Business to business: eight systems, each read and written, and each goes wrong."""
    systems = "systems:\n" + "".join(
        f"  {name}: {{name: Systeem {name.upper()}, speaks: http}}\n" for name in SYSTEMS
    )
    things = "things:\n"
    for name in SYSTEMS:
        things += (
            f"  {name}_row:\n    name: {name}\n    from: {name}.rows\n    key: {name}_row.number\n"
            f"    fields:\n      number: {{name: Nummer {name}, from: number}}\n"
            f"      status: {{name: Stand {name}, from: status, to: status}}\n"
        )
    story = "service: Groothandel\nlanguage: nl\nabout: Acht systemen.\n"
    story += (
        "people:\n  customers: {k: {name: Inkoper}}\n  staff: {s: {name: Binnendienst}}\nstory:\n"
    )
    story += "  - phase: Bestellen\n    steps:\n"
    for step in range(5):
        used = [*SYSTEMS[step:], *SYSTEMS[:step]][: 4 + step]
        shows = ", ".join(f"{name}_row.number, {name}_row.status" for name in used)
        story += (
            f"      - step: s{step}\n        title: Stap {step + 1}\n        for: [k]\n"
            f"        customer does: Kijkt na hoe het staat\n        screen:\n"
            f"          address: /stap{step}\n          shows: [{shows}]\n        backstage:\n"
        )
        for name in used[::-2]:
            story += f"          - {{does: Werkt {name} bij, updates: {name}.rows, sends: {{status: x}}}}\n"
        story += "        if it goes wrong:\n"
        for name in used[:4]:
            story += (
                f"          - when: {name} is down\n            customer reads: Systeem {name} ligt er even uit.\n"
                "            then: show last known\n"
            )
    return write(folder, {"story.yaml": story, "things.yaml": things, "systems.yaml": systems})


STORIES = {"small": small, "long": long, "many-systems": many_systems}

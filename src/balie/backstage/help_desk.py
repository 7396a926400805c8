"""Who can be called, on every page alike."""

from balie.backstage.page import Help
from balie.blueprint.model import Blueprint


def help_desk(blueprint: Blueprint, language: str) -> Help | None:
    """The brand's help desk; else the first team with a telephone; None when nobody has one."""
    staff = blueprint.people.staff
    desk = staff.get(str(blueprint.brand.help_desk))
    desk = desk or next((team for team in staff.values() if team.phone), None)
    if desk is None:
        return None
    hours = blueprint.say(desk.hours, language) if desk.hours else None
    return Help(name=blueprint.say(desk.name, language), phone=desk.phone, hours=hours)

"""Texts of mails: `mails/<name>.<language>.md`."""


def subject_and_body(content: str) -> tuple[str | None, str]:
    """What stands behind `subject:`, None where that is not said, and what follows the first empty
    line.
    """
    head, _, body = content.replace("\r\n", "\n").partition("\n\n")
    said = dict(line.partition(":")[::2] for line in head.splitlines())
    return said.get("subject"), body

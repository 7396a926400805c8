"""Mails say what the blueprint says, with the values of the moment, as text and as a page."""

from balie.backstage.process.letters import Template, written

TEXT = Template(
    subject="Uw retour {return.number}",
    body="Dag {contact.first_name},\n\nHet antwoord staat op [deze pagina]({link}).\n\n"
    "Vragen? Bel {service.phone}.",
    language="nl",
)
SAID = {"return.number": "R-1", "contact.first_name": "Sanne", "service.phone": "030 - 555"}


def test_values_and_links_stand_in_the_text_and_on_the_page() -> None:
    letter = written(TEXT, lambda name: SAID.get(name, ""), "https://x.example/retour/R-1")
    assert letter.subject == "Uw retour R-1"
    assert letter.text == (
        "Dag Sanne,\n\nHet antwoord staat op deze pagina.\nhttps://x.example/retour/R-1\n\n"
        "Vragen? Bel 030 - 555."
    )
    assert letter.html == (
        '<p>Dag Sanne,</p>\n<p>Het antwoord staat op <a href="https://x.example/retour/R-1">'
        "deze pagina</a>.</p>\n<p>Vragen? Bel 030 - 555.</p>"
    )


def test_a_value_that_is_not_there_leaves_no_hole() -> None:
    letter = written(TEXT, lambda _name: "", "https://x.example/")
    assert letter.text.startswith("Dag,\n\n")
    assert letter.text.endswith("Vragen? Bel.")


def test_a_value_is_text_and_never_markup_nor_a_line_of_the_head() -> None:
    said = {"contact.first_name": "<b>{link}</b>", "return.number": "R-1\r\nBcc: x@y.example"}
    letter = written(TEXT, lambda name: said.get(name, ""), "https://x.example/")
    assert "Dag &lt;b&gt;{link}&lt;/b&gt;," in letter.html
    assert letter.subject == "Uw retour R-1 Bcc: x@y.example"


def test_every_name_of_a_template_is_told() -> None:
    assert TEXT.names == ("return.number", "contact.first_name", "link", "service.phone")

"""`balie lineage`."""

import csv
import io
import json

from tests.commands.running import LINDEMAN, balie


def told(*arguments: str) -> str:
    done = balie("lineage", *arguments, LINDEMAN)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_a_field_is_told_from_the_system_to_the_customer():
    text = told("order.wanted_on")
    assert text.startswith('order.wanted_on  "Door u gewenst op"  things.yaml:')
    assert (
        "comes from    erp.salesOrders.requestedDeliveryDate  Business Central, as open\n" in text
    )
    assert '"0001-01-01" is nothing\n' in text
    assert 'nothing reads "Geen wens"\n' in text
    assert "goes to       no system\n" in text
    assert (
        "/bestellingen/{order.number}  Waar is mijn bestelling?: shown here, "
        "at most 5 minutes old\n"
    ) in text
    assert "seen by       consumer, buyer\n" in text
    assert "only their own: order with customerNumber = me.customer\n" in text
    assert "me.contact is crm.contacts.id where email = login.email\n" in text
    assert "because Uw bestelling bezorgen (agreement, deleted after 2 years)\n" in text
    assert "Business Central: news is asked every 2 minutes" in text


def test_names_and_words_are_told_in_the_language_that_is_asked_for():
    assert '"Status"' in told("--language", "en", "order.status")


def test_a_form_is_told_with_where_each_answer_goes():
    text = told("/gegevens")
    assert "/gegevens  step change-details, for consumer, buyer, finance\n" in text
    assert "  contact.city  Plaats                asked here\n" in text
    assert "    -> crm.contacts.city  goes here\n" in text
    assert "    -> erp.customers.city  goes here too\n" in text
    assert 'when crm is down: keep and try again: "Uw wijziging is bewaard.' in text


def test_a_table_is_told_field_by_field_with_the_pages_that_would_miss_it():
    text = told("erp.salesOrders")
    assert text.startswith("erp.salesOrders  Business Central\n")
    assert (
        "  fullyShipped\n"
        "    -> order.status  decides its words  (/, /bestellingen, /bestellingen/{order.number})\n"
    ) in text


def test_what_goes_to_a_system_is_told_with_the_step_that_sends_it():
    text = told("--to", "carrier")
    assert text == (
        "carrier.labels  Vervoerder, there called v2/labels\n"
        "  reference\n"
        "    <- return.number  sent by Balie: reference: return.number  (in send-parcel)\n"
        "  service\n"
        "    <- a text  sent by Balie: service: RETURN_PARCEL  (in send-parcel)\n"
    )


def test_what_nobody_uses_is_said_to_be_so():
    text = told("erp.salesOrders.shipToCity")
    assert text == "erp.salesOrders.shipToCity: nothing is read from it, and nothing goes to it\n"


def test_without_a_name_every_field_has_a_line():
    text = told()
    assert "  total  Totaal                       <- erp.salesOrders.totalAmountIncl" in text
    assert text.index("\norder\n") < text.index("\nme\n")


def test_several_names_are_told_one_after_the_other():
    text = told("label.qr", "me.company")
    assert text.index("label.qr") < text.index("me.company\n  crm.accounts.id")


def test_a_name_that_nothing_has_gets_the_nearest_one():
    refused = balie("lineage", "order.stauts", LINDEMAN)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert 'is called "order.stauts".' in refused.stderr
    assert 'did you mean "order.status"?' in refused.stderr


def test_a_side_of_a_system_is_no_word_of_the_blueprint():
    refused = balie("lineage", "--from", "order.status", LINDEMAN)
    assert refused.returncode == 2
    assert 'is called "order.status"' in refused.stderr


def test_programs_get_every_link_with_its_place():
    (answer,) = json.loads(told("--json", "invoice.open_amount"))["answers"]
    (field,) = answer["fields"]
    assert field["id"] == "invoice.open_amount"
    assert field["seen_by"] == ["consumer", "finance"]
    value = field["comes_from"][0]
    assert value["address"] == "erp.salesInvoices.remainingAmount"
    assert value["role"] == "its value"
    assert value["at"].startswith("things.yaml:")
    assert value["seen_at"] == ["/", "/facturen"]
    assert field["goes_to"] == []


def test_the_register_has_a_line_for_each_link_with_its_purpose():
    lines = list(csv.DictReader(io.StringIO(told("--csv"))))
    (line,) = [
        line
        for line in lines
        if (line["field"], line["direction"], line["system"])
        == ("contact.email", "sent", "Business Central")
    ]
    assert line == {
        "direction": "sent",
        "system": "Business Central",
        "country": "NL",
        "table": "customers",
        "raw field": "email",
        "what it is": "goes here too: the row with number = me.customer, for consumer",
        "field": "contact.email",
        "customers call it": "E-mailadres",
        "becomes": "",
        "pages": "/gegevens",
        "at most old": "",
        "seen by": "consumer; buyer; finance",
        "whose": "contact with id = me.contact",
        "personal": "contact",
        "purpose": "Uw bestelling bezorgen; Factureren",
        "basis": "agreement; law",
        "delete after": "2 years; 7 years",
    }
    rules = {(line["table"], line["raw field"]) for line in lines if line["field"] == "me.roles"}
    assert rules == {("contacts", "role"), ("contacts", "id")}


def test_the_register_as_markdown_is_the_same_table():
    lines = told("--markdown").splitlines()
    assert lines[0].startswith("| direction | system | country | table | raw field |")
    assert len(lines) == len(told("--csv").splitlines()) + 1
    assert {line.replace("\\|", "").count("|") for line in lines} == {18}

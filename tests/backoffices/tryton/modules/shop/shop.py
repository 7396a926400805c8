"""Warns when an address of open orders changes, and when there is a complaint already."""

from trytond.exceptions import UserWarning as Warns
from trytond.pool import Pool, PoolMeta

OPEN = ["confirmed", "processing"]


class Address(metaclass=PoolMeta):
    __name__ = "party.address"

    @classmethod
    def check_modification(cls, mode, addresses, values=None, external=False):
        super().check_modification(mode, addresses, values=values, external=external)
        if mode != "write" or not external:
            return
        pool = Pool()
        sales = pool.get("sale.sale").search(
            [("shipment_address", "in", addresses), ("state", "in", OPEN)]
        )
        _warn(
            "shop_open_orders", sales, f'{len(sales)} open orders go to "{addresses[0].rec_name}".'
        )


class Complaint(metaclass=PoolMeta):
    __name__ = "sale.complaint"

    @classmethod
    def preprocess_values(cls, mode, values):
        values = super().preprocess_values(mode, values)
        if mode == "create" and values.get("origin"):
            same = [("origin", "=", values["origin"]), ("type", "=", values.get("type"))]
            earlier = cls.search([*same, ("state", "in", ["draft", "waiting"])])
            words = f'"{values["origin"]}" has {len(earlier)} complaints that are not settled.'
            _warn("shop_same_complaint", earlier, words)
        return values


def _warn(name, records, words):
    warning = Pool().get("res.user.warning")
    key = warning.format(name, records)
    if records and warning.check(key):
        raise Warns(key, words)

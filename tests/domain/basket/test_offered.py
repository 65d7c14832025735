"""What is offered, before anything is bought: the amounts that it states, and what a caller holds against it."""

from dataclasses import replace
from decimal import Decimal

from tests.domain.basket.clinic_menus import HEALER, TWO_ML, mix, offer
from webapp.domain.basket import stated_amounts
from webapp.domain.money import Money
from webapp.domain.offers import Incomplete
from webapp.domain.units import Quantity, Unit


def test_of_amounts_stated_equally_often_the_usual_one_comes_first_then_the_smaller_one() -> None:
    ten, four = (Quantity(Decimal(number), Unit.ML) for number in (10, 4))
    menu = [offer(str(one), 1, replace(HEALER, quantity=one.value)) for one in (ten, TWO_ML, four)]
    assert stated_amounts(menu, "rejuran_healer") == (TWO_ML, four, ten)
    assert stated_amounts(menu, "rejuran_healer", ten) == (ten, TWO_ML, four)
    assert stated_amounts([*menu, *menu[1:2]], "rejuran_healer", ten)[0] == TWO_ML


def test_what_a_caller_holds_against_an_offer_keeps_it_out_of_totals_while_another_serves() -> None:
    cheap = replace(offer("a", 100), reasons=(Incomplete.NUMBING_UNKNOWN,))
    alone = mix(cheap)
    assert (alone.total, alone.reasons) == (None, (Incomplete.NUMBING_UNKNOWN,))
    found = mix(cheap, offer("b", 65000))
    assert found.total == Money(195000, "SGD")
    assert [(one.ref, one.reasons) for one in found.set_aside] == [("a", (Incomplete.NUMBING_UNKNOWN,))]

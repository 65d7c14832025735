"""What the operator decides where the law is unsettled. The safe values stand until somebody sets them."""

from dataclasses import dataclass
from enum import StrEnum

from webapp.domain.market.rules import Country


class Unclaimed(StrEnum):
    """What is shown of a clinic that has not joined: contact details only, or also what it published
    itself.
    """

    STRICT = "strict"
    SOURCED = "sourced"


class CrossClinicPrices(StrEnum):
    """Whose prices may stand beside other clinics' prices."""

    AUTHORISED = "authorised"
    ON = "on"


@dataclass(frozen=True, slots=True)
class Switches:
    """The switches of the field's table, each with its safe value as default.

    Values are the words of Unclaimed and CrossClinicPrices. Raises ValueError for another word.
    `operator_registration_kr` is the operator's number as a registered agent for foreign patients in Korea.
    """

    unclaimed_sg: str = Unclaimed.STRICT
    unclaimed_kr: str = Unclaimed.STRICT
    brand_names_sg: bool = False
    cross_clinic_prices_sg: str = CrossClinicPrices.AUTHORISED
    foreign_enquiries_kr: bool = False
    operator_registration_kr: str = ""
    distance_order: bool = True

    def __post_init__(self) -> None:
        Unclaimed(self.unclaimed_sg)
        Unclaimed(self.unclaimed_kr)
        CrossClinicPrices(self.cross_clinic_prices_sg)

    @classmethod
    def safe(cls) -> "Switches":
        """Outside development, until the operator decides."""
        return cls()

    @classmethod
    def development(cls) -> "Switches":
        """Development and sample data: everything can be seen."""
        return cls(
            unclaimed_sg=Unclaimed.SOURCED,
            unclaimed_kr=Unclaimed.SOURCED,
            brand_names_sg=True,
            cross_clinic_prices_sg=CrossClinicPrices.ON,
            foreign_enquiries_kr=True,
            distance_order=True,
        )

    def unclaimed(self, country: Country) -> Unclaimed:
        return Unclaimed(self.unclaimed_sg if country is Country.SG else self.unclaimed_kr)

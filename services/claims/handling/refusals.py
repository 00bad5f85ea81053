"""What the rules of handling refuse, each by name."""

from shared.store.commands import Refusal


class InspectionInFuture(Refusal):
    """An inspection is recorded after it was made."""

    code = "INSPECTION_IN_FUTURE"


class DemandsNotMet(Refusal):
    """Steps that the policy demands before an approval have not been taken: `steps` names them."""

    code = "DEMANDS_NOT_MET"

    def __init__(self, steps: tuple[tuple[str, str], ...]) -> None:
        """`steps`: code and clause of each."""
        super().__init__(count=len(steps))
        self.steps = steps

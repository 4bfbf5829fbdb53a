from shared.auth import Principal
from shared.problems import Forbidden


def require_country(caller: Principal, country: str) -> None:
    if country not in caller.countries:
        raise Forbidden(f"You are not a competent body of {country}.")

"""Who calls."""

from typing import Annotated

from shared.auth import Principal, allow

Subscriber = Annotated[Principal, allow("competent_body", "coordinator", "recogniser")]
Granter = Annotated[Principal, allow("signatory", "competent_body")]
GrantReader = Annotated[Principal, allow("signatory", "competent_body", "coordinator", "recogniser")]

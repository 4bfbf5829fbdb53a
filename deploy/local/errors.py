class LocalError(Exception):
    """Something on this machine is in the way; the message is one whole sentence for the person in front of it."""


class PortTakenError(LocalError):
    """Between choosing a port and listening on it, another program was quicker."""

from shared.garbage import collect_rarely

collect_rarely()  # before the first import of a service, of whose time it would be a quarter

from shared.garbage import collect_rarely

collect_rarely()  # before the first import of a service, in which almost all that is made stays

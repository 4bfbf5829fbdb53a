"""`make bench`: Acquis beside a bare hand-written chain that does the same commits and hops, in the same run."""

"""Who is entitled to hear what, what a subscription may ask for, and what becomes of a delivery. Pure."""

"""Many learners on their way while everything that they depend on breaks, one thing after the other."""

"""What may be agreed, by whom and when: pure values and functions (domain.md 2.1, 2.2, 3.1, 3.2, 3.7)."""

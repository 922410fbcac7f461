"""What is said to debtors."""

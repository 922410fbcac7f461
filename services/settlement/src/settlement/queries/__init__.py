"""Every SQL statement of settlement, by subject: one per question and table, whatever the number of rows."""

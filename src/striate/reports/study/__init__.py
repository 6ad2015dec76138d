"""The report of a study, read from its folder alone: plan, cards, tables, files."""

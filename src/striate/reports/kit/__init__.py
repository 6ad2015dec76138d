"""What every page is made of: the skeleton, charts, tables, colours and formulas; nothing here knows what is shown."""

"""What a data set holds, as a page and a sheet of pictures."""

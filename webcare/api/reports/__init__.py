"""Reports, as JSON or as a table for spreadsheets: a file for each."""

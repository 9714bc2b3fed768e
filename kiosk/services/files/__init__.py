"""File formats and safe writing: tables in, spreadsheets and archives out."""

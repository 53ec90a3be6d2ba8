"""The pages of people who manage an organisation, under `/organisation/`."""

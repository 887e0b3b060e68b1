"""Portfolios: many accounts taken through contracts at once, from tables to tables (docs/portfolios.md)."""

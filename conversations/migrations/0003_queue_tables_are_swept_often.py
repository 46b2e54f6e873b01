"""Rows of these tables live for a second: dead ones must not pile up."""

from django.db import migrations

OFTEN = """
ALTER TABLE conversations_work SET (
    fillfactor = 70,
    autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000,
    autovacuum_vacuum_cost_delay = 0);
ALTER TABLE conversations_delivery SET (fillfactor = 80);
"""
USUAL = """
ALTER TABLE conversations_work RESET (
    fillfactor, autovacuum_vacuum_scale_factor, autovacuum_vacuum_threshold,
    autovacuum_vacuum_cost_delay);
ALTER TABLE conversations_delivery RESET (fillfactor);
"""


class Migration(migrations.Migration):
    dependencies = [("conversations", "0002_listening_cannot_send")]
    operations = [migrations.RunSQL(OFTEN, USUAL)]
